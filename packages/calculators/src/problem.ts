import type texts from './locales/en.json'

export type ProblemCode = keyof typeof texts.problems
export type WarningCode = keyof typeof texts.warnings
export type GateCode = keyof typeof texts.gates

/** Names, numbers and units that a sentence has places for. */
export type Facts = Readonly<Record<string, string>>

/** What is wrong, and where: `at` is the path of the value, such as `inputs.area` or `vintages.2024.inputs.deposits[3].mass`. */
export interface Problem {
  readonly code: ProblemCode
  readonly at: string
  readonly facts: Facts
}

/** What a reader of a result must know. */
export interface Warning {
  readonly code: WarningCode
  readonly facts: Facts
}

/** Nothing was calculated, and these are all the reasons that could be seen at once. */
export interface Refused {
  readonly problems: readonly Problem[]
}

export const isRefused = (answer: object): answer is Refused => 'problems' in answer

/** More problems than these are not told one by one. */
export const MOST_PROBLEMS = 1000

/** Ends a calculation that has begun: an input, a parameter or a gate turned out to be in the way. */
export class Fault extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(`${problem.code} ${problem.at}`)
    this.problem = problem
  }
}

/** A mistake in our own data or formulas, never in what was given. */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(what)
}
