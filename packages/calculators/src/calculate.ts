import { type Calculation, calculationOver } from './calculation.ts'
import { checkInputs, type Given, type Surroundings } from './check.ts'
import { isDay } from './days.ts'
import { Exact, plain, ZERO } from './decimal.ts'
import type { Method } from './method.ts'
import { methodOf, methods } from './methods.ts'
import { isRecord, readParameterSet } from './parameter-check.ts'
import { inForce, nameOf, nameOfReference, type Parameter, type ParameterSet, type SetName } from './parameters.ts'
import { Fault, invariant, MOST_PROBLEMS, type Problem, type Refused, type Warning } from './problem.ts'
import type { TraceStep, Traces } from './reading.ts'
import { byDays, readVintages, type Vintage, type Vintages } from './vintages.ts'

export const GWP_SETS = ['SAR', 'AR4', 'AR5', 'AR6'] as const
export type GwpSet = (typeof GWP_SETS)[number]

export interface Options {
  /** A country's own parameters. */
  readonly parameters?: ParameterSet
  /** Fifth assessment report where none is named. */
  readonly gwpSet?: GwpSet
  readonly vintages?: Vintages
  /**
   * The day on which parameters are in force. Where none is named: the last day of each year that is calculated by itself,
   * the last day of a period that is split by days, or else those hold that have not ended.
   */
  readonly on?: string
}

interface Answer {
  readonly methodId: string
  readonly methodVersion: number
  /** Numbers beside the result, by the name of their step. */
  readonly outputs: Readonly<Record<string, { readonly value: string; readonly unit: string }>>
  readonly trace: readonly TraceStep[]
  readonly warnings: readonly Warning[]
  readonly gwpSet: GwpSet
  readonly parameterSet: { readonly reference: SetName; readonly country: SetName | null }
  /** Each parameter that went into the result, as it was in force. */
  readonly parameters: readonly Parameter[]
  /** What was given, so that the result can be calculated again. */
  readonly inputs: unknown
  readonly vintages: Vintages | null
  readonly on: string | null
}

/** Tonnes of CO2e: of the baseline, of the project, leaked, and reduced, which is the first without the others. */
export interface Reduction extends Answer {
  readonly of: 'reduction'
  readonly unit: 'tCO2e'
  readonly be: string
  readonly pe: string
  readonly le: string
  readonly er: string
  readonly perVintage: readonly Vintage[]
  /** Whether the reduction, or that of any vintage, is negative. */
  readonly blocksIssuance: boolean
}

/** What a tool gives to other calculations. */
export interface Value extends Answer {
  readonly of: 'value'
  readonly unit: string
  readonly value: string
}

/** Calculates by a method. Never throws for what is given: what is wrong with it comes back as problems, all at once. */
export function calculate(methodId: string, inputs: unknown, options: Options = {}): Reduction | Value | Refused {
  const method = methodOf(methodId)
  if (!method) {
    const known = methods()
      .map(({ id }) => id)
      .join(', ')
    return { problems: [{ code: 'unknown-method', at: 'method', facts: { method: methodId.slice(0, 100), known } }] }
  }
  const read = readOptions(method, options)
  const runs = runsOf(method, inputs, read)
  const ofRuns = runs.flatMap((run) => run.problems)
  const problems = [...read.problems, ...replacedEverywhere(inputs, read.vintages), ...ofRuns]
  if (problems.length > 0) return { problems: problems.slice(0, MOST_PROBLEMS) }
  const done = runs.map(({ year, given, around }) => ({ year, ...work(method, given, around) }))
  const faults = done.flatMap(({ year, traces }) =>
    traces.problems.map((one) => (year === undefined ? one : { ...one, at: `vintages.${year}.${one.at}` })),
  )
  return faults.length > 0 ? { problems: faults } : answer(method, inputs, read, done)
}

interface ReadOptions {
  readonly problems: Problem[]
  readonly gwpSet: GwpSet
  readonly overlay: ParameterSet | undefined
  readonly vintages: Vintages | undefined
  readonly on: string | undefined
}

function readOptions(method: Method, options: Options): ReadOptions {
  const problems: Problem[] = []
  const gwpSet = GWP_SETS.find((one) => one === (options.gwpSet ?? 'AR5'))
  if (!gwpSet) problems.push({ code: 'not-a-choice', at: 'gwpSet', facts: { allowed: GWP_SETS.join(', ') } })
  const { vintages, problems: ofVintages } = readVintages(options.vintages)
  problems.push(...ofVintages)
  if (options.vintages !== undefined && method.of === 'value') {
    problems.push({ code: 'no-vintages', at: 'vintages', facts: { method: method.id } })
  }
  if (options.on !== undefined && !isDay(options.on)) problems.push({ code: 'not-a-day', at: 'on', facts: {} })
  const overlay = options.parameters === undefined ? undefined : readParameterSet(options.parameters)
  if (overlay && 'problems' in overlay) problems.push(...overlay.problems)
  const set = overlay && 'set' in overlay ? overlay.set : undefined
  const last = vintages?.by === 'days' ? vintages.to : undefined
  const on = isDay(options.on) ? options.on : last
  return { problems, gwpSet: gwpSet ?? 'AR5', overlay: set, vintages, on }
}

interface Run {
  readonly year: number | undefined
  readonly given: Given
  readonly around: Surroundings
  readonly problems: Problem[]
}

