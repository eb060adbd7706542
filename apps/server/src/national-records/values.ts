import {
  categoryOf,
  type FieldError,
  type GwpSet,
  inventoryCategories,
  type YearLeaf,
  type YearValues,
} from '@tallystick/contract'
import { problem } from '../platform/problem.ts'
import { decimalOf, isRounded, millionths } from './decimals.ts'

/** 100-year global warming potentials of the assessment reports, as far as the gases have columns of their own. */
const potentials: Readonly<Record<GwpSet, { ch4: bigint; n2o: bigint }>> = {
  SAR: { ch4: 21n, n2o: 310n },
  AR4: { ch4: 25n, n2o: 298n },
  AR5: { ch4: 28n, n2o: 265n },
}

/**
 * The values of an inventory with every CO2 equivalent: worked out where there are gases, and refused where it was given
 * otherwise. Fluorinated gases, which have no columns, may add to it; and it may stand alone.
 */
export function withEquivalents(values: YearValues, gwp: GwpSet): YearValues {
  const wrong: FieldError[] = []
  const whole = Object.entries(values).map(([code, leaf = {}]): [string, YearLeaf] => {
    const { co2, ch4, n2o, co2eq } = leaf
    if (co2 === undefined && ch4 === undefined && n2o === undefined) return [code, leaf]
    const sum = inCo2(co2, 1n) + inCo2(ch4, potentials[gwp].ch4) + inCo2(n2o, potentials[gwp].n2o)
    if (co2eq === undefined) return [code, { ...leaf, co2eq: decimalOf(sum) }]
    const hasMore = categoryOf(code)?.fluorinated === true && millionths(co2eq) > sum
    if (!hasMore && !isRounded(co2eq, sum)) {
      const message = 'is not what the gases come to with these warming potentials'
      wrong.push({ field: `values.${code}.co2eq`, message, allowed: decimalOf(sum) })
    }
    return [code, leaf]
  })
  if (wrong.length > 0) throw problem('invalid-request', {}, wrong)
  return Object.fromEntries(whole)
}

function inCo2(value: string | undefined, potential: bigint): bigint {
  return value === undefined ? 0n : millionths(value) * potential
}

/** The values without categories of which nothing is said. Throws a problem where nothing is said at all. */
export function saidOf(values: YearValues): YearValues {
  const said = Object.entries(values).flatMap(([code, leaf = {}]): [string, YearLeaf][] => {
    const given = Object.entries(leaf).filter(([, value]) => value !== undefined)
    return given.length === 0 ? [] : [[code, Object.fromEntries(given)]]
  })
  if (said.length === 0) {
    throw problem('invalid-request', {}, [{ field: 'values', message: 'must hold at least one value' }])
  }
  return Object.fromEntries(said.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Sums of each category that has others below it; then of all, without land and with it. */
export function totalsOf(values: YearValues): { category: string; values: YearLeaf }[] {
  const isLand = (code: string) => categoryOf(code)?.land === true
  const above = inventoryCategories.filter(({ leaf }) => !leaf)
  return [
    ...above.map(({ code }) => ({ category: code, values: sumOf(values, (leaf) => leaf.startsWith(code)) })),
    { category: 'withoutLand', values: sumOf(values, (leaf) => !isLand(leaf)) },
    { category: 'withLand', values: sumOf(values, () => true) },
  ]
}

function sumOf(values: YearValues, counts: (code: string) => boolean): YearLeaf {
  const sums = new Map<string, bigint>()
  for (const [code, leaf] of Object.entries(values)) {
    if (!counts(code)) continue
    for (const [name, value] of Object.entries(leaf ?? {})) {
      if (value !== undefined) sums.set(name, (sums.get(name) ?? 0n) + millionths(value))
    }
  }
  return Object.fromEntries([...sums].map(([name, sum]) => [name, decimalOf(sum)]))
}
