import { z } from 'zod'

/** A percentage from 0 to 100 with at most four decimals. */
export const Percentage = z
  .string()
  .regex(/^(100(\.0{1,4})?|[1-9]?\d(\.\d{1,4})?)$/, 'must be a percentage with at most 4 decimals')

/** Shares are percentages with at most four decimals; as whole numbers, 100 % is this. */
const WHOLE = 1_000_000n

/** How much one amount is of another, as a percentage with at most four decimals, rounded down; of nothing `null`. */
export function percentageOf(part: bigint, whole: bigint): string | null {
  if (whole <= 0n) return null
  const parts = (part * WHOLE) / whole
  const decimals = (parts % 10_000n).toString().padStart(4, '0').replace(/0+$/, '')
  return `${parts / 10_000n}${decimals === '' ? '' : `.${decimals}`}`
}

/** Is one amount less of another than a percentage? Exact; nothing is less of nothing. */
export function isLessThan(part: bigint, whole: bigint, percentage: string): boolean {
  return part * WHOLE < partsOf(percentage) * whole
}

function partsOf(share: string): bigint {
  const [whole = '0', decimals = ''] = share.split('.')
  return BigInt(whole) * 10_000n + BigInt(decimals.padEnd(4, '0'))
}

export function sharesSumTo100(shares: readonly string[]): boolean {
  return (
    shares.every((share) => partsOf(share) > 0n) && shares.reduce((sum, share) => sum + partsOf(share), 0n) === WHOLE
  )
}

export function sumsToAtMost100(percentages: readonly string[]): boolean {
  return percentages.reduce((sum, percentage) => sum + partsOf(percentage), 0n) <= WHOLE
}

/**
 * Splits a quantity by shares that sum to 100 %: each gets the floor of its part, the units left over go one each to
 * the largest remainders, the earlier owner first among equals. The parts sum to the quantity exactly.
 */
export function splitByShares(quantity: bigint, shares: readonly string[]): bigint[] {
  const exact = shares.map((share) => quantity * partsOf(share))
  const parts = exact.map((value) => value / WHOLE)
  let left = quantity - parts.reduce((sum, part) => sum + part, 0n)
  const byRemainder = exact
    .map((value, owner) => ({ owner, remainder: value % WHOLE }))
    .sort((a, b) => (a.remainder === b.remainder ? a.owner - b.owner : a.remainder > b.remainder ? -1 : 1))
  for (const { owner } of byRemainder) {
    if (left === 0n) break
    parts[owner] = (parts[owner] ?? 0n) + 1n
    left -= 1n
  }
  return parts
}

/** Is a percentage above another? */
export function isAbove(one: string, other: string): boolean {
  return partsOf(one) > partsOf(other)
}

/** A percentage of a quantity in whole units, rounded up or down. */
export function percentOf(quantity: bigint, percentage: string, rounding: 'up' | 'down'): bigint {
  const exact = quantity * partsOf(percentage)
  return rounding === 'up' ? (exact + WHOLE - 1n) / WHOLE : exact / WHOLE
}
