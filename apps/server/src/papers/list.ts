import type { IssuedPaper, Page } from '@tallystick/contract'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { type ListedRow, logRowOf } from '../platform/entries.ts'
import type { Services } from '../platform/services.ts'
import { papersOf } from './issued.ts'
import { PAPER_TYPES } from './kinds.ts'

interface PaperQuery {
  limit?: number | undefined
  cursor?: string | undefined
}

/** A page of the papers about a project, newest first; entries that make no paper are left out of it. */
export async function paperPage(services: Services, project: string, query: PaperQuery): Promise<Page<IssuedPaper>> {
  const limit = limitOf(query)
  const [before = Number.MAX_SAFE_INTEGER] = decodeCursor(NumberKey, query.cursor) ?? []
  const rows = await newestOf(services, project, before, limit + 1)
  const known = await papersOf(services, rows)
  const byIndex = new Map(known.map(({ row, shown }) => [row.index, shown]))
  const { items, next } = pageFrom(
    rows,
    limit,
    ({ index }) => byIndex.get(index),
    ({ place }) => [place],
  )
  return { items: items.filter((item) => item !== undefined), next }
}

/** Entries about a project that may make a paper, newest first. */
async function newestOf({ pool }: Services, project: string, before: number, limit: number): Promise<ListedRow[]> {
  const { rows } = await pool.query<{ index: string; leaf: Buffer; bytes: Buffer; place: string }>({
    name: 'papers-of-project',
    text: `SELECT e.index, e.leaf, e.bytes, s.revision - cardinality(s.indexes) + k.at AS place
             FROM ledger_stream s CROSS JOIN LATERAL unnest(s.indexes) WITH ORDINALITY AS k(index, at)
             JOIN ledger_entry e ON e.index = k.index
            WHERE s.id = $1 AND e.type = ANY($2) AND s.revision - cardinality(s.indexes) + k.at < $3
            ORDER BY s.revision DESC, k.at DESC LIMIT $4`,
    values: [project, PAPER_TYPES, before, limit],
  })
  return rows.map(({ index, leaf, bytes, place }) => ({
    ...logRowOf({ index: Number(index), leaf: leaf.toString('hex'), bytes }),
    place: Number(place),
  }))
}
