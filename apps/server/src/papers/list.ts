import type { IssuedPaper, Page } from '@tallystick/contract'
import { decodeCursor, encodeCursor, limitOf, NumberKey } from '../platform/cursor.ts'
import { logRowOf } from '../platform/entries.ts'
import type { Services } from '../platform/services.ts'
import { papersOf } from './issued.ts'
import { PAPER_TYPES } from './kinds.ts'

interface PaperQuery {
  limit?: number | undefined
  cursor?: string | undefined
}

/** Entries of a project that a page looks at: of most, such as transfers, there is no paper. */
const LOOKED_AT = 2_000

/** A page of the papers about a project, newest first: fewer than asked for where many entries between them make none. */
export async function paperPage(
  services: Services,
  project: string,
  query: PaperQuery,
  most = LOOKED_AT,
): Promise<Page<IssuedPaper>> {
  const limit = limitOf(query)
  const [before = Number.MAX_SAFE_INTEGER] = decodeCursor(NumberKey, query.cursor) ?? []
  const places = await placesBefore(services, project, before, most)
  const { rows } = await services.pool.query<{ index: string; leaf: Buffer; bytes: Buffer }>({
    name: 'paper-entries',
    text: `SELECT index, leaf, bytes FROM ledger_entry
            WHERE index = ANY($1::bigint[]) AND type = ANY($2) ORDER BY index DESC LIMIT $3`,
    values: [[...places.keys()], PAPER_TYPES, limit + 1],
  })
  const found = rows.map(({ index, leaf, bytes }) =>
    logRowOf({ index: Number(index), leaf: leaf.toString('hex'), bytes }),
  )
  const known = await papersOf(services, found.slice(0, limit))
  const isCut = found.length > limit
  const last = isCut ? places.get(found[limit - 1]?.index ?? -1) : [...places.values()].at(-1)
  const isMore = isCut || places.size === most
  return { items: known.map(({ shown }) => shown), next: isMore && last !== undefined ? encodeCursor([last]) : null }
}

/** The newest entries of a stream before a place, each with its place. */
async function placesBefore(
  { pool }: Services,
  stream: string,
  before: number,
  most: number,
): Promise<Map<number, number>> {
  const { rows } = await pool.query<{ index: string; place: string }>({
    name: 'places-of-stream',
    // The first row that is not before the place may begin before it.
    text: `SELECT k.index, s.revision - cardinality(s.indexes) + k.at AS place
             FROM ledger_stream s CROSS JOIN LATERAL unnest(s.indexes) WITH ORDINALITY AS k(index, at)
            WHERE s.id = $1 AND s.revision - cardinality(s.indexes) + k.at < $2
              AND s.revision <= coalesce((SELECT revision FROM ledger_stream
                                           WHERE id = $1 AND revision >= $2 ORDER BY revision LIMIT 1), $2)
            ORDER BY s.revision DESC, k.at DESC LIMIT $3`,
    values: [stream, before, most],
  })
  return new Map(rows.map(({ index, place }) => [Number(index), Number(place)]))
}
