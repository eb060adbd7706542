import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import type { SigningKey } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { namesIn } from '../platform/names.ts'
import { type CertifiedKey, pemOf } from '../platform/paper-signing/key.ts'
import { seal, unseal } from '../platform/paper-signing/secret.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { inTransaction } from '../platform/transaction.ts'
import { signerName } from './signer-name.ts'
import { wordsIn } from './words.ts'

/** Read when somebody gets a key: a server at rest does without their megabytes. */
const webauthn = () => import('@simplewebauthn/server')
const x509 = () => import('../platform/paper-signing/authority.ts')

export const ENROLMENT_MS = 5 * 60_000
/** Longest name in a certificate (X.520). */
const MOST_NAME = 64

/** Where authenticators know the registry by. */
export function relyingParty({ publicUrl }: Services): { id: string; origin: string } {
  const { hostname, origin } = new URL(publicUrl)
  return { id: hostname, origin }
}

/** The secret of the installation. Throws a problem where there is none: then nobody signs with keys. */
async function secretOf({ signingSecret }: Services): Promise<Uint8Array> {
  if (!signingSecret) throw problem('signing-off')
  return signingSecret()
}

/** What was sealed with another secret cannot be used: the operator is told, and nobody else. */
async function opened(services: Services, place: string, sealed: Uint8Array): Promise<Uint8Array> {
  const plain = unseal(await secretOf(services), place, sealed)
  if (!plain) throw new Error('Keys to sign with were sealed with another secret: set SIGNING_SECRET to that one.')
  return plain
}

const AUTHORITY = 'authority'

async function knownAuthority({ pool }: Services): Promise<{ certificate: Buffer; sealed: Buffer } | undefined> {
  const { rows } = await pool.query<{ certificate: Buffer; sealed: Buffer }>(
    'SELECT certificate, private_key AS sealed FROM content_signing_authority',
  )
  return rows[0]
}

/** The registry's authority; made when the first person gets a key. Of several processes that make one, one is kept. */
async function authorityOf(services: Services): Promise<CertifiedKey> {
  const secret = await secretOf(services)
  if (!(await knownAuthority(services))) {
    const { country } = services.genesis
    const organisation = country.name.slice(0, MOST_NAME)
    const name = wordsIn(services, 'en').say('authority')
    const made = await (await x509()).newAuthority({ name, organisation, country: country.code }, services.clock())
    await services.pool.query(
      'INSERT INTO content_signing_authority (certificate, private_key) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [Buffer.from(made.certificate), seal(secret, AUTHORITY, made.privateKey)],
    )
  }
  const known = await knownAuthority(services)
  if (!known) throw new Error('the authority was made')
  return { certificate: known.certificate, privateKey: await opened(services, AUTHORITY, known.sealed) }
}

/** The certificate of the registry's authority. */
export async function authorityCertificate(services: Services): Promise<Uint8Array | undefined> {
  return (await knownAuthority(services))?.certificate
}

/** What the person's authenticator is asked, once that person has shown who it is. */
export async function beginKey(services: Services, actor: Actor, email: string) {
  await secretOf(services)
  const options = await (await webauthn()).generateRegistrationOptions({
    rpName: services.genesis.country.name,
    rpID: relyingParty(services).id,
    userName: email,
    attestationType: 'none',
    timeout: ENROLMENT_MS,
    authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' },
  })
  const expiresAt = new Date(services.clock().getTime() + ENROLMENT_MS)
  await services.pool.query(
    `INSERT INTO content_signing_enrolment (user_id, challenge, expires_at) VALUES ($1, $2, $3)
     ON CONFLICT (user_id) DO UPDATE SET challenge = excluded.challenge, expires_at = excluded.expires_at`,
    [actor.user, options.challenge, expiresAt],
  )
  return { options, expiresAt }
}

async function registered(services: Services, { user }: Actor, answer: RegistrationResponseJSON) {
  const { rows } = await services.pool.query<{ challenge: string }>(
    'DELETE FROM content_signing_enrolment WHERE user_id = $1 AND expires_at > $2 RETURNING challenge',
    [user, services.clock()],
  )
  const { id, origin } = relyingParty(services)
  const { verifyRegistrationResponse } = await webauthn()
  const verified = await verifyRegistrationResponse({
    response: answer,
    expectedChallenge: rows[0]?.challenge ?? '',
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: true,
  }).catch(() => undefined)
  if (!rows[0] || !verified?.verified) throw problem('authenticator-refused')
  return verified.registrationInfo.credential
}

interface KeyRow {
  id: string
  name: string
  serial: string
  certificate: Buffer
  from: Date
  to: Date
  revoked: Date | null
  misused: Date | null
}

const COLUMNS =
  'id, name, serial, certificate, valid_from AS from, valid_to AS to, revoked_at AS revoked, misused_at AS misused'

function shownKey({ id, name, serial, from, to, revoked, misused }: KeyRow): SigningKey {
  const iso = (at: Date) => at.toISOString()
  const ended = { revoked: revoked && iso(revoked), misused: misused && iso(misused) }
  return { id, name, serial, from: iso(from), to: iso(to), ...ended }
}

