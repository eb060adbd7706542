import { randomBytes } from 'node:crypto'
import {
  Genesis,
  invariant,
  isRefusal,
  type Range,
  type RowKind,
  type Rows,
  type Run,
  Shelf,
  State,
} from '@tallystick/rules'
import type { Run as HashRun } from '@tallystick/tlog'
import { genesisEntry } from './founding.ts'
import { loggedKey } from './key.ts'
import { type Appended, append, appendEntry, nextInstant } from './lane.ts'
import type { Checkpoint, Clock, Found, Head, Ledger, Outcome, StoredEntry, Submission, TreeStore } from './port.ts'

/** A ledger in memory: for tests and simulation. Same contract as the PostgreSQL store, nothing durable. */
export class MemoryLedger implements Ledger {
  readonly tree: TreeStore
  readonly #state = new State()
  readonly #shelf = new Shelf()
  readonly #documents = new Map<string, Uint8Array>()
  readonly #entries: Appended[] = []
  readonly #streams = new Map<string, number[]>()
  readonly #requests = new Map<string, string>()
  readonly #secret: Uint8Array
  readonly #clock: Clock

  /** `secret` is what idempotency keys enter the log under; given only where a log must come out the same again. */
  constructor(clock: Clock = () => new Date(), secret: Uint8Array = randomBytes(32)) {
    this.#clock = clock
    this.#secret = secret
    this.tree = new MemoryTree(() => this.#entries)
  }

  async found(genesis: Genesis, documents: Uint8Array[]): Promise<Genesis> {
    const founded = await this.genesis()
    if (founded) return founded
    for (const bytes of documents) await this.putDocument(bytes)
    const appended = appendEntry(this.#state, genesisEntry(genesis, this.#clock()), this.#shelf)
    invariant(!isRefusal(appended), `genesis is lawful: ${JSON.stringify(appended)}`)
    this.#keep(appended)
    return genesis
  }

  async genesis(): Promise<Genesis | undefined> {
    return this.#entries[0] && Genesis.parse(this.#entries[0].entry.body)
  }

  async execute(submission: Submission): Promise<Outcome> {
    const key = loggedKey(this.#secret, submission.key)
    const known = this.#state.get('key', key)
    if (known) return this.#repeat(known.index, this.#requests.get(key) === submission.requestHash)
    const { type, by, approvals = [], request } = submission
    const at = nextInstant(this.#state.at, this.#clock())
    const appended = append(this.#state, { type, by, approvals, key, request }, at, this.#shelf)
    if (isRefusal(appended)) return appended
    this.#keep(appended)
    this.#requests.set(key, submission.requestHash)
    return { index: appended.index, leaf: appended.leaf, entry: appended.entry, repeated: false }
  }

  async loggedKey(key: Submission['key']): Promise<string> {
    return loggedKey(this.#secret, key)
  }

  async head(): Promise<Head> {
    return { size: this.#state.size, at: this.#state.at }
  }

  async entries(from: number, limit: number): Promise<StoredEntry[]> {
    return this.#entries.slice(from, from + limit).map(stored)
  }

  async stream(id: string, afterRevision: number, limit: number): Promise<StoredEntry[]> {
    const indexes = this.#streams.get(id) ?? []
    return indexes.slice(afterRevision, afterRevision + limit).flatMap((index) => {
      const entry = this.#entries[index]
      return entry ? [stored(entry)] : []
    })
  }

  async row<K extends RowKind>(kind: K, id: string): Promise<Rows[K] | undefined> {
    return this.#state.get(kind, id)
  }

  async rows<K extends RowKind>(kind: K, ids: readonly string[]): Promise<Map<string, Rows[K]>> {
    const found = new Map<string, Rows[K]>()
    for (const id of ids) {
      const row = this.#state.get(kind, id)
      if (row) found.set(id, row)
    }
    return found
  }

  async runs(space: string, range: Range, limit: number): Promise<Run[]> {
    const found = this.#state
      .partitions()
      .flatMap((partition) => this.#state.runs(partition).overlapping(range))
      .filter((run) => run.space === space)
    return found.sort((a, b) => (a.first < b.first ? -1 : 1)).slice(0, limit)
  }

  async balances(account: string) {
    const found: { class: string; balance: Rows['balance'] }[] = []
    for (const put of this.#state.rows()) {
      if (put.kind !== 'balance' || put.row === null || !put.id.startsWith(`${account}|`)) continue
      found.push({ class: put.id.slice(account.length + 1), balance: put.row })
    }
    return found
  }

  async dump() {
    return {
      size: this.#state.size,
      rows: [...this.#state.rows()].filter(({ row }) => row !== null),
      runs: this.#state.partitions().flatMap((partition) => [...this.#state.runs(partition).all()]),
      found: this.#found(),
    }
  }

  async putDocument(bytes: Uint8Array): Promise<string> {
    const sha256 = this.#shelf.add(bytes)
    this.#documents.set(sha256, bytes)
    return sha256
  }

  async document(sha256: string): Promise<Uint8Array | undefined> {
    return this.#documents.get(sha256)
  }

  async documents() {
    return [...this.#documents].map(([sha256, bytes]) => ({ sha256, bytes }))
  }

  async close(): Promise<void> {}

  #keep(appended: Appended): void {
    this.#entries.push(appended)
    for (const [id] of appended.entry.streams) {
      const indexes = this.#streams.get(id) ?? []
      indexes.push(appended.index)
      this.#streams.set(id, indexes)
    }
  }

  #found(): Found[] {
    const found = this.#entries.map(({ index, entry }): Found => ({ index, type: entry.type, streams: [] }))
    for (const [stream, indexes] of this.#streams) {
      for (const [at, index] of indexes.entries()) found[index]?.streams.push([stream, at + 1])
    }
    return found
  }

  #repeat(index: number, same: boolean): Outcome {
    const entry = this.#entries[index]
    invariant(entry, 'a key points at its entry')
    return same ? { index, leaf: entry.leaf, entry: entry.entry, repeated: true } : { conflict: 'key-reused', index }
  }
}

function stored({ index, leaf, bytes }: Appended): StoredEntry {
  return { index, leaf, bytes }
}

class MemoryTree implements TreeStore {
  readonly #leaves: () => readonly Appended[]
  readonly #hashes = new Map<number, Uint8Array[]>()
  #integrated: { size: number; root: string } | undefined
  #checkpoint: Checkpoint | undefined

  constructor(leaves: () => readonly Appended[]) {
    this.#leaves = leaves
  }

  async read(runs: readonly HashRun[]): Promise<Uint8Array[]> {
    return runs.map(({ level, start, count }) => Buffer.concat(this.#level(level, start, start + count)))
  }

  #level(level: number, from: number, to: number): Uint8Array[] {
    if (level > 0) return (this.#hashes.get(level) ?? []).slice(from, to)
    return this.#leaves()
      .slice(from, to)
      .map(({ leaf }) => Buffer.from(leaf, 'hex'))
  }

  async putHashes(hashes: { level: number; index: number; hash: Uint8Array }[]): Promise<void> {
    for (const { level, index, hash } of hashes) {
      const row = this.#hashes.get(level) ?? []
      row[index] = hash
      this.#hashes.set(level, row)
    }
  }

  async integrated() {
    return this.#integrated
  }

  async putIntegrated(size: number, root: string): Promise<void> {
    if (size >= (this.#integrated?.size ?? 0)) this.#integrated = { size, root }
  }

  async checkpoint() {
    return this.#checkpoint
  }

  async putCheckpoint(checkpoint: Checkpoint): Promise<boolean> {
    if (checkpoint.size <= (this.#checkpoint?.size ?? 0)) return false
    this.#checkpoint = checkpoint
    return true
  }

  async putCosigned({ size, root, note }: Pick<Checkpoint, 'size' | 'root' | 'note'>): Promise<void> {
    const known = this.#checkpoint
    if (known?.size === size && known.root === root) this.#checkpoint = { ...known, note }
  }
}
