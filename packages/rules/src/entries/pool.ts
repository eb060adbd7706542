import { type Refusal, refuse } from '../refusal.ts'
import type { Put, RowKey, Rows, State } from '../state.ts'

/**
 * What the buffer holds of one unit type, by vintage: of each project, and of all (`all`). Invariants of both: no vintage
 * below zero, and in − cancelled − released = the sum of the vintages.
 */
export const ALL = 'all'

/** The units of a batch, as far as the buffer tells them apart. */
export type Kind = Pick<Rows['batch'], 'project' | 'unitType' | 'vintage'>

/** The id of a book: of a project or of all, and of one unit type. */
export function bookId(whose: string, unitType: string): string {
  return `${whose}/${unitType}`
}

export function poolReads({ project, unitType }: Pick<Kind, 'project' | 'unitType'>): RowKey[] {
  return [
    { kind: 'pool', id: bookId(ALL, unitType) },
    { kind: 'pool', id: bookId(project, unitType) },
  ]
}

const none: Rows['pool'] = { in: 0n, cancelled: 0n, released: 0n, since: '', vintages: {} }

export function poolOf(state: State, whose: string, unitType: string): Rows['pool'] {
  return state.get('pool', bookId(whose, unitType)) ?? none
}

/** Units in the buffer. */
export function held(pool: Rows['pool']): bigint {
  return pool.in - pool.cancelled - pool.released
}

/** The oldest vintage of which the buffer holds units. */
export function oldestVintage(pool: Rows['pool']): string | undefined {
  return Object.keys(pool.vintages).sort()[0]
}

type Way = 'in' | 'cancelled' | 'released'

function moved(pool: Rows['pool'], way: Way, vintage: string, amount: bigint, at: string): Rows['pool'] {
  const before = BigInt(pool.vintages[vintage] ?? 0)
  const after = way === 'in' ? before + amount : before - amount
  const { [vintage]: _, ...others } = pool.vintages
  const begins = way === 'released' || (way === 'in' && held(pool) === 0n)
  return {
    ...pool,
    [way]: pool[way] + amount,
    since: begins ? at : pool.since,
    vintages: after === 0n ? others : { ...others, [vintage]: after.toString() },
  }
}

/** Units come into the buffer, are cancelled from it, or are released. */
export function poolPuts(state: State, way: Way, units: Kind, amount: bigint, at: string): Put[] {
  if (amount === 0n) return []
  const { project, unitType, vintage } = units
  return [ALL, project].map((whose) => {
    const row = moved(poolOf(state, whose, unitType), way, vintage, amount, at)
    return { kind: 'pool', id: bookId(whose, unitType), row }
  })
}

/** The buffer pays with the project's own units first, then with the others', the oldest vintage first in both. */
export function admitOrder(state: State, reversed: string, batch: Kind): Refusal | undefined {
  const own = poolOf(state, reversed, batch.unitType)
  const from = held(own) > 0n ? own : poolOf(state, ALL, batch.unitType)
  const vintage = oldestVintage(from)
  if ((from === own && batch.project !== reversed) || batch.vintage !== vintage) {
    return refuse('buffer-order', { field: 'batch', project: from === own ? reversed : '', vintage: vintage ?? '' })
  }
  return undefined
}

type Debtor = Pick<Rows['project'], 'debts'>

/** Units of a type that the project owes to the buffer. */
export function owedOf({ debts }: Debtor, unitType: string): bigint {
  return BigInt(debts[unitType] ?? 0)
}

/** What a project owes when it owes so many units of a type more, or less. */
export function debtsAfter(project: Debtor, unitType: string, more: bigint): Record<string, string> {
  const owed = owedOf(project, unitType) + more
  const { [unitType]: _, ...others } = project.debts
  return owed === 0n ? others : { ...others, [unitType]: owed.toString() }
}

/** Only units of the type that was lost, or that is owed, make it good. */
export function admitType(batch: Pick<Kind, 'unitType'>, unitType: string): Refusal | undefined {
  if (batch.unitType === unitType) return undefined
  return refuse('unit-type-differs', { field: 'batch', unitType: batch.unitType, allowed: unitType })
}
