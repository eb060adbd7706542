import {
  type FieldError,
  inputSentencesIn,
  inputTextIn,
  isProblemCode,
  type Language,
  type Problem,
  type ProblemCode,
  problemOf,
} from '@tallystick/contract'
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

  readonly #retold: Retold | undefined

  constructor(
    problem: Problem,
    headers: Readonly<Record<string, string>> = {},
    waiting?: Waiting,
    retold: Retold | undefined = undefined,
  ) {
    super(problem.code)
    this.problem = problem
    this.headers = headers
    this.waiting = waiting
    this.#retold = retold
  }

  /** The same in a language: its code and its facts stay, only what people read is told anew. */
  in(language: Language): Problem {
    return language === 'en' ? this.problem : translated(this.problem, language, this.#retold?.(language))
  }
}

/** The fields that are wrong, in a language: where a message holds a number or a list, and not only words of ours. */
type Retold = (language: Language) => readonly FieldError[]

function translated(document: Problem, language: Language, retold?: readonly FieldError[]): Problem {
  const { code, facts = {}, errors, detail } = document
  if (!isProblemCode(code)) return document
  const { reason = '', ...others } = facts
  // Of the facts only a reason is a sentence. One that is not of ours is not mixed in; programs get it as it was.
  const words = inputTextIn(language, reason)
  const told = problemOf(code, words === reason ? others : { ...others, reason: words }, [], language)
  const isWhole = (message: string) => message === detail || (message === reason && words === reason)
  const fields = errors.map((one) => {
    const field = inWords(one, language)
    return isWhole(one.message) ? { ...field, message: told.detail } : field
  })
  return { ...document, title: told.title, detail: told.detail, errors: [...(retold ?? fields)] }
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

function inWords({ field, message, allowed }: FieldError, language: Language): FieldError {
  const words = { field, message: inputTextIn(language, message) }
  return allowed === undefined ? words : { ...words, allowed: inputTextIn(language, allowed) }
}

/** Data as a schema reads them, or the problem that names each field which is not as it must be. */
export function checked<Output>(schema: z.ZodType<Output>, data: unknown): { value: Output } | { error: ProblemError } {
  const parsed = schema.safeParse(data, { error: inputSentencesIn('en') })
  if (parsed.success) return { value: parsed.data }
  const retold = (language: Language) => {
    const { error = parsed.error } = schema.safeParse(data, { error: inputSentencesIn(language) })
    return wrongFields(error, language)
  }
  const document = problemOf('invalid-request', {}, wrongFields(parsed.error, 'en'))
  return { error: new ProblemError(document, {}, undefined, retold) }
}

function wrongFields(error: z.ZodError, language: Language): FieldError[] {
  return error.issues
    .flatMap(fieldErrors)
    .slice(0, MAX_FIELD_ERRORS)
    .map((one) => inWords(one, language))
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
