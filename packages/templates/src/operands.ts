import { z } from 'zod'
import type { Scope } from './evaluate.ts'
import { kept } from './memo.ts'
import { calculated, type Exact, exact, isDate, whole } from './number.ts'
import type { Place, Sections, Spot } from './place.ts'
import {
  calculationOf,
  columnPlace,
  held,
  isFilled,
  isGrid,
  member,
  membersOf,
  pathOf,
  placeOf,
  rowsOf,
} from './place.ts'
import { decimal, type Expression, FACTS, type Field, isFact, isPath, type Json } from './template.ts'
import { type Kind, TYPES } from './types.ts'

/** A value while it is computed with. Numbers are decimals; dates and options are texts; a period is a pair. */
export type Value = Exact | string | boolean | Span | readonly Value[] | undefined
export interface Span {
  start: string
  end: string
}

export const isNumber = (value: Value): value is Exact =>
  typeof value === 'object' && value !== null && 'toDecimalPlaces' in value
export const isSpan = (value: Value): value is Span => typeof value === 'object' && value !== null && 'start' in value
export const listOf = (value: Value): readonly Value[] => (Array.isArray(value) ? value : [])

/** An expression, or a part of one, that was read: what kind of value it gives, and how. */
export interface Term {
  /** None where something is wrong with it. */
  kind?: Kind | undefined
  value: (scope: Scope) => Value
  /** Of a path: where it leads to, and what stands there as a document has it. */
  place?: Place
  raw?: (scope: Scope) => (Json | undefined)[]
  /** Of a path from the top, which gives the same in every row. */
  path?: string
  /** Choices that it names. */
  choices?: readonly unknown[]
}

/** Where an expression stands: among these sections, in a row of this table. What is wrong with it is told. */
export interface Ground extends Sections {
  row?: Spot | undefined
  fault: (text: string) => void
}
export interface Standing extends Ground {
  /** Takes the fields and columns that are needed; `facts` where it is asked what the registry knows. */
  needs: Set<string>
  /** The operands before it. */
  before: readonly Term[]
  read: (expression: unknown, at: Standing) => Term
}
/** What may stand at one place of an operator: reads it, and tells what is wrong with it. */
export type Operand = (given: unknown, at: Standing) => Term

export const isExpression = (given: unknown): given is Expression => membersOf(given as Json) !== undefined

export const nothing: Term = { value: () => undefined }
export function wrong(at: Ground, fault: string): Term {
  at.fault(fault)
  return nothing
}

/** An expression of one of these kinds. */
export const expression =
  (...kinds: readonly Kind[]): Operand =>
  (given, at) => {
    const term = at.read(given, at)
    const fits = term.kind === undefined || kinds.includes(term.kind)
    return fits ? term : wrong(at, `${JSON.stringify(given)} is a ${term.kind}, not a ${kinds.join(' or ')}`)
  }

/** An expression of the kind of the operand before it. */
export const alike: Operand = (given, at) => {
  const kind = at.before.at(-1)?.kind
  return kind ? expression(kind)(given, at) : at.read(given, at)
}

/** What the list before it may have: one, or several options. */
export const oneOf: Operand = (given, at) => {
  const { kind = 'text' } = at.before.at(-1) ?? {}
  return kind === 'text' ? expression('text', 'texts')(given, at) : expression(kind)(given, at)
}

/** Something that stands in the expression itself. */
const literal =
  <T>(kind: Kind, form: z.ZodType<T>, say: string, value: (given: T) => Value): Operand =>
  (given, at) => {
    const { success, data } = form.safeParse(given)
    if (!success) return { ...wrong(at, say), kind }
    const constant = value(data)
    return { kind, value: () => constant, choices: [data].flat() }
  }
