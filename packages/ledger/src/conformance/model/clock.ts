/** A clock that moves a little with every look, and jumps when it is told to. */
export interface TestClock {
  look(): Date
  jump(hours: number): void
  /** Every instant that it told, in order: another ledger that is asked the same sees the same time. */
  readonly told: Date[]
}

const HOUR_MS = 3_600_000

export function testClock(): TestClock {
  let now = Date.UTC(2026, 0, 1)
  const told: Date[] = []
  return {
    told,
    look() {
      now += 1
      const instant = new Date(now)
      told.push(instant)
      return instant
    },
    jump(hours) {
      now += hours * HOUR_MS
    },
  }
}

/** A clock that tells once more what another one told. */
export function again(told: readonly Date[]): () => Date {
  let at = 0
  return () => {
    const instant = told[Math.min(at, told.length - 1)]
    at += 1
    if (!instant) throw new Error('the other clock told no time')
    return instant
  }
}
