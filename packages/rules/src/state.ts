import type { Range } from './ids.ts'
import { invariant } from './invariant.ts'
import { partitionOf, type Run, RunSet } from './runs.ts'

export type AccountKind =
  | 'issuance' // the source of all units; the only one without a floor
  | 'holding'
  | 'retirement'
  | 'cancellation'
  | 'buffer'
  | 'share-of-proceeds'
  | 'omge' // cancelled for overall mitigation in global emissions
  | 'ndc-use'
  | 'foreign' // an account in another country's registry
  | 'mirror-active'
  | 'mirror-retired'
  | 'mirror-cancelled'

/** The kinds that a person may open. */
export const openedKinds = [
  'holding',
  'retirement',
  'cancellation',
  'buffer',
  'share-of-proceeds',
  'omge',
  'ndc-use',
  'foreign',
] as const

/** The accounts to which parts of issuances go. */
export interface Pools {
  buffer: string | null
  shareOfProceeds: string | null
  omge: string | null
  host: string | null
}

/** How an account wants its movements decided. */
export interface AccountPolicy {
  /** Units above which an outgoing movement needs a second mandate of the holder; `null`: never. */
  secondAbove: string | null
  /** Incoming transfers of others wait until the holder accepts them. */
  acceptance: boolean
  /** Transfers leave only for accounts of the same holder and trusted receivers. */
  trustedOnly: boolean
}

/** What a movement that waits will be. */
export type PendingKind = 'transfer' | 'retirement' | 'cancellation'

export interface LedgerRow {
  ledger: string
  origin: string
  country: string
  timeZone: string
  system: string
  authority: string
  issuance: string
  test: boolean
  /** SHA-256 of the documents in force. */
  permissions: string
  preset: string
  projects: number
  certificates: number
  pools: Pools
  /** The key that signs checkpoints from now on. */
  key: string
  /** Entries that were taken over from a predecessor, its genesis counted; 0 for a first log. */
  kept: number
}

