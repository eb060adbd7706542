import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Entry } from '@tallystick/rules'
import { type Inspected, inspectBundle, rereadEntry } from './inspect.ts'

/** A bundle inspected, and its entries one by one as they are needed. */
export interface Reading extends Inspected {
  /** The bundle. */
  bytes: Uint8Array
  entryAt(at: number): Entry
}

/** Inspects bundles, here or in another thread. */
export interface Inspector {
  /** Takes the bytes over: from now on they are to be had from the reading. */
  inspect(bytes: Uint8Array, width: number): Promise<Reading>
  close(): Promise<void>
}

/** Below this, starting a thread costs more than it saves. */
const ENTRIES_WORTH_A_THREAD = 20_000

export function inspectorFor(entries: number): Inspector {
  return entries >= ENTRIES_WORTH_A_THREAD && availableParallelism() > 1 ? new InspectorInThread() : inspectorHere
}

export const inspectorHere: Inspector = {
  async inspect(bytes, width) {
    const { entries, ...inspected } = inspectBundle(bytes, width)
    return { ...inspected, bytes, entryAt: (at) => entries[at] ?? rereadEntry(bytes, inspected, at) }
  },
  close: async () => undefined,
}

export interface Task {
  bytes: Uint8Array<ArrayBuffer>
  width: number
}

/** What the thread answers: the bytes come back with it, so that they are never copied. */
export interface Answer {
  bytes: Uint8Array<ArrayBuffer>
  inspected: Inspected
}

/** The same bytes in a buffer of their own, which can be handed to another thread. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length ? new Uint8Array(buffer) : bytes.slice()
}

/** One more thread takes the half of the work that needs no state: hashing, and checking the form of entries. */
export class InspectorInThread implements Inspector {
  readonly #worker = new Worker(new URL('./inspector-thread.ts', import.meta.url))
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = []
  #failure: unknown

  constructor() {
    this.#worker.on('message', (answer: Answer) => this.#waiting.shift()?.resolve(answer))
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('exit', () => this.#fail(new Error('the thread that inspects bundles has ended')))
  }

  async inspect(given: Uint8Array, width: number): Promise<Reading> {
    if (this.#failure) throw this.#failure
    const { bytes, inspected } = await new Promise<Answer>((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      const task: Task = { bytes: owned(given), width }
      this.#worker.postMessage(task, [task.bytes.buffer])
    })
    return { ...inspected, bytes, entryAt: (at) => rereadEntry(bytes, inspected, at) }
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
