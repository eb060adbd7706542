import { append, type Ledger, nextInstant, type Outcome, type Receipt, type Submission } from '@tallystick/ledger'
import {
  balanceId,
  type Command,
  invariant,
  isRefusal,
  type Keys,
  type Put,
  type Refusal,
  type RowKey,
  type RowKind,
  type Rows,
  type Run,
  reads,
  Shelf,
  State,
} from '@tallystick/rules'
import { Gathered } from '../platform/gathered.ts'
import { SpilledState } from './spilled-state.ts'

type Sent = Command & { key: string }

/** What is asked of the answer to a command that was carried out. */
export type Written = Pick<Receipt, 'index' | 'repeated'>

/** The part of a ledger that an import works with. */
export interface RecordLedger extends Pick<Ledger, 'genesis' | 'loggedKey' | 'row' | 'rows' | 'balances' | 'stream'> {
  execute(submission: Submission): Promise<Answer>
}

export type Answer = Written | Exclude<Outcome, Receipt>

export function isWritten(answer: Answer): answer is Written {
  return 'repeated' in answer
}

/** Rows and runs in memory, beyond which what was changed goes to a file and the rest is let go. */
const MOST_KEPT = 20_000

/** Commands after which it is seen how much there is in memory. */
const COMMANDS_A_LOOK = 200

/**
 * A ledger to try commands on. It answers as the true one would, by the same rules on the same state, and keeps what it
 * writes to itself: in memory, and what does not fit there in a file that `close` takes away.
 */