/** The state rows: a cache of the log, written only by effects, the only thing that decisions read. */
export interface Rows {
  ledger: LedgerRow
  organisation: { kind: string; name: string | null; active: boolean }
  mandate: { organisation: string; role: string; limit: string | null; active: boolean }
  account: {
    organisation: string
    kind: AccountKind
    active: boolean
    policy: AccountPolicy | null
    /** Of a foreign account: the registry that it is in, such as `KEN01`. */
    registry: string | null
  }
  /** `<account>/<receiver>`: transfers to the receiver are trusted from an instant on. */
  trusted: { from: string }
  project: {
    number: number
    state: string
    scope: string
    methodology: string
    title: string
    owners: { account: string; share: string }[]
    /** Percentage of each issuance that goes to the buffer. */
    buffer: string
    /** Levies that are not taken from this project. */
    exempt: string[]
    /** Units that the project owes to the buffer, by unit type. */
    debts: Record<string, string>
    /** Reversals that are not compensated. */
    reversals: number
    /** When its reversal risk was last assessed, and when its percentage was last raised. */
    assessed: string | null
    raised: string | null
  }
  authorisation: {
    project: string
    unitType: string
    quantity: bigint
    issued: bigint
    /** Units of it that were first transferred. */
    transferred: bigint
    version: number
    active: boolean
    purposes: string[]
    firstTransfer: string | null
    cooperativeApproach: string | null
  }
  /** Of units of another Party: `project` and `authorisation` are empty, and `first` to `last` is the whole space. */
  batch: {
    space: string
    first: bigint
    last: bigint
    class: string
    project: string
    vintage: string
    unitType: string
    authorisation: string
  }
  /** The batch that stands for all ITMOs of one foreign series, by their space. */
  series: { batch: string }
  /** Millionths of a unit that were certified and not issued, by unit class; negative: a deficit. */
  remainder: { micro: bigint }
  /** A movement that waits; the holds on its ranges are `<id>/<number>`. */
  pending: {
    kind: PendingKind
    batch: string
    from: string
    to: string
    ranges: [string, string][]
    purpose: string | null
    beneficiary: string | null
    proposer: string
    approvers: string[]
    /** Approvals still to be given: the roles that may; `null`: mandates of the holder that might move the units themselves. */
    missing: (string[] | null)[]
    acceptance: boolean
    expiresAt: string
  }
  pledge: { account: string; batch: string; ranges: [string, string][]; to: string; expiresAt: string | null }
  /** What the buffer holds, by `<project>/<unit type>`, and of all by `all/<unit type>`; units by vintage. */
  pool: {
    in: bigint
    cancelled: bigint
    released: bigint
    /** When its first unit came, or units were last released. */
    since: string
    vintages: Record<string, string>
  }
  reversal: {
    project: string
    state: 'reported' | 'avoidable' | 'unavoidable' | 'dismissed' | 'compensated'
    /** The type of the units that were lost, once it is decided on. */
    unitType: string | null
    quantity: bigint
    compensated: bigint
  }
  /** What is over and whose id is not used again: a hold, a movement that waited, a pledge; or an entry taken back, by its leaf. */
  ended: { index: number }
  space: { next: bigint }
  balance: { debits: bigint; credits: bigint; floor: bigint | null }
  hold: {
    batch: string | null
    first: bigint | null
    last: bigint | null
    account: string | null
    reason: string
    expiresAt: string | null
  }
  registry: { active: string; retired: string; cancelled: string }
  /** A project of another registry; the id of its stream. */
  foreign: {
    id: string
    registry: string
    code: string
    /** Did a list of projects name it? Else only records of its units did. */
    registered: boolean
  }
  /** What is known of the units of one class abroad; the id is the class. */
  lot: {
    /** Issued without serial numbers. */
    quantity: bigint
    /** Serial numbers known, and those of them that no issuance names. */
    numbered: bigint
    evidenced: bigint
  }
  /** A record of another registry that was taken back, by its index; the index of the entry that did. */
  corrected: { index: number }
  stream: { revision: number; leaf: string }
  /** An idempotency key: index and leaf of the entry that was written under it. */
  key: { index: number; leaf: string }
  /** A document's SHA-256 with the index of the entry that first adopted it. */
  document: { index: number }
  /** A key of the log, by its public half, with the index of the entry that first named it. */
  signingKey: { index: number }
}

export type RowKind = keyof Rows

/** One row by kind and id; `row: null` deletes (a lifted hold). */
export type Put = { [K in RowKind]: { kind: K; id: string; row: Rows[K] | null } }[RowKind]

export type RowKey = { kind: RowKind; id: string }

/** The keys of state that a command or an entry looks at. */
export interface Keys {
  rows: RowKey[]
  /** Runs that overlap these ranges, and their neighbours; of each range at most `most`, lowest first. */
  runs: (Range & { space: string; most: number })[]
  /** The lowest free runs of an account in a batch, and their neighbours. */
  held: { batch: string; account: string }[]
  /** Every hold that stands on these batches or accounts. */
  holdsOn: string[]
}

export function noKeys(): Keys {
  return { rows: [], runs: [], held: [], holdsOn: [] }
}

/** `amount` units of `class` leave `from` and reach `to`. */
export interface Posting {
  from: string
  to: string
  class: string
  amount: bigint
}

export interface Effects {
  puts: Put[]
  postings: Posting[]
  /** Each run takes the place of whatever covered its range. */
  runs: Run[]
  /** Serials abroad of which nothing is known any more. */
  gone?: (Range & { space: string })[]
}

export function balanceId(account: string, unitClass: string): string {
  return `${account}|${unitClass}`
}

/** Rows that change with every movement, and that no `reads` looks at. */
const leadsNowhere: ReadonlySet<RowKind> = new Set(['balance', 'stream', 'key'])

