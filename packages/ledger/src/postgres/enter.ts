import { invariant, type Put } from '@tallystick/rules'
import type pg from 'pg'
import { Kept } from './kept.ts'
import { emptyState, type Loaded } from './load.ts'
import { LedgerBusy } from './passing.ts'
import { rowFromJson } from './rows.ts'

/**
 * Into the lane, in one round trip. Whatever a connection was opened with, in the lane these settings hold: what is
 * answered is on disk, nobody stays in it, and its two statements are planned once and not for every group.
 */
const ENTER = `BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL synchronous_commit = on;
  SET LOCAL plan_cache_mode = force_generic_plan;
  SET LOCAL lock_timeout = '2s';
  SET LOCAL idle_in_transaction_session_timeout = '2s';
  SELECT size, at, turn, clock_timestamp() AS now FROM ledger_head WHERE one = 1 FOR UPDATE`

/** How far this computer's clock and the database's may be apart. */
const CLOCK_TOLERANCE_MS = 10_000

export interface LaneOptions {
  checkClock: boolean
  /** What this process keeps between its turns. */
  kept?: Kept
}

interface Head {
  size: string
  at: string
  turn: string
  now: Date
}

/**
 * Enters the lane: one transaction that holds the head row from its first statement on, and is committed when `work`
 * is done. With `checkClock` it does not let in a process whose clock is wrong: an instant in the future would stand
 * in the log for ever, and all later ones after it. Errors: `LedgerBusy` then.
 */
export async function inLane<T>(
  pool: pg.Pool,
  { checkClock, kept = new Kept() }: LaneOptions,
  work: (client: pg.ClientBase, loaded: Loaded) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  // The backend may go away between two statements; the next statement says so.
  const onError = (error: Error) => {
    broken = error
  }
  client.on('error', onError)
  try {
    const loaded = await enter(client, checkClock, kept)
    const result = await work(client, loaded)
    await client.query('COMMIT')
    if (loaded.turn !== undefined) kept.leave(loaded.turn, loaded.changes)
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure
    })
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}

async function enter(client: pg.ClientBase, checkClock: boolean, kept: Kept): Promise<Loaded> {
  const before = Date.now()
  // A text of several statements has as many results.
  const results = (await client.query(ENTER)) as unknown as pg.QueryResult<Head>[]
  const head = results.at(-1)?.rows[0]
  invariant(head, 'the ledger has its head row')
  if (checkClock) compareClocks(before, head.now.getTime(), Date.now())
  kept.enter(head.turn)
  const known = kept.row('ledger', 'ledger') ?? (await ledgerRow(client))
  if (known.row !== null) kept.keep(known)
  return emptyState(Number(head.size), head.at, known, kept)
}

async function ledgerRow(client: pg.ClientBase): Promise<Put> {
  const { rows } = await client.query<{ row: unknown }>({
    name: 'ledger-row',
    text: `SELECT row FROM ledger_row WHERE kind = 'ledger' AND id = 'ledger'`,
  })
  return { kind: 'ledger', id: 'ledger', row: rows[0] ? rowFromJson('ledger', rows[0].row) : null }
}

/** The database's clock was read between `before` and `after` of ours. */
function compareClocks(before: number, database: number, after: number): void {
  const aheadMs = before - database
  const behindMs = database - after
  if (Math.max(aheadMs, behindMs) <= CLOCK_TOLERANCE_MS) return
  const seconds = Math.round(Math.max(aheadMs, behindMs) / 1000)
  throw new LedgerBusy(
    `the clock of this computer is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's: set both`,
  )
}
