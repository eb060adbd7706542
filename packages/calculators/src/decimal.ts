import { Decimal } from 'decimal.js'

/** Significant digits of every operation; the last one is rounded half up. Nothing else is rounded, but where a method says so. */
export const PRECISION = 40

export const Exact = Decimal.clone({ precision: PRECISION, rounding: Decimal.ROUND_HALF_UP, defaults: true })
export type Exact = Decimal

export const ZERO = new Exact(0)
export const ONE = new Exact(1)

const DECIMAL = /^-?(?:0|[1-9]\d{0,17})(?:\.\d{1,20})?$/

/** Is this a decimal number as we write them: up to 18 digits, a point, up to 20 more, no exponent? */
export const isDecimal = (text: string): boolean => DECIMAL.test(text)

/** The number as a plain text, without an exponent. */
export const plain = (value: Exact): string => (value.isZero() ? '0' : value.toFixed())

/** The number for a sentence: at most twelve significant digits. */
export const shown = (value: Exact): string => plain(value.toSignificantDigits(12))

/** Rounds to so many places; a half goes away from zero. */
export function roundHalfUp(value: string, places: number): string {
  return plain(new Exact(value).toDecimalPlaces(places, Decimal.ROUND_HALF_UP))
}
