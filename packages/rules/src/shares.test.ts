import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLessThan, percentageOf, sharesSumTo100, splitByShares } from './shares.ts'

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

test('how much one amount is of another: four decimals, rounded down; of nothing there is no percentage', () => {
  expect([percentageOf(100n, 900n), percentageOf(1n, 3_000_000n), percentageOf(3n, 2n)]).toEqual([
    '11.1111',
    '0',
    '150',
  ])
  expect([percentageOf(5n, 0n), percentageOf(5n, -1n), percentageOf(1n, 20n)]).toEqual([null, null, '5'])
})

test('what is less than a percentage is told exactly, also where four decimals do not show it', () => {
  expect([isLessThan(5n, 100n, '5'), isLessThan(49_999_999n, 1_000_000_000n, '5')]).toEqual([false, true])
  expect([isLessThan(0n, 0n, '5'), isLessThan(0n, 1n, '0'), isLessThan(0n, 1n, '0.0001')]).toEqual([false, false, true])
})
