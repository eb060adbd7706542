import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type Appended,
  append,
  firstTerm,
  Integrator,
  keysFile,
  nextInstant,
  PostgresLedger,
  receiptOf,
} from '@tallystick/ledger'
import { invariant, isRefusal, type Put, type Run, Shelf, State, sha256Bytes, sha256Hex } from '@tallystick/rules'
import { bundlesOf, encodeBundle, MemoryTree, signCheckpoint, type Tile, tilePath, tilesOf } from '@tallystick/tlog'
import pg from 'pg'
import { writeInLane, written } from '../../packages/ledger/src/postgres/write.ts'
import { LedgerFixture } from './ledger-fixture.ts'

/** What a seeded ledger is to hold; the same shape and seed make the same bytes. */
export interface SeedShape {
  seed: string | number
  /** Size of the log, with what the people need. */
  entries: number
  /** Organisations that trade, each with a mandate and accounts of its own. */
  holders?: number
  /** Batches, each of a project of its own. */
  batches?: number
  /** Units in each batch. */
  units?: number
}

export interface Holder {
  organisation: string
  mandate: string
  account: string
  retired: string
}

const MOST_MOVED = 500
const MOST_RETIRED = 20

/**
 * A long ledger, made one entry at a time: holders trade parts of what they own, and retire a little. `next` keeps no
 * entries, so that a log of any length takes the memory of its state only.
 */
export class SeededLedger {
  readonly fixture: LedgerFixture
  readonly holders: Holder[] = []
  readonly batches: { id: string; first: bigint; last: bigint }[] = []
  readonly state = new State()
  readonly shelf = new Shelf()
  /** What each key of `next` was sent with, until it is taken. */
  readonly requests = new Map<string, string>()
  readonly #byAccount = new Map<string, Holder>()

  private constructor(fixture: LedgerFixture) {
    this.fixture = fixture
  }

  /** People, accounts, projects and batches; the first entries of the log are those of `fixture.ledger`. */
  static async found({ seed, holders = 100, batches = 50, units = 1_000_000 }: SeedShape): Promise<SeededLedger> {
    const seeded = new SeededLedger(new LedgerFixture(seed))
    await seeded.fixture.found()
    for (let at = 0; at < holders; at += 1) await seeded.#join(at)
    for (let at = 0; at < batches; at += 1) await seeded.#issue(at, units)
    await seeded.#copyState()
    return seeded
  }

