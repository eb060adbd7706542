import { isRequired, isShown, type Scope, scopeOf } from './evaluate.ts'
import { shortened } from './number.ts'
import { choiceName, listedName } from './options.ts'
import { formOf } from './own.ts'
import { held, isFilled, isGrid, type Members, member, membersOf, rowsOf, textOf } from './place.ts'
import { filledIn, inLanguage, WORDS } from './problem.ts'
import { type Block, blocksOf, linesOf } from './rich.ts'
import { dateText, numberText } from './speech.ts'
import type {
  Column,
  Document,
  Field,
  Json,
  MatrixField,
  Section,
  TableField,
  Template,
  TemplateLanguage,
} from './template.ts'

/** A value as it is shown. */
export type Plain =
  | { kind: 'empty'; text: string }
  | { kind: 'text'; text: string; number?: true }
  | { kind: 'rich'; blocks: Block[] }
  | { kind: 'list'; items: string[] }
  | { kind: 'files'; files: { name: string; sha256: string; title?: string }[] }
  | { kind: 'place'; text: string; geometry: Json }
  | { kind: 'facts'; facts: { label: string; value: string }[] }
  | PlainTable
export interface PlainTable {
  kind: 'table'
  columns: { key: string; label: string; number: boolean }[]
  /** `head` is the label of a row of a matrix. */
  rows: { key: string; head?: string; cells: Plain[] }[]
}
export interface PlainField {
  path: string
  label: string
  help?: string
  public: boolean
  required: boolean
  value: Plain
}
export interface PlainSection {
  key: string
  number: string
  title: string
  help?: string
  /** A section that the project added. */
  own: boolean
  fields: PlainField[]
}

/** What a view of a document shows: its sections in order, each with labelled values, in one language. */
export function plain(
  template: Template,
  document: Document,
  language: TemplateLanguage,
  { onlyPublic = false }: { onlyPublic?: boolean } = {},
): PlainSection[] {
  const form = formOf(template, document.own)
  if (typeof form === 'string') throw new Error(form)
  const scope = scopeOf({ values: document.values })
  const isOpen = (field: Field) => field.public ?? template.public
  return form.sections
    .filter((section) => isShown(section, scope))
    .map((section) => ({
      key: section.key,
      number: section.number,
      title: inLanguage(section.title, language),
      ...helpOf(section, language),
      own: section.key.startsWith('x-'),
      fields: section.fields
        .filter((field) => isShown(field, scope) && (!onlyPublic || isOpen(field)))
        .map((field) => plainField(section, field, scope, language, { isOpen: isOpen(field), onlyPublic })),
    }))
    .filter(({ fields }) => fields.length > 0)
}

const helpOf = ({ help }: Pick<Section, 'help'>, language: TemplateLanguage) =>
  help ? { help: inLanguage(help, language) } : {}

function plainField(
  section: Section,
  field: Field,
  scope: Scope,
  language: TemplateLanguage,
  { isOpen, onlyPublic }: { isOpen: boolean; onlyPublic: boolean },
): PlainField {
  const json = held(scope.values, { section, field })
  return {
    path: `${section.key}.${field.key}`,
    label: labelOf(field, language),
    ...helpOf(field, language),
    public: isOpen,
    required: isRequired(field, scope),
    value: isGrid(field)
      ? plainTable(field, json, scope, language, onlyPublic)
      : plainValue(field, json, language, onlyPublic),
  }
}

/** The label of a field with its unit. */
export function labelOf(leaf: Field | Column, language: TemplateLanguage): string {
  const label = inLanguage(leaf.label, language)
  const unit = 'unit' in leaf ? leaf.unit : undefined
  return unit ? `${label} (${unitText(unit, language)})` : label
}

function unitText(unit: string, language: TemplateLanguage): string {
  const units: Record<string, string> = WORDS[language].units
  return Object.hasOwn(units, unit) ? (units[unit] ?? unit) : unit
}

function plainTable(
  field: TableField | MatrixField,
  json: Json | undefined,
  scope: Scope,
  language: TemplateLanguage,
  onlyPublic: boolean,
): Plain {
  const columns = field.fields.filter((column) => !onlyPublic || column.public !== false)
  const heads = new Map(
    field.type === 'matrix' ? field.rows.map(({ key, label }) => [key, inLanguage(label, language)]) : [],
  )
  const filled = rowsOf(field, json).filter(([, cells]) => isFilled(cells))
  if (filled.length === 0) return { kind: 'empty', text: WORDS[language].words.noRows }
  const cellOf = (column: Column, cells: Members): Plain =>
    isShown(column, { ...scope, row: cells })
      ? plainValue(column, member(cells, column.key), language, onlyPublic)
      : { kind: 'text', text: '' }
  return {
    kind: 'table',
    columns: columns.map((column) => ({
      key: column.key,
      label: labelOf(column, language),
      number: column.type === 'int' || column.type === 'decimal' || column.type === 'money',
    })),
    rows: filled.map(([key, cells]) => {
      const head = heads.get(key)
      return { key, ...(head === undefined ? {} : { head }), cells: columns.map((column) => cellOf(column, cells)) }
    }),
  }
}

const text = (words: string): Plain => ({ kind: 'text', text: words })
const many = (json: Json | undefined): Json[] => (Array.isArray(json) ? json : [])

