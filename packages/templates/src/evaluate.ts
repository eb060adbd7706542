import { daysBetween, isDate } from './date.ts'
import { type Expression, FACTS, type FactName } from './expression.ts'
import { calculated, divide, type Exact, exact, floored, rounded, sumOf, whole } from './number.ts'
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

/** A value while it is computed with. Numbers are decimals; dates and options are texts; a period is a pair. */
export type Value = Exact | string | boolean | Span | readonly Value[] | undefined
interface Span {
  start: string
  end: string
}

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
  if ('field' in expression) return valueAt(expression.field, scope)
  if ('row' in expression) return valueInRow(expression.row, scope)
  if ('number' in expression) return exact(expression.number)
  if ('date' in expression) return expression.date
  if ('value' in expression) return expression.value
  if ('fact' in expression) return factValue(expression.fact, scope.facts?.[expression.fact])
  if ('if' in expression) {
    const [condition, then, otherwise] = expression.if
    const holds = evaluate(condition, scope)
    return typeof holds === 'boolean' ? evaluate(holds ? then : otherwise, scope) : undefined
  }
  const number = arithmetic(expression, scope)
  if (number !== NONE) return number
  const column = overColumn(expression, scope)
  return column === NONE ? logic(expression, scope) : column
}

/** Whether a condition is true; nothing where that cannot be said. */
export function holds(condition: Expression, scope: Scope): boolean | undefined {
  const value = evaluate(condition, scope)
  return typeof value === 'boolean' ? value : undefined
}

const NONE = Symbol('another operator')
type Other = Value | typeof NONE

function arithmetic(expression: Expression, scope: Scope): Other {
  if ('add' in expression) return over(expression.add, scope, sumOf)
  if ('sub' in expression) return over(expression.sub, scope, ([first, ...others]) => first?.minus(sumOf(others)))
  if ('mul' in expression) return over(expression.mul, scope, (all) => all.reduce((product, one) => product.times(one)))
  if ('div' in expression) return over(expression.div, scope, ([a, b]) => a && b && divide(a, b))
  if ('min' in expression) return over(expression.min, scope, (all) => all.reduce((a, b) => (b.lt(a) ? b : a)))
  if ('max' in expression) return over(expression.max, scope, (all) => all.reduce((a, b) => (b.gt(a) ? b : a)))
  if ('floor' in expression) return over([expression.floor], scope, ([one]) => one && floored(one))
  if ('round' in expression) {
    const [number, places] = expression.round
    return over([number], scope, ([one]) => one && rounded(one, places))
  }
  if ('days' in expression) {
    const [from, until] = expression.days.map((one) => evaluate(one, scope))
    return isDate(from) && isDate(until) ? whole(daysBetween(from, until) + 1) : undefined
  }
  if ('year' in expression) {
    const date = evaluate(expression.year, scope)
    return isDate(date) ? exact(String(Number(date.slice(0, 4)))) : undefined
  }
  return NONE
}

/** A result over numbers, where all are there. */
function over(operands: readonly Expression[], scope: Scope, compute: (numbers: Exact[]) => Exact | undefined): Value {
  const numbers: Exact[] = []
  for (const operand of operands) {
    const number = evaluate(operand, scope)
    if (!isNumber(number)) return undefined
    numbers.push(number)
  }
  return compute(numbers)
}

function overColumn(expression: Expression, scope: Scope): Other {
  if ('sum' in expression) return once(`sum ${expression.sum}`, scope, () => sumOf(numbersAt(expression.sum, scope)))
  if ('average' in expression) {
    return once(`average ${expression.average}`, scope, () => {
      const numbers = numbersAt(expression.average, scope)
      return numbers.length > 0 ? divide(sumOf(numbers), whole(numbers.length)) : undefined
    })
  }
  if ('count' in expression) return once(`count ${expression.count}`, scope, () => countAt(expression.count, scope))
  if ('unique' in expression) return once(`unique ${expression.unique}`, scope, () => unique(expression.unique, scope))
  if ('sumIf' in expression) return sumIf(expression.sumIf, scope)
  if ('countIf' in expression) {
    const [path, condition] = expression.countIf
    return whole(rowsAt(path, scope).filter((row) => holds(condition, { ...scope, row }) === true).length)
  }
  if ('lookup' in expression) return lookup(expression.lookup, scope)
  if ('every' in expression) {
    const [path, condition] = expression.every
    return rowsAt(path, scope).every((row) => holds(condition, { ...scope, row }) !== false)
  }
  if ('any' in expression) {
    const [path, condition] = expression.any
    return rowsAt(path, scope).some((row) => holds(condition, { ...scope, row }) === true)
  }
  return NONE
}

