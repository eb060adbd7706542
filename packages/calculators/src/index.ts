export { calculate, GWP_SETS, type GwpSet, type Options, type Reduction, type Value } from './calculate.ts'
export { PRECISION, roundHalfUp } from './decimal.ts'
export {
  type DescribeOptions,
  type Description,
  describe,
  type InputDescription,
  type Summary,
  summaries as methods,
} from './describe.ts'
export { readParameterSet } from './parameter-check.ts'
export {
  nameOf,
  type Parameter,
  type ParameterSet,
  type ReferenceParameter,
  referenceSet,
  type SetName,
} from './parameters.ts'
export { isRefused, type Problem, type Refused, type Warning } from './problem.ts'
export type { TraceStep } from './reading.ts'
export { LANGUAGES, type Language, problemText, warningText } from './texts.ts'
export { type Kind, kinds, unitsOf } from './units.ts'
export type { Vintage, Vintages } from './vintages.ts'
