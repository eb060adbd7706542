import { type Refusal, refuse } from '../refusal.ts'
import type { Put, RowKey, Rows, State } from '../state.ts'

/**
 * What the buffer holds, by vintage: of each project, and of all (`all`). Invariants of both: no vintage below zero, and
 * in − cancelled − released = the sum of the vintages.
 */
export const ALL = 'all'

export function poolReads(project: string): RowKey[] {
  return [
    { kind: 'pool', id: ALL },
    { kind: 'pool', id: project },
  ]
}

const none: Rows['pool'] = { in: 0n, cancelled: 0n, released: 0n, vintages: {} }

export function poolOf(state: State, id: string): Rows['pool'] {
  return state.get('pool', id) ?? none
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

function moved(pool: Rows['pool'], way: Way, vintage: string, amount: bigint): Rows['pool'] {
  const before = BigInt(pool.vintages[vintage] ?? 0)
  const after = way === 'in' ? before + amount : before - amount
  const { [vintage]: _, ...others } = pool.vintages
  return {
    ...pool,
    [way]: pool[way] + amount,
    vintages: after === 0n ? others : { ...others, [vintage]: after.toString() },
  }
}

/** Units of a project's vintage come into the buffer, are cancelled from it, or are released. */
export function poolPuts(state: State, way: Way, project: string, vintage: string, amount: bigint): Put[] {
  if (amount === 0n) return []
  return [ALL, project].map((id) => ({ kind: 'pool', id, row: moved(poolOf(state, id), way, vintage, amount) }))
}

/** The buffer pays with the project's own units first, then with the others', the oldest vintage first in both. */
export function admitOrder(state: State, reversed: string, batch: Rows['batch']): Refusal | undefined {
  const own = poolOf(state, reversed)
  const from = held(own) > 0n ? own : poolOf(state, ALL)
  const vintage = oldestVintage(from)
  if ((from === own && batch.project !== reversed) || batch.vintage !== vintage) {
    return refuse('buffer-order', { field: 'batch', project: from === own ? reversed : '', vintage: vintage ?? '' })
  }
  return undefined
}
