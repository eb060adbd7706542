import { decodeBase64, parseVkey, TlogError, type Vkey } from '@tallystick/tlog'
import { z } from 'zod'
import { verifyEd25519 } from '../ed25519.ts'
import { sha256Bytes } from '../envelope.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, noEffects } from '../rule.ts'
import { noKeys, type Put, type State } from '../state.ts'

/** A verification key in the text form of signed notes. */
export const VkeyText = z.string().regex(/^[\x21-\x7e]{1,256}$/, 'must be a verification key')

const Signature = z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'must be 64 bytes in base64')

/** The key that signs checkpoints gives way to the next: each of the two signs `rotationText`. */
export const KeyRotation = z.strictObject({
  previous: VkeyText,
  next: VkeyText,
  signatures: z.strictObject({ previous: Signature, next: Signature }),
})
export type KeyRotation = z.infer<typeof KeyRotation>

/** The two keys of a rotation, and the ledger whose keys they are. */
export interface Rotation {
  ledger: string
  origin: string
  previous: string
  next: string
}

/** What both keys sign. It names the ledger, its log and both keys, so that it says nothing of any other. */
export function rotationText({ ledger, origin, previous, next }: Rotation): Uint8Array {
  const lines = ['tallystick key rotation v1', `ledger ${ledger}`, `origin ${origin}`, previous, next]
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}

/** The key of a log that this text is, or undefined where it is none. */
export function logKeyOf(text: string): Vkey | undefined {
  try {
    const vkey = parseVkey(sha256Bytes, text)
    return vkey.kind === 'ed25519' ? vkey : undefined
  } catch (error) {
    if (error instanceof TlogError) return undefined
    throw error
  }
}

/** Under what a key is known, whatever its name: its public half, hex. Empty for a text that is no key. */
export function publicHalfOf(text: string): string {
  return Buffer.from(logKeyOf(text)?.publicKey ?? []).toString('hex')
}

/** That the key of this text was named by the entry that is written now, unless an earlier one named it. */
export function keyNamed(state: State, text: string): Put[] {
  const id = publicHalfOf(text)
  return state.get('signingKey', id) ? [] : [{ kind: 'signingKey', id, row: { index: state.size } }]
}

export const keyRotated = defineRule<KeyRotation, KeyRotation>({
  type: 'KeyRotated',
  v: 1,
  body: KeyRotation,
  request: KeyRotation,
  attested: ['that nobody but the signer has the new key'],
  reads: (_state, { previous, next }) => ({
    ...noKeys(),
    rows: [previous, next].map((text) => ({ kind: 'signingKey', id: publicHalfOf(text) })),
  }),
  decide: (_state, request) => request,
  act: () => ({ action: 'keys.rotate', organisations: [] }),
  admit: (state, body) => {
    const { ledger, origin, key } = state.ledger()
    const [previous, next] = [logKeyOf(body.previous), logKeyOf(body.next)]
    if (!previous || !next) return refuse('malformed', { field: previous ? 'body.next' : 'body.previous' })
    // What the predecessor's log says of its own keys is kept for the record, and changes nothing of this log's.
    const inherited = isInherited(state)
    const name = inherited ? previous.name : origin
    if (next.name !== name || previous.name !== name || inherited === (name === origin)) {
      return refuse('signing-key-name', { origin })
    }
    if (!inherited && body.previous !== key) return refuse('signing-key-not-in-force', { inForce: key })
    if (!inherited && state.get('signingKey', publicHalfOf(body.next))) return refuse('signing-key-known')
    return signedByBoth({ ledger, origin: name, previous: body.previous, next: body.next }, body, [previous, next])
  },
  effects: (state, body) => {
    const puts = [...keyNamed(state, body.previous), ...keyNamed(state, body.next)]
    const inForce: Put = { kind: 'ledger', id: 'ledger', row: { ...state.ledger(), key: body.next } }
    return { ...noEffects(), puts: isInherited(state) ? puts : [inForce, ...puts] }
  },
  streams: () => [],
})

function isInherited(state: State): boolean {
  return state.size < state.ledger().kept
}

function signedByBoth(
  rotation: Rotation,
  { signatures }: KeyRotation,
  [previous, next]: [Vkey, Vkey],
): Refusal | undefined {
  const text = rotationText(rotation)
  const isBy = (key: Vkey, signature: string) => {
    const bytes = decodeBase64(signature)
    return bytes !== undefined && verifyEd25519(key.publicKey, text, bytes)
  }
  if (!isBy(previous, signatures.previous)) return refuse('signature-wrong', { key: rotation.previous })
  return isBy(next, signatures.next) ? undefined : refuse('signature-wrong', { key: rotation.next })
}