/** Makes a key and a certificate for a person, unlocked by the authenticator that answers. An earlier key is revoked. */
export async function makeKey(
  services: Services,
  actor: Actor,
  { name: confirmed, answer }: { name?: string | undefined; answer: RegistrationResponseJSON },
): Promise<SigningKey> {
  const secret = await secretOf(services)
  const name = await signerName(services, actor, confirmed)
  const credential = await registered(services, actor, answer)
  const authority = await authorityOf(services)
  const names = await namesIn(services, actor.organisation)
  const organisation = (names.organisationRef(actor.organisation).name ?? name).slice(0, MOST_NAME)
  const key = await (await x509()).newPersonKey(authority, { name, organisation, person: actor.user }, services.clock())
  const id = randomId()
  return inTransaction(services.pool, async (client) => {
    // Of two at once, the later one waits here and finds the other's.
    const { rowCount } = await client.query(
      'SELECT 1 FROM content_user WHERE id = $1 AND name = $2 AND ended_at IS NULL FOR UPDATE',
      [actor.user, name],
    )
    // Named otherwise, or removed, since this began.
    if (rowCount !== 1) throw problem('authenticator-refused')
    await client.query(`${REVOKE} WHERE user_id = $1 AND revoked_at IS NULL`, [actor.user, services.clock()])
    const { rows } = await client.query<KeyRow>(
      `INSERT INTO content_signing_key
         (id, user_id, name, serial, certificate, private_key, credential, public_key, counter, valid_from, valid_to)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING ${COLUMNS}`,
      [
        ...[id, actor.user, name, key.serial, Buffer.from(key.certificate), seal(secret, placeOf(id), key.privateKey)],
        ...[credential.id, Buffer.from(credential.publicKey), credential.counter, key.from, key.to],
      ],
    )
    const [made] = rows
    if (!made) throw new Error('an insert answers its row')
    return shownKey(made)
  })
}

const REVOKE = 'UPDATE content_signing_key SET revoked_at = $2, private_key = NULL'

/** What a key is sealed as: it does not open as another's. */
function placeOf(id: string): string {
  return `key ${id}`
}

export async function keysOf({ pool }: Services, { user }: Actor): Promise<SigningKey[]> {
  const { rows } = await pool.query<KeyRow>(
    `SELECT ${COLUMNS} FROM content_signing_key WHERE user_id = $1 ORDER BY valid_from DESC, id LIMIT 100`,
    [user],
  )
  return rows.map(shownKey)
}

/**
 * Ends a key: it is destroyed. One that was `misused`, also if it has ended, is put on the list of those that are not to be believed;
 * no other is, as the papers that it signed would be disbelieved, too.
 */
export async function revokeKey(services: Services, actor: Actor, id: string, misused: boolean): Promise<void> {
  const { pool, clock, genesis } = services
  const mayAny = actor.organisation === genesis.authority && actor.role.endsWith('/Admin')
  if (misused && !mayAny) throw problem('forbidden')
  const { rowCount } = await pool.query(
    `UPDATE content_signing_key SET revoked_at = coalesce(revoked_at, $2), private_key = NULL,
            misused_at = CASE WHEN $5 THEN $2 ELSE misused_at END
      WHERE id = $1 AND (revoked_at IS NULL OR $5 AND misused_at IS NULL) AND (user_id = $3 OR $4)`,
    [id, clock(), actor.user, mayAny, misused],
  )
  if (rowCount !== 1) throw problem('not-found')
}

/** The certificate of a key of this person, with the one above it. */
export async function chainOf(services: Services, { user }: Actor, id: string): Promise<string> {
  const { rows } = await services.pool.query<{ certificate: Buffer }>(
    'SELECT certificate FROM content_signing_key WHERE id = $1 AND user_id = $2',
    [id, user],
  )
  const above = await authorityCertificate(services)
  if (!rows[0] || !above) throw problem('not-found')
  return pemOf(rows[0].certificate, above)
}

/** The list of keys that were misused, made out now. */
export async function revokedList(services: Services): Promise<Uint8Array> {
  if (!services.signingSecret || !(await knownAuthority(services))) throw problem('not-found')
  const { rows } = await services.pool.query<{ serial: string; at: Date }>(
    'SELECT serial, misused_at AS at FROM content_signing_key WHERE misused_at IS NOT NULL ORDER BY misused_at, serial',
  )
  const { revocationList } = await x509()
  return revocationList(await authorityOf(services), rows, services.clock())
}

/** A key that may be used: with the authenticator that unlocks it. */
export interface UsableKey {
  id: string
  name: string
  serial: string
  certificate: Buffer
  sealed: Buffer
  credential: { id: string; publicKey: Uint8Array<ArrayBuffer>; counter: number }
}

/** The key of a person. Throws a problem where there is none, it is over, or it is made out in another name than the person has. */
export async function usableKey({ pool, clock }: Services, { user }: Actor): Promise<UsableKey> {
  const { rows } = await pool.query<
    Omit<UsableKey, 'credential'> & { credential: string; public_key: Buffer; counter: string }
  >(
    `SELECT id, name, serial, certificate, private_key AS sealed, credential, public_key, counter FROM content_signing_key k
      WHERE user_id = $1 AND revoked_at IS NULL AND valid_to > $2
        AND EXISTS (SELECT FROM content_user u WHERE u.id = k.user_id AND u.name = k.name)`,
    [user, clock()],
  )
  const [row] = rows
  if (!row) throw problem('signing-key-missing')
  const { credential: id, public_key: publicKey, counter, ...key } = row
  return { ...key, credential: { id, publicKey: Uint8Array.from(publicKey), counter: Number(counter) } }
}

/** The key in the open, with the certificate above it: for one signature. */
export async function unlocked(services: Services, { id, certificate, sealed }: UsableKey) {
  const authority = await authorityCertificate(services)
  if (!authority) throw new Error('a key has an authority above it')
  return { key: { certificate, privateKey: await opened(services, placeOf(id), sealed) }, authority }
}
