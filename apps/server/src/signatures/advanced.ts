import { hash, randomBytes } from 'node:crypto'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { SignedDocument, SigningTarget } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { canonicalJson, sha256Hex } from '@tallystick/rules'
import { wasCarriedOut } from '../platform/judged.ts'
import { namesIn } from '../platform/names.ts'
import { PAPER_LANGUAGES, type PaperLanguage } from '../platform/paper/words.ts'
import { isOnlySigned } from '../platform/paper-signing/revisions.ts'
import { fieldSize, signPdf } from '../platform/paper-signing/sign.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { relyingParty, type UsableKey, unlocked, usableKey } from './keys.ts'
import { type DocumentPapers, paperToSign, signedPaper, stampOf } from './papers.ts'
import { documentSignatures } from './queries.ts'
import { aboutSigner, PERMIT_MS, type Signing, write } from './simple.ts'
import { keepPermit, type Permit, permitOf, type SignatureRecord, usePermit } from './store.ts'
import { placesOf, requireSignable, statementOf } from './target.ts'
import { inTurn, type StillOurs } from './turn.ts'
import { wordsIn } from './words.ts'

/**
 * What an authenticator is to answer: made of the person, the place and the SHA-256 of the document, what is agreed to, and
 * 256 random bits. Whoever has the record of the signature computes it again.
 */
export function challengeOf(user: string, target: SigningTarget, statement: string, nonce: string): Buffer {
  return hash('sha256', canonicalJson(['tallystick signature', user, target, statement, nonce]), 'buffer')
}

/** A challenge for the authenticator of a person who has a key. */
export async function beginAdvanced(
  services: Services,
  actor: Actor,
  target: SigningTarget,
  language: string,
  ofPaper: PaperLanguage = services.language,
) {
  await requireSignable(services, actor, target, 'AES')
  const key = await usableKey(services, actor)
  const statement = await statementOf(services, actor, target, language)
  const id = randomId()
  const proof = randomBytes(32).toString('hex')
  const expiresAt = new Date(services.clock().getTime() + PERMIT_MS)
  const about = { level: 'AES', target, statement, language: ofPaper, proof, expiresAt } as const
  await keepPermit(services, { id, user: actor.user, ...about })
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

/** Signs with a person’s key, which the answer of the authenticator unlocks for this once. */
export async function signAdvancedly(
  services: Services,
  documents: DocumentPapers,
  call: Signing & { body: { challenge: string; answer: AuthenticationResponseJSON } },
): Promise<SignedDocument> {
  const { actor, body } = call
  const permit = await permitOf(services, body.challenge, actor.user, 'AES')
  const isRepeated = await wasCarriedOut(services, call)
  const key = await usableKey(services, actor)
  const again = () => write(services, call, recordOf(services, call, permit, key, { pdf: '', language: '' }), true)
  if (isRepeated) return again()
  return inTurn(services, permit.target, async (stillOurs) => {
    if (await wasCarriedOut(services, call)) return again()
    // Before anything is used up: whoever was before may have signed in this place.
    await requireSignable(services, actor, permit.target, 'AES')
    await requireAnswer(services, actor, key, permit, body.answer)
    await usePermit(services, permit)
    const { pdf, language } = await signedWith(services, documents, { call, permit, key, stillOurs })
    const record = recordOf(services, call, permit, key, { pdf: sha256Hex(pdf), language })
    await stillOurs()
    return write(services, call, record, false, pdf)
  })
}

function recordOf(
  services: Services,
  call: Signing & { body: { answer: AuthenticationResponseJSON } },
  { target, statement, proof: nonce }: Permit,
  { name, serial, credential }: UsableKey,
  paper: { pdf: string; language: string },
): SignatureRecord {
  const { clientDataJSON, authenticatorData, signature } = call.body.answer.response
  const publicKey = Buffer.from(credential.publicKey).toString('base64url')
  return {
    ...aboutSigner(services, call),
    ...{ ...target, v: 1, level: 'AES', name, statement },
    proof: {
      ...{ kind: 'authenticator', user: call.actor.user, nonce, certificate: serial, ...paper },
      ...{ credential: credential.id, publicKey, clientDataJSON, authenticatorData, signature },
    },
  }
}

/** The paper with one more signature in its place; what is there already stays valid. */
async function signedWith(
  services: Services,
  documents: DocumentPapers,
  { call, permit, key, stillOurs }: { call: Signing; permit: Permit; key: UsableKey; stillOurs: StillOurs },
): Promise<{ pdf: Uint8Array; language: PaperLanguage }> {
  const { target } = permit
  const of = await documentSignatures(services, { ...target, agreement: target.agreement ?? null })
  if (of?.sha256 !== target.sha256) throw problem('terms-changed')
  const asked = PAPER_LANGUAGES.find((one) => one === permit.language) ?? services.language
  const { pdf, language } = (await signedPaper(services, of)) ?? (await paperToSign(services, documents, of, asked))
  await stillOurs()
  const at = services.clock()
  const organisation = await nameOf(services, call.actor.organisation)
  const size = await fieldSize(pdf, target.slot)
  const shown = size && (await stampOf(services, { language, size, name: key.name, organisation, at }))
  const { key: open, authority } = await unlocked(services, key)
  const words = wordsIn(services, services.language)
  const reason = words.say('reason', placesOf(words, target))
  const signed = await signPdf(pdf, { key: open, authority, at, field: target.slot, reason, name: key.name, shown })
  if (!(await isOnlySigned(signed))) throw new Error(`The PDF is not whole after it was signed: ${permit.statement}`)
  return { pdf: signed, language }
}

async function nameOf(services: Services, organisation: string): Promise<string> {
  return (await namesIn(services, organisation)).organisationRef(organisation).name ?? ''
}
