import type { Attachment } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type pg from 'pg'
import { READ_BY_ALL, shownBy } from '../platform/attachments.ts'
import type { FileKind, Note } from '../platform/files/judge/verdict.ts'
import { namesIn } from '../platform/names.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { settleVersions } from '../platform/submissions.ts'
import { inTransaction } from '../platform/transaction.ts'

/** Most files that go with one kind of document of a project. */
const MOST_FILES = 200
const MB = 1_048_576
/** Of the locks that this room takes. */
const LOCK = 18

export interface AttachmentRow {
  id: string
  project: string
  /** Empty where it goes with the project alone. */
  document: string
  sha256: string
  size: string
  kind: FileKind
  notes: Note[]
  name: string
  title: string
  /** May everybody read it? */
  public: boolean
  /** Since a version that was submitted names it at a place that is for everybody. */
  shown: boolean
  organisation: string
  created_at: Date
}

const SELECT = `
  SELECT a.id, a.project, a.document, a.sha256, f.size, f.kind, f.notes, a.name, a.title, ${READ_BY_ALL} AS public,
         ${shownBy('a')} AS shown, a.organisation, a.created_at
    FROM content_attachment a JOIN content_file f ON f.sha256 = a.sha256`

export interface NewAttachment {
  project: string
  document: string
  sha256: string
  size: number
  name: string
  title: string
  public: boolean
}

/** Attaches a file that is kept, if there is room for it. Answers the id of the attachment; throws a problem. */
export async function addAttachment(
  { clock, files }: Services,
  client: pg.PoolClient,
  { organisation, mandate }: Actor,
  wanted: NewAttachment,
): Promise<string> {
  const { project, document, sha256, name, title } = wanted
  await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK, `${project} ${document}`])
  const { rows } = await client.query<{ files: string; bytes: string }>(
    `SELECT count(*) AS files, coalesce(sum(f.size), 0) AS bytes
       FROM content_attachment a JOIN content_file f ON f.sha256 = a.sha256 WHERE a.project = $1 AND a.document = $2`,
    [project, document],
  )
  const [{ files: count = '0', bytes = '0' } = {}] = rows
  if (Number(count) >= MOST_FILES) throw problem('too-many', { most: String(MOST_FILES) })
  if (Number(bytes) + wanted.size > files.maxDocumentBytes) {
    throw problem('too-many', { most: `${Math.floor(files.maxDocumentBytes / MB)} MiB` })
  }
  const id = randomId()
  const { rowCount } = await client.query(
    `INSERT INTO content_attachment (id, project, document, sha256, name, title, public, organisation, mandate, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (project, document, sha256) DO NOTHING`,
    [id, project, document, sha256, name, title, wanted.public, organisation, mandate, clock()],
  )
  if (rowCount !== 1) throw problem('already-exists')
  return id
}

export async function attachment(services: Services, id: string): Promise<AttachmentRow | undefined> {
  const read = async () => (await services.pool.query<AttachmentRow>(`${SELECT} WHERE a.id = $1`, [id])).rows[0]
  const row = await read()
  return row && !row.shown && (await settleVersions(services, row.project)) > 0 ? read() : row
}

/** As what a file is attached to a project: mostly once. */
export async function attachmentsOfFile(services: Services, project: string, sha256: string): Promise<AttachmentRow[]> {
  await settleVersions(services, project)
  const { rows } = await services.pool.query<AttachmentRow>(
    `${SELECT} WHERE a.project = $1 AND a.sha256 = $2 ORDER BY a.created_at, a.id`,
    [project, sha256],
  )
  return rows
}

export interface PageOfAttachments {
  project: string
  document: string | undefined
  /** Those that are not public, too. */
  all: boolean
  /** Whose own are shown, too. */
  organisation: string
  before: readonly [string, string] | undefined
  limit: number
}

export async function attachmentPage(services: Services, page: PageOfAttachments): Promise<AttachmentRow[]> {
  const [at, id] = page.before ?? ['infinity', '']
  await settleVersions(services, page.project)
  const { rows } = await services.pool.query<AttachmentRow>(
    `${SELECT} WHERE a.project = $1 AND ($2::text IS NULL OR a.document = $2) AND (${READ_BY_ALL} OR $3 OR a.organisation = $4)
        AND (a.created_at, a.id) < ($5::timestamptz, $6) ORDER BY a.created_at DESC, a.id DESC LIMIT $7`,
    [page.project, page.document ?? null, page.all, page.organisation, at, id, page.limit],
  )
  return rows
}

export async function changeDetails(
  { pool }: Services,
  id: string,
  { title, public: isPublic }: { title: string; public: boolean },
): Promise<void> {
  await pool.query('UPDATE content_attachment SET title = $2, public = $3 WHERE id = $1', [id, title, isPublic])
}

/** Takes an attachment away, unless a version of a document of its project names its file, or one that is being submitted. */
export function removeRow({ pool }: Services, id: string): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    // Whoever keeps a version that names it is waited for, so that the next statement sees that version.
    await client.query('SELECT 1 FROM content_attachment WHERE id = $1 FOR UPDATE', [id])
    const { rowCount } = await client.query(
      `DELETE FROM content_attachment a WHERE id = $1 AND NOT EXISTS (
         SELECT FROM content_document_file n WHERE n.project = a.project AND n.sha256 = a.sha256)
         AND NOT EXISTS (SELECT FROM content_signature s WHERE s.project = a.project AND s.scan = a.sha256)`,
      [id],
    )
    return rowCount === 1
  })
}

export async function shownAttachments(services: Services, rows: readonly AttachmentRow[]): Promise<Attachment[]> {
  const organisations = rows.map(({ organisation }) => organisation)
  const names = await namesIn(services, organisations)
  return rows.map((row) => ({
    id: row.id,
    project: row.project,
    document: row.document || null,
    title: row.title,
    name: row.name,
    kind: row.kind,
    size: Number(row.size),
    sha256: row.sha256,
    public: row.public,
    notes: row.notes,
    by: names.organisationRef(row.organisation),
    at: row.created_at.toISOString(),
  }))
}
