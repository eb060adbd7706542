import {
  concatBytes,
  decodeBase64,
  decodeUtf8,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  hasControlCharacter,
} from './encoding.ts'
import { TlogError } from './error.ts'
import { isKeyName, sameVkey, type Vkey } from './vkey.ts'

/** Checks 64 bytes of Ed25519 (RFC 8032) by a 32-byte public key, given by the caller. */
export type VerifyEd25519 = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>

/** Signs with the private key of `vkey`: 64 bytes of Ed25519 over the message. */
export interface Signer {
  readonly vkey: Vkey
  readonly sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>
}

/** One signature line; not to be believed before it is verified. */
export interface NoteSignature {
  readonly name: string
  /** 8 hexadecimal digits. */
  readonly keyId: string
  /** What follows the key id; its form depends on the key. */
  readonly signature: Uint8Array
}

/** A signed note (C2SP signed-note). */
export interface Note {
  /** Ends in a newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** A signature that was checked, with the POSIX seconds that a cosignature states (`null` for a plain signature). */
export interface VerifiedSignature {
  readonly vkey: Vkey
  readonly time: number | null
}

export const MAX_NOTE_BYTES = 1_048_576
export const MAX_NOTE_SIGNATURES = 100

const KEY_ID_BYTES = 4
const TIME_BYTES = 8
const ED25519_SIGNATURE_BYTES = 64
const LINE_START = '— '

/** Reads a note without checking any signature. Throws `bad-note`. */
export function parseNote(note: string | Uint8Array): Note {
  const whole = noteText(note)
  const split = whole.lastIndexOf('\n\n')
  if (split < 0) throw new TlogError('bad-note', 'a signed note has a blank line before its signatures')
  const lines = whole.slice(split + 2).split('\n')
  if (lines.pop() !== '' || lines.length === 0) {
    throw new TlogError('bad-note', 'a signed note ends with signature lines, each closed by a newline')
  }
  if (lines.length > MAX_NOTE_SIGNATURES) {
    throw new TlogError('bad-note', `the note has ${lines.length} signatures, more than ${MAX_NOTE_SIGNATURES}`)
  }
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignatureLine) }
}

/** Writes a note from its text, which ends in a newline, and its signatures, at least one. Throws `bad-note`. */
export function formatNote(note: Note): string {
  if (!note.text.endsWith('\n')) throw new TlogError('bad-note', 'the text of a note ends with a newline')
  if (note.signatures.length === 0) throw new TlogError('bad-note', 'a note has at least one signature')
  const whole = `${note.text}\n${note.signatures.map(formatSignatureLine).join('')}`
  parseNote(whole)
  return whole
}

/**
 * Opens a note: its text and which of `vkeys` have signed it, each key once. Lines of other keys are ignored.
 * Throws `bad-signature` if a line carries the name and id of one of the keys but not its signature, `unsigned` if none
 * of the keys has signed, `bad-note` if the note is malformed.
 */
export async function verifyNote(
  note: string | Uint8Array,
  vkeys: readonly Vkey[],
  verifyEd25519: VerifyEd25519,
): Promise<{ text: string; verified: VerifiedSignature[] }> {
  requireDistinct(vkeys)
  const { text, signatures } = parseNote(note)
  const verified: VerifiedSignature[] = []
  for (const line of signatures) {
    const vkey = vkeys.find((known) => known.name === line.name && known.id === line.keyId)
    if (!vkey) continue
    const time = await verifyLine(text, line, vkey, verifyEd25519)
    if (!verified.some((earlier) => sameVkey(earlier.vkey, vkey))) verified.push({ vkey, time })
  }
  if (verified.length === 0) {
    const names = [...new Set(signatures.map((line) => `${line.name}+${line.keyId}`))].join(', ')
    throw new TlogError('unsigned', `none of the known keys has signed; the signatures are by ${names}`)
  }
  return { text, verified }
}

/** Signs the text of a note with an `ed25519` key. */
export async function signText(text: string, signer: Signer): Promise<NoteSignature> {
  if (signer.vkey.kind !== 'ed25519') throw new TlogError('bad-argument', `"${signer.vkey.name}" is a cosigning key`)
  return signatureBy(signer, await signMessage(signer, encodeUtf8(text)))
}

/** Cosigns the text of a checkpoint as seen at `time`, POSIX seconds, with a `cosignature/v1` key (C2SP tlog-cosignature). */
export async function cosignText(text: string, time: number, signer: Signer): Promise<NoteSignature> {
  if (signer.vkey.kind !== 'cosignature/v1') {
    throw new TlogError('bad-argument', `"${signer.vkey.name}" is not a cosigning key`)
  }
  if (!Number.isSafeInteger(time) || time < 0)
    throw new TlogError('bad-argument', `not a time in POSIX seconds: ${time}`)
  const stamp = new Uint8Array(TIME_BYTES)
  new DataView(stamp.buffer).setBigUint64(0, BigInt(time))
  return signatureBy(signer, concatBytes([stamp, await signMessage(signer, cosignatureMessage(text, time))]))
}

