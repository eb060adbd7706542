import { decodeBase64, decodeDecimal, encodeBase64, equalBytes, hasControlCharacter, requireCount } from './encoding.ts'
import { TlogError } from './error.ts'
import { emptyRoot, HASH_BYTES, type Hash, requireHash } from './hash.ts'
import { formatNote, type Signer, signText, type VerifiedSignature, type VerifyEd25519, verifyNote } from './note.ts'
import type { Vkey } from './vkey.ts'

/** What a log states of itself at one size (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Name of the log. */
  readonly origin: string
  readonly size: number
  readonly root: Hash
}

/** A checkpoint whose signatures were checked. */
export interface OpenedCheckpoint extends Checkpoint {
  /** Keys of the log that have signed; at least one. */
  readonly signatures: readonly VerifiedSignature[]
  /** Known witnesses that have cosigned, each once. */
  readonly cosignatures: readonly VerifiedSignature[]
}

export interface OpenCheckpointOptions {
  /** Keys of the log (`ed25519`) and of its witnesses (`cosignature/v1`), which came by another way than the checkpoint. */
  readonly vkeys: readonly Vkey[]
  readonly verifyEd25519: VerifyEd25519
  /** The origin line to insist on. Without it, the origin must be the name of the log key that has signed. */
  readonly origin?: string
}

/** The text that is signed: three lines. This package writes no extension lines. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  requireCount(checkpoint.size, 'size')
  requireHash(checkpoint.root, 'root')
  const text = `${checkpoint.origin}\n${checkpoint.size}\n${encodeBase64(checkpoint.root)}\n`
  parseCheckpoint(text)
  return text
}

/**
 * Reads the text of a checkpoint (not its signatures). Throws `bad-checkpoint` for any other spelling than the one
 * canonical one, and for extension lines: nobody can audit them, so a log that we trust has none.
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n')
  const [origin = '', sizeText = '', rootText = ''] = lines
  if (lines.length > 4 && lines.at(-1) === '') {
    throw new TlogError('bad-checkpoint', 'a checkpoint has three lines; extension lines are not accepted')
  }
  if (lines.length !== 4 || lines[3] !== '') {
    throw new TlogError('bad-checkpoint', 'a checkpoint has three lines: origin, size and root')
  }
  if (origin === '' || !origin.isWellFormed() || hasControlCharacter(origin)) {
    throw new TlogError('bad-checkpoint', 'the origin of a checkpoint is a non-empty line without control characters')
  }
  const size = decodeDecimal(sizeText)
  if (size === undefined) {
    throw new TlogError(
      'bad-checkpoint',
      'the size of a checkpoint is a decimal from 0 to 2^53 − 1 without leading zero',
    )
  }
  const root = decodeBase64(rootText)
  if (root?.length !== HASH_BYTES) {
    throw new TlogError('bad-checkpoint', `the root of a checkpoint is ${HASH_BYTES} bytes in base64`)
  }
  if (size === 0 && !equalBytes(root, emptyRoot())) {
    throw new TlogError('bad-checkpoint', 'a checkpoint of size 0 has the root of the empty tree')
  }
  return { origin, size, root }
}

/** Writes the signed note of a checkpoint. Each signer is an `ed25519` key named like the origin; two at a change of keys. */
export async function signCheckpoint(checkpoint: Checkpoint, signers: readonly Signer[]): Promise<string> {
  const stranger = signers.find((signer) => signer.vkey.name !== checkpoint.origin)
  if (stranger) {
    throw new TlogError('wrong-origin', `key "${stranger.vkey.name}" cannot sign for the log "${checkpoint.origin}"`)
  }
  const text = formatCheckpoint(checkpoint)
  return formatNote({ text, signatures: await Promise.all(signers.map((signer) => signText(text, signer))) })
}

/**
 * Opens the signed note of a checkpoint. Throws as `verifyNote` does, `unsigned` also where only witnesses have signed,
 * `bad-checkpoint` as `parseCheckpoint` does, and `wrong-origin` where the log is not the one expected.
 * How many cosignatures are enough, and how old they may be, is for the caller to say.
 */
export async function openCheckpoint(
  note: string | Uint8Array,
  options: OpenCheckpointOptions,
): Promise<OpenedCheckpoint> {
  const { text, verified } = await verifyNote(note, options.vkeys, options.verifyEd25519)
  const checkpoint = parseCheckpoint(text)
  const signatures = verified.filter(({ vkey }) => vkey.kind === 'ed25519')
  if (signatures.length === 0)
    throw new TlogError('unsigned', 'witnesses have signed the checkpoint, but no key of the log')

  const expected = options.origin === undefined ? signatures.map(({ vkey }) => vkey.name) : [options.origin]
  if (!expected.every((origin) => origin === checkpoint.origin)) {
    throw new TlogError(
      'wrong-origin',
      `the checkpoint is of "${checkpoint.origin}", expected is "${expected.join('", "')}"`,
    )
  }
  return { ...checkpoint, signatures, cosignatures: verified.filter(({ vkey }) => vkey.kind === 'cosignature/v1') }
}
