import type { z } from 'zod'
import { type Declaration, declarations, type RuleName } from './declarations.ts'
import type { Law } from './documents.ts'
import { type Entry, issueOf } from './envelope.ts'
import type { Act } from './permissions.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'
import type { Effects, Keys, State } from './state.ts'

/** In which mandate, when, and with whose approvals an entry is written. */
export type Written = Pick<Entry, 'by' | 'at' | 'approvals'>

/** What an entry type is: its form, what it needs, what it refuses and what it writes. */
export interface Rule<Body, Request> {
  type: RuleName
  v: number
  body: z.ZodType<Body>
  /** What a command of this type carries: the body without what the ledger allots or chooses. */
  request: z.ZodType<Request, unknown>
  /** The keys that deciding on the request looks at, as far as the state known so far tells; asked until nothing new. */
  reads(state: State, request: Request, law: Law): Keys
  /** Fills in what the ledger allots or chooses. Checks only what it needs for that. */
  decide(state: State, request: Request, law: Law): Body | Refusal
  /** What the permission table is asked. */
  act(state: State, body: Body, written: Written, law: Law): Act
  admit(state: State, body: Body, law: Law, written: Written): Refusal | undefined
  effects(state: State, body: Body, law: Law, written: Written): Effects
  streams(state: State, body: Body): string[]
  /** What a mandate states here and public facts do not prove. */
  attested: string[]
}

/** A body that has its type's form, with everything that its rule says of it. */
export interface BoundBody {
  act(state: State, written: Written, law: Law): Act
  admit(state: State, law: Law, written: Written): Refusal | undefined
  effects(state: State, law: Law, written: Written): Effects
  streams(state: State): string[]
}

export interface BoundRequest {
  reads(state: State): Keys
  /** The body of the entry to propose. */
  decide(state: State): Record<string, unknown> | Refusal
}

/** A rule without its types, for the table of all rules. */
export interface AnyRule extends Declaration {
  type: RuleName
  v: number
  attested: string[]
  /** The form of a body. Reading by it changes nothing. */
  schema: z.ZodType
  /** The form of a request. */
  requestSchema: z.ZodType
  bindBody(body: unknown): BoundBody | Refusal
  /** Of a body that was found to have the form: it is not looked at again. */
  bindFormed(body: unknown): BoundBody
  bindRequest(request: unknown, law: Law): BoundRequest | Refusal
}

export function defineRule<Body extends Record<string, unknown>, Request>(rule: Rule<Body, Request>): AnyRule {
  const bind = (body: Body): BoundBody => ({
    act: (state, written, law) => rule.act(state, body, written, law),
    admit: (state, law, written) => rule.admit(state, body, law, written),
    effects: (state, law, written) => rule.effects(state, body, law, written),
    streams: (state) => rule.streams(state, body),
  })
  return {
    ...declarations[rule.type],
    type: rule.type,
    v: rule.v,
    attested: rule.attested,
    schema: rule.body,
    requestSchema: rule.request,
    bindBody(value) {
      const parsed = rule.body.safeParse(value)
      return parsed.success ? bind(parsed.data) : refuse('malformed', prefixed('body', issueOf(parsed.error)))
    },
    bindFormed: (value) => bind(value as Body),
    bindRequest(value, law) {
      const parsed = rule.request.safeParse(value)
      if (!parsed.success) return refuse('malformed', issueOf(parsed.error))
      const request = parsed.data
      return {
        reads: (state) => rule.reads(state, request, law),
        decide: (state) => rule.decide(state, request, law),
      }
    },
  }
}

function prefixed(prefix: string, detail: Record<string, string>): Record<string, string> {
  return { ...detail, field: [prefix, detail.field].filter(Boolean).join('.') }
}

/** The first refusal among checks, in their order. */
export function firstOf(...checks: (Refusal | undefined | false)[]): Refusal | undefined {
  return checks.find((check) => isRefusal(check)) || undefined
}

export function noEffects(): Effects {
  return { puts: [], postings: [], runs: [] }
}
