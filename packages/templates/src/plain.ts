import { isShown, type Scope } from './evaluate.ts'
import { calculated, written } from './number.ts'
import { choiceName, listedName } from './options.ts'
import { formOf } from './own.ts'
import { held, isFilled, isGrid, member, membersOf, pathOf, rowsOf, textOf } from './place.ts'
import { filledIn, inLanguage, WORDS } from './problem.ts'
import { type Block, blocksOf } from './rich.ts'
import { dateText, numberText } from './speech.ts'
import type { Document, Field, Grid, Json, Template, TemplateLanguage } from './template.ts'

/** A value as it is shown. */
export type Plain =
  | { kind: 'empty'; text: string }
  | { kind: 'text'; text: string; number?: true }
  | { kind: 'rich'; blocks: Block[] }
  | { kind: 'list'; items: string[] }
  | { kind: 'files'; files: { name: string; sha256: string; title?: string }[] }
  | { kind: 'place'; text: string }
  | { kind: 'facts'; facts: { label: string; value: string }[] }
  | PlainTable
export interface PlainTable {
  kind: 'table'
  columns: { key: string; label: string; number: boolean }[]
  /** `head` is the label of a row of a matrix. */
  rows: { key: string; head?: string; cells: Plain[] }[]
}
export interface PlainSection {
  number: string
  title: string
  fields: { path: string; label: string; value: Plain }[]
}
export type PlainField = PlainSection['fields'][number]

/** In which language a value is shown; and whether to the public, without addresses of people and files that are not for it. */
interface View {
  language: TemplateLanguage
  onlyPublic: boolean
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
  const scope: Scope = { values: document.values, memo: new Map() }
  const view = { language, onlyPublic }
  const isOpen = (field: Field) => isShown(field, scope) && (!onlyPublic || (field.public ?? template.public))
  const sections = form.sections.filter((section) => isShown(section, scope) && section.fields.some(isOpen))
  return sections.map((section) => ({
    number: section.number,
    title: inLanguage(section.title, language),
    fields: section.fields.filter(isOpen).map((field) => ({
      path: pathOf({ section, field }),
      label: labelOf(field, language),
      value: fieldShown(field, held(scope.values, { section, field }), view, scope),
    })),
  }))
}

/** The label of a field with its unit. */
function labelOf(field: Field, language: TemplateLanguage): string {
  const label = inLanguage(field.label, language)
  if (!('unit' in field) || field.unit === undefined) return label
  const units = new Map(Object.entries(WORDS[language].units))
  return `${label} (${units.get(field.unit) ?? field.unit})`
}

function fieldShown(field: Field, json: Json | undefined, view: View, scope: Scope): Plain {
  const { words } = WORDS[view.language]
  if (isGrid(field)) return tableShown(field, json, view, scope) ?? { kind: 'empty', text: words.noRows }
  return json !== undefined && isFilled(json) ? valueShown(field, json, view) : { kind: 'empty', text: words.empty }
}

function tableShown(grid: Grid, json: Json | undefined, view: View, scope: Scope): PlainTable | undefined {
  const columns = grid.fields.filter((column) => !view.onlyPublic || column.public !== false)
  const heads = new Map(grid.type === 'matrix' ? grid.rows.map(({ key, label }) => [key, label]) : [])
  const rows = rowsOf(grid, json).filter(([, cells]) => isFilled(cells))
  if (rows.length === 0) return undefined
  return {
    kind: 'table',
    columns: columns.map((column) => ({
      key: column.key,
      label: labelOf(column, view.language),
      number: ['int', 'decimal', 'money'].includes(column.type),
    })),
    rows: rows.map(([key, row]) => {
      const head = heads.get(key)
      const cells = columns.map((column) =>
        isShown(column, { ...scope, row }) ? fieldShown(column, member(row, column.key), view, scope) : text(''),
      )
      return { key, ...(head && { head: inLanguage(head, view.language) }), cells }
    }),
  }
}

const text = (words: string): Plain => ({ kind: 'text', text: words })
const figure = (words: string): Plain => ({ kind: 'text', text: words, number: true })
const listed = (...words: readonly string[]): Plain => text(words.filter((one) => one !== '').join(' · '))
const many = (json: Json | undefined): Json[] => (Array.isArray(json) ? json : [])
const said = (json: Json | undefined, key: string): string => {
  const one = member(json, key)
  return typeof one === 'string' ? one : ''
}

