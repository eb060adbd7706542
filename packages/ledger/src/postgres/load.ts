import {
  balanceId,
  type Command,
  isRefusal,
  type Keys,
  type Law,
  MAX_RANGES,
  noKeys,
  type Put,
  type RowKind,
  type Run,
  reads,
  State,
} from '@tallystick/rules'
import type pg from 'pg'
import { Known, type Pair, quantityOf, unknownFrom } from './held.ts'
import { Kept } from './kept.ts'
import {
  type BalanceTuple,
  balanceFromTuple,
  type HoldTuple,
  holdFromTuple,
  isNamed,
  type RunTuple,
  rowFromJson,
  runFromTuple,
  sqlFile,
} from './rows.ts'

const loadSql = sqlFile('load.sql')

/** A state that holds what a batch of commands looks at, and the runs as they stand in the database. */
export interface Loaded {
  state: State
  runs: Map<string, Run>
  /** Request hash of each idempotency key that is in the log already. */
  requests: Map<string, string>
  /** What was asked of the database already. */
  asked: Set<string>
  /** How far each account's runs of a batch were loaded. */
  known: Known
  /** What this process knew before it entered the lane, and still holds. */
  kept: Kept
  /** The token that this group leaves in the head row, once it has written. */
  turn: string | undefined
  /** Rows that this transaction has written, in their order. */
  changes: Put[]
  /** Until the database has written what it was given so far. */
  writing: Promise<unknown>
}

interface Answer {
  rows: [RowKind, string, unknown][] | null
  streams: [string, number, string][] | null
  keys: [string, number, string, string][] | null
  balances: BalanceTuple[] | null
  holds: HoldTuple[] | null
  /** `[place of the page among those asked for, from 1; last serial in it; are these all of the account's runs?]` */
  pages: [number, string, boolean][] | null
  runs: RunTuple[] | null
}

export function runKey(run: Pick<Run, 'space' | 'first'>): string {
  return `${run.space} ${run.first}`
}

export function emptyState(size: number, at: string, ledger: Put | undefined, kept = new Kept()): Loaded {
  const state = new State('partial')
  state.size = size
  state.at = at
  state.load(ledger ?? { kind: 'ledger', id: 'ledger', row: null })
  return loadedInto(state, kept)
}

/** Nothing was loaded or written yet in this transaction. */
export function loadedInto(state: State, kept: Kept): Loaded {
  return {
    state,
    runs: new Map(),
    requests: new Map(),
    asked: new Set(),
    known: new Known(),
    kept,
    turn: undefined,
    changes: [],
    writing: Promise.resolve(),
  }
}

/** Loads all that the commands look at: asked until reading what is there names nothing new. */
export async function load(
  client: pg.ClientBase,
  loaded: Loaded,
  commands: readonly Command[],
  law: Law,
): Promise<void> {
  for (let waiting = commands; waiting.length > 0; ) {
    const wanted = nothing()
    waiting = waiting.filter((command) => want(wanted, loaded, readsOfKept(loaded, command, law), command))
    if (isSomething(wanted)) await ask(client, loaded, wanted)
  }
}

/** As `load` for the command that is decided next: an account's runs page by page, until a quantity can be told. */
export async function loadForDecision(
  client: pg.ClientBase,
  loaded: Loaded,
  command: Command,
  law: Law,
): Promise<void> {
  let keys = readsOfKept(loaded, command, law)
  for (;;) {
    const wanted = nothing()
    want(wanted, loaded, keys, command)
    if (!isSomething(wanted)) break
    await ask(client, loaded, wanted)
    keys = readsOfKept(loaded, command, law)
  }
  for (const pair of keys.held) {
    for (;;) {
      const from = unknownFrom(loaded.state, loaded.known, pair, quantityOf(command))
      if (from === undefined) break
      const page = pageOf(loaded.state, pair, from, quantityOf(command))
      await ask(client, loaded, { ...nothing(), pages: new Map([['', page]]) })
    }
  }
}

