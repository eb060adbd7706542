import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Operation, scopesFor } from '@tallystick/contract'
import type { FastifyRequest } from 'fastify'
import type pg from 'pg'
import { API_KEY_PREFIX, apiKeyId } from './api-key.ts'
import { Gathered } from './gathered.ts'
import { isWithin } from './networks.ts'
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

interface Credential {
  token: string
  /** `key`: an API key, in one of the two headers that may carry it, and never in a cookie. */
  kind: 'bearer' | 'cookie' | 'key'
}

/** The token that a request carries, and how. A bearer token or an API key goes before a cookie; both are neither. */
export function credentialOf(services: Services, request: FastifyRequest): Credential | undefined {
  const { authorization, api_key: apiKey } = request.headers
  if (apiKey !== undefined) {
    return { token: authorization === undefined && typeof apiKey === 'string' ? apiKey : '', kind: 'key' }
  }
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
    // The token of a session may begin so by chance; no key is as short.
    return { token, kind: token.startsWith(API_KEY_PREFIX) && !TOKEN.test(token) ? 'key' : 'bearer' }
  }
  const token = request.cookies[cookieName(services.publicUrl)]
  return token === undefined ? undefined : { token, kind: 'cookie' }
}

/**
 * Who asks: undefined for nobody known, and for a session that has ended. Throws a problem for an API key that is not in
 * force here, the same one whatever the reason.
 */
export async function actorOf(services: Services, request: FastifyRequest): Promise<Actor | undefined> {
  const credential = credentialOf(services, request)
  if (credential?.kind === 'key') return keyActor(services, credential.token, request.ip)
  if (!credential || !TOKEN.test(credential.token)) return undefined
  return sessionActor(services, credential.token)
}

async function sessionActor(services: Services, token: string): Promise<Actor | undefined> {
  const stored = tokenHash(token)
  const session = (await sessionsIn(services.pool).get([stored])).get(stored)
  const now = services.clock()
  if (!session || session.expires_at <= now) return undefined
  const idleMs = now.getTime() - session.seen_at.getTime()
  if (idleMs >= SESSION_IDLE_MS) return undefined
  if (idleMs > SEEN_EVERY_MS) {
    await services.pool.query('UPDATE content_session SET seen_at = $2 WHERE token_hash = $1', [stored, now])
  }
  const { user, organisation, mandate, role, language = null, restricted } = session
  return { user, organisation, mandate, role, language, ...(restricted ? { restricted } : {}) }
}

async function keyActor(services: Services, token: string, address: string): Promise<Actor> {
  const id = apiKeyId(token)
  const key = id === undefined ? undefined : (await keysIn(services.pool).get([id])).get(id)
  const isSame = timingSafeEqual(Buffer.from(tokenHash(token)), Buffer.from(key?.key_hash ?? NO_HASH))
  const now = services.clock()
  if (!key || !isSame || key.expires_at <= now) throw problem('not-signed-in')
  if (key.addresses.length > 0 && !isWithin(key.addresses, address)) throw problem('not-signed-in')
  const hour = new Date(now.getTime() - (now.getTime() % HOUR_MS))
  if (key.used_at === null || key.used_at < hour) await markUsed(services.pool, key.id, hour)
  const { user, organisation, mandate, role, scopes, language = null } = key
  return { user, organisation, mandate, role, language, key: { id: key.id, scopes } }
}

/** Compared with where there is no key, so that it takes as long. No SHA-256 looks so. */
const NO_HASH = '-'.repeat(64)

async function markUsed(pool: pg.Pool, id: string, hour: Date): Promise<void> {
  const isLater = '(used_at IS NULL OR used_at < $2)'
  await pool.query(`UPDATE content_api_key SET used_at = $2 WHERE id = $1 AND ${isLater}`, [id, hour])
}

interface StoredSession extends Omit<Actor, 'restricted'> {
  hash: string
  restricted: boolean
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
  SELECT k.hash, s.seen_at, s.expires_at, s.restricted, s.user_id AS user, s.mandate,
         m.row ->> 'organisation' AS organisation, m.row ->> 'role' AS role, u.language
    FROM json_array_elements_text($1) k(hash)
   CROSS JOIN LATERAL (SELECT * FROM content_session WHERE token_hash = k.hash OFFSET 0) s
   CROSS JOIN LATERAL (SELECT language FROM content_user WHERE id = s.user_id OFFSET 0) u
   CROSS JOIN LATERAL (SELECT row FROM ledger_row WHERE kind = 'mandate' AND id = s.mandate OFFSET 0) m
   WHERE (m.row ->> 'active')::boolean`

interface StoredKey extends Omit<Actor, 'key'> {
  id: string
  key_hash: string
  scopes: string[]
  addresses: string[]
  expires_at: Date
  used_at: Date | null
}

type Keys = Gathered<Map<string, StoredKey>>

const keyReaders = new WeakMap<pg.Pool, Keys>()

function keysIn(pool: pg.Pool): Keys {
  const known = keyReaders.get(pool) ?? new Gathered((ids) => readKeys(pool, ids))
  keyReaders.set(pool, known)
  return known
}

/** Keys that were not revoked, whose user, mandate and organisation are in force, by their id. */
async function readKeys(pool: pg.Pool, ids: string[]): Promise<Map<string, StoredKey>> {
  const { rows } = await pool.query<StoredKey>({
    name: 'key-actors',
    text: KEY_ACTORS,
    values: [JSON.stringify(ids)],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

const KEY_ACTORS = `
  SELECT a.id, a.key_hash, a.scopes, a.addresses, a.expires_at, a.used_at, a.user_id AS user, a.mandate,
         m.row ->> 'organisation' AS organisation, m.row ->> 'role' AS role, u.language
    FROM json_array_elements_text($1) k(id)
   CROSS JOIN LATERAL (SELECT * FROM content_api_key WHERE id = k.id AND revoked_at IS NULL OFFSET 0) a
   CROSS JOIN LATERAL (SELECT language FROM content_user WHERE id = a.user_id AND ended_at IS NULL OFFSET 0) u
   CROSS JOIN LATERAL (SELECT row FROM ledger_row WHERE kind = 'mandate' AND id = a.mandate OFFSET 0) m
   CROSS JOIN LATERAL (
     SELECT row FROM ledger_row WHERE kind = 'organisation' AND id = m.row ->> 'organisation' OFFSET 0) o
   WHERE (m.row ->> 'active')::boolean AND (o.row ->> 'active')::boolean`

/** What a temporary password is good for. */
const WHILE_RESTRICTED: ReadonlySet<string> = new Set(['changePassword', 'readSession', 'signOut'])

/**
 * Whoever came in with a temporary password is nobody until it is changed, for everything but that; where somebody must
 * be signed in, the problem that is thrown says why.
 */
export function unlessRestricted({ id, access }: Operation, actor: Actor | undefined): Actor | undefined {
  if (!actor?.restricted || WHILE_RESTRICTED.has(id)) return actor
  if (access === 'signed-in') throw problem('password-change-due')
  return undefined
}

/** An API key does what one of its scopes covers, and nothing that is for people. Throws a problem for everything else. */
export function refuseOutOfScope(operation: Operation, actor: Actor | undefined): void {
  if (!actor?.key) return
  const allowed = scopesFor(operation)
  if (allowed.length === 0) throw problem('people-only')
  if (actor.key.scopes.some((scope) => allowed.includes(scope))) return
  throw problem('forbidden', { operation: operation.id, allowed: allowed.join(', ') })
}

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
