import { type Choose, hashFrom } from './command.ts'
import { type Movement, serialsOf } from './movement.ts'
import type { Model } from './naive.ts'
import { codes, where } from './reasons.ts'
import { firstTransferReasons, purposesOf, untransferred } from './units.ts'

export interface Ending {
  purpose: string
  beneficiary: string | null
}

/** The units that an end for this purpose transfers first. */
export function endedFirst(model: Model, movement: Movement, purpose: string): bigint[] {
  if (!purpose.startsWith('OIMP')) return []
  return untransferred(model, movement.batch, serialsOf(model, movement))
}

/** Why units may not be used for this purpose: only for what they were authorised for. */
export function purposeReasons(model: Model, movement: Movement, purpose: string): string[] {
  const batch = model.batches.get(movement.batch)
  if (!batch || batch.project === null || !purpose.startsWith('OIMP')) return []
  const serials = serialsOf(model, movement)
  const fresh = endedFirst(model, movement, purpose)
  return [
    ...where(
      serials.some((serial) => !purposesOf(model, movement.batch, serial).includes(purpose)),
      'purpose-not-authorised',
    ),
    ...firstTransferReasons(model, batch.authorisation, BigInt(fresh.length)),
  ]
}

/** What the serials are printed with. */
export function prefixOf(model: Model, id: string): string {
  const batch = model.batches.get(id)
  const project = model.projects.get(batch?.project ?? '')
  if (!batch || !project) return batch?.class.replace(/^itmo:(.*)-(\d{4})$/, '$1-#-$2') ?? ''
  return `XT-${batch.unitType}-${project.scope}-${`${project.number}`.padStart(3, '0')}-${batch.vintage}-0`
}

export function someEnding(choose: Choose, kind: 'retirement' | 'cancellation'): Ending {
  const purpose = choose.rarely(20) ? 'fun' : choose.pick(codes[kind])
  return { purpose, beneficiary: choose.rarely(2) ? hashFrom('somebody') : null }
}
