import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sharesSumTo100, splitByShares } from './shares.ts'

test('largest remainder: the parts sum to the whole, equal remainders go to the earlier owner', () => {
  expect(splitByShares(11n, ['60', '40'])).toEqual([7n, 4n])
  expect(splitByShares(1n, ['50', '50'])).toEqual([1n, 0n])
  expect(splitByShares(100n, ['33.3333', '33.3333', '33.3334'])).toEqual([33n, 33n, 34n])
})

test('shares must be positive and sum to 100 exactly', () => {
  expect(sharesSumTo100(['60', '40'])).toBe(true)
  expect(sharesSumTo100(['33.3333', '33.3333', '33.3334'])).toBe(true)
  expect(sharesSumTo100(['60', '39.9999'])).toBe(false)
  expect(sharesSumTo100(['100', '0'])).toBe(false)
})

test('any shares of any quantity: nobody gets more than one unit beside his exact part', () => {
  const parts = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(parts, fc.bigInt({ min: 1n, max: 10n ** 15n }), (weights, quantity) => {
      const shares = asShares(weights)
      const split = splitByShares(quantity, shares)
      expect(split.reduce((sum, part) => sum + part, 0n)).toBe(quantity)
      for (const [at, part] of split.entries()) {
        const exact = (quantity * BigInt(Math.round(Number(shares[at]) * 10_000))) / 1_000_000n
        expect(part === exact || part === exact + 1n).toBe(true)
      }
    }),
  )
})

/** Whole ten-thousandths of a percent that sum to 100 %. */
function asShares(weights: number[]): string[] {
  const sum = weights.reduce((a, b) => a + b, 0)
  const parts = weights.map((weight) => Math.max(1, Math.floor((weight / sum) * 1_000_000)))
  const last = parts.length - 1
  parts[last] = 1_000_000 - parts.slice(0, last).reduce((a, b) => a + b, 0)
  return parts.map((part) => `${Math.floor(part / 10_000)}.${String(part % 10_000).padStart(4, '0')}`)
}
