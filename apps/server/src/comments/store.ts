import type { Comment } from '@tallystick/contract'
import { commitmentOf } from '@tallystick/rules'
import type pg from 'pg'
import type { Services } from '../platform/services.ts'

/** A comment that counts. */
export interface CommentRow {
  id: string
  project: string
  round: string
  number: number
  name: string | null
  language: string
  text: string
  commitment: string
  key: string
  confirmed_at: Date
  hidden_reason: NonNullable<Comment['hidden']>['reason'] | null
  hidden_at: Date | null
  answer: string | null
  answered_at: Date | null
  answered_by: string | null
}

const COLUMNS = `id, project, round, number, CASE WHEN public_name THEN name END AS name, language, text, commitment, key,
  confirmed_at, hidden_reason, hidden_at, answer, answered_at, answered_by`

/** What a comment is committed to: what is public of it. */
export function commentCommitment(
  key: string,
  { language, name, text }: Pick<CommentRow, 'language' | 'name' | 'text'>,
): string {
  return commitmentOf(key, { language, name, text })
}

/** Comments that count, oldest first, after a place. */
export async function commentPage(
  { pool }: Services,
  project: string,
  after: readonly [number, number] | undefined,
  limit: number,
): Promise<CommentRow[]> {
  const [round, number] = after ?? [-1, 0]
  const { rows } = await pool.query<CommentRow>(
    `SELECT ${COLUMNS} FROM content_comment
      WHERE project = $1 AND number IS NOT NULL AND (round, number) > ($2, $3) ORDER BY round, number LIMIT $4`,
    [project, round, number, limit],
  )
  return rows
}

/** What a bundle says of a comment. */
export type CommentInBundle = Pick<CommentRow, 'number' | 'id' | 'confirmed_at' | 'commitment'>

/** All comments of a round that count, by their number, without their texts. */
export async function commentsOfRound(
  queries: Pick<pg.Pool | pg.PoolClient, 'query'>,
  project: string,
  round: number,
): Promise<CommentInBundle[]> {
  const { rows } = await queries.query<CommentInBundle>(
    `SELECT number, id, confirmed_at, commitment FROM content_comment
      WHERE project = $1 AND round = $2 AND number IS NOT NULL ORDER BY number`,
    [project, round],
  )
  return rows
}

const COMMENTS_A_READ = 200

/** The same with their texts, of which few are read at a time. */
export async function* textsOfRound(services: Services, project: string, round: number): AsyncGenerator<CommentRow> {
  for (let after = 0; ; ) {
    const page = await commentPage(services, project, [round, after], COMMENTS_A_READ)
    const rows = page.filter((row) => Number(row.round) === round)
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < COMMENTS_A_READ) return
    after = last.number
  }
}

export async function hideRow(
  { pool, clock }: Services,
  project: string,
  id: string,
  { reason, by }: { reason: NonNullable<Comment['hidden']>['reason'] | null; by: string },
): Promise<CommentRow | undefined> {
  const { rows } = await pool.query<CommentRow>(
    `UPDATE content_comment
        SET hidden_reason = $3, hidden_at = CASE WHEN $3::text IS NOT NULL THEN $4::timestamptz END, hidden_by = $5
      WHERE project = $1 AND id = $2 AND number IS NOT NULL RETURNING ${COLUMNS}`,
    [project, id, reason, clock(), by],
  )
  return rows[0]
}

/** Keeps the answer to a comment that has none, or this one; `taken` where it has another. */
export async function answerRow(
  { pool, clock }: Services,
  project: string,
  id: string,
  { text, by }: { text: string; by: string },
): Promise<CommentRow | 'taken' | undefined> {
  const { rows } = await pool.query<CommentRow>(
    `UPDATE content_comment SET answer = $3, answered_at = coalesce(answered_at, $4), answered_by = coalesce(answered_by, $5)
      WHERE project = $1 AND id = $2 AND number IS NOT NULL AND (answer IS NULL OR answer = $3) RETURNING ${COLUMNS}`,
    [project, id, text, clock(), by],
  )
  if (rows[0]) return rows[0]
  const { rowCount } = await pool.query(
    'SELECT FROM content_comment WHERE project = $1 AND id = $2 AND number IS NOT NULL',
    [project, id],
  )
  return rowCount === 1 ? 'taken' : undefined
}

/** The exact bytes of a bundle. */
export async function bundleBytes({ pool }: Services, sha256: string): Promise<Buffer | undefined> {
  const { rows } = await pool.query<{ bytes: Buffer }>(
    'SELECT bytes FROM content_comment_round WHERE sha256 = $1 LIMIT 1',
    [sha256],
  )
  return rows[0]?.bytes
}
