import { hash, randomBytes } from 'node:crypto'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { SignedDocument, SigningTarget } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { canonicalJson, sha256Hex } from '@tallystick/rules'
import { wasCarriedOut } from '../platform/judged.ts'
import { PaperError, type PaperRenderer } from '../platform/paper/renderer.ts'
import { signPdf } from '../platform/paper-signing/sign.ts'
import { verifyPdf } from '../platform/paper-signing/verify.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { relyingParty, type UsableKey, unlocked, usableKey } from './keys.ts'
import { documentSignatures } from './queries.ts'
import { lastSignedPdf, sheetOf } from './sheet.ts'
import { aboutSigner, PERMIT_MS, type Signing, write } from './simple.ts'
import { keepPermit, type Permit, permitOf, type SignatureRecord, usePermit } from './store.ts'
import { placesOf, requireSignable, statementOf } from './target.ts'
import { wordsIn } from './words.ts'

/** Nobody has the turn to put a signature into a PDF for longer. */
const TURN_MS = 60_000
const RETRY_S = '2'

/**
 * What an authenticator is to answer: made of the person, the place and the SHA-256 of the document, what is agreed to, and
 * 256 random bits. Whoever has the record of the signature computes it again.
 */
export function challengeOf(user: string, target: SigningTarget, statement: string, nonce: string): Buffer {
  return hash('sha256', canonicalJson(['tallystick signature', user, target, statement, nonce]), 'buffer')
}

/** A challenge for the authenticator of a person who has a key. */
export async function beginAdvanced(services: Services, actor: Actor, target: SigningTarget, language: string) {
  await requireSignable(services, actor, target, 'AES')
  const key = await usableKey(services, actor)
  const statement = await statementOf(services, actor, target, language)
  const id = randomId()
  const proof = randomBytes(32).toString('hex')
  const expiresAt = new Date(services.clock().getTime() + PERMIT_MS)
  await keepPermit(services, { id, user: actor.user, level: 'AES', target, statement, language, proof, expiresAt })
  const { generateAuthenticationOptions } = await import('@simplewebauthn/server')
  const options = await generateAuthenticationOptions({
    rpID: relyingParty(services).id,
    challenge: Uint8Array.from(challengeOf(actor.user, target, statement, proof)),
    allowCredentials: [{ id: key.credential.id }],
    userVerification: 'required',
    timeout: PERMIT_MS,
  })
  return { challenge: id, statement, options, expiresAt }
}

/** Has the authenticator of this key answered this challenge, with the consent of the person? */
async function requireAnswer(
  services: Services,
  { user }: Actor,
  key: UsableKey,
  { target, statement, proof }: Permit,
  response: AuthenticationResponseJSON,
): Promise<void> {
  const { id, origin } = relyingParty(services)
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challengeOf(user, target, statement, proof).toString('base64url'),
    expectedOrigin: origin,
    expectedRPID: id,
    credential: key.credential,
    requireUserVerification: true,
  }).catch(() => undefined)
  if (!verified?.verified || response.id !== key.credential.id) throw problem('authenticator-refused')
  // An authenticator that counts and was copied is found out: its count has been seen.
  const { newCounter } = verified.authenticationInfo
  const { rowCount } = await services.pool.query(
    'UPDATE content_signing_key SET counter = $2 WHERE id = $1 AND revoked_at IS NULL AND (counter < $2 OR $2 = 0)',
    [key.id, newCounter],
  )
  if (rowCount !== 1) throw problem('authenticator-refused')
}

/** Signs with a person's key, which the answer of the authenticator unlocks for this once. */
export async function signAdvancedly(
  services: Services,
  papers: PaperRenderer,
  call: Signing & { body: { challenge: string; answer: AuthenticationResponseJSON } },
): Promise<SignedDocument> {
  const { actor, body } = call
  const permit = await permitOf(services, body.challenge, actor.user, 'AES')
  const isRepeated = await wasCarriedOut(services, call)
  const key = await usableKey(services, actor)
  if (isRepeated) return write(services, call, recordOf(services, call, permit, key, ''), true)
  await requireAnswer(services, actor, key, permit, body.answer)
  await usePermit(services, permit)
  return inTurn(services, permit, async () => {
    const pdf = await signedSheet(services, papers, permit, key)
    return write(services, call, recordOf(services, call, permit, key, sha256Hex(pdf)), false, pdf)
  })
}

function recordOf(
  services: Services,
  call: Signing & { body: { answer: AuthenticationResponseJSON } },
  { target, statement, proof: nonce }: Permit,
  { name, serial, credential }: UsableKey,
  pdf: string,
): SignatureRecord {
  const { clientDataJSON, authenticatorData, signature } = call.body.answer.response
  const publicKey = Buffer.from(credential.publicKey).toString('base64url')
  return {
    ...aboutSigner(services, call),
    ...{ ...target, v: 1, level: 'AES', name, statement },
    proof: {
      ...{ kind: 'authenticator', user: call.actor.user, nonce, certificate: serial, pdf },
      ...{ credential: credential.id, publicKey, clientDataJSON, authenticatorData, signature },
    },
  }
}

/** The sheet of signatures with one more; what is there already stays valid. */
async function signedSheet(
  services: Services,
  papers: PaperRenderer,
  { target, statement }: Permit,
  key: UsableKey,
): Promise<Uint8Array> {
  const of = await documentSignatures(services, target)
  if (!of) throw problem('not-found')
  const words = wordsIn(services, services.language)
  const before = (await lastSignedPdf(services, of)) ?? (await printed(services, papers, of, words.language))
  const { key: open, authority } = await unlocked(services, key)
  const reason = words.say('reason', placesOf(words, target))
  const at = services.clock()
  const signed = await signPdf(before, { key: open, authority, at, field: target.slot, reason })
  if (!verifyPdf(signed).isWhole) throw new Error(`The PDF is not whole after it was signed: ${statement}`)
  return signed
}

/** A sheet as a PDF. Throws a problem while too many are made. */
export async function printed(
  services: Services,
  papers: PaperRenderer,
  of: Parameters<typeof sheetOf>[1],
  language: string,
): Promise<Uint8Array> {
  try {
    return (await papers.renderPdf(await sheetOf(services, of, language))).pdf
  } catch (error) {
    if (error instanceof PaperError && error.reason === 'busy') {
      throw problem('too-many-requests', { seconds: RETRY_S })
    }
    throw error
  }
}

/** Nobody else puts a signature into the same PDF meanwhile: of two at once, one would lose the other's. */
async function inTurn<T>(services: Services, { id, target }: Permit, work: () => Promise<T>): Promise<T> {
  const { project, period, document, version } = target
  const about = sha256Hex(canonicalJson([project, period, document, version]))
  const now = services.clock()
  const { rowCount } = await services.pool.query(
    `INSERT INTO content_signing_turn AS t (about, holder, ends_at) VALUES ($1, $2, $3)
     ON CONFLICT (about) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at WHERE t.ends_at <= $4`,
    [about, id, new Date(now.getTime() + TURN_MS), now],
  )
  if (rowCount !== 1) throw problem('too-many-requests', { seconds: RETRY_S })
  try {
    return await work()
  } finally {
    await services.pool.query('DELETE FROM content_signing_turn WHERE about = $1 AND holder = $2', [about, id])
  }
}
