import { z } from 'zod'
import { Code, fromWire, Id, type Range, WireRange } from '../ids.ts'
import { refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { noKeys, type RowKey, type State } from '../state.ts'
import { codeIn } from './accounts.ts'
import { fresh } from './organisations.ts'

/** Stands on one account, on one batch, or on one range of a batch. */
const Hold = z
  .strictObject({
    hold: Id,
    reason: Code,
    account: Id.nullable(),
    batch: Id.nullable(),
    range: WireRange.nullable(),
  })
  .refine((body) => (body.account === null) !== (body.batch === null), 'give either account or batch')
  .refine((body) => body.range === null || body.batch !== null, 'a range needs its batch')
type Hold = z.infer<typeof Hold>

function targetRow(body: Pick<Hold, 'account' | 'batch'>): RowKey[] {
  return [
    ...(body.account ? [{ kind: 'account' as const, id: body.account }] : []),
    ...(body.batch ? [{ kind: 'batch' as const, id: body.batch }] : []),
  ]
}

export const holdPlaced = defineRule<Hold, Hold>({
  type: 'HoldPlaced',
  v: 1,
  body: Hold,
  request: Hold,
  attested: ['the ground of the hold'],
  reads: (_state, body) => ({
    ...noKeys(),
    rows: [{ kind: 'hold', id: body.hold }, { kind: 'lifted', id: body.hold }, ...targetRow(body)],
  }),
  decide: (_state, request) => request,
  act: () => ({ action: 'holds.place', organisations: [] }),
  admit: (state, body, { preset }) => {
    const batch = body.batch === null ? undefined : state.get('batch', body.batch)
    const account = body.account === null ? undefined : state.get('account', body.account)
    const range = body.range === null ? undefined : fromWire(body.range)
    return firstOf(
      fresh(state, 'hold', body.hold),
      fresh(state, 'lifted', body.hold),
      body.batch !== null && !batch && refuse('batch-unknown', { field: 'batch', batch: body.batch }),
      body.account !== null && !account && refuse('account-unknown', { field: 'account', account: body.account }),
      account &&
        account.kind !== 'holding' &&
        refuse('account-kind', { field: 'account', kind: account.kind, allowed: 'holding' }),
      range && range.last < range.first && refuse('ranges-disorder', { field: 'range' }),
      range &&
        batch &&
        (range.first < batch.first || range.last > batch.last) &&
        refuse('range-outside-batch', { field: 'range', batch: `${batch.first}-${batch.last}` }),
      codeIn('reason', body.reason, preset.purposes.hold),
    )
  },
  streams: (_state, body) => [body.account ?? body.batch ?? ''],
  effects: (_state, { hold, reason, account, batch, range }) => {
    const { first, last } = range === null ? { first: null, last: null } : fromWire(range)
    return { ...noEffects(), puts: [{ kind: 'hold', id: hold, row: { batch, first, last, account, reason } }] }
  },
})

const Lift = z.strictObject({ hold: Id })
type Lift = z.infer<typeof Lift>

export const holdLifted = defineRule<Lift, Lift>({
  type: 'HoldLifted',
  v: 1,
  body: Lift,
  request: Lift,
  attested: ['the ground for lifting'],
  reads: (state, { hold }) => {
    const standing = state.peek('hold', hold)
    return { ...noKeys(), rows: [{ kind: 'hold', id: hold }, ...(standing ? targetRow(standing) : [])] }
  },
  decide: (_state, request) => request,
  act: () => ({ action: 'holds.lift', organisations: [] }),
  admit: (state, body) => (state.get('hold', body.hold) ? undefined : refuse('hold-unknown', body)),
  streams: (state, body) => {
    const hold = state.get('hold', body.hold)
    return hold ? [hold.account ?? hold.batch ?? ''] : []
  },
  effects: (state, body) => ({
    ...noEffects(),
    puts: [
      { kind: 'hold', id: body.hold, row: null },
      { kind: 'lifted', id: body.hold, row: { index: state.size } },
    ],
  }),
})

/** Does a hold stand on the whole batch? */
export function batchHeld(state: State, batch: string): boolean {
  return state.holdsOn(batch).some((id) => state.get('hold', id)?.first === null)
}

/** The ranges of a batch on which a hold stands. */
export function heldRanges(state: State, batch: string): Range[] {
  return state.holdsOn(batch).flatMap((id) => {
    const hold = state.get('hold', id)
    return hold && hold.first !== null && hold.last !== null ? [{ first: hold.first, last: hold.last }] : []
  })
}
