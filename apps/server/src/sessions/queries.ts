import type { Session } from '@tallystick/contract'
import type pg from 'pg'
import { newToken, SESSION_IDLE_MS, SESSION_MS, tokenHash } from '../platform/auth.ts'
import {
  ORGANISATION_COLUMNS,
  ORGANISATION_TABLES,
  type OrganisationRow,
  shownOrganisation,
} from '../platform/organisations.ts'
import type { Services } from '../platform/services.ts'

type Queries = Pick<pg.Pool | pg.PoolClient, 'query'>

/** A session as whoever came in gets it. */
export interface Opened {
  user: string
  token: string
  /** It does nothing but change the password. */
  restricted: boolean
}

/**
 * Turns a one-time link's token into a session; undefined for a link that was used, has expired or was never given out. One
 * statement, so that of many who come with one link one gets in.
 */
export async function openSession(services: Services, linkToken: string): Promise<Opened | undefined> {
  const link = `DELETE FROM content_sign_in_link
                 WHERE token_hash = $5 AND expires_at > $2 AND purpose = 'sign-in' RETURNING user_id`
  return sessionOf(services, services.pool, { who: link, value: tokenHash(linkToken), restricted: false })
}

/** A session of a user, unless he has left; its token is always a new one. */
export function newSession(
  services: Services,
  queries: Queries,
  { user, restricted }: { user: string; restricted: boolean },
): Promise<Opened | undefined> {
  return sessionOf(services, queries, { who: 'SELECT $5::text AS user_id', value: user, restricted })
}

async function sessionOf(
  { clock }: Services,
  queries: Queries,
  { who, value, restricted }: { who: string; value: string; restricted: boolean },
): Promise<Opened | undefined> {
  const token = newToken()
  const now = clock()
  const { rows } = await queries.query<{ user: string }>(
    `WITH who AS (${who})
     INSERT INTO content_session (token_hash, user_id, mandate, created_at, seen_at, expires_at, restricted)
     SELECT $1, u.id, m.mandate, $2, $2, $3, $4
     FROM who
     JOIN content_user u ON u.id = who.user_id AND u.ended_at IS NULL
     JOIN content_mandate m ON m.user_id = u.id
     JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate AND (r.row ->> 'active')::boolean
     RETURNING user_id AS user`,
    [tokenHash(token), now, new Date(now.getTime() + SESSION_MS), restricted, value],
  )
  if (!rows[0]) return undefined
  await queries.query('DELETE FROM content_session WHERE user_id = $1 AND (expires_at <= $2 OR seen_at <= $3)', [
    rows[0].user,
    now,
    new Date(now.getTime() - SESSION_IDLE_MS),
  ])
  return { user: rows[0].user, token, restricted }
}

interface SessionRow {
  user: string
  email: string
  user_name: string
  mandate: string
  role: string
  limit: string | null
  expires_at: Date
  restricted: boolean
}

/** What a session's token stands for. */
export async function readSessionOf(services: Services, token: string): Promise<Session | undefined> {
  const { rows } = await services.pool.query<SessionRow & OrganisationRow>(
    `SELECT u.id AS user, u.email, u.name AS user_name, s.mandate, s.expires_at, s.restricted,
            m.row ->> 'role' AS role, m.row ->> 'limit' AS "limit", ${ORGANISATION_COLUMNS}
     FROM content_session s
     JOIN content_user u ON u.id = s.user_id
     JOIN ledger_row m ON m.kind = 'mandate' AND m.id = s.mandate
     JOIN (${ORGANISATION_TABLES}) ON o.kind = 'organisation' AND o.id = m.row ->> 'organisation'
     WHERE s.token_hash = $1`,
    [tokenHash(token)],
  )
  const [row] = rows
  if (!row) return undefined
  return {
    user: { id: row.user, email: row.email, name: row.user_name },
    organisation: shownOrganisation(services, row),
    role: row.role.slice(row.role.indexOf('/') + 1),
    mandate: row.mandate,
    limit: row.limit,
    expiresAt: row.expires_at.toISOString(),
    passwordChangeDue: row.restricted,
  }
}

export async function endSession(services: Services, token: string): Promise<void> {
  await services.pool.query('DELETE FROM content_session WHERE token_hash = $1', [tokenHash(token)])
}
