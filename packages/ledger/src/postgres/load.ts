import {
  balanceId,
  type Command,
  invariant,
  isRefusal,
  type Keys,
  type Law,
  MAX_RUNS,
  noKeys,
  type Put,
  partitionOf,
  type RowKey,
  type RowKind,
  type Run,
  reads,
  type State,
} from '@tallystick/rules'
import type pg from 'pg'
import { type Pair, quantityOf, unknownFrom } from './held.ts'
import type { Kept } from './kept.ts'
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

/** Asks the database. */
export type Ask = (wanted: Wanted) => Promise<Answer>

/** What the database answers of what was wanted, and the token in the head row at the same moment. */
export interface Answer {
  turn: string
  rows: [RowKind, string, unknown][] | null
  streams: [string, number, string][] | null
  keys: [string, number, string, string][] | null
  balances: BalanceTuple[] | null
  holds: HoldTuple[] | null
  /** `[place of the page among those asked for, from 1; last serial in it; are these all of the account's runs?]` */
  pages: [number, string, boolean][] | null
  runs: RunTuple[] | null
}

/** Asks on a connection. */
export async function ask(client: pg.ClientBase, wanted: Wanted): Promise<Answer> {
  const { rows } = await client.query<Answer>({ name: 'ledger-load', text: loadSql, values: parameters(wanted) })
  invariant(rows[0], 'the database answers what it was asked')
  return rows[0]
}

/** What a command looks at, and the version of the state of which that is so. */
export interface Looked {
  keys: Keys
  version: number
}

/**
 * Loads all that the commands look at: asked until reading what is there names nothing new. Answers what they look at, in
 * their order.
 */
export async function load(kept: Kept, commands: readonly Command[], law: Law, askFor: Ask): Promise<Looked[]> {
  const { state } = kept
  const needs = new Map<string, Need>()
  const looked: Looked[] = []
  for (let waiting = [...commands.keys()]; waiting.length > 0; ) {
    const wanted = nothing()
    waiting = waiting.filter((at) => {
      const command = commands[at]
      if (command === undefined) return false
      const keys = readsOrKey(state, command, law)
      looked[at] = { keys, version: state.version }
      for (const pair of keys.held) addNeed(needs, pair, quantityOf(command))
      return want(wanted, kept, keys)
    })
    for (const need of needs.values()) wantPage(wanted, kept, need)
    needs.clear()
    if (isSomething(wanted)) take(kept, await askFor(wanted), wanted)
  }
  return looked
}

/**
 * As `load` for the command that is decided next: what an earlier one of its group has made may lead to further keys. An
 * account's runs are loaded page by page, until a quantity can be told.
 */
export async function loadForDecision(
  kept: Kept,
  command: Command,
  law: Law,
  askFor: Ask,
  looked?: Looked,
): Promise<void> {
  const isSame = looked?.version === kept.state.version
  const keys = isSame ? looked.keys : await loadKeys(kept, command, law, askFor)
  for (const pair of keys.held) {
    const quantity = quantityOf(command)
    for (;;) {
      const wanted = nothing()
      wantPage(wanted, kept, { ...pair, quantity, commands: 1 })
      if (!isSomething(wanted)) break
      take(kept, await askFor(wanted), wanted)
    }
  }
}

async function loadKeys(kept: Kept, command: Command, law: Law, askFor: Ask): Promise<Keys> {
  for (;;) {
    const wanted = nothing()
    const keys = readsOrKey(kept.state, command, law)
    want(wanted, kept, keys)
    if (!isSomething(wanted)) return keys
    take(kept, await askFor(wanted), wanted)
  }
}

const LAST_SERIAL = 999_999_999_999_999n

/** Runs in a page: one entry may touch 100, and must see whether there are more. */
const PAGE_RUNS = MAX_RUNS + 1
/** Most runs in the page of a pair from which several commands take. */
const MOST_RUNS = 10 * PAGE_RUNS

/** After so many pages of a batch the next runs of everybody in it are loaded: that is cheaper than page after page. */
const PAGES_BEFORE_ALL = 100
const RUNS_OF_ALL = 4_000

