import { randomBytes } from 'node:crypto'
import { admit, applyVerdict, type Entry, isRefusal, type Refusal, type RowKind, Shelf, State } from '@tallystick/rules'
import type pg from 'pg'
import type { Appended } from '../lane.ts'
import type { Ledger } from '../port.ts'
import { inLane } from './enter.ts'
import { writeInLane, written } from './write.ts'

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
    const appended: Appended[] = []
    for (const { entry, bytes, leaf } of entries) {
      const verdict = admit(state, entry, leaf, this.#shelf)
      if (isRefusal(verdict)) return verdict
      appended.push({ index: state.size, entry, bytes, leaf })
      applyVerdict(state, entry, verdict)
    }
    const turn = randomBytes(16).toString('hex')
    await inLane(this.#pool, { checkClock: false }, async (client, head) => {
      if (head.size !== from) throw new NotAloneError(`the ledger has ${head.size} entries instead of ${from}`)
      await writeInLane(client, written(state, appended, new Map(), { before: head.turn, turn }))
    })
    state.confirm()
    return undefined
  }
}
