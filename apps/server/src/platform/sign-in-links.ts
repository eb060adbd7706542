import type pg from 'pg'
import { newToken, tokenHash } from './auth.ts'
import type { Services } from './services.ts'

export const LINK_MS = 24 * 3_600_000

export interface SignInLink {
  url: string
  expiresAt: Date
}

/** A one-time link for a user. The token leaves in it and nowhere else; of it only the hash is kept. */
export async function newSignInLink(
  services: Pick<Services, 'clock' | 'publicUrl'>,
  database: Pick<pg.Pool | pg.PoolClient, 'query'>,
  user: string,
): Promise<SignInLink> {
  const now = services.clock()
  const token = newToken()
  const expiresAt = new Date(now.getTime() + LINK_MS)
  await database.query('DELETE FROM content_sign_in_link WHERE user_id = $1 AND expires_at <= $2', [user, now])
  await database.query('INSERT INTO content_sign_in_link (token_hash, user_id, expires_at) VALUES ($1, $2, $3)', [
    tokenHash(token),
    user,
    expiresAt,
  ])
  return { url: `${services.publicUrl}/sign-in?token=${token}`, expiresAt }
}
