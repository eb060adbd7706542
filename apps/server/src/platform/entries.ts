import { type EntryType, type LoggedEntry, readEntry, readEntryOf, type Written } from '@tallystick/contract'
import type { Receipt, StoredEntry } from '@tallystick/ledger'
import { invariant } from '@tallystick/rules'
import type { Services } from './services.ts'

/** An entry with its place in the log. */
export interface LogRow<Type extends EntryType = EntryType> {
  index: number
  leaf: string
  entry: LoggedEntry<Type>
}

/** An entry in a list; `place` is what the list is sorted by: index, or revision in a stream. */
export interface ListedRow<Type extends EntryType = EntryType> extends LogRow<Type> {
  place: number
}

export function logRowOf({ index, leaf, bytes }: StoredEntry): LogRow {
  return { index, leaf, entry: readEntry(bytes) }
}

/** Where an entry stands, for an answer. */
export function placeOf({ index, leaf, entry }: LogRow): Written {
  return { index, leaf, at: entry.at }
}

/** The entry of a receipt, which a command of this type has written. */
export function entryOf<Type extends EntryType>(type: Type, { entry }: Receipt): LoggedEntry<Type> {
  invariant(entry.type === type, 'a command writes an entry of its own type')
  return entry as unknown as LoggedEntry<Type>
}

/** Of which stream, and before which place. */
export interface Newest {
  stream?: string | undefined
  before?: number | undefined
  /** Of a stream: only those whose body has this id in a field. */
  naming?: readonly [field: string, id: string] | undefined
}

/** Entries of one type, newest first: of the whole log, or of one stream. */
export async function newestEntries<Type extends EntryType>(
  services: Services,
  type: Type,
  { stream, before = Number.MAX_SAFE_INTEGER, naming }: Newest,
  limit: number,
): Promise<ListedRow<Type>[]> {
  const named = naming && memberOf(naming)
  const ofLog = {
    name: 'entries-newest',
    // So that the index by type is read, however rare the type is: another one has not this order.
    text: `SELECT index, leaf, bytes, index AS place FROM ledger_entry
            WHERE (type, index) < ($1, $2::bigint) AND type >= $1 ORDER BY type DESC, index DESC LIMIT $3`,
    values: [type, before, limit],
  }
  const ofStream = {
    name: named ? 'entries-newest-of-stream-naming' : 'entries-newest-of-stream',
    // The first row that is not before the place may begin before it.
    text: `SELECT e.index, e.leaf, e.bytes, s.revision - cardinality(s.indexes) + k.at AS place
             FROM ledger_stream s CROSS JOIN LATERAL unnest(s.indexes) WITH ORDINALITY AS k(index, at)
             JOIN ledger_entry e ON e.index = k.index
            WHERE s.id = $4 AND e.type = $1 AND s.revision - cardinality(s.indexes) + k.at < $2
              AND s.revision <= coalesce((SELECT revision FROM ledger_stream
                                           WHERE id = $4 AND revision >= $2 ORDER BY revision LIMIT 1), $2)
              ${named ? 'AND position($5::bytea IN e.bytes) > 0' : ''}
            ORDER BY s.revision DESC, k.at DESC LIMIT $3`,
    values: [type, before, limit, stream, ...(named ? [named] : [])],
  }
  const { rows } = await services.pool.query<{ index: string; leaf: Buffer; bytes: Buffer; place: string }>(
    stream === undefined ? ofLog : ofStream,
  )
  return rows.map(({ index, leaf, bytes, place }) => ({
    index: Number(index),
    leaf: leaf.toString('hex'),
    entry: readEntryOf(type, bytes),
    place: Number(place),
  }))
}

/** A member of an entry as its bytes have it: entries are canonical JSON. */
function memberOf([field, id]: readonly [field: string, id: string]): Buffer {
  return Buffer.from(`${JSON.stringify(field)}:${JSON.stringify(id)}`)
}

interface Queried {
  pool: Pick<Services['pool'], 'query'>
}

const namingIn = (order: 'ASC' | 'DESC') =>
  `SELECT e.index, e.leaf, e.bytes
     FROM ledger_stream s CROSS JOIN LATERAL unnest(s.indexes) WITH ORDINALITY AS k(index, at)
     JOIN ledger_entry e ON e.index = k.index
    WHERE s.id = $1 AND k.index < $4 AND e.type = $2 AND position($3::bytea IN e.bytes) > 0
    ORDER BY s.revision ${order}, k.at ${order} LIMIT 1`

/** The latest entry of a type in a stream whose body has this id in a field, before an index. */
export function entryNaming<Type extends EntryType>(
  queried: Queried,
  type: Type,
  stream: string,
  naming: readonly [field: string, id: string],
  before = Number.MAX_SAFE_INTEGER,
): Promise<LogRow<Type> | undefined> {
  const values = [stream, type, memberOf(naming), before]
  return oneNaming(queried, type, { name: 'entry-naming', text: namingIn('DESC'), values })
}

/** The first one. */
export function firstNaming<Type extends EntryType>(
  queried: Queried,
  type: Type,
  stream: string,
  naming: readonly [field: string, id: string],
): Promise<LogRow<Type> | undefined> {
  const values = [stream, type, memberOf(naming), Number.MAX_SAFE_INTEGER]
  return oneNaming(queried, type, { name: 'first-naming', text: namingIn('ASC'), values })
}

async function oneNaming<Type extends EntryType>(
  { pool }: Queried,
  type: Type,
  query: { name: string; text: string; values: unknown[] },
): Promise<LogRow<Type> | undefined> {
  const { rows } = await pool.query<{ index: string; leaf: Buffer; bytes: Buffer }>(query)
  const [row] = rows
  return row && { index: Number(row.index), leaf: row.leaf.toString('hex'), entry: readEntryOf(type, row.bytes) }
}

/** The entry by which a thing ended that waited or was pledged; its streams are those of the beginning. */
export async function endingOf(services: Services, id: string): Promise<LogRow | undefined> {
  const ended = await services.ledger.row('ended', id)
  return ended && entryAt(services, ended.index)
}

/** Entries of a stream after a revision, which is their place. */
export async function streamRows(
  { ledger }: Services,
  stream: string,
  after: number,
  limit: number,
): Promise<ListedRow[]> {
  return (await ledger.stream(stream, after, limit)).map((stored, at) => {
    return { ...logRowOf(stored), place: after + at + 1 }
  })
}

/** The entry that began the stream of a thing, if it is one of this type. */
export async function firstOfStream<Type extends EntryType>(
  services: Services,
  type: Type,
  id: string,
): Promise<LogRow<Type> | undefined> {
  const [stored] = await services.ledger.stream(id, 0, 1)
  const row = stored && logRowOf(stored)
  return row && isOf(row, type) ? row : undefined
}

export function isOf<Type extends EntryType>(row: LogRow, type: Type): row is LogRow<Type> {
  return row.entry.type === type
}

/** The entry at an index, if there is one. */
export async function entryAt(services: Services, index: number): Promise<(LogRow & StoredEntry) | undefined> {
  const [stored] = await services.ledger.entries(index, 1)
  return stored?.index === index ? { ...stored, ...logRowOf(stored) } : undefined
}