  async #join(at: number): Promise<void> {
    const { dice, mandates } = this.fixture
    const holder = { organisation: dice.id(), mandate: dice.id(), account: dice.id(), retired: dice.id() }
    const { organisation, mandate, account, retired } = holder
    const name = this.fixture.commit(`Holder ${at}`)
    const role = { mandate, organisation, role: 'developer/Admin', limit: null }
    const accounts = [
      { account, kind: 'holding' },
      { account: retired, kind: 'retirement' },
    ]
    await this.fixture.must({
      type: 'OrganisationRegistered',
      by: mandates.root,
      request: { organisation, kind: 'developer', name },
    })
    await this.fixture.must({ type: 'MandateGranted', by: mandates.admin, request: role })
    await this.fixture.must({ type: 'AccountsOpened', by: mandates.admin, request: { organisation, accounts } })
    this.holders.push(holder)
    this.#byAccount.set(account, holder)
  }

  async #issue(at: number, units: number): Promise<void> {
    const { fixture } = this
    const { dice, mandates } = fixture
    const owner = this.holders[at % this.holders.length]
    invariant(owner, 'a seeded ledger has holders')
    const [project, authorisation, batch] = [dice.id(), dice.id(), dice.id()]
    const owners = [{ account: owner.account, share: '100' }]
    const what = { project, title: fixture.commit(`Project ${at}`), scope: '1', methodology: 'ACM0002', owners }
    await fixture.must({ type: 'ProjectRegistered', by: owner.mandate, request: what })
    await fixture.must({ type: 'ProjectMoved', by: mandates.admin, request: { project, move: 'register' } })
    const quantity = String(units)
    const purposes = { purposes: ['NDC'], firstTransfer: 'issuance', cooperativeApproach: 'CA0001' }
    const authorised = { authorisation, project, unitType: 'ITMO', quantity, ...purposes }
    await fixture.must({ type: 'QuantityAuthorised', by: mandates.admin, request: authorised })
    const issued = { batch, authorisation, vintage: '2024', quantity, monitoringPeriod: null }
    await fixture.must({ type: 'BatchIssued', by: mandates.admin, request: issued, approvers: [mandates.approver] })
    const row = await fixture.ledger.row('batch', batch)
    invariant(row, 'what was issued is a batch')
    this.batches.push({ id: batch, first: row.first, last: row.last })
  }

  async #copyState(): Promise<void> {
    const { rows, runs } = await this.fixture.ledger.dump()
    for (const row of rows) this.state.load(row)
    for (const run of runs) this.state.loadRun(run)
    const { size, at } = await this.fixture.ledger.head()
    this.state.size = size
    this.state.at = at
    for (const { bytes } of await this.fixture.ledger.documents()) this.shelf.add(bytes)
  }

  #anotherThan(holder: Holder): Holder {
    const at = this.fixture.dice.below(this.holders.length - 1)
    const other = this.holders[at] === holder ? this.holders.at(-1) : this.holders[at]
    invariant(other, 'a seeded ledger has at least two holders')
    return other
  }

  /** Appends one more entry, a second after the last: nine transfers to one retirement. */
  next(): Appended {
    const { dice } = this.fixture
    const batch = dice.pick(this.batches)
    const serial = batch.first + BigInt(dice.below(Number(batch.last - batch.first) + 1))
    const [run] = this.state.runs(batch.id).overlapping({ first: serial, last: serial })
    const from = run && this.#byAccount.get(run.account)
    if (!run || !from) return this.next() // retired already
    const retires = dice.below(10) === 0
    const to = retires ? from.retired : this.#anotherThan(from).account
    const count = BigInt(1 + dice.below(retires ? MOST_RETIRED : MOST_MOVED))
    const last = run.first + count - 1n < run.last ? run.first + count - 1n : run.last
    const ranges = [[run.first.toString(), last.toString()]]
    const moved = { batch: batch.id, from: from.account, to, ranges }
    const request = retires ? { ...moved, purpose: 'voluntary', beneficiary: null } : moved
    const key = sha256Hex(dice.bytes())
    this.requests.set(key, sha256Hex(JSON.stringify(request)))
    const type = retires ? 'CreditsRetired' : 'CreditsTransferred'
    const at = nextInstant(this.state.at, new Date(Date.parse(this.state.at) + 1_000))
    const appended = append(this.state, { type, by: from.mandate, approvals: [], key, request }, at, this.shelf)
    invariant(!isRefusal(appended), `${type} is lawful: ${JSON.stringify(appended)}`)
    return appended
  }
}

/** Where a seeded log was written, and what to check and use it with. */
export interface Seeded {
  ledger: SeededLedger
  vkey: string
  size: number
  /** Merkle root, hex. */
  root: string
}

/** Writes the public log of a seeded ledger as files, as `export-log` would. */
export async function seedFolder(folder: string, shape: SeedShape): Promise<Seeded> {
  const ledger = await SeededLedger.found(shape)
  const { fixture } = ledger
  const put = async (path: string, bytes: Uint8Array) => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  const tree = new MemoryTree(sha256Bytes)
  const size = Math.max(shape.entries, ledger.state.size)
  const founding = await fixture.ledger.entries(0, ledger.state.size)
  for (const bundle of bundlesOf(size)) {
    const entries = Array.from({ length: bundle.width }, () => founding.shift() ?? ledger.next())
    ledger.requests.clear()
    for (const { leaf } of entries) tree.append(Buffer.from(leaf, 'hex'))
    await put(tilePath(bundle), encodeBundle(entries.map(({ bytes }) => bytes)))
  }
  for (const tile of tilesOf(size)) await put(tilePath(tile), hashesOf(tree, tile))
  for (const { sha256, bytes } of await fixture.ledger.documents()) await put(`content/${sha256}`, bytes)
  await put('keys.json', keysFile([firstTerm(fixture.genesis)]))
  const { origin } = fixture.genesis
  const root = tree.root()
  const note = await signCheckpoint({ origin, size, root }, [fixture.key.signer(origin)])
  await put('checkpoint', Buffer.from(note))
  return { ledger, vkey: fixture.vkey, size, root: Buffer.from(root).toString('hex') }
}

