import type { Calculation } from './calculation.ts'
import type { GateCode } from './problem.ts'
import type { Kind } from './units.ts'

/**
 * Where a value comes from that is not given: written here, or a parameter. `{…}` in the name of a parameter stands for what
 * was chosen in another input, or for the set of GWPs: `tool04.decay.{type}.{climate}`.
 */
export type Default = { readonly value: string } | { readonly parameter: string }

/** An input counts only where another one, a choice, has one of these values. */
export interface When {
  readonly input: string
  readonly is: readonly string[]
}

interface Common {
  /** May be left out, though nothing takes its place. */
  readonly optional?: true
  readonly when?: When
}

/** A number with a unit. The limits are in `unit`; `above` and `below` are limits that do not count themselves. */
export interface NumberInput extends Common {
  readonly type: 'number'
  readonly kind: Kind
  /** The unit that the formula calculates in. */
  readonly unit: string
  readonly min?: string
  readonly above?: string
  readonly max?: string
  readonly below?: string
  readonly whole?: true
  readonly default?: Default
  /** Where the default is taken the result says so: it is an assumption, not a fact. */
  readonly assumed?: true
}

export interface ChoiceInput extends Common {
  readonly type: 'choice'
  readonly options: readonly string[]
  readonly default?: { readonly value: string }
}

/** A day of the calendar, `YYYY-MM-DD`. */
export interface DayInput extends Common {
  readonly type: 'day'
}

export type CellInput = NumberInput | ChoiceInput | DayInput

export interface TableInput extends Common {
  readonly type: 'table'
  readonly columns: Readonly<Record<string, CellInput>>
  readonly minRows: number
  readonly maxRows: number
}

export type Input = CellInput | TableInput
export type Inputs = Readonly<Record<string, Input>>

/** A number of the result beside the reduction itself: the name of a step, and its unit. */
export interface Output {
  readonly step: string
  readonly unit: string
}

export interface Source {
  readonly document: string
  /** The paragraph, equation or section. */
  readonly place: string
}

/**
 * A methodology: data, and one pure formula. The formula makes steps, each with a name. Of a `reduction` the steps BE, PE
 * and LE are the emissions of the baseline, of the project and the leakage, and zero where there is no such step; removals
 * are negative emissions. Of a `value` the step named in `result` is what comes out.
 */
export interface Method {
  readonly id: string
  /** Counts up with every change that may change a result. */
  readonly version: number
  readonly of: 'reduction' | 'value'
  readonly result?: Output
  readonly outputs?: readonly Output[]
  /** Sectoral scopes, 1 to 15; none for what is used within others. */
  readonly scopes: readonly number[]
  readonly source: Source
  /** An estimate for a first look, by no methodology of a crediting programme. */
  readonly isScreening?: true
  readonly inputs: Inputs
  /** Parameters that the formula reads beside the defaults of inputs; `*` stands for any ending. */
  readonly parameters?: readonly string[]
  readonly gases?: readonly string[]
  readonly gates?: readonly GateCode[]
  formula(calculation: Calculation): void
}

type Limits = Partial<Pick<NumberInput, 'min' | 'above' | 'max' | 'below' | 'whole' | 'default' | 'assumed'>> & Common

/** An input that is a number; its least value is 0 where no other limit is written. */
export function number(kind: Kind, unit: string, limits: Limits & ({ max: string } | { below: string })): NumberInput {
  const least = limits.min === undefined && limits.above === undefined ? { min: '0' } : {}
  return { type: 'number', kind, unit, ...least, ...limits }
}

export function choice(options: readonly string[], more: Common & { default?: { value: string } } = {}): ChoiceInput {
  return { type: 'choice', options, ...more }
}

export function table(columns: TableInput['columns'], rows: { min?: number; max: number } & Common): TableInput {
  const { min = 1, max, ...common } = rows
  return { type: 'table', columns, minRows: min, maxRows: max, ...common }
}
