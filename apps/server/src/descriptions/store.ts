import { externalKeyOf, type ProjectDescription, ShownDescription } from '@tallystick/contract'
import type { Services } from '../platform/services.ts'

/** A claim to an external id of which nothing was written lapses after this time. */
const CLAIM_MS = 600_000

/** The project of a claim `e` has a description in force that names its external id. */
const IN_FORCE = `EXISTS (
  SELECT FROM ledger_row r
    JOIN content_description d ON d.project = r.id AND d.sha256 = r.row #>> '{documents,description,sha256}'
   WHERE r.kind = 'project' AND r.id = e.project AND d.external_key = e.key)`

/**
 * Claims an external id for a project, before its description is written. Undefined where it is another's: its
 * description in force has it, or one that is being written now.
 */
export async function claimExternalId(
  { pool, clock }: Services,
  project: string,
  externalId: string,
): Promise<{ key: string; at: Date } | undefined> {
  const key = externalKeyOf(externalId)
  const at = clock()
  const { rowCount } = await pool.query(
    `INSERT INTO content_external_id AS e (key, project, claimed_at, written) VALUES ($1, $2, $3, false)
     ON CONFLICT (key) DO UPDATE
        SET project = excluded.project, claimed_at = excluded.claimed_at, written = false
      WHERE e.project = excluded.project OR ((e.written OR e.claimed_at < $4) AND NOT ${IN_FORCE})`,
    [key, project, at, new Date(at.getTime() - CLAIM_MS)],
  )
  return rowCount === 1 ? { key, at } : undefined
}

/** The description of a claim is in the ledger: from now on it holds as long as that is in force. */
export async function endClaim({ pool }: Services, project: string, { key, at }: { key: string; at: Date }) {
  await pool.query(
    'UPDATE content_external_id SET written = true WHERE key = $1 AND project = $2 AND claimed_at = $3',
    [key, project, at],
  )
}

export interface KeptDescription {
  project: string
  /** Of the project. */
  number: number
  sha256: string
  description: ProjectDescription
  bytes: Uint8Array
}

/** Keeps the exact bytes of a description, before the ledger knows their hash. */
export async function keepDescription({ pool, clock }: Services, kept: KeptDescription): Promise<void> {
  const { sector, externalId } = kept.description
  await pool.query(
    `INSERT INTO content_description (project, sha256, number, sector, external_key, bytes, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [kept.project, kept.sha256, kept.number, sector, externalKeyOf(externalId), kept.bytes, clock()],
  )
}

/** The exact bytes that have this hash. */
export async function descriptionBytes({ pool }: Services, sha256: string): Promise<Buffer | undefined> {
  const { rows } = await pool.query<{ bytes: Buffer }>(
    'SELECT bytes FROM content_description WHERE sha256 = $1 LIMIT 1',
    [sha256],
  )
  return rows[0]?.bytes
}

/** What the kept bytes say; null where they are not kept. */
export async function descriptionText(services: Services, sha256: string) {
  const bytes = await descriptionBytes(services, sha256)
  return bytes === undefined ? null : ShownDescription.parse(JSON.parse(bytes.toString('utf8')))
}
