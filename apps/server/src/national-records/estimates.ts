import { ProjectDescription, SECTORS } from '@tallystick/contract'
import type { Rows } from '@tallystick/rules'
import type pg from 'pg'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { decimalOf, millionths } from './decimals.ts'

/** What a project says of itself, as far as its activities are held to it. */
export interface ProjectFacts {
  id: string
  number: number
  /** Types of mitigation that belong to its sector; null: any. */
  types: readonly string[] | null
  /** Tonnes that it expects in all; null where it does not say. */
  estimate: bigint | null
}

/** What the ledger and the description in force say of a project. */
export async function projectFacts(services: Services, id: string): Promise<ProjectFacts> {
  const row = await services.ledger.row('project', id)
  if (!row) throw problem('project-unknown')
  const description = await descriptionOf(services, id, row)
  const estimates = description?.estimations?.map(({ unitCount }) => millionths(unitCount)) ?? []
  const sum = estimates.reduce((total, one) => total + one, 0n)
  return {
    id,
    number: row.number,
    types: description ? (SECTORS.get(description.sector)?.types ?? null) : typesOfScope(row.scope),
    estimate: estimates.length === 0 ? null : wholeTonnes(sum),
  }
}

async function descriptionOf(
  { pool }: Services,
  id: string,
  { documents }: Rows['project'],
): Promise<ProjectDescription | undefined> {
  const sha256 = documents.description?.sha256
  if (sha256 === undefined) return undefined
  const { rows } = await pool.query<{ bytes: Buffer }>(
    'SELECT bytes FROM content_description WHERE project = $1 AND sha256 = $2',
    [id, sha256],
  )
  const [kept] = rows
  return kept && ProjectDescription.parse(JSON.parse(kept.bytes.toString('utf8')))
}

/** Of a project that is not described: the types of all sectors to which its sectoral scope belongs. */
function typesOfScope(scope: string): readonly string[] | null {
  const sectors = [...SECTORS.values()].filter(({ scopes }) => scopes?.includes(scope))
  if (sectors.length === 0 || sectors.some(({ types }) => types === null)) return null
  return [...new Set(sectors.flatMap(({ types }) => types ?? []))]
}

function wholeTonnes(value: bigint): bigint {
  return BigInt(decimalOf(value).split('.')[0] ?? '0')
}

/** Locks the count of a project's activities, so that one at a time adds to what they come to. */
export async function lockActivities(client: pg.PoolClient, project: string): Promise<void> {
  await client.query('SELECT FROM content_activity_count WHERE project = $1 FOR UPDATE', [project])
}

/** Row of the count through the country; a project's id is no such word. */
const COUNTRY = 'country'

/**
 * The next activity of a project, which is locked from now on: how many it has with this one, and its number, which counts
 * through the country. That row is locked last and until the transaction ends.
 */
export async function nextActivity(
  client: pg.PoolClient,
  project: string,
): Promise<{ ofProject: number; number: number }> {
  return { ofProject: await counted(client, project), number: await counted(client, COUNTRY) }
}

async function counted(client: pg.PoolClient, row: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `INSERT INTO content_activity_count AS c (project, count) VALUES ($1, 1)
     ON CONFLICT (project) DO UPDATE SET count = c.count + 1 RETURNING count`,
    [row],
  )
  return rows[0]?.count ?? 0
}

/**
 * Refuses an estimate with which the activities of a project would come to more than the project expects. Of each
 * other activity counts what was approved, or what waits where that is more. Whoever asks has locked the count.
 */
export async function refuseBeyondEstimate(
  client: pg.PoolClient,
  { id, estimate }: ProjectFacts,
  wanted: string | undefined,
  except = '',
): Promise<void> {
  if (estimate === null || wanted === undefined) return
  const { rows } = await client.query<{ sum: string }>(
    `SELECT coalesce(sum(greatest(
              (a.content ->> 'estimatedCredits')::numeric,
              CASE WHEN r.status = 'pending' THEN (v.content ->> 'estimatedCredits')::numeric END, 0)), 0) AS sum
       FROM content_record r
       JOIN content_record_version v ON v.record = r.id AND v.version = r.version
       LEFT JOIN content_record_version a ON a.record = r.id AND a.version = r.approved
      WHERE r.kind = 'activity' AND r.project = $1 AND r.status <> 'withdrawn' AND r.id <> $2`,
    [id, except],
  )
  const left = estimate - BigInt(rows[0]?.sum ?? '0')
  if (BigInt(wanted) > left) throw problem('too-much', { left: `${left < 0n ? 0n : left}` })
}
