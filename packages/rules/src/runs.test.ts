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

/** Runs as a flat sorted list, joined anew after every change. */
class PlainRuns {
  #runs: Run[] = []

  all(): Run[] {
    return this.#runs
  }

  overlapping({ first, last }: { first: bigint; last: bigint }): Run[] {
    return this.#runs.filter((one) => one.last >= first && one.first <= last)
  }

  ownedBy(account: string): Run[] {
    return this.#runs.filter((one) => one.account === account)
  }

  clear(range: { first: bigint; last: bigint }): void {
    this.#runs = this.#runs.flatMap((old) => without([old], [range]).map((part) => ({ ...old, ...part })))
  }

  assign(one: Run): void {
    const rest = this.#runs.flatMap((old) => without([old], [one]).map((part) => ({ ...old, ...part })))
    const sorted = [...rest, one].sort((a, b) => (a.first < b.first ? -1 : 1))
    this.#runs = []
    for (const next of sorted) {
      const before = this.#runs.at(-1)
      if (before && before.last + 1n === next.first && before.account === next.account) {
        this.#runs[this.#runs.length - 1] = { ...before, last: next.last }
      } else this.#runs.push(next)
    }
  }
}

test('many runs are kept as a plain list would keep them', () => {
  const WIDTH = 6_000
  const short = fc
    .tuple(fc.nat(WIDTH), fc.nat(4), fc.constantFrom('a', 'b', 'c'))
    .map(([first, length, account]) => run(first, first + length, account))
  const long = fc
    .tuple(fc.nat(WIDTH), fc.nat(WIDTH / 2), fc.constantFrom('a', 'b', 'c'))
    .map(([first, length, account]) => run(first, first + length, account))
  const changes = fc.array(fc.oneof({ weight: 30, arbitrary: short }, { weight: 1, arbitrary: long }), {
    minLength: 1,
    maxLength: 60,
  })
  fc.assert(
    fc.property(fc.boolean(), changes, short, (full, list, asked) => {
      const touched = new Map<bigint, string>()
      const set = new RunSet(touched)
      const plain = new PlainRuns()
      // Every other serial has an owner of its own: several chunks from the start.
      for (let serial = 0; full && serial < WIDTH; serial += 4) {
        set.insert(run(serial, serial + 1, serial % 8 === 0 ? 'd' : 'e'))
        plain.all().push(run(serial, serial + 1, serial % 8 === 0 ? 'd' : 'e'))
      }
      const before = new Map(set.all().map((one) => [one.first, one]))
      expect(touched.size).toBe(0)
      for (const one of list) {
        for (const account of ['a', 'd']) expect([...set.ownedBy(account)]).toEqual(plain.ownedBy(account))
        if (one.account === 'c') {
          set.clear(one)
          plain.clear(one)
          continue
        }
        set.assign(one)
        plain.assign(one)
        expect(set.overlapping(one)).toEqual(plain.overlapping(one))
      }
      expect(set.all()).toEqual(plain.all())
      expect(set.size).toBe(plain.all().length)
      expect(set.overlapping(asked)).toEqual(plain.overlapping(asked))
      for (const account of ['a', 'b', 'd', 'e']) expect([...set.ownedBy(account)]).toEqual(plain.ownedBy(account))
      // Who writes what was touched over what was there before has what is there now.
      for (const first of touched.keys()) before.delete(first)
      for (const first of touched.keys()) {
        const now = set.startingAt(first)
        if (now) before.set(first, now)
      }
      expect([...before.values()].sort((a, b) => (a.first < b.first ? -1 : 1))).toEqual(plain.all())
      set.assign(run(0, 2 * WIDTH, 'f'))
      expect(set.all()).toEqual([run(0, 2 * WIDTH, 'f')])
    }),
    { numRuns: 60 },
  )
})

test('a run is not inserted over another', () => {
  const set = new RunSet()
  for (let serial = 0; serial < 5_000; serial += 2) set.insert(run(serial, serial, 'a'))
  expect(set.all()).toHaveLength(2_500)
  expect(() => set.insert(run(3_999, 4_000, 'b'))).toThrow('do not overlap')
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
