import { aHolder, aHolding, anAccount, anApprover, anOfficer, aSecond, someUnits } from './choices.ts'
import { type Choose, defineCommand, type Wish } from './command.ts'
import { lawOf } from './law.ts'
import {
  directAsked,
  directReasons,
  type Movement,
  move,
  movementReasons,
  quantityOf,
  trustReasons,
} from './movement.ts'
import type { Model, Project } from './naive.ts'
import { approvalReasons, conflictReasons, isOneHolder, mandateReasons, officers, where } from './reasons.ts'
import { aReversal } from './reversals.ts'
import { bufferOf, freeUnits, isHeld, movesIn, owe, sinceOf, sumOf } from './units.ts'

const homeReasons = ({ batches }: Model, batch: string) =>
  where(batches.get(batch)?.project === null, 'unit-type-not-movable')

/** Writes down what came into the buffer or left it. */
function note(model: Model, way: 'in' | 'cancelled' | 'released', id: string, units: bigint): void {
  const { project = null, vintage = '', unitType = '' } = model.batches.get(id) ?? {}
  if (project !== null) model.bufferMoves.push({ way, project, unitType, vintage, units, at: model.now })
}

type Contribution = Movement & { repays: string | null }

export const bufferContributed = defineCommand<Contribution>({
  type: 'BufferContributed',
  weight: 1.5,
  generate: (model, choose) => {
    const { batch, from } = aHolding(model, choose)
    const by = aHolder(model, choose, from)
    const owing = [...model.projects].filter(([, { debts }]) => debts.size > 0).map(([id]) => id)
    const repays =
      owing.length > 0 && !choose.rarely(4) ? choose.pick(owing) : choose.rarely(12) ? 'f0'.repeat(16) : null
    const to = model.pools.buffer ?? anAccount(model, choose, 'buffer')
    const request = { batch, from, to, ...someUnits(model, choose, batch, from, repays === null ? 20 : 3), repays }
    const { second } = directAsked(model, from, quantityOf(model, request))
    return { by, request, approvers: aSecond(model, choose, by, second) }
  },
  reasons: (model, wish) => {
    const { batch, to, repays } = wish.request
    const repaid = model.projects.get(repays ?? '')
    return [
      ...directReasons(model, wish),
      ...movementReasons(model, wish.request, { from: 'holding', to: 'buffer' }),
      ...where(to !== model.pools.buffer, 'pool-missing'),
      ...homeReasons(model, batch),
      ...where(repays !== null && !repaid, 'project-unknown'),
      ...(repaid ? repaymentReasons(model, wish.request, repaid) : []),
      ...ownersReasons(model, wish.request.from, repaid),
    ]
  },
  carryOut: (model, { request }) => {
    const quantity = quantityOf(model, request)
    const repaid = model.projects.get(request.repays ?? '')
    if (repaid) owe(repaid, model.batches.get(request.batch)?.unitType ?? '', -quantity)
    note(model, 'in', request.batch, quantity)
    return { says: { ranges: move(model, request).ranges } }
  },
})

/** Why the policy of an account does not let it pay for a project: it has owners of others who are not trusted. */
function ownersReasons(model: Model, from: string, project: Project | undefined): string[] {
  const others = (project?.owners ?? []).filter(({ account }) => !isOneHolder(model, from, account))
  return others.flatMap(({ account }) => trustReasons(model, from, account))
}

function repaymentReasons(model: Model, movement: Movement, { debts }: Project): string[] {
  const owed = debts.get(model.batches.get(movement.batch)?.unitType ?? '')
  if (owed === undefined && debts.size > 0) return ['unit-type-differs']
  return where(quantityOf(model, movement) > (owed ?? 0n), 'too-much')
}

type Compensation = Movement & { reversal: string }

/** Why units cannot make the reversal good. */
function compensationReasons(model: Model, { reversal, ...movement }: Compensation): string[] {
  const known = model.reversals.get(reversal)
  if (!known) return ['reversal-unknown']
  const isOpen = known.state === 'avoidable' || known.state === 'unavoidable'
  return [
    ...where(!isOpen, 'reversal-state'),
    ...where(isOpen && model.batches.get(movement.batch)?.unitType !== known.unitType, 'unit-type-differs'),
    ...where(isOpen && quantityOf(model, movement) > known.quantity - known.compensated, 'too-much'),
  ]
}

