import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Asked, assign, chosenFor, serves } from './approvals.ts'

/** As many places as can be taken, found by trying every way. */
function most(approvers: number, canTake: (approver: number, place: number) => boolean, places: number[]): number {
  if (approvers === 0) return 0
  const without = most(approvers - 1, canTake, places)
  const withIt = places
    .filter((place) => canTake(approvers - 1, place))
    .map(
      (place) =>
        1 +
        most(
          approvers - 1,
          canTake,
          places.filter((other) => other !== place),
        ),
    )
  return Math.max(without, ...withIt)
}

const table = fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), { maxLength: 5 })

describe('approvals are matched to what is asked for', () => {
  test('as many as can be, each for one, whatever the order', () => {
    fc.assert(
      fc.property(table, (can) => {
        const canTake = (approver: number, place: number) => can[approver]?.[place] === true
        const taken = assign(can.length, 4, canTake)
        const places = taken.filter((place) => place !== undefined)
        expect(new Set(places).size).toBe(places.length)
        for (const [approver, place] of taken.entries())
          expect(place === undefined || canTake(approver, place)).toBe(true)
        expect(places.length).toBe(most(can.length, canTake, [0, 1, 2, 3]))
      }),
    )
  })

  test('whoever was given a place keeps one when others come', () => {
    fc.assert(
      fc.property(table, (can) => {
        const canTake = (approver: number, place: number) => can[approver]?.[place] === true
        for (let count = 1; count <= can.length; count += 1) {
          const [before, after] = [assign(count - 1, 4, canTake), assign(count, 4, canTake)]
          expect(before.map((place) => place !== undefined)).toEqual(
            after.slice(0, -1).map((place) => place !== undefined),
          )
        }
      }),
    )
  })

  const role = fc.constantFrom('environment/Admin', 'finance/Admin', 'energy/Admin')
  const asking = fc.array(fc.option(fc.uniqueArray(role, { minLength: 1 })), { maxLength: 4 })
  const approving = fc.array(fc.record({ role, isHolder: fc.boolean() }), { maxLength: 6 })

  test('what is chosen is enough alone, and the order of approvals does not matter', () => {
    fc.assert(
      fc.property(asking, approving, (asked: Asked[], given) => {
        const chosen = chosenFor(asked, given)
        expect(chosenFor(asked, given.toReversed()) === undefined).toBe(chosen === undefined)
        if (!chosen) return
        expect(chosen.length).toBe(asked.length)
        expect(chosenFor(asked, chosen)).toEqual(chosen)
        expect(chosen.every((one) => asked.some((place) => serves(one, place)))).toBe(true)
      }),
    )
  })

  test('two of one ministry are not two ministries', () => {
    const both = [['environment/Admin', 'finance/Admin'], ['finance/Admin']]
    const [environment, finance] = ['environment/Admin', 'finance/Admin'].map((role) => ({ role, isHolder: false }))
    if (!environment || !finance) throw new Error('both are there')
    expect(chosenFor(both, [environment, environment])).toBeUndefined()
    expect(chosenFor(both, [finance, environment])).toHaveLength(2)
    expect(chosenFor(both, [environment, finance])).toHaveLength(2)
    expect(chosenFor([['environment/Admin'], ['finance/Admin']], [finance, finance])).toBeUndefined()
  })
})
