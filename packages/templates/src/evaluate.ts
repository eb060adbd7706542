import { isDate } from './date.ts'
import { type Expression, FACTS, type FactName, isFact, isPath } from './expression.ts'
import { calculated, exact, whole } from './number.ts'
import { coverOf, isExpression, listOf, opened, pathIn, type Shape, type Span, type Value } from './operators.ts'
import { held, isFilled, type Members, member, type Place, placeIn, rowPlaceOf, rowsOf, tableOf } from './place.ts'
import type { Column, Field, Json, Template } from './template.ts'
import { calculationOf } from './values.ts'

/** A calculation that a document holds, as whoever knows calculators judges it. */
export interface CalculationJudged {
  /** What its method takes in, that a document must fix or monitor: each by its name, or by any of several names. */
  inputs: readonly (string | readonly string[])[]
  /** Whether the result follows from the inputs. */
  agrees: boolean
}
/** Nothing comes back for a method or version that is not known. */
export type JudgeCalculation = (calculation: Members) => CalculationJudged | undefined

export type Facts = Partial<Record<FactName, Json>>

/** What an expression is computed over. */
export interface Scope {
  template: Pick<Template, 'sections'>
  values: unknown
  facts?: Facts | undefined
  judge?: JudgeCalculation | undefined
  /** The row that is looked at, and the table that it is of. */
  row?: { table: Place; cells: Members }
  /** Values over whole columns, computed once. What they stand on may not change while it is kept. */
  memo: Map<string, Value>
  /** Names of inputs that a `covers` found missing. */
  missing?: string[]
}

export const scopeOf = (scope: Omit<Scope, 'memo'>): Scope => ({ ...scope, memo: new Map() })

/** The value of an expression; nothing where something that it needs is not there. */
export function evaluate(expression: Expression, scope: Scope): Value {
  const { name, operator, operands } = opened(expression)
  if (!operator) return undefined
  const path = pathIn(operands)
  const work = () => {
    const values = operands.map(([shape, operand]) => operandValue(shape, operand, path, scope))
    return !operator.lenient && values.includes(undefined) ? undefined : operator.of(values)
  }
  // what is over a whole column is the same in every row
  return operands.length === 1 && path !== '' && name !== 'row' ? once(`${name} ${path}`, scope, work) : work()
}

/** Whether a condition is true; nothing where that cannot be said. */
export function holds(condition: Expression, scope: Scope): boolean | undefined {
  const value = evaluate(condition, scope)
  return typeof value === 'boolean' ? value : undefined
}

/** Whether a section, field or column is asked for: shown unless its condition is not true. */
export const isShown = ({ visibleIf }: { visibleIf?: Field['visibleIf'] }, scope: Scope): boolean =>
  visibleIf === undefined || holds(visibleIf, scope) === true

/** Whether a field must be filled in, as the rest of the document stands. */
export const isRequired = ({ required }: { required?: Field['required'] }, scope: Scope): boolean =>
  typeof required === 'object' ? holds(required, scope) === true : required === true

/** What the registry knows, or another document says, does no harm where it is not asked for. */
export const isFromElsewhere = ({ auto }: Field | Column): boolean => auto !== undefined && !('compute' in auto)

/** The value of one operand. `path` is the first operand, by which others know their table. */
function operandValue(shape: Shape, operand: unknown, path: string, scope: Scope): Value {
  if (typeof shape !== 'string' || shape === 'alike' || shape === 'list' || shape === 'members')
    return isExpression(operand) ? evaluate(operand, scope) : undefined
  switch (shape) {
    case 'at':
    case 'numbers':
    case 'column':
      return valueAt(path, scope)
    case 'row':
      return valueInRow(path, scope)
    case 'key':
      return valueAt(`${tableOf(path)}.${String(operand)}`, scope)
    case 'fact':
      return isFact(operand) ? factValue(operand, scope.facts?.[operand]) : undefined
    case 'number':
    case 'places':
      return exact(String(operand))
    case 'options':
      return Array.isArray(operand) ? operand.map(String) : undefined
    case 'count':
      return countAt(path, scope)
    case 'table':
      return true
    case 'in-row':
      return isExpression(operand)
        ? rowsAt(tableOf(path), scope).map((row) => evaluate(operand, { ...scope, row }))
        : undefined
    case 'presence':
      return isExpression(operand) && filled(operand, scope)
    case 'cover':
      return covers(operand, scope)
    default:
      return typeof operand === 'boolean' ? operand : String(operand)
  }
}

