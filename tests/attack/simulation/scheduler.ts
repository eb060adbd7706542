import { Dice } from '../../support/ledger-fixture.ts'

/** Dice for very many throws: as good as any for chance, good for nothing secret. */
export class QuickDice extends Dice {
  #state: number

  constructor(seed: string) {
    super(seed)
    this.#state = this.bytes().readUInt32BE() | 1
  }

  /** Marsaglia's xorshift of 32 bits. */
  override below(below: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % below
  }
}

/** One life of a process: when it is killed, what it waits for never comes. */
export interface Life {
  name: string
  alive: boolean
}

interface Event {
  at: number
  order: number
  life: Life
  resume(): void
}

export interface Scheduler {
  /** Simulated time, milliseconds. */
  now(): number
  /** Starts a process; its work begins when the scheduler runs. */
  spawn(life: Life, work: () => Promise<void>): void
  /** Hands over to the others for a while of simulated time. Every wait of a process goes through here. */
  pause(life: Life, ms?: number): Promise<void>
  /** Runs until nothing is left to happen, or the simulated time is over. */
  run(untilMs: number): Promise<void>
}

/**
 * Runs processes one at a time on simulated time: which of those that are due goes on is drawn from the dice, so that a
 * seed tells the whole story.
 */
export function createScheduler(dice: Dice): Scheduler {
  const events: Event[] = []
  let now = 0
  let parked = () => {}

  const plan = (life: Life, ms: number, resume: () => void) => {
    events.push({ at: now + ms, order: dice.below(1_000_000), life, resume })
  }
  const takeNext = () => {
    let next = 0
    for (const [at, event] of events.entries()) {
      const best = events[next]
      if (best && (event.at < best.at || (event.at === best.at && event.order < best.order))) next = at
    }
    return events.splice(next, 1)[0]
  }
  /** Lets one process go on until it pauses again or ends. */
  const step = (event: Event) =>
    new Promise<void>((resolve) => {
      parked = resolve
      event.resume()
    })

  let failure: unknown
  return {
    now: () => now,
    spawn(life, work) {
      plan(life, 0, () => {
        work()
          .catch((error: unknown) => {
            failure ??= error
          })
          .finally(() => parked())
      })
    },
    pause(life, ms = dice.below(4)) {
      const waiting = new Promise<void>((resume) => plan(life, ms, resume))
      parked()
      return waiting
    },
    async run(untilMs) {
      while (events.length > 0 && failure === undefined) {
        const event = takeNext()
        if (!event || event.at > untilMs) return
        if (!event.life.alive) continue
        now = Math.max(now, event.at)
        await step(event)
      }
      if (failure !== undefined) throw failure
    },
  }
}