/** Ids by kind of row. */
type Ids = Map<RowKind, Set<string>>

function addId(ids: Ids, kind: RowKind, id: string): void {
  const known = ids.get(kind)
  if (known) known.add(id)
  else ids.set(kind, new Set([id]))
}

/**
 * State in memory: whole for the memory store and the verifier, or the part that a batch of commands needs for a store
 * that keeps its rows elsewhere. A partial state refuses to answer for what was not loaded.
 */
export class State {
  size = 0
  at = ''
  /** Grows whenever effects change a row that may lead to further keys: what `reads` names is the same until then. */
  version = 0
  /** `null` is a row that was deleted, or that a partial state knows not to be there. */
  readonly #rows = new Map<RowKind, Map<string, Put['row']>>()
  readonly #runs = new Map<string, RunSet>()
  readonly #holds = new Map<string, Set<string>>()
  /**
   * What effects have changed in a partial state: rows, and by their partition the first serials of runs with their
   * space. A whole one keeps no such lists.
   */
  readonly #touched: { rows: Ids; runs: Map<string, Map<bigint, string>> } | undefined
  /** First serials of runs by partition, of each settling that is not confirmed. */
  readonly #unconfirmed: Map<string, ReadonlySet<bigint>>[] = []

  constructor(scope: 'whole' | 'partial' = 'whole') {
    this.#touched = scope === 'partial' ? { rows: new Map(), runs: new Map() } : undefined
  }

  get<K extends RowKind>(kind: K, id: string): Rows[K] | undefined {
    const row = this.#rows.get(kind)?.get(id)
    if (row) return row as Rows[K]
    if (!this.isLoaded(kind, id)) invariant(false, `a decision reads only what reads() named: ${kind}:${id}`)
    return undefined
  }

  /** The row if it was loaded; for `reads`, which asks before everything is there. */
  peek<K extends RowKind>(kind: K, id: string): Rows[K] | undefined {
    return this.isLoaded(kind, id) ? this.get(kind, id) : undefined
  }

  ledger(): LedgerRow {
    const row = this.get('ledger', 'ledger')
    invariant(row, 'the ledger has its genesis')
    return row
  }

  isLoaded(kind: RowKind, id: string): boolean {
    return this.#touched === undefined || this.#rows.get(kind)?.has(id) === true
  }

