import { declarations, decodeEntry, isRefusal } from '@tallystick/rules'
import { expect, test } from 'vitest'
import type { LedgerFixture } from './ledger-fixture.ts'
import { liveLedger, WHOLE_LIFE } from './ledger-life.ts'

/** After it the log is signed with another key: `rotation.test.ts` has ledgers that live through it. */
const elsewhere = ['KeyRotated']

async function typesIn({ ledger }: LedgerFixture): Promise<string[]> {
  const { size } = await ledger.head()
  return (await ledger.entries(0, size)).map(({ bytes }) => {
    const entry = decodeEntry(bytes)
    if (isRefusal(entry)) throw new Error('an entry can be read')
    return entry.type
  })
}

test('in a whole life every type of entry is met', async () => {
  const types = await typesIn(await liveLedger('whole', WHOLE_LIFE))
  const known = Object.keys(declarations)
  expect(known.filter((type) => !types.includes(type))).toEqual(elsewhere)
})

test('a shorter life is the beginning of a longer one', async () => {
  const long = await liveLedger('long', 250)
  const all = await long.ledger.entries(0, 250)
  for (const entries of [20, 40, 60, 100, 150, 250]) {
    const short = await liveLedger('long', entries)
    const { size } = await short.ledger.head()
    expect(size).toBeGreaterThanOrEqual(entries)
    const leaves = (await short.ledger.entries(0, 250)).map(({ leaf }) => leaf)
    expect(leaves.slice(0, 250)).toEqual(all.slice(0, size).map(({ leaf }) => leaf))
  }
})
