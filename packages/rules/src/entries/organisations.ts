import { z } from 'zod'
import type { RuleName } from '../declarations.ts'
import { Code, Commitment, Id, Quantity } from '../ids.ts'
import { type Act, handOf } from '../permissions.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { type AnyRule, defineRule, firstOf, noEffects } from '../rule.ts'
import { type Keys, noKeys, type Put, type RowKind, type State } from '../state.ts'

/** An id may be used once, for one thing. */
export function fresh(state: State, kind: RowKind, id: string): Refusal | undefined {
  return state.get(kind, id) ? refuse('already-exists', { [kind]: id }) : undefined
}

/** As `fresh`, for what gets a stream under its id: nothing else may have one. */
export function freshStream(state: State, kind: 'account' | 'batch' | 'project', id: string): Refusal | undefined {
  return fresh(state, kind, id) ?? (state.get('stream', id) ? refuse('already-exists', { stream: id }) : undefined)
}

const Organisation = z.strictObject({ organisation: Id, kind: z.string().regex(/^[a-z]{1,20}$/), name: Commitment })
type Organisation = z.infer<typeof Organisation>

export const organisationRegistered = defineRule<Organisation, Organisation>({
  type: 'OrganisationRegistered',
  v: 1,
  body: Organisation,
  request: Organisation,
  attested: ['that the organisation exists under the name committed to'],
  reads: (_state, { organisation }) => ({ ...noKeys(), rows: [{ kind: 'organisation', id: organisation }] }),
  decide: (_state, request) => request,
  act: (_state, { organisation }) => ({ action: 'organisations.register', organisations: [organisation] }),
  admit: (state, body, { preset }) =>
    firstOf(
      fresh(state, 'organisation', body.organisation),
      !preset.organisationKinds.includes(body.kind) &&
        refuse('code-unknown', { field: 'kind', allowed: preset.organisationKinds.join(', ') }),
    ),
  streams: () => [],
  effects: (_state, body) => ({
    ...noEffects(),
    puts: [
      {
        kind: 'organisation',
        id: body.organisation,
        row: { kind: body.kind, name: body.name, active: true, affiliates: [], accreditations: {} },
      },
    ],
  }),
})

const Status = z.strictObject({ organisation: Id, reason: Code })
type Status = z.infer<typeof Status>

function statusRule(type: RuleName, action: string, active: boolean): AnyRule {
  return defineRule<Status, Status>({
    type,
    v: 1,
    body: Status,
    request: Status,
    attested: ['the reason'],
    reads: (_state, { organisation }) => ({ ...noKeys(), rows: [{ kind: 'organisation', id: organisation }] }),
    decide: (_state, request) => request,
    act: (_state, body) => ({ action, organisations: [body.organisation] }),
    admit: (state, body, { preset }) => {
      const organisation = state.get('organisation', body.organisation)
      return firstOf(
        !organisation && refuse('organisation-unknown', { organisation: body.organisation }),
        body.organisation === state.ledger().authority && refuse('organisation-authority', { field: 'organisation' }),
        organisation?.active === active && refuse('organisation-already-so', { organisation: body.organisation }),
        !preset.purposes.suspension.includes(body.reason) &&
          refuse('code-unknown', {
            field: 'reason',
            code: body.reason,
            allowed: preset.purposes.suspension.join(', '),
          }),
      )
    },
    streams: () => [],
    effects: (state, body) => {
      const organisation = state.get('organisation', body.organisation)
      return organisation
        ? { ...noEffects(), puts: [{ kind: 'organisation', id: body.organisation, row: { ...organisation, active } }] }
        : noEffects()
    },
  })
}

/** Its mandates cannot act and its accounts take no part in movements until it is reactivated. */
export const organisationSuspended = statusRule('OrganisationSuspended', 'organisations.suspend', false)
export const organisationReactivated = statusRule('OrganisationReactivated', 'organisations.reactivate', true)

const Grant = z.strictObject({
  mandate: Id,
  organisation: Id,
  role: z.string().regex(/^[a-z]{1,20}\/[A-Za-z]{1,30}$/, 'must be a role such as developer/Admin'),
  /** Most units that one entry under this mandate may move or issue; `null` for no limit. */
  limit: Quantity.nullable(),
})
type Grant = z.infer<typeof Grant>

