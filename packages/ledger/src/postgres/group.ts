import { busy, isPassing, LedgerBusy, PATIENCE_MS, Pauses } from './passing.ts'

/** Most commands in one transaction. */
const MAX_GROUP = 200

/** Most calls that wait for their turn. */
const MAX_WAITING = 10_000

interface Waiting<In, Out> {
  input: In
  /** When it is given up, if the database is away; milliseconds since 1970. */
  until: number
  /** Its group failed, so that it runs by itself. */
  alone: boolean
  resolve(output: Out): void
  reject(error: unknown): void
}

/**
 * Gathers calls and hands them on in groups, one group at a time: what arrives while a group runs makes the next one.
 * A group that fails is run again call by call, so that only the call that breaks fails. A failure that passes is tried
 * again until the calls' own time is over. Errors: `LedgerBusy` for those, and at once where too many wait.
 */
export class Grouping<In, Out> {
  readonly #run: (inputs: In[]) => Promise<Out[]>
  readonly #patienceMs: number
  readonly #mostWaiting: number
  #waiting: Waiting<In, Out>[] = []
  #running: Promise<void> | undefined

  /** `run` answers one output for each input, in their order, or fails and has done nothing. */
  constructor(
    run: (inputs: In[]) => Promise<Out[]>,
    { patienceMs = PATIENCE_MS, mostWaiting = MAX_WAITING }: { patienceMs?: number; mostWaiting?: number } = {},
  ) {
    this.#run = run
    this.#patienceMs = patienceMs
    this.#mostWaiting = mostWaiting
  }

  call(input: In): Promise<Out> {
    if (this.#waiting.length >= this.#mostWaiting) {
      return Promise.reject(new LedgerBusy(`${this.#mostWaiting} commands wait already`))
    }
    const until = Date.now() + this.#patienceMs
    const answer = new Promise<Out>((resolve, reject) =>
      this.#waiting.push({ input, until, alone: false, resolve, reject }),
    )
    this.#running ??= this.#drain()
    return answer
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  async #drain(): Promise<void> {
    // Calls of the same turn of the event loop share a group.
    await new Promise((resolve) => setImmediate(resolve))
    let pauses = new Pauses()
    while (this.#waiting.length > 0) {
      const failure = await this.#runNext()
      if (failure === undefined) {
        pauses = new Pauses()
      } else {
        this.#giveUpLate(failure)
        await pauses.pause()
      }
    }
    this.#running = undefined
  }

  /** Runs the next group. Answers the failure after which it is to be tried again. */
  async #runNext(): Promise<unknown> {
    const group = this.#waiting.splice(0, this.#waiting[0]?.alone ? 1 : MAX_GROUP)
    try {
      const outputs = await this.#run(group.map(({ input }) => input))
      for (const [at, { resolve }] of group.entries()) resolve(outputs[at] as Out)
    } catch (error) {
      if (isPassing(error)) {
        this.#waiting.unshift(...group)
        return error
      }
      if (group.length === 1 || error instanceof LedgerBusy) for (const { reject } of group) reject(error)
      else this.#waiting.unshift(...group.map((call) => ({ ...call, alone: true })))
    }
    return undefined
  }

  #giveUpLate(cause: unknown): void {
    const now = Date.now()
    const late = this.#waiting.filter(({ until }) => until <= now)
    this.#waiting = this.#waiting.filter(({ until }) => until > now)
    for (const { reject } of late) reject(busy(cause))
  }
}
