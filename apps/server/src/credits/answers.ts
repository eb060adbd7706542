import type { Batch, Beneficiary, Block, Moved, Retirement, Transfer } from '@tallystick/contract'
import { fromWire, invariant } from '@tallystick/rules'
import { type LogRow, placeOf } from '../platform/entries.ts'
import { legsOf, unitsIn } from '../platform/legs.ts'
import type { KnownNames } from '../platform/names.ts'
import { takenBack } from '../platform/taken-back.ts'
import { itmosIn } from './itmos.ts'
import type { Show } from './lists.ts'

type EndType = 'CreditsRetired' | 'CreditsCancelled'

/** Types of entries that move units of one batch from one account to another. */
export type MovedType =
  | EndType
  | 'CreditsTransferred'
  | 'CreditsTransferredAbroad'
  | 'CreditsAcquired'
  | 'CreditsUsed'
  | 'BufferContributed'
  | 'BufferReleased'
  | 'BufferCancelled'
  | 'ReversalCompensated'

/** A batch as its entry tells it: issued, or converted from units of another registry. */
export function batchOf(row: LogRow<'BatchIssued' | 'UnitsConverted'>, names: KnownNames): Batch {
  const { batch: id, authorisation, vintage } = row.entry.body
  const ground = names.authorisation(authorisation)
  invariant(ground, 'a batch has its authorisation')
  const first = BigInt(row.entry.body.allotted.first)
  const quantity = legsOf(row.entry).reduce((sum, { ranges }) => sum + unitsIn(ranges), 0n)
  return {
    id,
    project: names.projectRef(ground.project),
    authorisation,
    unitType: ground.unitType,
    vintage,
    block: names.block(id, { first, last: first + quantity - 1n }),
    period: 'period' in row.entry.body ? row.entry.body.period : null,
    monitoringPeriod: 'monitoringPeriod' in row.entry.body ? row.entry.body.monitoringPeriod : null,
    entry: placeOf(row),
  }
}

/** Units of a batch, as everything tells them that is about units. */
export function unitsShown(
  { batch: id, ranges }: { batch: string; ranges: readonly (readonly [string, string])[] },
  names: KnownNames,
) {
  const batch = names.batch(id)
  invariant(batch, 'units that an entry names are of a batch')
  const blocks: Block[] = ranges.map(([first, last]) => names.block(id, fromWire([first, last])))
  return {
    batch: id,
    project: names.projectOf(batch),
    unitType: batch.unitType,
    vintage: batch.vintage,
    quantity: `${unitsIn(ranges)}`,
    ranges: blocks,
  }
}

/** Units that moved from one account to another. */
export function movedOf(row: LogRow<MovedType>, names: KnownNames): Moved {
  const { from, to } = row.entry.body
  return {
    id: row.index,
    ...unitsShown(row.entry.body, names),
    from: names.party(from),
    to: names.party(to),
    entry: placeOf(row),
  }
}

export function transferOf(row: LogRow<'CreditsTransferred'>, names: KnownNames): Transfer {
  return { ...movedOf(row, names), agreement: row.entry.body.agreement ?? null }
}

/** Retirements or cancellations, each with the ITMO identifiers of its units, and whether it still holds. */
export const showEnds: Show<EndType, Retirement> = async (services, rows, names) => {
  const back = await takenBack(services, rows)
  return (row) => {
    const { id: _, ...moved } = movedOf(row, names)
    const { allotted, purpose, beneficiary } = row.entry.body
    return {
      certificate: allotted.certificate,
      ...moved,
      purpose,
      beneficiary: beneficiaryOf(beneficiary, names),
      itmos: itmosIn(allotted),
      takenBack: back.get(row.index) ?? null,
    }
  }
}

/** The beneficiary behind a commitment; without a name where it was erased. */
export function beneficiaryOf(commitment: string | null, names: KnownNames): Retirement['beneficiary'] {
  if (commitment === null) return null
  const value = names.opening(commitment)?.value as Beneficiary | undefined
  return { name: value?.name ?? null, country: value?.country ?? null }
}