  /** Takes a row from the store, unless this state already knows of it. */
  load(put: Put): void {
    if (!this.#rows.get(put.kind)?.has(put.id)) this.#set(put)
  }

  /** Marks a key as looked up; where no row was loaded there is none. */
  markLoaded(kind: RowKind, id: string): void {
    if (!this.isLoaded(kind, id)) this.#set({ kind, id, row: null } as Put)
  }

  /** Lets go of what a partial state knows of a row that nobody has changed since it was settled. */
  forget(kind: RowKind, id: string): void {
    this.#rows.get(kind)?.delete(id)
  }

  /** How much there is in memory: rows and runs. */
  count(): number {
    let sum = 0
    for (const rows of this.#rows.values()) sum += rows.size
    for (const runs of this.#runs.values()) sum += runs.size
    return sum
  }

  /** Takes a run from the store, which may not know yet what effects have changed. */
  loadRun(run: Run): void {
    const partition = partitionOf(run)
    const set = this.#partition(partition)
    if (this.#touched?.runs.get(partition)?.has(run.first)) return
    if (this.#unconfirmed.some((settled) => settled.get(partition)?.has(run.first))) return
    if (set.overlapping(run).length === 0) set.insert(run)
  }

  runs(partition: string): RunSet {
    return this.#runs.get(partition) ?? new RunSet()
  }

  /** Ids of the holds on a batch or an account. */
  holdsOn(target: string): string[] {
    return [...(this.#holds.get(target) ?? [])]
  }

  apply(effects: Effects): void {
    for (const put of effects.puts) this.#put(put)
    for (const posting of effects.postings) this.#post(posting)
    for (const run of effects.runs) this.#partition(partitionOf(run)).assign(run)
    for (const range of effects.gone ?? []) this.#partition(range.space).clear(range)
  }

  /** Rows that effects have written in this partial state since it was settled. */
  touchedRows(): Put[] {
    return [...(this.#touched?.rows ?? [])].flatMap(([kind, ids]) => [...ids].map((id) => this.#putOf(kind, id)))
  }

  /** The runs that have changed since then, and by space and first serial where none begins any more. */
  touchedRuns(): { changed: Run[]; gone: { space: string; first: bigint }[] } {
    const changed: Run[] = []
    const gone: { space: string; first: bigint }[] = []
    for (const [partition, touched] of this.#touched?.runs ?? []) {
      const runs = this.runs(partition)
      for (const [first, space] of touched) {
        const run = runs.startingAt(first)
        if (run) changed.push(run)
        else gone.push({ space, first })
      }
    }
    return { changed, gone }
  }

  /** The store was given what effects have changed so far: what is touched from now on is listed anew. */
  settle(): void {
    for (const ids of this.#touched?.rows.values() ?? []) ids.clear()
    const settled = new Map<string, ReadonlySet<bigint>>()
    for (const [partition, runs] of this.#touched?.runs ?? []) {
      if (runs.size === 0) continue
      settled.set(partition, new Set(runs.keys()))
      runs.clear()
    }
    this.#unconfirmed.push(settled)
  }

  /** Whatever the store answers from now on, it knows what it was given in the oldest settling that is not confirmed. */
  confirm(): void {
    this.#unconfirmed.shift()
  }

  partitions(): string[] {
    return [...this.#runs.keys()]
  }

  *rows(): Iterable<Put> {
    for (const [kind, rows] of this.#rows) for (const id of rows.keys()) yield this.#putOf(kind, id)
  }

  #partition(partition: string): RunSet {
    let set = this.#runs.get(partition)
    if (set === undefined) {
      const touched = this.#touched && new Map<bigint, string>()
      if (touched) this.#touched?.runs.set(partition, touched)
      set = new RunSet(touched)
      this.#runs.set(partition, set)
    }
    return set
  }

  #post(posting: Posting): void {
    this.#move(posting.from, posting.class, posting.amount, 0n)
    this.#move(posting.to, posting.class, 0n, posting.amount)
  }

  #move(account: string, unitClass: string, debit: bigint, credit: bigint): void {
    const id = balanceId(account, unitClass)
    const floor = this.get('account', account)?.kind === 'issuance' ? null : 0n
    const old = this.get('balance', id)
    const row = { debits: (old?.debits ?? 0n) + debit, credits: (old?.credits ?? 0n) + credit, floor }
    invariant(floor === null || row.credits - row.debits >= floor, 'no balance falls below its floor')
    this.#put({ kind: 'balance', id, row })
  }

  #put(put: Put): void {
    this.#set(put)
    if (!leadsNowhere.has(put.kind)) this.version += 1
    if (this.#touched) addId(this.#touched.rows, put.kind, put.id)
  }

  #putOf(kind: RowKind, id: string): Put {
    return { kind, id, row: this.#rows.get(kind)?.get(id) ?? null } as Put
  }

  #set({ kind, id, row }: Put): void {
    let rows = this.#rows.get(kind)
    if (rows === undefined) {
      rows = new Map()
      this.#rows.set(kind, rows)
    }
    if (kind === 'hold') {
      const { batch, account } = row ?? (rows.get(id) as Rows['hold'] | null | undefined) ?? {}
      const target = batch ?? account
      if (target) this.#indexHold(target, id, row !== null)
    }
    rows.set(id, row)
  }

  #indexHold(target: string, id: string, standing: boolean): void {
    const ids = this.#holds.get(target) ?? new Set()
    if (standing) ids.add(id)
    else ids.delete(id)
    this.#holds.set(target, ids)
  }
}
