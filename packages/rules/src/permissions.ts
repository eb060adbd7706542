import { z } from 'zod'
import { type Approver, askedFor, chosenFor, serves } from './approvals.ts'
import type { Approval, Entry } from './envelope.ts'
import { MAX_APPROVALS, proposalHash } from './envelope.ts'
import { DocumentName } from './ids.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { Rows, State } from './state.ts'

/** The role of the mandate that genesis names. */
export const SYSTEM_ROLE = 'system/system'

const Scope = z.enum(['any', 'own', 'assigned'])

const Action = z.string().regex(/^[a-z]+(\.[A-Za-z/-]+){1,3}$/, 'must be an action, such as credits.issue')

/**
 * Who may do what: data, adopted by an entry. A role is `<organisation kind>/<user role>`. For each action, the roles
 * that may take it and for whom: `any`, `own` organisation only, or `assigned`: only what the organisation is assigned to
 * as a certifier. An action that asks for approvals names how many further mandates must approve the exact proposal, in
 * which roles: two authorities that must both agree are two requirements.
 */
export const PermissionTable = z
  .strictObject({
    kind: z.literal('permissions'),
    name: DocumentName,
    version: z.number().int().min(1),
    roles: z
      .array(
        z
          .string()
          .regex(/^[a-z]{1,20}\/[A-Za-z]{1,30}$/, 'must be a kind of organisation and a role, such as developer/Admin'),
      )
      .min(1)
      .max(100),
    /** Roles that appoint people: a mandate that one of them grants stands on its own, so they approve nothing. */
    appoints: z.array(z.string()).min(1),
    actions: z.record(Action, z.record(z.string(), Scope)),
    /** Actions in which nobody acts or approves for an organisation that owns what is decided on, or for its affiliate. */
    independent: z.array(Action).max(200),
    /** Requirements, each with how many approve and in which roles. One approval counts for one of them. */
    approvals: z.record(
      Action,
      z
        .array(z.strictObject({ count: z.number().int().min(1).max(MAX_APPROVALS), by: z.array(z.string()).min(1) }))
        .min(1)
        .refine((all) => all.reduce((sum, { count }) => sum + count, 0) <= MAX_APPROVALS, `at most ${MAX_APPROVALS}`),
    ),
  })
  .refine(({ roles, appoints, actions, approvals }) => {
    const approving = Object.values(approvals).flatMap((all) => all.flatMap(({ by }) => by))
    const named = [...appoints, ...Object.values(actions).flatMap(Object.keys), ...approving]
    return named.every((role) => roles.includes(role))
  }, 'appoints, actions and approvals name only roles of the list')
  .refine(
    ({ appoints, approvals }) =>
      Object.values(approvals).every((all) => all.every(({ by }) => by.every((role) => !appoints.includes(role)))),
    'whoever appoints people approves nothing',
  )
  .refine(
    ({ roles, actions }) =>
      roles.every((role) => role === SYSTEM_ROLE || !role.startsWith('system/')) &&
      !(`mandates.${SYSTEM_ROLE}` in actions),
    'nobody becomes the system, and nobody revokes it',
  )
  .refine(
    ({ actions }) => Object.keys(actions['documents.adopt'] ?? {}).some((role) => role !== SYSTEM_ROLE),
    'somebody must be able to adopt the next version',
  )
  .refine(
    ({ independent, actions }) => independent.every((action) => Object.hasOwn(actions, action)),
    'independent are actions of the list',
  )
export type PermissionTable = z.infer<typeof PermissionTable>

/** What an entry does, for the table: the action and the organisations that it concerns. */
export interface Act {
  action: string
  organisations: string[]
  /** The organisations that own what is decided on. */
  interests?: string[]
  /** The organisations that are assigned to it as certifiers, and the sectoral scope that they are assigned for. */
  assigned?: string[]
  scope?: string
  /** Units moved or issued, held against the mandate's limit. */
  quantity?: bigint
  /** The holder's account asks for a second mandate that might have done the same. */
  second?: boolean
  /** Approvals are given by entries of their own. */
  waived?: boolean
}

function scopeOf(table: PermissionTable, role: string, action: string): z.infer<typeof Scope> | undefined {
  const scopes = Object.hasOwn(table.actions, action) ? table.actions[action] : undefined
  return scopes && Object.hasOwn(scopes, role) ? scopes[role] : undefined
}

/**
 * Is this act open to a role? `own` asks that one of the organisations concerned is the mandate's, `assigned` that it is
 * one of those that are assigned.
 */
export function allows(table: PermissionTable, role: string, organisation: string, act: Act): boolean {
  const scope = scopeOf(table, role, act.action)
  return (
    scope === 'any' ||
    (scope === 'own' && act.organisations.includes(organisation)) ||
    (scope === 'assigned' && act.assigned?.includes(organisation) === true)
  )
}

/**
 * The organisation is none of those that own what is decided on, and no affiliate of one. A refusal says which one owns it,
 * and which other one is affiliated to that.
 */
export function admitIndependence(
  state: State,
  organisation: string,
  interests: readonly string[],
  named: Record<string, string>,
): Refusal | undefined {
  const affiliates = state.get('organisation', organisation)?.affiliates ?? []
  const owner = interests.find((one) => one === organisation || affiliates.includes(one))
  if (owner === undefined) return undefined
  const other = owner === organisation ? {} : { affiliate: organisation }
  return refuse('conflict-of-interest', { ...named, organisation: owner, ...other })
}

