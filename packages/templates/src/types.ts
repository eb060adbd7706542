import { z } from 'zod'
import { calculated, DECIMAL, isDate, WHOLE } from './number.ts'
import { isCountry, isCurrency } from './options.ts'
import { type Field, LIMITS } from './template.ts'

/** What kind of value an expression meets. */
export type Kind = 'number' | 'date' | 'text' | 'bool' | 'period' | 'texts' | 'object' | 'table'

interface FieldType {
  kind: Kind
  /** The parts of a value that a path may name. */
  parts?: Record<string, Kind>
  /** What a value must look like, before any bounds. */
  form: z.ZodType
  /** How long it may be, whatever a template says. */
  most?: number
}

/** What a text on one line may not have: control characters, ends of line, marks that turn the direction of what follows. */
export const NOT_ON_A_LINE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u
const NOT_IN_A_TEXT = /[^\P{Cc}\n\t]|[\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u

const without = (marks: RegExp) => z.string().refine((text) => !marks.test(text))
const lineOf = (most: number) => without(NOT_ON_A_LINE).max(most).regex(/\S/)
const line = lineOf(500)
const maybe = line.optional()
const prose = without(NOT_IN_A_TEXT)
const amount = z.string().regex(/^-?(0|[1-9]\d{0,14})(\.\d{1,4})?$/)
const country = z.custom(isCountry).optional()
const email = line.regex(/^[^\s@<>()",;:\\]{1,64}@[^\s@<>()",;:\\]{1,190}$/).optional()
const date = z.custom<string>(isDate)
const list = z.custom(Array.isArray)
const rows = z.record(z.string(), z.unknown())
const sum = z.custom((json) => calculated(json) !== undefined)
/** What else the calculator froze with the four sums may stand there too. */
const result = z.looseObject({ be: sum, pe: sum, le: sum, er: sum })
const sums = { be: 'number', pe: 'number', le: 'number', er: 'number' } as const

function object(parts: Record<string, Kind>, members: z.ZodRawShape, kind: Kind = 'object'): FieldType {
  return { kind, parts, form: z.strictObject(members) }
}

/** All types of fields. */
export const TYPES: Record<Field['type'], FieldType> = {
  text: { kind: 'text', form: without(NOT_ON_A_LINE), most: LIMITS.text },
  longtext: { kind: 'text', form: prose, most: LIMITS.longtext },
  richtext: { kind: 'text', form: prose, most: LIMITS.longtext },
  int: { kind: 'number', form: z.string().regex(WHOLE) },
  decimal: { kind: 'number', form: z.string().regex(DECIMAL) },
  money: object({ amount: 'number', currency: 'text' }, { amount, currency: z.custom(isCurrency) }),
  date: { kind: 'date', form: date },
  period: object({ start: 'date', end: 'date' }, { start: date, end: date }, 'period'),
  enum: { kind: 'text', form: z.string() },
  multi: { kind: 'texts', form: z.array(z.string()), most: LIMITS.items },
  bool: { kind: 'bool', form: z.boolean() },
  party: object(
    { name: 'text', id: 'text', country: 'text', registration: 'text' },
    { name: line, id: maybe, country, registration: maybe },
  ),
  person: object(
    { name: 'text', title: 'text', organisation: 'text' },
    { name: line, title: maybe, organisation: maybe, email, phone: maybe },
  ),
  reference: object({ id: 'text', title: 'text' }, { id: line, title: maybe }),
  files: { kind: 'object', form: list, most: LIMITS.items },
  geo: { kind: 'object', form: z.unknown() },
  calc: object(
    { method: 'text', version: 'text', ...sums },
    { method: lineOf(100), version: lineOf(40), inputs: rows, result },
  ),
  table: { kind: 'table', form: list, most: LIMITS.rows },
  matrix: { kind: 'table', form: rows },
}

const bytes = z.string().regex(/^(0|[1-9]\d{0,29})$/)
/** One of the `files`. */
export const FILE = z.strictObject({
  name: lineOf(255).regex(/^[^/\\]*$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  title: lineOf(300).optional(),
  size: bytes.optional(),
  public: z.boolean().optional(),
})
