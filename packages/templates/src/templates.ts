import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { leavesOf, placeOf } from './place.ts'
import { readTemplate } from './read.ts'
import { FACTS, type Field, type Source, type Template } from './template.ts'
import { type Kind, TYPES } from './types.ts'

const SHARED = ['common.json', 'facts.json', 'lists.json']
let read: readonly Template[] | undefined

/** The templates that come with the registry, every version of each: the files of `data/` that are not shared by them. */
export function templates(): readonly Template[] {
  read ??= fromFolder(join(import.meta.dirname, 'data'))
  return read
}

/** The template of an id such as PDD, in the version that is asked for, or else the newest. */
export const template = (id: string, version?: number): Template | undefined => newest(templates(), id, version)

const newest = (all: readonly Template[], id: string, version?: number): Template | undefined =>
  all
    .filter((one) => one.id === id && (version === undefined || one.version === version))
    .sort((a, b) => b.version - a.version)[0]

/** The templates of a folder of data files. Throws where a file is no template, or two are the same version of one. */
export function fromFolder(folder: string): readonly Template[] {
  const found: Template[] = []
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.json') || SHARED.includes(file)) continue
    const one = readTemplate(JSON.parse(readFileSync(join(folder, file), 'utf8')))
    if (newest(found, one.id, one.version))
      throw new Error(`${file}: there is another ${one.id} of version ${one.version}`)
    found.push(one)
  }
  const faults = found.flatMap((one) => sourceFaults(one, found))
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return found
}

/** What is wrong with the places from which a template is filled in: they must exist and be of the same type. */
export const sourceFaults = (one: Template, all: readonly Template[]): string[] =>
  leavesOf(one.sections).flatMap(({ leaf, path }) => {
    const fault = sourceFault(leaf, leaf.from ?? leaf.auto ?? {}, all)
    return fault ? [`${one.id} ${path}: ${fault}`] : []
  })

function sourceFault(field: Field, { fact, document = '' }: Source, all: readonly Template[]): string | undefined {
  const type = FACTS[fact ?? ''] as Field['type'] | undefined
  if (type) return unlike(field, `the fact ${fact}`, type, TYPES[type].kind)
  const [id, path] = document.split(':')
  if (!id || !path) return undefined
  const other = newest(all, id)
  if (!other) return `there is no template "${id}"; there are ${[...new Set(all.map((each) => each.id))].join(', ')}`
  const place = placeOf(other, path)
  if (typeof place === 'string') return place
  if (place.column) return `${document} is a column; a field is filled in from a field`
  return unlike(field, document, place.part === undefined ? place.field.type : place.kind, place.kind)
}

/** A field takes what is of its type, and of values that are computed with what is of their kind. */
function unlike(field: Field, source: string, type: string, kind: Kind): string | undefined {
  const isAlike = kind === TYPES[field.type].kind && kind !== 'object' && kind !== 'table'
  return isAlike || type === field.type ? undefined : `${source} is a ${type}, the field a ${field.type}`
}
