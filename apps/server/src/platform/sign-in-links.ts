import type pg from 'pg'
import { newToken, tokenHash } from './auth.ts'
import type { Services } from './services.ts'

export const LINK_MS = 24 * 3_600_000

export interface SignInLink {
  url: string
  expiresAt: Date
}

type Queries = Pick<pg.Pool | pg.PoolClient, 'query'>

/** A one-time link by which a user comes in: it signs in or, where people have passwords, lets the user choose one. */
export function newSignInLink(
  services: Pick<Services, 'clock' | 'publicUrl' | 'onboarding'>,
  database: Queries,
  user: string,
): Promise<SignInLink> {
  const purpose = services.onboarding === 'password' ? 'password' : 'sign-in'
  return newLink(services, database, { user, purpose, forMs: LINK_MS })
}

const PAGES = { 'sign-in': '/sign-in', password: '/password/choose' } as const

/** A link for one purpose. The token leaves in it and nowhere else; of it only the hash is kept. */
export async function newLink(
  services: Pick<Services, 'clock' | 'publicUrl'>,
  database: Queries,
  { user, purpose, forMs }: { user: string; purpose: keyof typeof PAGES; forMs: number },
): Promise<SignInLink> {
  const now = services.clock()
  const token = newToken()
  const expiresAt = new Date(now.getTime() + forMs)
  await database.query('DELETE FROM content_sign_in_link WHERE user_id = $1 AND expires_at <= $2', [user, now])
  await database.query(
    'INSERT INTO content_sign_in_link (token_hash, user_id, expires_at, purpose) VALUES ($1, $2, $3, $4)',
    [tokenHash(token), user, expiresAt, purpose],
  )
  return { url: `${services.publicUrl}${PAGES[purpose]}?token=${token}`, expiresAt }
}

/** The token of a link, given as such or within the link. */
export function linkTokenOf(text: string): string {
  return (URL.canParse(text) ? new URL(text).searchParams.get('token') : null) ?? text
}
