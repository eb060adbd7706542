import type { AccountEntry, CountryEntry, Page } from '@tallystick/contract'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { type LogRow, logRowOf } from '../platform/entries.ts'
import type { Services } from '../platform/services.ts'
import { batchClasses, changesOf } from './changes.ts'

interface PageAsked {
  limit?: number | undefined
  cursor?: string | undefined
}

/** The entries of an account's stream, in order. */
export async function accountLedger(
  services: Services,
  account: string,
  query: PageAsked,
): Promise<Page<AccountEntry>> {
  const [after] = decodeCursor(NumberKey, query.cursor) ?? [0]
  const limit = limitOf(query)
  const rows = (await services.ledger.stream(account, after, limit + 1)).map(logRowOf)
  const classes = await batchClasses(
    services,
    rows.map(({ entry }) => entry),
  )
  return pageFrom(
    rows,
    limit,
    ({ index, leaf, entry }): AccountEntry => ({
      index,
      leaf,
      revision: revisionIn(entry, account),
      at: entry.at,
      type: entry.type,
      by: entry.by,
      changes: changesOf(entry, account, classes),
    }),
    ({ entry }) => [revisionIn(entry, account)],
  )
}

function revisionIn({ streams }: LogRow['entry'], stream: string): number {
  return streams.find(([id]) => id === stream)?.[1] ?? 0
}

/**
 * The entries that touch accounts of the government, in order. Streams are numbered, and both numbers and indexes grow:
 * where each stream goes on after an index is found by halving, so that a page costs the same however long they are. A row
 * holds the entries of one writing: it may have begun before the index.
 * Each lookup is LATERAL with a LIMIT, which holds the planner to the index.
 */
const COUNTRY_PAGE = `
  WITH RECURSIVE account AS (
    SELECT r.id, s.revision AS newest
    FROM ledger_row r CROSS JOIN LATERAL (
      SELECT revision FROM ledger_stream WHERE id = r.id ORDER BY revision DESC LIMIT 1) s
    WHERE r.kind = 'account' AND r.row ? 'organisation' AND r.row ->> 'organisation' = $1),
  search AS (
    SELECT id, 0::bigint AS low, newest AS high FROM account
    UNION ALL
    SELECT search.id,
           CASE WHEN e.last <= $2 THEN e.revision ELSE search.low END,
           CASE WHEN e.last <= $2 THEN search.high ELSE (search.low + search.high + 1) / 2 - 1 END
    FROM search CROSS JOIN LATERAL (
      SELECT indexes[cardinality(indexes)] AS last, revision FROM ledger_stream
      WHERE id = search.id AND revision >= (search.low + search.high + 1) / 2 ORDER BY revision LIMIT 1) e
    WHERE search.low < search.high),
  next AS (
    SELECT DISTINCT e.index
    FROM search CROSS JOIN LATERAL (
      SELECT k.index FROM ledger_stream s CROSS JOIN LATERAL unnest(s.indexes) WITH ORDINALITY AS k(index, at)
      WHERE s.id = search.id AND s.revision > search.low AND k.index > $2 ORDER BY s.revision, k.at LIMIT $3) e
    WHERE search.low = search.high
    ORDER BY e.index LIMIT $3)
  SELECT e.index, e.leaf, e.bytes FROM next JOIN ledger_entry e ON e.index = next.index ORDER BY e.index`

/** Entries that touch accounts of the government, after an index. */
export async function countryRows(services: Services, after: number, limit: number): Promise<LogRow[]> {
  const { rows } = await services.pool.query<{ index: string; leaf: Buffer; bytes: Buffer }>({
    name: 'country-ledger',
    text: COUNTRY_PAGE,
    values: [services.genesis.authority, after, limit],
  })
  return rows.map(({ index, leaf, bytes }) => logRowOf({ index: Number(index), leaf: leaf.toString('hex'), bytes }))
}

export async function countryLedger(services: Services, query: PageAsked): Promise<Page<CountryEntry>> {
  const [after] = decodeCursor(NumberKey, query.cursor) ?? [-1]
  const limit = limitOf(query)
  const entries = await countryRows(services, after, limit + 1)
  const streams = entries.flatMap(({ entry }) => entry.streams.map(([id]) => id))
  const own = await ownAccounts(services, [...new Set(streams)])
  const classes = await batchClasses(
    services,
    entries.map(({ entry }) => entry),
  )
  return pageFrom(
    entries,
    limit,
    ({ index, leaf, entry }): CountryEntry => ({
      index,
      leaf,
      at: entry.at,
      type: entry.type,
      by: entry.by,
      accounts: entry.streams
        .filter(([id]) => own.has(id))
        .map(([account, revision]) => ({ account, revision, changes: changesOf(entry, account, classes) })),
    }),
    ({ index }) => [index],
  )
}

/** Which of these accounts are the government's. */
export async function ownAccounts(services: Services, accounts: readonly string[]): Promise<Set<string>> {
  const { rows } = await services.pool.query<{ id: string }>(
    `SELECT id FROM ledger_row WHERE kind = 'account' AND id = ANY($1) AND row ->> 'organisation' = $2`,
    [accounts, services.genesis.authority],
  )
  return new Set(rows.map(({ id }) => id))
}
