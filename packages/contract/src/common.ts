import { z } from 'zod'
import { NO_DIRECTIONS } from './texts.ts'

/** Random 128-bit identifier of anything that the registry knows. */
export const Id = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'must be an id of 32 lower-case hex digits')
  .meta({ id: 'Id', description: 'Random 128-bit identifier, lower-case hex.' })

/** SHA-256 or HMAC-SHA-256, lower-case hex. */
export const Hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
  .meta({ id: 'Hash', description: 'SHA-256 or HMAC-SHA-256, lower-case hex.' })

/** How many units: a decimal string, never a JSON number. */
export const Quantity = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'must be a whole number from 1 to 999999999999999, as a string such as "250"')
  .meta({ id: 'Quantity', description: 'Whole number of units from 1 to 999999999999999, as a decimal string.' })

/** A sum of units: a decimal string that may be 0 and has no bound. */
export const Amount = z
  .string()
  .regex(/^-?(0|[1-9]\d*)$/)
  .meta({ id: 'Amount', description: 'Whole number of units, as a decimal string. May be 0.' })

/** Certified tonnes: a decimal string of at most 15 digits and 6 decimals. */
export const Certified = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})(\.\d{0,5}[1-9])?$/, 'must be a decimal such as "25.51", without needless zeros')
  .meta({ id: 'Certified', description: 'Certified tonnes as a decimal string, at most 6 decimals.' })

/** As `Certified`; may be below zero. */
export const SignedCertified = z
  .string()
  .regex(/^(?!-0$)-?(0|[1-9]\d{0,14})(\.\d{0,5}[1-9])?$/, 'must be a decimal such as "-3.2", without needless zeros')
  .meta({ id: 'SignedCertified', description: 'As `Certified`; below zero where more was emitted than avoided.' })

/** An instant in UTC with milliseconds. */
export const Instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'must be a UTC instant such as 2026-01-31T09:30:00.000Z')
  .meta({ id: 'Instant', description: 'Instant in UTC with milliseconds.' })

/** A coded word out of a list that the country's preset or permission table gives. */
export const Code = z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/, 'must be a code of letters, digits, . _ -')

/**
 * One line of text that people read: no control characters, none that turn the direction of what stands beside it, no
 * space at the ends. U+200C and U+200D, which scripts need, may stand in it.
 */
export function line(maxCharacters: number) {
  return z
    .string()
    .min(1, 'must not be empty')
    .max(maxCharacters, `must have at most ${maxCharacters} characters`)
    .regex(/^\P{Cc}*$/u, 'must be one line without control characters')
    .regex(NO_DIRECTIONS, 'must not contain invisible marks of direction such as U+202E')
    .regex(/^\S(.*\S)?$/u, 'must not begin or end with a space')
}

/** A text of more than one line, that a person writes. */
export function prose(maxCharacters: number) {
  return z
    .string()
    .regex(/[\p{L}\p{N}\p{P}\p{S}]/u, 'must not be empty')
    .max(maxCharacters, `must have at most ${maxCharacters} characters`)
    .regex(NO_DIRECTIONS, 'must not contain invisible marks of direction such as U+202E')
}

/**
 * A check, for `superRefine`, that one of these fields is given and no more; or, where `mayBeNone`, at most one. Every
 * field that is given too much is named, or all of them where none is.
 */
export function choiceOf(fields: readonly string[], message: string, { mayBeNone = false } = {}) {
  return (value: object, context: z.core.$RefinementCtx): void => {
    const given = fields.filter((field) => Reflect.get(value, field) !== undefined)
    if (given.length === 1 || (given.length === 0 && mayBeNone)) return
    for (const field of given.length === 0 ? fields : given) {
      context.addIssue({ code: 'custom', path: [field], message, input: value })
    }
  }
}

/** Where an answer stands in the ledger: the entry that made it. */
export const Written = z
  .object({
    index: z.number().int().min(0),
    leaf: Hash,
    at: Instant,
  })
  .meta({ id: 'Written', description: 'The entry of the log that did it: index, RFC 6962 leaf hash, instant.' })
export type Written = z.infer<typeof Written>

/** Of something that may be taken back: the entry that did. */
export const TakenBack = Written.nullable().meta({ description: 'The entry that took it back; null while it stands.' })

/** Path parameters of an operation on one thing. */
export const ById = z.strictObject({ id: Id })
