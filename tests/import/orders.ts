import { randomInt } from 'node:crypto'

/** The seed of a run: from the environment, to run one again, or a random one. Printed by who uses it. */
export function seedOf(variable: string): number {
  const given = Number(process.env[variable])
  const seed = Number.isSafeInteger(given) && given > 0 ? given : randomInt(1, 1_000_000_000)
  console.log(`${variable}=${seed}`)
  return seed
}

/** A seeded source of whole numbers below a bound (mulberry32). */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** The items in an order that the seed tells. */
export function orderOf<T>(items: readonly T[], seed: number): T[] {
  const below = numbersFrom(seed)
  return items
    .map((item) => ({ item, key: below(2 ** 31) }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item)
}
