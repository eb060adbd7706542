import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sha256Bytes } from '@tallystick/rules'
import { consistencyProof, rootOf, signCheckpoint, verifyConsistency } from '@tallystick/tlog'
import { holding } from './file-lock.ts'
import { writeDurably } from './files.ts'
import { historyAt, keyHistory, keyInForce } from './key-history.ts'
import type { Checkpoint, Clock, Ledger } from './port.ts'
import { type KeyRing, ringOf, type SigningKey } from './signing-key.ts'

/** The database does not continue what this key has signed: nothing more is signed until a person has looked. */
export class ForkError extends Error {}

/** The database has fewer entries than were signed, as after the restore of a backup. */
export class BehindError extends ForkError {}

/** What a person is told of a database that has fewer entries than were signed. */
export function behindText(size: number, signed: number): string {
  return (
    `the database has ${size} entries, ${signed} were signed: it was restored from an older backup. Nothing is signed ` +
    'until the missing entries are back: tallystick recover --from <folder or address of a copy>'
  )
}

/** The size and root that were signed last. */
export interface Signed {
  size: number
  /** Merkle root, hex. */
  root: string
}

/**
 * Signs checkpoints. Keeps the last size and root outside the database, proves to itself that the new tree continues
 * them and what the database has published, writes the new ones to disk, and only then publishes: a restored or
 * rewritten database gets no second history signed. One process at a time does so with one state file. The key that the
 * log names signs; a checkpoint that is the first to include a rotation is signed by the keys before and after it.
 */
export class CheckpointSigner {
  readonly #ledger: Ledger
  readonly #keys: KeyRing
  readonly #stateFile: string
  readonly #clock: Clock
  readonly #publish: Publish

  /** `publish` may add to the note of a checkpoint before it stores it, as `Cosigners` do. */
  constructor(
    ledger: Ledger,
    keys: SigningKey | KeyRing,
    stateFile: string,
    clock: Clock = () => new Date(),
    publish: Publish = (checkpoint) => ledger.tree.putCheckpoint(checkpoint),
  ) {
    this.#ledger = ledger
    this.#publish = publish
    this.#keys = 'find' in keys ? keys : ringOf(keys)
    this.#stateFile = stateFile
    this.#clock = clock
  }

