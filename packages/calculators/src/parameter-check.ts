import { isDay } from './days.ts'
import { Exact, isDecimal } from './decimal.ts'
import { type Parameter, type ParameterSet, referenceParameter } from './parameters.ts'
import { type Facts, MOST_PROBLEMS, type Problem, type ProblemCode } from './problem.ts'

const SET_KEYS = ['id', 'version', 'entries']
const ENTRY_KEYS = [
  'key',
  'value',
  'unit',
  'source',
  'sourceVersion',
  'validFrom',
  'validTo',
  'verifiedBy',
  'verifiedAt',
]
const MOST_ENTRIES = 5000
const MOST_CHARACTERS = 500

/**
 * Reads a country's own parameters. Each has the fields of `Parameter` and no others, a key that the reference set has, the
 * same unit, and a value within its limits; entries of one key do not hold on the same day.
 */
export function readParameterSet(input: unknown): { set: ParameterSet } | { problems: Problem[] } {
  const problems: Problem[] = []
  const tell: Tell = (code, at, facts = {}) => void problems.push({ code, at, facts })
  if (!isRecord(input)) return { problems: [{ code: 'not-an-object', at: 'parameters', facts: {} }] }
  tellUnknown(input, SET_KEYS, 'parameters', tell)
  const id = textOf(input.id, 'parameters.id', tell)
  const version = textOf(input.version, 'parameters.version', tell)
  const given: unknown = input.entries
  if (!Array.isArray(given) || given.length > MOST_ENTRIES) {
    tell('not-a-list', 'parameters.entries', { max: String(MOST_ENTRIES) })
    return { problems }
  }
  const entries = given.flatMap(
    (entry: unknown, index) => readEntry(entry, `parameters.entries[${index + 1}]`, tell) ?? [],
  )
  if (problems.length === 0) tellOverlaps(entries, tell)
  return problems.length > 0 ? { problems: problems.slice(0, MOST_PROBLEMS) } : { set: { id, version, entries } }
}

type Tell = (code: ProblemCode, at: string, facts?: Facts) => void

function readEntry(input: unknown, at: string, tell: Tell): Parameter | undefined {
  if (!isRecord(input)) return void tell('not-an-object', at)
  tellUnknown(input, ENTRY_KEYS, at, tell)
  const text = (key: string) => textOf(input[key], `${at}.${key}`, tell)
  const [key, unit, source, sourceVersion] = [text('key'), text('unit'), text('source'), text('sourceVersion')]
  const verifiedBy = input.verifiedBy === null ? null : text('verifiedBy')
  const day = (name: string) => dayOf(input[name], `${at}.${name}`, tell)
  const [validFrom, validTo, verifiedAt] = [day('validFrom'), day('validTo'), day('verifiedAt')]
  if ((verifiedBy === null) !== (verifiedAt === null)) tell('verified-half', at)
  if (validFrom !== null && validTo !== null && validTo < validFrom) tell('days-turned', at, { validFrom, validTo })
  const value = typeof input.value === 'string' ? input.value : ''
  if (!isDecimal(value)) tell('not-a-number', `${at}.value`, { value: value.slice(0, 40) })
  const known = referenceParameter(key)
  if (!known) tell('parameter-unknown', `${at}.key`, { key })
  else if (unit !== known.unit) tell('parameter-unit', `${at}.unit`, { key, unit, allowed: known.unit })
  else if (isDecimal(value) && (new Exact(value).lessThan(known.min) || new Exact(value).greaterThan(known.max))) {
    tell('out-of-range', `${at}.value`, { value, unit, allowed: `${known.min} ≤ … ≤ ${known.max} ${unit}` })
  }
  return { key, value, unit, source, sourceVersion, validFrom, validTo, verifiedBy, verifiedAt }
}

function tellOverlaps(entries: readonly Parameter[], tell: Tell): void {
  const last = new Map<string, string>()
  const from = (entry: Parameter) => entry.validFrom ?? ''
  for (const entry of entries.toSorted((a, b) => (from(a) < from(b) ? -1 : from(a) > from(b) ? 1 : 0))) {
    const until = last.get(entry.key)
    if (until !== undefined && from(entry) <= until) tell('parameter-twice', 'parameters.entries', { key: entry.key })
    last.set(entry.key, entry.validTo ?? '9999')
  }
}

export function isRecord(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
}

export function tellUnknown(input: object, known: readonly string[], at: string, tell: Tell): void {
  for (const key of Object.keys(input)) {
    if (!known.includes(key)) tell('unknown-key', at, { key: key.slice(0, 100), known: known.join(', ') })
  }
}

function textOf(input: unknown, at: string, tell: Tell): string {
  const isText =
    typeof input === 'string' && input.trim() !== '' && input.length <= MOST_CHARACTERS && input.isWellFormed()
  if (isText) return input
  tell('not-a-text', at, { max: String(MOST_CHARACTERS) })
  return ''
}

function dayOf(input: unknown, at: string, tell: Tell): string | null {
  if (input === null) return null
  if (isDay(input)) return input
  tell('not-a-day', at)
  return null
}
