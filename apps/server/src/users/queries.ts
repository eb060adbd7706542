import type { Page, User } from '@tallystick/contract'
import type pg from 'pg'
import { CreatedKey, decodeCursor, limitOf, pageFrom } from '../platform/cursor.ts'
import type { Services } from '../platform/services.ts'
import { inTransaction } from '../platform/transaction.ts'

export interface UserRow {
  id: string
  email: string
  name: string
  phone: string | null
  language: User['language']
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
  SELECT u.id, u.email, u.name, u.phone, u.language, u.created_at AS "createdAt", m.mandate,
         r.row ->> 'organisation' AS organisation, r.row ->> 'role' AS role, r.row ->> 'limit' AS "limit",
         (r.row ->> 'active')::boolean AS active, r.row ->> 'hand' = r.id AS vouched
  FROM content_user u
  JOIN content_mandate m ON m.user_id = u.id
  JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate`

export function shownUser(row: UserRow): User {
  const { id, email, name, phone, language, organisation, role, limit, mandate, vouched, createdAt } = row
  const about = { id, email, name, phone, language, organisation, role: shortRole(role), limit, mandate, vouched }
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
  return inTransaction(services.pool, async (client) => {
    await client.query('SELECT FROM content_organisation WHERE organisation = $1 FOR UPDATE', [organisation])
    return work(await otherAdmins(client, organisation, mandate), client)
  })
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
