import { z } from 'zod'
import { Code, Id } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { type AnyRule, defineRule, firstOf, noEffects } from '../rule.ts'
import { type AccountKind, noKeys, type Rows, type State } from '../state.ts'
import { freshStream } from './organisations.ts'

const Opening = z.strictObject({
  organisation: Id,
  accounts: z
    .array(z.strictObject({ account: Id, kind: z.enum(['holding', 'retirement', 'cancellation']) }))
    .min(1)
    .max(10),
})
type Opening = z.infer<typeof Opening>

export const accountsOpened = defineRule<Opening, Opening>({
  type: 'AccountsOpened',
  v: 1,
  body: Opening,
  request: Opening,
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
  admit: (state, body) =>
    firstOf(
      !state.get('organisation', body.organisation) &&
        refuse('organisation-unknown', { organisation: body.organisation }),
      ...body.accounts.map(({ account }) => freshStream(state, 'account', account)),
      new Set(body.accounts.map(({ account }) => account)).size < body.accounts.length &&
        refuse('already-exists', { field: 'accounts' }),
    ),
  streams: (_state, body) => body.accounts.map(({ account }) => account),
  effects: (_state, body) => ({
    ...noEffects(),
    puts: body.accounts.map(({ account, kind }) => ({
      kind: 'account' as const,
      id: account,
      row: { organisation: body.organisation, kind, active: true },
    })),
  }),
})

const Status = z.strictObject({ account: Id, reason: Code })
type Status = z.infer<typeof Status>

function statusRule(type: string, action: string, active: boolean): AnyRule {
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
  if (!account.active) return refuse('account-not-active', { field, account: id })
  return undefined
}

/** A coded word must be in the preset's list. */
export function codeIn(field: string, code: string, allowed: readonly string[]): Refusal | undefined {
  return allowed.includes(code) ? undefined : refuse('code-unknown', { field, code, allowed: allowed.join(', ') })
}
