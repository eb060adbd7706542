import { type DraftComment, MOST_DRAFT_COMMENTS } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type pg from 'pg'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'

interface CommentRow {
  id: string
  parent: string | null
  path: string
  text: string
  by_user: string
  by_name: string | null
  at: Date
  resolved_by: string | null
  resolved_name: string | null
  resolved_at: Date | null
}

const COMMENTS = `
  SELECT c.id, c.parent, c.path, c.text, c.by_user, u.name AS by_name, c.at, c.resolved_by, r.name AS resolved_name, c.resolved_at
    FROM content_draft_comment c
    LEFT JOIN content_user u ON u.id = c.by_user
    LEFT JOIN content_user r ON r.id = c.resolved_by`

/** The comments on a draft with their answers, the oldest first. */
export async function commentsOn({ pool }: Services, draft: string): Promise<DraftComment[]> {
  const { rows } = await pool.query<CommentRow>(`${COMMENTS} WHERE c.draft = $1 ORDER BY c.number`, [draft])
  return shown(rows)
}

/** One comment on a draft, with its answers. Throws a problem where there is none. */
export async function commentOn({ pool }: Services, draft: string, id: string): Promise<DraftComment> {
  const { rows } = await pool.query<CommentRow>(
    `${COMMENTS} WHERE c.draft = $1 AND (c.id = $2 OR c.parent = $2) ORDER BY c.number`,
    [draft, id],
  )
  const [comment] = shown(rows)
  if (!comment) throw problem('not-found')
  return comment
}

function shown(rows: readonly CommentRow[]): DraftComment[] {
  const answers = Map.groupBy(rows, ({ parent }) => parent ?? '')
  return (answers.get('') ?? []).map(({ id, path, text, by_user, by_name, at, ...row }) => ({
    ...{ id, path, text, by: { id: by_user, name: by_name }, at: at.toISOString() },
    answers: (answers.get(id) ?? []).map((one) => ({
      ...{ id: one.id, text: one.text, by: { id: one.by_user, name: one.by_name }, at: one.at.toISOString() },
    })),
    resolved:
      row.resolved_by === null || row.resolved_at === null
        ? null
        : { by: { id: row.resolved_by, name: row.resolved_name }, at: row.resolved_at.toISOString() },
  }))
}

/** Adds a comment on a place of a draft, or an answer to a comment, and answers its id. */
export async function addComment(
  client: pg.PoolClient,
  { clock }: Services,
  actor: Actor,
  draft: string,
  said: { path: string; text: string; parent?: string },
): Promise<string> {
  // One at a time, so that numbers have no gaps and a draft has no more than it may.
  await client.query('SELECT FROM content_draft WHERE id = $1 FOR UPDATE', [draft])
  const { rows } = await client.query<{ last: number | null }>(
    'SELECT max(number) AS last FROM content_draft_comment WHERE draft = $1',
    [draft],
  )
  const last = rows[0]?.last ?? 0
  if (last >= MOST_DRAFT_COMMENTS) throw problem('too-many', { most: String(MOST_DRAFT_COMMENTS) })
  const id = randomId()
  await client.query(
    `INSERT INTO content_draft_comment (id, draft, number, parent, path, text, by_user, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, draft, last + 1, said.parent ?? null, said.path, said.text, actor.user, clock()],
  )
  return id
}

/** Says that a comment is done with, or that it is not. */
export async function resolveComment(
  { pool, clock }: Services,
  actor: Actor,
  draft: string,
  { id, resolved }: { id: string; resolved: boolean },
): Promise<void> {
  await pool.query(
    `UPDATE content_draft_comment
        SET resolved_by = CASE WHEN $3 THEN coalesce(resolved_by, $4) END,
            resolved_at = CASE WHEN $3 THEN coalesce(resolved_at, $5) END
      WHERE draft = $1 AND id = $2 AND parent IS NULL`,
    [draft, id, resolved, actor.user, clock()],
  )
}
