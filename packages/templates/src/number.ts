import { Decimal } from 'decimal.js'

/** Exact arithmetic; only a division is cut, far behind the point. */
const Exact = Decimal.clone({ precision: 120, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -200, toExpPos: 200 })
const DIVISION_PLACES = 40
export type Exact = Decimal

const WHOLE = /^(0|-?[1-9]\d{0,29})$/
const DECIMAL = /^-?(0|[1-9]\d{0,29})(\.\d{1,20})?$/

export const isWhole = (text: string): boolean => WHOLE.test(text)
export const isDecimal = (text: string): text is `${number}` => DECIMAL.test(text)

/** A number that stands in a document as text; nothing where it is none. */
export const exact = (json: unknown): Exact | undefined =>
  typeof json === 'string' && DECIMAL.test(json) ? new Exact(json) : undefined

/** A number of a calculation, which may have many more digits than people write. */
export const calculated = (json: unknown): Exact | undefined =>
  typeof json === 'string' && /^-?\d{1,40}(\.\d{1,60})?$/.test(json) ? new Exact(json) : undefined

export const whole = (count: number): Exact => new Exact(count)

export const divide = (dividend: Exact, divisor: Exact): Exact | undefined =>
  divisor.isZero() ? undefined : dividend.div(divisor).toDecimalPlaces(DIVISION_PLACES)

export const rounded = (number: Exact, places: number): Exact => number.toDecimalPlaces(places, Decimal.ROUND_HALF_UP)
export const floored = (number: Exact): Exact => number.floor()
export const sumOf = (numbers: readonly Exact[]): Exact => numbers.reduce((total, one) => total.plus(one), new Exact(0))

/** As a document writes it: without exponent, without zeros at the end; nothing where it has too many digits. */
export function written(number: Exact, places = 20): string | undefined {
  const fitting = rounded(number, Math.min(places, 20))
  const text = fitting.isZero() ? '0' : fitting.toFixed()
  return DECIMAL.test(text) ? text : undefined
}

/** A number of a calculation as it is shown: to six places. What is no number stays as it is. */
export function shortened(text: string): string {
  const number = calculated(text)
  return number ? (written(number, 6) ?? text) : text
}
