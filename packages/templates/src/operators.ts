import { daysBetween, isDate } from './date.ts'
import type { Expression } from './expression.ts'
import { kept } from './memo.ts'
import { divide, type Exact, floored, rounded, sumOf, whole } from './number.ts'
import { type Kind, tableOf } from './place.ts'

/** A value while it is computed with. Numbers are decimals; dates and options are texts; a period is a pair. */
export type Value = Exact | string | boolean | Span | readonly Value[] | undefined
export interface Span {
  start: string
  end: string
}

/** What stands at one place of an operator. */
export type Shape =
  | readonly Kind[] // an expression of one of these kinds
  | 'alike' // an expression of the kind of the operand before it
  | 'list' // options chosen, or a whole column
  | 'members' // one that the list before may have, or several options
  | 'presence' // an expression of which is only asked whether something is there
  | 'at' // a path to one value
  | 'row' // a column of the row that is looked at
  | 'fact' // what the registry knows
  | 'number' // "0.5"
  | 'date' // "2026-01-01"
  | 'literal' // an option or a text; true or false
  | 'places' // how many digits
  | 'options' // a list of options
  | 'numbers' // path of a column of numbers
  | 'column' // path of a column
  | 'count' // path of a table, a list, a column: how many there are
  | 'table' // path of a table
  | 'key' // another column of the same table
  | 'in-row' // a condition, on each row of that table
  | 'cover' // { calculation, by }

export interface Operator {
  takes: readonly Shape[]
  /** Any number of the last one. */
  more?: true
  /** The kind of what comes out, or the operand whose kind it has. */
  gives: Kind | 0 | 1
  /** Something comes out though an operand is missing. */
  lenient?: true
  of: (operands: readonly Value[]) => Value
}

const ANY: readonly Kind[] = ['number', 'date', 'text', 'bool', 'period']
const itself = (shape: Shape): Operator => ({ takes: [shape], gives: 0, of: ([value]) => value })
const numeric = (takes: readonly Shape[], compute: (all: Exact[]) => Exact | undefined): Operator => ({
  takes,
  gives: 'number',
  of: (values) => compute(values.filter(isNumber)),
})
const ofNumbers = (compute: (all: Exact[]) => Exact | undefined): Operator => ({
  ...numeric([['number']], compute),
  more: true,
})
const ordered = (holds: (order: number) => boolean): Operator => ({
  takes: [['number', 'date'], 'alike'],
  gives: 'bool',
  of: ([a, b]) => holds(orderOf(a, b)),
})
const overRows = (
  gives: Kind,
  takes: Shape,
  of: (flags: readonly Value[], values: readonly Value[]) => Value,
): Operator => ({
  takes: [takes, 'in-row'],
  gives,
  of: ([values, flags]) => of(listOf(flags), listOf(values)),
})
/** `and` is false and `or` is true as soon as one operand is, whatever is missing elsewhere. */
const decided = (decisive: boolean): Operator => ({
  takes: [['bool']],
  more: true,
  gives: 'bool',
  lenient: true,
  of: (all) => (all.includes(decisive) ? decisive : all.includes(undefined) ? undefined : !decisive),
})

