import { z } from 'zod'
import { type Aliases, aliasesInWords } from './aliases.ts'
import type { ProblemCode } from './problem.ts'
import { ProposalMade } from './proposal-made.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** `public`: anybody; the sender may be signed in. `signed-in`: 401 for anybody else. */
export type Access = 'public' | 'signed-in'

/**
 * May an API key do it? `scope`: where any of its scopes covers it. `named`: only where a scope is the operation's own
 * id. `never`: it is for people who are signed in.
 */
export type KeyUse = 'scope' | 'named' | 'never'

const Nothing = z.strictObject({})
type Nothing = typeof Nothing

/**
 * One thing that the API does, declared once: route, checks and OpenAPI come from it.
 * `command` operations need an Idempotency-Key and answer a repetition as they answered at first.
 */
export interface Operation<
  A extends Access = Access,
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  /** Name in clients, such as `openAccounts`. */
  id: string
  method: Method
  /** With parameters in braces, such as `/national/accounts/{id}`. */
  path: string
  /** One line. */
  summary: string
  /** What a caller should know besides, Markdown. */
  description?: string
  tag: string
  access: A
  keys: KeyUse
  command: boolean
  /** Where approvals are all that is missing, the command becomes a proposal: 202. */
  proposable: boolean
  params: Params
  query: Query
  /** Undefined where the request has no body, or a file. */
  body: Body | undefined
  /** The body is a file as it is, and no JSON: the handler reads it. */
  takesFile: boolean
  /** Other names that members of the body may have. */
  aliases: Aliases
  status: 200 | 201 | 204
  answer: Answer
  /** Where more than one status is a success: the answer of each. `answer` is then any of them. */
  answers: Readonly<Record<number, z.ZodType>>
  /** Media type of an answer that is a text and not JSON. */
  media: string | undefined
  /** What this operation may refuse, besides what every operation may. */
  problems: readonly ProblemCode[]
}

interface Declaration<
  A extends Access,
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> {
  id: string
  method: Method
  path: string
  summary: string
  description?: string
  tag: string
  access: A
  keys?: KeyUse
  command?: boolean
  proposable?: boolean
  params?: Params
  query?: Query
  body?: Body
  takesFile?: boolean
  aliases?: Aliases
  status?: 200 | 201 | 204
  answer: Answer
  answers?: Readonly<Record<number, z.ZodType>>
  media?: string
  problems?: readonly ProblemCode[]
}

export function defineOperation<
  A extends Access,
  Answer extends z.ZodType,
  Params extends z.ZodType = Nothing,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = z.ZodUndefined,
>(declared: Declaration<A, Params, Query, Body, Answer>): Operation<A, Params, Query, Body, Answer> {
  const status = declared.status ?? 200
  const proposable = declared.proposable ?? false
  const keys = declared.keys ?? keyUseOf(declared)
  const aliases = declared.aliases ?? {}
  const named = Object.keys(aliases).length > 0 && aliasesInWords(aliases)
  const description = [declared.description, named, proposable && WAITS, KEY_USE[keys]].filter(Boolean).join(' ')
  return {
    command: false,
    takesFile: false,
    problems: [],
    ...declared,
    aliases,
    keys,
    ...(description ? { description } : {}),
    answers: { [status]: declared.answer, ...(proposable ? { 202: ProposalMade } : {}), ...declared.answers },
    proposable,
    status,
    media: declared.media,
    params: declared.params ?? (Nothing as z.ZodType as Params),
    query: declared.query ?? (Nothing as z.ZodType as Query),
    body: declared.body,
  }
}

const WAITS =
  'Where the permission table or the policy of an account asks for approval by others, the answer is 202 with a ' +
  'proposal, and the last approval carries it out.'

/** What an operation says of API keys in its description. */
const KEY_USE: Readonly<Record<KeyUse, string>> = {
  scope: '',
  named: 'An API key does it only where one of its scopes is the id of this operation.',
  never: 'No API key does it: it is for people who are signed in.',
}

/** Tags whose operations change who may act: where nothing else is said, a key must name them one by one. */
const PEOPLE: ReadonlySet<string> = new Set(['Users', 'Registrations'])

function keyUseOf({ method, tag }: { method: Method; tag: string }): KeyUse {
  if (tag === 'Sessions') return 'never'
  return method !== 'GET' && PEOPLE.has(tag) ? 'named' : 'scope'
}
