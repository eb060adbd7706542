import { entryNaming } from './entries.ts'
import type { Services } from './services.ts'

const DAY_MS = 86_400_000
/** Most that one round looks at. */
const MOST_A_ROUND = 100

/** A proposal that may still be carried out, or was: what it names is not forgotten. */
const PROPOSED = `EXISTS (SELECT FROM content_proposal p
  WHERE p.type = 'DocumentSubmitted' AND p.request ->> 'sha256' = d.sha256 AND p.status IN ('open', 'accepted'))`

interface Unsettled {
  project: string
  sha256: string
}

/**
 * Notes of a project's versions which the ledger has by now; answers how many. A submission that others approve is carried out
 * without us: so it is asked for wherever it matters.
 */
export async function settleVersions(services: Services, project: string): Promise<number> {
  const { rows } = await services.pool.query<Unsettled>({
    name: 'versions-not-submitted',
    text: `SELECT project, sha256 FROM content_document WHERE project = $1 AND NOT submitted
            ORDER BY created_at DESC LIMIT ${MOST_A_ROUND}`,
    values: [project],
  })
  let settled = 0
  for (const row of rows) if (await settleVersion(services, row)) settled += 1
  return settled
}

async function settleVersion(services: Services, { project, sha256 }: Unsettled): Promise<boolean> {
  if (!(await entryNaming(services, 'DocumentSubmitted', project, ['sha256', sha256]))) return false
  const mark = 'UPDATE content_document SET submitted = true WHERE project = $1 AND sha256 = $2 AND NOT submitted'
  await services.pool.query(mark, [project, sha256])
  return true
}

/** Which drafts: one, or those of an organisation. */
export type Whose = { id: string } | { organisation: string }

interface Sent {
  id: string
  project: string
  period: string
  kind: string
  revision: number
  sha256: string
  after: string
}

/**
 * Lets drafts go whose submission was carried out once others had approved it. One that was changed since stays: what was
 * submitted are the bytes that were sent. Answers how many went.
 */
export async function settleDrafts(services: Services, whose: Whose): Promise<number> {
  const [column, value] = 'id' in whose ? ['id', whose.id] : ['organisation', whose.organisation]
  const { rows } = await services.pool.query<Sent>(
    `SELECT id, project, period, kind, sent_revision AS revision, sent_sha256 AS sha256, sent_after AS after
       FROM content_draft WHERE ${column} = $1 AND sent_sha256 IS NOT NULL LIMIT ${MOST_A_ROUND}`,
    [value],
  )
  let gone = 0
  for (const sent of rows) if (await settleDraft(services, sent)) gone += 1
  return gone
}

async function settleDraft(services: Services, sent: Sent): Promise<boolean> {
  const { id, project, period, kind, revision, sha256, after } = sent
  const row = await entryNaming(services, 'DocumentSubmitted', project, ['sha256', sha256])
  const { body } = row?.entry ?? {}
  if (!row || row.index <= Number(after) || body?.document !== kind || (body.period ?? '') !== period) return false
  const { rowCount } = await services.pool.query('DELETE FROM content_draft WHERE id = $1 AND revision = $2', [
    id,
    revision,
  ])
  if (rowCount === 1) return true
  await services.pool.query(
    `UPDATE content_draft SET sent_revision = NULL, sent_sha256 = NULL, sent_after = NULL
      WHERE id = $1 AND sent_sha256 = $2 AND sent_revision = $3`,
    [id, sha256, revision],
  )
  return false
}

/**
 * Forgets the bytes of versions that nobody has submitted for a day and that no proposal may submit any more. Answers how many.
 * Whoever submits the same bytes meanwhile has brought them anew, and they stay. Several processes may do so at once.
 */
export async function forgetUnsubmitted(services: Services): Promise<number> {
  const { pool, clock } = services
  const before = new Date(clock().getTime() - DAY_MS)
  const { rows } = await pool.query<Unsettled>(
    `SELECT project, sha256 FROM content_document d WHERE NOT submitted AND created_at < $1 AND NOT ${PROPOSED}
      ORDER BY created_at LIMIT ${MOST_A_ROUND}`,
    [before],
  )
  let forgotten = 0
  for (const one of rows) {
    if (await settleVersion(services, one)) continue
    const { rowCount } = await pool.query(
      `DELETE FROM content_document d
        WHERE project = $1 AND sha256 = $2 AND NOT submitted AND created_at < $3 AND NOT ${PROPOSED}`,
      [one.project, one.sha256, before],
    )
    forgotten += rowCount ?? 0
  }
  return forgotten
}
