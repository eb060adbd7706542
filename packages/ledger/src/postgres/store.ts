import { randomBytes } from 'node:crypto'
import {
  type Command,
  Genesis,
  invariant,
  isRefusal,
  type Law,
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
import {
  type Clock,
  type Head,
  isReceipt,
  type Ledger,
  type Outcome,
  type StoredEntry,
  type Submission,
} from '../port.ts'
import { receiptOf } from '../receipt.ts'
import { inLane } from './enter.ts'
import { Grouping } from './group.ts'
import { Kept } from './kept.ts'
import { type Loaded, load, loadForDecision } from './load.ts'
import { migrate } from './migrate.ts'
import { patiently } from './passing.ts'
import * as read from './read.ts'
import { PostgresTree } from './tree.ts'
import { write } from './write.ts'

/** How long to wait for a connection, in milliseconds. */
const CONNECT_MS = 5_000

/** Most commands that were sent and not answered, of which is remembered what they would have written. */
const MOST_UNANSWERED = 10_000

/** Entries that are written by one statement; while it runs the next ones are decided. */
const PART = 50

type KeyedCommand = Command & { key: string }

/** Commands that are decided in one turn in the lane. */
interface Group {
  client: pg.ClientBase
  loaded: Loaded
  law: Law
  /** Request hash of each idempotency key, of the log and of this group. */
  requests: Map<string, string>
  /** What was appended. */
  done: Appended[]
}

/** The ledger in PostgreSQL 15 to 18. Any number of processes may open it. */
export class PostgresLedger implements Ledger {
  readonly tree: PostgresTree
  readonly #pool: pg.Pool
  readonly #clock: Clock
  readonly #lane: { checkClock: boolean; kept: Kept }
  readonly #shelf = new Shelf()
  readonly #grouping: Grouping<Submission, Outcome>
  /** Leaf of the entry that a command has written, by its key, until it is known that it was committed. */
  readonly #unanswered = new Map<string, string>()
  #secret: Promise<Buffer> | undefined

  private constructor(pool: pg.Pool, clock: Clock | undefined) {
    this.#pool = pool
    this.#clock = clock ?? (() => new Date())
    this.#lane = { checkClock: clock === undefined, kept: new Kept() }
    this.tree = new PostgresTree(pool)
    this.#grouping = new Grouping((submissions) => this.#runGroup(submissions))
  }

  /**
   * Opens a ledger; creates its schema in an empty database, upgrades an existing one only if `may` say so. Without a
   * `clock` it writes by this computer's, and only while that agrees with the database's.
   */
  static async open(
    connection: pg.PoolConfig,
    { may = 'create', clock }: { may?: 'create' | 'upgrade'; clock?: Clock } = {},
  ): Promise<PostgresLedger> {
    const pool = new pg.Pool({ max: 4, connectionTimeoutMillis: CONNECT_MS, keepAlive: true, ...connection })
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
    return patiently(async () => {
      for (const bytes of documents) await this.putDocument(bytes)
      await inLane(this.#pool, this.#lane, (client, loaded) => this.#foundIn(client, loaded, genesis))
      const founded = await this.genesis()
      invariant(founded, 'a founded ledger has its genesis')
      return founded
    })
  }

  async #foundIn(client: pg.ClientBase, loaded: Loaded, genesis: Genesis): Promise<void> {
    if (loaded.state.size > 0) return
    const appended = appendEntry(loaded.state, genesisEntry(genesis, this.#clock()), this.#shelf)
    invariant(!isRefusal(appended), `genesis is lawful: ${JSON.stringify(appended)}`)
    await write(client, loaded, [appended], new Map())
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

  document(sha256: string): Promise<Uint8Array | undefined> {
    return read.document(this.#pool, sha256)
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

  /** Decides a group's commands in their order and commits what they write, all of it or nothing. */
  async #runGroup(submissions: Submission[]): Promise<Outcome[]> {
    const secret = await this.#ledgerSecret()
    const commands = submissions.map(({ type, by, approvals = [], request, key }): KeyedCommand => {
      return { type, by, approvals, request, key: loggedKey(secret, key) }
    })
    const outcomes = await inLane(this.#pool, this.#lane, async (client, loaded) => {
      await this.#shelve(loaded, commands)
      const law = this.#shelf.inForce(loaded.state.ledger())
      invariant(law, 'the documents in force are kept')
      await load(client, loaded, commands, law)
      const group: Group = { client, loaded, law, requests: new Map(loaded.requests), done: [] }
      const decided = await this.#decideAll(group, commands, submissions)
      const answers: Outcome[] = []
      const told = new Set<string>()
      for (const outcome of decided) answers.push(await this.#repeat(client, outcome, group.done, told))
      this.#remember(group.done)
      return answers
    })
    for (const outcome of outcomes) if (isReceipt(outcome)) this.#unanswered.delete(outcome.entry.key ?? '')
    return outcomes
  }

  /** Decides in order, and writes part by part: while the database writes one part, the next one is decided. */
  async #decideAll(
    group: Group,
    commands: readonly KeyedCommand[],
    submissions: readonly Submission[],
  ): Promise<(Outcome | number)[]> {
    const { client, loaded, law, requests, done } = group
    const decided: (Outcome | number)[] = []
    let written = 0
    try {
      for (const [at, command] of commands.entries()) {
        // What an earlier command of this group has made may lead to further keys.
        await loadForDecision(client, loaded, command, law)
        decided.push(this.#decide(loaded.state, command, submissions[at]?.requestHash ?? '', requests, done))
        const isLast = at === commands.length - 1
        if (done.length === written || (done.length - written < PART && !isLast)) continue
        write(client, loaded, done.slice(written), requests)
        written = done.length
        if (!isLast) await turnOfLoop()
      }
    } finally {
      // Of several failures the first says why.
      await loaded.writing
    }
    return decided
  }

  /** A commit whose answer was lost may have happened; whoever sent the command has had no answer then. */
  #remember(done: readonly Appended[]): void {
    for (const { entry, leaf } of done) if (entry.key !== null) this.#unanswered.set(entry.key, leaf)
    for (const key of this.#unanswered.keys()) {
      if (this.#unanswered.size <= MOST_UNANSWERED) return
      this.#unanswered.delete(key)
    }
  }

  /** Decides one command of a group: what it wrote, why not, or the index of the entry that it wrote before. */
  #decide(
    state: State,
    command: KeyedCommand,
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

  /** A repeated command is answered with the entry that it wrote before; as the first time if that never was. */
  async #repeat(
    client: pg.ClientBase,
    outcome: Outcome | number,
    done: readonly Appended[],
    told: Set<string>,
  ): Promise<Outcome> {
    if (typeof outcome !== 'number') return outcome
    const now = done.find(({ index }) => index === outcome)
    const [stored] = now ? [now] : await read.entries(client, outcome, 1)
    if (!stored) return refuse('already-exists', { index: String(outcome) })
    const receipt = receiptOf(stored)
    const unanswered = !now && this.#unanswered.get(receipt.entry.key ?? '') === receipt.leaf
    if (!unanswered || told.has(receipt.leaf)) return receipt
    told.add(receipt.leaf)
    return { ...receipt, repeated: false }
  }

  /** Documents in force, or about to be adopted, that another process may have brought. */
  async #shelve(loaded: Loaded, commands: readonly Command[]): Promise<void> {
    const adopts = commands.some(({ type }) => type === 'DocumentAdopted')
    if (!adopts && this.#shelf.inForce(loaded.state.ledger())) return
    for (const { bytes } of await this.documents()) this.#shelf.add(bytes)
  }
}

/** Lets the network in: what was handed to the database is sent, and what came is taken. */
function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