/** What commands take from a pair, and how many they are. */
interface Need extends Pair {
  quantity: bigint
  commands: number
}

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

/** The lowest runs of everybody in a batch, from a serial on. */
type Stretch = Keys['runs'][number] & { batch: string }

/** The lowest runs of a range, and the name of the question about the whole of it. */
type Ranged = Keys['runs'][number] & { name: string }

export interface Wanted extends Omit<Keys, 'held' | 'runs'> {
  runs: Ranged[]
  pages: Page[]
  /** At most one: a long answer keeps everything else waiting. */
  stretch: Stretch | undefined
}

function nothing(): Wanted {
  return { rows: [], runs: [], holdsOn: [], pages: [], stretch: undefined }
}

function isSomething({ rows, runs, holdsOn, pages, stretch }: Wanted): boolean {
  return rows.length + runs.length + holdsOn.length + pages.length > 0 || stretch !== undefined
}

/**
 * Adds what is looked at and is not there yet, but for pages of runs. Answers whether the rows among that may lead to
 * further keys; it is asked again before the command is decided in any case.
 */
function want(wanted: Wanted, kept: Kept, keys: Keys): boolean {
  const { state, asked } = kept
  let mayLead = false
  for (const row of keys.rows) {
    if (state.isLoaded(row.kind, row.id)) continue
    mayLead ||= row.kind !== 'key'
    wanted.rows.push(row)
  }
  for (const run of keys.runs) {
    const name = `run ${run.space} ${run.first} ${run.last}`
    if (isNew(asked, name)) wanted.runs.push({ ...run, name })
    else wantRest(wanted, kept, { ...run, name })
  }
  for (const target of keys.holdsOn) if (isNew(asked, target)) wanted.holdsOn.push(target)
  return mayLead
}

/** Of a range of which only the lowest runs were loaded, and these have become fewer since: the next ones. */
function wantRest(wanted: Wanted, { state, reached }: Kept, run: Ranged): void {
  const known = reached.get(run.name)
  if (known === undefined) return
  const pieces = state.runs(known.partition).pieces({ first: run.first, last: known.to })
  if (pieces.length <= run.most) wanted.runs.push({ ...run, first: known.to + 1n })
}

function isNew(asked: Set<string>, name: string): boolean {
  if (asked.has(name)) return false
  asked.add(name)
  return true
}

/** Several commands may take from one pair. */
function addNeed(needs: Map<string, Need>, pair: Pair, quantity: bigint): void {
  const key = `${pair.batch} ${pair.account}`
  const known = needs.get(key)
  if (known === undefined) {
    needs.set(key, { ...pair, quantity, commands: 1 })
  } else {
    known.quantity += quantity
    known.commands += 1
  }
}

/** Adds the runs that are missing before it can be told which units of a pair make up the quantity. */
function wantPage(wanted: Wanted, { state, known }: Kept, need: Need): void {
  const batch = state.peek('batch', need.batch)
  const from = batch && unknownFrom(state, known, need, need.quantity)
  if (batch === undefined || from === undefined) return
  const { batch: id, account, quantity, commands } = need
  const { space, first, last } = batch
  const most = Math.min(commands * PAGE_RUNS, MOST_RUNS)
  wanted.pages.push({ batch: id, account, quantity, space, first, last, from, most })
  if (known.countPage(id, first) < PAGES_BEFORE_ALL || wanted.stretch !== undefined) return
  const to = known.everybodysTo(id) ?? first - 1n
  wanted.stretch = { batch: id, space, first: to + 1n, last, most: RUNS_OF_ALL }
}

/** What a command looks at; of a malformed one only its idempotency key. */
function readsOrKey(state: State, command: Command, law: Law): Keys {
  const keys = reads(state, command, law)
  if (!isRefusal(keys)) return keys
  return { ...noKeys(), rows: command.key === null ? [] : [{ kind: 'key', id: command.key }] }
}

function distinct(rows: readonly RowKey[]): RowKey[] {
  return [...new Map(rows.map((row) => [`${row.kind} ${row.id}`, row])).values()]
}