/** One value as it is shown. A value of another form is shown as it stands. */
function valueShown(field: Field, json: Json, { language, onlyPublic }: View): Plain {
  const { words } = WORDS[language]
  const part = (key: string) => said(json, key)
  switch (field.type) {
    case 'int':
    case 'decimal':
      return figure(numberText(textOf(json), language))
    case 'money':
      return figure(`${numberText(part('amount'), language)} ${part('currency')}`.trim())
    case 'date':
      return text(dateText(json, language))
    case 'period':
      return text(
        filledIn(words.from, { start: dateText(part('start'), language), end: dateText(part('end'), language) }),
      )
    case 'bool':
      return text(json === true ? words.yes : words.no)
    case 'enum':
      return text(choiceName(field, textOf(json), language))
    case 'multi':
      return { kind: 'list', items: many(json).map((one) => choiceName(field, textOf(one), language)) }
    case 'richtext':
      return { kind: 'rich', blocks: blocksOf(textOf(json)) }
    case 'longtext':
      return {
        kind: 'rich',
        blocks: [
          {
            kind: 'paragraph',
            lines: textOf(json)
              .split('\n')
              .map((line) => [{ text: line }]),
          },
        ],
      }
    case 'party': {
      const number = part('registration')
      const registered = number && filledIn(words.registration, { number })
      return listed(part('name'), registered, listedName('countries', part('country'), language))
    }
    case 'person':
      return listed(...['name', 'title', 'organisation', ...(onlyPublic ? [] : ['email', 'phone'])].map(part))
    case 'reference':
      return listed(part('id'), part('title'))
    case 'files':
      return {
        kind: 'files',
        files: many(json)
          .filter((one) => !onlyPublic || member(one, 'public') !== false)
          .map(fileOf),
      }
    case 'geo':
      return { kind: 'place', text: placeText(json, language) }
    case 'calc':
      return calculationFacts(json, language)
    default:
      return text(textOf(json))
  }
}

const fileOf = (json: Json) => {
  const title = said(json, 'title')
  return { name: said(json, 'name'), sha256: said(json, 'sha256'), ...(title && { title }) }
}

const ON_GLOBE = /\[(-?\d[^,[\]]*),(-?\d[^,[\]]*)/g

/** A point in degrees, latitude first; of a larger shape how many points it has, and each, or from 61 on the box around. */
function placeText(json: Json, language: TemplateLanguage): string {
  const points = [...JSON.stringify(member(json, 'coordinates') ?? []).matchAll(ON_GLOBE)]
  const listed = points.map(([, east, north]) => `${north}, ${east}`)
  if (said(json, 'type') === 'Point') return listed.join()
  const [lon, lat] = [1, 2].map((axis) => points.map((point) => point[axis]).toSorted((a, b) => Number(a) - Number(b)))
  const corners = [0, -1].map((end) => `${lat?.at(end)}, ${lon?.at(end)}`)
  const { shapes, words } = WORDS[language]
  const shape = new Map(Object.entries(shapes)).get(said(json, 'type'))
  const counted = filledIn(words.points, { count: String(points.length) })
  return `${shape ?? said(json, 'type')}: ${counted}: ${points.length > 60 ? corners.join(' – ') : listed.join('; ')}`
}

/** What a calculation says: its method, what went in, its steps, what came out. */
function calculationFacts(json: Json, language: TemplateLanguage): Plain {
  const { words, results } = WORDS[language]
  const [method, version, result] = [said(json, 'method'), said(json, 'version'), member(json, 'result')]
  const shown = (label: string, value: Json | undefined, start = '') => ({
    label,
    value: start + inputText(value, language),
  })
  const setOf = (set: Json) => ({
    label: words.parameters,
    value: `${said(set, 'id')} ${said(set, 'version')}, ${said(set, 'hash').slice(0, 16)}`,
  })
  return {
    kind: 'facts',
    facts: [
      { label: words.calculation, value: filledIn(words.method, { method, version }) },
      ...Object.entries(membersOf(member(json, 'inputs')) ?? {}).map(([label, one]) => shown(label, one)),
      ...many(member(result, 'trace')).map((step) => shown(said(step, 'step'), step, `${said(step, 'formula')} = `)),
      ...Object.entries(results).map(([key, label]) => shown(label, member(result, key))),
      ...(said(result, 'gwpSet') ? [{ label: words.gwp, value: said(result, 'gwpSet') }] : []),
      ...Object.values(membersOf(member(result, 'parameterSet')) ?? {})
        .filter(isFilled)
        .map(setOf),
      ...many(member(result, 'warnings')).map((one) => ({
        label: words.warning,
        value: [said(one, 'code'), ...pairsOf(member(one, 'facts'), language)].join(', '),
      })),
    ],
  }
}

/** An input of a calculation: a number with its unit, a choice, or rows of them. */
function inputText(json: Json | undefined, language: TemplateLanguage): string {
  if (Array.isArray(json)) return json.map((one) => inputText(one, language)).join('; ')
  const members = membersOf(json)
  if (!members)
    return typeof json === 'string' ? numberText(written(calculated(json), 6) ?? json, language) : textOf(json)
  const { value, unit } = members
  if (typeof value === 'string')
    return `${inputText(value, language)}${typeof unit === 'string' && unit !== '1' ? ` ${unit}` : ''}`
  return pairsOf(json, language).join(', ')
}

const pairsOf = (json: Json | undefined, language: TemplateLanguage) =>
  Object.entries(membersOf(json) ?? {}).map(([key, one]) => `${key} ${inputText(one, language)}`)
