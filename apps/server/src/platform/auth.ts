import { hash, randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type pg from 'pg'
import { Gathered } from './gathered.ts'
import { problem } from './problem.ts'
import type { Actor, Services } from './services.ts'

const HOUR_MS = 3_600_000
export const SESSION_IDLE_MS = 12 * HOUR_MS
export const SESSION_MS = 7 * 24 * HOUR_MS
/** A session's last use is written down at most this often. */
const SEEN_EVERY_MS = 5 * 60_000

const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** A new secret for a bearer or a link: 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What of a token is stored: its SHA-256, hex. */
export function tokenHash(token: string): string {
  return hash('sha256', token)
}

/** Name of the session cookie; the prefix binds it to this host where the connection is encrypted. */
export function cookieName(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-tallystick_session' : 'tallystick_session'
}

/** The token that a request carries, and how. A bearer token goes before a cookie. */
export function credentialOf(
  services: Services,
  request: FastifyRequest,
): { token: string; kind: 'bearer' | 'cookie' } | undefined {
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
    return { token, kind: 'bearer' }
  }
  const token = request.cookies[cookieName(services.publicUrl)]
  return token === undefined ? undefined : { token, kind: 'cookie' }
}

/** Who asks: undefined for nobody known, and for a session that has ended. */
export async function actorOf(services: Services, request: FastifyRequest): Promise<Actor | undefined> {
  const credential = credentialOf(services, request)
  if (!credential || !TOKEN.test(credential.token)) return undefined
  const stored = tokenHash(credential.token)
  const session = (await sessionsIn(services.pool).get([stored])).get(stored)
  const now = services.clock()
  if (!session || session.expires_at <= now) return undefined
  const idleMs = now.getTime() - session.seen_at.getTime()
  if (idleMs >= SESSION_IDLE_MS) return undefined
  if (idleMs > SEEN_EVERY_MS) {
    await services.pool.query('UPDATE content_session SET seen_at = $2 WHERE token_hash = $1', [stored, now])
  }
  const { user, organisation, mandate, role } = session
  return { user, organisation, mandate, role }
}

interface StoredSession extends Actor {
  hash: string
  seen_at: Date
  expires_at: Date
}

type Sessions = Gathered<Map<string, StoredSession>>

/** Every request asks for its session, so those of many requests are asked for at once. */
const readers = new WeakMap<pg.Pool, Sessions>()

function sessionsIn(pool: pg.Pool): Sessions {
  const known = readers.get(pool) ?? new Gathered((hashes) => readSessions(pool, hashes))
  readers.set(pool, known)
  return known
}

/** Sessions whose mandate is active, by the hash of their token. */
async function readSessions(pool: pg.Pool, hashes: string[]): Promise<Map<string, StoredSession>> {
  const { rows } = await pool.query<StoredSession>({
    name: 'session-actors',
    text: SESSION_ACTORS,
    values: [JSON.stringify(hashes)],
  })
  return new Map(rows.map((row) => [row.hash, row]))
}

// PostgreSQL plans this once: how many hashes there are changes nothing in what it expects of a JSON array.
const SESSION_ACTORS = `
  SELECT k.hash, s.seen_at, s.expires_at, s.user_id AS user, s.mandate,
         m.row ->> 'organisation' AS organisation, m.row ->> 'role' AS role
    FROM json_array_elements_text($1) k(hash)
   CROSS JOIN LATERAL (SELECT * FROM content_session WHERE token_hash = k.hash OFFSET 0) s
   CROSS JOIN LATERAL (SELECT row FROM ledger_row WHERE kind = 'mandate' AND id = s.mandate OFFSET 0) m
   WHERE (m.row ->> 'active')::boolean`

/**
 * A browser sends its cookie along with whatever another site makes it send. So a change under a cookie must be JSON,
 * which no form can send, and must come from our own pages. A bearer token is never sent by a browser on its own.
 */
export function refuseCrossSite(services: Services, request: FastifyRequest): void {
  if (credentialOf(services, request)?.kind !== 'cookie') return
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json' || !isSameOrigin(services, request)) throw problem('cross-site')
}

/** Does the browser say that one of our own pages sent this? */
export function isSameOrigin(services: Services, request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin } = request.headers
  if (origin === undefined || !URL.canParse(origin)) return false
  return new URL(origin).host === request.host || new URL(origin).origin === new URL(services.publicUrl).origin
}

/** The government reads what is private to organisations. */
export function isGovernment(actor: Pick<Actor, 'role'> | undefined): boolean {
  return actor?.role.startsWith('government/') ?? false
}
