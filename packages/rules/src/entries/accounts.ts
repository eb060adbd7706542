import { alpha3Of } from '@tallystick/serials'
import { z } from 'zod'
import type { RuleName } from '../declarations.ts'
import { Code, Id, Quantity } from '../ids.ts'
import type { Preset } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { type AnyRule, defineRule, firstOf, noEffects } from '../rule.ts'
import {
  type AccountKind,
  type AccountPolicy,
  noKeys,
  openedKinds,
  type Put,
  type RowKey,
  type Rows,
  type StandingPolicy,
  type State,
} from '../state.ts'
import { freshStream } from './organisations.ts'

const kind = z.enum(openedKinds)
/** Of a foreign account: Party and number of the registry that it is in, such as `KEN01`. */
const PartyRegistry = z
  .string()
  .regex(/^[A-Z]{3}\d{2}$/, 'must be a Party registry such as KEN01')
  .nullable()
const hasRegistry = (opened: { kind: string; registry: string | null }) =>
  (opened.kind === 'foreign') === (opened.registry !== null)
const HAS_REGISTRY = 'foreign accounts, and no others, have a registry'

const Opened = z.strictObject({ account: Id, kind, registry: PartyRegistry }).refine(hasRegistry, HAS_REGISTRY)
const Opening = z.strictObject({ organisation: Id, accounts: z.array(Opened).min(1).max(20) })
type Opening = z.infer<typeof Opening>
const OpeningRequest = Opening.extend({
  accounts: z
    .array(
      z.strictObject({ account: Id, kind, registry: PartyRegistry.default(null) }).refine(hasRegistry, HAS_REGISTRY),
    )
    .min(1)
    .max(20),
})

export const accountsOpened = defineRule<Opening, Opening>({
  type: 'AccountsOpened',
  v: 1,
  body: Opening,
  request: OpeningRequest,
  attested: ['due diligence on the holder'],
  reads: (_state, request) => ({
    ...noKeys(),
    rows: [
      { kind: 'organisation', id: request.organisation },
      ...request.accounts.map(({ account }) => ({ kind: 'account' as const, id: account })),
    ],
  }),
  decide: (_state, request) => request,
  act: (_state, body) => ({ action: 'accounts.open', organisations: [body.organisation] }),
  admit: (state, body, { preset }) =>
    firstOf(
      admitHolder(state, body.organisation, preset),
      ...body.accounts.map(({ account }) => freshStream(state, 'account', account)),
      new Set(body.accounts.map(({ account }) => account)).size < body.accounts.length &&
        refuse('already-exists', { field: 'accounts' }),
      body.accounts.some(({ registry }) => registry?.startsWith(alpha3Of(state.ledger().country))) &&
        refuse('registry-own', { field: 'registry' }),
    ),
  streams: (_state, body) => body.accounts.map(({ account }) => account),
  effects: (state, body) => ({
    ...noEffects(),
    puts: [
      ...body.accounts.map(({ account, kind, registry }) => ({
        kind: 'account' as const,
        id: account,
        row: { organisation: body.organisation, kind, active: true, policy: null, registry },
      })),
      ...holdersPuts(state, body.organisation),
    ],
  }),
})

/** Whoever certifies what units are issued for has none: organisations of a kind that certifies open no account. */
function admitHolder(
  state: State,
  organisation: string,
  { certifiers, organisationKinds }: Preset,
): Refusal | undefined {
  const row = state.get('organisation', organisation)
  if (!row) return refuse('organisation-unknown', { organisation })
  if (!certifiers.kinds.includes(row.kind)) return undefined
  const allowed = organisationKinds.filter((kind) => !certifiers.kinds.includes(kind)).join(', ')
  return refuse('organisation-kind', { organisation, kind: row.kind, allowed })
}

/** The ledger knows the kinds of organisations that have accounts: none of these comes to certify by another preset. */
function holdersPuts(state: State, organisation: string): Put[] {
  const ledger = state.ledger()
  const kind = state.get('organisation', organisation)?.kind
  if (kind === undefined || ledger.holders.includes(kind)) return []
  return [{ kind: 'ledger', id: 'ledger', row: { ...ledger, holders: [...ledger.holders, kind].sort() } }]
}

const Status = z.strictObject({ account: Id, reason: Code })
type Status = z.infer<typeof Status>

