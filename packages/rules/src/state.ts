import { invariant } from './invariant.ts'
import { KeyTable } from './key-table.ts'
import { balanceId, type Effects, type LedgerRow, type Posting, type Put, type RowKind, type Rows } from './rows.ts'
import { partitionOf, type Run, RunSet } from './runs.ts'

export * from './rows.ts'

/** Rows that change with movements, and that no `reads` looks at. */
const leadsNowhere: ReadonlySet<RowKind> = new Set(['balance', 'stream', 'key', 'outstanding'])

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
  /** The idempotency keys of a whole state; a partial one knows few, and keeps them with the other rows. */
  readonly #keys: KeyTable | undefined
  /** Ids of balances by account and class: each is made, and hashed, once. */
  readonly #balanceIds = new Map<string, Map<string, string>>()
  readonly #runs = new Map<string, RunSet>()
  readonly #holds = new Map<string, Set<string>>()
  /**
   * What effects have changed in a partial state: rows, and by their partition the first serials of runs with their
   * space. A whole one keeps no such lists.
   */
  readonly #touched: { rows: Ids; runs: Map<string, Map<bigint, string>> } | undefined
  /** First serials of runs by partition, of each settling that is not confirmed. */
  readonly #unconfirmed: Map<string, ReadonlySet<bigint>>[] = []

  /** `seed`: see `KeyTable`; for logs of others. */
  constructor(scope: 'whole' | 'partial' = 'whole', seed?: Uint32Array) {
    this.#touched = scope === 'partial' ? { rows: new Map(), runs: new Map() } : undefined
    this.#keys = scope === 'partial' ? undefined : new KeyTable(seed)
  }

  get<K extends RowKind>(kind: K, id: string): Rows[K] | undefined {
    const row = this.#row(kind, id)
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
    if (this.#row(put.kind, put.id) === undefined) this.#set(put)
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
    let sum = this.#keys?.size ?? 0
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
    for (const kind of this.#rows.keys()) for (const [id, row] of this.rowsOf(kind)) yield { kind, id, row } as Put
    if (!this.#rows.has('key')) for (const [id, row] of this.rowsOf('key')) yield { kind: 'key', id, row }
  }

  /** The rows of one kind; `null` is one that was deleted. */
  *rowsOf<K extends RowKind>(kind: K): Iterable<[id: string, row: Rows[K] | null]> {
    yield* (this.#rows.get(kind) ?? []) as Iterable<[string, Rows[K] | null]>
    if (kind === 'key' && this.#keys) yield* this.#keys.entries() as Iterable<[string, Rows[K]]>
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
    const id = this.#balanceIdOf(account, unitClass)
    const floor = this.get('account', account)?.kind === 'issuance' ? null : 0n
    const old = this.get('balance', id)
    const row = { debits: (old?.debits ?? 0n) + debit, credits: (old?.credits ?? 0n) + credit, floor }
    invariant(floor === null || row.credits - row.debits >= floor, 'no balance falls below its floor')
    this.#put({ kind: 'balance', id, row })
  }

  #balanceIdOf(account: string, unitClass: string): string {
    let ids = this.#balanceIds.get(account)
    if (ids === undefined) {
      ids = new Map()
      this.#balanceIds.set(account, ids)
    }
    let id = ids.get(unitClass)
    if (id === undefined) {
      id = balanceId(account, unitClass)
      ids.set(unitClass, id)
    }
    return id
  }

  #put(put: Put): void {
    this.#set(put)
    if (!leadsNowhere.has(put.kind)) this.version += 1
    if (this.#touched) addId(this.#touched.rows, put.kind, put.id)
  }

  #putOf(kind: RowKind, id: string): Put {
    return { kind, id, row: this.#row(kind, id) ?? null } as Put
  }

  #row(kind: RowKind, id: string): Put['row'] | undefined {
    const row = this.#rows.get(kind)?.get(id)
    return row === undefined && kind === 'key' ? this.#keys?.get(id) : row
  }

  #set({ kind, id, row }: Put): void {
    if (kind === 'key' && this.#keys) {
      if (row !== null && this.#keys.set(id, row)) return
      invariant(this.#keys.get(id) === undefined, 'an idempotency key is used for ever')
    }
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
