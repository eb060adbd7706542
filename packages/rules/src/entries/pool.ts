import { type Refusal, refuse } from '../refusal.ts'
import { without } from '../runs.ts'
import { type Keys, noKeys, type Put, type RowKey, type Rows, type State } from '../state.ts'
import { batchHeld, heldRanges } from './holds.ts'

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

/** The id of what is there of one vintage. */
export function stockId(whose: string, unitType: string, vintage: string): string {
  return `${bookId(whose, unitType)}/${vintage}`
}

export function poolReads({ project, unitType, vintage }: Kind): RowKey[] {
  return [ALL, project].flatMap((whose): RowKey[] => [
    { kind: 'pool', id: bookId(whose, unitType) },
    { kind: 'stock', id: stockId(whose, unitType, vintage) },
  ])
}

const none: Rows['pool'] = { in: 0n, cancelled: 0n, released: 0n, since: '', vintages: {} }

export function poolOf(state: State, whose: string, unitType: string): Rows['pool'] {
  return state.get('pool', bookId(whose, unitType)) ?? none
}

/** Units in the buffer. */
export function held(pool: Rows['pool']): bigint {
  return pool.in - pool.cancelled - pool.released
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
export function poolPuts(state: State, way: Way, batch: string, units: Kind, amount: bigint, at: string): Put[] {
  if (amount === 0n) return []
  const { project, unitType, vintage } = units
  const parts = { [ALL]: project, [project]: batch }
  return Object.entries(parts).flatMap(([whose, part]): Put[] => {
    const row = moved(poolOf(state, whose, unitType), way, vintage, amount, at)
    const stock = stockAfter(state, stockId(whose, unitType, vintage), part, way === 'in' ? amount : -amount)
    return [{ kind: 'pool', id: bookId(whose, unitType), row }, stock]
  })
}

function stockAfter(state: State, id: string, part: string, more: bigint): Put {
  const { [part]: before = '0', ...others } = state.get('stock', id)?.parts ?? {}
  const after = BigInt(before) + more
  return { kind: 'stock', id, row: { parts: after === 0n ? others : { ...others, [part]: after.toString() } } }
}

/** A batch of which there are units in the buffer. */
interface Stocked {
  batch: string
  project: string
  vintage: string
}

/** At most so many batches are passed over because all their units in the buffer are on hold. */
const MOST_AHEAD = 100

/** The vintages of which there are units, oldest first. */
function vintagesOf(state: State, whose: string, unitType: string): string[] {
  return Object.keys(state.peek('pool', bookId(whose, unitType))?.vintages ?? {}).sort()
}

function partsOf(state: State, whose: string, unitType: string, vintage: string): string[] {
  return Object.keys(state.peek('stock', stockId(whose, unitType, vintage))?.parts ?? {}).sort()
}

/** What pays before units of a batch do, by project and vintage: the project's own, and older vintages. */
function kindsAhead(state: State, reversed: string, { project, unitType, vintage }: Kind): Kind[] {
  const isOwn = project === reversed
  const own = vintagesOf(state, reversed, unitType)
    .filter((one) => !isOwn || one < vintage)
    .map((one) => ({ project: reversed, unitType, vintage: one }))
  if (isOwn) return own
  const older = vintagesOf(state, ALL, unitType).filter((one) => one < vintage)
  const others = older.flatMap((one) =>
    partsOf(state, ALL, unitType, one).map((whose) => ({ project: whose, unitType, vintage: one })),
  )
  // Each of them has a batch at least.
  return [...own, ...others].slice(0, MOST_AHEAD + 1)
}

function batchesAhead(state: State, reversed: string, units: Kind): Stocked[] {
  return kindsAhead(state, reversed, units).flatMap(({ project, unitType, vintage }) =>
    partsOf(state, project, unitType, vintage).map((batch) => ({ batch, project, vintage })),
  )
}

/** What the order in which the buffer pays looks at. */
export function orderReads(state: State, reversed: string, units: Kind): Keys {
  const { unitType, vintage } = units
  const { buffer } = state.ledger().pools
  const older = vintagesOf(state, ALL, unitType).filter((one) => one < vintage)
  const ahead = batchesAhead(state, reversed, units).slice(0, MOST_AHEAD)
  return {
    ...noKeys(),
    rows: [
      { kind: 'pool', id: bookId(ALL, unitType) },
      { kind: 'pool', id: bookId(reversed, unitType) },
      ...older.map((one) => ({ kind: 'stock' as const, id: stockId(ALL, unitType, one) })),
      ...kindsAhead(state, reversed, units).map((one) => {
        return { kind: 'stock' as const, id: stockId(one.project, unitType, one.vintage) }
      }),
      ...ahead.map(({ batch }) => ({ kind: 'batch' as const, id: batch })),
    ],
    held: buffer === null ? [] : ahead.map(({ batch }) => ({ batch, account: buffer })),
    holdsOn: ahead.map(({ batch }) => batch),
  }
}

/** Has the buffer units of the batch that are not on hold? */
function hasFree(state: State, batch: string): boolean {
  const { buffer } = state.ledger().pools
  if (buffer === null || batchHeld(state, batch)) return false
  const holes = heldRanges(state, batch)
  for (const run of state.runs(batch).ownedBy(buffer)) if (without([run], holes).length > 0) return true
  return false
}

/**
 * The buffer pays with the project's own units first, then with the others', the oldest vintage first in both. Units on
 * hold are passed over.
 */
export function admitOrder(state: State, reversed: string, units: Kind): Refusal | undefined {
  const ahead = batchesAhead(state, reversed, units)
  const first = ahead.find(({ batch }, at) => at >= MOST_AHEAD || hasFree(state, batch))
  if (!first) return undefined
  const project = first.project === reversed ? reversed : ''
  return refuse('buffer-order', { field: 'batch', project, vintage: first.vintage })
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