async function ask(client: pg.ClientBase, loaded: Loaded, wanted: Wanted): Promise<void> {
  await loaded.writing
  const { rows } = await client.query<Answer>({ name: 'ledger-load', text: loadSql, values: parameters(wanted) })
  if (rows[0]) take(loaded, rows[0], wanted)
}

const LAST_SERIAL = 999_999_999_999_999n

/** Runs in a page: one entry may take 100 ranges, and must see whether there are more. */
const PAGE_RUNS = MAX_RANGES + 1
/** Most runs in the first page of a pair from which several commands take. */
const MOST_RUNS = 10 * PAGE_RUNS

/** The lowest runs of an account in a batch that may make up a quantity, from a serial on. */
interface Page extends Pair {
  space: string
  /** First and last serial of the batch. */
  first: bigint
  last: bigint
  from: bigint
  quantity: bigint
  /** Most runs to be looked at. */
  most: number
}

interface Wanted extends Omit<Keys, 'held'> {
  pages: Map<string, Page>
}

function nothing(): Wanted {
  return { rows: [], runs: [], holdsOn: [], pages: new Map() }
}

function pageOf(state: State, pair: Pair, from: bigint, quantity: bigint): Page {
  const batch = state.peek('batch', pair.batch)
  const { space, first, last } = batch ?? { space: '', first: 0n, last: 0n }
  return { ...pair, space, first, last, from, quantity, most: PAGE_RUNS }
}

function isSomething({ rows, runs, holdsOn, pages }: Wanted): boolean {
  return rows.length + runs.length + holdsOn.length + pages.size > 0
}

/**
 * Adds what a command looks at and is not there yet. Answers whether the rows among that may lead to further keys; it is
 * asked again before the command is decided in any case.
 */
function want(wanted: Wanted, { state, asked, known }: Loaded, keys: Keys, command: Command): boolean {
  let mayLead = false
  for (const row of keys.rows) {
    if (state.isLoaded(row.kind, row.id)) continue
    mayLead ||= row.kind !== 'key'
    if (isNew(asked, `row ${row.kind} ${row.id}`)) wanted.rows.push(row)
  }
  for (const run of keys.runs) {
    if (isNew(asked, `run ${run.space} ${run.first} ${run.last}`)) wanted.runs.push(run)
  }
  for (const target of keys.holdsOn) if (isNew(asked, `hold ${target}`)) wanted.holdsOn.push(target)
  for (const pair of keys.held) if (!known.has(pair)) wantPage(wanted, state, pair, quantityOf(command))
  return mayLead
}

function isNew(asked: Set<string>, name: string): boolean {
  if (asked.has(name)) return false
  asked.add(name)
  return true
}

/** Several commands may take from one pair. */
function wantPage(wanted: Wanted, state: State, pair: Pair, quantity: bigint): void {
  const key = `${pair.batch} ${pair.account}`
  const page = wanted.pages.get(key)
  if (page === undefined) {
    wanted.pages.set(key, pageOf(state, pair, state.peek('batch', pair.batch)?.first ?? 0n, quantity))
  } else {
    page.quantity += quantity
    page.most = Math.min(page.most + PAGE_RUNS, MOST_RUNS)
  }
}

/** What a command looks at, with all of it that is kept already in the state. */
function readsOfKept(loaded: Loaded, command: Command, law: Law): Keys {
  for (;;) {
    const keys = readsOrKey(loaded.state, command, law)
    if (!takeKept(loaded, keys)) return keys
  }
}

/** Answers whether there was anything, for that may lead to further keys. */
function takeKept({ state, kept, asked }: Loaded, keys: Keys): boolean {
  let any = false
  for (const { kind, id } of keys.rows) {
    const put = state.isLoaded(kind, id) ? undefined : kept.row(kind, id)
    if (put === undefined) continue
    state.load(put)
    any = true
  }
  for (const target of keys.holdsOn) {
    const holds = asked.has(`hold ${target}`) ? undefined : kept.holdsOn(target)
    if (holds === undefined) continue
    asked.add(`hold ${target}`)
    for (const hold of holds) state.load(hold)
    any ||= holds.length > 0
  }
  return any
}