  /**
   * Signs and publishes what the integrator has computed. Answers whether a checkpoint was published.
   * Errors: `ForkError`; `LockedError` while another process holds the state file.
   */
  async step(): Promise<boolean> {
    if (!(await this.#toSign())) return false
    await mkdir(dirname(this.#stateFile), { recursive: true })
    return holding(`${this.#stateFile}.lock`, async () => {
      const next = await this.#toSign()
      return next ? this.#sign(next) : false
    })
  }

  /** The tree that is to be signed now, if any; it is not smaller than what was signed. */
  async #toSign(): Promise<ToSign | undefined> {
    const { tree } = this.#ledger
    // In this order, the reverse of that in which another process writes them meanwhile.
    const published = await tree.checkpoint()
    const signed = await lastSigned(this.#stateFile)
    const next = await tree.integrated()
    if (!signed && published) throw new ForkError(missingState(this.#stateFile))
    const earlier = [signed, published].filter((one) => one !== undefined)
    const most = Math.max(0, ...earlier.map(({ size }) => size))
    if ((next?.size ?? 0) < most) {
      const { size } = await this.#ledger.head()
      // The integrator may not have come that far yet.
      if (size >= most) return undefined
      throw new BehindError(behindText(size, most))
    }
    if (!next || (published && earlier.every((one) => isSame(one, next)))) return undefined
    return { next, earlier, published: published?.size ?? 0, signed: signed?.size ?? 0 }
  }

  async #sign(toSign: ToSign): Promise<boolean> {
    const { size, root } = toSign.next
    await this.#proveContinues(toSign.earlier, toSign.next)
    const genesis = await this.#ledger.genesis()
    if (!genesis) throw new ForkError('the log has no genesis')
    const { origin, predecessor } = genesis
    if (size < (predecessor?.kept ?? 0)) return false
    const { keys, inForce } = await this.#keysFor(toSign)
    const signers = keys.map((key) => key.signer(origin))
    const note = await signCheckpoint({ origin, size, root: Buffer.from(root, 'hex') }, signers)
    await writeDurably(this.#stateFile, `${JSON.stringify({ size, root })}\n`)
    const isPublished = await this.#publish({ size, root, at: this.#clock().toISOString(), note })
    if (isPublished) await this.#keys.handOver(inForce)
    return isPublished
  }

  /** The keys that sign: the one in force, and those that gave way since the last checkpoint that is published. */
  async #keysFor({ next, published, signed }: ToSign): Promise<{ keys: SigningKey[]; inForce: string }> {
    const history = await keyHistory(this.#ledger)
    const { vkey: inForce, from } = keyInForce(history, next.size)
    const earliest = keyInForce(history, Math.max(1, published)).from
    const keys: SigningKey[] = []
    for (const { vkey } of historyAt(history, next.size).filter((term) => term.from >= earliest)) {
      const key = await this.#keys.find(vkey)
      // A key that was handed over already may be gone for ever: it has signed with its successor then.
      if (!key && (vkey === inForce || from >= signed)) {
        throw new ForkError(`the key ${vkey}, which the log names, is not in ${this.#keys.place}`)
      }
      if (key) keys.unshift(key)
    }
    return { keys, inForce }
  }

  async #proveContinues(earlier: Signed[], next: Signed): Promise<void> {
    const read = this.#ledger.tree.read.bind(this.#ledger.tree)
    const computed = Buffer.from(await rootOf(sha256Bytes, next.size, read)).toString('hex')
    if (computed !== next.root) throw new ForkError(`the root at ${next.size} is not the root of the entries`)
    for (const { size, root } of earlier) {
      const proof = await consistencyProof(sha256Bytes, size, next.size, read)
      try {
        verifyConsistency(sha256Bytes, {
          oldSize: size,
          oldRoot: Buffer.from(root, 'hex'),
          newSize: next.size,
          newRoot: Buffer.from(next.root, 'hex'),
          proof,
        })
      } catch (error) {
        throw new ForkError(`the log does not continue the checkpoint of size ${size}`, { cause: error })
      }
    }
  }
}

/** Stores a signed checkpoint where the public finds it; false where one as large is there. */
type Publish = (checkpoint: Checkpoint) => Promise<boolean>

interface ToSign {
  next: Signed
  earlier: Signed[]
  /** Sizes of the last checkpoint that was published, and of the last that was signed; 0 for none. */
  published: number
  signed: number
}

/**
 * What a signer has signed last, as its state file says; undefined where there is none, which is so before the first
 * checkpoint. Errors: `ForkError` for a file without sense.
 */
export async function lastSigned(stateFile: string): Promise<Signed | undefined> {
  let text: string
  try {
    text = await readFile(stateFile, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const signed = parseSigned(text)
  if (!signed) throw new ForkError(`${stateFile} does not say what was signed last. ${REMEDY}`)
  return signed
}

function missingState(stateFile: string): string {
  return `checkpoints were published, but ${stateFile} with the last one signed is gone. ${REMEDY}`
}

const REMEDY =
  'Put there the size and the root (hex) of the newest checkpoint that is known from elsewhere, such as a copy of ' +
  'the published log: {"size":…,"root":"…"}'

function isSame(a: Signed, b: Signed): boolean {
  return a.size === b.size && a.root === b.root
}

function parseSigned(text: string): Signed | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('size' in value) || !('root' in value)) return undefined
  const { size, root, ...more } = value
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 1 || Object.keys(more).length > 0) {
    return undefined
  }
  return typeof root === 'string' && /^[0-9a-f]{64}$/.test(root) ? { size, root } : undefined
}
