import { type Ledger, reconcile } from '@tallystick/ledger'
import { State } from '@tallystick/rules'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inconsistenciesOf, totalsOf } from '../../packages/ledger/src/verify/units.ts'
import { knowledge, memoryTarget, postgresTarget } from './ledgers.ts'
import { type Fate, type Row, record, recordAll, recordingOn, rowSets } from './rows.ts'

const shuffledTwice = rowSets.chain((rows) => {
  const order = fc.shuffledSubarray(rows, { minLength: rows.length })
  return fc.tuple(order, order)
})

async function stateOf(ledger: Ledger): Promise<State> {
  const { rows, runs } = await ledger.dump()
  const state = new State()
  for (const put of rows) state.load(put)
  for (const run of runs) state.loadRun(run)
  return state
}

/** Counts unit by unit: the larger of what was issued without serial numbers and the serial numbers, of each vintage. */
function counted(rows: readonly Row[]) {
  const sums = { issued: 0, active: 0, retired: 0, cancelled: 0, used: 0, abroad: 0 }
  for (const one of ['2020', '2021']) {
    const fates = new Map<number, Fate>()
    let quantity = 0
    for (const row of rows.filter(({ vintage }) => vintage === one)) {
      if ('quantity' in row) quantity += row.quantity
      else {
        for (let serial = row.first; serial <= row.last; serial += 1) {
          fates.set(serial, row.fate === 'active' ? (fates.get(serial) ?? 'active') : row.fate)
        }
      }
    }
    const count = (fate: Fate) => [...fates.values()].filter((known) => known === fate).length
    sums.issued += Math.max(quantity, fates.size)
    sums.retired += count('retired')
    sums.cancelled += count('cancelled')
  }
  const active = sums.issued - sums.retired - sums.cancelled
  const texts = Object.entries({ ...sums, active }).map(([name, sum]) => [name, `${sum}`])
  return [{ registry: 'elsewhere', unitType: 'VCU', ...Object.fromEntries(texts) }]
}

async function expectSame(ledger: Ledger, other: Ledger, rows: readonly Row[]): Promise<void> {
  expect(await knowledge(ledger)).toEqual(await knowledge(other))
  const state = await stateOf(ledger)
  expect(inconsistenciesOf(state)).toEqual([])
  expect(totalsOf(state)).toEqual(counted(rows))
}

describe('issuances without serial numbers, and serial numbers before and after them', () => {
  it('come to the same in any order, each unit counted once', async () => {
    const property = fc.asyncProperty(shuffledTwice, async ([one, other]) => {
      const [a, b] = [(await memoryTarget()).ledger, (await memoryTarget()).ledger]
      await recordAll(a, one)
      await recordAll(b, other)
      await expectSame(a, b, one)
    })
    await fc.assert(property, { numRuns: 150 })
  })

  it('come to the same in PostgreSQL, when all are sent at once', async () => {
    const property = fc.asyncProperty(shuffledTwice, async ([one, other]) => {
      const target = await postgresTarget()
      try {
        const { ledger } = await memoryTarget()
        await recordAll(ledger, other)
        const recording = await recordingOn(target.ledger)
        await Promise.all(one.map((row) => record(recording, row)))
        await expectSame(target.ledger, ledger, one)
        expect((await reconcile(target.ledger)).differences).toEqual([])
      } finally {
        await target.close()
      }
    })
    await fc.assert(property, { numRuns: 6 })
  }, 60_000)

  it('are never more than 15 digits can say', async () => {
    const target = await memoryTarget()
    const recording = await recordingOn(target.ledger)
    await record(recording, { vintage: '2020', quantity: 999_999_999_999_998 })
    await record(recording, { vintage: '2020', quantity: 1 })
    await record(recording, { vintage: '2021', quantity: 1 })
    await expect(record(recording, { vintage: '2020', quantity: 1 })).rejects.toThrow(/lot-too-large.*1000000000000000/)
  })
})
