import type { Range } from './ids.ts'
import { invariant } from './invariant.ts'
import { partitionOf, type Run, RunSet } from './runs.ts'

export type AccountKind =
  | 'issuance' // the source of all units; the only one without a floor
  | 'holding'
  | 'retirement'
  | 'cancellation'
  | 'mirror-active'
  | 'mirror-retired'
  | 'mirror-cancelled'

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
  /** The key that signs checkpoints from now on. */
  key: string
  /** Entries that were taken over from a predecessor, its genesis counted; 0 for a first log. */
  kept: number
}

/** The state rows: a cache of the log, written only by effects, the only thing that decisions read. */
export interface Rows {
  ledger: LedgerRow
  organisation: { kind: string; name: string | null }
  mandate: { organisation: string; role: string; limit: string | null; active: boolean }
  account: { organisation: string; kind: AccountKind; active: boolean }
  project: {
    number: number
    state: string
    scope: string
    methodology: string
    title: string
    owners: { account: string; share: string }[]
  }
  authorisation: {
    project: string
    unitType: string
    quantity: bigint
    issued: bigint
    purposes: string[]
    firstTransfer: string | null
    cooperativeApproach: string | null
  }
  batch: {
    space: string
    first: bigint
    last: bigint
    project: string
    vintage: string
    unitType: string
    authorisation: string
  }
  space: { next: bigint }
  balance: { debits: bigint; credits: bigint; floor: bigint | null }
  hold: { batch: string | null; first: bigint | null; last: bigint | null; account: string | null; reason: string }
  /** A hold that was lifted: its id is not used again. */
  lifted: { index: number }
  registry: { active: string; retired: string; cancelled: string }
  /** A project of another registry; the id of its stream. */
  foreign: { id: string; registry: string; code: string }
  stream: { revision: number; leaf: string }
  key: { index: number }
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
}

export function balanceId(account: string, unitClass: string): string {
  return `${account}|${unitClass}`
}

function rowKey(kind: RowKind, id: string): string {
  return `${kind}:${id}`
}

/**
 * State in memory: whole for the memory store and the verifier, or the part that a batch of commands needs for a store
 * that keeps its rows elsewhere. A partial state refuses to answer for what was not loaded.
 */
export class State {
  size = 0
  at = ''
  readonly #rows = new Map<string, Put>()
  readonly #runs = new Map<string, RunSet>()
  readonly #holds = new Map<string, Set<string>>()
  readonly #loaded: Set<string> | undefined
  readonly #touchedRows = new Set<string>()
  readonly #touchedPartitions = new Set<string>()

  constructor(scope: 'whole' | 'partial' = 'whole') {
    this.#loaded = scope === 'partial' ? new Set() : undefined
  }

  get<K extends RowKind>(kind: K, id: string): Rows[K] | undefined {
    const key = rowKey(kind, id)
    invariant(this.isLoaded(kind, id), `a decision reads only what reads() named: ${key}`)
    const found = this.#rows.get(key)
    return found === undefined || found.row === null ? undefined : (found.row as Rows[K])
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
    return this.#loaded === undefined || this.#loaded.has(rowKey(kind, id))
  }

  /** Marks a key as looked up, whether a row was found or not. */
  markLoaded(kind: RowKind, id: string): void {
    this.#loaded?.add(rowKey(kind, id))
  }

  /** Takes a row from the store, unless this state already has it. */
  load(put: Put): void {
    this.markLoaded(put.kind, put.id)
    if (!this.#rows.has(rowKey(put.kind, put.id))) this.#set(put)
  }

  loadRun(run: Run): void {
    const set = this.#partition(partitionOf(run))
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
    for (const put of effects.puts) {
      this.markLoaded(put.kind, put.id)
      this.#set(put)
      this.#touchedRows.add(rowKey(put.kind, put.id))
    }
    for (const posting of effects.postings) this.#post(posting)
    for (const run of effects.runs) {
      this.#partition(partitionOf(run)).assign(run)
      this.#touchedPartitions.add(partitionOf(run))
    }
  }

  /** Rows that effects have written since this state was made. */
  touchedRows(): Put[] {
    return [...this.#touchedRows].flatMap((key) => this.#rows.get(key) ?? [])
  }

  touchedPartitions(): string[] {
    return [...this.#touchedPartitions]
  }

  partitions(): string[] {
    return [...this.#runs.keys()]
  }

  *rows(): Iterable<Put> {
    yield* this.#rows.values()
  }

  #partition(partition: string): RunSet {
    let set = this.#runs.get(partition)
    if (set === undefined) {
      set = new RunSet()
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
    const old = this.get('balance', id) ?? { debits: 0n, credits: 0n, floor }
    const row = { debits: old.debits + debit, credits: old.credits + credit, floor }
    invariant(floor === null || row.credits - row.debits >= floor, 'no balance falls below its floor')
    this.#set({ kind: 'balance', id, row })
    this.#touchedRows.add(rowKey('balance', id))
  }

  #set(put: Put): void {
    const key = rowKey(put.kind, put.id)
    if (put.kind === 'hold') {
      const row = put.row ?? (this.#rows.get(key)?.row as Rows['hold'] | null | undefined)
      const target = row?.batch ?? row?.account
      if (target) this.#indexHold(target, put.id, put.row !== null)
    }
    this.#rows.set(key, put)
  }

  #indexHold(target: string, id: string, standing: boolean): void {
    const ids = this.#holds.get(target) ?? new Set()
    if (standing) ids.add(id)
    else ids.delete(id)
    this.#holds.set(target, ids)
  }
}