/** What a command looks at; of a malformed one only its idempotency key. */
function readsOrKey(state: State, command: Command, law: Law): Keys {
  const keys = reads(state, command, law)
  if (!isRefusal(keys)) return keys
  return { ...noKeys(), rows: command.key === null ? [] : [{ kind: 'key', id: command.key }] }
}

function parameters(wanted: Wanted): unknown[] {
  const ids = (kind: RowKind) => wanted.rows.filter((row) => row.kind === kind).map(({ id }) => id)
  const named = wanted.rows.filter(({ kind }) => isNamed(kind))
  const pages = [...wanted.pages.values()]
  const balances = ids('balance').map((id) => [id.slice(0, id.indexOf('|')), id.slice(id.indexOf('|') + 1)])
  return [
    named.map(({ kind }) => kind),
    named.map(({ id }) => id),
    ids('stream'),
    ids('key'),
    balances.map(([account]) => account),
    balances.map(([, unitClass]) => unitClass),
    ids('hold'),
    wanted.runs.map(({ space }) => space),
    wanted.runs.map(({ first }) => first.toString()),
    wanted.runs.map(({ last }) => last.toString()),
    wanted.runs.map(({ most }) => most),
    pages.map(({ space }) => space),
    pages.map(({ account }) => account),
    pages.map(({ first }) => first.toString()),
    pages.map(({ from }) => from.toString()),
    pages.map(({ last }) => last.toString()),
    pages.map(({ quantity }) => quantity.toString()),
    pages.map(({ most }) => most),
    wanted.holdsOn,
  ]
}

function take(loaded: Loaded, answer: Answer, wanted: Wanted): void {
  const found: Put[] = []
  for (const [kind, id, row] of answer.rows ?? []) found.push({ kind, id, row: rowFromJson(kind, row) } as Put)
  for (const [id, revision, leaf] of answer.streams ?? []) found.push({ kind: 'stream', id, row: { revision, leaf } })
  for (const [id, index, request, leaf] of answer.keys ?? []) {
    found.push({ kind: 'key', id, row: { index, leaf } })
    loaded.requests.set(id, request)
  }
  for (const balance of answer.balances ?? []) {
    found.push({ kind: 'balance', id: balanceId(balance[0], balance[1]), row: balanceFromTuple(balance) })
  }
  for (const hold of answer.holds ?? []) found.push(holdFromTuple(hold))
  takeRows(loaded, found, wanted)
  takeRuns(loaded, answer, wanted)
}

function takeRows({ state, kept }: Loaded, found: Put[], wanted: Wanted): void {
  for (const put of found) {
    state.load(put)
    kept.keep(put)
  }
  for (const { kind, id } of wanted.rows) {
    if (state.isLoaded(kind, id)) continue
    state.markLoaded(kind, id)
    kept.keep({ kind, id, row: null } as Put)
  }
  for (const target of wanted.holdsOn) {
    const standing = found.filter(({ kind, row }) => kind === 'hold' && (row?.batch ?? row?.account) === target)
    kept.keepHolds(target, standing)
  }
}

function takeRuns({ state, runs, known }: Loaded, answer: Answer, wanted: Wanted): void {
  for (const tuple of answer.runs ?? []) {
    const run = runFromTuple(tuple)
    if (runs.has(runKey(run))) continue
    runs.set(runKey(run), run)
    state.loadRun(run)
  }
  const pages = new Map((answer.pages ?? []).map((page) => [page[0], page]))
  let place = 0
  for (const page of wanted.pages.values()) {
    place += 1
    const [, last, whole] = pages.get(place) ?? [place, '0', true]
    known.add(page, { first: page.from, last: whole ? LAST_SERIAL : BigInt(last) })
  }
}
