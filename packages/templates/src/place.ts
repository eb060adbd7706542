import type { Column, Document, Field, Grid, Json, Section, Template } from './template.ts'
import { type Kind, TYPES } from './types.ts'

/** A field, a column of it, a row, or a cell. */
export interface Spot {
  section: Section
  field: Field
  column?: Column | undefined
  row?: string | undefined
}

/** Where the path of an expression leads to: of rows only those of a matrix have a name. */
export interface Place extends Spot {
  /** A part of the value. */
  part?: string
  kind: Kind
  /** It leads to a column over all rows, so there are many values. */
  many: boolean
}

/** Sections as they are looked through: of a template, or of a document with its own. */
export type Sections = Pick<Template, 'sections'>

export const isGrid = (field: Field): field is Grid => field.type === 'table' || field.type === 'matrix'

/** All fields, each followed by its columns. */
export const leavesOf = (sections: readonly Section[]): (Spot & { leaf: Field; path: string })[] =>
  sections.flatMap((section) =>
    section.fields.flatMap((field) =>
      [undefined, ...(isGrid(field) ? field.fields : [])].map((column) => {
        const spot = { section, field, column }
        return { ...spot, leaf: column ?? field, path: pathOf(spot) }
      }),
    ),
  )

const named = <T extends { key: string }>(list: readonly T[], key: string | undefined): T | undefined =>
  list.find((one) => one.key === key)
const keys = (list: readonly { key: string }[]) => list.map(({ key }) => key).join(', ')

/** The place of a path such as `B64.yearly.er`, or what is wrong with it. */
export function placeOf({ sections }: Sections, path: string): Place | string {
  const [sectionKey, fieldKey, ...rest] = path.split('.')
  const section = named(sections, sectionKey)
  if (!section) return `there is no section "${sectionKey}"; there are ${keys(sections)}`
  const field = named(section.fields, fieldKey)
  if (!field) return `section ${sectionKey} has no field "${fieldKey ?? ''}"; it has ${keys(section.fields)}`
  if (!isGrid(field)) return partPlace({ section, field }, rest)
  const [row, ...others] = rest
  if (row === undefined) return { section, field, kind: 'table', many: false }
  const isRow = field.type === 'matrix' && named(field.rows, row)
  return isRow ? columnPlace({ section, field, row }, others, false) : columnPlace({ section, field }, rest, true)
}

/** The place of a column of a table: `er`, or `dates.start`; in the row that is looked at, or over all rows. */
export function columnPlace({ section, field, row }: Spot, path: readonly string[], many: boolean): Place | string {
  const [key, ...rest] = path
  const columns = isGrid(field) ? field.fields : []
  const column = named(columns, key)
  if (!column) return `${section.key}.${field.key} has no column "${key}"; it has ${keys(columns)}`
  return partPlace({ section, field, row, column }, rest, many)
}

function partPlace(spot: Spot, [part, ...more]: readonly string[], many = false): Place | string {
  const leaf = spot.column ?? spot.field
  const { kind, parts = {} } = TYPES[leaf.type]
  if (part === undefined) return { ...spot, kind, many }
  const inner = Object.hasOwn(parts, part) ? parts[part] : undefined
  if (inner && more.length === 0) return { ...spot, part, kind: inner, many }
  const allowed = Object.keys(parts).join(', ')
  return `"${leaf.key}" has no part "${[part, ...more].join('.')}"; ${allowed ? `it has ${allowed}` : 'it has none'}`
}

/** The field, row or cell of a path such as `A2.locations.0.name`, if a document may have it. */
export function spotOf({ sections }: Sections, path: string): Spot | undefined {
  const [sectionKey, fieldKey, row, columnKey, ...more] = path.split('.')
  const section = named(sections, sectionKey)
  const field = section && named(section.fields, fieldKey)
  if (!section || !field || more.length > 0) return undefined
  if (row === undefined) return { section, field }
  if (!isGrid(field) || !isRow(field, row)) return undefined
  const column = named(field.fields, columnKey)
  return columnKey === undefined || column ? { section, field, row, column } : undefined
}

