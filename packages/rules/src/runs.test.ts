import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Run, RunSet, without } from './runs.ts'

const run = (first: number, last: number, account: string): Run => ({
  space: 'national:XT/ITMO',
  batch: 'b',
  class: 'c',
  attributes: '',
  account,
  first: BigInt(first),
  last: BigInt(last),
})

const piece = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 20 }), fc.constantFrom('a', 'b', 'c'))
  .map(([first, length, account]) => run(first, Math.min(60, first + length), account))

/** The owner of each serial, told the slow way. */
function owners(pieces: readonly Run[]): (string | undefined)[] {
  const owner: (string | undefined)[] = []
  for (const { first, last, account } of pieces) {
    for (let serial = Number(first); serial <= Number(last); serial += 1) owner[serial] = account
  }
  return Array.from({ length: 62 }, (_, serial) => owner[serial])
}

test('however units are assigned, runs are maximal, disjoint and say who owns each serial', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const set = new RunSet()
      for (const one of pieces) set.assign(one)
      const all = set.all()
      expect(owners(all)).toEqual(owners(pieces))
      for (const [at, left] of all.entries()) {
        const right = all[at + 1]
        if (!right) continue
        expect(left.last < right.first).toBe(true)
        expect(left.last + 1n === right.first && left.account === right.account).toBe(false)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('pieces are cut to the range that is asked for', () => {
  const set = new RunSet()
  set.assign(run(1, 100, 'a'))
  set.assign(run(41, 60, 'b'))
  const cut = set.pieces({ first: 50n, last: 70n }).map(({ first, last, account }) => [first, last, account])
  expect(cut).toEqual([
    [50n, 60n, 'b'],
    [61n, 70n, 'a'],
  ])
})

test('taking holes away leaves exactly what no hole covers', () => {
  const range = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 15 })).map(([first, length]) => ({
    first: BigInt(first),
    last: BigInt(first + length),
  }))
  fc.assert(
    fc.property(range, fc.array(range, { maxLength: 6 }), (whole, holes) => {
      const left = without([whole], holes)
      for (let serial = whole.first; serial <= whole.last; serial += 1n) {
        const inHole = holes.some(({ first, last }) => first <= serial && serial <= last)
        expect(left.filter(({ first, last }) => first <= serial && serial <= last)).toHaveLength(inHole ? 0 : 1)
      }
      expect(left.every(({ first, last }) => first >= whole.first && last <= whole.last)).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})
