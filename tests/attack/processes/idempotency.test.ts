import { isReceipt, type Outcome, reconcile } from '@tallystick/ledger'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Dice } from '../../support/ledger-fixture.ts'
import { figure, lengths } from '../../support/lengths.ts'
import { fill, openPurses, openSharedRegistry, type Purse, type SharedRegistry, transfer } from './registry.ts'

const PROCESSES = 3
const CLIENTS = 16
const COMMANDS = Math.ceil(lengths.operations / 10)

const seed = process.env.TEST_SEED ?? String(Date.now())
console.log(`TEST_SEED=${seed}`)

let shared: SharedRegistry
let purses: Purse[]
let batch: string
beforeAll(async () => {
  shared = await openSharedRegistry(PROCESSES)
  purses = await openPurses(shared, 4)
  batch = await fill(shared, purses, COMMANDS)
})
afterAll(() => shared?.close())

test(`${COMMANDS} commands, each sent 1 to 5 times through ${PROCESSES} processes with answers dropped: one entry each`, async () => {
  const { size } = await shared.ledger.head()
  let copies = 0
  let dropped = 0
  let next = 0
  const conflicts = async (submission: Parameters<typeof shared.ledger.execute>[0], index: number, dice: Dice) => {
    const other = await dice.pick(shared.processes).execute({ ...submission, requestHash: 'another request' })
    expect(other).toEqual({ conflict: 'key-reused', index })
  }
  const client = async () => {
    for (let at = next++; at < COMMANDS; at = next++) {
      const dice = new Dice(`${seed} ${at}`)
      const from = dice.pick(purses)
      const to = dice.pick(purses.filter((one) => one !== from))
      const submission = { ...transfer(batch, from, to.account, 1), key: { sender: 'client', id: `${seed} ${at}` } }
      const answers: Outcome[] = []
      const sendOnce = async () => {
        copies += 1
        const outcome = await dice.pick(shared.processes).execute(submission)
        if (dice.below(3) === 0) dropped += 1
        else answers.push(outcome)
      }
      const times = 1 + dice.below(5)
      // Some copies go out together, some only when the one before has been heard, or lost.
      if (dice.below(2) === 0) await Promise.all(Array.from({ length: times }, sendOnce))
      else for (let time = 0; time < times; time += 1) await sendOnce()
      const last = await dice.pick(shared.processes).execute(submission)
      expect(isReceipt(last) && last.repeated).toBe(true)
      if (!isReceipt(last)) continue
      for (const answer of answers) expect(answer).toMatchObject({ index: last.index, leaf: last.leaf })
      expect(answers.filter((answer) => isReceipt(answer) && !answer.repeated).length).toBeLessThanOrEqual(1)
      await conflicts(submission, last.index, dice)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  expect((await shared.ledger.head()).size).toBe(size + COMMANDS)
  expect((await reconcile(shared.ledger)).differences).toEqual([])
  figure('idempotency', `${COMMANDS} commands sent ${copies} times, ${dropped} answers dropped, ${COMMANDS} entries`)
})
