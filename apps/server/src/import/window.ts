import { invariant, RunSet } from '@tallystick/rules'
import { type Flaw, isFlaw } from './messages.ts'
import type { Verdict } from './recorder.ts'
import type { Reading } from './row.ts'

/** Most rows that are written at once. */
export const BATCH_ROWS = 200

/** Most batches on their way: while one is written and the next is decided, others are made ready. */
const MOST_BATCHES = 5

/** A row of the file: what it says, or why it cannot be used. */
export interface ReadRow {
  row: number
  read: Reading | Flaw
}

/** A row and what became of it. */
export interface JudgedRow extends ReadRow {
  verdict: Verdict
}

/**
 * The rows on their way to the ledger: a window that moves over the file. Rows that share a serial number, or are the same
 * row, are never on their way together. What became of them is told in their order.
 */
export class Window {
  readonly #record: (batch: readonly Reading[]) => Promise<Verdict[]>
  readonly #done: (rows: readonly JudgedRow[]) => Promise<void>
  readonly #sent: { batch: Batch; verdicts: Promise<Verdict[]> }[] = []
  #batch = new Batch()

  constructor(
    record: (batch: readonly Reading[]) => Promise<Verdict[]>,
    done: (rows: readonly JudgedRow[]) => Promise<void>,
  ) {
    this.#record = record
    this.#done = done
  }

  /** Takes the next row of the file; waits as long as it must not go yet. */
  async add(row: ReadRow): Promise<void> {
    if (!isFlaw(row.read)) await this.#makeWay(row.read)
    this.#batch.add(row)
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

  async #makeWay(reading: Reading): Promise<void> {
    if (this.#batch.meets(reading)) this.#send()
    const met = this.#sent.findLastIndex(({ batch }) => batch.meets(reading))
    for (let before = 0; before <= met; before += 1) await this.#settle()
  }

  #send(): void {
    if (this.#batch.rows.length === 0) return
    const verdicts = this.#record(this.#batch.readings)
    verdicts.catch(() => undefined) // told where it is waited for
    this.#sent.push({ batch: this.#batch, verdicts })
    this.#batch = new Batch()
  }

  /** Waits for the batch that was sent first. */
  async #settle(): Promise<void> {
    const first = this.#sent.shift()
    if (first) await this.#done(first.batch.judged(await first.verdicts))
  }
}

/** Rows that go together, with their serial numbers. */
class Batch {
  readonly rows: ReadRow[] = []
  readonly readings: Reading[] = []
  readonly #identities = new Set<string>()
  readonly #spaces = new Map<string, RunSet>()

  meets(reading: Reading): boolean {
    if (this.#identities.has(reading.identity)) return true
    return reading.about === 'serials' && (this.#spaces.get(reading.space)?.overlapping(reading).length ?? 0) > 0
  }

  add(row: ReadRow): void {
    this.rows.push(row)
    if (isFlaw(row.read)) return
    this.readings.push(row.read)
    this.#identities.add(row.read.identity)
    if (row.read.about !== 'serials') return
    const { space, first, last } = row.read
    const known = this.#spaces.get(space) ?? new RunSet()
    known.insert({ space, first, last, batch: '', class: '', account: '', attributes: '' })
    this.#spaces.set(space, known)
  }

  /** The rows with the verdicts of those that were recorded, in their order. */
  judged(verdicts: readonly Verdict[]): JudgedRow[] {
    const recorded = verdicts.values()
    return this.rows.map((row) => {
      const verdict = isFlaw(row.read) ? row.read : recorded.next().value
      invariant(verdict, 'every row has its verdict')
      return { ...row, verdict }
    })
  }
}
