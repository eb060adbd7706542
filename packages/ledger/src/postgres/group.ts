import { busy, isPassing, LedgerBusy, PATIENCE_MS, Pauses } from './passing.ts'

/** Most commands that are written together. */
const MAX_GROUP = 100

/** Most calls that wait for their turn. */
const MAX_WAITING = 10_000

/** Most groups under way: one is decided, those before it wait for the database, which then never waits for them. */
export const MOST_UNDER_WAY = 4

/**
 * A part of the largest group that is worth one beside those under way; fewer calls wait for one to end. What a group costs
 * by itself is then shared by enough of them, so that a load well below the most that is possible leaves room.
 */
const WORTH_A_GROUP = 0.25

interface Waiting<In, Out> {
  input: In
  /** When it is given up, if the database is away; milliseconds since 1970. */
  until: number
  /** Its group failed, so that it runs by itself. */
  alone: boolean
  resolve(output: Out): void
  reject(error: unknown): void
}

export interface GroupingOptions {
  /** How long calls are tried again; milliseconds. */
  patienceMs?: number
  mostWaiting?: number
  mostInGroup?: number
}

/** Answers one output for each input, in their order, or fails and has done nothing. `next`: another group may begin. */
export type Run<In, Out> = (inputs: In[], next: () => void) => Promise<Out[]>

/**
 * Gathers calls and hands them on in groups: what arrives before a group may begin makes it. A group that fails is run
 * again call by call, so that only the call that breaks fails. A failure that passes is tried again until the calls' own
 * time is over. Errors: `LedgerBusy` for those, and at once where too many wait.
 */
export class Grouping<In, Out> {
  readonly #run: Run<In, Out>
  readonly #patienceMs: number
  readonly #mostWaiting: number
  readonly #mostInGroup: number
  /** So many waiting calls are worth a group beside those under way. */
  readonly #worthAGroup: number
  #waiting: Waiting<In, Out>[] = []
  #underWay = 0
  /** The group that began last has not let in the next one. */
  #closed = false
  /** Pauses under way: nothing begins in them. */
  #pausing = 0
  #pauses = new Pauses()
  /** To be called when nothing waits and nothing is under way. */
  #whenIdle: (() => void)[] = []

  constructor(
    run: Run<In, Out>,
    { patienceMs = PATIENCE_MS, mostWaiting = MAX_WAITING, mostInGroup = MAX_GROUP }: GroupingOptions = {},
  ) {
    this.#run = run
    this.#patienceMs = patienceMs
    this.#mostWaiting = mostWaiting
    this.#mostInGroup = mostInGroup
    this.#worthAGroup = Math.ceil(mostInGroup * WORTH_A_GROUP)
  }

  call(input: In): Promise<Out> {
    if (this.#waiting.length >= this.#mostWaiting) {
      return Promise.reject(new LedgerBusy(`${this.#mostWaiting} commands wait already`))
    }
    const until = Date.now() + this.#patienceMs
    const answer = new Promise<Out>((resolve, reject) =>
      this.#waiting.push({ input, until, alone: false, resolve, reject }),
    )
    if (this.#waiting.length === 1 || this.#waiting.length === this.#worthAGroup) this.#beginSoon()
    return answer
  }

  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve()
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  #isIdle(): boolean {
    return this.#underWay === 0 && this.#waiting.length === 0
  }

  /** Calls of the same turn of the event loop share a group. */
  #beginSoon(): void {
    setImmediate(() => this.#begin())
  }

  #begin(): void {
    if (this.#closed || this.#pausing > 0 || this.#underWay >= MOST_UNDER_WAY) return
    if (this.#waiting.length < (this.#underWay === 0 ? 1 : this.#worthAGroup)) return
    const group = this.#waiting.splice(0, this.#waiting[0]?.alone ? 1 : this.#mostInGroup)
    this.#closed = true
    this.#underWay += 1
    let isOpen = false
    // Only once: after that, it is the next group that keeps others out.
    const open = () => {
      if (isOpen) return
      isOpen = true
      this.#closed = false
      this.#beginSoon()
    }
    void this.#runGroup(group, open).then(async (failure) => {
      this.#underWay -= 1
      if (failure === undefined) this.#pauses = new Pauses()
      else await this.#pauseAfter(failure, open)
      open()
      this.#beginSoon()
      if (this.#isIdle()) for (const resolve of this.#whenIdle.splice(0)) resolve()
    })
  }

  /** A group that has begun meanwhile goes on. */
  async #pauseAfter(failure: unknown, open: () => void): Promise<void> {
    this.#giveUpLate(failure)
    this.#pausing += 1
    open()
    await this.#pauses.pause()
    this.#pausing -= 1
  }

  /** Runs a group. Answers the failure after which it is to be tried again. */
  async #runGroup(group: Waiting<In, Out>[], next: () => void): Promise<unknown> {
    const inputs = group.map(({ input }) => input)
    try {
      const outputs = await this.#run(inputs, next)
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
