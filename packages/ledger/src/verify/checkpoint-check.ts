import {
  type Checkpoint,
  encodeBase64,
  type Hash,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVkey,
  TlogError,
  type Vkey,
} from '@tallystick/tlog'
import { verifyEd25519 } from '../signing-key.ts'
import { type Finding, findingOf, unread } from './finding.ts'
import { sha256 } from './inspect.ts'
import { isUnreadable, type LogSource } from './source.ts'

/** A checkpoint as it stands in a file; its signatures are another matter. */
export interface StatedCheckpoint extends Checkpoint {
  note: Uint8Array
}

const FILE = 'checkpoint'
const MOST_CHECKPOINT_BYTES = 1_048_576

/** Reads the text of a signed note of a checkpoint. Throws `TlogError`. */
export function stateOf(note: Uint8Array): StatedCheckpoint {
  return { ...parseCheckpoint(parseNote(note).text), note }
}

/** What the log states of itself, or why that cannot be known. */
export async function readStated(source: LogSource): Promise<StatedCheckpoint | Finding> {
  const note = await source.read(FILE, MOST_CHECKPOINT_BYTES)
  if (note === undefined)
    return findingOf((await hasOtherFiles(source)) ? 'checkpoint-missing' : 'no-log', { file: FILE })
  if (isUnreadable(note)) return unread({ file: FILE }, note)
  try {
    return stateOf(note)
  } catch (error) {
    return findingOf('checkpoint-malformed', { file: FILE }, { reason: reasonOf(error) })
  }
}

/** Is anything there that only a log has? A source that cannot list is asked for what every log has. */
async function hasOtherFiles(source: LogSource): Promise<boolean> {
  const paths = source.paths()
  if (!paths) return (await source.read('keys.json', MOST_CHECKPOINT_BYTES)) instanceof Uint8Array
  for await (const path of paths) if (/^(keys\.json$|tile\/|content\/[0-9a-f]{64}$)/.test(path)) return true
  return false
}

/** Is the checkpoint signed by this key, for the log that the key is of? No line may be wrong under any `known` key. */
export async function checkSignature(
  stated: StatedCheckpoint,
  vkey: Vkey,
  known: readonly Vkey[] = [],
): Promise<Finding | undefined> {
  const where = { file: FILE }
  if (stated.origin !== vkey.name) {
    return findingOf('origin-differs', where, { checkpoint: stated.origin, expected: vkey.name })
  }
  const error = (await signatureError(stated.note, [vkey])) ?? (await signatureError(stated.note, [vkey, ...known]))
  if (error === undefined) return undefined
  if (error.code === 'bad-signature') return findingOf('checkpoint-signature', where)
  return findingOf('checkpoint-not-signed', where, { reason: error.message })
}

async function signatureError(note: Uint8Array, vkeys: readonly Vkey[]): Promise<TlogError | undefined> {
  try {
    await openCheckpoint(note, { vkeys, verifyEd25519 })
    return undefined
  } catch (error) {
    if (error instanceof TlogError) return error
    throw error
  }
}

/** Does this log continue the saved checkpoint? `rootAt` answers for the tree that the signed root was found to be of. */
export async function checkSince(
  saved: StatedCheckpoint,
  stated: StatedCheckpoint,
  vkeys: readonly Vkey[],
  rootAt: (size: number) => Hash | undefined,
): Promise<Finding | undefined> {
  const file = '--since'
  if (saved.origin !== stated.origin) return findingOf('since-other-log', { file }, { origin: saved.origin })
  const error = vkeys.length > 0 && (await signatureError(saved.note, vkeys))
  if (error) return findingOf('since-not-signed', { file }, { reason: error.message })
  if (saved.size > stated.size) {
    return findingOf('rollback', { file }, { saved: `${saved.size}`, size: `${stated.size}` })
  }
  const computed = saved.size === stated.size ? stated.root : rootAt(saved.size)
  if (!computed || Buffer.compare(computed, saved.root) === 0) return undefined
  const roots = { saved: encodeBase64(saved.root), computed: encodeBase64(computed) }
  return findingOf('fork', { file }, { size: `${saved.size}`, ...roots })
}

/** The key that genesis names; undefined where its text is none. */
export function keyOf(text: string): Vkey | undefined {
  try {
    return parseVkey(sha256, text)
  } catch (error) {
    if (error instanceof TlogError) return undefined
    throw error
  }
}

/** The sentence of an error of the log package, for the middle of another sentence. */
export function reasonOf(error: unknown): string {
  if (error instanceof TlogError) return error.message
  throw error
}
