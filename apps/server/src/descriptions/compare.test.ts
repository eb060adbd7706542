import fc from 'fast-check'
import { expect, it } from 'vitest'
import { differences } from './compare.ts'

const RUNS = 2_000

const name = fc.constantFrom('a', 'b', 'cost', 'amount', '__proto__', 'constructor', 'toString')
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    fc.constantFrom('', '1', '1.0', true, false, 0, 1, -0),
    fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }),
    tie('members'),
  ),
  members: fc.dictionary(name, tie('value'), { maxKeys: 4 }),
}))
const members = fc.dictionary(name, value, { maxKeys: 4 }) as fc.Arbitrary<Record<string, unknown>>

it('what is the same has no differences, whatever the order of its members', () => {
  fc.assert(
    fc.property(members, (some) => {
      const turned = Object.fromEntries(Object.entries(some).reverse())
      expect(differences(some, turned)).toEqual([])
    }),
    { numRuns: RUNS },
  )
})

it('every difference is told once, and the other way round it is told the other way round', () => {
  fc.assert(
    fc.property(members, members, (some, others) => {
      const there = differences(some, others)
      const back = differences(others, some).map(({ field, from, to }) => ({ field, from: to, to: from }))
      expect(back).toEqual(there)
      const told = new Set(there.map(({ field }) => field.split('.')[0]))
      const names = [...new Set([...Object.keys(some), ...Object.keys(others)])]
      const same = (one: string) => JSON.stringify(sorted(some[one])) === JSON.stringify(sorted(others[one]))
      const both = (one: string) => Object.hasOwn(some, one) === Object.hasOwn(others, one)
      expect(names.filter((one) => !(both(one) && same(one))).toSorted()).toEqual([...told].toSorted())
    }),
    { numRuns: RUNS },
  )
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]) => [key, sorted(member)] as const)
  return { members: entries.toSorted(([one], [other]) => (one < other ? -1 : 1)) }
}