function statusRule(type: RuleName, action: string, active: boolean): AnyRule {
  return defineRule<Status, Status>({
    type,
    v: 1,
    body: Status,
    request: Status,
    attested: ['the reason'],
    reads: (_state, { account }) => ({ ...noKeys(), rows: [{ kind: 'account', id: account }] }),
    decide: (_state, request) => request,
    act: (state, body) => ({ action, organisations: organisationsOf(state, [body.account]) }),
    admit: (state, body, { preset }) => {
      const account = state.get('account', body.account)
      return firstOf(
        !account && refuse('account-unknown', { account: body.account }),
        account && account.kind !== 'holding' && refuse('account-kind', { account: body.account, kind: account.kind }),
        account?.active === active && refuse('account-already-so', { account: body.account }),
        codeIn('reason', body.reason, preset.purposes.suspension),
      )
    },
    streams: (_state, body) => [body.account],
    effects: (state, body) => {
      const account = state.get('account', body.account)
      return account
        ? { ...noEffects(), puts: [{ kind: 'account', id: body.account, row: { ...account, active } }] }
        : noEffects()
    },
  })
}

export const accountSuspended = statusRule('AccountSuspended', 'accounts.suspend', false)
export const accountReactivated = statusRule('AccountReactivated', 'accounts.reactivate', true)

const Policy = z.strictObject({
  account: Id,
  policy: z.strictObject({
    /** Units above which an outgoing movement needs a second mandate of the holder; `0`: always; `null`: never. */
    secondAbove: z.union([Quantity, z.literal('0')]).nullable(),
    acceptance: z.boolean(),
    trustedOnly: z.boolean(),
  }),
})
type Policy = z.infer<typeof Policy>

/**
 * The holder says how movements of an account are decided. What asks for more holds at once; what asks for less after
 * the delay of trust, so that whoever has stolen a sign-in does not first take the locks away.
 */
export const accountPolicySet = defineRule<Policy, Policy>({
  type: 'AccountPolicySet',
  v: 1,
  body: Policy,
  request: Policy,
  attested: [],
  reads: (_state, { account }) => ({ ...noKeys(), rows: [{ kind: 'account', id: account }] }),
  decide: (_state, request) => request,
  act: (state, { account }, { at }) => ({
    action: 'accounts.policy',
    organisations: organisationsOf(state, [account]),
    // A policy that asks for two mandates is not loosened by one.
    second: asksSecond(state, account, at),
  }),
  admit: (state, body) => usable(state, 'account', body.account, 'holding'),
  streams: (_state, body) => [body.account],
  effects: (state, body, { preset }, { at }) => {
    const account = state.get('account', body.account)
    if (!account) return noEffects()
    const policy = changedPolicy(policyAt(state, body.account, at), body.policy, trustedFrom(preset, at))
    return { ...noEffects(), puts: [{ kind: 'account', id: body.account, row: { ...account, policy } }] }
  },
})

/** What asks for more of two policies, and the wanted one from an instant on if it asks for less. */
function changedPolicy(current: AccountPolicy, wanted: AccountPolicy, from: string): StandingPolicy {
  const strict = {
    secondAbove: lower(current.secondAbove, wanted.secondAbove),
    acceptance: current.acceptance || wanted.acceptance,
    trustedOnly: current.trustedOnly || wanted.trustedOnly,
  }
  const isLooser = (['secondAbove', 'acceptance', 'trustedOnly'] as const).some((term) => strict[term] !== wanted[term])
  return { ...strict, loosened: isLooser ? { ...wanted, from } : null }
}

/** The lower of two thresholds; `null` is none. */
function lower(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return BigInt(a) < BigInt(b) ? a : b
}

const NO_POLICY: AccountPolicy = { secondAbove: null, acceptance: false, trustedOnly: false }

/** How movements of an account are decided at an instant. */
export function policyAt(state: State, account: string, at: string): AccountPolicy {
  return policyInForce(state.get('account', account)?.policy ?? null, at)
}

/** The policy that holds at an instant: one that asks for less does so from its own instant on. */
export function policyInForce(policy: StandingPolicy | null, at: string): AccountPolicy {
  if (policy === null) return NO_POLICY
  const { secondAbove, acceptance, trustedOnly } =
    policy.loosened !== null && policy.loosened.from <= at ? policy.loosened : policy
  return { secondAbove, acceptance, trustedOnly }
}

/** Does anything of this account ever need a second mandate of the holder? */
function asksSecond(state: State, account: string, at: string): boolean {
  return policyAt(state, account, at).secondAbove !== null
}

/** From when on what is allowed now holds. */
function trustedFrom({ trust }: Preset, at: string): string {
  return new Date(Date.parse(at) + trust.hours * 3_600_000).toISOString()
}

const Trust = z.strictObject({ account: Id, receiver: Id })
type Trust = z.infer<typeof Trust>

