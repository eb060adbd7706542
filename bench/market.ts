import { chanceOf } from './load.ts'
import { type Holder, LOT, LOTS_HELD, type World } from './world.ts'

/** A transfer that must succeed: the lot is there, and nobody else is about to move it. */
export interface Deal {
  from: Holder
  to: Holder
  request: { batch: string; from: string; to: string; quantity: string }
  /** To be called with the answer. */
  settle(succeeded: boolean): void
}

/** Chooses transfers of one lot between the holders of a world, and knows who has how many lots of what. */
export class Market {
  readonly #world: World
  readonly #chance: () => number
  /** Lots of each holder in each batch that are not promised to anybody. */
  readonly #lots: number[][]

  /** The world is as it was made, unless it is said how many lots everybody has. */
  constructor(world: World, seed: number, lots?: number[][]) {
    this.#world = world
    this.#chance = chanceOf(seed)
    this.#lots = lots ?? world.holders.map(() => world.batches.map(() => LOTS_HELD))
  }

  /** The market of a copy of the ledger, made while nothing was under way. */
  copy(seed: number): Market {
    return new Market(
      this.#world,
      seed,
      this.#lots.map((lots) => [...lots]),
    )
  }

  /** Between two holders at random. */
  random(): Deal {
    for (;;) {
      const [from, to] = [this.#holder(), this.#holder()]
      const deal = from === to ? undefined : this.#deal(from, to)
      if (deal) return deal
    }
  }

  /** Between one holder, always the same, and another at random, in either direction. */
  hot(): Deal {
    for (;;) {
      const other = 1 + Math.floor(this.#chance() * (this.#world.holders.length - 1))
      const deal = this.#chance() < 0.5 ? this.#deal(0, other) : this.#deal(other, 0)
      if (deal) return deal
    }
  }

  #holder(): number {
    return Math.floor(this.#chance() * this.#world.holders.length)
  }

  #deal(fromAt: number, toAt: number): Deal | undefined {
    const batchAt = Math.floor(this.#chance() * this.#world.batches.length)
    const [from, to] = [this.#world.holders[fromAt], this.#world.holders[toAt]]
    const [giver, taker] = [this.#lots[fromAt], this.#lots[toAt]]
    const batch = this.#world.batches[batchAt]
    if (!from || !to || !giver || !taker || batch === undefined || !giver[batchAt]) return undefined
    giver[batchAt] -= 1
    const settle = (succeeded: boolean) => {
      const [side, lots] = succeeded ? [taker, taker[batchAt]] : [giver, giver[batchAt]]
      side[batchAt] = (lots ?? 0) + 1
    }
    return { from, to, request: { batch, from: from.account, to: to.account, quantity: String(LOT) }, settle }
  }
}
