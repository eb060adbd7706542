import { randomBytes } from 'node:crypto'
import { Genesis, invariant, isRefusal, type Range, type RowKind, type Rows, type Run, Shelf } from '@tallystick/rules'
import pg from 'pg'
import { genesisEntry } from '../founding.ts'
import { loggedKey } from '../key.ts'
import { appendEntry } from '../lane.ts'
import type { Clock, Head, Ledger, Outcome, StoredEntry, Submission } from '../port.ts'
import { receiptOf } from '../receipt.ts'
import { inLane, LOADING } from './enter.ts'
import { Grouping, type GroupingOptions } from './group.ts'
import { Kept, type Standing } from './kept.ts'
import { Line } from './line.ts'
import { migrate } from './migrate.ts'
import { patiently } from './passing.ts'
import * as read from './read.ts'
import { PostgresTree } from './tree.ts'
import { type Keyed, Turns } from './turns.ts'
import { writeInLane, written } from './write.ts'

/** How long to wait for a connection, in milliseconds. */
const CONNECT_MS = 5_000
/** How long a statement of the lane may take: after that, what is between us and the database is silent. */
const ANSWER_MS = 10_000
/** One turn is in the lane while the next one is decided. */
const LANE_CONNECTIONS = 2

interface LedgerOptions extends Pick<GroupingOptions, 'mostInGroup' | 'mostWaiting'> {
  clock?: Clock
}

/** The ledger in PostgreSQL 15 to 18. Any number of processes may open it. */
export class PostgresLedger implements Ledger {
  readonly tree: PostgresTree
  readonly #pool: pg.Pool
  /** For turns, and for what is loaded before one. */
  readonly #lane: pg.Pool
  readonly #line: Line
  readonly #clock: Clock
  readonly #checkClock: boolean
  readonly #shelf = new Shelf()
  readonly #grouping: Grouping<Submission, Outcome>
  readonly #turns: Turns
  #secret: Promise<Buffer> | undefined

  private constructor(pool: pg.Pool, lane: pg.Pool, line: Line, { clock, ...grouping }: LedgerOptions) {
    this.#pool = pool
    this.#lane = lane
    this.#line = line
    this.#clock = clock ?? (() => new Date())
    this.#checkClock = clock === undefined
    this.tree = new PostgresTree(pool)
    this.#turns = new Turns(
      { pool: lane, line },
      {
        clock: this.#clock,
        checkClock: this.#checkClock,
        shelf: this.#shelf,
        shelve: async () => {
          for (const { bytes } of await this.documents()) this.#shelf.add(bytes)
        },
      },
    )
    this.#grouping = new Grouping((submissions, next) => this.#runGroup(submissions, next), grouping)
  }

  /**
   * Opens a ledger; creates its schema in an empty database, upgrades an existing one only if `may` say so. Without a
   * `clock` it writes by this computer's, and only while that agrees with the database's.
   */
  static async open(
    connection: pg.PoolConfig,
    { may = 'create', ...more }: LedgerOptions & { may?: 'create' | 'upgrade' } = {},
  ): Promise<PostgresLedger> {
    const options = { max: 4, connectionTimeoutMillis: CONNECT_MS, keepAlive: true, ...connection }
    const inTime = { query_timeout: ANSWER_MS, ...options }
    const forLane = { max: LANE_CONNECTIONS, onConnect: (client: pg.ClientBase) => client.query(LOADING) }
    const [pool, lane] = [new pg.Pool(options), new pg.Pool({ ...inTime, ...forLane })]
    for (const one of [pool, lane]) {
      // Idle or in use, a connection may go away: the next statement on it says so.
      one.on('error', () => undefined)
      one.on('connect', (client) => client.on('error', () => undefined))
    }
    try {
      await migrate(pool, 'ledger', new URL('./migrations/', import.meta.url), may)
    } catch (error) {
      await pool.end()
      throw error
    }
    return new PostgresLedger(pool, lane, new Line(inTime), more)
  }

  async found(genesis: Genesis, documents: Uint8Array[]): Promise<Genesis> {
    return patiently(async () => {
      for (const bytes of documents) await this.putDocument(bytes)
      await inLane(this.#lane, { checkClock: this.#checkClock }, (client, head) => this.#foundIn(client, head, genesis))
      const founded = await this.genesis()
      invariant(founded, 'a founded ledger has its genesis')
      return founded
    })
  }

  async #foundIn(client: pg.ClientBase, head: Standing, genesis: Genesis): Promise<void> {
    if (head.size > 0) return
    const { state } = new Kept(head, { kind: 'ledger', id: 'ledger', row: null })
    const appended = appendEntry(state, genesisEntry(genesis, this.#clock()), this.#shelf)
    invariant(!isRefusal(appended), `genesis is lawful: ${JSON.stringify(appended)}`)
    const token = { before: head.turn, turn: randomBytes(16).toString('hex') }
    await writeInLane(client, written(state, [appended], new Map(), token))
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

  rows<K extends RowKind>(kind: K, ids: readonly string[]): Promise<Map<string, Rows[K]>> {
    return read.rows(this.#pool, kind, ids)
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

  document(sha256: string): Promise<Uint8Array | undefined> {
    return read.document(this.#pool, sha256)
  }

  documents() {
    return read.documents(this.#pool)
  }

  async close(): Promise<void> {
    await this.#grouping.idle()
    await this.#lane.end()
    await this.#line.end()
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

  /** Decides a group's commands in their order and commits what they write, all of it or nothing. */
  async #runGroup(submissions: Submission[], next: () => void): Promise<Outcome[]> {
    const secret = await this.#ledgerSecret()
    const keyed = submissions.map(({ type, by, approvals = [], request, key, requestHash }): Keyed => {
      return { command: { type, by, approvals, request, key: loggedKey(secret, key) }, requestHash }
    })
    return this.#turns.run(keyed, next)
  }
}
