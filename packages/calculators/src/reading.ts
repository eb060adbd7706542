import { applies, type Given, type GivenNumber, parameterKey, type Surroundings } from './check.ts'
import { Exact, plain } from './decimal.ts'
import type { Method, NumberInput } from './method.ts'
import type { Parameter } from './parameters.ts'
import { Fault, invariant, type Problem, type Warning } from './problem.ts'
import { converted } from './units.ts'

/** One step of a calculation: the formula as it was computed, what went in, and what came out. */
export interface TraceStep {
  readonly step: string
  readonly formula: string
  readonly inputs: Readonly<Record<string, string>>
  readonly value: string
  readonly unit: string
  /** The calendar year, where the years were calculated one by one. */
  readonly vintage?: number
}

/** What a calculation leaves behind. */
export interface Traces {
  readonly trace: TraceStep[]
  readonly warnings: Warning[]
  readonly problems: Problem[]
  /** Parameters that were read, each as it was in force. */
  readonly used: Set<Parameter>
}

/** What all that reads in one calculation has in common. */
export interface Desk extends Traces {
  readonly method: Method
  readonly around: Surroundings
}

/** What was given as a whole, or in one row of a table, as a formula reads it. */
export interface Row {
  /** Nothing for the whole, `deposits[3]` for a row. */
  readonly at: string
  /** Was it given? A default does not count, but that of a choice. */
  has(key: string): boolean
  /** A number in the unit of its input: as it was given, or its default. */
  number(key: string): Exact
  /** What was chosen, or a day. */
  choice(key: string): string
  /** Is there such a number, in the row itself? */
  owns(key: string): boolean
}

/** Reads what was given. A default is looked up, written into the trace and counted as used only when a formula asks for it. */
export function rowOver(desk: Desk, given: Given, outer: ReadonlyMap<string, string> = new Map()): Row {
  const words = new Map([...outer, ...given.words])
  const read = new Map<string, Exact>()
  const pathOf = (key: string) => (given.at === '' ? key : `${given.at}.${key}`)
  return {
    at: given.at,
    has: (key) => given.numbers.has(key) || given.words.has(key) || given.tables.has(key),
    owns: (key) => Object.hasOwn(given.inputs, key),
    number(key) {
      const before = read.get(key)
      if (before) return before
      const input = given.inputs[key]
      invariant(input?.type === 'number', `${desk.method.id} has no number ${pathOf(key)}`)
      const number = given.numbers.get(key)
      const value = number ? asGiven(desk, number, input, pathOf(key)) : standard(desk, input, words, pathOf(key))
      read.set(key, value)
      return value
    },
    choice(key) {
      const word = words.get(key)
      if (word === undefined) throw new Fault({ code: 'missing', at: `inputs.${pathOf(key)}`, facts: {} })
      return word
    },
  }
}

/** The value of a parameter in force, in a unit. It counts as used. */
export function parameterValue(desk: Desk, key: string, unit: string, step: string, at: string): Exact {
  const parameter = desk.around.parameters.find(key)
  if (!parameter || parameter.value === null) {
    throw new Fault({ code: 'missing-parameter', at, facts: { parameter: key } })
  }
  desk.used.add(parameter)
  const value = converted(new Exact(parameter.value), parameter.unit, unit)
  desk.trace.push({ step, formula: key, inputs: {}, value: plain(value), unit })
  return value
}

function asGiven(desk: Desk, { value, given, unit }: GivenNumber, input: NumberInput, step: string): Exact {
  if (unit !== input.unit) {
    const formula = `${unit} → ${input.unit}`
    desk.trace.push({ step, formula, inputs: { [unit]: given }, value: plain(value), unit: input.unit })
  }
  return value
}

function standard(desk: Desk, input: NumberInput, words: ReadonlyMap<string, string>, step: string): Exact {
  const at = `inputs.${step}`
  const from = applies(input, words) ? input.default : undefined
  if (from && 'value' in from) {
    const facts = { input: step, value: from.value, unit: input.unit }
    if (input.assumed) desk.warnings.push({ code: 'assumed', facts })
    return new Exact(from.value)
  }
  const key = from && parameterKey(from.parameter, words, desk.around.gwpSet)
  if (key === undefined) throw new Fault({ code: 'missing', at, facts: {} })
  return parameterValue(desk, key, input.unit, step, at)
}