function signatureBy(signer: Signer, signature: Uint8Array): NoteSignature {
  return { name: signer.vkey.name, keyId: signer.vkey.id, signature }
}

async function signMessage(signer: Signer, message: Uint8Array): Promise<Uint8Array> {
  const signature = await signer.sign(message)
  if (signature.length === ED25519_SIGNATURE_BYTES) return signature
  throw new TlogError(
    'bad-argument',
    `the signer of "${signer.vkey.name}" gave ${signature.length} bytes instead of 64`,
  )
}

/** Checks a line by a known key; returns the time of a cosignature. Throws `bad-signature`. */
export async function verifyLine(
  text: string,
  line: NoteSignature,
  vkey: Vkey,
  verifyEd25519: VerifyEd25519,
): Promise<number | null> {
  const timeBytes = vkey.kind === 'cosignature/v1' ? TIME_BYTES : 0
  const isRightLength = line.signature.length === timeBytes + ED25519_SIGNATURE_BYTES
  const time = isRightLength && timeBytes > 0 ? readTime(line.signature) : null
  const message = time === null ? encodeUtf8(text) : cosignatureMessage(text, time)
  if (isRightLength && (await verifyEd25519(vkey.publicKey, message, line.signature.subarray(timeBytes)))) return time
  throw new TlogError('bad-signature', `the signature of ${vkey.name}+${vkey.id} is not by that key over this text`)
}

/** The POSIX seconds that a cosignature states, unchecked; undefined for a line that is no Ed25519 cosignature by its length. */
export function statedTime({ signature }: NoteSignature): number | undefined {
  if (signature.length !== TIME_BYTES + ED25519_SIGNATURE_BYTES) return undefined
  const time = new DataView(signature.buffer, signature.byteOffset, TIME_BYTES).getBigUint64(0)
  return time <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(time) : undefined
}

/** What a cosignature signs: a header, the time, and the text of the checkpoint. */
function cosignatureMessage(text: string, time: number): Uint8Array {
  return encodeUtf8(`cosignature/v1\ntime ${time}\n${text}`)
}

function readTime(signature: Uint8Array): number {
  const time = new DataView(signature.buffer, signature.byteOffset, TIME_BYTES).getBigUint64(0)
  if (time <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(time)
  throw new TlogError('bad-signature', `a cosignature states the time ${time}, beyond 2^53 − 1 seconds`)
}

function requireDistinct(vkeys: readonly Vkey[]): void {
  for (const [at, vkey] of vkeys.entries()) {
    const twin = vkeys.slice(0, at).find((other) => other.name === vkey.name && other.id === vkey.id)
    if (twin && !sameVkey(twin, vkey)) {
      throw new TlogError('bad-argument', `two different keys are known as ${vkey.name}+${vkey.id}`)
    }
  }
}

function noteText(note: string | Uint8Array): string {
  if (note.length > MAX_NOTE_BYTES) throw new TlogError('bad-note', `a note of more than ${MAX_NOTE_BYTES} bytes`)
  const text = typeof note === 'string' ? note : decodeUtf8(note)
  if (text === undefined || !text.isWellFormed()) throw new TlogError('bad-note', 'a note is valid UTF-8')
  if (hasControlCharacter(text.replaceAll('\n', ''))) {
    throw new TlogError('bad-note', 'a note has no control character but the newline')
  }
  return text
}

function parseSignatureLine(line: string): NoteSignature {
  const [name = '', base64 = '', ...rest] = line.startsWith(LINE_START) ? line.slice(LINE_START.length).split(' ') : []
  const bytes = decodeBase64(base64)
  if (!isKeyName(name) || !bytes || bytes.length <= KEY_ID_BYTES || rest.length > 0) {
    throw new TlogError('bad-note', 'a signature line is an em dash, a key name and a signature in base64')
  }
  return { name, keyId: encodeHex(bytes.subarray(0, KEY_ID_BYTES)), signature: bytes.subarray(KEY_ID_BYTES) }
}

function formatSignatureLine({ name, keyId, signature }: NoteSignature): string {
  if (!isKeyName(name) || !/^[0-9a-f]{8}$/.test(keyId)) {
    throw new TlogError('bad-note', `a signature names its key and 8 hexadecimal digits, not "${name}" and ${keyId}`)
  }
  const id = keyId.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? []
  return `${LINE_START}${name} ${encodeBase64(concatBytes([Uint8Array.from(id), signature]))}\n`
}