/** All that a template can compute and ask. `docs/templates.md` says it in words. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  field: itself('at'),
  row: itself('row'),
  fact: itself('fact'),
  number: itself('number'),
  date: itself('date'),
  value: itself('literal'),
  add: ofNumbers(sumOf),
  sub: ofNumbers(([first, ...others]) => first?.minus(sumOf(others))),
  mul: ofNumbers((all) => all.reduce((product, one) => product.times(one))),
  min: ofNumbers((all) => all.reduce((a, b) => (b.lt(a) ? b : a))),
  max: ofNumbers((all) => all.reduce((a, b) => (b.gt(a) ? b : a))),
  div: numeric([['number'], ['number']], ([a, b]) => a && b && divide(a, b)),
  round: numeric([['number'], 'places'], ([a, places]) => a && places && rounded(a, places.toNumber())),
  floor: numeric([['number']], ([a]) => a && floored(a)),
  days: {
    takes: [['date'], ['date']],
    gives: 'number',
    of: ([from, until]) => (isDate(from) && isDate(until) ? whole(daysBetween(from, until) + 1) : undefined),
  },
  year: {
    takes: [['date']],
    gives: 'number',
    of: ([date]) => (isDate(date) ? whole(Number(date.slice(0, 4))) : undefined),
  },
  sum: { takes: ['numbers'], gives: 'number', of: ([all]) => sumOf(listOf(all).filter(isNumber)) },
  average: {
    takes: ['numbers'],
    gives: 'number',
    of([all]) {
      const numbers = listOf(all).filter(isNumber)
      return divide(sumOf(numbers), whole(numbers.length))
    },
  },
  count: { takes: ['count'], gives: 'number', of: ([count]) => count },
  unique: {
    takes: ['column'],
    gives: 'bool',
    of([all]) {
      const keys = listOf(all).flatMap((one) => (one === undefined ? [] : [isNumber(one) ? one.toFixed() : one]))
      return new Set(keys).size === keys.length
    },
  },
  sumIf: overRows('number', 'numbers', (flags, values) =>
    sumOf(values.filter((_, index) => flags[index] === true).filter(isNumber)),
  ),
  countIf: overRows('number', 'table', (flags) => whole(flags.filter((flag) => flag === true).length)),
  every: overRows('bool', 'table', (flags) => flags.every((flag) => flag !== false)),
  any: overRows('bool', 'table', (flags) => flags.includes(true)),
  lookup: {
    takes: ['column', 'key', 'alike'],
    gives: 0,
    of: ([values, keys, wanted]) => listOf(values)[listOf(keys).findIndex((key) => same(key, wanted))],
  },
  if: {
    takes: [['bool'], ANY, 'alike'],
    gives: 1,
    lenient: true,
    of: ([condition, then, otherwise]) => (condition === undefined ? undefined : condition ? then : otherwise),
  },
  eq: { takes: [ANY, 'alike'], gives: 'bool', of: ([a, b]) => same(a, b) },
  ne: { takes: [ANY, 'alike'], gives: 'bool', of: ([a, b]) => !same(a, b) },
  lt: ordered((order) => order < 0),
  lte: ordered((order) => order <= 0),
  gt: ordered((order) => order > 0),
  gte: ordered((order) => order >= 0),
  and: decided(false),
  or: decided(true),
  not: { takes: [['bool']], gives: 'bool', of: ([value]) => !value },
  filled: { takes: ['presence'], gives: 'bool', of: ([is]) => is },
  in: { takes: [['text'], 'options'], gives: 'bool', of: ([one, options]) => listOf(options).includes(one) },
  has: {
    takes: ['list', 'members'],
    gives: 'bool',
    of: ([list, wanted]) => [wanted].flat().every((one) => listOf(list).some((each) => same(each, one))),
  },
  within: {
    takes: [['date', 'period'], ['date'], ['date']],
    gives: 'bool',
    of([value, from, until]) {
      const [start, end] = isSpan(value) ? [value.start, value.end] : [value, value]
      return orderOf(from, start) <= 0 && orderOf(end, until) <= 0
    },
  },
  covers: { takes: ['cover'], gives: 'bool', of: ([all]) => all },
}

export const isNumber = (value: Value): value is Exact =>
  typeof value === 'object' && value !== null && 'toDecimalPlaces' in value
export const isSpan = (value: Value): value is Span => typeof value === 'object' && value !== null && 'start' in value
export const listOf = (value: Value): readonly Value[] => (Array.isArray(value) ? value : [])

/** Less than 0 where the first comes first; of two numbers, or of two texts. */
function orderOf(a: Value, b: Value): number {
  if (isNumber(a) && isNumber(b)) return a.cmp(b)
  const [x, y] = [String(a), String(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

function same(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return a.eq(b)
  return isSpan(a) && isSpan(b) ? a.start === b.start && a.end === b.end : a === b
}

interface Opened {
  name: string
  operator?: Operator
  /** Each operand with its shape. */
  operands: [Shape, unknown][]
}
const known = new WeakMap<Expression, Opened>()

/** The operator of an expression with its operands. */
export const opened = (expression: Expression): Opened => kept(known, expression, () => open(expression))

function open(expression: Expression): Opened {
  const [name = '', operand] = Object.entries(expression)[0] ?? []
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined
  if (!operator) return { name, operands: [] }
  const { takes, more } = operator
  const given = takes.length > 1 || more ? (Array.isArray(operand) ? operand : []) : [operand]
  return {
    name,
    operator,
    operands: given.map((one, index) => [takes[Math.min(index, takes.length - 1)] ?? 'literal', one]),
  }
}

/** The first operand where it is a path, by which the others know their table. */
export const pathIn = ([first]: Opened['operands']): string => (typeof first?.[1] === 'string' ? first[1] : '')

/** What an expression reads. */
export interface Reference {
  path: string
  /** Only which rows there are is looked at. */
  rows?: boolean
}

/** All references of an expression, as paths from the top. `table` is that of the row in which it stands. */
export function references(expression: Expression, table = ''): Reference[] {
  const { operands } = opened(expression)
  const path = pathIn(operands)
  return operands.flatMap(([shape, operand]): Reference[] => {
    if (shape === 'at' || shape === 'numbers' || shape === 'column') return [{ path }]
    if (shape === 'count' || shape === 'table') return [{ path, rows: true }]
    if (shape === 'row') return [{ path: `${table}.${path}` }]
    if (shape === 'key') return [{ path: `${tableOf(path)}.${String(operand)}` }]
    if (shape === 'cover') return coverOf(operand).map((one) => ({ path: one }))
    if (shape === 'in-row') return isExpression(operand) ? references(operand, tableOf(path)) : []
    return isExpression(operand) ? references(operand, table) : []
  })
}

export const isExpression = (given: unknown): given is Expression =>
  typeof given === 'object' && given !== null && !Array.isArray(given)

/** The paths of `covers`: of the calculation, and of the columns where its inputs are named. */
export function coverOf(operand: unknown): string[] {
  const { calculation, by } = isExpression(operand) ? operand : {}
  return [calculation, ...(Array.isArray(by) ? by : [])].map((path) => (typeof path === 'string' ? path : ''))
}