function filled(operand: Expression, scope: Scope): boolean {
  const { field, row } = operand
  if (isPath(field)) return rawAt(field, scope).some(isFilled)
  if (isPath(row) && scope.row) {
    const place = rowPlaceOf(scope.row.table, row)
    return typeof place !== 'string' && isFilled(partOf(place, member(scope.row.cells, place.column?.key ?? '')))
  }
  const value = evaluate(operand, scope)
  return Array.isArray(value) ? value.length > 0 : value !== undefined
}

function covers(operand: unknown, scope: Scope): Value {
  const [calculation = '', ...by] = coverOf(operand)
  const [json] = rawAt(calculation, scope)
  const given = calculationOf(json)
  const judged = given && scope.judge?.(given)
  if (!judged) return undefined
  const stated = by.flatMap((path) => listOf(valueAt(path, scope))).filter((name) => typeof name === 'string')
  const named = new Set(stated.map((name) => name.trim().toLowerCase()))
  const names = judged.inputs.map((input) => (typeof input === 'string' ? [input] : input))
  const missing = names.filter((input) => !input.some((name) => named.has(name.trim().toLowerCase())))
  scope.missing?.push(...missing.map(([name]) => name ?? '—'))
  return missing.length === 0
}

function once(key: string, scope: Scope, compute: () => Value): Value {
  if (!scope.memo.has(key)) scope.memo.set(key, compute())
  return scope.memo.get(key)
}

function countAt(path: string, scope: Scope): Value {
  const place = placeIn(scope.template, path)
  if (typeof place === 'string') return undefined
  if (place.kind === 'table') return whole(rowsAt(path, scope).length)
  const json = rawAt(path, scope)
  if (place.many) return whole(json.filter(isFilled).length)
  return whole(Array.isArray(json[0]) ? json[0].length : isFilled(json[0]) ? 1 : 0)
}

function rowsAt(path: string, scope: Scope): { table: Place; cells: Members }[] {
  const table = placeIn(scope.template, path)
  if (typeof table === 'string') return []
  const json = held(scope.values, table.section.key, table.field.key)
  return rowsOf(table.field, json).map(([, cells]) => ({ table, cells }))
}

function rawAt(path: string, scope: Scope): (Json | undefined)[] {
  const place = placeIn(scope.template, path)
  if (typeof place === 'string') return []
  const json = held(scope.values, place.section.key, place.field.key)
  const { column } = place
  if (!column) return [partOf(place, json)]
  if (place.row !== undefined) return [partOf(place, member(member(json, place.row), column.key))]
  return rowsOf(place.field, json).map(([, cells]) => partOf(place, member(cells, column.key)))
}

function valueAt(path: string, scope: Scope): Value {
  return once(`at ${path}`, scope, () => {
    const place = placeIn(scope.template, path)
    if (typeof place === 'string') return undefined
    const values = rawAt(path, scope).map((json) => typed(place, json))
    return place.many ? values : values[0]
  })
}

function valueInRow(name: string, scope: Scope): Value {
  if (!scope.row) return undefined
  const place = rowPlaceOf(scope.row.table, name)
  if (typeof place === 'string') return undefined
  return typed(place, partOf(place, member(scope.row.cells, place.column?.key ?? '')))
}

/** The part of a value that a path names: an end of a period, a result of a calculation. */
function partOf(place: Place, json: Json | undefined): Json | undefined {
  if (place.part === undefined) return json
  const leaf: Field | Column = place.column ?? place.field
  const inside = leaf.type === 'calc' && place.kind === 'number' ? member(json, 'result') : json
  return member(inside, place.part)
}

/** JSON as a value to compute with; nothing where it is not of the kind of its place. */
function typed(place: Place, json: Json | undefined): Value {
  switch (place.kind) {
    case 'number':
      return place.part === undefined ? exact(json) : calculated(json)
    case 'date':
      return isDate(json) ? json : undefined
    case 'text':
      return typeof json === 'string' && json !== '' ? json : undefined
    case 'bool':
      return typeof json === 'boolean' ? json : undefined
    case 'texts':
      return Array.isArray(json) ? json.filter((one) => typeof one === 'string') : undefined
    case 'period':
      return spanOf(json)
    default:
      return undefined
  }
}

function spanOf(json: Json | undefined): Span | undefined {
  const [start, end] = [member(json, 'start'), member(json, 'end')]
  return isDate(start) && isDate(end) ? { start, end } : undefined
}

/** What the registry knows as a value; it gives it as a document would hold it. */
function factValue(name: FactName, json: Json | undefined): Value {
  if (FACTS[name] === 'int') return exact(json)
  if (FACTS[name] === 'period') return spanOf(json)
  if (Array.isArray(json)) return json.filter((one) => typeof one === 'string')
  return typeof json === 'string' || typeof json === 'boolean' ? json : undefined
}
