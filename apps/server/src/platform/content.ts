import { migrate } from '@tallystick/ledger'
import pg from 'pg'

// Statements here look at few rows each: compiling them would cost more than they do.
const SETTINGS =
  '-c jit=off -c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=15000 -c timezone=UTC'

/**
 * The pool of connections to the content store, its schema made or brought up to date. Errors: `SchemaError` where it
 * is newer than this program, or older and not to be upgraded.
 */
export async function openContent(url: string, may: 'create' | 'upgrade', max = 10): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: url, max, options: SETTINGS })
  pool.on('error', () => undefined)
  // A connection may be lost while somebody works on it: the next statement says so, and nobody else need hear of it.
  pool.on('connect', (client) => client.on('error', () => undefined))
  try {
    await migrate(pool, 'content', new URL('./migrations/', import.meta.url), may)
  } catch (error) {
    await pool.end()
    throw error
  }
  return pool
}
