import type { StatementSync } from 'node:sqlite'
import { deserialize, serialize } from 'node:v8'
import { balanceId, type Range, type RowKind, type Rows, type Run, type State } from '@tallystick/rules'

/** What a rehearsal has changed and holds in memory no longer: in a temporary file, which goes with the process. */
export class SpilledState {
  // Named here, so that a process which spills nothing does not load it. Without a name the database is a file that
  // nobody else sees.
  readonly #db = new (process.getBuiltinModule('node:sqlite').DatabaseSync)('')
  readonly #putRow: StatementSync
  readonly #getRow: StatementSync
  readonly #getRows: StatementSync
  readonly #putRun: StatementSync
  readonly #endRun: StatementSync
  readonly #getRuns: StatementSync

  constructor() {
    // Nothing of it outlives the process.
    this.#db.exec(`
      PRAGMA journal_mode = OFF;
      PRAGMA synchronous = OFF;
      PRAGMA locking_mode = EXCLUSIVE;
      CREATE TABLE row (kind TEXT, id TEXT, row BLOB, PRIMARY KEY (kind, id)) WITHOUT ROWID;
      CREATE TABLE run (space TEXT, first INTEGER, last INTEGER, run BLOB, PRIMARY KEY (space, first)) WITHOUT ROWID;
    `)
    this.#putRow = this.#db.prepare('INSERT OR REPLACE INTO row VALUES (?, ?, ?)')
    this.#getRow = this.#db.prepare('SELECT row FROM row WHERE kind = ? AND id = ?')
    this.#getRows = this.#db.prepare('SELECT id, row FROM row WHERE kind = ? AND id >= ? AND id < ?')
    this.#putRun = this.#db.prepare('INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?)')
    this.#endRun = this.#db.prepare('DELETE FROM run WHERE space = ? AND first = ?')
    // Runs do not overlap: beside those that begin in the range there is at most the one before it.
    this.#getRuns = this.#db.prepare(`
      SELECT run FROM run WHERE space = :space AND first <= :last AND last >= :first
         AND first >= coalesce((SELECT max(first) FROM run WHERE space = :space AND first <= :first), 0)
       ORDER BY first`)
  }

  /** Takes what effects have changed in the state. */
  take(state: State): void {
    this.#db.exec('BEGIN')
    for (const { kind, id, row } of state.touchedRows()) this.#putRow.run(kind, id, serialize(row))
    const { changed, gone } = state.touchedRuns()
    for (const { space, first } of gone) this.#endRun.run(space, first)
    for (const run of changed) this.#putRun.run(run.space, run.first, run.last, serialize(run))
    this.#db.exec('COMMIT')
  }

  /** Undefined for a row that no effect has changed. */
  row<K extends RowKind>(kind: K, id: string): Rows[K] | null | undefined {
    const found = this.#getRow.get(kind, id)
    return found && deserialize(bytesOf(found.row))
  }

  /** The balances of an account that have changed, by id. */
  balances(account: string): Map<string, Rows['balance']> {
    const [from, to] = [balanceId(account, ''), `${balanceId(account, '')}\u{10ffff}`]
    return new Map(this.#getRows.all('balance', from, to).map(({ id, row }) => [String(id), deserialize(bytesOf(row))]))
  }

  /** The runs that have changed and share a serial with the range, ascending and whole. */
  runs(space: string, { first, last }: Range): Run[] {
    return this.#getRuns.all({ space, first, last }).map(({ run }) => deserialize(bytesOf(run)))
  }

  close(): void {
    this.#db.close()
  }
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array()
}