/** The last unit closes the reversal. What the buffer lends for an avoidable loss, the project owes. */
function compensate(model: Model, { reversal, ...movement }: Compensation, isLent: boolean): void {
  const known = model.reversals.get(reversal)
  const project = model.projects.get(known?.project ?? '')
  if (!known || !project) return
  const quantity = quantityOf(model, movement)
  if (isLent && known.state === 'avoidable') owe(project, known.unitType ?? '', quantity)
  known.compensated += quantity
  if (known.compensated === known.quantity) known.state = 'compensated'
}

/** The project's own units first, then anybody's; the oldest vintage first, but for units on hold. */
function orderReasons(model: Model, reversal: string, id: string): string[] {
  const { buffer } = model.pools
  const project = model.reversals.get(reversal)?.project
  const batch = model.batches.get(id)
  if (project === undefined || !batch || batch.project === null) return []
  const isOwn = batch.project === project
  const isFirst = [...model.batches].some(
    ([one, other]) =>
      other.unitType === batch.unitType &&
      other.project !== null &&
      (other.project === project ? !isOwn || other.vintage < batch.vintage : !isOwn && other.vintage < batch.vintage) &&
      buffer !== null &&
      !isHeld(model, one) &&
      freeUnits(model, one, buffer).length > 0,
  )
  return where(isFirst, 'buffer-order')
}

/** A batch of which the buffer has free units, mostly of the type and of the project, the oldest vintage first. */
function aBufferedBatch(
  model: Model,
  choose: Choose,
  buffer: string,
  { project, unitType = null }: { project?: string | undefined; unitType?: string | null | undefined },
): string {
  const free = [...model.batches].filter(([id]) => freeUnits(model, id, buffer).length > 0)
  const fitting = free.filter(([, batch]) => unitType === null || batch.unitType === unitType)
  const found = fitting.length > 0 ? fitting : free
  const own = found.filter(([, batch]) => batch.project === project)
  const sorted = (own.length > 0 ? own : found).sort(([, a], [, b]) => (a.vintage < b.vintage ? -1 : 1))
  if (sorted.length === 0 || choose.rarely(6)) return choose.pick([...model.batches.keys()])
  return sorted[0]?.[0] ?? ''
}

export const bufferCancelled = defineCommand<Compensation>({
  type: 'BufferCancelled',
  weight: 2,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const reversal = aReversal(model, choose, 'avoidable', 'unavoidable')
    const from = model.pools.buffer ?? anAccount(model, choose, 'buffer')
    const batch = aBufferedBatch(model, choose, from, model.reversals.get(reversal) ?? {})
    const holder = choose.rarely(8) ? undefined : model.accounts.get(from)?.organisation
    const to = anAccount(model, choose, 'cancellation', holder)
    const request = { reversal, batch, from, to, ...someUnits(model, choose, batch, from, 4) }
    return { by, request, approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request, approvers = [] }) => {
    const quantity = quantityOf(model, request)
    return [
      ...mandateReasons(model, by, { may: officers, quantity }),
      ...conflictReasons(model, [by, ...approvers], model.reversals.get(request.reversal)?.project ?? ''),
      ...movementReasons(model, request, { from: 'buffer', to: 'cancellation' }),
      ...homeReasons(model, request.batch),
      ...compensationReasons(model, request),
      ...where(request.from !== model.pools.buffer, 'pool-missing'),
      ...where(!isOneHolder(model, request.from, request.to), 'account-foreign'),
      ...orderReasons(model, request.reversal, request.batch),
      ...approvalReasons(model, by, approvers, { officers: 1, quantity }),
    ]
  },
  carryOut: (model, { request }) => {
    note(model, 'cancelled', request.batch, quantityOf(model, request))
    compensate(model, request, true)
    return { says: { ranges: move(model, request).ranges } }
  },
})

