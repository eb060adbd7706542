import { readFile } from 'node:fs/promises'
import { sha256Bytes } from '@tallystick/rules'
import { consistencyProof, rootOf, signCheckpoint, verifyConsistency } from '@tallystick/tlog'
import { writeDurably } from './files.ts'
import type { Clock, Ledger } from './port.ts'
import type { SigningKey } from './signing-key.ts'

/** The database does not continue what this key has signed: nothing more is signed until a person has looked. */
export class ForkError extends Error {}

interface Signed {
  size: number
  root: string
}

const NOTHING_SIGNED: Signed = { size: 0, root: '' }

/**
 * Signs checkpoints. Keeps the last size and root outside the database, proves to itself that the new tree continues
 * them, writes them to disk, and only then publishes: a restored or rewritten database gets no second history signed.
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

  /** Signs and publishes what the integrator has computed. Answers whether a checkpoint was published. */
  async step(): Promise<boolean> {
    const { tree } = this.#ledger
    const integrated = await tree.integrated()
    if (!integrated) return false
    const published = (await tree.checkpoint())?.size ?? 0
    const last = await this.#lastSigned()
    if (integrated.size < last.size) {
      throw new ForkError(
        `the log has ${integrated.size} entries, ${last.size} were signed: is this a restored backup?`,
      )
    }
    if (integrated.size === published) return false
    await this.#proveContinues(last, integrated)
    const origin = await this.#origin()
    const root = Buffer.from(integrated.root, 'hex')
    const note = await signCheckpoint({ origin, size: integrated.size, root }, [this.#key.signer(origin)])
    await writeDurably(this.#stateFile, `${JSON.stringify({ size: integrated.size, root: integrated.root })}\n`)
    const at = this.#clock().toISOString()
    return tree.putCheckpoint({ size: integrated.size, root: integrated.root, at, note })
  }

  async #proveContinues(last: Signed, next: Signed): Promise<void> {
    const read = this.#ledger.tree.read.bind(this.#ledger.tree)
    const computed = Buffer.from(await rootOf(sha256Bytes, next.size, read)).toString('hex')
    if (computed !== next.root) throw new ForkError(`the root at ${next.size} is not the root of the entries`)
    if (last.size === 0) return
    const proof = await consistencyProof(sha256Bytes, last.size, next.size, read)
    try {
      verifyConsistency(sha256Bytes, {
        oldSize: last.size,
        oldRoot: Buffer.from(last.root, 'hex'),
        newSize: next.size,
        newRoot: Buffer.from(next.root, 'hex'),
        proof,
      })
    } catch (error) {
      throw new ForkError(`the log does not continue the checkpoint of size ${last.size}`, { cause: error })
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

  async #lastSigned(): Promise<Signed> {
    try {
      return JSON.parse(await readFile(this.#stateFile, 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING_SIGNED
      throw error
    }
  }
}
