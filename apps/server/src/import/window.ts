import { RunSet } from '@tallystick/rules'
import type { Verdict } from './recorder.ts'
import type { Reading } from './row.ts'

/** Most rows that are written at once. */
export const BATCH_ROWS = 200

/** Most batches on their way: while one is written, the next ones are made ready. */
const MOST_BATCHES = 3

/**
 * The rows on their way to the ledger: a window that moves over the file. Rows that share a serial number, or are the same
 * row, are never on their way together.
 */
export class Window {
  readonly #record: (batch: readonly Reading[]) => Promise<Verdict[]>
  readonly #done: (batch: readonly Reading[], verdicts: readonly Verdict[]) => void
  readonly #sent: { batch: Batch; verdicts: Promise<Verdict[]> }[] = []
  #batch = new Batch()

  constructor(
    record: (batch: readonly Reading[]) => Promise<Verdict[]>,
    done: (batch: readonly Reading[], verdicts: readonly Verdict[]) => void,
  ) {
    this.#record = record
    this.#done = done
  }

  /** Takes the next row of the file; waits as long as it must not go yet. */
  async add(reading: Reading): Promise<void> {
    if (this.#batch.meets(reading)) this.#send()
    const met = this.#sent.findLastIndex(({ batch }) => batch.meets(reading))
    for (let before = 0; before <= met; before += 1) await this.#settle()
    this.#batch.add(reading)
    if (this.#batch.rows.length < BATCH_ROWS) return
    this.#send()
    if (this.#sent.length >= MOST_BATCHES) await this.#settle()
  }

  /** Resolves when every row has its verdict. Throws the first failure, after all have ended. */
  async end(): Promise<void> {
    this.#send()
    await Promise.allSettled(this.#sent.map(({ verdicts }) => verdicts))
    while (this.#sent.length > 0) await this.#settle()
  }

  #send(): void {
    if (this.#batch.rows.length === 0) return
    const verdicts = this.#record(this.#batch.rows)
    verdicts.catch(() => undefined) // told where it is waited for
    this.#sent.push({ batch: this.#batch, verdicts })
    this.#batch = new Batch()
  }

  /** Waits for the batch that was sent first. */
  async #settle(): Promise<void> {
    const first = this.#sent.shift()
    if (first) this.#done(first.batch.rows, await first.verdicts)
  }
}

/** Rows that go together, with their serial numbers. */
class Batch {
  readonly rows: Reading[] = []
  readonly #identities = new Set<string>()
  readonly #spaces = new Map<string, RunSet>()

  meets(reading: Reading): boolean {
    if (this.#identities.has(reading.identity)) return true
    return reading.about === 'serials' && (this.#spaces.get(reading.space)?.overlapping(reading).length ?? 0) > 0
  }

  add(reading: Reading): void {
    this.rows.push(reading)
    this.#identities.add(reading.identity)
    if (reading.about !== 'serials') return
    const { space, first, last } = reading
    const known = this.#spaces.get(space) ?? new RunSet()
    known.insert({ space, first, last, batch: '', class: '', account: '', attributes: '' })
    this.#spaces.set(space, known)
  }
}
