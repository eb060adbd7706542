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
  user: string
  /** How often the command was sent until now, as far as the row tells. */
  tries: number
}

/** Does the ledger know a mandate of the user `u`? */
const GRANTED = `EXISTS (
  SELECT FROM content_mandate m JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate WHERE m.user_id = u.id)`

/** Keeps a person under a mandate that is still to be granted. Undefined where the e-mail address is another's. */
export async function prepareUser(services: Services, wanted: NewUser): Promise<Prepared | undefined> {
  return (await insertUser(services, wanted)) ?? (await sameAttempt(services, wanted)) ?? insertAgain(services, wanted)
}

async function insertUser(services: Services, wanted: NewUser): Promise<Prepared | undefined> {
  const user = randomId()
  const mandate = randomId()
  const { rowCount } = await services.pool.query(
    `WITH made AS (
       INSERT INTO content_user (id, email, name, created_at, tried_at, key_sender, key_id)
       VALUES ($1, $2, $3, $4, $4, $5, $6)
       ON CONFLICT (lower(email)) WHERE ended_at IS NULL DO NOTHING
       RETURNING id)
     INSERT INTO content_mandate (mandate, user_id) SELECT $7, id FROM made`,
    [user, wanted.email, wanted.name, services.clock(), wanted.sender, wanted.idempotencyKey, mandate],
  )
  return rowCount === 1 ? { user, mandate, tries: 1 } : undefined
}

/** The attempt of the same command, which is now this one's to take back, and nobody's to take over. */
async function sameAttempt(services: Services, wanted: NewUser): Promise<Prepared | undefined> {
  const { rows } = await services.pool.query<Prepared>(
    `UPDATE content_user u SET tries = u.tries + 1, tried_at = $5
       FROM content_mandate m
      WHERE m.user_id = u.id AND lower(u.email) = lower($1) AND u.ended_at IS NULL
        AND u.key_sender = $2 AND u.key_id = $3 AND u.email = $1 AND u.name = $4
     RETURNING u.id AS user, m.mandate, u.tries`,
    [wanted.email, wanted.sender, wanted.idempotencyKey, wanted.name, services.clock()],
  )
  return rows[0]
}

/** Takes over the address of an attempt that ended, long ago, without a mandate, or of a user whose mandate is revoked. */
async function insertAgain(services: Services, wanted: NewUser): Promise<Prepared | undefined> {
  const holder = await userByEmail(services, wanted.email)
  if (holder) {
    // Revoking was written, and whoever was to end the user then did not come to it.
    if (!holder.active) await endUser(services, services.pool, holder.id)
    return holder.active ? undefined : insertUser(services, wanted)
  }
  const before = new Date(services.clock().getTime() - ATTEMPT_MS)
  const { rowCount } = await services.pool.query(
    `DELETE FROM content_user u
     WHERE lower(u.email) = lower($1) AND u.ended_at IS NULL AND greatest(u.created_at, u.tried_at) < $2
       AND NOT ${GRANTED}`,
    [wanted.email, before],
  )
  return rowCount === 1 ? insertUser(services, wanted) : undefined
}

/** Drops an attempt that got no mandate, unless the same command was sent once more and may get it still. */
export async function dropAttempt(services: Services, { user, tries }: Prepared): Promise<void> {
  await services.pool.query(`DELETE FROM content_user u WHERE u.id = $1 AND u.tries = $2 AND NOT ${GRANTED}`, [
    user,
    tries,
  ])
}

/** Ends a user whose mandate was revoked: sessions, links, and the claim to the e-mail address. */
export async function endUser(services: Services, queries: Pick<pg.Pool, 'query'>, id: string): Promise<void> {
  await queries.query(
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