function runsOf(method: Method, inputs: unknown, { vintages, gwpSet, overlay, on }: ReadOptions): Run[] {
  const run = (year: number | undefined, given: unknown, path: string, day: string | undefined) => {
    const around = { gwpSet, parameters: inForce(overlay, day) }
    return { year, around, ...checkInputs(method.inputs, given, path, around) }
  }
  if (vintages?.by !== 'data' || (inputs !== undefined && !isRecord(inputs)))
    return [run(undefined, inputs, 'inputs', on)]
  return vintages.years.map(({ year, inputs: own }) =>
    run(year, { ...inputs, ...own }, `vintages.${year}.inputs`, on ?? `${year}-12-31`),
  )
}

/** What is given for all years although each has its own: it would be told as an input and is none. */
function replacedEverywhere(inputs: unknown, vintages: Vintages | undefined): Problem[] {
  if (vintages?.by !== 'data' || !isRecord(inputs)) return []
  const isReplaced = (key: string) => vintages.years.every(({ inputs: own }) => Object.hasOwn(own, key))
  const keys = Object.keys(inputs).filter(isReplaced)
  return keys.map((key) => ({ code: 'replaced', at: `inputs.${key.slice(0, 100)}`, facts: {} }))
}

interface Done {
  readonly calculation: Calculation
  readonly traces: Traces
}

function work(method: Method, given: Given, around: Surroundings): Done {
  const calculation = calculationOver(method, given, around)
  const { traces } = calculation
  try {
    method.formula(calculation)
    if (method.isScreening) calculation.warn('screening')
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    traces.problems.push(error.problem)
  }
  return { calculation, traces }
}

function answer(
  method: Method,
  inputs: unknown,
  { gwpSet, overlay, vintages, on }: ReadOptions,
  done: readonly (Done & { year: number | undefined })[],
): Reduction | Value {
  const used = new Set(done.flatMap(({ traces }) => [...traces.used]))
  const country = overlay ? nameOf(overlay) : null
  const common = {
    methodId: method.id,
    methodVersion: method.version,
    outputs: outputsOf(method, done),
    gwpSet,
    parameterSet: { reference: nameOfReference(), country },
    parameters: [...used].map(bare),
    inputs,
    vintages: vintages ?? null,
    on: on ?? null,
  }
  const trace = done.flatMap(({ year, traces }) =>
    traces.trace.map((step) => (year === undefined ? step : { ...step, vintage: year })),
  )
  const warnings = unlike([...done.flatMap(({ traces }) => traces.warnings), ...notConfirmed(used)])
  if (method.of === 'value') {
    const { step, unit } = method.result ?? {}
    invariant(step !== undefined && unit !== undefined, `${method.id} names no result`)
    return { of: 'value', value: plain(sumOf(done, step)), unit, ...common, trace, warnings }
  }
  const [be, pe, le] = [sumOf(done, 'BE'), sumOf(done, 'PE'), sumOf(done, 'LE')]
  const er = be.minus(pe).minus(le)
  const perVintage = vintages?.by === 'days' ? byDays(er, vintages.from, vintages.to) : done.flatMap(vintageOf)
  const isNegative = er.lessThan(0) || perVintage.some((vintage) => new Exact(vintage.er).lessThan(0))
  return {
    of: 'reduction',
    unit: 'tCO2e',
    ...{ be: plain(be), pe: plain(pe), le: plain(le), er: plain(er) },
    perVintage,
    blocksIssuance: isNegative,
    ...common,
    trace: [...trace, lastStep(be, pe, le, er)],
    warnings: isNegative ? [...warnings, { code: 'negative', facts: { value: plain(er) } }] : warnings,
  }
}

function vintageOf({ year, calculation }: Done & { year: number | undefined }): Vintage[] {
  if (year === undefined) return []
  const [be, pe, le] = [calculation.value('BE'), calculation.value('PE'), calculation.value('LE')]
  return [{ year, er: plain(be.minus(pe).minus(le)), be: plain(be), pe: plain(pe), le: plain(le) }]
}

function lastStep(be: Exact, pe: Exact, le: Exact, er: Exact): TraceStep {
  const inputs = { BE: plain(be), PE: plain(pe), LE: plain(le) }
  return { step: 'ER', formula: 'BE - PE - LE', inputs, value: plain(er), unit: 'tCO2e' }
}

function sumOf(done: readonly Done[], step: string): Exact {
  return done.reduce((sum, { calculation }) => sum.plus(calculation.value(step)), ZERO)
}

function outputsOf(method: Method, done: readonly Done[]): Answer['outputs'] {
  return Object.fromEntries(
    (method.outputs ?? []).map(({ step, unit }) => [step, { value: plain(sumOf(done, step)), unit }]),
  )
}

/** A parameter without the limits that the reference has for it. */
function bare({
  key,
  value,
  unit,
  source,
  sourceVersion,
  validFrom,
  validTo,
  verifiedBy,
  verifiedAt,
}: Parameter): Parameter {
  return { key, value, unit, source, sourceVersion, validFrom, validTo, verifiedBy, verifiedAt }
}

function notConfirmed(used: ReadonlySet<Parameter>): Warning[] {
  return [...used].flatMap(({ key, value, unit, source, verifiedBy }) =>
    verifiedBy === null ? [{ code: 'not-confirmed' as const, facts: { key, value: value ?? '', unit, source } }] : [],
  )
}

function unlike(warnings: readonly Warning[]): Warning[] {
  return [...new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values()]
}
