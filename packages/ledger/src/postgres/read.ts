import { balanceId, invariant, type Put, type Range, type RowKind, type Rows, type Run } from '@tallystick/rules'
import type pg from 'pg'
import type { Dump, Found, Head, StoredEntry } from '../port.ts'
import {
  type BalanceTuple,
  balanceFromTuple,
  type HoldTuple,
  holdFromTuple,
  isNamed,
  type RunTuple,
  rowFromJson,
  runFromTuple,
} from './rows.ts'

type Queryable = Pick<pg.Pool, 'query'> | Pick<pg.ClientBase, 'query'>

export async function head(db: Queryable): Promise<Head> {
  const { rows } = await db.query<{ size: string; at: string }>('SELECT size, at FROM ledger_head WHERE one = 1')
  invariant(rows[0], 'the ledger has its head row')
  return { size: Number(rows[0].size), at: rows[0].at }
}

interface EntryRow {
  index: string
  leaf: Buffer
  bytes: Buffer
}

function storedEntry({ index, leaf, bytes }: EntryRow): StoredEntry {
  return { index: Number(index), leaf: leaf.toString('hex'), bytes }
}

export async function entries(db: Queryable, from: number, limit: number): Promise<StoredEntry[]> {
  const { rows } = await db.query<EntryRow>(
    'SELECT index, leaf, bytes FROM ledger_entry WHERE index >= $1 ORDER BY index LIMIT $2',
    [from, limit],
  )
  return rows.map(storedEntry)
}

export async function stream(db: Queryable, id: string, after: number, limit: number): Promise<StoredEntry[]> {
  const { rows } = await db.query<EntryRow>(
    `SELECT e.index, e.leaf, e.bytes
       FROM (SELECT k.index
               FROM ledger_stream s CROSS JOIN LATERAL unnest(s.indexes) WITH ORDINALITY AS k(index, at)
              WHERE s.id = $1 AND s.revision > $2 AND s.revision - cardinality(s.indexes) + k.at > $2
              ORDER BY s.revision, k.at LIMIT $3) found
       JOIN ledger_entry e USING (index) ORDER BY e.index`,
    [id, after, limit],
  )
  return rows.map(storedEntry)
}

export async function row<K extends RowKind>(db: Queryable, kind: K, id: string): Promise<Rows[K] | undefined> {
  const found = isNamed(kind) ? await namedRow(db, kind, id) : await countedRow(db, kind, id)
  return found as Rows[K] | undefined
}

export async function rows<K extends RowKind>(
  db: Queryable,
  kind: K,
  ids: readonly string[],
): Promise<Map<string, Rows[K]>> {
  const found = await rowsOf(db, kind, ids)
  return new Map(found.flatMap(([id, row]) => (row ? [[id, row as Rows[K]]] : [])))
}