const isRow = (field: Grid, row: string): boolean =>
  field.type === 'matrix'
    ? named(field.rows, row) !== undefined
    : /^(0|[1-9]\d{0,4})$/.test(row) && Number(row) < (TYPES.table.most ?? 0)

/** The path of a field, row or cell; or of a column over all rows, by which is told what a value depends on. */
export const pathOf = ({ section, field, row, column }: Spot): string =>
  [section.key, field.key, row, column?.key].filter((key) => key !== undefined).join('.')

export type Values = Document['values']
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

/** What stands in a field, row or cell. */
export function held(values: unknown, { section, field, row, column }: Spot): Json | undefined {
  const json = member(member(values as Json | undefined, section.key), field.key)
  if (row === undefined) return json
  const cells = Array.isArray(json) ? json[Number(row)] : member(json, row)
  return column ? member(cells, column.key) : cells
}

/** The values with a field, row or cell set, or taken away; the same object where nothing changes. */
export function put(values: Values, spot: Spot, json: Json | undefined): Values {
  const { section, field, row, column } = spot
  const before = held(values, spot)
  if (before === json || JSON.stringify(before) === JSON.stringify(json)) return values
  const cells = column ? withMember(held(values, { section, field, row }), column.key, json) : json
  const after = row === undefined ? json : withRow(field, held(values, { section, field }), row, cells)
  return { ...values, [section.key]: withMember(member(values, section.key), field.key, after) }
}

/** A table or matrix with one row set, or taken away; nothing where no row is left. */
function withRow({ type }: Field, json: Json | undefined, key: string, row: Json | undefined): Json | undefined {
  const rows =
    type === 'matrix'
      ? withMember(json, key, isFilled(row) ? row : undefined)
      : (Array.isArray(json) ? json : []).toSpliced(Number(key), 1, ...(row === undefined ? [] : [row]))
  return isFilled(rows) ? rows : undefined
}

/** The rows of a table with their numbers, or of a matrix with their keys. What is no row is left out. */
export function rowsOf(field: Field, json: Json | undefined): [string, Members][] {
  const rows: [string, Json | undefined][] =
    field.type === 'matrix'
      ? field.rows.map(({ key }) => [key, member(json, key)])
      : (Array.isArray(json) ? json : []).map((row, index) => [String(index), row])
  return rows.flatMap(([key, row]) => {
    const cells = membersOf(row)
    return cells ? [[key, cells]] : []
  })
}

/** By what a row is known: its values in these columns; nothing where one of them is not filled in. */
export function rowKeyOf(row: Json, rowKey: readonly string[]): string | undefined {
  const cells = rowKey.map((key) => member(row, key))
  return cells.length > 0 && cells.every(isFilled) ? JSON.stringify(cells) : undefined
}

/** A calculation: method, version, inputs and result; nothing where it has another form. */
export const calculationOf = (json: Json | undefined): Members | undefined =>
  TYPES.calc.form.safeParse(json).success ? membersOf(json) : undefined

/** A value as text: itself where it is one. (Never `String`, which asks the value how it wants to be called.) */
export const textOf = (json: Json | undefined): string =>
  typeof json === 'string' ? json : JSON.stringify(json ?? null)

/** Whether something stands there. */
export function isFilled(json: Json | undefined): boolean {
  if (json === undefined || json === null) return false
  if (typeof json === 'string') return json.trim() !== ''
  return typeof json !== 'object' || Object.keys(json).length > 0
}

/** JSON as text in which keys have one order. */
export const canonical = (json: Json | undefined): string | undefined =>
  JSON.stringify(json, (_, value: Json) => {
    const members = membersOf(value)
    return members ? Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1))) : value
  })

/** The same JSON, whatever the order of keys. */
export const sameJson = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && canonical(a) === canonical(b))
