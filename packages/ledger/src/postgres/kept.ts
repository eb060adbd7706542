import type { Put, RowKind } from '@tallystick/rules'

/** Most rows of one kind that a process keeps between its turns in the lane. */
const MOST_ROWS = 20_000
/** Most batches and accounts of which it keeps which holds stand on them. */
const MOST_TARGETS = 10_000

/**
 * State rows as they stand in the database, kept by a process between its turns in the lane. They hold as long as nobody
 * else has written: every group leaves a random token in the head row, and whoever enters and finds another token than
 * his own forgets everything. Rows change with entries only, so what a process has loaded or written itself is still so.
 */
export class Kept {
  readonly #rows = new Map<RowKind, Map<string, Put>>()
  readonly #holds = new Map<string, Put[]>()
  #turn = ''

  /** With the head row locked: `turn` is the token of whoever wrote last; empty where that was never told. */
  enter(turn: string): void {
    if (turn !== '' && turn === this.#turn) return
    this.#rows.clear()
    this.#holds.clear()
    this.#turn = turn
  }

  /** The row under a key, `row: null` where there is none; undefined where that is not known here. */
  row(kind: RowKind, id: string): Put | undefined {
    return this.#rows.get(kind)?.get(id)
  }

  /** The holds that stand on a batch or an account; undefined where that is not known here. */
  holdsOn(target: string): readonly Put[] | undefined {
    return this.#holds.get(target)
  }

  /** Keeps a row that was read in this turn. Idempotency keys are asked for once, so they are not kept. */
  keep(put: Put): void {
    if (put.kind === 'key') return
    const rows = this.#rows.get(put.kind) ?? new Map<string, Put>()
    this.#rows.set(put.kind, rows)
    if (rows.size >= MOST_ROWS) dropOldest(rows)
    rows.set(put.id, put)
  }

  keepHolds(target: string, holds: Put[]): void {
    if (this.#holds.size >= MOST_TARGETS) dropOldest(this.#holds)
    this.#holds.set(target, holds)
  }

  /** After the commit of a group that left `turn` in the head row and changed these rows. */
  leave(turn: string, changed: readonly Put[]): void {
    this.#turn = turn
    for (const put of changed) this.keep(put)
    if (changed.some(({ kind }) => kind === 'hold')) this.#holds.clear()
  }
}

function dropOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
