import type { Law } from '../documents.ts'
import { type Act, allows, handOf, inForce } from '../permissions.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { firstOf, type Written } from '../rule.ts'
import type { PendingKind, Put, RowKey, Rows, State } from '../state.ts'
import { organisationsOf } from './accounts.ts'
import { isOimp } from './first-transfer.ts'

/**
 * A movement that waits: the holder's further mandates approve it first, then the receiver accepts it where that is asked
 * for. The last of these steps is the movement itself: an entry of its type that names the movement that waited.
 */
export type Waiting = Rows['pending']

const baseActions: Readonly<Record<PendingKind, string>> = {
  transfer: 'credits.transfer',
  retirement: 'credits.retire',
  cancellation: 'credits.cancel',
}

/**
 * The action of the permission table that a movement is. Use for purposes other than an NDC is one of its own: it may be
 * the first transfer, of which the authority has a say.
 */
export function movementAction({ kind, purpose }: Pick<Waiting, 'kind' | 'purpose'>): string {
  return purpose !== null && isOimp(purpose) ? `${baseActions[kind]}.oimp` : baseActions[kind]
}

export function pendingReads(state: State, id: string | null): RowKey[] {
  if (id === null) return []
  const waiting = state.peek('pending', id)
  return [
    { kind: 'pending', id },
    { kind: 'ended', id },
    ...(waiting
      ? [
          { kind: 'batch' as const, id: waiting.batch },
          { kind: 'account' as const, id: waiting.from },
          { kind: 'account' as const, id: waiting.to },
          ...[waiting.proposer, ...waiting.approvers].map((mandate) => ({ kind: 'mandate' as const, id: mandate })),
        ]
      : []),
  ]
}

/**
 * A movement that waits, as it stands now: an approval counts as long as the mandate that gave it is in force, and is
 * missing again after that.
 */
export function standing(state: State, id: string): Waiting | undefined {
  const waiting = state.get('pending', id)
  return waiting && standingOf(waiting, (mandate) => inForce(state, mandate) === undefined)
}

/** The same, for whoever knows otherwise which mandates are in force. */
export function standingOf(waiting: Waiting, isInForce: (mandate: string) => boolean): Waiting {
  const counts = waiting.approvers.map(isInForce)
  return {
    ...waiting,
    approvers: waiting.approvers.filter((_, at) => counts[at]),
    given: waiting.given.filter((_, at) => counts[at]),
    missing: [...waiting.given.filter((_, at) => !counts[at]), ...waiting.missing],
  }
}

/** Which step comes next. */
export function nextStep(waiting: Pick<Waiting, 'missing' | 'acceptance'>): 'approve' | 'accept' {
  return waiting.missing.length > 0 || !waiting.acceptance ? 'approve' : 'accept'
}

/** Does the next step complete the movement? */
export function isLastStep({ missing, acceptance }: Pick<Waiting, 'missing' | 'acceptance'>): boolean {
  return missing.length + (acceptance ? 1 : 0) === 1
}

/** What the permission table is asked of whoever takes the next step. Its approvals were asked for when it was proposed. */
export function stepAct(state: State, id: string, quantity: bigint): Act {
  const waiting = standing(state, id)
  const step = waiting ? nextStep(waiting) : 'approve'
  return {
    action: `movements.${step}`,
    organisations: waiting ? organisationsOf(state, [step === 'accept' ? waiting.to : waiting.from]) : [],
    quantity,
    waived: true,
  }
}

/** It waits, its time is not over, and whoever proposed it may still act. */
export function admitWaiting(state: State, id: string, at: string): Refusal | undefined {
  const waiting = state.get('pending', id)
  if (!waiting) return refuse('movement-unknown', { movement: id })
  if (at >= waiting.expiresAt) return refuse('expired', { expiresAt: waiting.expiresAt })
  // Nobody carries on what somebody began who may not act any more: it is withdrawn, or ends by itself.
  return inForce(state, waiting.proposer)
}