/** Such as "0.5"; "2026-01-01"; how many digits; a list of options; an option or a text, or true or false. */
export const number = literal('number', decimal, 'takes a decimal in quotes', calculated)
export const date = literal('date', z.custom<string>(isDate), 'takes a date YYYY-MM-DD', (given) => given)
export const places = literal('number', z.int().min(0).max(12), 'places are 0 to 12', whole)
export const options = literal('text', z.array(z.string()).min(1), 'takes a list of options', (given) => given)
const truth = literal('bool', z.boolean(), 'takes true or false', (given) => given)
const text = literal('text', z.string(), 'takes a text, true or false', (given) => given)
export const constant: Operand = (given, at) => (typeof given === 'boolean' ? truth : text)(given, at)

/** What the registry knows. */
export const fact: Operand = (given, at) => {
  if (!isFact(given)) return wrong(at, `the registry knows ${Object.keys(FACTS).join(', ')}`)
  at.needs.add('facts')
  const { kind } = TYPES[FACTS[given] as Field['type']]
  return { kind, value: ({ facts }) => typed({ kind }, facts?.[given]) }
}

/** A path from the top, and what is wrong with where it leads. */
const pathTo =
  (unfit: (place: Place, path: string) => string | false = () => false): Operand =>
  (given, at) => {
    const place = isPath(given) ? placeOf(at, given) : 'takes a path such as "B64.yearly.er"'
    if (typeof place === 'string') return wrong(at, place)
    const path = String(given)
    const fault = unfit(place, path)
    if (fault) at.fault(fault)
    at.needs.add(pathOf({ ...place, row: undefined }))
    const { column, many } = place
    const raw = ({ values }: Scope) => {
      const json = held(values, place)
      const all = many && column ? rowsOf(place.field, json).map(([, cells]) => member(cells, column.key)) : [json]
      return all.map((one) => partOf(place, one))
    }
    const read = (scope: Scope) => raw(scope).map((json) => typed(place, json))
    const value = (scope: Scope) => kept(scope.memo, path, () => (many ? read(scope) : read(scope)[0]))
    return { kind: place.kind, place, path, raw, value }
  }
const anywhere = pathTo()
const isColumn = ({ many, kind }: Place, path: string) => {
  if (!many) return `${path} is not a column of a table`
  return (kind === 'object' || kind === 'texts') && `${path} is a ${kind}, not one value`
}

/** A path to one value. */
export const field = pathTo(
  ({ many }, path) => many && `${path} is a whole column; take {"row": …} for this row, or sum, count, every, any`,
)
/** A path to a column of values that can be compared. */
export const column = pathTo(isColumn)
/** A path to a column of numbers. */
export const numbers = pathTo(
  (place, path) => isColumn(place, path) || (place.kind !== 'number' && `${path} is a ${place.kind}, not a number`),
)
const toTable = pathTo(({ kind }, path) => kind !== 'table' && `${path} is not a table`)
/** A path to a table, of which only the rows are looked at. */
export const table: Operand = (given, at) => ({ ...toTable(given, at), value: () => true })

/** How many rows a table has, values a column, choices or files a list. */
export const count: Operand = (given, at) => {
  const term = anywhere(given, at)
  const counted = (all: readonly (Json | undefined)[]): number => {
    if (term.place?.kind === 'table') return rowsOf(term.place.field, all[0]).length
    return Array.isArray(all[0]) && !term.place?.many ? all[0].length : all.filter(isFilled).length
  }
  const value = (scope: Scope) => whole(counted(term.raw?.(scope) ?? []))
  return { kind: 'number', value: (scope) => kept(scope.memo, `count ${term.path}`, () => value(scope)) }
}

/** A column of the row that is looked at. */
export const row: Operand = (given, at) => {
  if (!isPath(given)) return wrong(at, 'takes a column such as "er"')
  if (!at.row) return wrong(at, `{"row": "${given}"} stands outside of any row`)
  const place = columnPlace(at.row, given.split('.'), false)
  if (typeof place === 'string') return wrong(at, place)
  at.needs.add(pathOf({ ...place, row: undefined }))
  const cell = (scope: Scope) => partOf(place, member(scope.row, place.column?.key ?? ''))
  return { kind: place.kind, place, raw: (scope) => [cell(scope)], value: (scope) => typed(place, cell(scope)) }
}

