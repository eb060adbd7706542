import { type ListedRow, logRowOf } from '../platform/entries.ts'
import type { Services } from '../platform/services.ts'

/** Entries of a stream before a revision, newest first: as many rows of the index are read as entries are answered. */
export async function newestOfStream(
  { pool }: Services,
  stream: string,
  before: number,
  limit: number,
): Promise<ListedRow[]> {
  const { rows } = await pool.query<{ index: string; leaf: Buffer; bytes: Buffer; place: string }>({
    name: 'newest-of-stream',
    // The first row that is not before the place may begin before it.
    text: `SELECT e.index, e.leaf, e.bytes, found.place
             FROM (SELECT k.index, s.revision - cardinality(s.indexes) + k.at AS place
                     FROM ledger_stream s CROSS JOIN LATERAL unnest(s.indexes) WITH ORDINALITY AS k(index, at)
                    WHERE s.id = $1 AND s.revision - cardinality(s.indexes) + k.at < $2
                      AND s.revision <= coalesce((SELECT revision FROM ledger_stream
                                                   WHERE id = $1 AND revision >= $2 ORDER BY revision LIMIT 1), $2)
                    ORDER BY s.revision DESC, k.at DESC LIMIT $3) found
             JOIN ledger_entry e USING (index) ORDER BY found.place DESC`,
    values: [stream, before, limit],
  })
  return rows.map(({ index, leaf, bytes, place }) => ({
    ...logRowOf({ index: Number(index), leaf: leaf.toString('hex'), bytes }),
    place: Number(place),
  }))
}

/**
 * Indexes of entries of streams before an index, newest first. Revisions and indexes of a stream both grow: where the
 * index lies in it is found by halving. `low`: the last row that is wholly before the index.
 */
const BEFORE_IN_STREAMS = `
  WITH RECURSIVE stream AS (
    SELECT k.id, s.revision AS newest
      FROM unnest($1::text[]) k(id) CROSS JOIN LATERAL (
        SELECT revision FROM ledger_stream WHERE id = k.id ORDER BY revision DESC LIMIT 1) s),
  search AS (
    SELECT id, 0::bigint AS low, newest AS high FROM stream
    UNION ALL
    SELECT search.id,
           CASE WHEN e.last < $2 THEN e.revision ELSE search.low END,
           CASE WHEN e.last < $2 THEN search.high ELSE (search.low + search.high + 1) / 2 - 1 END
      FROM search CROSS JOIN LATERAL (
        SELECT indexes[cardinality(indexes)] AS last, revision FROM ledger_stream
         WHERE id = search.id AND revision >= (search.low + search.high + 1) / 2 ORDER BY revision LIMIT 1) e
     WHERE search.low < search.high)
  SELECT DISTINCT e.index
    FROM search CROSS JOIN LATERAL (
      SELECT k.index FROM ledger_stream s CROSS JOIN LATERAL unnest(s.indexes) k(index)
       WHERE s.id = search.id AND k.index < $2
         AND s.revision <= coalesce((SELECT revision FROM ledger_stream
                                      WHERE id = search.id AND revision > search.low ORDER BY revision LIMIT 1),
                                    search.low)
       ORDER BY s.revision DESC, k.index DESC LIMIT $3) e
   WHERE search.low >= search.high
   ORDER BY e.index DESC LIMIT $3`

/** Indexes of the entries of any of these streams before an index, newest first. */
export async function indexesInStreams(
  { pool }: Services,
  streams: readonly string[],
  before: number,
  limit: number,
): Promise<number[]> {
  const { rows } = await pool.query<{ index: string }>({
    name: 'indexes-in-streams',
    text: BEFORE_IN_STREAMS,
    values: [streams, before, limit],
  })
  return rows.map(({ index }) => Number(index))
}
