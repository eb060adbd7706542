import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FACTS } from './expression.ts'
import { KINDS, placeOf } from './place.ts'
import { readTemplate } from './read.ts'
import type { Field, Source, Template } from './template.ts'

const DATA = join(import.meta.dirname, 'data')
const SHARED = ['common.json', 'lists.json']
let read: ReadonlyMap<string, Template> | undefined

/** The templates that come with the registry: every file in `data/` that is not shared by them. */
export function templates(): readonly Template[] {
  return [...all().values()]
}

/** The template of an id such as PDD. */
export const template = (id: string): Template | undefined => all().get(id)

function all(): ReadonlyMap<string, Template> {
  read ??= fromFolder(DATA)
  return read
}

/** The templates of a folder of data files, by id. Throws where a file is no template, or two have the same id. */
export function fromFolder(folder: string): ReadonlyMap<string, Template> {
  const found = new Map<string, Template>()
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.json') || SHARED.includes(file)) continue
    const one = readTemplate(JSON.parse(readFileSync(join(folder, file), 'utf8')))
    if (found.has(one.id)) throw new Error(`${file}: there is another template ${one.id}`)
    found.set(one.id, one)
  }
  const faults = [...found.values()].flatMap((one) => sourceFaults(one, found))
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return found
}

/** What is wrong with the places from which a template is filled in: they must exist and be of the same type. */
export function sourceFaults(one: Template, others: ReadonlyMap<string, Template>): string[] {
  const faults: string[] = []
  for (const section of one.sections) {
    for (const field of section.fields) {
      const source = field.from ?? (field.auto && !('compute' in field.auto) ? field.auto : undefined)
      const fault = source && sourceFault(field, source, others)
      if (fault) faults.push(`${one.id} ${section.key}.${field.key}: ${fault}`)
    }
  }
  return faults
}

function sourceFault(field: Field, source: Source, others: ReadonlyMap<string, Template>): string | undefined {
  if ('fact' in source) {
    const type = FACTS[source.fact]
    return KINDS[type] === KINDS[field.type] && (KINDS[type] !== 'object' || type === field.type)
      ? undefined
      : `the fact ${source.fact} is a ${type}, the field a ${field.type}`
  }
  const [id, path] = source.document.split(':') as [string, string]
  const other = others.get(id)
  if (!other) return `there is no template "${id}"; there are ${[...others.keys()].join(', ')}`
  const place = placeOf(other, path)
  if (typeof place === 'string') return place
  if (place.column) return `${source.document} is a column; a field is filled in from a field`
  const { type } = place.field
  const alike =
    place.part === undefined
      ? type === field.type || (place.kind === 'text' && KINDS[field.type] === 'text')
      : place.kind === KINDS[field.type]
  return alike
    ? undefined
    : `${source.document} is a ${place.part === undefined ? type : place.kind}, the field a ${field.type}`
}
