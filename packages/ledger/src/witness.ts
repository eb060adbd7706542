import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Bytes, sha256Hex } from '@tallystick/rules'
import {
  cosignText,
  formatNote,
  formatSizeAnswer,
  formatVkey,
  isWitnessRefusal,
  judgeSubmission,
  openSubmission,
  parseCheckpoint,
  type Remembered,
  SIZE_MEDIA_TYPE,
  type Signer,
  type Submission,
  TlogError,
  type Vkey,
  verifyNote,
  type WitnessRefusal,
} from '@tallystick/tlog'
import { holding } from './file-lock.ts'
import { writeDurably } from './files.ts'
import type { Clock } from './port.ts'
import { verifyEd25519 } from './signing-key.ts'
import { WitnessError, witnessSigner } from './witness-key.ts'

/** A log that a witness watches: its name, and the keys that may sign for it. */
export interface WatchedLog {
  origin: string
  keys: readonly Vkey[]
}

export interface WitnessOptions {
  /** The witness's own data folder. */
  folder: string
  logs: readonly WatchedLog[]
  /** Name of the key; asked for at the first start only. */
  name?: string | undefined
  clock?: Clock
}

/** An answer of the protocol, for whatever carries it. */
export interface WitnessAnswer {
  status: 200 | WitnessRefusal['status']
  type: string
  body: string
}

interface Memory extends Remembered {
  /** POSIX seconds of the last cosignature. */
  time: number
  /** The checkpoint with the log's signatures and ours. */
  note: string
}

const PLAIN = 'text/plain; charset=utf-8'

/**
 * Runs `work` with the witness of a data folder, alone: a second process on the folder is refused. Throws
 * `WitnessError`, and `LockedError` where another process has the folder.
 */
export async function withWitness<T>(options: WitnessOptions, work: (witness: Witness) => Promise<T>): Promise<T> {
  await mkdir(join(options.folder, 'logs'), { recursive: true, mode: 0o700 })
  return holding(join(options.folder, 'witness.lock'), async () => {
    const signer = await witnessSigner(options.folder, options.name)
    const witness = new Witness(options, signer)
    await witness.load()
    return work(witness)
  })
}

/**
 * A C2SP witness. Of each log it remembers the last checkpoint that it cosigned, on disk before the cosignature leaves, so
 * that it cosigns one history only, whenever it is killed.
 */
export class Witness {
  readonly vkey: string
  readonly #folder: string
  readonly #logs: ReadonlyMap<string, readonly Vkey[]>
  readonly #signer: Signer
  readonly #clock: Clock
  readonly #memory = new Map<string, Memory>()
  readonly #queues = new Map<string, Promise<unknown>>()

  constructor({ folder, logs, clock = () => new Date() }: WitnessOptions, signer: Signer) {
    this.vkey = formatVkey(signer.vkey)
    this.#folder = folder
    this.#logs = new Map(logs.map(({ origin, keys }) => [origin, keys]))
    this.#signer = signer
    this.#clock = clock
  }

  /** Takes up what was cosigned. A file that cannot be believed stops the witness: without it a fork could be cosigned. */
  async load(): Promise<void> {
    for (const origin of this.#logs.keys()) {
      const file = this.#fileOf(origin)
      const note = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      if (note !== undefined) this.#memory.set(origin, await this.#remembered(file, origin, note))
    }
  }

  /** Answers `POST …/add-checkpoint`. */
  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    const keysOf = (origin: string) => this.#logs.get(origin)
    const submission = await openSubmission(body, { keysOf, verifyEd25519 })
    if (isWitnessRefusal(submission)) return refusalAnswer(submission)
    return this.#inTurn(submission.checkpoint.origin, () => this.#cosign(submission))
  }

  /** The latest cosigned checkpoint of the log whose origin has this SHA-256 (hex). */
  latest(originHash: string): string | undefined {
    for (const [origin, { note }] of this.#memory) if (hashOf(origin) === originHash) return note
    return undefined
  }

  /** What is watched and how far it was cosigned. */
  logs(): { origin: string; hash: string; size: number | null; at: string | null }[] {
    return [...this.#logs.keys()].map((origin) => {
      const memory = this.#memory.get(origin)
      const at = memory ? new Date(memory.time * 1_000).toISOString() : null
      return { origin, hash: hashOf(origin), size: memory?.size ?? null, at }
    })
  }

  async #cosign(submission: Submission): Promise<WitnessAnswer> {
    const { checkpoint, text, signatures } = submission
    const remembered = this.#memory.get(checkpoint.origin)
    const refusal = judgeSubmission(sha256Bytes, submission, remembered)
    if (refusal) return refusalAnswer(refusal)
    // The clock may be set back; what is stated of one log never goes back.
    const time = Math.max(Math.floor(this.#clock().getTime() / 1_000), remembered?.time ?? 0)
    const cosignature = await cosignText(text, time, this.#signer)
    const note = formatNote({ text, signatures: [...signatures, cosignature] })
    await writeDurably(this.#fileOf(checkpoint.origin), note)
    this.#memory.set(checkpoint.origin, { size: checkpoint.size, root: checkpoint.root, time, note })
    const line = formatNote({ text, signatures: [cosignature] }).slice(text.length + 1)
    return { status: 200, type: PLAIN, body: line }
  }

  /** One at a time for each log, in the order of arrival. */
  #inTurn<T>(origin: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#queues.get(origin) ?? Promise.resolve()).then(work, work)
    this.#queues.set(
      origin,
      turn.catch(() => undefined),
    )
    return turn
  }

  async #remembered(file: string, origin: string, note: string): Promise<Memory> {
    try {
      const { text, verified } = await verifyNote(note, [this.#signer.vkey], verifyEd25519)
      const checkpoint = parseCheckpoint(text)
      if (checkpoint.origin !== origin) throw new TlogError('wrong-origin', `it is of the log ${checkpoint.origin}`)
      return { size: checkpoint.size, root: checkpoint.root, time: verified[0]?.time ?? 0, note }
    } catch (error) {
      if (!(error instanceof TlogError)) throw error
      throw new WitnessError(
        `${file} is not the checkpoint that this witness has cosigned last (${error.message}). ` +
          'Restore it; without it this witness must not go on: start a new one, with a new key, in another folder.',
      )
    }
  }

  #fileOf(origin: string): string {
    return join(this.#folder, 'logs', hashOf(origin))
  }
}

function hashOf(origin: string): string {
  return sha256Hex(origin)
}

function refusalAnswer({ status, reason, size }: WitnessRefusal): WitnessAnswer {
  if (size !== undefined) return { status, type: SIZE_MEDIA_TYPE, body: formatSizeAnswer(size) }
  return { status, type: PLAIN, body: `${reason}\n` }
}
