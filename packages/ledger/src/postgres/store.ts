import { randomBytes } from 'node:crypto'
import {
  type Command,
  Genesis,
  invariant,
  isRefusal,
  type Put,
  type Range,
  type RowKind,
  type Rows,
  type Run,
  refuse,
  Shelf,
  type State,
} from '@tallystick/rules'
import pg from 'pg'
import { genesisEntry } from '../founding.ts'
import { loggedKey } from '../key.ts'
import { type Appended, append, appendEntry, nextInstant } from '../lane.ts'
import type { Clock, Head, Ledger, Outcome, Receipt, StoredEntry, Submission } from '../port.ts'
import { receiptOf } from '../receipt.ts'
import { Grouping } from './group.ts'
import { emptyState, type Loaded, load } from './load.ts'
import { migrate } from './migrate.ts'
import { isPassing } from './passing.ts'
import * as read from './read.ts'
import { rowFromJson } from './rows.ts'
import { PostgresTree } from './tree.ts'
import { write } from './write.ts'

/** The ledger could not be reached or entered in time; the command may be sent again under the same key. */
export class LedgerBusy extends Error {}

/** How long a group of commands keeps trying while the database is away, in milliseconds. */
const PATIENCE_MS = 10_000

/** Settings of a connection that enters the lane. */
const LANE_SETTINGS = '-c lock_timeout=2000 -c idle_in_transaction_session_timeout=2000 -c synchronous_commit=on'

/** The ledger in PostgreSQL 15 to 18. Any number of processes may open it. */
export class PostgresLedger implements Ledger {
  readonly tree: PostgresTree
  readonly #pool: pg.Pool
  readonly #clock: Clock
  readonly #shelf = new Shelf()
  readonly #grouping: Grouping<Submission, Outcome>
  #secret: Promise<Buffer> | undefined

  private constructor(pool: pg.Pool, clock: Clock) {
    this.#pool = pool
    this.#clock = clock
    this.tree = new PostgresTree(pool)
    this.#grouping = new Grouping((submissions) => this.#patiently(submissions))
  }

  /** Opens a ledger; creates its schema in an empty database, upgrades an existing one only if `may` say so. */
  static async open(
    connection: pg.PoolConfig,
    { may = 'create', clock = () => new Date() }: { may?: 'create' | 'upgrade'; clock?: Clock } = {},
  ): Promise<PostgresLedger> {
    const pool = new pg.Pool({ max: 4, ...connection, options: LANE_SETTINGS })
    pool.on('error', () => undefined)
    try {
      await migrate(pool, 'ledger', new URL('./migrations/', import.meta.url), may)
    } catch (error) {
      await pool.end()
      throw error
    }
    return new PostgresLedger(pool, clock)
  }

  async found(genesis: Genesis, documents: Uint8Array[]): Promise<Genesis> {
    for (const bytes of documents) await this.putDocument(bytes)
    await this.#inLane(async (client, loaded) => {
      if (loaded.state.size > 0) return
      const appended = appendEntry(loaded.state, genesisEntry(genesis, this.#clock()), this.#shelf)
      invariant(!isRefusal(appended), `genesis is lawful: ${JSON.stringify(appended)}`)
      await write(client, loaded, [appended], new Map())
    })
    const founded = await this.genesis()
    invariant(founded, 'a founded ledger has its genesis')
    return founded
  }

  async genesis(): Promise<Genesis | undefined> {
    const [first] = await this.entries(0, 1)
    return first && Genesis.parse(receiptOf(first).entry.body)
  }

  async execute(submission: Submission): Promise<Outcome> {
    return this.#grouping.call(submission)
  }