function hashesOf(tree: MemoryTree, { level, index, width }: Tile): Uint8Array {
  const [hashes] = tree.read([{ level: Number(level), start: index * 256, count: width }])
  return hashes ?? new Uint8Array()
}

/** Entries, or rows, in one statement. */
const CHUNK = 2_000

/**
 * Writes a seeded ledger into an empty database, many times as fast as commands would: the log in its order, then the
 * state rows that it makes. Answers the ledger, with everything in the tree and nothing signed.
 */
export async function seedPostgres(url: string, shape: SeedShape): Promise<SeededLedger> {
  const store = await PostgresLedger.open({ connectionString: url })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const ledger = await SeededLedger.found(shape)
    for (const { bytes } of await ledger.fixture.ledger.documents()) await store.putDocument(bytes)
    await writeLog(client, ledger, shape.entries)
    await writeState(client, ledger)
    await new Integrator(store).catchUp()
    await client.query('VACUUM ANALYZE')
    return ledger
  } finally {
    await client.end()
    await store.close()
  }
}

/** The token in the head row of a ledger that nobody has opened yet. */
const SEEDED = '0'.repeat(32)

/** Takes what is to be written next. */
function partOf({ size, at }: Pick<State, 'size' | 'at'>): State {
  const state = new State('partial')
  state.size = size
  state.at = at
  return state
}

async function writeLog(client: pg.ClientBase, ledger: SeededLedger, entries: number): Promise<void> {
  const stored = await ledger.fixture.ledger.entries(0, ledger.state.size)
  const founding = stored.map((entry): Appended => ({ ...entry, entry: receiptOf(entry).entry }))
  const requests = new Map(founding.map(({ entry }) => [entry.key ?? '', '']))
  const size = Math.max(entries, founding.length)
  for (let from = 0; from < size; from += CHUNK) {
    const count = Math.min(CHUNK, size - from)
    const chunk = Array.from({ length: count }, () => founding.shift() ?? ledger.next())
    const keys = chunk.flatMap(({ index, leaf, entry }): Put[] =>
      entry.key === null ? [] : [{ kind: 'key', id: entry.key, row: { index, leaf } }],
    )
    const state = partOf({ size: from + count, at: chunk.at(-1)?.entry.at ?? '' })
    state.apply({ puts: keys, postings: [], runs: [] })
    const token = { before: from === 0 ? '' : SEEDED, turn: SEEDED }
    await writeInLane(client, written(state, chunk, new Map([...requests, ...ledger.requests]), token))
    ledger.requests.clear()
    requests.clear()
  }
}

async function writeState(client: pg.ClientBase, { state }: SeededLedger): Promise<void> {
  const put = async (puts: Put[], runs: Run[]) => {
    const part = partOf(state)
    part.apply({ puts, postings: [], runs })
    await writeInLane(client, written(part, [], new Map(), { before: SEEDED, turn: SEEDED }))
  }
  const rows = [...state.rows()].filter(({ kind, row }) => kind !== 'key' && row !== null)
  while (rows.length > 0) await put(rows.splice(-CHUNK), [])
  const runs = state.partitions().flatMap((partition) => [...state.runs(partition).all()])
  while (runs.length > 0) await put([], runs.splice(-CHUNK))
}
