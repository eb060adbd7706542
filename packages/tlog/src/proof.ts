import { type OpenCheckpointOptions, type OpenedCheckpoint, openCheckpoint } from './checkpoint.ts'
import { decodeBase64, decodeDecimal, decodeUtf8, encodeBase64, requireCount } from './encoding.ts'
import { TlogError } from './error.ts'
import { HASH_BYTES, type Hash, leafHash, requireHash, type Sha256 } from './hash.ts'
import { MAX_NOTE_BYTES } from './note.ts'
import { verifyInclusion } from './verify.ts'

/** A `.tlog-proof` file: all that is needed, beside the record and the keys, to verify offline (C2SP tlog-proof). */
export interface TlogProof {
  readonly index: number
  /** Inclusion proof, from the leaf's sibling up. */
  readonly hashes: readonly Hash[]
  /** The signed checkpoint, verbatim. */
  readonly checkpoint: string
  /** Anything the application adds. No signature covers it. */
  readonly extra?: Uint8Array
}

/** What a verified proof establishes: the record is entry `index` of the log that the checkpoint is of. */
export interface ProvenRecord extends OpenedCheckpoint {
  readonly index: number
}

const HEADER = 'c2sp.org/tlog-proof@v1'

/** A tree of up to 2^53 − 1 leaves has no longer path; the format's own sizes end at 63. */
const MAX_PROOF_HASHES = 63
const MAX_PROOF_FILE_BYTES = 2 * MAX_NOTE_BYTES

/** The text of a `.tlog-proof` file. */
export function formatTlogProof(proof: TlogProof): string {
  requireCount(proof.index, 'index')
  const lines = [
    HEADER,
    ...(proof.extra ? [`extra ${encodeBase64(proof.extra)}`] : []),
    `index ${proof.index}`,
    ...proof.hashes.map((hash) => encodeBase64(requireHash(hash, 'a hash of the proof'))),
  ]
  const text = `${lines.join('\n')}\n\n${proof.checkpoint}`
  parseTlogProof(text)
  return text
}

/** Reads a `.tlog-proof` file without verifying it; its checkpoint is taken as it is. Throws `bad-proof-file`. */
export function parseTlogProof(file: string | Uint8Array): TlogProof {
  if (file.length > MAX_PROOF_FILE_BYTES) throw new TlogError('bad-proof-file', `a proof of ${file.length} bytes`)
  const text = typeof file === 'string' ? file : decodeUtf8(file)
  if (text === undefined) throw new TlogError('bad-proof-file', 'a proof is valid UTF-8')
  const split = text.indexOf('\n\n')
  if (split < 0) throw new TlogError('bad-proof-file', 'a proof has a blank line before its checkpoint')

  const [header, ...lines] = text.slice(0, split).split('\n')
  if (header !== HEADER) throw new TlogError('bad-proof-file', `a proof begins with the line ${HEADER}`)
  const extraText = lines[0]?.startsWith('extra ') ? lines.shift()?.slice('extra '.length) : undefined
  const index = decodeDecimal(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '')
  if (index === undefined) {
    throw new TlogError('bad-proof-file', 'a proof has a line "index" with a decimal from 0 to 2^53 − 1')
  }
  if (lines.length > MAX_PROOF_HASHES) {
    throw new TlogError('bad-proof-file', `a proof has at most ${MAX_PROOF_HASHES} hashes, not ${lines.length}`)
  }
  const proof = { index, hashes: lines.map(parseHashLine), checkpoint: text.slice(split + 2) }
  if (proof.checkpoint === '') throw new TlogError('bad-proof-file', 'a proof ends with a checkpoint')
  return extraText === undefined ? proof : { ...proof, extra: parseExtra(extraText) }
}

/**
 * Verifies that `record`, the exact bytes of the entry, is in a log whose checkpoint `options.vkeys` have signed.
 * Throws what `parseTlogProof`, `openCheckpoint` and `verifyInclusion` throw.
 */
export async function verifyTlogProof(
  file: string | Uint8Array,
  record: Uint8Array,
  options: OpenCheckpointOptions & { readonly sha256: Sha256 },
): Promise<ProvenRecord> {
  const { sha256 } = options
  const { index, hashes, checkpoint } = parseTlogProof(file)
  const opened = await openCheckpoint(checkpoint, options)
  verifyInclusion(sha256, {
    leaf: leafHash(sha256, record),
    index,
    size: opened.size,
    root: opened.root,
    proof: hashes,
  })
  return { ...opened, index }
}

function parseHashLine(line: string): Hash {
  const hash = decodeBase64(line)
  if (hash?.length === HASH_BYTES) return hash
  throw new TlogError('bad-proof-file', `each hash of a proof is ${HASH_BYTES} bytes in base64`)
}

function parseExtra(text: string): Uint8Array {
  const extra = decodeBase64(text)
  if (extra) return extra
  throw new TlogError('bad-proof-file', 'the extra line of a proof is base64')
}
