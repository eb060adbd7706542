import { append, type Ledger, nextInstant, type Outcome, type Receipt, type Submission } from '@tallystick/ledger'
import {
  balanceId,
  type Command,
  invariant,
  isRefusal,
  type Keys,
  type Put,
  type Refusal,
  type RowKind,
  type Rows,
  reads,
  Shelf,
  State,
} from '@tallystick/rules'

type Sent = Command & { key: string }

/** What is asked of the answer to a command that was carried out. */
export type Written = Pick<Receipt, 'index' | 'repeated'>

/** The part of a ledger that an import works with. */
export interface RecordLedger extends Pick<Ledger, 'genesis' | 'loggedKey' | 'row' | 'balances'> {
  execute(submission: Submission): Promise<Answer>
}

export type Answer = Written | Exclude<Outcome, Receipt>

export function isWritten(answer: Answer): answer is Written {
  return 'repeated' in answer
}

/**
 * A ledger to try commands on. It answers as the true one would, by the same rules on the same state, and keeps what it
 * writes to itself, in memory.
 */
export class Rehearsal implements RecordLedger {
  readonly #ledger: Ledger
  readonly #state = new State('partial')
  readonly #shelf = new Shelf()
  readonly #accounts = new Set<string>()
  readonly #ranges = new Set<string>()
  #ready: Promise<void> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  genesis() {
    return this.#ledger.genesis()
  }

  loggedKey(key: Submission['key']): Promise<string> {
    return this.#ledger.loggedKey(key)
  }

  /** Commands are tried one after the other, in the order of the calls; what they look at is loaded beforehand. */
  execute(submission: Submission): Promise<Answer> {
    const command = this.#prepare(submission)
    const outcome = Promise.all([command, this.#turn]).then(([command]) => this.#judge(command))
    this.#turn = outcome.catch(() => undefined)
    return outcome
  }

  async row<K extends RowKind>(kind: K, id: string): Promise<Rows[K] | undefined> {
    await this.#loadRow(kind, id)
    return this.#state.get(kind, id)
  }

  async balances(account: string) {
    await this.#loadBalances(account)
    const prefix = balanceId(account, '')
    return [...this.#state.rows()].flatMap((put) =>
      put.kind === 'balance' && put.row && put.id.startsWith(prefix)
        ? [{ class: put.id.slice(prefix.length), balance: put.row }]
        : [],
    )
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
    if (isRefusal(appended)) return appended
    return { index: appended.index, repeated: false }
  }

  async #start(): Promise<void> {
    const { size, at } = await this.#ledger.head()
    this.#state.size = size
    this.#state.at = at
    await this.#loadRow('ledger', 'ledger')
    for (const { bytes } of await this.#ledger.documents()) this.#shelf.add(bytes)
  }

  /** Loads what the rules look at, until they name nothing new. */
  async #load(command: Sent): Promise<Refusal | undefined> {
    const law = this.#shelf.inForce(this.#state.ledger())
    invariant(law, 'the documents in force are kept')
    for (;;) {
      const keys = reads(this.#state, command, law)
      if (isRefusal(keys)) return keys
      const missing = keys.rows.filter(({ kind, id }) => !this.#state.isLoaded(kind, id))
      await Promise.all(missing.map(({ kind, id }) => this.#loadRow(kind, id)))
      await Promise.all(keys.runs.map((range) => this.#loadRuns(range)))
      if (missing.length === 0) return undefined
    }
  }

  async #loadRuns(range: Keys['runs'][number]): Promise<void> {
    const key = `${range.space} ${range.first} ${range.last}`
    if (this.#ranges.has(key)) return
    const runs = await this.#ledger.runs(range.space, range, Number.MAX_SAFE_INTEGER)
    for (const run of runs) this.#state.loadRun(run)
    this.#ranges.add(key)
  }

  async #loadRow(kind: RowKind, id: string): Promise<void> {
    if (this.#state.isLoaded(kind, id)) return
    if (kind === 'balance') {
      await this.#loadBalances(id.slice(0, id.indexOf('|')))
      this.#state.markLoaded(kind, id)
      return
    }
    const row = await this.#ledger.row(kind, id)
    if (row) this.#state.load({ kind, id, row } as Put)
    else this.#state.markLoaded(kind, id)
  }

  /** All balances of an account at once: an import meets most of them. */
  async #loadBalances(account: string): Promise<void> {
    if (this.#accounts.has(account)) return
    for (const { class: unitClass, balance } of await this.#ledger.balances(account)) {
      this.#state.load({ kind: 'balance', id: balanceId(account, unitClass), row: balance })
    }
    this.#accounts.add(account)
  }
}
