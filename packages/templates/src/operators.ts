import type { Scope } from './evaluate.ts'
import { kept } from './memo.ts'
import { daysBetween, divide, type Exact, sumOf, whole } from './number.ts'
import type { Ground, Operand, Standing, Term, Value } from './operands.ts'
import * as take from './operands.ts'
import { isOption } from './options.ts'
import type { Expression } from './template.ts'
import type { Kind } from './types.ts'

export interface Operator {
  takes: readonly Operand[]
  /** The kind of what comes out, or the operand whose kind it has. */
  gives: Kind | 0 | 1
  /** Left out where it gives what it takes. */
  of?: ((operands: readonly Value[]) => Value) | undefined
  /** Any number of the last operand. */
  more?: true
  /** Something comes out though an operand is missing. */
  lenient?: true
}

const [aNumber, aDate, aTruth] = [take.expression('number'), take.expression('date'), take.expression('bool')]
const any = take.expression('number', 'date', 'text', 'bool', 'period')
const ordinal = take.expression('number', 'date')

const itself = (operand: Operand): Operator => ({ takes: [operand], gives: 0 })
const giving =
  (gives: Operator['gives']) =>
  (takes: readonly Operand[], of: Operator['of']): Operator => ({ takes, gives, of })
const [asks, counts] = [giving('bool'), giving('number')]
type Compute = (all: Exact[]) => Exact | undefined
const numeric = (takes: readonly Operand[], compute: Compute) => counts(takes, (all) => compute(numbersIn(all)))
const ofNumbers = (compute: Compute): Operator => ({ ...numeric([aNumber], compute), more: true })
/** `and` is false and `or` is true as soon as one operand is, whatever is missing elsewhere. */
const decided = (decisive: boolean): Operator => ({
  ...asks([aTruth], (all) => (all.includes(decisive) ? decisive : all.includes(undefined) ? undefined : !decisive)),
  more: true,
  lenient: true,
})