function trustRule(type: RuleName, trusts: boolean): AnyRule {
  return defineRule<Trust, Trust>({
    type,
    v: 1,
    body: Trust,
    request: Trust,
    attested: [],
    reads: (_state, { account, receiver }) => ({
      ...noKeys(),
      rows: [
        { kind: 'account', id: account },
        { kind: 'account', id: receiver },
        { kind: 'trusted', id: `${account}/${receiver}` },
      ],
    }),
    decide: (_state, request) => request,
    act: (state, { account }, { at }) => ({
      action: 'accounts.trust',
      organisations: organisationsOf(state, [account]),
      second: trusts && asksSecond(state, account, at),
    }),
    admit: (state, body) =>
      firstOf(
        usable(state, 'account', body.account, 'holding'),
        trusts && usable(state, 'receiver', body.receiver, 'holding', 'foreign'),
        body.account === body.receiver && refuse('same-account', { field: 'receiver' }),
        trusts === (state.get('trusted', `${body.account}/${body.receiver}`) !== undefined) &&
          refuse('account-already-so', { field: 'receiver', account: body.receiver }),
      ),
    streams: (_state, body) => [body.account],
    effects: (_state, body, { preset }, { at }) => {
      const row = trusts ? { from: trustedFrom(preset, at) } : null
      return { ...noEffects(), puts: [{ kind: 'trusted', id: `${body.account}/${body.receiver}`, row }] }
    },
  })
}

/** A receiver is trusted: after the preset's delay, so that a stolen sign-in does not empty the account at once. */
export const receiverTrusted = trustRule('ReceiverTrusted', true)
export const receiverRemoved = trustRule('ReceiverRemoved', false)

/** What the policies of two accounts look at. */
export function policyReads(state: State, from: string, to: string): RowKey[] {
  return state.peek('account', from)?.policy?.trustedOnly === true ? [{ kind: 'trusted', id: `${from}/${to}` }] : []
}

/** Does the holder's policy ask for a second mandate? */
export function secondAsked(state: State, from: string, quantity: bigint, at: string): boolean {
  const above = policyAt(state, from, at).secondAbove
  return above !== null && quantity > BigInt(above)
}

/** Must the receiver accept a transfer from this account? */
export function acceptanceAsked(state: State, from: string, to: string, at: string): boolean {
  const [sender, receiver] = [state.get('account', from), state.get('account', to)]
  return policyAt(state, to, at).acceptance && sender?.organisation !== receiver?.organisation
}

/** Where the sender's policy says so, the receiver must be trusted, for long enough, or of the same holder and as careful. */
export function trustedReceiver(state: State, from: string, to: string, at: string): Refusal | undefined {
  if (!policyAt(state, from, at).trustedOnly) return undefined
  const isOneHolder = state.get('account', from)?.organisation === state.get('account', to)?.organisation
  if (isOneHolder && policyAt(state, to, at).trustedOnly) return undefined
  const trusted = state.get('trusted', `${from}/${to}`)
  if (trusted && trusted.from <= at) return undefined
  return refuse('receiver-not-trusted', { field: 'to', account: to, ...(trusted ? { from: trusted.from } : {}) })
}

/** The organisations of accounts, for the permission table; an unknown account has none. */
export function organisationsOf(state: State, accounts: string[]): string[] {
  return accounts.flatMap((account) => state.get('account', account)?.organisation ?? [])
}

/** The account takes part: it exists, is active and of one of the kinds. */
export function usable(state: State, field: string, id: string, ...kinds: AccountKind[]): Refusal | undefined {
  const account: Rows['account'] | undefined = state.get('account', id)
  if (!account) return refuse('account-unknown', { field, account: id })
  if (!kinds.includes(account.kind)) {
    return refuse('account-kind', { field, account: id, kind: account.kind, allowed: kinds.join(', ') })
  }
  return admitActive(state, field, id)
}

/** Neither the account nor its organisation is suspended. Of an account that is not there nothing is said. */
export function admitActive(state: State, field: string, id: string): Refusal | undefined {
  const account = state.get('account', id)
  if (!account) return undefined
  if (!account.active) return refuse('account-not-active', { field, account: id })
  if (state.get('organisation', account.organisation)?.active !== true) {
    return refuse('organisation-suspended', { field, organisation: account.organisation })
  }
  return undefined
}

/** A coded word must be in the preset's list. */
export function codeIn(field: string, code: string, allowed: readonly string[]): Refusal | undefined {
  return allowed.includes(code) ? undefined : refuse('code-unknown', { field, code, allowed: allowed.join(', ') })
}
