import { randomId } from '@tallystick/ledger'
import type { Document, Template } from '@tallystick/templates'
import type pg from 'pg'
import { templateOf } from '../platform/documents.ts'
import type { Subject } from '../platform/filings.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'

/** Where statements run: the pool, or the one connection of a transaction. */
type Queries = Pick<pg.Pool | pg.PoolClient, 'query'>

/** A draft without what stands in it. */
export interface DraftHeadRow extends Subject {
  id: string
  organisation: string
  kind: string
  /** Such as `PDD@1`. */
  template: string
  revision: number
  changed_at: Date
  changed_by: string
}

export interface DraftRow extends DraftHeadRow {
  document: Document
}

const HEAD = `id, organisation, project, nullif(period, '') AS period,
  CASE WHEN agreement <> '' THEN jsonb_build_object('id', agreement, 'seller', seller, 'buyer', buyer) END AS agreement,
  kind, template, revision, changed_at, changed_by`

type Stored = DraftHeadRow & { document: string }

function rowOf({ document, ...head }: Stored): DraftRow {
  return { ...head, document: JSON.parse(document) as Document }
}

export async function draftById(queries: Queries, id: string): Promise<DraftRow | undefined> {
  const { rows } = await queries.query<Stored>(`SELECT ${HEAD}, document FROM content_draft WHERE id = $1`, [id])
  return rows[0] && rowOf(rows[0])
}

/** The same, locked until the end of the transaction. Throws a problem where it is gone. */
export async function lockedDraft(client: pg.PoolClient, id: string): Promise<DraftRow> {
  const { rows } = await client.query<Stored>(`SELECT ${HEAD}, document FROM content_draft WHERE id = $1 FOR UPDATE`, [
    id,
  ])
  if (!rows[0]) throw problem('not-found')
  return rowOf(rows[0])
}

/** The draft that an organisation has of a document. */
export async function draftOf(
  queries: Queries,
  organisation: string,
  { project, period, agreement }: Subject,
  kind: string,
): Promise<DraftHeadRow | undefined> {
  const { rows } = await queries.query<DraftHeadRow>(
    `SELECT ${HEAD} FROM content_draft
      WHERE organisation = $1 AND project = $2 AND period = $3 AND kind = $4 AND agreement = $5`,
    [organisation, project, period ?? '', kind, agreement?.id ?? ''],
  )
  return rows[0]
}

/** Keeps a new draft, unless the organisation has one of this document: then it answers undefined. */
export async function makeDraft(
  { pool, clock }: Services,
  actor: Actor,
  { project, period, agreement }: Subject,
  made: { kind: string; template: string; document: Document; files: readonly string[] },
): Promise<string | undefined> {
  const id = randomId()
  const { rowCount } = await pool.query(
    `INSERT INTO content_draft (id, organisation, project, period, kind, template, revision, document, files, changed_at,
                                changed_by, agreement, seller, buyer)
     VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
    [
      ...[id, actor.organisation, project, period ?? '', made.kind, made.template, JSON.stringify(made.document)],
      ...[made.files, clock(), actor.user, agreement?.id ?? '', agreement?.seller ?? '', agreement?.buyer ?? ''],
    ],
  )
  return rowCount === 1 ? id : undefined
}

/** Most drafts of agreements on units of one project that an organisation has at once. */
const MOST_AGREEMENTS = 100

/** Throws a problem where an organisation has as many drafts of agreements as it may. */
export async function requireRoom(
  { pool }: Services,
  organisation: string,
  { project, agreement }: Subject,
): Promise<void> {
  if (!agreement) return
  const { rows } = await pool.query<{ count: number }>(
    "SELECT count(*)::integer AS count FROM content_draft WHERE organisation = $1 AND project = $2 AND agreement <> ''",
    [organisation, project],
  )
  if ((rows[0]?.count ?? 0) >= MOST_AGREEMENTS) throw problem('too-many', { most: `${MOST_AGREEMENTS}` })
}

/** Drafts of an organisation, those changed last first, before a place. */
export async function draftPage(
  { pool }: Services,
  organisation: string,
  { project, before }: { project: string | undefined; before: readonly [string, string] | undefined },
  limit: number,
): Promise<DraftHeadRow[]> {
  const [at = 'infinity', id = ''] = before ?? []
  const { rows } = await pool.query<DraftHeadRow>(
    `SELECT ${HEAD} FROM content_draft
      WHERE organisation = $1 AND ($2::text IS NULL OR project = $2) AND (changed_at, id) < ($3, $4)
      ORDER BY changed_at DESC, id DESC LIMIT $5`,
    [organisation, project ?? null, at, id, limit],
  )
  return rows
}

/** Keeps what a draft says now, as its next revision, with the places that were changed. */
export async function keepRevision(
  client: pg.PoolClient,
  { clock }: Services,
  actor: Actor,
  { id, revision }: DraftRow,
  changed: { text: string; files: readonly string[]; paths: readonly string[] },
): Promise<number> {
  const next = revision + 1
  await client.query(
    'UPDATE content_draft SET revision = $2, document = $3, files = $4, changed_at = $5, changed_by = $6 WHERE id = $1',
    [id, next, changed.text, changed.files, clock(), actor.user],
  )
  await client.query(
    'INSERT INTO content_draft_change (draft, revision, path, by_user) SELECT $1, $2, path, $4 FROM unnest($3::text[]) path',
    [id, next, [...new Set(changed.paths)], actor.user],
  )
  return next
}

/** The places of a draft that were changed since a revision, each with whoever changed it last. */
export async function changedSince(
  client: pg.PoolClient,
  id: string,
  revision: number,
): Promise<{ path: string; by: string | null }[]> {
  const { rows } = await client.query<{ path: string; by: string | null }>(
    `SELECT DISTINCT ON (c.path) c.path, u.name AS by
       FROM content_draft_change c LEFT JOIN content_user u ON u.id = c.by_user
      WHERE c.draft = $1 AND c.revision > $2 ORDER BY c.path, c.revision DESC`,
    [id, revision],
  )
  return rows
}

/** Removes a draft: whatever stands in it, or only as it was at a revision. */
export async function dropDraft({ pool }: Services, id: string, revision?: number): Promise<void> {
  await pool.query('DELETE FROM content_draft WHERE id = $1 AND ($2::integer IS NULL OR revision = $2)', [
    id,
    revision ?? null,
  ])
}

/** The template of a draft. */
export function templateOfDraft({ template }: Pick<DraftRow, 'template'>): Template {
  const found = templateOf(template)
  // A registry keeps the templates under which documents were written.
  if (!found) throw problem('not-found')
  return found
}