  async loggedKey(key: Submission['key']): Promise<string> {
    return loggedKey(await this.#ledgerSecret(), key)
  }

  head(): Promise<Head> {
    return read.head(this.#pool)
  }

  entries(from: number, limit: number): Promise<StoredEntry[]> {
    return read.entries(this.#pool, from, limit)
  }

  stream(id: string, afterRevision: number, limit: number): Promise<StoredEntry[]> {
    return read.stream(this.#pool, id, afterRevision, limit)
  }

  row<K extends RowKind>(kind: K, id: string): Promise<Rows[K] | undefined> {
    return read.row(this.#pool, kind, id)
  }

  runs(space: string, range: Range, limit: number): Promise<Run[]> {
    return read.runs(this.#pool, space, range, limit)
  }

  balances(account: string) {
    return read.balances(this.#pool, account)
  }

  dump() {
    return read.dump(this.#pool)
  }

  async putDocument(bytes: Uint8Array): Promise<string> {
    const sha256 = this.#shelf.add(bytes)
    await this.#pool.query(
      'INSERT INTO ledger_document (sha256, bytes) VALUES ($1, $2) ON CONFLICT (sha256) DO NOTHING',
      [sha256, Buffer.from(bytes)],
    )
    return sha256
  }

  documents() {
    return read.documents(this.#pool)
  }

  async close(): Promise<void> {
    await this.#grouping.idle()
    await this.#pool.end()
  }

  async #ledgerSecret(): Promise<Buffer> {
    this.#secret ??= this.#loadSecret()
    return this.#secret.catch((error: unknown) => {
      this.#secret = undefined
      throw error
    })
  }

  async #loadSecret(): Promise<Buffer> {
    await this.#pool.query(
      `INSERT INTO ledger_secret (name, value) VALUES ('idempotency', $1) ON CONFLICT (name) DO NOTHING`,
      [randomBytes(32)],
    )
    const { rows } = await this.#pool.query<{ value: Buffer }>(
      `SELECT value FROM ledger_secret WHERE name = 'idempotency'`,
    )
    invariant(rows[0], 'the ledger has its secret')
    return rows[0].value
  }

  /** Runs a group until it is committed: what passes (a lost connection, a lock held too long) is tried again. */
  async #patiently(submissions: Submission[]): Promise<Outcome[]> {
    const until = Date.now() + PATIENCE_MS
    for (let pause = 10; ; pause = Math.min(pause * 2, 500)) {
      try {
        return await this.#runGroup(submissions)
      } catch (error) {
        if (isPassing(error) && Date.now() < until) {
          await new Promise((resolve) => setTimeout(resolve, pause))
        } else if (isPassing(error)) {
          throw new LedgerBusy('the ledger could not be entered in time', { cause: error })
        } else if (submissions.length > 1) {
          // One command that breaks must not take its neighbours along.
          const each = submissions.map((submission) => () => this.#runGroup([submission]))
          return await inTurn(each)
        } else {
          throw error
        }
      }
    }
  }

  async #runGroup(submissions: Submission[]): Promise<Outcome[]> {
    const secret = await this.#ledgerSecret()
    const commands = submissions.map(({ type, by, approvals = [], request, key }): Command & { key: string } => {
      return { type, by, approvals, request, key: loggedKey(secret, key) }
    })
    return this.#inLane(async (client, loaded) => {
      await this.#shelve(loaded, commands)
      const law = this.#shelf.inForce(loaded.state.ledger())
      invariant(law, 'the documents in force are kept')
      await load(client, loaded, commands, law)
      const requests = new Map(loaded.requests)
      const done: Appended[] = []
      const outcomes: (Outcome | number)[] = []
      for (const [at, command] of commands.entries()) {
        // What an earlier command of this group has made may lead to further keys.
        await load(client, loaded, [command], law)
        outcomes.push(this.#decide(loaded.state, command, submissions[at]?.requestHash ?? '', requests, done))
      }
      if (done.length > 0) await write(client, loaded, done, requests)
      const answers: Outcome[] = []
      for (const outcome of outcomes) answers.push(await this.#repeat(client, outcome, done))
      return answers
    })
  }

  /** Decides one command of a group: what it wrote, why not, or the index of the entry that it wrote before. */
  #decide(
    state: State,
    command: Command & { key: string },
    requestHash: string,
    requests: Map<string, string>,
    done: Appended[],
  ): Outcome | number {
    const known = state.get('key', command.key)
    if (known) {
      const same = requests.get(command.key) === requestHash
      return same ? known.index : { conflict: 'key-reused', index: known.index }
    }
    const appended = append(state, command, nextInstant(state.at, this.#clock()), this.#shelf)
    if (isRefusal(appended)) return appended
    done.push(appended)
    requests.set(command.key, requestHash)
    return { index: appended.index, leaf: appended.leaf, entry: appended.entry, repeated: false }
  }

  /** A repeated command is answered with the entry that it wrote before. */
  async #repeat(client: pg.ClientBase, outcome: Outcome | number, done: readonly Appended[]): Promise<Outcome> {
    if (typeof outcome !== 'number') return outcome
    const now = done.find(({ index }) => index === outcome)
    const [stored] = now ? [now] : await read.entries(client, outcome, 1)
    if (!stored) return refuse('already-exists', { index: String(outcome) })
    return receiptOf(stored) satisfies Receipt
  }

  /** Documents in force, or about to be adopted, that another process may have brought. */
  async #shelve(loaded: Loaded, commands: readonly Command[]): Promise<void> {
    const adopts = commands.some(({ type }) => type === 'DocumentAdopted')
    if (!adopts && this.#shelf.inForce(loaded.state.ledger())) return
    for (const { bytes } of await this.documents()) this.#shelf.add(bytes)
  }

  /** Enters the lane: one transaction that holds the head row from its first statement on. */
  async #inLane<T>(work: (client: pg.PoolClient, loaded: Loaded) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    let broken: Error | undefined
    // The backend may go away between two statements; the next statement says so.
    const onError = (error: Error) => {
      broken = error
    }
    client.on('error', onError)
    try {
      await client.query('BEGIN')
      const head = await client.query<{ size: string; at: string }>({
        name: 'ledger-enter',
        text: 'SELECT size, at FROM ledger_head WHERE one = 1 FOR UPDATE',
      })
      const ledger = await client.query<{ row: unknown }>({
        name: 'ledger-row',
        text: `SELECT row FROM ledger_row WHERE kind = 'ledger' AND id = 'ledger'`,
      })
      const row = ledger.rows[0] && rowFromJson('ledger', ledger.rows[0].row)
      const put: Put | undefined = row && { kind: 'ledger', id: 'ledger', row }
      const result = await work(client, emptyState(Number(head.rows[0]?.size ?? 0), head.rows[0]?.at ?? '', put))
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure
      })
      throw error
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  }
}

async function inTurn<T>(works: (() => Promise<T[]>)[]): Promise<T[]> {
  const results: T[] = []
  for (const work of works) results.push(...(await work()))
  return results
}
