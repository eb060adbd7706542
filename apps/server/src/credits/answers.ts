import type { Batch, Beneficiary, Block, LoggedEntry, Retirement, Transfer, Written } from '@tallystick/contract'
import { fromWire, invariant } from '@tallystick/rules'
import type { LogRow } from '../platform/entries.ts'
import { placeOf } from '../platform/entries.ts'
import type { KnownNames } from '../platform/names.ts'

type EndType = 'CreditsRetired' | 'CreditsCancelled'

/** A batch as its entry tells it. */
export function batchOf(row: LogRow<'BatchIssued'>, names: KnownNames): Batch {
  const { batch: id, authorisation, vintage, quantity, monitoringPeriod, allotted } = row.entry.body
  const ground = names.authorisation(authorisation)
  invariant(ground, 'a batch has its authorisation')
  const first = BigInt(allotted.first)
  return {
    id,
    project: names.projectRef(ground.project),
    authorisation,
    unitType: ground.unitType,
    vintage,
    block: names.block(id, { first, last: first + BigInt(quantity) - 1n }),
    monitoringPeriod,
    entry: placeOf(row),
  }
}

/** What a transfer, a retirement and a cancellation have in common. */
function movementOf(entry: LoggedEntry<'CreditsTransferred' | EndType>, place: Written, names: KnownNames) {
  const { batch: id, from, to, ranges } = entry.body
  const batch = names.batch(id)
  invariant(batch, 'units that moved are of a batch')
  const blocks: Block[] = ranges.map((range) => names.block(id, fromWire(range)))
  return {
    batch: id,
    project: names.projectRef(batch.project),
    unitType: batch.unitType,
    vintage: batch.vintage,
    from: names.party(from),
    to: names.party(to),
    quantity: String(blocks.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n)),
    ranges: blocks,
    entry: place,
  }
}

export function transferOf(row: LogRow<'CreditsTransferred'>, names: KnownNames): Transfer {
  return { id: row.index, ...movementOf(row.entry, placeOf(row), names) }
}

/** A retirement or a cancellation. */
export function endOf(row: LogRow<EndType>, names: KnownNames): Retirement {
  const { allotted, purpose, beneficiary } = row.entry.body
  return {
    certificate: allotted.certificate,
    ...movementOf(row.entry, placeOf(row), names),
    purpose,
    beneficiary: beneficiaryOf(beneficiary, names),
  }
}

/** The beneficiary behind a commitment; without a name where it was erased. */
export function beneficiaryOf(commitment: string | null, names: KnownNames): Retirement['beneficiary'] {
  if (commitment === null) return null
  const value = names.opening(commitment)?.value as Beneficiary | undefined
  return { name: value?.name ?? null, country: value?.country ?? null }
}
