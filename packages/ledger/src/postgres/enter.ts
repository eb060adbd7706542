import { invariant, type Put } from '@tallystick/rules'
import type pg from 'pg'
import { emptyState, type Loaded } from './load.ts'
import { LedgerBusy } from './passing.ts'
import { rowFromJson } from './rows.ts'

/** Whatever a connection was opened with, in the lane these hold: what is answered is on disk, and nobody stays in it. */
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL synchronous_commit = on;
  SET LOCAL lock_timeout = '2s';
  SET LOCAL idle_in_transaction_session_timeout = '2s'`

/** How far this computer's clock and the database's may be apart. */
const CLOCK_TOLERANCE_MS = 10_000

/**
 * Enters the lane: one transaction that holds the head row from its first statement on, and is committed when `work`
 * is done. With `checkClock` it does not let in a process whose clock is wrong: an instant in the future would stand
 * in the log for ever, and all later ones after it. Errors: `LedgerBusy` then.
 */
export async function inLane<T>(
  pool: pg.Pool,
  { checkClock }: { checkClock: boolean },
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
    await client.query(BEGIN)
    const result = await work(client, await enter(client, checkClock))
    await client.query('COMMIT')
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

async function enter(client: pg.ClientBase, checkClock: boolean): Promise<Loaded> {
  const before = Date.now()
  const { rows } = await client.query<{ size: string; at: string; now: Date }>({
    name: 'ledger-enter',
    text: 'SELECT size, at, clock_timestamp() AS now FROM ledger_head WHERE one = 1 FOR UPDATE',
  })
  const [head] = rows
  invariant(head, 'the ledger has its head row')
  if (checkClock) compareClocks(before, head.now.getTime(), Date.now())
  const ledger = await client.query<{ row: unknown }>({
    name: 'ledger-row',
    text: `SELECT row FROM ledger_row WHERE kind = 'ledger' AND id = 'ledger'`,
  })
  const row = ledger.rows[0] && rowFromJson('ledger', ledger.rows[0].row)
  const put: Put | undefined = row && { kind: 'ledger', id: 'ledger', row }
  return emptyState(Number(head.size), head.at, put)
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
