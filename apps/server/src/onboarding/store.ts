import type { Contact, Registration } from '@tallystick/contract'
import type pg from 'pg'
import type { z } from 'zod'
import type { Services } from '../platform/services.ts'

type Queries = Pick<pg.Pool | pg.PoolClient, 'query'>

export interface RegistrationRow {
  id: string
  organisation: string
  is_new: boolean
  kind: string
  organisation_name: string | null
  tax_id: string | null
  contact: z.infer<typeof Contact> | null
  email: string
  name: string
  phone: string | null
  language: Registration['person']['language']
  created_at: Date
  status: 'unconfirmed' | 'open' | 'deciding' | 'approved' | 'rejected'
  role: string | null
  limit: string | null
  decided_by: string | null
  decided_at: Date | null
  reason: string | null
  key_sender: string | null
  key_id: string | null
  request_hash: string | null
  tries: number
}

const COLUMNS = `id, organisation, is_new, kind, organisation_name, tax_id, contact, email, name, phone, language,
  created_at, status, role, "limit", decided_by, decided_at, reason, key_sender, key_id, request_hash, tries`

type Asked = Pick<RegistrationRow, 'id' | 'organisation' | 'is_new' | 'kind' | 'email' | 'name'> & {
  organisation_name?: string | undefined
  tax_id?: string | undefined
  contact?: z.infer<typeof Contact> | undefined
  phone?: string | undefined
  language: string | null
  token_hash: string
}

/** Keeps a request that waits for its address to be confirmed. */
export async function keepRegistration({ pool, clock }: Services, asked: Asked): Promise<void> {
  await pool.query(
    `INSERT INTO content_registration (id, organisation, is_new, kind, organisation_name, tax_id, contact, email, name,
                                       phone, language, created_at, token_hash, status)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'unconfirmed')`,
    [
      ...[asked.id, asked.organisation, asked.is_new, asked.kind, asked.organisation_name ?? null],
      ...[asked.tax_id ?? null, asked.contact ? JSON.stringify(asked.contact) : null, asked.email, asked.name],
      ...[asked.phone ?? null, asked.language, clock(), asked.token_hash],
    ],
  )
}

/** The request whose link has this token, if it was sent after an instant. */
export async function registrationByToken(
  { pool }: Services,
  tokenHash: string,
  after: Date,
): Promise<RegistrationRow | undefined> {
  const { rows } = await pool.query<RegistrationRow>(
    `SELECT ${COLUMNS} FROM content_registration WHERE token_hash = $1 AND created_at > $2`,
    [tokenHash, after],
  )
  return rows[0]
}

