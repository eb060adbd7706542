import type { Law } from '../documents.ts'
import { capacityOf, levelsOf, type Slot, signingAction } from '../slot.ts'
import { canCertify, isOpen, isOpenTo } from './appointable.ts'

/** What must be open for a slot to be signed, and is not; none where it can be. */
function closedFor(law: Law, slot: Slot): string[] {
  const { capacity } = slot
  const levels = levelsOf(slot)
  const signer = capacityOf(slot)
  const own = signingAction(signer, 'SES')
  const ink = signingAction(signer, 'WET')
  const isSigned = capacity === 'government' ? isOpenTo(law, own, signer) : isOpen(law, own)
  const ways = [
    ...(levels.some((level) => level !== 'WET') ? [{ action: own, isWay: isSigned }] : []),
    ...(levels.includes('WET') ? [{ action: ink, isWay: isOpen(law, ink) }] : []),
  ]
  const assigned = capacity !== 'certifier' || (canCertify(law) && isOpen(law, 'certifiers.assign'))
  return [
    ...(ways.some(({ isWay }) => isWay) ? [] : ways.slice(0, 1).map(({ action }) => action)),
    ...(assigned ? [] : ['certifiers.assign']),
  ]
}

/** Can somebody sign the slot, at one of its levels? */
export function isFillable(law: Law, slot: Slot): boolean {
  return closedFor(law, slot).length === 0
}

/** Actions that nobody may take, though a slot of the preset waits for them. */
export function slotsClosed(law: Law): string[] {
  return law.preset.documents.flatMap(({ signatures = [] }) => signatures.flatMap((slot) => closedFor(law, slot)))
}