/** One value as it is shown; to the public without addresses of people and files that are not for it. A value of another form is shown as it stands. */
export function plainValue(
  leaf: Field | Column,
  json: Json | undefined,
  language: TemplateLanguage,
  onlyPublic = false,
): Plain {
  if (json === undefined || !isFilled(json)) return { kind: 'empty', text: WORDS[language].words.empty }
  switch (leaf.type) {
    case 'int':
    case 'decimal':
      return { kind: 'text', text: numberText(textOf(json), language), number: true }
    case 'date':
      return text(dateText(json, language))
    case 'period':
      return text(periodText(json, language))
    case 'bool':
      return text(json === true ? WORDS[language].words.yes : WORDS[language].words.no)
    case 'enum':
      return text(choiceName(leaf, textOf(json), language))
    case 'multi':
      return { kind: 'list', items: many(json).map((one) => choiceName(leaf, textOf(one), language)) }
    case 'richtext':
      return { kind: 'rich', blocks: blocksOf(textOf(json)) }
    case 'longtext':
      return { kind: 'rich', blocks: [linesOf(textOf(json))] }
    default:
      return plainObject(leaf.type, json, language, onlyPublic)
  }
}

function plainObject(type: Field['type'], json: Json, language: TemplateLanguage, onlyPublic: boolean): Plain {
  const { words } = WORDS[language]
  const said = (key: string) => (typeof member(json, key) === 'string' ? textOf(member(json, key)) : undefined)
  const listed = (...parts: (string | undefined)[]) => text(parts.filter((part) => part !== undefined).join(' · '))
  switch (type) {
    case 'money':
      return {
        kind: 'text',
        text: `${numberText(said('amount') ?? '', language)} ${said('currency') ?? ''}`.trim(),
        number: true,
      }
    case 'party': {
      const [country, registration] = [said('country'), said('registration')]
      const registered = registration && filledIn(words.registration, { number: registration })
      return listed(said('name'), registered || undefined, country && listedName('countries', country, language))
    }
    case 'person':
      return listed(
        said('name'),
        said('title'),
        said('organisation'),
        ...(onlyPublic ? [] : [said('email'), said('phone')]),
      )
    case 'reference':
      return listed(said('id'), said('title'))
    case 'files':
      return {
        kind: 'files',
        files: many(json)
          .filter((one) => !onlyPublic || member(one, 'public') !== false)
          .map(fileOf),
      }
    case 'geo':
      return { kind: 'place', text: placeText(json, language), geometry: json }
    case 'calc':
      return calculationFacts(json, language)
    default:
      return text(textOf(json))
  }
}

function fileOf(json: Json) {
  const title = member(json, 'title')
  const titled = typeof title === 'string' ? { title } : {}
  return { name: textOf(member(json, 'name') ?? ''), sha256: textOf(member(json, 'sha256') ?? ''), ...titled }
}

const periodText = (json: Json, language: TemplateLanguage): string =>
  filledIn(WORDS[language].words.from, {
    start: dateText(member(json, 'start'), language),
    end: dateText(member(json, 'end'), language),
  })

/** A point by its degrees, latitude first as people say it; of other shapes how many points they have. */
function placeText(json: Json, language: TemplateLanguage): string {
  const coordinates = member(json, 'coordinates')
  if (member(json, 'type') === 'Point' && Array.isArray(coordinates))
    return `${textOf(coordinates[1])}, ${textOf(coordinates[0])}`
  const count = JSON.stringify(coordinates ?? []).split('],').length
  return `${textOf(member(json, 'type'))}: ${filledIn(WORDS[language].words.points, { count: String(count) })}`
}

/** What a calculation says: its method, what went in, its steps, what came out. */
function calculationFacts(json: Json, language: TemplateLanguage): Plain {
  const { words, results } = WORDS[language]
  const [method, version] = [textOf(member(json, 'method')), textOf(member(json, 'version'))]
  const result = member(json, 'result')
  const fact = (label: string, value: Json | undefined, start = '') => ({
    label,
    value: start + inputText(value, language),
  })
  const sums = ['be', 'pe', 'le', 'er'] as const
  return {
    kind: 'facts',
    facts: [
      fact(words.calculation, filledIn(words.method, { method, version })),
      ...Object.entries(membersOf(member(json, 'inputs')) ?? {}).map(([label, one]) => fact(label, one)),
      ...many(member(result, 'trace')).map((step) =>
        fact(textOf(member(step, 'step')), step, `${textOf(member(step, 'formula'))} = `),
      ),
      ...sums.map((key) => fact(results[key], member(result, key))),
    ],
  }
}

/** An input of a calculation: a number with its unit, a choice, or rows of them. */
function inputText(json: Json | undefined, language: TemplateLanguage): string {
  if (Array.isArray(json)) return json.map((one) => inputText(one, language)).join('; ')
  const members = membersOf(json)
  if (!members) return typeof json === 'string' ? numberText(shortened(json), language) : textOf(json)
  const unit = member(members, 'unit')
  if (typeof member(members, 'value') === 'string')
    return `${inputText(member(members, 'value'), language)}${typeof unit === 'string' && unit !== '1' ? ` ${unit}` : ''}`
  return Object.entries(members)
    .map(([key, one]) => `${key} ${inputText(one, language)}`)
    .join(', ')
}