function logic(expression: Expression, scope: Scope): Value {
  if ('and' in expression) return all(expression.and, scope, false)
  if ('or' in expression) return all(expression.or, scope, true)
  if ('not' in expression) {
    const value = holds(expression.not, scope)
    return value === undefined ? undefined : !value
  }
  if ('filled' in expression) return filled(expression.filled, scope)
  if ('covers' in expression) return covers(expression.covers, scope)
  if ('in' in expression) {
    const [operand, options] = expression.in
    const value = evaluate(operand, scope)
    return typeof value === 'string' ? options.includes(value) : undefined
  }
  if ('has' in expression) {
    const [list, one] = expression.has.map((operand) => evaluate(operand, scope))
    if (!Array.isArray(list) || one === undefined) return undefined
    return [one].flat().every((wanted) => list.some((each) => same(each, wanted)))
  }
  if ('within' in expression) return within(expression.within.map((operand) => evaluate(operand, scope)))
  return comparison(expression, scope)
}

/** `and` is false and `or` is true as soon as one operand is, whatever is missing elsewhere. */
function all(operands: readonly Expression[], scope: Scope, decisive: boolean): Value {
  const values = operands.map((operand) => holds(operand, scope))
  if (values.includes(decisive)) return decisive
  return values.includes(undefined) ? undefined : !decisive
}

function comparison(expression: Expression, scope: Scope): Value {
  const [operator, operands] = Object.entries(expression)[0] as [string, [Expression, Expression]]
  const [a, b] = [evaluate(operands[0], scope), evaluate(operands[1], scope)]
  if (a === undefined || b === undefined) return undefined
  if (operator === 'eq') return same(a, b)
  if (operator === 'ne') return !same(a, b)
  const order = orderOf(a, b)
  if (order === undefined) return undefined
  if (operator === 'lt') return order < 0
  if (operator === 'lte') return order <= 0
  return operator === 'gt' ? order > 0 : order >= 0
}

export const isNumber = (value: Value): value is Exact =>
  typeof value === 'object' && value !== null && 'toDecimalPlaces' in value
const isSpan = (value: Value): value is Span => typeof value === 'object' && value !== null && 'start' in value

function orderOf(a: Value, b: Value): number | undefined {
  if (isNumber(a) && isNumber(b)) return a.cmp(b)
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  return undefined
}

function same(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return a.eq(b)
  if (isSpan(a) && isSpan(b)) return a.start === b.start && a.end === b.end
  return a === b
}

function within([value, from, until]: readonly Value[]): Value {
  if (!isDate(from) || !isDate(until)) return undefined
  const [start, end] = isSpan(value) ? [value.start, value.end] : [value, value]
  return isDate(start) && isDate(end) ? from <= start && end <= until : undefined
}

function filled(operand: Expression, scope: Scope): boolean {
  if ('field' in operand) return rawAt(operand.field, scope).some(isFilled)
  if ('row' in operand && scope.row) {
    const place = rowPlaceOf(scope.row.table, operand.row)
    return typeof place !== 'string' && isFilled(partOf(place, member(scope.row.cells, place.column?.key ?? '')))
  }
  const value = evaluate(operand, scope)
  return Array.isArray(value) ? value.length > 0 : value !== undefined
}

function covers({ calculation, by }: { calculation: string; by: string[] }, scope: Scope): Value {
  const [json] = rawAt(calculation, scope)
  const given = calculationOf(json)
  const judged = given && scope.judge?.(given)
  if (!judged) return undefined
  const stated = by.flatMap((path) => listAt(path, scope)).filter((name) => typeof name === 'string')
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

const numbersAt = (path: string, scope: Scope): Exact[] => listAt(path, scope).filter(isNumber)

const listAt = (path: string, scope: Scope): readonly Value[] => {
  const value = valueAt(path, scope)
  return Array.isArray(value) ? value : [value]
}

function countAt(path: string, scope: Scope): Value {
  const place = placeIn(scope.template, path)
  if (typeof place === 'string') return undefined
  if (place.kind === 'table') return whole(rowsAt(path, scope).length)
  const json = rawAt(path, scope)
  if (place.many) return whole(json.filter(isFilled).length)
  return whole(Array.isArray(json[0]) ? json[0].length : isFilled(json[0]) ? 1 : 0)
}

function unique(path: string, scope: Scope): boolean {
  const keys = listAt(path, scope).flatMap((one) => (one === undefined ? [] : [isNumber(one) ? one.toFixed() : one]))
  return new Set(keys).size === keys.length
}

function sumIf([path, condition]: [string, Expression], scope: Scope): Value {
  const place = placeIn(scope.template, path)
  if (typeof place === 'string' || !place.column) return undefined
  const { column } = place
  const rows = rowsAt(tableOf(path), scope).filter((row) => holds(condition, { ...scope, row }) === true)
  return sumOf(
    rows.map(({ cells }) => partValue({ ...place, many: false }, member(cells, column.key))).filter(isNumber),
  )
}

function lookup([path, key, wanted]: [string, string, Expression], scope: Scope): Value {
  const value = evaluate(wanted, scope)
  const place = placeIn(scope.template, path)
  if (value === undefined || typeof place === 'string' || !place.column) return undefined
  for (const row of rowsAt(tableOf(path), scope)) {
    if (same(valueInRow(key, { ...scope, row }), value)) return partValue(place, member(row.cells, place.column.key))
  }
  return undefined
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
  return typeof place === 'string' ? undefined : partValue(place, member(scope.row.cells, place.column?.key ?? ''))
}

const partValue = (place: Place, json: Json | undefined): Value => typed(place, partOf(place, json))

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
