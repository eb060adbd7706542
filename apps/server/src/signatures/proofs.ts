import { randomInt } from 'node:crypto'
import { recipientOf } from '../platform/people.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { forgetTries, forgive, slowed, throttle } from '../platform/throttle.ts'

const MINUTE_MS = 60_000
export const CODE_MS = 10 * MINUTE_MS

/** Codes that one person may ask for, wrong ones of each, and wrong passwords. */
export const LIMITS = {
  codes: { most: 5, windowMs: CODE_MS },
  wrongCodes: 5,
  passwords: { free: 5, mostMs: 15 * MINUTE_MS, windowMs: 24 * 60 * MINUTE_MS },
} as const

/** What a code is good for, beside documents: a key to sign with. */
export const FOR_KEY = 'key'

/** Sends a code with which this person shows once more who that is, about one thing. Any earlier code for it is over. */
export async function sendCode(services: Services, { user }: Actor, about: string): Promise<Date> {
  const { pool, clock, notify, publicUrl } = services
  await throttle(services, `signing codes of ${user}`, LIMITS.codes)
  const to = await recipientOf(pool, user)
  if (!to) throw problem('not-signed-in')
  const code = String(randomInt(100_000_000)).padStart(8, '0')
  const expiresAt = new Date(clock().getTime() + CODE_MS)
  await pool.query('DELETE FROM content_signing_code WHERE expires_at < $1', [clock()])
  await pool.query(
    `INSERT INTO content_signing_code (user_id, about, code, expires_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (user_id, about) DO UPDATE SET code = excluded.code, tries = 0, expires_at = excluded.expires_at`,
    [user, about, await keyed(services, user, about, code), expiresAt],
  )
  await notify.signingCode(to, { code, expiresAt, url: `${publicUrl}/national` })
  return expiresAt
}

export interface Shown {
  password?: string | undefined
  code?: string | undefined
}

/** Has this person shown who that is, about one thing? Answers how; throws a problem where not. */
export async function prove(
  services: Services,
  actor: Actor,
  about: string,
  { password, code }: Shown,
): Promise<'password' | 'code'> {
  if (password !== undefined) return provePassword(services, actor, password)
  await proveCode(services, actor, about, code ?? '')
  return 'code'
}

async function provePassword(services: Services, { user }: Actor, password: string): Promise<'password'> {
  if (services.onboarding !== 'password') throw problem('passwords-off')
  const tries = `signing password of ${user}`
  const seconds = await slowed(services, tries, LIMITS.passwords)
  if (seconds > 0) throw problem('too-many-requests', { seconds: String(seconds) })
  const { rows } = await services.pool.query<{ hash: string }>(
    'SELECT hash FROM content_password WHERE user_id = $1 AND temporary_until IS NULL',
    [user],
  )
  const isRight = await services.hasher.matches(password, rows[0]?.hash).catch(async (error) => {
    await forgive(services, tries)
    throw error
  })
  if (!isRight) throw problem('signing-code-wrong')
  await forgetTries(services, tries)
  return 'password'
}

/** A code is good once; a few wrong ones end it, too. Of many at once one gets through. */
async function proveCode(services: Services, { user }: Actor, about: string, code: string): Promise<void> {
  const hashed = await keyed(services, user, about, code)
  const { rows } = await services.pool.query<{ code: string }>(
    `UPDATE content_signing_code SET tries = tries + 1
      WHERE user_id = $1 AND about = $2 AND expires_at > $3 AND tries < $4 RETURNING code`,
    [user, about, services.clock(), LIMITS.wrongCodes],
  )
  if (rows[0]?.code !== hashed) throw problem('signing-code-wrong')
  const { rowCount } = await services.pool.query(
    'DELETE FROM content_signing_code WHERE user_id = $1 AND about = $2 AND code = $3',
    [user, about, hashed],
  )
  if (rowCount !== 1) throw problem('signing-code-wrong')
}

/** What is kept of a code: nobody who reads it finds the code by trying them all. */
function keyed({ ledger }: Services, user: string, about: string, code: string): Promise<string> {
  return ledger.loggedKey({ sender: 'signing code', id: `${user} ${about} ${code}` })
}