async function rowsOf(
  db: Queryable,
  kind: RowKind,
  ids: readonly string[],
): Promise<(readonly [string, Rows[RowKind] | undefined])[]> {
  if (isNamed(kind)) {
    const { rows } = await db.query<{ id: string; row: unknown }>({
      name: 'ledger-rows',
      text: 'SELECT id, row FROM ledger_row WHERE kind = $1 AND id = ANY($2)',
      values: [kind, ids],
    })
    return rows.map(({ id, row }) => [id, rowFromJson(kind, row)])
  }
  if (kind === 'key') {
    const { rows } = await db.query<{ id: string; index: string }>({
      name: 'ledger-keys',
      text: 'SELECT id, index FROM ledger_key WHERE id = ANY($1)',
      values: [ids],
    })
    return rows.map(({ id, index }) => [id, { index: Number(index) }])
  }
  if (kind === 'balance') {
    const { rows } = await db.query<{ balance: BalanceTuple }>({
      name: 'ledger-balances',
      text: `${BALANCES} WHERE (account, class) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
      values: [ids.map((id) => id.slice(0, id.indexOf('|'))), ids.map((id) => id.slice(id.indexOf('|') + 1))],
    })
    return rows.map(({ balance }) => [balanceId(balance[0], balance[1]), balanceFromTuple(balance)])
  }
  return Promise.all(ids.map(async (id) => [id, await countedRow(db, kind, id)] as const))
}

async function namedRow(db: Queryable, kind: RowKind, id: string): Promise<Rows[RowKind] | undefined> {
  const { rows } = await db.query<{ row: unknown }>('SELECT row FROM ledger_row WHERE kind = $1 AND id = $2', [
    kind,
    id,
  ])
  return rows[0] && rowFromJson(kind, rows[0].row)
}

async function countedRow(db: Queryable, kind: RowKind, id: string): Promise<Rows[RowKind] | undefined> {
  if (kind === 'balance') {
    const [account, unitClass] = [id.slice(0, id.indexOf('|')), id.slice(id.indexOf('|') + 1)]
    return (await balances(db, account)).find((balance) => balance.class === unitClass)?.balance
  }
  if (kind === 'stream') {
    const { rows } = await db.query<{ revision: string; leaf: string }>(
      `${STREAM_HEADS} WHERE s.id = $1 ORDER BY s.id, s.revision DESC LIMIT 1`,
      [id],
    )
    return rows[0] && { revision: Number(rows[0].revision), leaf: rows[0].leaf }
  }
  if (kind === 'key') {
    const { rows } = await db.query<{ index: string }>('SELECT index FROM ledger_key WHERE id = $1', [id])
    return rows[0] && { index: Number(rows[0].index) }
  }
  const { rows } = await db.query<{ hold: HoldTuple }>(`${HOLDS} WHERE id = $1`, [id])
  return rows[0] ? (holdFromTuple(rows[0].hold).row ?? undefined) : undefined
}

const HOLDS =
  'SELECT json_build_array(id, batch, first::text, last::text, account, reason, expires_at) AS hold FROM ledger_hold'
const RUNS =
  'SELECT json_build_array(space, first::text, last::text, batch, class, account, attributes) AS run FROM ledger_run'
/** The last entry of each stream, if what follows orders by stream and revision. */
const STREAM_HEADS = `
  SELECT DISTINCT ON (s.id) s.id, s.revision, coalesce(encode(e.leaf, 'hex'), '') AS leaf
    FROM ledger_stream s LEFT JOIN ledger_entry e ON e.index = s.indexes[cardinality(s.indexes)]`
const BALANCES =
  'SELECT json_build_array(account, class, debits::text, credits::text, floor::text) AS balance FROM ledger_balance'

export async function runs(db: Queryable, space: string, range: Range, limit: number): Promise<Run[]> {
  const { rows } = await db.query<{ run: RunTuple }>(
    `${RUNS} WHERE space = $1 AND first <= $3 AND last >= $2
        AND first >= coalesce((SELECT max(first) FROM ledger_run WHERE space = $1 AND first <= $2), 0)
      ORDER BY first LIMIT $4`,
    [space, range.first.toString(), range.last.toString(), limit],
  )
  return rows.map(({ run }) => runFromTuple(run))
}

export async function balances(db: Queryable, account: string) {
  const { rows } = await db.query<{ balance: BalanceTuple }>(`${BALANCES} WHERE account = $1 ORDER BY class`, [account])
  return rows.map(({ balance }) => ({ class: balance[1], balance: balanceFromTuple(balance) }))
}

export async function document(db: Queryable, sha256: string): Promise<Uint8Array | undefined> {
  const { rows } = await db.query<{ bytes: Buffer }>('SELECT bytes FROM ledger_document WHERE sha256 = $1', [sha256])
  return rows[0]?.bytes
}

export async function documents(db: Queryable): Promise<{ sha256: string; bytes: Uint8Array }[]> {
  const { rows } = await db.query<{ sha256: string; bytes: Buffer }>('SELECT sha256, bytes FROM ledger_document')
  return rows
}

const FOUND = `
  SELECT index, coalesce(e.type, '') AS type, coalesce(s.streams, '[]') AS streams
    FROM ledger_entry e
    FULL JOIN (SELECT index, json_agg(json_build_array(stream, revision)) AS streams
                 FROM (SELECT k.index, t.id AS stream, t.revision - cardinality(t.indexes) + k.at AS revision
                         FROM ledger_stream t CROSS JOIN LATERAL unnest(t.indexes) WITH ORDINALITY AS k(index, at)) t
                GROUP BY index) s USING (index)
   ORDER BY index`

/** Everything beside the entries' bytes at one size of the log: from one snapshot. */
export async function dump(pool: pg.Pool): Promise<Dump> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const { size } = await head(client)
    const rows = await allRows(client)
    const { rows: runs } = await client.query<{ run: RunTuple }>(`${RUNS} ORDER BY space, first`)
    const { rows: found } = await client.query<Omit<Found, 'index'> & { index: string }>(FOUND)
    return {
      size,
      rows,
      runs: runs.map(({ run }) => runFromTuple(run)),
      found: found.map((one) => ({ ...one, index: Number(one.index) })),
    }
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

async function allRows(db: Queryable): Promise<Put[]> {
  const named = await db.query<{ kind: RowKind; id: string; row: unknown }>('SELECT kind, id, row FROM ledger_row')
  const streams = await db.query<{ id: string; revision: string; leaf: string }>(
    `${STREAM_HEADS} ORDER BY s.id, s.revision DESC`,
  )
  const keys = await db.query<{ id: string; index: string; leaf: string }>(
    `SELECT k.id, k.index, coalesce(encode(e.leaf, 'hex'), '') AS leaf FROM ledger_key k LEFT JOIN ledger_entry e USING (index)`,
  )
  const balanceRows = await db.query<{ balance: BalanceTuple }>(BALANCES)
  const holds = await db.query<{ hold: HoldTuple }>(HOLDS)
  return [
    ...named.rows.map(({ kind, id, row }) => ({ kind, id, row: rowFromJson(kind, row) }) as Put),
    ...streams.rows.map(
      ({ id, revision, leaf }): Put => ({ kind: 'stream', id, row: { revision: Number(revision), leaf } }),
    ),
    ...keys.rows.map(({ id, index, leaf }): Put => ({ kind: 'key', id, row: { index: Number(index), leaf } })),
    ...balanceRows.rows.map(
      ({ balance }): Put => ({
        kind: 'balance',
        id: balanceId(balance[0], balance[1]),
        row: balanceFromTuple(balance),
      }),
    ),
    ...holds.rows.map(({ hold }) => holdFromTuple(hold)),
  ]
}
