import { type Asked, askedFor, assign, serves } from '../approvals.ts'
import type { Law } from '../documents.ts'
import { type Act, allows, handOf, inForce } from '../permissions.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { firstOf, type Written } from '../rule.ts'
import type { PendingKind, Put, RowKey, Rows, State } from '../state.ts'
import { organisationsOf, policyInForce } from './accounts.ts'
import { isOimp } from './first-transfer.ts'
import { quantityOf } from './movement.ts'

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

/** What the approvals and policies of a movement that waits are judged by. */
export interface Known {
  /** Is the mandate in force? */
  inForce(mandate: string): boolean
  account(id: string): Rows['account'] | undefined
}

/** What is asked for before a movement takes place: approvals, of the holder (`null`) and of roles; and acceptance. */
type Steps = Pick<Waiting, 'missing' | 'acceptance'>

/** What the policies of its accounts and the permission table ask of a movement at an instant. */
export function askedOf(
  movement: Pick<Waiting, 'kind' | 'purpose' | 'from' | 'to' | 'ranges'>,
  account: Known['account'],
  { permissions }: Pick<Law, 'permissions'>,
  at: string,
): Steps {
  const [from, to] = [account(movement.from), account(movement.to)]
  const above = policyInForce(from?.policy ?? null, at).secondAbove
  const isSecond = above !== null && quantityOf(movement) > BigInt(above)
  return {
    missing: [...(isSecond ? [null] : []), ...askedFor(permissions, movementAction(movement))],
    acceptance:
      movement.kind === 'transfer' &&
      from?.organisation !== to?.organisation &&
      policyInForce(to?.policy ?? null, at).acceptance,
  }
}

/**
 * A movement that waits, as it stands now: an approval counts as long as the mandate that gave it is in force, and is
 * missing again after that; and what the policies and the table ask for by now is asked for, too.
 */
export function standing(state: State, id: string, law: Law, at: string): Waiting | undefined {
  const waiting = state.get('pending', id)
  const known: Known = {
    inForce: (mandate) => inForce(state, mandate) === undefined,
    account: (account) => state.get('account', account),
  }
  return waiting && standingOf(waiting, known, law, at)
}

/** The same, for whoever knows the mandates and accounts otherwise. */
export function standingOf(waiting: Waiting, known: Known, law: Pick<Law, 'permissions'>, at: string): Waiting {
  const account: Known['account'] = (id) => known.account(id)
  return tightened(inForceOnly(waiting, known), askedOf(waiting, account, law, at))
}

/** What was asked for first stays asked for; of what is asked for now, it lacks what is more than that. */
function tightened(waiting: Waiting, asked: Steps): Waiting {
  const before = [...waiting.given, ...waiting.missing]
  // Whoever might give the approval that was asked for might give this one.
  const met = assign(asked.missing.length, before.length, (at, place) => {
    const [now, then] = [asked.missing[at] ?? null, before[place] ?? null]
    return now === null || then === null ? now === then : then.every((role) => now.includes(role))
  })
  const more = asked.missing.filter((_, at) => met[at] === undefined)
  const acceptance = waiting.acceptance || asked.acceptance
  return more.length === 0 && acceptance === waiting.acceptance
    ? waiting
    : { ...waiting, missing: [...more, ...waiting.missing], acceptance }
}

function inForceOnly(waiting: Waiting, known: Known): Waiting {
  const counts = waiting.approvers.map((mandate) => known.inForce(mandate))
  return {
    ...waiting,
    approvers: waiting.approvers.filter((_, at) => counts[at]),
    given: waiting.given.filter((_, at) => counts[at]),
    missing: [...waiting.given.filter((_, at) => !counts[at]), ...waiting.missing],
  }
}

/** Which step comes next. */
export function nextStep(waiting: Steps): 'approve' | 'accept' {
  return waiting.missing.length > 0 || !waiting.acceptance ? 'approve' : 'accept'
}

/** Does the next step complete the movement? */
export function isLastStep(waiting: Steps): boolean {
  return stepsOf(waiting) === 1
}

/** How many steps there are until the movement takes place. */
export function stepsOf({ missing, acceptance }: Steps): number {
  return missing.length + (acceptance ? 1 : 0)
}

