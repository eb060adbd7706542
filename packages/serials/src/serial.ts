/** Consecutive serial numbers, both ends included; `1n <= first <= last`, at most 15 digits. One number is one unit. */
export type Range = { first: bigint; last: bigint }

/**
 * A serial text taken apart.
 * `space` names the sequence that the numbers belong to: two serials share a unit exactly when their spaces are equal
 * and their ranges overlap. `facts` holds what the text says besides, by name, as printed (dates as `YYYY-MM-DD`).
 * Format, facts and range together give back the exact text.
 */
export type Serial = { format: string; space: string; range: Range; facts: Readonly<Record<string, string>> }

/**
 * Why a text is refused.
 * - `missing`: the text ends where more is due
 * - `unexpected`: a character that cannot stand there
 * - `trailing`: more text after a whole serial
 * - `leading-zero`: a number written with a zero in front
 * - `out-of-range`: a number outside its bounds
 * - `no-such-date`: not a day of the calendar
 * - `end-before-start`: a range or a period that ends before it begins
 * - `ends-differ`: the two serials of a block differ in more than the number
 * - `too-long`: more than `MAX_SERIAL_LENGTH` characters
 */
export type SerialReason =
  | 'missing'
  | 'unexpected'
  | 'trailing'
  | 'leading-zero'
  | 'out-of-range'
  | 'no-such-date'
  | 'end-before-start'
  | 'ends-differ'
  | 'too-long'

/**
 * A refusal. `position` counts UTF-16 units from 0 and points at the first wrong character; it equals the length of the
 * text when something is missing at its end, and the first character of a value that is wrong as a whole.
 * `field` is the name of a fact, `first`, `last`, `text`, or a fixed word of the format. `message` is for developers.
 */
export type SerialError = { position: number; field: string; reason: SerialReason; message: string }

export const MAX_SERIAL_LENGTH = 200

export function isSerialError(result: Serial | SerialError): result is SerialError {
  return 'reason' in result
}

/** How many units a range holds. */
export function count(range: Range): bigint {
  return range.last - range.first + 1n
}
