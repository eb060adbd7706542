import type { Checkpoint, Ledger, Publishable, StoredEntry } from '@tallystick/ledger'
import {
  type Approval,
  type Command,
  draft,
  type Entry,
  encodeEntry,
  invariant,
  isRefusal,
  leafOf,
  proposalHash,
  State,
  sha256Bytes,
} from '@tallystick/rules'
import { MemoryTree, signCheckpoint } from '@tallystick/tlog'
import type { LedgerFixture } from '../support/ledger-fixture.ts'

/** What to append, judged by nobody. */
export interface Forgery {
  type: string
  by: string
  body: Record<string, unknown>
  /** Mandates that approve this very entry. */
  approvers?: string[]
  /** Other than the store would write. */
  change?: Partial<Entry>
}

/**
 * A store that appends whatever it is told to: linked to its streams, hashed, and signed with the log's own key, but
 * not judged. It begins as a copy of a lawful ledger.
 */
export class CarelessStore implements Publishable {
  readonly #fixture: LedgerFixture
  readonly #lawful: Ledger
  readonly #state: State
  readonly #entries: StoredEntry[]
  readonly #tree = new MemoryTree(sha256Bytes)
  #checkpoint: Checkpoint | undefined

  private constructor(fixture: LedgerFixture, state: State, entries: StoredEntry[]) {
    this.#fixture = fixture
    this.#lawful = fixture.ledger
    this.#state = state
    this.#entries = entries
    for (const { leaf } of entries) this.#tree.append(Buffer.from(leaf, 'hex'))
  }

  static async copyOf(fixture: LedgerFixture): Promise<CarelessStore> {
    const state = new State()
    const { rows, runs } = await fixture.ledger.dump()
    for (const row of rows) state.load(row)
    for (const run of runs) state.loadRun(run)
    const { size, at } = await fixture.ledger.head()
    state.size = size
    state.at = at
    return new CarelessStore(fixture, state, await fixture.ledger.entries(0, size))
  }

  get size(): number {
    return this.#entries.length
  }

  /** Appends an entry whose streams continue what is there. Answers its index. */
  append({ type, by, body, approvers = [], change = {} }: Forgery): number {
    const key = leafOf(Buffer.from(`${this.size}`))
    const proposal = proposalHash({ v: 1, type, by, key, body })
    const approvals: Approval[] = approvers.map((mandate) => ({ by: mandate, proposal }))
    const command: Command = { type, by, approvals, key, request: body }
    const entry = draft(this.#state, command, body, this.#state.at)
    invariant(!isRefusal(entry), `the forgery has a form: ${JSON.stringify(entry)}`)
    return this.appendBytes(encodeEntry({ ...entry, ...change }), entry)
  }

  appendBytes(bytes: Uint8Array, { streams }: Pick<Entry, 'streams'> = { streams: [] }): number {
    const index = this.size
    const leaf = leafOf(bytes)
    this.#entries.push({ index, bytes, leaf })
    this.#tree.append(Buffer.from(leaf, 'hex'))
    const puts = streams.map(([id, revision]) => ({ kind: 'stream' as const, id, row: { revision, leaf } }))
    this.#state.apply({ puts, postings: [], runs: [] })
    return index
  }

  async sign(): Promise<void> {
    const { origin } = this.#fixture.genesis
    const root = this.#tree.root()
    const note = await signCheckpoint({ origin, size: this.size, root }, [this.#fixture.key.signer(origin)])
    this.#checkpoint = { size: this.size, root: Buffer.from(root).toString('hex'), at: this.#state.at, note }
  }

  readonly tree: Publishable['tree'] = {
    read: async (runs) => this.#tree.read(runs),
    checkpoint: async () => this.#checkpoint,
  }

  async entries(from: number, limit: number): Promise<StoredEntry[]> {
    return this.#entries.slice(from, from + limit)
  }

  genesis: Publishable['genesis'] = () => this.#lawful.genesis()
  row: Publishable['row'] = (kind, id) => this.#lawful.row(kind, id)
  document: Publishable['document'] = (sha256) => this.#lawful.document(sha256)
  documents: Publishable['documents'] = () => this.#lawful.documents()
}
