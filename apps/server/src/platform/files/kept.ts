import type { Services } from '../services.ts'
import { inTransaction } from '../transaction.ts'
import type { Taken } from './judge/verdict.ts'
import { emptyQuarantine } from './quarantine.ts'
import type { ReceivedFile } from './store.ts'

const DAY_MS = 86_400_000
/** Most files that one round forgets. */
const MOST_A_ROUND = 100

/**
 * Keeps a file that was judged. From now on, and for a day, something may name it by its hash; the row stands before the bytes
 * are put, so that no round of forgetting comes between the two.
 */
export async function keepFile({ pool, clock, files }: Services, file: ReceivedFile, taken: Taken): Promise<void> {
  await pool.query(
    `INSERT INTO content_file (sha256, size, kind, notes, brought_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (sha256) DO UPDATE
       SET kind = excluded.kind, notes = excluded.notes, brought_at = greatest(content_file.brought_at, excluded.brought_at)`,
    [file.sha256, file.size, taken.kind, taken.notes, clock()],
  )
  await files.store.put(file)
}

/**
 * Forgets files that nothing has named for a day, and what never arrived whole. Answers how many. Several processes may do
 * so at once.
 */
export async function forgetFiles(services: Services): Promise<number> {
  const { pool, clock, files } = services
  const before = new Date(clock().getTime() - DAY_MS)
  const { rows } = await pool.query<{ sha256: string }>(
    `SELECT sha256 FROM content_file f WHERE brought_at < $1 AND ${UNNAMED} ORDER BY brought_at, sha256 LIMIT ${MOST_A_ROUND}`,
    [before],
  )
  let forgotten = 0
  for (const { sha256 } of rows) if (await forgetFile(services, sha256, before)) forgotten += 1
  return forgotten + (await emptyQuarantine(files.incoming, DAY_MS))
}

/** Nothing is attached by this hash; and no version, whether it was submitted or waits for that, nor any draft names it. */
const UNNAMED = `NOT EXISTS (SELECT FROM content_attachment a WHERE a.sha256 = f.sha256)
  AND NOT EXISTS (SELECT FROM content_document_file n WHERE n.sha256 = f.sha256)
  AND NOT EXISTS (SELECT FROM content_draft d WHERE d.files @> ARRAY[f.sha256])`

/** A store that is slow to answer must have done so before anybody else may put the file again. */
export const OUTLAST_STORE = "SET LOCAL idle_in_transaction_session_timeout = '90s'"

/** Whoever brings the file again meanwhile waits for the end of this, and then puts it again. */
function forgetFile({ pool, files }: Services, sha256: string, before: Date): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query(OUTLAST_STORE)
    const { rowCount } = await client.query(
      `DELETE FROM content_file f WHERE sha256 = $1 AND brought_at < $2 AND ${UNNAMED}`,
      [sha256, before],
    )
    if (rowCount !== 1) return false
    await files.store.remove(sha256)
    return true
  })
}
