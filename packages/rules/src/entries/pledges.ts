import { z } from 'zod'
import type { RuleName } from '../declarations.ts'
import { Code, fromWire, Id, Instant, sumOf } from '../ids.ts'
import { isRefusal, refuse } from '../refusal.ts'
import { type AnyRule, defineRule, firstOf, noEffects } from '../rule.ts'
import { without } from '../runs.ts'
import { noKeys, type State } from '../state.ts'
import { codeIn, organisationsOf, secondAsked, usable } from './accounts.ts'
import { batchHeld, heldRanges, standingOn } from './holds.ts'
import {
  admitOwned,
  admitRanges,
  batchUnknown,
  chosen,
  decideRanges,
  movementReads,
  ONE_OF_BOTH,
  oneOfBoth,
  quantityOf,
  Ranges,
} from './movement.ts'
import { fresh } from './organisations.ts'
import { endPuts, holdPuts } from './waiting.ts'

const pledged = {
  pledge: Id,
  batch: Id,
  account: Id,
  /** The organisation in whose favour the units are pledged, and that alone may release them. */
  to: Id,
  reason: Code,
  expiresAt: Instant.nullable(),
}
const Pledge = z.strictObject({ ...pledged, ranges: Ranges })
type Pledge = z.infer<typeof Pledge>
const PledgeRequest = z.strictObject({ ...pledged, ...chosen }).refine(oneOfBoth, ONE_OF_BOTH)
type PledgeRequest = z.infer<typeof PledgeRequest>

/** A holder pledges units: they stay where they are and do not move until the pledgee releases them. */
export const unitsPledged = defineRule<Pledge, PledgeRequest>({
  type: 'UnitsPledged',
  v: 1,
  body: Pledge,
  request: PledgeRequest,
  attested: ['the contract'],
  reads: (state, request) => {
    const { account } = request
    const keys = movementReads(state, { ...request, from: account, to: account })
    return {
      ...keys,
      rows: [
        ...keys.rows,
        { kind: 'pledge', id: request.pledge },
        { kind: 'pending', id: request.pledge },
        { kind: 'ended', id: request.pledge },
        { kind: 'organisation', id: request.to },
      ],
    }
  },
  decide: (state, request) => {
    const { account } = request
    const ranges = decideRanges(state, { ...request, from: account, to: account })
    if (isRefusal(ranges)) return ranges
    const { quantity: _, ...rest } = request
    return { ...rest, ranges }
  },
  act: (state, body, { at }) => ({
    action: 'credits.pledge',
    organisations: organisationsOf(state, [body.account]),
    quantity: quantityOf(body),
    second: secondAsked(state, body.account, quantityOf(body), at),
  }),
  admit: (state, body, { preset }, { at }) => {
    const batch = state.get('batch', body.batch)
    if (!batch) return batchUnknown(body.batch)
    const ranges = body.ranges.map(fromWire)
    return firstOf(
      fresh(state, 'pledge', body.pledge),
      // Its holds would have the same ids.
      fresh(state, 'pending', body.pledge),
      fresh(state, 'ended', body.pledge),
      usable(state, 'account', body.account, 'holding'),
      !state.get('organisation', body.to) && refuse('organisation-unknown', { field: 'to', organisation: body.to }),
      state.get('account', body.account)?.organisation === body.to && refuse('same-account', { field: 'to' }),
      admitRanges(ranges, batch),
      admitOwned(state, body.batch, body.account, ranges),
      (batchHeld(state, body.batch) || standingOn(state, body.account).length > 0) &&
        refuse('on-hold', { field: 'batch' }),
      sumOf(without(ranges, heldRanges(state, body.batch))) !== sumOf(ranges) && refuse('on-hold', { field: 'ranges' }),
      codeIn('reason', body.reason, preset.purposes.pledge),
      body.expiresAt !== null && body.expiresAt <= at && refuse('expiry-wrong', { field: 'expiresAt', after: at }),
    )
  },
  streams,
  effects: (_state, { pledge, account, batch, ranges, to, expiresAt }) => ({
    ...noEffects(),
    puts: [
      { kind: 'pledge', id: pledge, row: { account, batch, ranges, to, expiresAt } },
      ...holdPuts(pledge, batch, ranges, 'pledge', expiresAt),
    ],
  }),
})

function streams(state: State, { batch, account }: { batch: string; account: string }): string[] {
  const project = state.get('batch', batch)?.project
  return [batch, ...(project ? [project] : []), account]
}

const End = z.strictObject({ pledge: Id })
type End = z.infer<typeof End>

function endRule(type: RuleName, action: string, expires: boolean): AnyRule {
  return defineRule<End, End>({
    type,
    v: 1,
    body: End,
    request: End,
    attested: [],
    reads: (state, { pledge }) => {
      const known = state.peek('pledge', pledge)
      const project = known && state.peek('batch', known.batch)?.project
      return {
        ...noKeys(),
        rows: [
          { kind: 'pledge', id: pledge },
          ...(known
            ? [
                { kind: 'batch' as const, id: known.batch },
                { kind: 'account' as const, id: known.account },
              ]
            : []),
          ...(project ? [{ kind: 'project' as const, id: project }] : []),
        ],
      }
    },
    decide: (_state, request) => request,
    act: (state, body) => {
      const pledge = state.get('pledge', body.pledge)
      return { action, organisations: pledge && !expires ? [pledge.to] : [] }
    },
    admit: (state, body, _law, { at }) => {
      const pledge = state.get('pledge', body.pledge)
      if (!pledge) return refuse('pledge-unknown', body)
      const due = !expires || (pledge.expiresAt !== null && at >= pledge.expiresAt)
      return due ? undefined : refuse('not-expired', { expiresAt: pledge.expiresAt ?? '' })
    },
    streams: (state, body) => {
      const pledge = state.get('pledge', body.pledge)
      return pledge ? streams(state, pledge) : []
    },
    effects: (state, body) => {
      const pledge = state.get('pledge', body.pledge)
      return pledge ? { ...noEffects(), puts: endPuts(state, 'pledge', body.pledge, pledge.ranges) } : noEffects()
    },
  })
}

export const pledgeReleased = endRule('PledgeReleased', 'pledges.release', false)
export const pledgeExpired = endRule('PledgeExpired', 'pledges.expire', true)