/** Is the organisation accredited for a sectoral scope on a day, first and last days included? */
export function isAccredited(
  { accreditations }: Pick<Rows['organisation'], 'accreditations'>,
  scope: string,
  day: string,
): boolean {
  return Object.values(accreditations).some(
    ({ scopes, from, to }) => scopes.includes(scope) && from <= day && day <= to,
  )
}

/** The organisation is accredited for a sectoral scope on the day of an entry. */
export function admitAccreditation(state: State, organisation: string, scope: string, at: string): Refusal | undefined {
  const day = at.slice(0, 10)
  const row = state.get('organisation', organisation)
  return row && isAccredited(row, scope, day)
    ? undefined
    : refuse('accreditation-missing', { organisation, scope, day })
}

/** Is the mandate in force? */
export function inForce(state: State, id: string): Refusal | undefined {
  const mandate = state.get('mandate', id)
  if (!mandate) return refuse('mandate-unknown', { mandate: id })
  if (!mandate.active) return refuse('mandate-revoked', { mandate: id })
  if (state.get('organisation', mandate.organisation)?.active !== true) {
    return refuse('organisation-suspended', { organisation: mandate.organisation })
  }
  return undefined
}

/**
 * On whose word a mandate is there. Who may grant mandates can grant one to himself, so all that are there on one word
 * count as one person.
 */
export function handOf(state: State, mandate: string): string {
  return state.get('mandate', mandate)?.hand ?? mandate
}

/** Judges who did it: mandate in force, permitted, within its limit. */
export function admitMandate(
  state: State,
  table: PermissionTable,
  entry: Pick<Entry, 'by' | 'at'>,
  act: Act,
): Refusal | undefined {
  const broken = inForce(state, entry.by)
  const mandate = state.get('mandate', entry.by)
  if (broken || !mandate) return broken
  if (!allows(table, mandate.role, mandate.organisation, act)) {
    return refuse('not-permitted', { action: act.action, role: mandate.role })
  }
  if (exceeds(mandate.limit, act)) return refuse('mandate-limit', { field: 'quantity', limit: mandate.limit ?? '' })
  const isAssigned = scopeOf(table, mandate.role, act.action) === 'assigned'
  return (
    (isAssigned || table.independent.includes(act.action) ? independent(state, entry.by, act) : undefined) ??
    (isAssigned ? admitAccreditation(state, mandate.organisation, act.scope ?? '', entry.at) : undefined)
  )
}

/** What the system does it decides on nothing: it takes what has come by itself, whoever owns it. */
function independent(state: State, mandate: string, { interests = [] }: Act): Refusal | undefined {
  if (state.get('mandate', mandate)?.role === SYSTEM_ROLE) return undefined
  return admitIndependence(state, state.get('mandate', mandate)?.organisation ?? '', interests, { mandate })
}

function exceeds(limit: string | null, act: Act): boolean {
  return limit !== null && act.quantity !== undefined && act.quantity > BigInt(limit)
}

/**
 * Judges who approved it: as many mandates as the table asks for and, where the holder's account does, one more of the
 * holder; all in force, each there on another's word, each bound to this very proposal. One approval counts for one of
 * them. Asked last, so that `approval-missing` says: approvals are all that is missing.
 */
export function admitApprovals(state: State, table: PermissionTable, entry: Entry, act: Act): Refusal | undefined {
  const asked = [...(act.second ? [null] : []), ...askedFor(table, act.action)]
  if (asked.length === 0 && entry.approvals.length === 0) return undefined
  const hands = new Set([handOf(state, entry.by)])
  const proposal = entry.approvals.length > 0 ? proposalHash(entry) : ''
  const given: Approver[] = []
  for (const approval of entry.approvals) {
    const hand = handOf(state, approval.by)
    if (hands.has(hand)) return refuse('approval-not-distinct', { mandate: approval.by })
    hands.add(hand)
    const broken = admitApproval(state, table, approval, proposal, act)
    const mandate = state.get('mandate', approval.by)
    if (broken || !mandate) return broken
    const approver = { role: mandate.role, isHolder: isSecond(table, mandate, act) }
    if (!asked.some((one) => serves(approver, one))) {
      return refuse('not-permitted', { action: `approve ${act.action}`, role: mandate.role })
    }
    given.push(approver)
  }
  if (act.waived || chosenFor(asked, given)) return undefined
  return refuse('approval-missing', {
    needed: String(asked.length),
    given: String(entry.approvals.length),
    action: act.action,
    ...(act.second ? { holders: act.organisations.join(', ') } : {}),
  })
}

function admitApproval(
  state: State,
  table: PermissionTable,
  approval: Approval,
  proposal: string,
  act: Act,
): Refusal | undefined {
  // There is room for a signature by the approver's own key; no entry registers such a key yet.
  if (approval.signature !== undefined) return refuse('approval-mismatch', { field: 'signature' })
  if (approval.proposal !== proposal) return refuse('approval-mismatch', { expected: proposal })
  return admitApproving(state, table, approval.by, act)
}

/** May this mandate approve such an act: in force, within its limit, and independent where that is asked? */
function admitApproving(state: State, table: PermissionTable, by: string, act: Act): Refusal | undefined {
  const limit = state.get('mandate', by)?.limit ?? null
  return (
    inForce(state, by) ??
    (exceeds(limit, act) ? refuse('mandate-limit', { mandate: by, limit: limit ?? '' }) : undefined) ??
    (table.independent.includes(act.action) ? independent(state, by, act) : undefined)
  )
}

/** A further mandate of the holder that might have done the same. */
function isSecond(table: PermissionTable, mandate: Rows['mandate'], act: Act): boolean {
  return (
    act.second === true &&
    act.organisations.includes(mandate.organisation) &&
    allows(table, mandate.role, mandate.organisation, act)
  )
}
