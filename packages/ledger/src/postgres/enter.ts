import { invariant, type Put } from '@tallystick/rules'
import type pg from 'pg'
import type { Standing } from './kept.ts'
import { isSilent, LedgerBusy } from './passing.ts'
import { rowFromJson } from './rows.ts'
import { CLOCK_TOLERANCE_MS } from './write.ts'

/**
 * The statements that load and write are planned once and not for every group: when tables are small as well as when they
 * are large, so the planner may not choose what is good for small ones only.
 */
const PLANNED_ONCE = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
}

/** Settings of a connection that only loads. */
export const LOADING = Object.entries(PLANNED_ONCE)
  .map(([name, value]) => `SET ${name} = ${value}`)
  .join('; ')

/** Settings of a connection on which groups are written that were decided ahead. */
export const WRITING = `${LOADING}; SET synchronous_commit = on; SET lock_timeout = '2s'`

/**
 * Into the lane, in one round trip. Whatever a connection was opened with, in the lane these settings hold: what is
 * answered is on disk, and nobody stays in it.
 */
const ENTER = `BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL synchronous_commit = on;
  ${LOADING.replaceAll('SET', 'SET LOCAL')};
  SET LOCAL lock_timeout = '2s';
  SET LOCAL idle_in_transaction_session_timeout = '2s';
  SELECT size, at, turn, clock_timestamp() AS now FROM ledger_head WHERE one = 1 FOR UPDATE`

export interface LaneOptions {
  checkClock: boolean
}

interface HeadRow {
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
  { checkClock }: LaneOptions,
  work: (client: pg.ClientBase, head: Standing) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  // The backend may go away between two statements; the next statement says so.
  const onError = (error: Error) => {
    broken = error
  }
  client.on('error', onError)
  try {
    const result = await work(client, await enter(client, checkClock))
    await client.query('COMMIT')
    return result
  } catch (error) {
    if (isSilent(error)) broken = error
    else
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure
      })
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}

async function enter(client: pg.ClientBase, checkClock: boolean): Promise<Standing> {
  const before = Date.now()
  // A text of several statements has as many results.
  const results = (await client.query(ENTER)) as unknown as pg.QueryResult<HeadRow>[]
  const head = results.at(-1)?.rows[0]
  invariant(head, 'the ledger has its head row')
  if (checkClock) compareClocks(before, head.now.getTime(), Date.now())
  return { size: Number(head.size), at: head.at, turn: head.turn }
}

/** The row of the ledger itself, without which nothing is decided; `row: null` before genesis. */
export async function ledgerRow(client: pg.ClientBase): Promise<Put> {
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
