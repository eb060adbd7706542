import { isDay } from './days.ts'
import { Exact, isDecimal } from './decimal.ts'
import type { ChoiceInput, Input, Inputs, NumberInput, TableInput } from './method.ts'
import { isRecord } from './parameter-check.ts'
import type { InForce } from './parameters.ts'
import type { Facts, Problem, ProblemCode } from './problem.ts'
import { converted, fits, unitsOf } from './units.ts'

/** A number as it was given, and in the unit of the formula. */
export interface GivenNumber {
  readonly value: Exact
  readonly given: string
  readonly unit: string
}

/** What was given for one calculation, or for one row of a table, after it was checked. */
export interface Given {
  /** Nothing for the calculation itself, `deposits[3]` for a row. */
  readonly at: string
  readonly inputs: Inputs
  readonly numbers: ReadonlyMap<string, GivenNumber>
  /** Choices and days. */
  readonly words: ReadonlyMap<string, string>
  readonly tables: ReadonlyMap<string, readonly Given[]>
}

/** What stands around a calculation: the set of GWPs and the parameters in force. */
export interface Surroundings {
  readonly gwpSet: string
  readonly parameters: InForce
}

interface Check extends Surroundings {
  readonly path: string
  readonly problems: Problem[]
  readonly outer?: ReadonlyMap<string, string>
}

/** Checks what was given against what a method asks for, and names everything that is wrong with it. */
export function checkInputs(
  inputs: Inputs,
  raw: unknown,
  path: string,
  surroundings: Surroundings,
): { given: Given; problems: Problem[] } {
  const check = { ...surroundings, path, problems: [] }
  return { given: checkScope(inputs, raw, '', check), problems: check.problems }
}

function checkScope(inputs: Inputs, raw: unknown, at: string, check: Check): Given {
  const numbers = new Map<string, GivenNumber>()
  const words = new Map<string, string>()
  const tables = new Map<string, readonly Given[]>()
  const given: Given = { at, inputs, numbers, words, tables }
  if (!isRecord(raw)) {
    tell(check, 'not-an-object', '')
    return given
  }
  tellUnknown(inputs, raw, check)
  const entries = Object.entries(inputs)
  for (const [key, input] of entries) {
    if (input.type !== 'choice' && input.type !== 'day') continue
    const word = Object.hasOwn(raw, key) ? wordOf(input, raw[key], key, check) : defaultWord(input)
    if (word !== undefined) words.set(key, word)
  }
  const known = new Map([...(check.outer ?? []), ...words])
  for (const [key, input] of entries) {
    const isGiven = Object.hasOwn(raw, key)
    const isOpen = isUndecided(input, inputs, known)
    if (!isOpen && !applies(input, known)) {
      words.delete(key)
      known.delete(key)
      if (isGiven) tell(check, 'not-applicable', key, whenFacts(input))
    } else if (!isGiven) {
      if (!isOpen) tellMissing(inputs, key, known, check)
    } else if (input.type === 'number') {
      const number = numberOf(input, raw[key], key, check)
      if (number) numbers.set(key, number)
    } else if (input.type === 'table') {
      tables.set(key, rowsOf(input, raw[key], key, { ...check, outer: known }))
    }
  }
  return given
}

/** Does this input count, with what was chosen elsewhere? */
export function applies(input: Input, words: ReadonlyMap<string, string>): boolean {
  return !input.when || input.when.is.includes(words.get(input.when.input) ?? '')
}

/** Does it depend on a choice that had to be made and was not? Then that is told, and not what would follow. */
function isUndecided({ when }: Input, inputs: Inputs, words: ReadonlyMap<string, string>): boolean {
  return when !== undefined && !words.has(when.input) && !inputs[when.input]?.optional
}

/** The name of a parameter with its places filled, or nothing where a choice that it needs was not made. */
export function parameterKey(pattern: string, words: ReadonlyMap<string, string>, gwpSet: string): string | undefined {
  const filled = pattern.replace(/\{(\w+)\}/g, (place, name) =>
    name === 'gwpSet' ? gwpSet : (words.get(name) ?? place),
  )
  return filled.includes('{') ? undefined : filled
}

function tell(check: Check, code: ProblemCode, key: string, facts: Facts = {}): void {
  check.problems.push({ code, at: key === '' ? check.path : `${check.path}.${key}`, facts })
}

