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
}

interface Answer {
  rows: [RowKind, string, unknown][] | null
  streams: [string, number, string][] | null
  keys: [string, number, string, string][] | null
  balances: BalanceTuple[] | null
  holds: HoldTuple[] | null
  /** `[place of the page among those asked for, from 1; its runs; last serial of them]` */
  pages: [number, number, string][] | null
  runs: RunTuple[] | null
}

export function runKey(run: Pick<Run, 'space' | 'first'>): string {
  return `${run.space} ${run.first}`
}

export function emptyState(size: number, at: string, ledger: Put | undefined): Loaded {
  const state = new State('partial')
  state.size = size
  state.at = at
  if (ledger) state.load(ledger)
  else state.markLoaded('ledger', 'ledger')
  return { state, runs: new Map(), requests: new Map(), asked: new Set(), known: new Known() }
}

/** Loads all that the commands look at: asked until reading what is there names nothing new. */
export async function load(
  client: pg.ClientBase,
  loaded: Loaded,
  commands: readonly Command[],
  law: Law,
): Promise<void> {
  for (;;) {
    const wanted = newKeys(loaded, commands, law)
    if (wanted === undefined) return
    await ask(client, loaded, wanted)
  }
}

/** As `load` for the command that is decided next: an account's runs page by page, until a quantity can be told. */
export async function loadForDecision(
  client: pg.ClientBase,
  loaded: Loaded,
  command: Command,
  law: Law,
): Promise<void> {
  await load(client, loaded, [command], law)
  for (const pair of readsOrKey(loaded.state, command, law).held) {
    for (;;) {
      const from = unknownFrom(loaded.state, loaded.known, pair, quantityOf(command))
      if (from === undefined) break
      await ask(client, loaded, { ...nothing(), pages: [{ ...pair, from, most: PAGE_RUNS }] })
    }
  }
}

async function ask(client: pg.ClientBase, loaded: Loaded, wanted: Wanted): Promise<void> {
  const { rows } = await client.query<Answer>({ name: 'ledger-load', text: loadSql, values: parameters(wanted) })
  if (rows[0]) take(loaded, rows[0], wanted)
}

const LAST_SERIAL = 999_999_999_999_999n

/** Runs in a page: one entry may take 100 ranges, and must see whether there are more. */
const PAGE_RUNS = MAX_RANGES + 1
/** Most runs in the first page of a pair from which several commands take. */
const MOST_RUNS = 10 * PAGE_RUNS

interface Page extends Pair {
  from: bigint
  most: number
}

interface Wanted extends Omit<Keys, 'held'> {
  pages: Page[]
}

function nothing(): Wanted {
  return { rows: [], runs: [], holdsOn: [], pages: [] }
}

function newKeys(loaded: Loaded, commands: readonly Command[], law: Law): Wanted | undefined {
  const { state, asked } = loaded
  const wanted = nothing()
  const pages = new Map<string, Page>()
  const first = (key: string) => !asked.has(key) && asked.add(key)
  for (const command of commands) {
    const keys = readsOrKey(state, command, law)
    for (const row of keys.rows) {
      if (!state.isLoaded(row.kind, row.id) && first(`row ${row.kind} ${row.id}`)) wanted.rows.push(row)
    }
    for (const run of keys.runs) if (first(`run ${run.space} ${run.first} ${run.last}`)) wanted.runs.push(run)
    for (const target of keys.holdsOn) if (first(`hold ${target}`)) wanted.holdsOn.push(target)
    for (const pair of keys.held) {
      const key = `${pair.batch} ${pair.account}`
      const page = pages.get(key) ?? { ...pair, from: state.peek('batch', pair.batch)?.first ?? 0n, most: 0 }
      if (loaded.known.has(pair)) continue
      pages.set(key, { ...page, most: Math.min(page.most + PAGE_RUNS, MOST_RUNS) })
    }
  }
  wanted.pages.push(...pages.values())
  return Object.values(wanted).every((list) => list.length === 0) ? undefined : wanted
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
    wanted.pages.map(({ batch }) => batch),
    wanted.pages.map(({ account }) => account),
    wanted.pages.map(({ from }) => from.toString()),
    wanted.pages.map(({ most }) => most),
    wanted.holdsOn,
  ]
}

function take(loaded: Loaded, answer: Answer, wanted: Wanted): void {
  const { state } = loaded
  for (const [kind, id, row] of answer.rows ?? []) state.load({ kind, id, row: rowFromJson(kind, row) } as Put)
  for (const [id, revision, leaf] of answer.streams ?? []) state.load({ kind: 'stream', id, row: { revision, leaf } })
  for (const [id, index, request, leaf] of answer.keys ?? []) {
    state.load({ kind: 'key', id, row: { index, leaf } })
    loaded.requests.set(id, request)
  }
  for (const balance of answer.balances ?? []) {
    state.load({ kind: 'balance', id: balanceId(balance[0], balance[1]), row: balanceFromTuple(balance) })
  }
  for (const hold of answer.holds ?? []) state.load(holdFromTuple(hold))
  for (const tuple of answer.runs ?? []) {
    const run = runFromTuple(tuple)
    if (loaded.runs.has(runKey(run))) continue
    loaded.runs.set(runKey(run), run)
    state.loadRun(run)
  }
  for (const { kind, id } of wanted.rows) state.markLoaded(kind, id)
  for (const [at, page] of wanted.pages.entries()) {
    const [, runs, last] = answer.pages?.find(([place]) => place === at + 1) ?? [at, 0, '0']
    loaded.known.add(page, { first: page.from, last: runs === page.most ? BigInt(last) : LAST_SERIAL })
  }
}
