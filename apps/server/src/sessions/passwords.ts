import { setTimeout as delay } from 'node:timers/promises'
import { SignInAddress } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type { FastifyRequest } from 'fastify'
import type pg from 'pg'
import { tokenHash } from '../platform/auth.ts'
import { PASSWORD_FAULTS, passwordFault } from '../platform/password-policy.ts'
import { fieldProblem, problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { newLink } from '../platform/sign-in-links.ts'
import { noteSignIn } from '../platform/sign-ins.ts'
import {
  forgetTries,
  forgive,
  isRemembered,
  networkOf,
  remember,
  type Slowing,
  slowed,
  throttle,
  tried,
} from '../platform/throttle.ts'
import { inTransaction } from '../platform/transaction.ts'
import { newSession, type Opened } from './queries.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** A link by which somebody chooses a password works so long. */
export const PASSWORD_LINK_MS = HOUR_MS

/** Wrong passwords, and links that are asked for. Nothing of it outlives its window, and nobody is ever locked out. */
export const LIMITS = {
  /** Wrong passwords from one network. */
  network: { most: 100, windowMs: HOUR_MS },
  /** For one address, from one network. */
  own: { free: 5, mostMs: 15 * MINUTE_MS, windowMs: DAY_MS },
  /** For one address from all networks from which nobody ever came in under it. */
  strange: { free: 20, mostMs: 15 * MINUTE_MS, windowMs: DAY_MS },
  /** A network is known for this long after somebody last came in under the address from there. */
  knownMs: 90 * DAY_MS,
  linksOfNetwork: { most: 20, windowMs: HOUR_MS },
  linksOfAll: { most: 1000, windowMs: HOUR_MS },
  /** The window is as long as a link works: whoever gets no more has one in the mailbox that does. */
  linksOfAddress: { most: 5, windowMs: PASSWORD_LINK_MS },
  choices: { most: 60, windowMs: HOUR_MS },
} as const

type From = Pick<FastifyRequest, 'ip'>

interface Known {
  user: string
  email: string
  name: string
  hash: string | null
  temporaryUntil: Date | null
}

const PEOPLE = `
  SELECT u.id AS user, u.email, u.name, p.hash, p.temporary_until AS "temporaryUntil"
    FROM content_user u
    JOIN content_mandate m ON m.user_id = u.id
    JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate AND (r.row ->> 'active')::boolean
    LEFT JOIN content_password p ON p.user_id = u.id`

async function personWith({ pool }: Services, condition: string, value: string): Promise<Known | undefined> {
  const { rows } = await pool.query<Known>(`${PEOPLE} WHERE u.ended_at IS NULL AND ${condition}`, [value])
  return rows[0]
}

function refuseWithoutPasswords({ onboarding }: Services): void {
  if (onboarding !== 'password') throw problem('passwords-off')
}

/** Also for pages: what is counted for an address is counted for every way to write it. */
function refuseNoAddress(email: string): void {
  if (!SignInAddress.safeParse(email).success) throw fieldProblem('email', 'must be an e-mail address')
}

/**
 * A session for an address and its password. Whoever has not the password hears the same, after the same work, whether
 * the address is a user's or not.
 */
export async function signInWithPassword(
  services: Services,
  { email, password }: { email: string; password: string },
  { ip }: From,
): Promise<Opened> {
  refuseWithoutPasswords(services)
  refuseNoAddress(email)
  const tries = await beginTry(services, email.toLowerCase(), networkOf(ip))
  const known = await personWith(services, 'lower(u.email) = lower($1)', email)
  const stored = known?.hash ?? undefined
  const note = (outcome: 'sign-in' | 'sign-in-refused') =>
    noteSignIn(services, { user: known?.user, address: ip, outcome })
  const isRight = await services.hasher.matches(password, stored).catch((error) => tries.takeBack(error))
  if (!isRight || !known || stored === undefined) {
    await note('sign-in-refused')
    throw problem('password-wrong')
  }
  const { temporaryUntil } = known
  if (temporaryUntil !== null && temporaryUntil <= services.clock()) throw problem('password-expired')
  const opened = await newSession(services, services.pool, { user: known.user, restricted: temporaryUntil !== null })
  if (!opened) throw problem('password-wrong')
  await note('sign-in')
  await tries.endWell()
  await hashAnew(services, known, password)
  return opened
}

/** Counts a try before it is known how it ends, so that of many at once no more get in than one after another would. */
async function beginTry(services: Services, address: string, network: string) {
  const [ofNetwork, own, strange] = [
    `passwords from ${network}`,
    `password of ${address} from ${network}`,
    `password of ${address} from strangers`,
  ]
  const wait = async (what: string, slowing: Slowing) => {
    const seconds = await slowed(services, what, slowing)
    if (seconds > 0) throw problem('too-many-requests', { seconds: String(seconds) })
  }
  await wait(own, LIMITS.own)
  const isKnown = await isRemembered(services, knownNetwork(address, network))
  try {
    await throttle(services, ofNetwork, LIMITS.network)
    if (!isKnown) await wait(strange, LIMITS.strange)
  } catch (error) {
    // It is not judged, so it is none of the own.
    await forgive(services, own)
    throw error
  }
  const takeBack = async () => {
    await forgive(services, own)
    await forgive(services, ofNetwork)
    if (!isKnown) await forgive(services, strange)
  }
  return {
    async endWell() {
      await takeBack()
      await cameIn(services, address, network)
    },
    /** It was none: too many wait for their turn. */
    async takeBack(error: unknown): Promise<never> {
      await takeBack()
      throw error
    },
  }
}

const knownNetwork = (address: string, network: string) => `${address} came in from ${network}`

async function cameIn(services: Services, address: string, network: string): Promise<void> {
  await forgetTries(services, `password of ${address} from ${network}`)
  await remember(services, knownNetwork(address, network), LIMITS.knownMs)
}

/** What was hashed at a lower cost is hashed as it is done now, when its password is here anyway. */
async function hashAnew({ hasher, pool }: Services, { user, hash }: Known, password: string): Promise<void> {
  if (hash === null || !hasher.isOutdated(hash)) return
  const anew = await hasher.hash(password)
  await pool.query('UPDATE content_password SET hash = $3 WHERE user_id = $1 AND hash = $2', [user, hash, anew])
}

/** Every answer to who asks for a link comes this much later, so that its time tells nothing. */
const EVEN_MS = 200

/** Sends a link with which to choose a password. The answer is the same whether the address is a user's or not. */
export async function requestPasswordLink(services: Services, email: string, from: From) {
  refuseWithoutPasswords(services)
  return askForLink(services, email, from)
}

/** Sends a link with which to sign in, likewise: whoever was signed out needs nobody else to come in again. */
export async function requestSignInLink(services: Services, email: string, from: From) {
  if (services.onboarding !== 'link') throw problem('links-off')
  return askForLink(services, email, from)
}

async function askForLink(services: Services, email: string, { ip }: From) {
  refuseNoAddress(email)
  await throttle(services, `password links from ${networkOf(ip)}`, LIMITS.linksOfNetwork)
  await throttle(services, 'password links', LIMITS.linksOfAll)
  const [, expiresAt] = await Promise.all([delay(EVEN_MS), sendLink(services, email)])
  return { email, expiresAt: expiresAt.toISOString() }
}

async function sendLink(services: Services, email: string): Promise<Date> {
  const forMs = PASSWORD_LINK_MS
  const seconds = await tried(services, `password links of ${email.toLowerCase()}`, LIMITS.linksOfAddress)
  const known = seconds > 0 ? undefined : await personWith(services, 'lower(u.email) = lower($1)', email)
  if (known) {
    const purpose = services.onboarding === 'password' ? 'password' : 'sign-in'
    await inTransaction(services.pool, async (client) => {
      const link = await newLink(services, client, { user: known.user, purpose, forMs })
      const { signInLink, passwordLink } = services.notify
      const tell = purpose === 'password' ? passwordLink : signInLink
      await tell({ ...known, id: known.user }, link, { queries: client })
    })
  }
  return new Date(services.clock().getTime() + forMs)
}

/** Keeps the password that somebody chose by a link, and lets that person in: nobody can be kept out by guessing. */
export async function choosePassword(
  services: Services,
  { token, password }: { token: string; password: string },
  { ip }: From,
): Promise<Opened> {
  refuseWithoutPasswords(services)
  const network = networkOf(ip)
  await throttle(services, `password choices from ${network}`, LIMITS.choices)
  const stored = tokenHash(token)
  const { rows } = await services.pool.query<{ user: string }>(
    `SELECT user_id AS user FROM content_sign_in_link
      WHERE token_hash = $1 AND purpose = 'password' AND expires_at > $2`,
    [stored, services.clock()],
  )
  const known = rows[0] && (await personWith(services, 'u.id = $1', rows[0].user))
  if (!known) throw problem('link-unknown')
  refuseWeak(password, known)
  const hash = await services.hasher.hash(password)
  const opened = await inTransaction(services.pool, async (client) => {
    const used = await client.query('DELETE FROM content_sign_in_link WHERE token_hash = $1 AND expires_at > $2', [
      stored,
      services.clock(),
    ])
    if (used.rowCount !== 1) throw problem('link-unknown')
    await client.query(
      `INSERT INTO content_password (user_id, hash, set_at) VALUES ($1, $2, $3)
       ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at, temporary_until = NULL`,
      [known.user, hash, services.clock()],
    )
    return beginAnew(services, client, known)
  })
  if (!opened) throw problem('link-unknown')
  await noteSignIn(services, { user: known.user, address: ip, outcome: 'sign-in' })
  await cameIn(services, known.email.toLowerCase(), network)
  return opened
}

/** Changes one's own password, for whoever knows it; every session ends, and a new one begins. */
export async function changePassword(
  services: Services,
  { user }: Actor,
  { old, password }: { old: string; password: string },
): Promise<Opened> {
  refuseWithoutPasswords(services)
  const known = await personWith(services, 'u.id = $1', user)
  if (!known) throw problem('not-signed-in')
  refuseWeak(password, known)
  if (password === old) throw fieldProblem('password', 'must be another than until now')
  const seconds = await slowed(services, `password change of ${user}`, LIMITS.own)
  if (seconds > 0) throw problem('too-many-requests', { seconds: String(seconds) })
  const isRight = await services.hasher.matches(old, known.hash ?? undefined).catch(async (error) => {
    await forgive(services, `password change of ${user}`)
    throw error
  })
  if (!isRight) throw fieldProblem('old', 'is not the password until now')
  await forgetTries(services, `password change of ${user}`)
  const hash = await services.hasher.hash(password)
  const opened = await inTransaction(services.pool, async (client) => {
    const changed = await client.query(
      `UPDATE content_password SET hash = $3, set_at = $4, temporary_until = NULL WHERE user_id = $1 AND hash = $2`,
      [user, known.hash, hash, services.clock()],
    )
    if (changed.rowCount !== 1) throw problem('changed-since')
    return beginAnew(services, client, known)
  })
  if (!opened) throw problem('not-signed-in')
  return opened
}

function refuseWeak(password: string, person: Known): void {
  const fault = passwordFault(password, person)
  if (fault) throw fieldProblem('password', PASSWORD_FAULTS[fault])
}

/** After a password was chosen: whoever else came in under the name goes, and the person is told. */
async function beginAnew(
  services: Services,
  client: pg.PoolClient,
  { user, email, name }: Known,
): Promise<Opened | undefined> {
  await client.query('DELETE FROM content_session WHERE user_id = $1', [user])
  await client.query('DELETE FROM content_sign_in_link WHERE user_id = $1', [user])
  const change = { id: randomId(), at: services.clock(), url: `${services.publicUrl}/password/forgotten` }
  await services.notify.passwordChanged({ id: user, email, name }, change, { queries: client })
  return newSession(services, client, { user, restricted: false })
}