export const mandateGranted = defineRule<Grant, Grant>({
  type: 'MandateGranted',
  v: 1,
  body: Grant,
  request: Grant,
  attested: ['that a person holds the mandate'],
  reads: (_state, request) => ({
    ...noKeys(),
    rows: [
      { kind: 'mandate', id: request.mandate },
      { kind: 'organisation', id: request.organisation },
    ],
  }),
  decide: (_state, request) => request,
  act: (_state, body) => ({ action: `mandates.${body.role}`, organisations: [body.organisation] }),
  admit: (state, body, { permissions }, { by }) => {
    const organisation = state.get('organisation', body.organisation)
    const granter = state.get('mandate', by)
    return firstOf(
      granter && widerThan(body.limit, granter.limit) && refuse('mandate-limit', { limit: granter.limit ?? '' }),
      state.get('mandate', body.mandate) && refuse('mandate-exists', { mandate: body.mandate }),
      !organisation && refuse('organisation-unknown', { organisation: body.organisation }),
      !(permissions.roles.includes(body.role) && body.role.startsWith(`${organisation?.kind}/`)) &&
        refuse('role-unknown', {
          role: body.role,
          allowed: permissions.roles.filter((role) => role.startsWith(`${organisation?.kind}/`)).join(', '),
        }),
    )
  },
  streams: () => [],
  effects: (state, { mandate, organisation, role, limit }, { permissions }, { by, approvals }) => {
    const granter = state.get('mandate', by)
    const standsAlone = approvals.length > 0 || permissions.appoints.includes(granter?.role ?? '')
    const hand = standsAlone ? mandate : handOf(state, by)
    const isLent = !standsAlone && hand !== by
    const row = { organisation, role, limit, active: true, hand, ...(isLent ? { word: by } : {}) }
    return {
      ...noEffects(),
      puts: [{ kind: 'mandate', id: mandate, row }, ...(isLent ? broughtPuts(state, by, 1) : [])],
    }
  },
})

/**
 * So many mandates more, or fewer, are there on the word of this one, which itself stands on another's. They have the same
 * hand as it has; so nobody vouches for it before these, or they would be others than whoever has made them up.
 */
function broughtPuts(state: State, id: string, more: 1 | -1): Put[] {
  const mandate = state.get('mandate', id)
  if (!mandate) return []
  const { brought = 0, ...row } = mandate
  return [{ kind: 'mandate', id, row: brought + more === 0 ? row : { ...row, brought: brought + more } }]
}

/** The rows of a mandate, and of that on whose word it is there. */
function mandateReads(state: State, { mandate }: Named): Keys {
  const word = state.peek('mandate', mandate)?.word
  const ids = [mandate, ...(word === undefined ? [] : [word])]
  return { ...noKeys(), rows: ids.map((id) => ({ kind: 'mandate', id })) }
}

/** Does a limit allow more than another? `null` is no limit. */
function widerThan(limit: string | null, other: string | null): boolean {
  return other !== null && (limit === null || BigInt(limit) > BigInt(other))
}

const Named = z.strictObject({ mandate: Id })
type Named = z.infer<typeof Named>

/** What the permission table is asked of whoever does something to a mandate: may he grant one like it? */
function grantsAlike(state: State, { mandate: id }: Named): Act {
  const mandate = state.get('mandate', id)
  return { action: `mandates.${mandate?.role ?? ''}`, organisations: mandate ? [mandate.organisation] : [] }
}

/** Somebody else than who brought it in vouches for a mandate: from now on it counts as a person of its own. */
export const mandateConfirmed = defineRule<Named, Named>({
  type: 'MandateConfirmed',
  v: 1,
  body: Named,
  request: Named,
  attested: ['that the person who holds the mandate is another than whoever granted it'],
  reads: mandateReads,
  decide: (_state, request) => request,
  act: grantsAlike,
  admit: (state, body, _law, { by }) => {
    const mandate = state.get('mandate', body.mandate)
    const limit = state.get('mandate', by)?.limit ?? null
    return firstOf(
      mandate?.active === false && refuse('mandate-revoked', body),
      mandate?.hand === body.mandate && refuse('nothing-changes', { field: 'mandate' }),
      mandate?.hand === handOf(state, by) && refuse('approval-not-distinct', { mandate: by }),
      (mandate?.brought ?? 0) > 0 && refuse('approval-not-distinct', { mandate: body.mandate }),
      mandate && widerThan(mandate.limit, limit) && refuse('mandate-limit', { limit: limit ?? '' }),
    )
  },
  streams: () => [],
  effects: (state, body) => {
    const mandate = state.get('mandate', body.mandate)
    if (!mandate) return noEffects()
    const { word, ...row } = mandate
    const puts: Put[] = word === undefined ? [] : broughtPuts(state, word, -1)
    return {
      ...noEffects(),
      puts: [{ kind: 'mandate', id: body.mandate, row: { ...row, hand: body.mandate } }, ...puts],
    }
  },
})

export const mandateRevoked = defineRule<Named, Named>({
  type: 'MandateRevoked',
  v: 1,
  body: Named,
  request: Named,
  attested: [],
  reads: mandateReads,
  decide: (_state, request) => request,
  act: grantsAlike,
  admit: (state, body) => {
    const mandate = state.get('mandate', body.mandate)
    return mandate?.active === false ? refuse('mandate-revoked', body) : undefined
  },
  streams: () => [],
  effects: (state, body) => {
    const mandate = state.get('mandate', body.mandate)
    if (!mandate) return noEffects()
    const { word, ...row } = mandate
    // Those whom it has brought in are still there on that word.
    const isLast = word !== undefined && mandate.brought === undefined
    const left = { ...(isLast ? row : mandate), active: false }
    const puts: Put[] = isLast ? broughtPuts(state, word, -1) : []
    return { ...noEffects(), puts: [{ kind: 'mandate', id: body.mandate, row: left }, ...puts] }
  },
})
