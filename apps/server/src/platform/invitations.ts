import type pg from 'pg'
import type { Recipient } from './notify.ts'
import { hashOfRandom, randomPassword } from './password-hash.ts'
import type { Services } from './services.ts'
import { newSignInLink } from './sign-in-links.ts'
import { inTransaction } from './transaction.ts'

const DAY_MS = 86_400_000
/** A temporary password that nobody used ends after this time. */
export const TEMPORARY_MS = 7 * DAY_MS

type Person = Recipient & { id: string }

/**
 * Sends a new user a first way in, once, however often this is called: a link or, where people have passwords, a
 * temporary one. `given` is one that the operator chose; nobody else knows of it before the mail.
 */
export async function invite(services: Services, person: Person, given: string | null = null): Promise<void> {
  if (!(await isToBeInvited(services, person.id))) return
  if (services.onboarding === 'link') return inviteByLink(services, person)
  const password = given ?? randomPassword()
  const hash = given === null ? hashOfRandom(password) : await services.hasher.hash(password)
  await inTransaction(services.pool, async (client) => {
    if (!(await markInvited(services, client, person.id))) return
    const now = services.clock()
    const expiresAt = new Date(now.getTime() + TEMPORARY_MS)
    const { rowCount } = await client.query(
      `INSERT INTO content_password (user_id, hash, set_at, temporary_until) VALUES ($1, $2, $3, $4)
       ON CONFLICT (user_id) DO NOTHING`,
      [person.id, hash, now, expiresAt],
    )
    // Whoever chose a password already, by a link that was asked for, needs none.
    if (rowCount === 0) return
    const access = { password, expiresAt, url: `${services.publicUrl}/sign-in` }
    await services.notify.temporaryPassword(person, access, { queries: client })
  })
}

function inviteByLink(services: Services, person: Person): Promise<void> {
  return inTransaction(services.pool, async (client) => {
    if (await markInvited(services, client, person.id)) await sendWayIn(services, client, person)
  })
}

/** Sends a user one more way in, by a link; as part of the transaction that the client is in. Answers when it ends. */
export async function sendWayIn(services: Services, client: pg.PoolClient, person: Person): Promise<Date> {
  await markInvited(services, client, person.id)
  const link = await newSignInLink(services, client, person.id)
  if (services.onboarding === 'link') await services.notify.signInLink(person, link, { queries: client })
  else await services.notify.passwordLink(person, link, { queries: client })
  return link.expiresAt
}

async function isToBeInvited({ pool }: Services, user: string): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT 1 FROM content_user WHERE id = $1 AND invited_at IS NULL', [user])
  return rowCount === 1
}

/** True for whoever comes first. */
async function markInvited({ clock }: Services, client: pg.PoolClient, user: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'UPDATE content_user SET invited_at = $2 WHERE id = $1 AND invited_at IS NULL AND ended_at IS NULL',
    [user, clock()],
  )
  return rowCount === 1
}
