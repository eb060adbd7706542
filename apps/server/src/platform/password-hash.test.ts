import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COST, hashOfRandom, passwordHasher, randomPassword } from './password-hash.ts'
import { ProblemError } from './problem.ts'

const QUICK = { logN: 4, r: 1, p: 1 }

describe('a stored password', () => {
  it('is one that matches, and no other, with one slow hash whatever is stored', async () => {
    const hasher = passwordHasher(QUICK)
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(text, text, async (password, other) => {
        const stored = await hasher.hash(password)
        expect(stored).toMatch(/^scrypt\$4\$1\$1\$[\w-]{22}\$[\w-]{43}$/)
        const same = other.normalize('NFKC') === password.normalize('NFKC')
        for (const [tried, found, isIt] of [
          [password, stored, true],
          [other, stored, same],
          [other, hashOfRandom(password), same],
          [password, hashOfRandom(password), true],
          [password, undefined, false],
          [password, '', false],
          [password, stored.replace('scrypt', 'plain'), false],
        ] as const) {
          const before = hasher.work
          expect(await hasher.matches(tried, found)).toBe(isIt)
          expect(hasher.work).toBe(before + 1)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('is never the same twice, and does not hold the password', async () => {
    const hasher = passwordHasher(QUICK)
    const all = await Promise.all(Array.from({ length: 20 }, () => hasher.hash('nine quiet herons')))
    expect(new Set(all).size).toBe(20)
    expect(all.join()).not.toContain('heron')
  })

  it('is compared at the cost at which it was hashed, and known for outdated', async () => {
    const stored = await passwordHasher(QUICK).hash('nine quiet herons')
    const now = passwordHasher({ logN: 5, r: 1, p: 1 })
    expect(await now.matches('nine quiet herons', stored)).toBe(true)
    expect(await now.matches('nine loud herons', stored)).toBe(false)
    expect([now.isOutdated(stored), passwordHasher(QUICK).isOutdated(stored)]).toEqual([true, false])
    expect(now.isOutdated(hashOfRandom('x'))).toBe(false)
  })

  it('works at the cost of the product', async () => {
    const hasher = passwordHasher(COST)
    const stored = await hasher.hash('nine quiet herons')
    expect(await hasher.matches('nine quiet herons', stored)).toBe(true)
  })
})

it('a flood is turned away before it costs memory, and whoever waits is served', async () => {
  const hasher = passwordHasher({ logN: 12, r: 8, p: 1 })
  const all = await Promise.allSettled(Array.from({ length: 200 }, () => hasher.hash('nine quiet herons')))
  const refused = all.filter((one) => one.status === 'rejected')
  expect(refused).toHaveLength(200 - 32)
  for (const { reason } of refused) {
    expect(reason).toBeInstanceOf(ProblemError)
    expect(reason).toMatchObject({ problem: { code: 'too-many-requests', status: 429 } })
  }
  expect(hasher.work).toBe(32)
  expect(await hasher.matches('nine quiet herons', await hasher.hash('nine quiet herons'))).toBe(true)
})

it('a password that is made up is easy to type and never the same', () => {
  const all = Array.from({ length: 500 }, randomPassword)
  for (const one of all) expect(one).toMatch(/^[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5}){3}$/)
  expect(new Set(all).size).toBe(500)
})
