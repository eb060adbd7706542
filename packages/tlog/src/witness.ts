import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { decodeBase64, decodeDecimal, decodeUtf8, encodeBase64, requireCount } from './encoding.ts'
import { TlogError } from './error.ts'
import { emptyRoot, HASH_BYTES, type Hash, requireHash, type Sha256 } from './hash.ts'
import { type NoteSignature, parseNote, type VerifyEd25519, verifyNote } from './note.ts'
import { verifyConsistency } from './verify.ts'
import type { Vkey } from './vkey.ts'

/** What a log sends to a witness (C2SP tlog-witness, `add-checkpoint`). */
export interface AddCheckpoint {
  /** Size that the log believes the witness has cosigned last; 0 where it does not know. */
  readonly oldSize: number
  /** Consistency proof from the old size to the checkpoint; empty from 0. */
  readonly proof: readonly Hash[]
  /** The signed checkpoint. */
  readonly checkpoint: string
}

/** A submission whose origin is known and which a key of that log has signed. */
export interface Submission {
  readonly checkpoint: Checkpoint
  /** The text that was signed, which is what a witness cosigns. */
  readonly text: string
  /** One line by each key of the log that has signed, checked; lines of others are dropped. */
  readonly signatures: readonly NoteSignature[]
  readonly oldSize: number
  readonly proof: readonly Hash[]
}

/** Why a witness does not cosign. `status` is the HTTP status of the protocol, `size` goes with 409 only. */
export interface WitnessRefusal {
  readonly status: 400 | 403 | 404 | 409 | 422
  readonly reason: string
  /** The size that was cosigned last. */
  readonly size?: number
}

/** What a witness remembers of a log: the last checkpoint that it cosigned. */
export type Remembered = Pick<Checkpoint, 'size' | 'root'>

/** More bytes than any request needs: 63 hashes, and a checkpoint with some large signatures. */
export const MAX_ADD_CHECKPOINT_BYTES = 65_536

/** Media type of the body of a 409. */
export const SIZE_MEDIA_TYPE = 'text/x.tlog.size'

const MAX_PROOF_HASHES = 63

/** The body of an `add-checkpoint` request. */
export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  requireCount(oldSize, 'old size')
  const lines = proof.map((hash) => `${encodeBase64(requireHash(hash, 'a hash of the proof'))}\n`)
  const body = `old ${oldSize}\n${lines.join('')}\n${checkpoint}`
  parseAddCheckpoint(body)
  return body
}

/** Reads the body of an `add-checkpoint` request; its checkpoint is taken as it is. Throws `bad-request`. */
export function parseAddCheckpoint(body: string | Uint8Array): AddCheckpoint {
  if (body.length > MAX_ADD_CHECKPOINT_BYTES) {
    throw new TlogError('bad-request', `a request has at most ${MAX_ADD_CHECKPOINT_BYTES} bytes`)
  }
  const text = typeof body === 'string' ? body : decodeUtf8(body)
  if (text === undefined) throw new TlogError('bad-request', 'a request is valid UTF-8')
  const split = text.indexOf('\n\n')
  if (split < 0) throw new TlogError('bad-request', 'a request has a blank line before its checkpoint')

  const [first = '', ...lines] = text.slice(0, split).split('\n')
  const oldSize = decodeDecimal(/^old (.*)$/.exec(first)?.[1] ?? '')
  if (oldSize === undefined) {
    throw new TlogError('bad-request', 'a request begins with "old" and a decimal from 0 to 2^53 − 1')
  }
  if (lines.length > MAX_PROOF_HASHES) {
    throw new TlogError('bad-request', `a proof has at most ${MAX_PROOF_HASHES} hashes, not ${lines.length}`)
  }
  return { oldSize, proof: lines.map(parseHashLine), checkpoint: text.slice(split + 2) }
}

export interface SubmissionOptions {
  /** The keys of the log with this origin; empty or undefined where the witness does not watch it. */
  readonly keysOf: (origin: string) => readonly Vkey[] | undefined
  readonly verifyEd25519: VerifyEd25519
}

/**
 * Opens the body of an `add-checkpoint` request: its form, its origin, its signature. That needs no memory of the log, so
 * it may run for many requests at once; `judgeSubmission` may not.
 */
export async function openSubmission(
  body: string | Uint8Array,
  { keysOf, verifyEd25519 }: SubmissionOptions,
): Promise<Submission | WitnessRefusal> {
  try {
    const { oldSize, proof, checkpoint: note } = parseAddCheckpoint(body)
    const { text, signatures } = parseNote(note)
    const checkpoint = parseCheckpoint(text)
    const keys = keysOf(checkpoint.origin) ?? []
    if (keys.length === 0) return { status: 404, reason: 'this witness does not watch a log of that origin' }
    await verifyNote(note, keys, verifyEd25519)
    return { checkpoint, text, signatures: firstLines(signatures, keys), oldSize, proof }
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    const isForeign = error.code === 'bad-signature' || error.code === 'unsigned'
    return { status: isForeign ? 403 : 400, reason: error.message }
  }
}

/**
 * Does the submission continue what the witness remembers? Undefined if it does: then the new checkpoint must be
 * remembered for good before the cosignature is given, with no other judgement of the same log in between.
 */
export function judgeSubmission(
  sha256: Sha256,
  { checkpoint, oldSize, proof }: Submission,
  remembered: Remembered | undefined,
): WitnessRefusal | undefined {
  const { size, root } = remembered ?? { size: 0, root: emptyRoot() }
  if (oldSize > checkpoint.size) {
    return { status: 400, reason: `the old size ${oldSize} is above the size ${checkpoint.size} of the checkpoint` }
  }
  if (oldSize !== size) return { status: 409, reason: `the last checkpoint cosigned has the size ${size}`, size }
  const claim = { oldSize, oldRoot: root, newSize: checkpoint.size, newRoot: checkpoint.root, proof }
  try {
    verifyConsistency(sha256, claim)
    return undefined
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    return { status: 422, reason: error.message }
  }
}

export function isWitnessRefusal(answer: object): answer is WitnessRefusal {
  return 'status' in answer
}

/** The body of a 409: the size that was cosigned last. */
export function formatSizeAnswer(size: number): string {
  requireCount(size, 'size')
  return `${size}\n`
}

/** The size in the body of a 409, or undefined where it is none. */
export function parseSizeAnswer(body: string): number | undefined {
  return body.endsWith('\n') ? decodeDecimal(body.slice(0, -1)) : undefined
}

function firstLines(lines: readonly NoteSignature[], keys: readonly Vkey[]): NoteSignature[] {
  const firsts = keys.map(({ name, id }) => lines.find((line) => line.name === name && line.keyId === id))
  return firsts.filter((line) => line !== undefined)
}

function parseHashLine(line: string): Hash {
  const hash = decodeBase64(line)
  if (hash?.length === HASH_BYTES) return hash
  throw new TlogError('bad-request', `each hash of a proof is ${HASH_BYTES} bytes in base64`)
}
