import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sha256Bytes } from '@tallystick/rules'
import { consistencyProof, rootOf, signCheckpoint, verifyConsistency } from '@tallystick/tlog'
import { holding } from './file-lock.ts'
import { writeDurably } from './files.ts'
import type { Clock, Ledger } from './port.ts'
import type { SigningKey } from './signing-key.ts'

/** The database does not continue what this key has signed: nothing more is signed until a person has looked. */
export class ForkError extends Error {}

interface Signed {
  size: number
  /** Merkle root, hex. */
  root: string
}

/**
 * Signs checkpoints. Keeps the last size and root outside the database, proves to itself that the new tree continues
 * them and what the database has published, writes the new ones to disk, and only then publishes: a restored or
 * rewritten database gets no second history signed. One process at a time does so with one state file.
 */
export class CheckpointSigner {
  readonly #ledger: Ledger
  readonly #key: SigningKey
  readonly #stateFile: string
  readonly #clock: Clock

  constructor(ledger: Ledger, key: SigningKey, stateFile: string, clock: Clock = () => new Date()) {
    this.#ledger = ledger
    this.#key = key
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
  async #toSign(): Promise<{ next: Signed; earlier: Signed[] } | undefined> {
    const { tree } = this.#ledger
    // In this order, the reverse of that in which another process writes them meanwhile.
    const published = await tree.checkpoint()
    const signed = await this.#lastSigned()
    const next = await tree.integrated()
    if (!signed && published) throw new ForkError(this.#missingState())
    const earlier = [signed, published].filter((one) => one !== undefined)
    const most = Math.max(0, ...earlier.map(({ size }) => size))
    if ((next?.size ?? 0) < most) {
      throw new ForkError(`the log has ${next?.size ?? 0} entries, ${most} were signed: is this a restored backup?`)
    }
    if (!next || (published && earlier.every((one) => isSame(one, next)))) return undefined
    return { next, earlier }
  }

  async #sign({ next, earlier }: { next: Signed; earlier: Signed[] }): Promise<boolean> {
    await this.#proveContinues(earlier, next)
    const origin = await this.#origin()
    const { size, root } = next
    const note = await signCheckpoint({ origin, size, root: Buffer.from(root, 'hex') }, [this.#key.signer(origin)])
    await writeDurably(this.#stateFile, `${JSON.stringify({ size, root })}\n`)
    return this.#ledger.tree.putCheckpoint({ size, root, at: this.#clock().toISOString(), note })
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

  async #origin(): Promise<string> {
    const genesis = await this.#ledger.genesis()
    if (!genesis) throw new ForkError('the log has no genesis')
    if (genesis.key !== this.#key.vkey(genesis.origin)) {
      throw new ForkError('the key at hand is not the key of this log')
    }
    return genesis.origin
  }

  /** What this key has signed last; undefined where there is no state file, which is so before the first checkpoint. */
  async #lastSigned(): Promise<Signed | undefined> {
    let text: string
    try {
      text = await readFile(this.#stateFile, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    const signed = parseSigned(text)
    if (!signed) throw new ForkError(`${this.#stateFile} does not say what was signed last. ${this.#remedy()}`)
    return signed
  }

  #missingState(): string {
    return `checkpoints were published, but ${this.#stateFile} with the last one signed is gone. ${this.#remedy()}`
  }

  #remedy(): string {
    return (
      'Put there the size and the root (hex) of the newest checkpoint that is known from elsewhere, such as a copy of ' +
      'the published log: {"size":…,"root":"…"}'
    )
  }
}

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
