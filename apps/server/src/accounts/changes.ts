import type { Change, LoggedEntry } from '@tallystick/contract'
import { legsOf, unitsIn } from '../platform/legs.ts'
import type { Services } from '../platform/services.ts'
import { unitClassOf } from './classes.ts'

/** Unit classes of batches, by id. */
export type BatchClasses = ReadonlyMap<string, string>

/** Loads the unit classes of the batches that these entries name, at once. */
export async function batchClasses(services: Services, entries: readonly LoggedEntry[]): Promise<BatchClasses> {
  const batches = new Set(entries.flatMap((entry) => legsOf(entry).map(({ batch }) => batch)))
  if (batches.size === 0) return new Map()
  const { rows } = await services.pool.query<{ id: string; class: string }>(
    `SELECT id, row ->> 'class' AS class FROM ledger_row WHERE kind = 'batch' AND id = ANY($1)`,
    [[...batches]],
  )
  return new Map(rows.map((row) => [row.id, row.class]))
}

/**
 * What an entry did to an account. Empty where it moved nothing, and for records of another registry, whose effect
 * depends on what was recorded before.
 */
export function changesOf(entry: LoggedEntry, account: string, classes: BatchClasses): Change[] {
  const sums = new Map<string, { debit: bigint; credit: bigint }>()
  for (const { batch, from, to, ranges } of legsOf(entry)) {
    if (from === to) continue
    const sum = sums.get(batch) ?? { debit: 0n, credit: 0n }
    if (from === account) sum.debit += unitsIn(ranges)
    if (to === account) sum.credit += unitsIn(ranges)
    sums.set(batch, sum)
  }
  return [...sums].flatMap(([batch, { debit, credit }]) => change(classes.get(batch), debit, credit))
}

function change(unitClass: string | undefined, debit: bigint, credit: bigint): Change[] {
  if (unitClass === undefined || (debit === 0n && credit === 0n)) return []
  return [{ class: unitClassOf(unitClass), debit: debit.toString(), credit: credit.toString() }]
}
