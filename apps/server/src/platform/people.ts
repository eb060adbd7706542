import { randomId } from '@tallystick/ledger'
import type pg from 'pg'
import type { Services } from './services.ts'
import { inTransaction } from './transaction.ts'

/** An attempt to add a user that got no mandate blocks its e-mail address for this long. */
const ATTEMPT_MS = 60_000

export interface NewUser {
  email: string
  name: string
  phone?: string | null | undefined
  language?: string | null | undefined
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
       INSERT INTO content_user (id, email, name, created_at, tried_at, key_sender, key_id, phone, language)
       VALUES ($1, $2, $3, $4, $4, $5, $6, $8, $9)
       ON CONFLICT (lower(email)) WHERE ended_at IS NULL DO NOTHING
       RETURNING id)
     INSERT INTO content_mandate (mandate, user_id) SELECT $7, id FROM made`,
    [
      ...[user, wanted.email, wanted.name, services.clock(), wanted.sender, wanted.idempotencyKey, mandate],
      ...[wanted.phone ?? null, wanted.language ?? null],
    ],
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
  const holder = await holderOf(services, wanted.email)
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

interface Holder {
  id: string
  /** Whose command made the user. */
  keySender: string
  active: boolean
  organisation: string
  role: string
}

/** How a user is told something. */
export async function recipientOf(
  queries: Pick<pg.Pool, 'query'>,
  id: string,
): Promise<{ id: string; email: string; name: string } | undefined> {
  const { rows } = await queries.query<{ id: string; email: string; name: string }>(
    'SELECT id, email, name FROM content_user WHERE id = $1 AND ended_at IS NULL',
    [id],
  )
  return rows[0]
}

/** Who has an e-mail address, in upper or lower case, and whether the mandate stands. */
export async function holderOf({ pool }: Services, email: string): Promise<Holder | undefined> {
  const { rows } = await pool.query<Holder>(
    `SELECT u.id, u.key_sender AS "keySender", (r.row ->> 'active')::boolean AS active, r.row ->> 'organisation' AS organisation,
            r.row ->> 'role' AS role
       FROM content_user u
       JOIN content_mandate m ON m.user_id = u.id
       JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate
      WHERE lower(u.email) = lower($1) AND u.ended_at IS NULL`,
    [email],
  )
  return rows[0]
}

/** Drops an attempt that got no mandate, unless the same command was sent once more and may get it still. */
export async function dropAttempt(services: Services, { user, tries }: Prepared): Promise<void> {
  await services.pool.query(`DELETE FROM content_user u WHERE u.id = $1 AND u.tries = $2 AND NOT ${GRANTED}`, [
    user,
    tries,
  ])
}

/** Gives a user another name. The key to sign with was made out in the old one, and ends. */
export function rename(services: Services, id: string, name: string): Promise<void> {
  return inTransaction(services.pool, async (client) => {
    // Whoever makes a key holds this row, too: either this finds that key, or the key the new name.
    const { rows } = await client.query<{ name: string }>(
      'SELECT name FROM content_user WHERE id = $1 AND ended_at IS NULL FOR UPDATE',
      [id],
    )
    if (!rows[0] || rows[0].name === name) return
    await client.query('UPDATE content_user SET name = $2 WHERE id = $1', [id, name])
    await client.query(`${REVOKE_KEY} WHERE user_id = $1 AND revoked_at IS NULL`, [id, services.clock()])
  })
}

const REVOKE_KEY = 'UPDATE content_signing_key SET revoked_at = $2, private_key = NULL'

/** Ends a user whose mandate was revoked: sessions, links, the password, the key to sign with, and the claim to the e-mail address. */
export async function endUser(services: Services, queries: Pick<pg.Pool, 'query'>, id: string): Promise<void> {
  await queries.query(
    `WITH sessions AS (DELETE FROM content_session WHERE user_id = $1),
          links AS (DELETE FROM content_sign_in_link WHERE user_id = $1),
          passwords AS (DELETE FROM content_password WHERE user_id = $1),
          keys AS (${REVOKE_KEY} WHERE user_id = $1 AND revoked_at IS NULL)
     UPDATE content_user SET ended_at = coalesce(ended_at, $2) WHERE id = $1`,
    [id, services.clock()],
  )
}
