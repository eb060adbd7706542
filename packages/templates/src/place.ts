import { kept } from './memo.ts'
import type { Column, Field, Json, MatrixField, Section, TableField, Template } from './template.ts'

/** What kind of value an expression meets. */
export type Kind = 'number' | 'date' | 'text' | 'bool' | 'period' | 'texts' | 'object' | 'table'

/** Where a path leads to: a field, a column of it, one row of a matrix, a part of a value. */
export interface Place {
  section: Section
  field: Field
  column?: Column
  row?: string
  part?: string
  kind: Kind
  /** It leads to a column over all rows, so there are many values. */
  many: boolean
}

/** The kind of value of each type of field. */
export const KINDS: Record<Field['type'], Kind> = {
  text: 'text',
  longtext: 'text',
  richtext: 'text',
  int: 'number',
  decimal: 'number',
  money: 'object',
  date: 'date',
  period: 'period',
  enum: 'text',
  multi: 'texts',
  bool: 'bool',
  party: 'object',
  person: 'object',
  geo: 'object',
  files: 'object',
  reference: 'object',
  calc: 'object',
  table: 'table',
  matrix: 'table',
}

/** Parts of a value that a path may name. */
const PARTS: Partial<Record<Field['type'], Record<string, Kind>>> = {
  period: { start: 'date', end: 'date' },
  money: { amount: 'number', currency: 'text' },
  party: { name: 'text', id: 'text', country: 'text', registration: 'text' },
  person: { name: 'text', title: 'text', organisation: 'text' },
  reference: { id: 'text', title: 'text' },
  calc: { method: 'text', version: 'text', be: 'number', pe: 'number', le: 'number', er: 'number' },
}

export const isGrid = (field: Field): field is TableField | MatrixField =>
  field.type === 'table' || field.type === 'matrix'

/** The place of a path such as `B64.yearly.er`, or what is wrong with it. */
export function placeOf(template: Pick<Template, 'sections'>, path: string): Place | string {
  const [sectionKey, fieldKey, ...rest] = path.split('.')
  const section = template.sections.find(({ key }) => key === sectionKey)
  if (!section) return `there is no section "${sectionKey}"; there are ${keys(template.sections)}`
  const field = section.fields.find(({ key }) => key === fieldKey)
  if (!field) return `section ${sectionKey} has no field "${fieldKey ?? ''}"; it has ${keys(section.fields)}`
  if (!isGrid(field)) return leafPlace({ section, field }, field, rest, false)
  const [first, ...others] = rest
  if (first === undefined) return { section, field, kind: 'table', many: false }
  if (field.type === 'matrix' && field.rows.some(({ key }) => key === first)) {
    const column = field.fields.find(({ key }) => key === others[0])
    if (!column) return `${path}: after the row comes a column, one of ${keys(field.fields)}`
    return leafPlace({ section, field, column, row: first }, column, others.slice(1), false)
  }
  const column = field.fields.find(({ key }) => key === first)
  if (!column) return `${sectionKey}.${fieldKey} has no column "${first}"; it has ${keys(field.fields)}`
  return leafPlace({ section, field, column }, column, others, true)
}

type Found = Pick<Place, 'section' | 'field' | 'column' | 'row'>

function leafPlace(found: Found, leaf: Field | Column, rest: readonly string[], many: boolean): Place | string {
  const [part, ...more] = rest
  if (part === undefined) return { ...found, kind: KINDS[leaf.type], many }
  const parts = PARTS[leaf.type] ?? {}
  const kind = Object.hasOwn(parts, part) ? parts[part] : undefined
  if (kind && more.length === 0) return { ...found, part, kind, many }
  const allowed = Object.keys(parts)
  return `"${leaf.key}" has no part "${rest.join('.')}"; ${allowed.length > 0 ? `it has ${allowed.join(', ')}` : 'it has none'}`
}

const keys = (list: readonly { key: string }[]) => list.map(({ key }) => key).join(', ')

/** The place of a column of the row that is looked at: `er`, or `dates.start`. */
export function rowPlaceOf(table: Place, name: string): Place | string {
  const [key, ...rest] = name.split('.')
  const columns = isGrid(table.field) ? table.field.fields : []
  const column = columns.find((one) => one.key === key)
  if (!column) return `"${table.field.key}" has no column "${key}"; it has ${keys(columns)}`
  return leafPlace({ section: table.section, field: table.field, column }, column, rest, false)
}

/** What the value of a field depends on is told by field, or by column of a table. */
export const nodeOf = (place: Pick<Place, 'section' | 'field' | 'column'>): string =>
  [place.section.key, place.field.key, ...(place.column ? [place.column.key] : [])].join('.')

export type Members = Record<string, Json>

/** The members of a JSON object, of nothing else. */
export const membersOf = (json: Json | undefined): Members | undefined =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined

/** A member of its own; nothing that stands in a prototype. */
export const member = (json: Json | undefined, key: string): Json | undefined => {
  const members = membersOf(json)
  return members && Object.hasOwn(members, key) ? members[key] : undefined
}

/** An object with one member set, or taken away. */
export function withMember(json: Json | undefined, key: string, value: Json | undefined): Members {
  const { [key]: _, ...others } = membersOf(json) ?? {}
  return value === undefined ? others : { ...others, [key]: value }
}

/** What a field holds; the keys are those of the template. */
export const held = (values: unknown, section: string, field: string): Json | undefined =>
  member(member(values as Json | undefined, section), field)

/** The rows of a table with their numbers, or of a matrix with their keys. What is no row is left out. */
export function rowsOf(field: Field, json: Json | undefined): [string, Members][] {
  const rows: [string, Members][] = []
  if (field.type === 'matrix') {
    for (const { key } of field.rows) {
      const cells = membersOf(member(json, key))
      if (cells) rows.push([key, cells])
    }
  } else if (Array.isArray(json)) {
    for (const [index, row] of json.entries()) {
      const cells = membersOf(row)
      if (cells) rows.push([String(index), cells])
    }
  }
  return rows
}

/** A value as text: itself where it is one. (Never `String`, which asks the value how it wants to be called.) */
export const textOf = (json: Json | undefined): string =>
  typeof json === 'string' ? json : JSON.stringify(json ?? null)

/** One value of a document: of a field, or of a column in a row. */
export interface Leaf {
  leaf: Field | Column
  json: Json | undefined
  path: string
}

/** The values of a field: itself, or those of each of its rows. */
export function leavesOf(section: Section, field: Field, json: Json | undefined): Leaf[] {
  const path = `${section.key}.${field.key}`
  if (!isGrid(field)) return [{ leaf: field, json, path }]
  return rowsOf(field, json).flatMap(([key, cells]) =>
    field.fields.map((leaf) => ({ leaf, json: member(cells, leaf.key), path: `${path}.${key}.${leaf.key}` })),
  )
}

/** Whether something stands there. */
export function isFilled(json: Json | undefined): boolean {
  if (json === undefined || json === null) return false
  if (typeof json === 'string') return json.trim() !== ''
  if (Array.isArray(json)) return json.length > 0
  return typeof json !== 'object' || Object.keys(json).length > 0
}

const known = new WeakMap<object, Map<string, Place | string>>()

/** `placeOf`, remembered for each template. */
export function placeIn(template: Pick<Template, 'sections'>, path: string): Place | string {
  return kept(
    kept(known, template, () => new Map()),
    path,
    () => placeOf(template, path),
  )
}

/** The table of the path of a column: its first two parts. */
export const tableOf = (path: string): string => path.split('.').slice(0, 2).join('.')
