import { daysByYear, isDay } from './days.ts'
import { Exact, plain } from './decimal.ts'
import { isRecord, tellUnknown } from './parameter-check.ts'
import type { Facts, Problem, ProblemCode } from './problem.ts'

/**
 * How a result is told by calendar year: by what was measured in each, or, where that is impossible, by days. What is given
 * for a year takes the place of what is given for all.
 */
export type Vintages =
  | {
      readonly by: 'data'
      readonly years: readonly { readonly year: number; readonly inputs: Readonly<Record<string, unknown>> }[]
    }
  | { readonly by: 'days'; readonly from: string; readonly to: string }

/** What belongs to one calendar year. By days only the reduction is split, not what it was made of. */
export interface Vintage {
  readonly year: number
  readonly er: string
  readonly be?: string
  readonly pe?: string
  readonly le?: string
  readonly days?: number
}

const MOST_YEARS = 50

/** Checks how a result is to be split. */
export function readVintages(input: unknown): { vintages?: Vintages; problems: Problem[] } {
  if (input === undefined) return { problems: [] }
  const problems: Problem[] = []
  const tell = (code: ProblemCode, at: string, facts: Facts = {}) => void problems.push({ code, at, facts })
  if (!isRecord(input)) tell('not-an-object', 'vintages')
  else if (input.by === 'days') {
    tellUnknown(input, ['by', 'from', 'to'], 'vintages', tell)
    const { from, to } = input
    if (!isDay(from)) tell('not-a-day', 'vintages.from')
    else if (!isDay(to)) tell('not-a-day', 'vintages.to')
    else if (to < from) tell('days-turned', 'vintages', { validFrom: from, validTo: to })
    else if (daysByYear(from, to).length > MOST_YEARS)
      tell('wrong-rows', 'vintages', { min: '1', max: String(MOST_YEARS) })
    else if (problems.length === 0) return { vintages: { by: 'days', from, to }, problems }
  } else if (input.by === 'data') {
    tellUnknown(input, ['by', 'years'], 'vintages', tell)
    const years = yearsOf(input.years, tell)
    if (problems.length === 0) return { vintages: { by: 'data', years }, problems }
  } else tell('not-a-choice', 'vintages.by', { allowed: 'data, days' })
  return { problems }
}

function yearsOf(input: unknown, tell: (code: ProblemCode, at: string, facts?: Facts) => void) {
  if (!Array.isArray(input) || input.length === 0 || input.length > MOST_YEARS) {
    tell('wrong-rows', 'vintages.years', { min: '1', max: String(MOST_YEARS) })
    return []
  }
  const seen = new Set<number>()
  return input.flatMap((item: unknown, index) => {
    const at = `vintages.years[${index + 1}]`
    if (!isRecord(item) || !isRecord(item.inputs)) return tell('not-an-object', at) ?? []
    tellUnknown(item, ['year', 'inputs'], at, tell)
    const { year, inputs } = item
    if (typeof year !== 'number' || !Number.isInteger(year) || year < 1990 || year > 2099) {
      return tell('not-a-year', `${at}.year`) ?? []
    }
    if (seen.has(year)) tell('year-twice', `${at}.year`, { year: String(year) })
    seen.add(year)
    return [{ year, inputs }]
  })
}

/**
 * Splits a reduction over the days of a period by the largest remainder: each year has whole tonnes, and the parts add up to
 * the total exactly. What is less than a tonne belongs to the last year. Of equal remainders the earlier year comes first.
 */
export function byDays(total: Exact, from: string, to: string): Vintage[] {
  const years = daysByYear(from, to)
  const all = years.reduce((sum, { days }) => sum + days, 0)
  const whole = total.absoluteValue().floor()
  const rest = total.absoluteValue().minus(whole)
  const parts = years.map(({ days }, index) => {
    const numerator = whole.times(days)
    const share = numerator.dividedToIntegerBy(all)
    return { index, share, remainder: numerator.minus(share.times(all)) }
  })
  let left = parts.reduce((sum, { share }) => sum.minus(share), whole).toNumber()
  const more = new Set<number>()
  for (const { index } of parts.toSorted((a, b) => b.remainder.comparedTo(a.remainder) || a.index - b.index)) {
    if (left <= 0) break
    more.add(index)
    left -= 1
  }
  const sign = total.isNegative() ? new Exact(-1) : new Exact(1)
  return years.map(({ year, days }, index) => {
    const share = (parts[index]?.share ?? new Exact(0)).plus(more.has(index) ? 1 : 0)
    const own = index === years.length - 1 ? share.plus(rest) : share
    return { year, er: plain(own.times(sign)), days }
  })
}
