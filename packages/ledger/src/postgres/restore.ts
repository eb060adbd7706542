import {
  admit,
  applyVerdict,
  type Effects,
  type Entry,
  isRefusal,
  partitionOf,
  type Refusal,
  type RowKind,
  Shelf,
  State,
} from '@tallystick/rules'
import type pg from 'pg'
import type { Appended } from '../lane.ts'
import type { Ledger } from '../port.ts'
import { inLane } from './enter.ts'
import { Kept } from './kept.ts'
import { type Loaded, loadedInto, runKey } from './load.ts'
import { write } from './write.ts'

/** Somebody else wrote into the ledger meanwhile. */
export class NotAloneError extends Error {}

/** A state that holds everything, and lists what effects change. */
class WholeState extends State {
  constructor() {
    super('partial')
  }

  override isLoaded(_kind: RowKind, _id: string): boolean {
    return true
  }
}

/** Writes finished entries, byte for byte, behind those that the database has, each judged as when it was written. */
export class Restoring {
  readonly #pool: pg.Pool
  readonly #shelf = new Shelf()
  readonly #state = new WholeState()

  private constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  static async begin(pool: pg.Pool, ledger: Pick<Ledger, 'dump' | 'head' | 'documents'>): Promise<Restoring> {
    const restoring = new Restoring(pool)
    const { size, rows, runs } = await ledger.dump()
    const head = await ledger.head()
    if (head.size !== size) throw new NotAloneError('the ledger grew while it was read')
    for (const row of rows) restoring.#state.load(row)
    for (const run of runs) restoring.#state.loadRun(run)
    restoring.#state.size = size
    restoring.#state.at = head.at
    for (const { bytes } of await ledger.documents()) restoring.#shelf.add(bytes)
    return restoring
  }

  get size(): number {
    return this.#state.size
  }

  shelve(bytes: Uint8Array): void {
    this.#shelf.add(bytes)
  }

  /** Writes entries that follow in one transaction, or none of them: then it answers why one is not lawful. */
  async take(entries: readonly { entry: Entry; bytes: Uint8Array; leaf: string }[]): Promise<Refusal | undefined> {
    const state = this.#state
    const from = state.size
    const loaded = loadedInto(state, new Kept())
    const appended: Appended[] = []
    for (const { entry, bytes, leaf } of entries) {
      const verdict = admit(state, entry, leaf, this.#shelf)
      if (isRefusal(verdict)) return verdict
      rememberRuns(loaded, verdict.effects)
      appended.push({ index: state.size, entry, bytes, leaf })
      applyVerdict(state, entry, verdict)
    }
    await inLane(this.#pool, { checkClock: false }, async (client, now) => {
      if (now.state.size !== from)
        throw new NotAloneError(`the ledger has ${now.state.size} entries instead of ${from}`)
      await write(client, loaded, appended, new Map())
    })
    state.settle()
    return undefined
  }
}

/** The runs of a partition as the database has them, before the first of these entries changes them. */
function rememberRuns({ state, runs }: Loaded, effects: Effects): void {
  const touched = new Set(state.touchedPartitions())
  const partitions = [...effects.runs.map(partitionOf), ...(effects.gone ?? []).map(({ space }) => space)]
  for (const partition of new Set(partitions)) {
    if (touched.has(partition)) continue
    for (const run of state.runs(partition).all()) runs.set(runKey(run), run)
  }
}
