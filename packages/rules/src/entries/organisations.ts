import { z } from 'zod'
import type { RuleName } from '../declarations.ts'
import { Code, Commitment, Id, Quantity } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { type AnyRule, defineRule, firstOf, noEffects } from '../rule.ts'
import { noKeys, type RowKind, type State } from '../state.ts'

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
    puts: [{ kind: 'organisation', id: body.organisation, row: { kind: body.kind, name: body.name, active: true } }],
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
  effects: (_state, { mandate, organisation, role, limit }) => ({
    ...noEffects(),
    puts: [{ kind: 'mandate', id: mandate, row: { organisation, role, limit, active: true } }],
  }),
})

/** Does a limit allow more than another? `null` is no limit. */
function widerThan(limit: string | null, other: string | null): boolean {
  return other !== null && (limit === null || BigInt(limit) > BigInt(other))
}

const Revocation = z.strictObject({ mandate: Id })
type Revocation = z.infer<typeof Revocation>

export const mandateRevoked = defineRule<Revocation, Revocation>({
  type: 'MandateRevoked',
  v: 1,
  body: Revocation,
  request: Revocation,
  attested: [],
  reads: (_state, { mandate }) => ({ ...noKeys(), rows: [{ kind: 'mandate', id: mandate }] }),
  decide: (_state, request) => request,
  act: (state, body) => {
    const mandate = state.get('mandate', body.mandate)
    return { action: `mandates.${mandate?.role ?? ''}`, organisations: mandate ? [mandate.organisation] : [] }
  },
  admit: (state, body) => {
    const mandate = state.get('mandate', body.mandate)
    return mandate?.active === false ? refuse('mandate-revoked', body) : undefined
  },
  streams: () => [],
  effects: (state, body) => {
    const mandate = state.get('mandate', body.mandate)
    return mandate
      ? { ...noEffects(), puts: [{ kind: 'mandate', id: body.mandate, row: { ...mandate, active: false } }] }
      : noEffects()
  },
})
