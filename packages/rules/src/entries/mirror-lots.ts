import { z } from 'zod'
import { Commitment, LegalDate, Quantity } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, noEffects } from '../rule.ts'
import { noKeys, type State } from '../state.ts'
import {
  admitProject,
  changeLot,
  classOf,
  classRows,
  ForeignProject,
  foreignPut,
  lotOf,
  MirrorUnitType,
  MirrorVintage,
  mirrorStreams,
  RegistryCode,
  withKnownProject,
} from './mirror-classes.ts'

/** One row of another registry's issuances that does not tell the serial numbers. */
const MirrorLot = z.strictObject({
  registry: RegistryCode,
  project: ForeignProject,
  vintage: MirrorVintage,
  unitType: MirrorUnitType,
  quantity: Quantity,
  issuedOn: LegalDate.nullable(),
  /** Everything else that the row says, committed to. */
  facts: Commitment,
})
type MirrorLot = z.infer<typeof MirrorLot>

/** Most units that may be issued of one class: what 15 digits can say. */
export const MAX_LOT = 999_999_999_999_999n

function admitLot(state: State, body: MirrorLot): Refusal | undefined {
  const wrong = admitProject(state, body)
  if (wrong) return wrong
  const quantity = lotOf(state, classOf(body)).quantity + BigInt(body.quantity)
  return quantity > MAX_LOT ? refuse('lot-too-large', { most: `${MAX_LOT}`, quantity: `${quantity}` }) : undefined
}

/**
 * Records an issuance of which the serial numbers are not told: it adds to the quantity lot of its project, vintage and
 * type. Serial numbers of that class, whenever they come, are units of the lot and never counted on top of it.
 */
export const mirrorLotRecorded = defineRule<MirrorLot, MirrorLot>({
  type: 'MirrorLotRecorded',
  v: 1,
  body: MirrorLot,
  request: MirrorLot,
  attested: ['that the other registry says so'],
  reads: (state, body) => ({ ...noKeys(), rows: classRows(state, body) }),
  decide: withKnownProject,
  act: () => ({ action: 'mirrors.record', organisations: [] }),
  admit: admitLot,
  streams: (state, body) => mirrorStreams(state, body, ['active']),
  effects: (state, body) => {
    const lot = changeLot(state, body, { quantity: BigInt(body.quantity) })
    return { ...noEffects(), puts: [foreignPut(state, body), lot.put], postings: lot.postings }
  },
})
