import { Decimal } from 'decimal.js'
import { z } from 'zod'

/** Exact arithmetic; only a division is cut, far behind the point. */
const Exact = Decimal.clone({ precision: 120, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -200, toExpPos: 200 })
const DIVISION_PLACES = 40
export type Exact = Decimal

export const WHOLE = /^(0|-?[1-9]\d{0,29})$/
export const DECIMAL = /^-?(0|[1-9]\d{0,29})(\.\d{1,20})?$/
/** A number of a calculation, which may have many more digits than people write. */
const CALCULATED = /^-?\d{1,40}(\.\d{1,60})?$/

const read = (form: RegExp) => (json: unknown) =>
  typeof json === 'string' && form.test(json) ? new Exact(json) : undefined

/** A number that stands in a document as text; nothing where it is none. */
export const exact = read(DECIMAL)
export const calculated = read(CALCULATED)
export const whole = (count: number): Exact => new Exact(count)

export const divide = (dividend: Exact, divisor: Exact): Exact | undefined =>
  divisor.isZero() ? undefined : dividend.div(divisor).toDecimalPlaces(DIVISION_PLACES)

export const sumOf = (numbers: readonly Exact[]): Exact => numbers.reduce((total, one) => total.plus(one), whole(0))

/** As a document writes it: without exponent, without zeros at the end; nothing where it has too many digits. */
export function written(number: Exact | undefined, places = 20): string | undefined {
  const fitting = number?.toDecimalPlaces(Math.min(places, 20))
  const text = fitting?.isZero() ? '0' : (fitting?.toFixed() ?? '')
  return DECIMAL.test(text) ? text : undefined
}

const date = z.iso.date()
/** Whether a value is a date that the calendar has, YYYY-MM-DD. */
export const isDate = (value: unknown): value is string => date.safeParse(value).success
/** Days from one date to another; 0 where they are the same. */
export const daysBetween = (from: string, until: string): number => (Date.parse(until) - Date.parse(from)) / 86_400_000