function tellUnknown(inputs: Inputs, raw: object, check: Check): void {
  const known = Object.keys(inputs).join(', ')
  for (const key of Object.keys(raw)) {
    if (!Object.hasOwn(inputs, key)) tell(check, 'unknown-key', '', { key: key.slice(0, 100), known })
  }
}

const defaultWord = (input: Input) => (input.type === 'choice' ? input.default?.value : undefined)

const whenFacts = ({ when }: Input): Facts => (when ? { input: when.input, allowed: when.is.join(', ') } : {})

function tellMissing(inputs: Inputs, key: string, words: ReadonlyMap<string, string>, check: Check): void {
  const input = inputs[key]
  if (!input || input.optional || defaultWord(input) !== undefined) return
  const standard = input.type === 'number' ? input.default : undefined
  if (standard && 'value' in standard) return
  if (!standard) {
    tell(check, 'missing', key)
    return
  }
  const parameter = parameterKey(standard.parameter, words, check.gwpSet)
  if (parameter === undefined) {
    // Where the default depends on a choice that is itself missing, that is what is told.
    const isFree = placesOf(standard.parameter).some((place) => inputs[place]?.optional && !words.has(place))
    if (isFree) tell(check, 'missing', key)
  } else if (!check.parameters.find(parameter)?.value) tell(check, 'missing-parameter', key, { parameter })
}

const placesOf = (pattern: string) => [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)

function wordOf(input: ChoiceInput | { type: 'day' }, raw: unknown, key: string, check: Check): string | undefined {
  if (input.type === 'day') {
    if (isDay(raw)) return raw
    return void tell(check, 'not-a-day', key)
  }
  if (typeof raw === 'string' && input.options.includes(raw)) return raw
  return void tell(check, 'not-a-choice', key, { allowed: input.options.join(', ') })
}

function numberOf(input: NumberInput, raw: unknown, key: string, check: Check): GivenNumber | undefined {
  const { value, unit, ...others } = isRecord(raw) ? raw : {}
  if (typeof value !== 'string' || typeof unit !== 'string' || Object.keys(others).length > 0) {
    return void tell(check, 'not-a-quantity', key, { unit: input.unit })
  }
  const hasUnit = fits(unit, input.kind)
  if (!hasUnit) tell(check, 'wrong-unit', key, { unit: unit.slice(0, 40), allowed: unitsOf(input.kind).join(', ') })
  if (!isDecimal(value)) return void tell(check, 'not-a-number', key, { value: value.slice(0, 40) })
  if (!hasUnit) return undefined
  const exact = converted(new Exact(value), unit, input.unit)
  if (!isWithin(exact, input)) {
    tell(check, 'out-of-range', key, { value, unit, allowed: rangeOf(input) })
  } else if (input.whole && !exact.isInteger()) tell(check, 'not-whole', key, { value })
  else return { value: exact, given: value, unit }
  return undefined
}

function isWithin(value: Exact, { min, above, max, below }: NumberInput): boolean {
  return (
    (min === undefined || value.greaterThanOrEqualTo(min)) &&
    (above === undefined || value.greaterThan(above)) &&
    (max === undefined || value.lessThanOrEqualTo(max)) &&
    (below === undefined || value.lessThan(below))
  )
}

/** What is allowed, as it is written in mathematics: `0 < … ≤ 100 ha`. */
export function rangeOf({ min, above, max, below, unit }: NumberInput): string {
  const start = above === undefined ? `${min ?? ''} ≤` : `${above} <`
  const end = below === undefined ? `≤ ${max ?? ''}` : `< ${below}`
  return `${start} … ${end}${unit === '1' ? '' : ` ${unit}`}`
}

function rowsOf(input: TableInput, raw: unknown, key: string, check: Check): Given[] {
  const { minRows, maxRows } = input
  if (!Array.isArray(raw) || raw.length < minRows || raw.length > maxRows) {
    tell(check, 'wrong-rows', key, { min: String(minRows), max: String(maxRows) })
    return []
  }
  return raw.map((row: unknown, index) => {
    const at = `${key}[${index + 1}]`
    return checkScope(input.columns, row, at, { ...check, path: `${check.path}.${at}` })
  })
}
