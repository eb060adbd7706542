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
}

interface Answer {
  rows: [RowKind, string, unknown][] | null
  streams: [string, number, string][] | null
  keys: [string, number, string][] | null
  balances: BalanceTuple[] | null
  holds: HoldTuple[] | null
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
  return { state, runs: new Map(), requests: new Map(), asked: new Set() }
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
    const { rows } = await client.query<Answer>({ name: 'ledger-load', text: loadSql, values: parameters(wanted) })
    const answer = rows[0]
    if (answer) take(loaded, answer, wanted)
  }
}

interface Wanted extends Keys {
  /** How many of the commands take from each held pair: each may use up to 100 ranges. */
  takers: number[]
}

function newKeys({ state, asked }: Loaded, commands: readonly Command[], law: Law): Wanted | undefined {
  const wanted: Wanted = { rows: [], runs: [], held: [], holdsOn: [], takers: [] }
  const held = new Map<string, number>()
  const first = (key: string) => !asked.has(key) && asked.add(key)
  for (const command of commands) {
    const keys = readsOrKey(state, command, law)
    for (const row of keys.rows) {
      if (!state.isLoaded(row.kind, row.id) && first(`row ${row.kind} ${row.id}`)) wanted.rows.push(row)
    }
    for (const run of keys.runs) if (first(`run ${run.space} ${run.first} ${run.last}`)) wanted.runs.push(run)
    for (const target of keys.holdsOn) if (first(`hold ${target}`)) wanted.holdsOn.push(target)
    for (const pair of keys.held) {
      const key = `held ${pair.batch} ${pair.account}`
      const at = held.get(key)
      if (at !== undefined) wanted.takers[at] = (wanted.takers[at] ?? 0) + 1
      else if (first(key)) {
        held.set(key, wanted.held.push(pair) - 1)
        wanted.takers.push(1)
      }
    }
  }
  const nothing = [wanted.rows, wanted.runs, wanted.held, wanted.holdsOn].every((list) => list.length === 0)
  return nothing ? undefined : wanted
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
    wanted.held.map(({ batch }) => batch),
    wanted.held.map(({ account }) => account),
    wanted.takers.map((takers) => takers * (MAX_RANGES + 1)),
    wanted.holdsOn,
  ]
}

function take(loaded: Loaded, answer: Answer, wanted: Wanted): void {
  const { state } = loaded
  for (const [kind, id, row] of answer.rows ?? []) state.load({ kind, id, row: rowFromJson(kind, row) } as Put)
  for (const [id, revision, leaf] of answer.streams ?? []) state.load({ kind: 'stream', id, row: { revision, leaf } })
  for (const [id, index, request] of answer.keys ?? []) {
    state.load({ kind: 'key', id, row: { index } })
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
}
