import { z } from 'zod'

/** Random 128-bit identifier, lower-case hex. Minted by the randomness port, never derived. */
export const Id = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hex digits')
export type Id = z.infer<typeof Id>

/** SHA-256 or HMAC-SHA-256, lower-case hex. */
export const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
export type Hash = z.infer<typeof Hash>

/** Commitment to a private text: HMAC-SHA-256 over its canonical JSON under a random key kept outside the log. */
export const Commitment = Hash

/** Highest serial number in any space: 15 digits, exact in every JSON reader. */
export const MAX_SERIAL = 999_999_999_999_999n

/** A count of units on the wire: decimal string, 1 to 15 digits, no leading zero, at least 1. */
export const Quantity = z.string().regex(/^[1-9]\d{0,14}$/, 'must be a whole number from 1 to 999999999999999')

/** One serial number on the wire. Registries abroad may start at 0. */
export const SerialNumber = z.string().regex(/^(0|[1-9]\d{0,14})$/, 'must be a whole number of at most 15 digits')

/** An inclusive range of serial numbers on the wire: `[first, last]`. */
export const WireRange = z.tuple([SerialNumber, SerialNumber])

/** An instant in UTC with milliseconds. */
export const Instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'must be a UTC instant such as 2026-01-31T09:30:00.000Z')
  .refine((text) => isInstant(text), 'must be an instant of the calendar')

const INSTANT = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** Is the text a UTC instant of the calendar, with milliseconds? */
export function isInstant(text: string): boolean {
  if (!INSTANT.test(text)) return false
  const day = Number(text.slice(8, 10))
  return day <= 28 || day <= daysIn(Number(text.slice(0, 4)), Number(text.slice(5, 7)))
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

/** A legal date, as the document says it. Where a rule compares it with the time of an entry, it is a day in UTC. */
export const LegalDate = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'must be a date such as 2026-01-31')
  .refine((text) => isDay(text), 'must be a day of the calendar')

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** A coded word, never free text. */
export const Code = z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/, 'must be a code of letters, digits, . _ -')

/** Name of a document that is adopted. */
export const DocumentName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and hyphens, at most 40')

/** A kind of organisation, as a preset names it. */
export const OrganisationKind = z
  .string()
  .regex(/^(?!system$)[a-z]{1,20}$/, 'must be a kind of organisation: 1 to 20 lower-case letters, not system')

/** A word that stands in the name of an action. */
export const ActionWord = z.string().regex(/^[A-Za-z][A-Za-z-]{0,39}$/, 'must be a word of letters and hyphens')

export interface Range {
  first: bigint
  last: bigint
}

export function fromWire([first, last]: readonly [string, string]): Range {
  return { first: BigInt(first), last: BigInt(last) }
}

/** Does a range on the wire not end before it begins? Answers for any two texts, so that a schema may ask. */
export function isAscending([first, last]: readonly [string, string]): boolean {
  return first.length === last.length ? first <= last : first.length < last.length
}

export function toWire(range: Range): [string, string] {
  return [range.first.toString(), range.last.toString()]
}

/** Number of units in an inclusive range. */
export function countOf(range: Range): bigint {
  return range.last - range.first + 1n
}

export function sumOf(ranges: Iterable<Range>): bigint {
  let sum = 0n
  for (const range of ranges) sum += countOf(range)
  return sum
}

/** Millionths in a unit: certified tonnes are kept to the sixth decimal. */
export const UNIT = 1_000_000n

/** Certified tonnes on the wire: a decimal of at most 15 digits and 6 decimals. */
export const Certified = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})(\.\d{0,5}[1-9])?$/, 'must be a decimal such as 25.51, without needless zeros')

/** As `Certified`; may be below zero. */
export const SignedCertified = z
  .string()
  .regex(/^-?(0|[1-9]\d{0,14})(\.\d{0,5}[1-9])?$/, 'must be a decimal such as -3.2, without needless zeros')
  .refine((text) => text !== '-0', 'zero has no sign')

/** A decimal of so many millionths, as `Certified` has it. */
export function decimalOf(micro: bigint): string {
  const decimals = (micro % UNIT).toString().padStart(6, '0').replace(/0+$/, '')
  return `${micro / UNIT}${decimals === '' ? '' : `.${decimals}`}`
}

/** Millionths of a unit in a decimal. */
export function microOf(decimal: string): bigint {
  const negative = decimal.startsWith('-')
  const [whole = '0', decimals = ''] = (negative ? decimal.slice(1) : decimal).split('.')
  const micro = BigInt(whole) * UNIT + BigInt(decimals.padEnd(6, '0'))
  return negative ? -micro : micro
}