export class Rehearsal implements RecordLedger {
  readonly #ledger: Ledger
  readonly #mostKept: number
  #state = new State('partial')
  #spilled: SpilledState | undefined
  readonly #shelf = new Shelf()
  /** Ranges whose runs were loaded. */
  readonly #ranges = new Set<string>()
  /** Rows of the true ledger, by `kind id`. */
  readonly #true: Gathered<ReadonlyMap<string, Put>>
  #judged = 0
  #ready: Promise<void> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(ledger: Ledger, mostKept = MOST_KEPT) {
    this.#ledger = ledger
    this.#mostKept = mostKept
    this.#true = new Gathered((names) => trueRows(ledger, names))
  }

  genesis() {
    return this.#ledger.genesis()
  }

  loggedKey(key: Submission['key']): Promise<string> {
    return this.#ledger.loggedKey(key)
  }

  /** What the true ledger holds: what was tried here is not in it. */
  stream(id: string, from: number, most: number) {
    return this.#ledger.stream(id, from, most)
  }

  /** Commands are tried one after the other, in the order of the calls; what they look at is loaded beforehand. */
  execute(submission: Submission): Promise<Answer> {
    const command = this.#prepare(submission)
    const outcome = Promise.all([command, this.#turn]).then(([command]) => this.#judge(command))
    this.#turn = outcome.catch(() => undefined)
    return outcome
  }

  async row<K extends RowKind>(kind: K, id: string): Promise<Rows[K] | undefined> {
    return (await this.rows(kind, [id])).get(id)
  }

  async rows<K extends RowKind>(kind: K, ids: readonly string[]): Promise<Map<string, Rows[K]>> {
    await this.#loadRows(ids.map((id) => ({ kind, id })))
    return new Map(
      ids.flatMap((id) => {
        const row = this.#state.peek(kind, id)
        return row ? [[id, row]] : []
      }),
    )
  }

  async balances(account: string) {
    const found = new Map<string, Rows['balance']>()
    for (const { class: unitClass, balance } of await this.#ledger.balances(account)) {
      found.set(balanceId(account, unitClass), balance)
    }
    const prefix = balanceId(account, '')
    for (const [id, balance] of this.#spilled?.balances(account) ?? []) found.set(id, balance)
    for (const put of this.#state.touchedRows()) {
      if (put.kind === 'balance' && put.row && put.id.startsWith(prefix)) found.set(put.id, put.row)
    }
    return [...found].map(([id, balance]) => ({ class: id.slice(prefix.length), balance }))
  }

  async close(): Promise<void> {
    await this.#turn
    this.#spilled?.close()
    this.#spilled = undefined
  }

  async #prepare({ type, by, approvals = [], key, request }: Submission): Promise<Sent> {
    this.#ready ??= this.#start()
    await this.#ready
    const command = { type, by, approvals, request, key: await this.#ledger.loggedKey(key) }
    await this.#load(command)
    return command
  }

  async #judge(command: Sent): Promise<Answer> {
    const refused = await this.#load(command)
    if (refused) return refused
    const known = this.#state.get('key', command.key)
    if (known) return { index: known.index, repeated: true }
    const appended = append(this.#state, command, nextInstant(this.#state.at, new Date()), this.#shelf)
    this.#judged += 1
    const looks = this.#judged % Math.min(COMMANDS_A_LOOK, this.#mostKept) === 0
    if (looks && this.#state.count() + this.#ranges.size > this.#mostKept) this.#spill()
    if (isRefusal(appended)) return appended
    return { index: appended.index, repeated: false }
  }

  async #start(): Promise<void> {
    const { size, at } = await this.#ledger.head()
    this.#state.size = size
    this.#state.at = at
    await this.#loadRows([{ kind: 'ledger', id: 'ledger' }])
    for (const { bytes } of await this.#ledger.documents()) this.#shelf.add(bytes)
  }

  /** Goes on with an empty memory. What is being loaded meanwhile looks into the file before it is used. */
  #spill(): void {
    this.#spilled ??= new SpilledState()
    this.#spilled.take(this.#state)
    const { size, at } = this.#state
    const fresh = new State('partial')
    Object.assign(fresh, { size, at })
    fresh.load({ kind: 'ledger', id: 'ledger', row: this.#state.ledger() })
    this.#state = fresh
    this.#ranges.clear()
  }

  /** Loads what the rules look at, until they name nothing new. */
  async #load(command: Sent): Promise<Refusal | undefined> {
    const law = this.#shelf.inForce(this.#state.ledger())
    invariant(law, 'the documents in force are kept')
    for (;;) {
      const keys = reads(this.#state, command, law)
      if (isRefusal(keys)) return keys
      const missing = keys.rows.filter(({ kind, id }) => !this.#state.isLoaded(kind, id))
      const ranges = keys.runs.filter((range) => !this.#ranges.has(nameOf(range)))
      if (missing.length === 0 && ranges.length === 0) return undefined
      await Promise.all([this.#loadRows(missing), ...ranges.map((range) => this.#loadRuns(range))])
    }
  }

  /** The true ledger's runs, but for those that were changed here; with neighbours, which new ones may join. */
  async #loadRuns(range: Keys['runs'][number]): Promise<void> {
    const { space, first, last } = range
    const wider = { first: first - 1n, last: last + 1n }
    const runs = await this.#ledger.runs(space, wider, Number.MAX_SAFE_INTEGER)
    const own = this.#spilled?.runs(space, wider) ?? []
    const isChanged = (run: Run) => own.some((other) => other.first <= run.last && other.last >= run.first)
    for (const run of [...own, ...runs.filter((run) => !isChanged(run))]) this.#state.loadRun(run)
    this.#ranges.add(nameOf(range))
  }

  async #loadRows(keys: readonly RowKey[]): Promise<void> {
    const missing = keys.filter(({ kind, id }) => !this.#state.isLoaded(kind, id))
    const unknown = missing.filter(({ kind, id }) => this.#spilled?.row(kind, id) === undefined)
    const names = unknown.map(({ kind, id }) => `${kind} ${id}`)
    const rows = names.length === 0 ? undefined : await this.#true.get(names)
    for (const { kind, id } of missing) {
      const own = this.#spilled?.row(kind, id)
      const put = own === undefined ? rows?.get(`${kind} ${id}`) : ({ kind, id, row: own } as Put)
      if (put) this.#state.load(put)
      else this.#state.markLoaded(kind, id)
    }
  }
}

function nameOf({ space, first, last }: Keys['runs'][number]): string {
  return `${space} ${first} ${last}`
}

async function trueRows(ledger: Ledger, names: readonly string[]): Promise<Map<string, Put>> {
  const keys = names.map((name) => {
    const at = name.indexOf(' ')
    return { name, kind: name.slice(0, at) as RowKind, id: name.slice(at + 1) }
  })
  const found = new Map<string, Put>()
  await Promise.all(
    [...Map.groupBy(keys, ({ kind }) => kind)].map(async ([kind, ofKind]) => {
      const rows = await ledger.rows(
        kind,
        ofKind.map(({ id }) => id),
      )
      for (const { name, id } of ofKind) {
        const row = rows.get(id)
        if (row) found.set(name, { kind, id, row } as Put)
      }
    }),
  )
  return found
}
