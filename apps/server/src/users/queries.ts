import type { Page, User } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type pg from 'pg'
import { CreatedKey, decodeCursor, limitOf, pageFrom } from '../platform/cursor.ts'
import type { Services } from '../platform/services.ts'

/** An attempt to add a user that got no mandate blocks its e-mail address for this long. */
const ATTEMPT_MS = 60_000

export interface UserRow {
  id: string
  email: string
  name: string
  createdAt: Date
  mandate: string
  organisation: string
  /** As in the permission table. */
  role: string
  limit: string | null
  /** Does the ledger know the mandate as one that stands? */
  active: boolean
  /** Have two vouched for it? */
  vouched: boolean
}

const USERS = `
  SELECT u.id, u.email, u.name, u.created_at AS "createdAt", m.mandate,
         r.row ->> 'organisation' AS organisation, r.row ->> 'role' AS role, r.row ->> 'limit' AS "limit",
         (r.row ->> 'active')::boolean AS active, r.row ->> 'hand' = r.id AS vouched
  FROM content_user u
  JOIN content_mandate m ON m.user_id = u.id
  JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate`

export function shownUser(row: UserRow): User {
  const { id, email, name, organisation, role, limit, mandate, vouched, createdAt } = row
  const about = { id, email, name, organisation, role: shortRole(role), limit, mandate, vouched }
  return { ...about, createdAt: createdAt.toISOString() }
}

/** `Admin` of `developer/Admin`. */
function shortRole(role: string): string {
  return role.slice(role.indexOf('/') + 1)
}

export async function userById(services: Services, id: string): Promise<UserRow | undefined> {
  const { rows } = await services.pool.query<UserRow>(`${USERS} WHERE u.id = $1`, [id])
  return rows[0]
}

/** The user who signs in with an e-mail address, in upper or lower case. */
export async function userByEmail(services: Services, email: string): Promise<UserRow | undefined> {
  const { rows } = await services.pool.query<UserRow>(
    `${USERS} WHERE lower(u.email) = lower($1) AND u.ended_at IS NULL`,
    [email],
  )
  return rows[0]
}

export async function userByMandate(services: Services, mandate: string): Promise<UserRow | undefined> {
  const { rows } = await services.pool.query<UserRow>(`${USERS} WHERE m.mandate = $1`, [mandate])
  return rows[0]
}

export async function userPage(
  services: Services,
  organisation: string | null,
  query: { limit?: number | undefined; cursor?: string | undefined },
): Promise<Page<User>> {
  const [at, id] = decodeCursor(CreatedKey, query.cursor) ?? [null, null]
  const limit = limitOf(query)
  const ofOrganisation = organisation === null ? '' : `AND r.row ? 'organisation' AND r.row ->> 'organisation' = $4`
  const { rows } = await services.pool.query<UserRow>(
    `${USERS}
     WHERE u.ended_at IS NULL AND (r.row ->> 'active')::boolean ${ofOrganisation}
       AND ($1::timestamptz IS NULL OR (u.created_at, u.id) > ($1, $2))
     ORDER BY u.created_at, u.id LIMIT $3`,
    [at, id, limit + 1, ...(organisation === null ? [] : [organisation])],
  )
  return pageFrom(rows, limit, shownUser, (row) => [row.createdAt.toISOString(), row.id])
}

interface NewUser {
  email: string
  name: string
  /** The command that makes the user. */
  sender: string
  idempotencyKey: string
}

export interface Prepared {
  mandate: string
  /** Made for this request; otherwise found as made by the same command before. */
  fresh: boolean
  user: string
}

/** Keeps a person under a mandate that is still to be granted. Undefined where the e-mail address is another's. */
export async function prepareUser(services: Services, wanted: NewUser): Promise<Prepared | undefined> {
  return (await insertUser(services, wanted)) ?? (await sameAttempt(services, wanted)) ?? insertAgain(services, wanted)
}

async function insertUser(services: Services, wanted: NewUser): Promise<Prepared | undefined> {
  const user = randomId()
  const mandate = randomId()
  const { rowCount } = await services.pool.query(
    `WITH made AS (
       INSERT INTO content_user (id, email, name, created_at, key_sender, key_id) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (lower(email)) WHERE ended_at IS NULL DO NOTHING
       RETURNING id)
     INSERT INTO content_mandate (mandate, user_id) SELECT $7, id FROM made`,
    [user, wanted.email, wanted.name, services.clock(), wanted.sender, wanted.idempotencyKey, mandate],
  )
  return rowCount === 1 ? { user, mandate, fresh: true } : undefined
}

async function sameAttempt(services: Services, wanted: NewUser): Promise<Prepared | undefined> {
  const { rows } = await services.pool.query<{ user: string; mandate: string }>(
    `SELECT u.id AS user, m.mandate FROM content_user u JOIN content_mandate m ON m.user_id = u.id
     WHERE lower(u.email) = lower($1) AND u.ended_at IS NULL AND u.key_sender = $2 AND u.key_id = $3`,
    [wanted.email, wanted.sender, wanted.idempotencyKey],
  )
  return rows[0] && { ...rows[0], fresh: false }
}

/** Takes over the address of an attempt that ended, long ago, without a mandate. */
async function insertAgain(services: Services, wanted: NewUser): Promise<Prepared | undefined> {
  const before = new Date(services.clock().getTime() - ATTEMPT_MS)
  const { rowCount } = await services.pool.query(
    `DELETE FROM content_user u
     WHERE lower(u.email) = lower($1) AND u.ended_at IS NULL AND u.created_at < $2 AND NOT EXISTS (
       SELECT FROM content_mandate m JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate WHERE m.user_id = u.id)`,
    [wanted.email, before],
  )
  return rowCount === 1 ? insertUser(services, wanted) : undefined
}

export async function dropUser(services: Services, id: string): Promise<void> {
  await services.pool.query('DELETE FROM content_user WHERE id = $1', [id])
}

/** Ends a user whose mandate was revoked: sessions, links, and the claim to the e-mail address. */
export async function endUser(services: Services, client: pg.PoolClient, id: string): Promise<void> {
  await client.query(
    `WITH sessions AS (DELETE FROM content_session WHERE user_id = $1),
          links AS (DELETE FROM content_sign_in_link WHERE user_id = $1)
     UPDATE content_user SET ended_at = coalesce(ended_at, $2) WHERE id = $1`,
    [id, services.clock()],
  )
}

/**
 * Runs `work` while nobody else removes a user of the organisation, and tells it how many other Admins there are.
 * The lock is on content, taken before the ledger's and never after it.
 */
export async function withOtherAdmins<T>(
  services: Services,
  organisation: string,
  mandate: string,
  work: (others: number, client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await services.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT FROM content_organisation WHERE organisation = $1 FOR UPDATE', [organisation])
    const done = await work(await otherAdmins(client, organisation, mandate), client)
    await client.query('COMMIT')
    return done
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

async function otherAdmins(client: pg.PoolClient, organisation: string, mandate: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM ledger_row r
     WHERE r.kind = 'mandate' AND r.row ? 'organisation' AND r.row ->> 'organisation' = $1
       AND r.row ->> 'role' LIKE '%/Admin' AND (r.row ->> 'active')::boolean AND r.id <> $2
       AND EXISTS (SELECT FROM content_mandate m WHERE m.mandate = r.id)`,
    [organisation, mandate],
  )
  return rows[0]?.count ?? 0
}