/** The first of the missing approvals that this mandate can give; -1 for none. */
export function approvalOf(state: State, waiting: Waiting, by: string, { permissions }: Law): number {
  const mandate = state.get('mandate', by)
  if (!mandate) return -1
  const act = { action: movementAction(waiting), organisations: organisationsOf(state, [waiting.from]) }
  return waiting.missing.findIndex((roles) =>
    roles === null
      ? mandate.organisation === act.organisations[0] && allows(permissions, mandate.role, mandate.organisation, act)
      : roles.includes(mandate.role),
  )
}

export function admitApprover(state: State, waiting: Waiting, by: string, law: Law): Refusal | undefined {
  const hand = handOf(state, by)
  const isDistinct = [waiting.proposer, ...waiting.approvers].every((mandate) => handOf(state, mandate) !== hand)
  return firstOf(
    !isDistinct && refuse('approval-not-distinct', { mandate: by }),
    approvalOf(state, waiting, by, law) < 0 &&
      refuse('not-permitted', {
        action: `approve ${movementAction(waiting)}`,
        role: state.get('mandate', by)?.role ?? '',
      }),
  )
}

type Completed = Pick<Waiting, 'kind' | 'batch' | 'from' | 'to' | 'ranges' | 'purpose' | 'beneficiary'> & {
  pending: string | null
}

/** The entry is the last step of the movement that it names, and moves just what was proposed. */
export function admitLastStep(state: State, body: Completed, law: Law, { by, at }: Written): Refusal | undefined {
  const id = body.pending ?? ''
  const broken = admitWaiting(state, id, at)
  const waiting = standing(state, id)
  if (broken || !waiting) return broken
  const fields = ['kind', 'batch', 'from', 'to', 'purpose', 'beneficiary'] as const
  const other = fields.find((field) => body[field] !== waiting[field])
  return firstOf(
    other && refuse('movement-differs', { field: other }),
    JSON.stringify(body.ranges) !== JSON.stringify(waiting.ranges) && refuse('movement-differs', { field: 'ranges' }),
    !isLastStep(waiting) && stepMissing(state, waiting),
    nextStep(waiting) === 'approve' && admitApprover(state, waiting, by, law),
  )
}

/** Another step comes first: by whom an approval is missing, and which steps there are until the movement is done. */
function stepMissing(state: State, { missing, acceptance, from }: Waiting): Refusal {
  const roles = new Set(missing.flatMap((one) => one ?? []))
  const holders = missing.includes(null) ? organisationsOf(state, [from]) : []
  return refuse('step-missing', {
    field: 'pending',
    step: 'movements.approve',
    ...(roles.size > 0 ? { roles: [...roles].join(', ') } : {}),
    ...(holders.length > 0 ? { holders: holders.join(', ') } : {}),
    left: String(missing.length + (acceptance ? 1 : 0)),
  })
}

/** Ids of the holds on a movement's ranges. */
export function holdIds(id: string, ranges: readonly unknown[]): string[] {
  return ranges.map((_, at) => `${id}/${at}`)
}

/** A movement or a pledge ends: its holds are gone and its id is not used again. */
export function endPuts(state: State, kind: 'pending' | 'pledge', id: string, ranges: readonly unknown[]): Put[] {
  return [
    ...holdIds(id, ranges).map((hold) => ({ kind: 'hold' as const, id: hold, row: null })),
    { kind, id, row: null },
    { kind: 'ended', id, row: { index: state.size } },
  ]
}

export function settlePuts(state: State, id: string | null): Put[] {
  const waiting = id === null ? undefined : state.get('pending', id)
  return id === null || !waiting ? [] : endPuts(state, 'pending', id, waiting.ranges)
}

/** The holds that keep the ranges until the movement or the pledge is over. */
export function holdPuts(
  id: string,
  batch: string,
  ranges: readonly [string, string][],
  reason: string,
  expiresAt: string | null,
): Put[] {
  return ranges.map(([first, last], at) => ({
    kind: 'hold',
    id: `${id}/${at}`,
    row: { batch, first: BigInt(first), last: BigInt(last), account: null, reason, expiresAt },
  }))
}
