import type { Entry } from '@tallystick/rules'
import { anApprover, anOfficer } from './choices.ts'
import { type Choose, defineCommand } from './command.ts'
import { carryBack } from './issuance.ts'
import type { Brought, Model, Past, WireRange } from './naive.ts'
import {
  accountReasons,
  approvalReasons,
  codeReasons,
  conflictReasons,
  mandateReasons,
  officers,
  where,
} from './reasons.ts'
import { heldAmong, isHeld, serialsIn } from './units.ts'

const correctable = ['CreditsTransferred', 'CreditsRetired', 'CreditsCancelled', 'BatchIssued']

/** A whole entry, or of an issuance what it says and where. */
type Original = Pick<Entry, 'type' | 'at' | 'by' | 'body'> & { index?: number; key?: string | null }

interface Correction extends Record<string, unknown> {
  original: Original
  reason: string
}

function carriedOf({ index, entry }: Past): Original {
  const { type, at, by, body } = entry
  return type === 'BatchIssued' ? { index, type, at, by, body } : entry
}

/** One of the last entries, mostly of a type that can be taken back; rarely one that was never written. */
function someOriginal({ past }: Model, choose: Choose): Original {
  const fitting = past.filter(({ entry }) => correctable.includes(entry.type)).slice(-8)
  const original = carriedOf(choose.pick(fitting.length === 0 || choose.rarely(8) ? past : fitting))
  if (choose.rarely(16)) return { ...original, at: '2020-01-01T00:00:00.000Z' }
  return original.index !== undefined && choose.rarely(16) ? { ...original, index: original.index + 1 } : original
}

/** The entry of the past that this is, to the last word. */
function pastOf({ past }: Model, original: Original): Past | undefined {
  return past.find(
    (one) =>
      one.entry.type === original.type &&
      one.entry.at === original.at &&
      JSON.stringify(carriedOf(one)) === JSON.stringify(original),
  )
}

function isStillThere(model: Model, { batch, units }: Brought): boolean {
  const known = model.batches.get(batch)?.units
  return units.every(({ serial, to }) => known?.get(serial)?.owner === to)
}

/** Why units cannot be brought back. */
function backReasons(model: Model, { index, brought }: Past): string[] {
  if (!brought) return []
  const { batch, units, certified } = brought
  const known = model.batches.get(batch)?.units
  const serials = units.map(({ serial }) => serial)
  const targets = new Set([batch, ...units.flatMap(({ from, to }) => [from, to])])
  const isIssuance = certified !== undefined
  return [
    ...where(!isStillThere(model, brought), 'units-moved'),
    ...where(isIssuance && units.some(({ to }) => to === model.pools.buffer), 'units-moved'),
    ...where(
      isIssuance && serials.some((serial) => ![null, index].includes(known?.get(serial)?.first ?? null)),
      'already-transferred',
    ),
    ...where(heldAmong(model, batch, serials).length > 0, 'on-hold'),
    ...where(
      [...targets].some((target) => isHeld(model, target)),
      'on-hold',
    ),
    ...[...targets].flatMap((id) => suspensionReasons(model, id)),
  ]
}

/** Is it an account from or to which nothing moves? */
function suspensionReasons(model: Model, id: string): string[] {
  const account = id === model.issuance ? undefined : model.accounts.get(id)
  return account ? accountReasons(model, id, account.kind) : []
}

/** As many units as the entry says that it moved or issued; none where it is of a type that does neither. */
function unitsMoved({ type, body }: Original): bigint {
  if (!correctable.includes(type)) return 0n
  const { ranges, allotted } = body as { ranges?: WireRange[]; allotted?: { parts: [string, string, string][] } }
  const parts = allotted?.parts?.map(([, first, last]): WireRange => [first, last])
  return BigInt(serialsIn(ranges ?? parts ?? []).length)
}

/** The project whose units it moved or issued; none of a mirrored batch. */
function projectOf(model: Model, { type, body }: Original): string {
  const { batch } = body as { batch?: string }
  return (correctable.includes(type) ? model.batches.get(batch ?? '')?.project : null) ?? ''
}

export const entryCorrected = defineCommand<Correction>({
  type: 'EntryCorrected',
  weight: 3,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const request = { original: someOriginal(model, choose), reason: choose.rarely(16) ? 'whim' : 'clerical-error' }
    return { by, request, approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request: { original, reason }, approvers = [] }) => {
    const past = pastOf(model, original)
    const quantity = unitsMoved(original)
    return [
      ...mandateReasons(model, by, { may: officers, quantity }),
      ...conflictReasons(model, [by, ...approvers], projectOf(model, original)),
      ...where(!correctable.includes(original.type), 'not-correctable'),
      ...where(!past, 'entry-unknown'),
      ...where(past !== undefined && model.takenBack.has(past.index), 'already-corrected'),
      ...codeReasons('correction', reason),
      ...(past ? backReasons(model, past) : []),
      ...approvalReasons(model, by, approvers, { officers: 1, quantity }),
    ]
  },
  carryOut: (model, { request: { original } }) => {
    const past = pastOf(model, original)
    if (!past?.brought) throw new Error('what is taken back brought units somewhere')
    const { batch: id, units, certified } = past.brought
    const batch = model.batches.get(id)
    for (const { serial, from } of units) {
      const unit = batch?.units.get(serial)
      if (!unit) continue
      unit.owner = from
      if (unit.first === past.index) Object.assign(unit, { first: null, itmo: null })
    }
    const authorisation = model.authorisations.get(batch?.authorisation ?? '')
    if (certified !== undefined && batch && authorisation) {
      carryBack(model, authorisation, batch.vintage, BigInt(units.length) * 1_000_000n - certified)
    }
    model.takenBack.add(past.index)
    return {}
  },
})
