import { type FieldError, type Problem, type ProblemCode, problemOf } from '@tallystick/contract'
import type { Proposal, Refusal } from '@tallystick/rules'
import type { z } from 'zod'

/** A command that would be lawful once others approve it. */
export interface Waiting extends Proposal {
  type: string
  /** Of the permission table. */
  action: string
  /** Organisations of which a further mandate must approve; mostly none. */
  holders: readonly string[]
  /** Made for this command: their texts are kept while it waits. */
  commitments: readonly string[]
}

/** A request that is refused. Thrown by handlers, answered as problem+json. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>

  /** What there is to approve, where approvals are all that is missing. */
  readonly waiting: Waiting | undefined

  constructor(problem: Problem, headers: Readonly<Record<string, string>> = {}, waiting?: Waiting) {
    super(problem.code)
    this.problem = problem
    this.headers = headers
    this.waiting = waiting
  }
}

/** A problem to throw. `facts` fill its sentence. */
export function problem(
  code: ProblemCode,
  facts: Readonly<Record<string, string>> = {},
  errors: readonly FieldError[] = [],
): ProblemError {
  return new ProblemError(problemOf(code, facts, errors))
}

/** One field that is not as it must be. */
export function fieldProblem(field: string, message: string, allowed?: string): ProblemError {
  return problem('invalid-request', {}, [{ field, message, ...(allowed === undefined ? {} : { allowed }) }])
}

/** What the ledger refused, as a problem: `field`, `reason` and `allowed` of its detail name the field. */
export function refusalProblem({ refused, detail }: Refusal): ProblemError {
  const { field, ...facts } = detail
  const code: ProblemCode = refused
  if (field === undefined) return problem(code, facts)
  const message = detail.reason ?? problemOf(code, facts).detail
  const named = { field: requestNames.get(field) ?? field, message }
  return problem(code, facts, [{ ...named, ...(detail.allowed ? { allowed: detail.allowed } : {}) }])
}

/** What requests call a field that entries call otherwise. */
const requestNames: ReadonlyMap<string, string> = new Map([['scope', 'sectoralScope']])

/** The fields that a schema found wrong. */
export function inputProblem(error: z.ZodError): ProblemError {
  return problem('invalid-request', {}, error.issues.flatMap((issue) => fieldErrors(issue)).slice(0, MAX_FIELD_ERRORS))
}

const MAX_FIELD_ERRORS = 20

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const field = issue.path.map((part) => shown(String(part))).join('.')
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        field: [field, shown(key)].filter(Boolean).join('.'),
        message: issue.message,
      }))
    case 'invalid_value':
      return [{ field, message: issue.message, allowed: issue.values.map(String).join(', ') }]
    case 'invalid_type':
      return [{ field, message: issue.message, allowed: issue.expected }]
    case 'too_big':
      return [{ field, message: issue.message, allowed: `at most ${issue.maximum}` }]
    case 'too_small':
      return [{ field, message: issue.message, allowed: `at least ${issue.minimum}` }]
    case 'invalid_format':
      return [{ field, message: issue.message, allowed: issue.pattern ?? issue.format }]
    default:
      return [{ field, message: issue.message }]
  }
}

/** A name that the sender chose, short enough to be given back. */
function shown(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name
}

/** Approvals are all that is missing: the problem, with what there is to approve. */
export function waitingProblem(
  { refused, detail, proposal }: Refusal & { proposal: Proposal },
  { type, commitments }: Pick<Waiting, 'type' | 'commitments'>,
): ProblemError {
  const { action = '', holders } = detail
  const waiting = { ...proposal, type, commitments, action, holders: holders?.split(', ') ?? [] }
  return new ProblemError(problemOf(refused, detail), {}, waiting)
}
