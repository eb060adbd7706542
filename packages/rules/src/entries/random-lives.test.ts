import fc from 'fast-check'
import { expect, it } from 'vitest'
import { authorisation } from '../cases/country.fixture.ts'
import { Life, type Numbers } from '../cases/life.fixture.ts'
import { steps } from '../cases/random-steps.fixture.ts'
import { isRefusal } from '../refusal.ts'

/**
 * Random lives of a country: whatever is asked for, by whomever, after every entry the books are right (`booksAreRight`),
 * a rule refuses only for what it declares, writes only what it declares, and answers the same when it sees only what its
 * command names. What has taken place is counted, so that it does not all end in
 * refusals.
 */
const LIVES = Number(process.env.RULES_LIVES ?? 25)

const names = Object.keys(steps)
const often = [
  'issue',
  'issue',
  'transfer',
  'transfer',
  'end',
  'mark',
  'abroad',
  'correct',
  'propose',
  'complete',
  'complete',
  'lift',
].concat(['judge', 'pay', 'pay', 'pay', 'contribute', 'contribute', 'convert', 'acquire', 'use'])
const arbitraryStep = fc.record({
  name: fc.constantFrom(...names, ...often),
  numbers: fc.array(fc.noBias(fc.nat(0xffff)), { minLength: 12, maxLength: 12 }),
})

function live(moves: readonly { name: string; numbers: Numbers }[], done: Map<string, number>): void {
  const life = new Life([])
  life.world.do('QuantityAuthorised', { ...authorisation(life.world, 'solar', 'solar a6'), unitType: 'A6ER' })
  for (const { name, numbers } of moves) {
    Object.assign(life, { numbers })
    const outcome = steps[name]?.(life)
    if (outcome && !isRefusal(outcome)) done.set(outcome.entry.type, (done.get(outcome.entry.type) ?? 0) + 1)
  }
}

it('whatever is asked for, the books are right', { timeout: 600_000 }, () => {
  const done = new Map<string, number>()
  const life = fc.array(arbitraryStep, { minLength: 60, maxLength: 120, size: 'max' })
  fc.assert(
    fc.property(life, (moves) => live(moves, done)),
    { numRuns: LIVES },
  )
  if (process.env.RULES_LIVES) console.log(`${LIVES} lives: ${JSON.stringify(Object.fromEntries([...done].sort()))}`)
  expect(done.size).toBeGreaterThan(15)
})
