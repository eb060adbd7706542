import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutByHolds, type HoldRow } from './parts.ts'

const hold = fc
  .record({
    on: fc.constantFrom('range', 'batch', 'account', 'other account'),
    first: fc.bigInt(0n, 60n),
    length: fc.bigInt(1n, 30n),
  })
  .map(({ on, first, length }): Omit<HoldRow, 'id'> => {
    const none = { batch: null, account: null, first: null, last: null, reason: 'other', expiresAt: null }
    if (on === 'account') return { ...none, account: 'a' }
    if (on === 'other account') return { ...none, account: 'b' }
    return on === 'batch' ? { ...none, batch: 'x' } : { ...none, batch: 'x', first, last: first + length - 1n }
  })
const holds = fc.array(hold, { maxLength: 6 }).map((list) => list.map((one, at): HoldRow => ({ ...one, id: `${at}` })))
const run = fc
  .record({ first: fc.bigInt(0n, 50n), length: fc.bigInt(1n, 40n) })
  .map(({ first, length }) => ({ first, last: first + length - 1n, account: 'a' }))

function standsOn(one: HoldRow, unit: bigint): boolean {
  if (one.account !== null) return one.account === 'a'
  return one.first === null || one.last === null || (one.first <= unit && unit <= one.last)
}

describe('the parts of a run', () => {
  it('follow each other without a gap, and each unit is in the state that its holds make', () => {
    fc.assert(
      fc.property(run, holds, (held, standing) => {
        const parts = cutByHolds(held, 'holding', standing)
        expect(parts[0]?.first).toBe(held.first)
        expect(parts.at(-1)?.last).toBe(held.last)
        for (const [at, part] of parts.entries()) {
          const next = parts[at + 1]
          if (next) expect(next.first).toBe(part.last + 1n)
          for (let unit = part.first; unit <= part.last; unit += 1n) {
            const expected = standing.filter((one) => standsOn(one, unit)).map(({ id }) => id)
            expect(part.holds.map(({ id }) => id)).toEqual(expected)
            expect(part.state).toBe(expected.length > 0 ? 'on-hold' : 'held')
          }
        }
      }),
    )
  })

  it('are one where units are at rest: no hold changes that', () => {
    const standing: HoldRow[] = [
      { id: '1', batch: 'x', account: null, first: 2n, last: 3n, reason: 'other', expiresAt: null },
    ]
    const parts = cutByHolds({ first: 1n, last: 9n, account: 'a' }, 'retirement', standing)
    expect(parts).toEqual([{ first: 1n, last: 9n, account: 'a', state: 'retired', holds: [] }])
  })
})
