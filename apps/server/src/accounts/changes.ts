import type { Change, LoggedEntry } from '@tallystick/contract'
import { homeClass } from '@tallystick/rules'
import type { Services } from '../platform/services.ts'
import { unitClassOf } from './classes.ts'

/** Unit classes of batches, by id. */
export type BatchClasses = ReadonlyMap<string, string>

/** Loads the unit classes of the batches that these entries name, at once. */
export async function batchClasses(services: Services, entries: readonly LoggedEntry[]): Promise<BatchClasses> {
  const batches = entries.flatMap(({ body }) => ('batch' in body && body.batch !== null ? [body.batch] : []))
  if (batches.length === 0) return new Map()
  const { rows } = await services.pool.query<{ id: string; project: string; vintage: string; unitType: string }>(
    `SELECT id, row ->> 'project' AS project, row ->> 'vintage' AS vintage, row ->> 'unitType' AS "unitType"
     FROM ledger_row WHERE kind = 'batch' AND id = ANY($1)`,
    [[...new Set(batches)]],
  )
  return new Map(rows.map(({ id, project, vintage, unitType }) => [id, homeClass(project, vintage, unitType)]))
}

/**
 * What an entry did to an account. Empty where it moved nothing, and for records of another registry, whose effect
 * depends on what was recorded before.
 */
export function changesOf(entry: LoggedEntry, account: string, classes: BatchClasses): Change[] {
  switch (entry.type) {
    case 'BatchIssued': {
      const parts = entry.body.allotted.parts.filter(([owner]) => owner === account)
      return change(classes.get(entry.body.batch), 0n, sum(parts.map(([, first, last]) => [first, last])))
    }
    case 'CreditsTransferred':
    case 'CreditsRetired':
    case 'CreditsCancelled': {
      const { batch, from, to, ranges } = entry.body
      const quantity = sum(ranges)
      return change(classes.get(batch), from === account ? quantity : 0n, to === account ? quantity : 0n)
    }
    default:
      return []
  }
}

function change(unitClass: string | undefined, debit: bigint, credit: bigint): Change[] {
  if (unitClass === undefined || (debit === 0n && credit === 0n)) return []
  return [{ class: unitClassOf(unitClass), debit: debit.toString(), credit: credit.toString() }]
}

function sum(ranges: readonly (readonly [string, string])[]): bigint {
  return ranges.reduce((total, [first, last]) => total + BigInt(last) - BigInt(first) + 1n, 0n)
}
