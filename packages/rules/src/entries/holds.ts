import { z } from 'zod'
import type { RuleName } from '../declarations.ts'
import { Code, fromWire, Id, Instant, type Range, WireRange } from '../ids.ts'
import { refuse } from '../refusal.ts'
import { type AnyRule, defineRule, firstOf, noEffects } from '../rule.ts'
import { noKeys, type RowKey, type State } from '../state.ts'
import { codeIn } from './accounts.ts'
import { fresh } from './organisations.ts'

const oneTarget = (body: { account: unknown; batch: unknown }) => (body.account === null) !== (body.batch === null)
const ONE_TARGET = 'give either account or batch'
const rangeInBatch = (body: { range: unknown; batch: unknown }) => body.range === null || body.batch !== null
const RANGE_IN_BATCH = 'a range needs its batch'

const placed = {
  hold: Id,
  reason: Code,
  account: Id.nullable(),
  batch: Id.nullable(),
  range: WireRange.nullable(),
}

/** Stands on one account, on one batch, or on one range of a batch. */
const Hold = z
  .strictObject({
    ...placed,
    /** From when on the system may end it; `null`: it stands until it is lifted. */
    expiresAt: Instant.nullable(),
  })
  .refine(oneTarget, ONE_TARGET)
  .refine(rangeInBatch, RANGE_IN_BATCH)
type Hold = z.infer<typeof Hold>
const HoldRequest = z
  .strictObject({ ...placed, expiresAt: Instant.nullable().default(null) })
  .refine(oneTarget, ONE_TARGET)
  .refine(rangeInBatch, RANGE_IN_BATCH)

type Target = Pick<Hold, 'account' | 'batch'>

/** What a hold stands on; a batch with its project, whose stream tells of it, too. */
function targetRows(state: State, { account, batch }: Target): RowKey[] {
  const project = batch === null ? undefined : state.peek('batch', batch)?.project
  return [
    ...(account ? [{ kind: 'account' as const, id: account }] : []),
    ...(batch ? [{ kind: 'batch' as const, id: batch }] : []),
    ...(project ? [{ kind: 'project' as const, id: project }] : []),
  ]
}

function targetStreams(state: State, { account, batch }: Target): string[] {
  const project = batch === null ? undefined : state.get('batch', batch)?.project
  return [account ?? batch ?? '', ...(project ? [project] : [])]
}

export const holdPlaced = defineRule<Hold, Hold>({
  type: 'HoldPlaced',
  v: 1,
  body: Hold,
  request: HoldRequest,
  attested: ['the ground of the hold'],
  reads: (state, body) => ({
    ...noKeys(),
    rows: [{ kind: 'hold', id: body.hold }, { kind: 'ended', id: body.hold }, ...targetRows(state, body)],
  }),
  decide: (_state, request) => request,
  act: () => ({ action: 'holds.place', organisations: [] }),
  admit: (state, body, { preset }, { at }) => {
    const batch = body.batch === null ? undefined : state.get('batch', body.batch)
    const account = body.account === null ? undefined : state.get('account', body.account)
    const range = body.range === null ? undefined : fromWire(body.range)
    return firstOf(
      fresh(state, 'hold', body.hold),
      fresh(state, 'ended', body.hold),
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
      body.expiresAt !== null && body.expiresAt <= at && refuse('expiry-wrong', { field: 'expiresAt', after: at }),
    )
  },
  streams: targetStreams,
  effects: (_state, { hold, reason, account, batch, range, expiresAt }) => {
    const { first, last } = range === null ? { first: null, last: null } : fromWire(range)
    return {
      ...noEffects(),
      puts: [{ kind: 'hold', id: hold, row: { batch, first, last, account, reason, expiresAt } }],
    }
  },
})

const End = z.strictObject({ hold: Id })
type End = z.infer<typeof End>

function endRule(type: RuleName, action: string, attested: string[], expires: boolean): AnyRule {
  return defineRule<End, End>({
    type,
    v: 1,
    body: End,
    request: End,
    attested,
    reads: (state, { hold }) => {
      const standing = state.peek('hold', hold)
      return { ...noKeys(), rows: [{ kind: 'hold', id: hold }, ...(standing ? targetRows(state, standing) : [])] }
    },
    decide: (_state, request) => request,
    act: () => ({ action, organisations: [] }),
    admit: (state, body, _law, { at }) => {
      const hold = state.get('hold', body.hold)
      if (!hold) return refuse('hold-unknown', body)
      if (expires && (hold.expiresAt === null || at < hold.expiresAt)) {
        return refuse('not-expired', { expiresAt: hold.expiresAt ?? '' })
      }
      return undefined
    },
    streams: (state, body) => {
      const hold = state.get('hold', body.hold)
      return hold ? targetStreams(state, hold) : []
    },
    effects: (state, body) => ({
      ...noEffects(),
      puts: [
        { kind: 'hold', id: body.hold, row: null },
        { kind: 'ended', id: body.hold, row: { index: state.size } },
      ],
    }),
  })
}

export const holdLifted = endRule('HoldLifted', 'holds.lift', ['the ground for lifting'], false)
export const holdExpired = endRule('HoldExpired', 'holds.expire', [], true)

/** Holds on an account or on a whole batch, not on a range of it. */
export function standingOn(state: State, target: string): string[] {
  return state.holdsOn(target).filter((id) => state.get('hold', id)?.first === null)
}

/** Does a hold stand on the whole batch? */
export function batchHeld(state: State, batch: string): boolean {
  return standingOn(state, batch).length > 0
}

/** The ranges of a batch on which a hold stands, but for those of a movement that waited and now takes place. */
export function heldRanges(state: State, batch: string, pending: string | null = null): Range[] {
  return state.holdsOn(batch).flatMap((id) => {
    const hold = state.get('hold', id)
    if (!hold || hold.first === null || hold.last === null || isPartOf(id, pending)) return []
    return [{ first: hold.first, last: hold.last }]
  })
}

function isPartOf(hold: string, pending: string | null): boolean {
  return pending !== null && hold.startsWith(`${pending}/`)
}
