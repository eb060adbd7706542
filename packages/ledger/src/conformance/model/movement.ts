import type { Wish } from './command.ts'
import type { Brought, Model, Policy, WireRange } from './naive.ts'
import {
  type Asked,
  accountReasons,
  approvalReasons,
  holders,
  isOneHolder,
  type May,
  mandateReasons,
  organisationOf,
  where,
} from './reasons.ts'
import { bring, freeUnits, heldAmong, isHeld, rangesOf, runsOf, serialsIn } from './units.ts'

export const MOST_RUNS = 100

/** Units of one batch that leave one account for another. */
export interface Movement extends Record<string, unknown> {
  batch: string
  from: string
  to: string
  quantity?: string
  ranges?: WireRange[]
}

/** The serials that a movement takes, as far as it says: of a quantity the lowest that are free. */
export function serialsOf(model: Model, { batch, from, quantity, ranges = [] }: Movement): bigint[] {
  return quantity === undefined ? serialsIn(ranges) : freeUnits(model, batch, from).slice(0, Number(quantity))
}

export function quantityOf(model: Model, movement: Movement): bigint {
  return BigInt(movement.quantity ?? serialsOf(model, movement).length)
}

/** Why ranges are not what a batch may have. */
export function rangeReasons(model: Model, batch: string, ranges: readonly WireRange[]): string[] {
  const { project = null, units } = model.batches.get(batch) ?? {}
  const isInOrder = ranges.every(
    ([first, last], at) =>
      BigInt(first) <= BigInt(last) && (at === 0 || BigInt(first) > BigInt(ranges[at - 1]?.[1] ?? 0) + 1n),
  )
  // Of units of another Party, all numbers are of the batch, and few are known.
  const isInside = ranges.flat().every((serial) => (project === null ? serial !== '0' : units?.has(BigInt(serial))))
  return [...where(!isInOrder, 'ranges-disorder'), ...where(!isInside, 'range-outside-batch')]
}

/** Why the units cannot be those of the account, free to move. */
export function unitReasons(model: Model, movement: Movement, pending: string | null = null): string[] {
  const { batch, from, quantity, ranges = [] } = movement
  const known = model.batches.get(batch)
  if (!known) return ['batch-unknown']
  const serials = serialsOf(model, movement)
  if (quantity !== undefined) {
    return [
      ...where(BigInt(serials.length) < BigInt(quantity), 'not-enough-credits'),
      ...where(runsOf(known, serials) > MOST_RUNS, 'too-fragmented'),
    ]
  }
  return [
    ...rangeReasons(model, batch, ranges),
    ...where(runsOf(known, serials) > MOST_RUNS, 'too-fragmented'),
    ...where(!serials.every((serial) => known.units.get(serial)?.owner === from), 'not-owned'),
    ...where(heldAmong(model, batch, serials, pending).length > 0, 'on-hold'),
  ]
}

/** Between which kinds of account, and which waiting movement it completes. */
export interface Way {
  from: string
  to: string
  pending?: string | null
}

/** Why units cannot move so. */
export function movementReasons(model: Model, movement: Movement, way: Way): string[] {
  const { batch, from, to } = movement
  return [
    ...accountReasons(model, from, way.from),
    ...accountReasons(model, to, way.to),
    ...where(from === to, 'same-account'),
    ...unitReasons(model, movement, way.pending),
    ...where(
      [batch, from, to].some((target) => isHeld(model, target)),
      'on-hold',
    ),
  ]
}

/** How movements of an account are decided at this instant. */
export function policyNow(model: Model, account: string): Policy {
  const begun = (model.accounts.get(account)?.policies ?? []).filter(({ from }) => from <= model.now)
  return begun.at(-1) ?? { secondAbove: null, acceptance: false, trustedOnly: false }
}

/** Does the holder's policy ask for a second mandate? */
export function isSecondAsked(model: Model, account: string, quantity: bigint): boolean {
  const above = policyNow(model, account).secondAbove
  return above !== null && quantity > BigInt(above)
}

/** What is asked of whoever moves units of an account at once; and of the second, where the account wants one. */
export function directAsked(model: Model, account: string, quantity: bigint, may: May = holders) {
  const asked: Asked = { may, organisations: organisationOf(model, account), quantity }
  return { asked, second: isSecondAsked(model, account, quantity) ? asked : undefined }
}

/** Why whoever wishes it may not move units at once: by mandate and approvals. */
export function directReasons(
  model: Model,
  { by, request, approvers = [] }: Wish<Movement>,
  { may = holders, officers = 0 }: { may?: May; officers?: number } = {},
): string[] {
  const quantity = quantityOf(model, request)
  const { asked, second } = directAsked(model, request.from, quantity, may)
  return [...mandateReasons(model, by, asked), ...approvalReasons(model, by, approvers, { officers, second, quantity })]
}

/** Must the receiver accept? */
export function isAcceptanceAsked(model: Model, from: string, to: string): boolean {
  return policyNow(model, to).acceptance && !isOneHolder(model, from, to)
}

/** Why the sender's own policy does not let units go there. */
export function trustReasons(model: Model, from: string, to: string): string[] {
  if (!policyNow(model, from).trustedOnly) return []
  if (isOneHolder(model, from, to) && policyNow(model, to).trustedOnly) return []
  const since = model.trusted.get(`${from}/${to}`)
  return where(since === undefined || since > model.now, 'receiver-not-trusted')
}

/** The units reach the other account. Answers what the entry must say. */
export function move(model: Model, movement: Movement): { brought: Brought; ranges: WireRange[] } {
  const serials = serialsOf(model, movement)
  return {
    brought: bring(model, movement.batch, serials, movement.to),
    ranges: movement.ranges ?? rangesOf(serials),
  }
}