/** Another column of the table of the path before it. */
export const sibling: Operand = (given, at) => {
  const place = at.before[0]?.place
  return place ? column(`${place.section.key}.${place.field.key}.${given}`, at) : nothing
}

/** A condition, on each row of the table of the path before it. */
export const inRow: Operand = (given, at) => {
  const table = at.before[0]?.place
  if (!table || !isGrid(table.field)) return nothing
  const term = expression('bool')(given, { ...at, row: table })
  const rows = ({ values }: Scope) => rowsOf(table.field, held(values, table))
  return { kind: 'bool', value: (scope) => rows(scope).map(([, cells]) => term.value({ ...scope, row: cells })) }
}

/** Options chosen, or a whole column. */
export const list: Operand = (given, at) => {
  const { field: path } = isExpression(given) ? given : {}
  const place = isPath(path) && placeOf(at, path)
  if (typeof place === 'object' && place.many) return anywhere(path, at)
  return { ...expression('texts')(given, at), kind: 'text' }
}

/** An expression of which is only asked whether something is there. */
export const presence: Operand = (given, at) => {
  const { field: path } = isExpression(given) ? given : {}
  const { raw, value } = isPath(path) ? anywhere(path, at) : at.read(given, at)
  const isThere = (scope: Scope) => [value(scope)].flat().some((one) => one !== undefined)
  return { kind: 'bool', value: (scope) => raw?.(scope).some(isFilled) ?? isThere(scope) }
}

const calculation = pathTo(({ field }, path) => field.type !== 'calc' && `covers: ${path} is not a calc field`)
const texts = pathTo(({ many, kind }, path) => !(many && kind === 'text') && `covers: ${path} is not a column of texts`)

const plainly = (name: Value): string => String(name).trim().toLowerCase()

/** `{ calculation, by }`: whether each input of the calculation's method is named in one of these columns. */
export const cover: Operand = (given, at) => {
  const { calculation: path, by } = isExpression(given) ? given : {}
  const term = calculation(path, at)
  const columns = (Array.isArray(by) ? by : []).map((one) => texts(one, at))
  if (columns.length === 0) at.fault('covers: takes {"calculation": path of a calc field, "by": [paths of columns]}')
  const value = (scope: Scope): Value => {
    const found = calculationOf(term.raw?.(scope)[0])
    const judged = found && scope.judge?.(found)
    if (!judged) return undefined
    const stated = new Set(columns.flatMap((one) => listOf(one.value(scope)).map(plainly)))
    const names = judged.inputs.map((input) => [input].flat())
    const missing = names.filter((input) => !input.some((name) => stated.has(plainly(name))))
    scope.missing?.push(...missing.map(([name]) => name ?? '—'))
    return missing.length === 0
  }
  return { kind: 'bool', value }
}

/** The part of a value that a path names: an end of a period, a result of a calculation. */
const partOf = ({ part }: Place, json: Json | undefined): Json | undefined =>
  part === undefined ? json : (member(json, part) ?? member(member(json, 'result'), part))

/** JSON as a value to compute with; nothing where it is not of its kind. */
function typed({ kind, part }: Pick<Place, 'kind' | 'part'>, json: Json | undefined): Value {
  if (kind === 'number') return part === undefined ? exact(json) : calculated(json)
  if (kind === 'date') return isDate(json) ? json : undefined
  if (kind === 'text') return typeof json === 'string' && json !== '' ? json : undefined
  if (kind === 'bool') return typeof json === 'boolean' ? json : undefined
  if (kind === 'texts') return Array.isArray(json) ? json.filter((one) => typeof one === 'string') : undefined
  const [start, end] = [member(json, 'start'), member(json, 'end')]
  return kind === 'period' && isDate(start) && isDate(end) ? { start, end } : undefined
}
