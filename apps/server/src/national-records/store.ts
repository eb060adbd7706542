import { MOST_STEPS, type RecordStep } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type pg from 'pg'
import { namesIn } from '../platform/names.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'

export type RecordKind = 'activity' | 'ndc-period' | 'ndc-action' | 'financing' | 'inventory' | 'projection'

export type Step = RecordStep['step']

/** What is the same in every version of a record, and where it stands. */
export interface RecordRow {
  id: string
  kind: RecordKind
  number: string | null
  project: string | null
  period: string | null
  parent: string | null
  organisation: string
  investor: string | null
  first_year: number | null
  last_year: number | null
  status: string
  version: number
  approved: number | null
  sha256: string | null
  created_at: Date
}

/** A version of a record. */
export interface VersionRow {
  revision: number
  said: string
  /** Of the step that made it; the schema of its kind reads it. */
  content: unknown
  by_mandate: string
  at: Date
}

export type Versioned = RecordRow & VersionRow

type Queries = Pick<pg.Pool | pg.PoolClient, 'query'>

/** Columns of `content_record r`. */
const HEAD = `r.id, r.kind, r.number, r.project, r.period, r.parent, r.organisation, r.investor,
  lower(r.years) AS first_year, upper(r.years) - 1 AS last_year, r.status, r.version, r.approved, r.sha256, r.created_at`

/** Columns of `content_record r` with those of its version `v`: its number, and the status that it brought. */
export const VERSIONED = `${HEAD}, v.version AS revision, v.status AS said, v.content, v.by_mandate, v.at`

/** A record that is to be made. */
export interface NewRecord {
  kind: RecordKind
  number?: string
  project?: string | null
  period?: string
  parent?: string | null
  organisation: string
  investor?: string | null
  years?: readonly [first: number, last: number]
  status: string
  content: unknown
}

/** What one version of a record answers to whoever made it, again and again. */
export interface Made {
  id: string
  version: number
}

/** Makes a record with its first version. Undefined where its years, or its number, are taken. */
export async function makeRecord(
  client: pg.PoolClient,
  services: Services,
  actor: Actor,
  wanted: NewRecord,
): Promise<Made | undefined> {
  const id = randomId()
  const { years } = wanted
  const { rowCount } = await client.query(
    `INSERT INTO content_record (id, kind, number, project, period, parent, organisation, investor, years, status,
                                 version, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, int4range($9::int, $10::int, '[]'), $11, 0, $12)
     ON CONFLICT DO NOTHING`,
    [
      ...[id, wanted.kind, wanted.number ?? null, wanted.project ?? null, wanted.period ?? null, wanted.parent ?? null],
      ...[wanted.organisation, wanted.investor ?? null, years?.[0] ?? null, years?.[1] ?? null, wanted.status],
      services.clock(),
    ],
  )
  if (rowCount !== 1) return undefined
  return addVersion(client, services, actor, { id, version: 0 }, 'made', wanted)
}

/** Adds a version to a record that this transaction has locked. Its number is the next one. */
export async function addVersion(
  client: pg.PoolClient,
  services: Services,
  actor: Actor,
  { id, version }: Pick<RecordRow, 'id' | 'version'>,
  step: Step,
  said: { status: string; content: unknown; reason?: string | undefined; sha256?: string },
): Promise<Made> {
  const next = version + 1
  await client.query(
    `INSERT INTO content_record_version (record, version, step, status, content, by_mandate, organisation, at, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      ...[id, next, step, said.status, JSON.stringify(said.content), actor.mandate, actor.organisation],
      ...[services.clock(), said.reason ?? null],
    ],
  )
  await client.query(
    `UPDATE content_record SET version = $2, status = $3, sha256 = coalesce($4, sha256),
            approved = CASE WHEN $5 THEN $2 ELSE approved END WHERE id = $1`,
    [id, next, said.status, said.sha256 ?? null, step === 'approved' || step === 'finalised'],
  )
  return { id, version: next }
}

/** The record with its last version, or undefined. `kind` is asked so that no id of another kind is taken for one. */
export async function lastVersion(queries: Queries, kind: RecordKind, id: string): Promise<Versioned | undefined> {
  const { rows } = await queries.query<Versioned>(
    `SELECT ${VERSIONED} FROM content_record r
       JOIN content_record_version v ON v.record = r.id AND v.version = r.version
      WHERE r.id = $1 AND r.kind = $2`,
    [id, kind],
  )
  return rows[0]
}

/** The same, locked until the end of the transaction. */
export async function lockedRecord(client: pg.PoolClient, kind: RecordKind, id: string): Promise<Versioned> {
  await client.query('SELECT FROM content_record WHERE id = $1 AND kind = $2 FOR UPDATE', [id, kind])
  const row = await lastVersion(client, kind, id)
  if (!row) throw problem('not-found')
  return row
}

/** The record as one of its versions has it. */
export async function versionOf({ pool }: Services, { id, version }: Made): Promise<Versioned> {
  const { rows } = await pool.query<Versioned>(
    `SELECT ${VERSIONED} FROM content_record r JOIN content_record_version v ON v.record = r.id
      WHERE r.id = $1 AND v.version = $2`,
    [id, version],
  )
  const [row] = rows
  if (!row) throw problem('not-found')
  return row
}

/** Refuses whoever has not read the last version. */
export function refuseStale({ version }: Pick<RecordRow, 'version'>, revision: number): void {
  if (version !== revision) throw problem('revision-stale', { revision: String(version) })
}

/** Refuses what cannot be done where a record stands. */
export function refuseStatus({ status }: Pick<RecordRow, 'status'>, ...allowed: readonly string[]): void {
  if (!allowed.includes(status)) throw problem('status-wrong', { status, allowed: allowed.join(', ') })
}

/** Refuses a decision by whoever made the version that is decided on: nobody decides on the own word. */
export function refuseOwnWord({ mandate }: Actor, { by_mandate: maker }: VersionRow): void {
  if (mandate === maker) throw problem('approval-not-distinct')
}

interface StepRow {
  version: number
  step: Step
  status: string
  organisation: string
  by_mandate: string
  at: Date
  reason: string | null
}

/** What was done to a record, newest first. */
export async function stepsOf(services: Services, id: string): Promise<{ items: RecordStep[] }> {
  const { rows } = await services.pool.query<StepRow>(
    `SELECT version, step, status, organisation, by_mandate, at, reason FROM content_record_version
      WHERE record = $1 ORDER BY version DESC LIMIT $2`,
    [id, MOST_STEPS],
  )
  const names = await namesIn(
    services,
    rows.map(({ organisation }) => organisation),
  )
  return {
    items: rows.map(({ version, step, status, organisation, by_mandate, at, reason }) => ({
      revision: version,
      step,
      status,
      by: names.organisationRef(organisation),
      mandate: by_mandate,
      at: at.toISOString(),
      reason,
    })),
  }
}
