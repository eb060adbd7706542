import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Entry } from '@tallystick/rules'
import { TILE_WIDTH, type Tile, tilePath } from '@tallystick/tlog'
import { type Inspected, inspectBundle, rereadEntry } from './inspect.ts'
import { FolderSource, isUnreadable, type LogSource, type ReadOutcome, type Unreadable } from './source.ts'
import { TILE_BYTES } from './tree-check.ts'

/** 256 entries of at most 65,535 bytes, each after its length. */
export const MOST_BUNDLE_BYTES = TILE_WIDTH * (2 + 65_535)

/** A bundle with what it says of itself. */
export interface Reading extends Inspected {
  bytes: Uint8Array
}

/** The files of up to 256 consecutive entries; undefined is a file that is not there. */
export interface Stretch {
  tile: Tile
  reading: Reading | Unreadable | undefined
  /** The level 0 tile. */
  hashes: ReadOutcome
}

/** Reads stretches and inspects their bundles, here or in another thread. */
export interface StretchReader {
  read(tile: Tile): Promise<Stretch>
  close(): Promise<void>
}

/** The entry at a position of a bundle that has the published form there. */
export function entryAt(reading: Reading, at: number): Entry {
  return rereadEntry(reading.bytes, reading, at)
}

interface Files {
  bundle: ReadOutcome
  hashes: ReadOutcome
}

export async function readFiles(source: Pick<LogSource, 'read'>, tile: Tile): Promise<Files> {
  const [bundle, hashes] = await Promise.all([
    source.read(tilePath(tile), MOST_BUNDLE_BYTES),
    source.read(tilePath({ ...tile, level: 0 }), TILE_BYTES),
  ])
  return { bundle, hashes }
}

export function inspectFiles(tile: Tile, { bundle, hashes }: Files): Stretch {
  if (bundle === undefined || isUnreadable(bundle)) return { tile, reading: bundle, hashes }
  return { tile, reading: { bytes: bundle, ...inspectBundle(bundle, tile.width) }, hashes }
}

/** Below this, starting a thread costs more than it saves. */
const ENTRIES_WORTH_A_THREAD = 20_000

export function stretchReader(source: LogSource, entries: number): StretchReader {
  const useThread = entries >= ENTRIES_WORTH_A_THREAD && availableParallelism() > 1
  return useThread ? new ReaderInThread(source) : readerHere(source)
}

export function readerHere(source: LogSource): StretchReader {
  return {
    read: async (tile) => inspectFiles(tile, await readFiles(source, tile)),
    close: async () => undefined,
  }
}

/** What the thread is asked: with the files, or without where it has the folder to read them from. */
export interface Task {
  tile: Tile
  files?: Files
}

/** Tasks in one message: each message costs as much as some entries. */
const MOST_TASKS = 4

/** What is made of an entry is garbage soon: room for more of it means to look through it less often. */
const YOUNG_GENERATION_MB = 64

interface Waiting {
  task: Task
  resolve: (stretch: Stretch) => void
  reject: (error: unknown) => void
}

/** One more thread takes the half of the work that needs no state: reading, hashing, and the form of entries. */
export class ReaderInThread implements StretchReader {
  readonly #source: LogSource
  readonly #folder: string | undefined
  readonly #worker: Worker
  readonly #unsent: Waiting[] = []
  readonly #sent: Waiting[] = []
  #failure: unknown

  constructor(source: LogSource) {
    this.#source = source
    this.#folder = source instanceof FolderSource ? source.name : undefined
    this.#worker = new Worker(new URL('./stretch-thread.ts', import.meta.url), {
      workerData: this.#folder,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    })
    this.#worker.on('message', (stretches: Stretch[]) => this.#take(stretches))
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('exit', () => this.#fail(new Error('the thread that reads the log has ended')))
  }

  async read(tile: Tile): Promise<Stretch> {
    const task: Task = this.#folder === undefined ? { tile, files: await readFiles(this.#source, tile) } : { tile }
    if (this.#failure) throw this.#failure
    return new Promise<Stretch>((resolve, reject) => {
      this.#unsent.push({ task, resolve, reject })
      this.#send()
    })
  }

  /** Sends what is full, or whatever there is where the thread has nothing to do. */
  #send(): void {
    if (this.#unsent.length < MOST_TASKS && this.#sent.length > 0) return
    const next = this.#unsent.splice(0, MOST_TASKS)
    if (next.length === 0) return
    this.#sent.push(...next)
    this.#worker.postMessage(next.map(({ task }) => task))
  }

  #take(stretches: readonly Stretch[]): void {
    for (const stretch of stretches) this.#sent.shift()?.resolve(stretch)
    this.#send()
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    for (const { reject } of [...this.#sent.splice(0), ...this.#unsent.splice(0)]) reject(error)
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
