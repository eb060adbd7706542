import { recognise, type Serial } from '@tallystick/serials'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Dice } from '../../../../tests/support/ledger-fixture.ts'
import { expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { bySerial, custodyOf } from './custody.ts'

const seed = process.env.TEST_SEED ?? String(Date.now())
console.log(`TEST_SEED=${seed}`)

const UNITS = 1_000
const NEVER = Number.MAX_SAFE_INTEGER

let all: World
let batch: string
const dice = new Dice(seed)
/** How things that stand are ended. */
const endings: (() => Promise<void>)[] = []

beforeAll(async () => {
  all = await world()
  batch = (await all.issue('2024', String(UNITS))).id
})
afterAll(() => all.registry.close())

function someRange(most: number): { first: string; last: string } {
  const first = 1 + dice.below(UNITS - most)
  return { first: String(first), last: String(first + dice.below(most)) }
}

/** Chance may ask for what is refused. */
async function live(): Promise<void> {
  const { sunfield, harbour, officer } = all
  const [from, to] = dice.pick([
    [sunfield, harbour],
    [harbour, sunfield],
  ] as const)
  const ranges = [someRange(120)]
  const units = { batch, ranges }
  const steps = [
    () => from.admin.post('/national/transfers', { ...units, from: from.holding, to: to.holding }),
    async () => {
      const range = dice.below(2) === 0 ? undefined : someRange(50)
      const placed = await officer.post('/national/holds', { batch, range, reason: 'investigation' })
      endings.push(async () => void (await officer.post(`/national/holds/${placed.body.id}/lift`)))
    },
    async () => {
      const transfer = { ...units, kind: 'transfer', from: from.holding, to: to.holding, acceptance: true }
      const { body } = await from.admin.post('/national/movements', transfer)
      endings.push(async () => void (await from.admin.post(`/national/movements/${body.id}/withdrawal`)))
    },
    async () => {
      const pledge = { ...units, account: from.holding, to: to.id, reason: 'collateral' }
      const { body } = await from.admin.post('/national/pledges', pledge)
      endings.push(async () => void (await to.admin.post(`/national/pledges/${body.id}/release`)))
    },
    async () => endings.splice(dice.below(endings.length + 1), 1)[0]?.(),
    async () => endings.shift()?.(),
  ]
  await dice.pick(steps)()
}

function serialOf(first: number, last: number): Serial {
  const [serial] = recognise(`XT-ITMO-1-001-2024-0-${first}-${last}`)
  if (!serial) throw new Error('it is a serial number')
  return serial
}

async function custody(first: number, last: number, readWhole: number) {
  const serial = serialOf(first, last)
  const runs = await all.registry.services.ledger.runs(serial.space, serial.range, 1_000)
  return custodyOf(all.registry.services, bySerial(serial), runs, readWhole)
}

test('by the index the same is found as by reading all of the stream, however it grew', async () => {
  for (let round = 0; round < 6; round += 1) {
    for (let step = 0; step < 12; step += 1) await live()
    for (const [first, last] of [
      [1, UNITS],
      [1 + dice.below(UNITS), UNITS],
      ...[1, 2, 3].map(() => {
        const serial = 1 + dice.below(UNITS)
        return [serial, serial]
      }),
    ] as [number, number][]) {
      expect(await custody(first, last, 0)).toEqual(await custody(first, last, NEVER))
    }
  }
})

test('what is known of a stream is not read again, and is made anew for another log', async () => {
  const { pool, ledger } = all.registry.services
  const one = await custody(7, 7, NEVER)
  await custody(7, 7, 0)
  const read = vi.spyOn(ledger, 'stream')
  expect(await custody(7, 7, 0)).toEqual(one)
  expect(read).not.toHaveBeenCalled()
  read.mockRestore()
  await pool.query(`UPDATE content_traced SET leaf = 'of another log'`)
  await pool.query(`UPDATE content_trace SET first = 900, last = 900`)
  expect(await custody(7, 7, 0)).toEqual(one)
})

test('many who ask at once make one index', async () => {
  const { pool } = all.registry.services
  const whole = await custody(1, UNITS, NEVER)
  await pool.query('TRUNCATE content_trace, content_traced')
  const answers = await Promise.all(Array.from({ length: 8 }, () => custody(1, UNITS, 0)))
  for (const answer of answers) expect(answer).toEqual(whole)
  expectStatus(await all.registry.nobody.get('/national/serials/XT-ITMO-1-001-2024-0-7'), 200)
})
