import type { Range } from '@tallystick/rules'
import type pg from 'pg'
import { type LogRow, logRowOf } from '../platform/entries.ts'
import type { Services } from '../platform/services.ts'
import { inTransaction } from '../platform/transaction.ts'

/** Serial numbers that an entry is about; `space` of another registry, else empty. */
export interface Touched {
  space: string
  ranges: readonly Range[]
}

/** What the entries of a stream are about, asked in their order. Questions go to the connection that is given. */
export type Toucher = (row: LogRow, db: pg.ClientBase) => Promise<Touched>

const ENTRIES_A_READ = 1_000
/** Most entries that one request looks through: the next one goes on from there. */
const MOST_A_REQUEST = 50_000

/**
 * The first entries of a stream that are about serials of a range, in order, by an index that is made when it is first
 * asked for, and then only grows. `isWhole`: it has reached the end of the stream.
 */
export async function tracedEntries(
  services: Services,
  stream: string,
  space: string,
  range: Range,
  most: number,
  touched: Toucher,
): Promise<{ rows: LogRow[]; isWhole: boolean }> {
  const isWhole = await extend(services, stream, touched)
  const { rows } = await services.pool.query<{ index: string; leaf: Buffer; bytes: Buffer }>({
    name: 'traced-entries',
    text: `SELECT index, leaf, bytes FROM ledger_entry WHERE index IN (
             SELECT DISTINCT t.index
               FROM generate_series(0, 50) AS l(level)
               JOIN content_trace t ON t.stream = $1 AND t.space = ANY($2) AND t.level = l.level
                AND t.bucket BETWEEN ($3::bigint >> l.level) - 1 AND $4::bigint >> l.level
              WHERE t.first <= $4 AND t.last >= $3 ORDER BY t.index LIMIT $5)
            ORDER BY index`,
    values: [stream, ['', space], `${range.first}`, `${range.last}`, most],
  })
  const found = rows.map(({ index, leaf, bytes }) =>
    logRowOf({ index: Number(index), leaf: leaf.toString('hex'), bytes }),
  )
  return { rows: found, isWhole }
}

/** Streams that this process takes into the index now: nobody else holds a connection meanwhile. */
const underWay = new WeakMap<pg.Pool, Map<string, Promise<boolean>>>()

/** Takes what is new in the stream into the index. Answers whether that is all. */
async function extend(services: Services, stream: string, touched: Toucher): Promise<boolean> {
  const { pool, ledger } = services
  const streams = underWay.get(pool) ?? new Map<string, Promise<boolean>>()
  underWay.set(pool, streams)
  for (;;) {
    const [head, known] = await Promise.all([ledger.row('stream', stream), tracedTo(pool, stream)])
    if (head && known && head.revision === known.revision && head.leaf === known.leaf) return true
    const running = streams.get(stream)
    if (running === undefined) break
    // It may have begun before the newest entries were written.
    await running.catch(() => undefined)
  }
  const own = extendNow(services, stream, touched).finally(() => streams.delete(stream))
  streams.set(stream, own)
  return own
}

async function extendNow({ pool, ledger }: Services, stream: string, touched: Toucher): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query(`INSERT INTO content_traced VALUES ($1, 0, '') ON CONFLICT DO NOTHING`, [stream])
    let { revision, leaf } = await startingAt(client, ledger, stream)
    let isWhole = false
    for (let looked = 0; looked < MOST_A_REQUEST && !isWhole; looked += ENTRIES_A_READ) {
      const read = await ledger.stream(stream, revision, ENTRIES_A_READ)
      await add(client, stream, read.map(logRowOf), touched)
      revision += read.length
      leaf = read.at(-1)?.leaf ?? leaf
      isWhole = read.length < ENTRIES_A_READ
    }
    await client.query('UPDATE content_traced SET revision = $2, leaf = $3 WHERE stream = $1', [stream, revision, leaf])
    return isWhole
  })
}

interface TracedTo {
  revision: number
  leaf: string
}

async function tracedTo(db: pg.Pool | pg.ClientBase, stream: string, lock = ''): Promise<TracedTo | undefined> {
  const { rows } = await db.query<{ revision: string; leaf: string }>(
    `SELECT revision, leaf FROM content_traced WHERE stream = $1 ${lock}`,
    [stream],
  )
  return rows[0] && { revision: Number(rows[0].revision), leaf: rows[0].leaf }
}

/** Where the index ends; it begins anew where the log is not the one from which it was made. */
async function startingAt(client: pg.ClientBase, ledger: Services['ledger'], stream: string): Promise<TracedTo> {
  const known = (await tracedTo(client, stream, 'FOR UPDATE')) ?? { revision: 0, leaf: '' }
  if (known.revision === 0) return known
  const [last] = await ledger.stream(stream, known.revision - 1, 1)
  if (last?.leaf === known.leaf) return known
  await client.query('DELETE FROM content_trace WHERE stream = $1', [stream])
  return { revision: 0, leaf: '' }
}

async function add(client: pg.ClientBase, stream: string, rows: readonly LogRow[], touched: Toucher): Promise<void> {
  const places: { space: string; level: number; bucket: bigint; index: number; first: bigint; last: bigint }[] = []
  for (const row of rows) {
    const { space, ranges } = await touched(row, client)
    for (const { first, last } of ranges) {
      const level = first === last ? 0 : (last - first).toString(2).length
      places.push({ space, level, bucket: first >> BigInt(level), index: row.index, first, last })
    }
  }
  await client.query(
    `INSERT INTO content_trace (stream, space, level, bucket, index, first, last)
     SELECT $1, * FROM unnest($2::text[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
         ON CONFLICT DO NOTHING`,
    [
      stream,
      places.map(({ space }) => space),
      places.map(({ level }) => level),
      places.map(({ bucket }) => `${bucket}`),
      places.map(({ index }) => index),
      places.map(({ first }) => `${first}`),
      places.map(({ last }) => `${last}`),
    ],
  )
}
