import type { Services } from '../services.ts'
import { inTransaction } from '../transaction.ts'
import { OUTLAST_STORE } from './kept.ts'
import type { StoredFile } from './store.ts'

const DAY_MS = 86_400_000
/** So long a file must have been a stray, by this database, before it goes. */
const GRACE_MS = 7 * DAY_MS
/** Most files of the store that one round looks at. */
const MOST_A_ROUND = 1_000

/** A store that is another registry's, of which nothing is forgotten here. */
export class ForeignStore extends Error {
  override readonly name = 'ForeignStore'
}

/**
 * Forgets files that lie in the store though nothing is known of them, such as those of a database that was restored. Answers a
 * function for one round, which goes on where the last one ended and answers how many it forgot. A store in which another
 * registry was first is left alone. Several processes may do so at once.
 */
export function strayFiles(services: Services): () => Promise<number> {
  const { store } = services.files
  let after = ''
  return async () => {
    const { origin } = services.genesis
    const owner = await store.claim(origin)
    if (owner !== origin) throw new ForeignStore(`${store.description} has the files of ${owner || 'nobody'}`)
    const files = await store.list(after, MOST_A_ROUND)
    after = files.at(-1)?.sha256 ?? ''
    const due = await straysOf(services, files)
    let forgotten = 0
    for (const sha256 of due) if (await forgetStray(services, sha256)) forgotten += 1
    return forgotten
  }
}

/** Of these, those of which nothing is known, and has not been for as long as they are left. */
async function straysOf({ pool, clock }: Services, files: readonly StoredFile[]): Promise<string[]> {
  const now = clock().getTime()
  const hashes = files.map(({ sha256 }) => sha256)
  const { rows } = await pool.query<{ sha256: string }>('SELECT sha256 FROM content_file WHERE sha256 = ANY($1)', [
    hashes,
  ])
  const known = new Set(rows.map(({ sha256 }) => sha256))
  // Known by now, or gone without us.
  await pool.query('DELETE FROM content_file_stray WHERE sha256 = ANY($1) OR seen_at < $2', [
    [...known],
    new Date(now - 10 * GRACE_MS),
  ])
  // What was put just now may be about to be known.
  const strays = files.filter(({ sha256, at }) => !known.has(sha256) && now - at.getTime() > DAY_MS)
  await pool.query(
    `INSERT INTO content_file_stray (sha256, seen_at) SELECT sha256, $2 FROM unnest($1::text[]) AS sha256
     ON CONFLICT DO NOTHING`,
    [strays.map(({ sha256 }) => sha256), new Date(now)],
  )
  const due = await pool.query<{ sha256: string }>(
    'SELECT sha256 FROM content_file_stray WHERE sha256 = ANY($1) AND seen_at < $2 ORDER BY sha256',
    [hashes, new Date(now - GRACE_MS)],
  )
  return due.rows.map(({ sha256 }) => sha256)
}

/**
 * While this takes place the file is known, by a row that is not there afterwards: whoever brings the same file waits for the
 * end of it, and then puts it again; and what somebody brought before stays.
 */
function forgetStray({ pool, clock, files }: Services, sha256: string): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query(OUTLAST_STORE)
    const stray = await client.query('DELETE FROM content_file_stray WHERE sha256 = $1', [sha256])
    if (stray.rowCount !== 1) return false
    const { rowCount } = await client.query(
      `INSERT INTO content_file (sha256, size, kind, notes, brought_at) VALUES ($1, 1, 'csv', '{}', $2)
       ON CONFLICT DO NOTHING`,
      [sha256, clock()],
    )
    if (rowCount !== 1) return false
    await files.store.remove(sha256)
    await client.query('DELETE FROM content_file WHERE sha256 = $1', [sha256])
    return true
  })
}