/** Opens a request for a decision: once, and one for an address and organisation at a time. */
export async function openRegistration({ pool }: Services, id: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE content_registration SET status = 'open', token_hash = NULL WHERE id = $1 AND status = 'unconfirmed'`,
    [id],
  )
  return rowCount === 1
}

/** Forgets requests that nobody confirmed, and those that were decided long ago. */
export async function forgetRegistrations({ pool }: Services, unconfirmed: Date, decided: Date): Promise<void> {
  await pool.query(
    `DELETE FROM content_registration WHERE id IN (
       (SELECT id FROM content_registration WHERE status = 'unconfirmed' AND created_at <= $1 LIMIT 100)
       UNION ALL
       (SELECT id FROM content_registration WHERE status IN ('approved', 'rejected') AND created_at <= $2
           AND decided_at <= $2 LIMIT 100))`,
    [unconfirmed, decided],
  )
}

export async function registrationById({ pool }: Services, id: string): Promise<RegistrationRow | undefined> {
  const { rows } = await pool.query<RegistrationRow>(
    `SELECT ${COLUMNS} FROM content_registration WHERE id = $1 AND status <> 'unconfirmed'`,
    [id],
  )
  return rows[0]
}

/** Which registrations somebody may decide on. */
export interface Reach {
  /** New organisations of these kinds. */
  newKinds: string[]
  /** Who joins any organisation of these kinds. */
  joinKinds: string[]
  /** Who joins this one. */
  own: string | null
}

/** Oldest first. */
export async function registrationPage(
  { pool }: Services,
  { newKinds, joinKinds, own }: Reach,
  statuses: readonly string[],
  after: readonly [string, string] | undefined,
  limit: number,
): Promise<RegistrationRow[]> {
  const [createdAt = '-infinity', id = ''] = after ?? []
  const { rows } = await pool.query<RegistrationRow>(
    `SELECT ${COLUMNS} FROM content_registration
      WHERE status = ANY($1) AND (created_at, id) > ($2, $3)
        AND CASE WHEN is_new THEN kind = ANY($4) ELSE kind = ANY($5) OR organisation = $6 END
      ORDER BY created_at, id LIMIT $7`,
    [statuses, createdAt, id, newKinds, joinKinds, own, limit],
  )
  return rows
}

export interface Decision {
  role: string
  limit: string | null
  by: string
  at: Date
  sender: string
  idempotencyKey: string
  requestHash: string
}

/**
 * Begins to carry an approval out, or goes on with one that was begun: then its first decision stands. Undefined where
 * the registration was decided on.
 */
export async function beginApproval(
  { pool }: Services,
  id: string,
  { role, limit, by, at, sender, idempotencyKey, requestHash }: Decision,
): Promise<RegistrationRow | undefined> {
  const first = (column: string, value: string) =>
    `${column} = CASE WHEN status = 'open' THEN ${value} ELSE ${column} END`
  const { rows } = await pool.query<RegistrationRow>(
    `UPDATE content_registration SET status = 'deciding', tries = tries + 1,
            ${first('role', '$2')}, ${first('"limit"', '$3')}, ${first('decided_by', '$4')},
            ${first('decided_at', '$5::timestamptz')}, ${first('key_sender', '$6')}, ${first('key_id', '$7')},
            ${first('request_hash', '$8')}
      WHERE id = $1 AND status IN ('open', 'deciding') RETURNING ${COLUMNS}`,
    [id, role, limit, by, at, sender, idempotencyKey, requestHash],
  )
  return rows[0]
}

/** The ledger knows something that an approval of `content_registration` wrote; $2 and $3 are its keys there. */
const WRITTEN = `EXISTS (SELECT FROM ledger_key WHERE id = ANY($2))`

/** Opens a registration again whose approval was refused before anything was written, unless another goes on with it. */
export async function takeBackApproval(
  { pool }: Services,
  { id, tries }: Pick<RegistrationRow, 'id' | 'tries'>,
  loggedKeys: readonly string[],
): Promise<void> {
  await pool.query(
    `UPDATE content_registration SET status = 'open', role = NULL, "limit" = NULL, decided_by = NULL, decided_at = NULL,
            key_sender = NULL, key_id = NULL, request_hash = NULL
      WHERE id = $1 AND status = 'deciding' AND tries = $3 AND NOT ${WRITTEN}`,
    [id, loggedKeys, tries],
  )
}

/** All of an approval is written, and whoever was let in was told. */
export async function endApproval({ pool }: Services, id: string): Promise<void> {
  await pool.query(`UPDATE content_registration SET status = 'approved' WHERE id = $1 AND status = 'deciding'`, [id])
}

/** Rejects what is open, or what was begun to be approved before an instant and of which nothing is written. */
export async function reject(
  queries: Queries,
  id: string,
  { by, at, reason, stuckBefore }: { by: string; at: Date; reason: string; stuckBefore: Date },
  loggedKeys: readonly string[],
): Promise<RegistrationRow | undefined> {
  const { rows } = await queries.query<RegistrationRow>(
    `UPDATE content_registration SET status = 'rejected', decided_by = $3, decided_at = $4, reason = $5, role = NULL
      WHERE id = $1 AND (status = 'open' OR (status = 'deciding' AND decided_at < $6 AND NOT ${WRITTEN}))
     RETURNING ${COLUMNS}`,
    [id, loggedKeys, by, at, reason, stuckBefore],
  )
  return rows[0]
}
