import { sha256Bytes } from '@tallystick/rules'
import {
  consistencyProof,
  formatAddCheckpoint,
  type HashReader,
  type NoteSignature,
  parseNote,
  parseSizeAnswer,
  SIZE_MEDIA_TYPE,
  TlogError,
  type Vkey,
  verifyNote,
} from '@tallystick/tlog'
import type { Checkpoint } from './port.ts'
import { verifyEd25519 } from './signing-key.ts'

/** A witness as its clients know it. */
export interface WitnessTarget {
  vkey: Vkey
  /** Submission prefix, without a slash at the end. */
  url: string
}

/** What a submission came to: the cosignature, the size that the witness has instead, or why there is neither. */
export type Submitted = { line: NoteSignature; time: number } | { size: number } | { reason: string }

/** Whoever waits longer has other things to do. */
const TIMEOUT_MS = 5_000
const MOST_ANSWER_BYTES = 65_536
const MOST_REASON_CHARACTERS = 200

/** Sends one checkpoint to one witness, with the proof from `oldSize`. Never throws for what a witness does or says. */
export async function submitCheckpoint(
  { vkey, url }: WitnessTarget,
  { size, note }: Pick<Checkpoint, 'size' | 'note'>,
  { oldSize, read }: { oldSize: number; read: HashReader },
): Promise<Submitted> {
  if (oldSize > size) return { reason: `it has cosigned ${oldSize} entries, more than the ${size} of this log` }
  const proof = await consistencyProof(sha256Bytes, oldSize, size, read)
  const body = formatAddCheckpoint({ oldSize, proof, checkpoint: note })
  try {
    const response = await fetch(`${url}/add-checkpoint`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const answer = await boundedText(response)
    if (response.status === 200) return await cosignatureIn(answer, note, vkey)
    const type = response.headers.get('content-type') ?? ''
    const known = type === SIZE_MEDIA_TYPE ? parseSizeAnswer(answer) : undefined
    if (response.status === 409 && known !== undefined) return { size: known }
    return { reason: `it answers ${response.status}: ${oneLine(answer)}` }
  } catch (error) {
    return { reason: reasonOf(error) }
  }
}

/** The cosignature by the witness's key; lines of others are ignored. */
async function cosignatureIn(answer: string, note: string, vkey: Vkey): Promise<Submitted> {
  try {
    const cosigned = `${parseNote(note).text}\n${answer}`
    const { verified } = await verifyNote(cosigned, [vkey], verifyEd25519)
    const line = parseNote(cosigned).signatures.find(({ name, keyId }) => name === vkey.name && keyId === vkey.id)
    const time = verified[0]?.time ?? 0
    return line && time > 0 ? { line, time } : { reason: 'its cosignature states no time' }
  } catch (error) {
    if (error instanceof TlogError) return { reason: `its answer is no cosignature by its key: ${error.message}` }
    throw error
  }
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > MOST_ANSWER_BYTES) throw new Error(`its answer has more than ${MOST_ANSWER_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `it does not answer within ${TIMEOUT_MS / 1_000} s`
  return oneLine(error.cause instanceof Error ? error.cause.message || error.message : error.message)
}

function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, MOST_REASON_CHARACTERS)
}
