import { decodeEntry, encodeEntry, type Genesis, invariant, isRefusal, leafOf, type Put } from '@tallystick/rules'
import pg from 'pg'
import { genesisEntry } from '../founding.ts'
import { Replay } from '../verify/replay.ts'
import * as read from './read.ts'
import { rowToJson } from './rows.ts'

/** The entries would not be lawful behind the new genesis; nothing was changed. */
export class UnlawfulSuccessionError extends Error {}

const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL synchronous_commit = on;
  SET LOCAL lock_timeout = '10s';
  SET LOCAL statement_timeout = 0;
  SET LOCAL idle_in_transaction_session_timeout = 0`

/** Names of the old log's tree and checkpoints: the new log makes its own. */
const OWN_OF_THE_OLD_LOG = ['ledger_node', 'ledger_integrated', 'ledger_checkpoint']

/**
 * Makes the log of a database that of another genesis, which names it as its predecessor, in one transaction: every other
 * entry stays as it is, byte for byte, and is judged behind the new one. On a log that has this genesis already it does
 * nothing. Errors: `UnlawfulSuccessionError`.
 */
export async function replaceGenesis(connection: pg.ClientConfig, genesis: Genesis): Promise<void> {
  const client = new pg.Client(connection)
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(BEGIN)
    await client.query('SELECT 1 FROM ledger_head WHERE one = 1 FOR UPDATE')
    const [first] = await read.entries(client, 0, 1)
    const old = first && decodeEntry(first.bytes)
    invariant(old && !isRefusal(old), 'the log has its genesis')
    if (old.body.origin === genesis.origin) return
    const bytes = encodeEntry(genesisEntry(genesis, new Date(old.at)))
    await write(client, bytes, await judged(client, bytes))
    await client.query('COMMIT')
  } finally {
    await client.query('ROLLBACK').catch(() => undefined)
    await client.end()
  }
}

const PAGE = 1_000

/** The whole log behind the new genesis, through the rules. */
async function judged(client: pg.Client, first: Uint8Array): Promise<Replay> {
  const replay = new Replay()
  for (const { sha256, bytes } of await read.documents(client)) replay.shelve(sha256, bytes)
  const { size } = await read.head(client)
  take(replay, 0, first)
  for (let from = 1; from < size; from += PAGE) {
    for (const { index, bytes } of await read.entries(client, from, PAGE)) take(replay, index, bytes)
  }
  invariant(replay.state.size === size, 'every entry was judged')
  return replay
}

function take(replay: Replay, index: number, bytes: Uint8Array): void {
  const entry = decodeEntry(bytes)
  const broken = isRefusal(entry) ? entry : replay.take(entry, leafOf(bytes))
  if (!broken) return
  const rule = isRefusal(broken) ? broken.refused : broken.unjudged
  throw new UnlawfulSuccessionError(`entry ${index} is not lawful behind the new genesis: ${rule}`)
}

/** The head row is written anew, so that no process believes that nothing has changed. */
async function write(client: pg.Client, genesis: Uint8Array, { state }: Replay): Promise<void> {
  await client.query('UPDATE ledger_entry SET leaf = $1, bytes = $2 WHERE index = 0', [
    Buffer.from(leafOf(genesis), 'hex'),
    Buffer.from(genesis),
  ])
  await client.query(`DELETE FROM ledger_row WHERE kind IN ('ledger', 'signingKey')`)
  const rows = [...state.rows()].filter(({ kind, row }) => row && (kind === 'ledger' || kind === 'signingKey'))
  await client.query(
    'INSERT INTO ledger_row (kind, id, row) SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[])',
    [rows.map(({ kind }: Put) => kind), rows.map(({ id }) => id), rows.map(({ row }) => rowToJson(row))],
  )
  for (const table of OWN_OF_THE_OLD_LOG) await client.query(`DELETE FROM ${table}`)
  await client.query('DELETE FROM ledger_head')
  await client.query('INSERT INTO ledger_head (size, at) VALUES ($1, $2)', [state.size, state.at])
}