/** All that a template can compute and ask. `docs/templates.md` says it in words. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  field: itself(take.field),
  row: itself(take.row),
  fact: itself(take.fact),
  number: itself(take.number),
  date: itself(take.date),
  value: itself(take.constant),
  add: ofNumbers(sumOf),
  sub: ofNumbers(([first, ...others]) => first?.minus(sumOf(others))),
  mul: ofNumbers((all) => all.reduce((product, one) => product.times(one))),
  min: ofNumbers((all) => all.reduce((a, b) => (b.lt(a) ? b : a))),
  max: ofNumbers((all) => all.reduce((a, b) => (b.gt(a) ? b : a))),
  div: numeric([aNumber, aNumber], ([a, b]) => a && b && divide(a, b)),
  round: numeric([aNumber, take.places], ([a, digits]) => a && digits && a.toDecimalPlaces(digits.toNumber())),
  floor: numeric([aNumber], ([a]) => a?.floor()),
  days: counts([aDate, aDate], ([from, until]) => whole(daysBetween(String(from), String(until)) + 1)),
  year: counts([aDate], ([date]) => whole(Number(String(date).slice(0, 4)))),
  sum: counts([take.numbers], ([all]) => sumOf(numbersIn(all))),
  average: counts([take.numbers], ([all]) => divide(sumOf(numbersIn(all)), whole(numbersIn(all).length))),
  count: itself(take.count),
  sumIf: counts([take.numbers, take.inRow], ([all, flags]) =>
    sumOf(numbersIn(take.listOf(all).filter((_, row) => take.listOf(flags)[row] === true))),
  ),
  countIf: counts([take.table, take.inRow], ([, flags]) =>
    whole(take.listOf(flags).filter((flag) => flag === true).length),
  ),
  every: asks([take.table, take.inRow], ([, flags]) => !take.listOf(flags).includes(false)),
  any: asks([take.table, take.inRow], ([, flags]) => take.listOf(flags).includes(true)),
  lookup: giving(0)(
    [take.column, take.sibling, take.alike],
    ([all, keys, wanted]) => take.listOf(all)[take.listOf(keys).findIndex((key) => same(key, wanted))],
  ),
  if: {
    ...giving(1)([aTruth, any, take.alike], ([is, then, other]) => (is ? then : is === false ? other : undefined)),
    lenient: true,
  },
  eq: asks([any, take.alike], ([a, b]) => same(a, b)),
  ne: asks([any, take.alike], ([a, b]) => !same(a, b)),
  lt: asks([ordinal, take.alike], ([a, b]) => orderOf(a, b) < 0),
  lte: asks([ordinal, take.alike], ([a, b]) => orderOf(a, b) <= 0),
  gt: asks([ordinal, take.alike], ([a, b]) => orderOf(a, b) > 0),
  gte: asks([ordinal, take.alike], ([a, b]) => orderOf(a, b) >= 0),
  and: decided(false),
  or: decided(true),
  not: asks([aTruth], ([is]) => !is),
  filled: itself(take.presence),
  in: asks([take.expression('text'), take.options], ([one, some]) => take.listOf(some).includes(one)),
  has: asks([take.list, take.oneOf], ([all, wanted]) =>
    [wanted].flat().every((one) => take.listOf(all).some((each) => same(each, one))),
  ),
  within: asks([take.expression('date', 'period'), aDate, aDate], ([value, from, until]) => {
    const [start, end] = take.isSpan(value) ? [value.start, value.end] : [value, value]
    return orderOf(from, start) <= 0 && orderOf(end, until) <= 0
  }),
  covers: itself(take.cover),
}

const numbersIn = (value: Value): Exact[] => take.listOf(value).filter(take.isNumber)

/** Less than 0 where the first comes first; of two numbers, or of two texts. */
function orderOf(a: Value, b: Value): number {
  if (take.isNumber(a) && take.isNumber(b)) return a.cmp(b)
  const [x, y] = [String(a), String(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

function same(a: Value, b: Value): boolean {
  if (take.isNumber(a) && take.isNumber(b)) return a.eq(b)
  return take.isSpan(a) && take.isSpan(b) ? a.start === b.start && a.end === b.end : a === b
}

const MAX_OPERANDS = 50

/** Reads an expression, and all that are in it. */
function read(expression: unknown, at: Standing): Term {
  const [entry, ...others] = take.isExpression(expression) ? Object.entries(expression) : []
  if (!entry || others.length > 0) return take.wrong(at, 'an expression is an object with exactly one operator')
  const [name, given] = entry
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined
  if (!operator) return take.wrong(at, `there is no operator "${name}"; there are ${Object.keys(OPERATORS).join(', ')}`)
  const { takes, gives, of, more, lenient } = operator
  const list: unknown[] = takes.length === 1 && !more ? [given] : Array.isArray(given) ? given : []
  if (more ? list.length === 0 || list.length > MAX_OPERANDS : list.length !== takes.length)
    return take.wrong(at, `${name} takes a list of ${more ? `1 to ${MAX_OPERANDS}` : takes.length}`)
  const terms: Term[] = []
  for (const [index, one] of list.entries()) {
    const operand = takes[index] ?? takes.at(-1) ?? take.constant
    terms.push(operand(one, { ...at, before: terms }))
  }
  choiceFaults(terms, at)
  const [first = take.nothing] = terms
  if (!of) return first
  const work = (scope: Scope): Value => {
    const values = terms.map(({ value }) => value(scope))
    return !lenient && values.includes(undefined) ? undefined : of(values)
  }
  const kind = typeof gives === 'number' ? terms[gives]?.kind : gives
  const { path } = first
  // what is over a whole column is the same in every row
  if (path === undefined || terms.length > 1) return { kind, value: work }
  return { kind, value: (scope) => kept(scope.memo, `${name} ${path}`, () => work(scope)) }
}

/** A field of choices is compared only with choices that it has. */
function choiceFaults([first, second]: readonly Term[], { fault }: Ground): void {
  const { column, field, part } = first?.place ?? {}
  const leaf = column ?? field
  if (!leaf || part !== undefined || (leaf.type !== 'enum' && leaf.type !== 'multi')) return
  for (const choice of second?.choices ?? [])
    if (typeof choice === 'string' && !isOption(leaf, choice)) fault(`"${leaf.key}" has no choice "${choice}"`)
}

/** An expression that was read, and the fields and columns that it needs; `facts` where it asks what the registry knows. */
export type Known = Term & { needs: ReadonlySet<string> }
const known = new WeakMap<Expression, Known>()

/** Reads an expression of a template where it stands, once: it has to give one of these kinds, if there are any. */
export function readExpression(expression: Expression, ground: Ground, ...kinds: Kind[]): void {
  const at = { ...ground, needs: new Set<string>(), before: [], read }
  const term = kinds.length > 0 ? take.expression(...kinds)(expression, at) : read(expression, at)
  known.set(expression, { ...term, needs: at.needs })
}

/** An expression of a template that was read. */
export function termOf(expression: Expression): Known {
  const term = known.get(expression)
  if (!term) throw new Error(`the template of ${JSON.stringify(expression)} was not read`)
  return term
}