export const reversalCompensated = defineCommand<Compensation>({
  type: 'ReversalCompensated',
  weight: 2,
  generate: (model, choose) => {
    const { batch, from } = aHolding(model, choose)
    const by = aHolder(model, choose, from)
    const to = anAccount(model, choose, 'cancellation', model.accounts.get(from)?.organisation)
    const reversal = aReversal(model, choose, 'avoidable', 'unavoidable')
    const request = { reversal, batch, from, to, ...someUnits(model, choose, batch, from, 4) }
    const { second } = directAsked(model, from, quantityOf(model, request))
    return { by, request, approvers: aSecond(model, choose, by, second) }
  },
  reasons: (model, wish: Wish<Compensation>) => [
    ...directReasons(model, wish),
    ...movementReasons(model, wish.request, { from: 'holding', to: 'cancellation' }),
    ...homeReasons(model, wish.request.batch),
    ...compensationReasons(model, wish.request),
    ...where(!isOneHolder(model, wish.request.from, wish.request.to), 'account-foreign'),
    ...ownersReasons(
      model,
      wish.request.from,
      model.projects.get(model.reversals.get(wish.request.reversal)?.project ?? ''),
    ),
  ],
  carryOut: (model, { request }) => {
    compensate(model, request, false)
    return { says: { ranges: move(model, request).ranges } }
  },
})

/** The same instant, so many years on. */
function yearsAfter(instant: string, years: number): string {
  const date = new Date(instant)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return date.toISOString()
}

export const bufferReleased = defineCommand<Movement>({
  type: 'BufferReleased',
  weight: 1.5,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const from = model.pools.buffer ?? anAccount(model, choose, 'buffer')
    const batch = aBufferedBatch(model, choose, from, { project: choose.pick([...model.projects.keys()]) })
    const owners = model.projects.get(model.batches.get(batch)?.project ?? '')?.owners ?? []
    const isOwner = owners.length > 0 && !choose.rarely(12)
    const to = isOwner ? choose.pick(owners).account : anAccount(model, choose, 'holding')
    const request = { batch, from, to, ...someUnits(model, choose, batch, from, 3) }
    return { by, request, approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request, approvers = [] }) => {
    const quantity = quantityOf(model, request)
    const batch = model.batches.get(request.batch)
    const project = model.projects.get(batch?.project ?? '')
    const mandate = mandateReasons(model, by, { may: officers, quantity })
    if (!batch || !project) {
      return [...mandate, 'batch-unknown', ...movementReasons(model, request, { from: 'buffer', to: 'holding' })]
    }
    const { releasePercent, releaseYears } = lawOf(model)
    const most = (sumOf(bufferOf(model, batch.unitType, batch.project ?? '').values()) * BigInt(releasePercent)) / 100n
    const since = [sinceOf(movesIn(model, batch.unitType, batch.project ?? '')), project.raised ?? ''].sort().at(-1)
    const due = since ? yearsAfter(since, releaseYears) : ''
    const isOpen = [...model.reversals.values()].some(
      (one) => one.project === batch.project && !['dismissed', 'compensated'].includes(one.state),
    )
    return [
      ...mandate,
      ...conflictReasons(model, [by, ...approvers], batch.project ?? ''),
      ...movementReasons(model, request, { from: 'buffer', to: 'holding' }),
      ...where(request.from !== model.pools.buffer, 'pool-missing'),
      ...where(!project.owners.some(({ account }) => account === request.to), 'account-foreign'),
      ...where(isOpen, 'reversal-open'),
      ...where(project.debts.size > 0, 'debt-open'),
      ...where(model.now < due, 'too-early'),
      ...where((project.assessed ?? '') < due, 'assessment-missing'),
      ...where(quantity > most, 'too-much'),
      ...approvalReasons(model, by, approvers, { officers: 1, quantity }),
    ]
  },
  carryOut: (model, { request }) => {
    note(model, 'released', request.batch, quantityOf(model, request))
    return { says: { ranges: move(model, request).ranges } }
  },
})