/** What the permission table is asked of whoever takes the next step. Its approvals are entries of their own. */
export function stepAct(state: State, id: string, quantity: bigint, law: Law, at: string): Act {
  const waiting = standing(state, id, law, at)
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

/**
 * A movement that waits, approved by one more; undefined where that mandate can give nothing that is missing. Whoever
 * approved before may count for another of the approvals than until now, if that makes room.
 */
export function approvedBy(
  waiting: Waiting,
  by: string,
  known: { mandate(id: string): Rows['mandate'] | undefined; account: Known['account'] },
  { permissions }: Pick<Law, 'permissions'>,
): Waiting | undefined {
  const approvers = [...waiting.approvers, by]
  const holder = known.account(waiting.from)?.organisation ?? ''
  const act = { action: movementAction(waiting), organisations: [holder] }
  const all = [...waiting.given, ...waiting.missing]
  // The holder's own approval is looked for first.
  const asked = [...all.filter((one) => one === null), ...all.filter((one) => one !== null)]
  const places = assign(approvers.length, asked.length, (at, place) => {
    const mandate = known.mandate(approvers[at] ?? '')
    const [one, before] = [asked[place] ?? null, waiting.given[at]]
    if (!mandate) return false
    const { role, organisation } = mandate
    const isHolder = organisation === holder && allows(permissions, role, organisation, act)
    return serves({ role, isHolder }, one) || (before !== undefined && isSame(before, one))
  })
  if (places.some((place) => place === undefined)) return undefined
  return {
    ...waiting,
    approvers,
    given: places.map((place) => asked[place ?? 0] ?? null),
    missing: asked.filter((_, place) => !places.includes(place)),
  }
}

function isSame(a: Asked, b: Asked): boolean {
  return a === null || b === null ? a === b : a.length === b.length && a.every((role, at) => role === b[at])
}

/** The same, by the state. */
export function approvedIn(state: State, waiting: Waiting, by: string, law: Law): Waiting | undefined {
  const known = {
    mandate: (id: string) => state.get('mandate', id),
    account: (id: string) => state.get('account', id),
  }
  return approvedBy(waiting, by, known, law)
}

export function admitApprover(state: State, waiting: Waiting, by: string, law: Law): Refusal | undefined {
  const hand = handOf(state, by)
  const isDistinct = [waiting.proposer, ...waiting.approvers].every((mandate) => handOf(state, mandate) !== hand)
  return firstOf(
    !isDistinct && refuse('approval-not-distinct', { mandate: by }),
    !approvedIn(state, waiting, by, law) &&
      refuse('not-permitted', {
        action: `approve ${movementAction(waiting)}`,
        role: state.get('mandate', by)?.role ?? '',
      }),
  )
}

type Completed = Pick<Waiting, 'kind' | 'batch' | 'from' | 'to' | 'ranges' | 'purpose' | 'beneficiary'> & {
  agreement?: { id: string; sha256: string } | undefined
  pending: string | null
}

/** The entry is the last step of the movement that it names, and moves just what was proposed. */
export function admitLastStep(state: State, body: Completed, law: Law, { by, at }: Written): Refusal | undefined {
  const id = body.pending ?? ''
  const broken = admitWaiting(state, id, at)
  const waiting = standing(state, id, law, at)
  if (broken || !waiting) return broken
  const fields = ['kind', 'batch', 'from', 'to', 'purpose', 'beneficiary'] as const
  const other = fields.find((field) => body[field] !== waiting[field])
  return firstOf(
    other && refuse('movement-differs', { field: other }),
    JSON.stringify(body.ranges) !== JSON.stringify(waiting.ranges) && refuse('movement-differs', { field: 'ranges' }),
    (body.agreement?.id !== waiting.agreement?.id || body.agreement?.sha256 !== waiting.agreement?.sha256) &&
      refuse('movement-differs', { field: 'agreement' }),
    !isLastStep(waiting) && stepMissing(state, waiting),
    nextStep(waiting) === 'approve' && admitApprover(state, waiting, by, law),
  )
}

/** Another step comes first: by whom an approval is missing, and which steps there are until the movement is done. */
function stepMissing(state: State, waiting: Waiting): Refusal {
  const { missing, from } = waiting
  const roles = new Set(missing.flatMap((one) => one ?? []))
  const holders = missing.includes(null) ? organisationsOf(state, [from]) : []
  return refuse('step-missing', {
    field: 'pending',
    step: 'movements.approve',
    ...(roles.size > 0 ? { roles: [...roles].join(', ') } : {}),
    ...(holders.length > 0 ? { holders: holders.join(', ') } : {}),
    left: String(stepsOf(waiting)),
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