function parameters(wanted: Wanted): unknown[] {
  const ids = (kind: RowKind) => [...new Set(wanted.rows.filter((row) => row.kind === kind).map(({ id }) => id))]
  const named = distinct(wanted.rows.filter(({ kind }) => isNamed(kind)))
  const { pages } = wanted
  const runs = wanted.stretch === undefined ? wanted.runs : [...wanted.runs, wanted.stretch]
  const balances = ids('balance').map((id) => [id.slice(0, id.indexOf('|')), id.slice(id.indexOf('|') + 1)])
  return [
    named.map(({ kind }) => kind),
    named.map(({ id }) => id),
    ids('stream'),
    ids('key'),
    balances.map(([account]) => account),
    balances.map(([, unitClass]) => unitClass),
    ids('hold'),
    runs.map(({ space }) => space),
    runs.map(({ first }) => first.toString()),
    runs.map(({ last }) => last.toString()),
    runs.map(({ most }) => most),
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

function take(kept: Kept, answer: Answer, wanted: Wanted): void {
  const { state } = kept
  for (const [kind, id, row] of answer.rows ?? []) state.load({ kind, id, row: rowFromJson(kind, row) } as Put)
  for (const [id, revision, leaf] of answer.streams ?? []) state.load({ kind: 'stream', id, row: { revision, leaf } })
  for (const [id, index, request, leaf] of answer.keys ?? []) {
    state.load({ kind: 'key', id, row: { index, leaf } })
    kept.requests.set(id, request)
  }
  for (const balance of answer.balances ?? []) {
    state.load({ kind: 'balance', id: balanceId(balance[0], balance[1]), row: balanceFromTuple(balance) })
  }
  for (const hold of answer.holds ?? []) state.load(holdFromTuple(hold))
  for (const { kind, id } of wanted.rows) state.markLoaded(kind, id)
  for (const run of answer.runs ?? []) state.loadRun(runFromTuple(run))
  takeRanges(kept, answer, wanted)
  takePages(kept, answer, wanted)
  if (wanted.stretch) takeStretch(kept, answer, wanted.stretch)
}

/** One run more than the most is asked for, so that it shows whether there are more. */
function takeRanges({ reached }: Kept, { runs }: Answer, wanted: Wanted): void {
  const found = runs ?? []
  if (wanted.runs.every(({ most }) => found.length <= most)) {
    if (reached.size > 0) for (const { name } of wanted.runs) reached.delete(name)
    return
  }
  const spaces = new Map([...Map.groupBy(found, ([space]) => space)].map(([space, of]) => [space, ascending(of)]))
  for (const { name, space, first, last, most } of wanted.runs) {
    const of = spaces.get(space) ?? []
    const next = of[placeOf(of, first) + most]
    if (next !== undefined && next.first <= last) reached.set(name, { partition: partitionOf(next), to: next.last })
    else reached.delete(name)
  }
}

function ascending(runs: readonly RunTuple[]): Run[] {
  return runs.map(runFromTuple).sort((a, b) => (a.first < b.first ? -1 : 1))
}

/** Place of the first run that begins at a serial or after it. */
function placeOf(runs: readonly Run[], first: bigint): number {
  let [low, high] = [0, runs.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((runs[middle]?.first ?? first) < first) low = middle + 1
    else high = middle
  }
  return low
}

function takePages({ known }: Kept, answer: Answer, wanted: Wanted): void {
  const pages = new Map((answer.pages ?? []).map((page) => [page[0], page]))
  for (const [at, page] of wanted.pages.entries()) {
    const [, last, whole] = pages.get(at + 1) ?? [at, '0', true]
    known.add(page, { first: page.from, last: whole ? LAST_SERIAL : BigInt(last) })
  }
}

/** One more than the most is asked for, so that it shows whether there are more. */
function takeStretch({ known }: Kept, { runs }: Answer, { batch, space, first, last, most }: Stretch): void {
  const found = (runs ?? [])
    .filter((run) => run[0] === space)
    .map(runFromTuple)
    .filter((run) => run.first >= first && run.first <= last)
    .sort((a, b) => (a.first < b.first ? -1 : 1))
  known.setEverybodys(batch, found[most]?.last ?? last)
}
