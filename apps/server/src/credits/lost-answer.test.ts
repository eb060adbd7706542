import { LedgerBusy } from '@tallystick/ledger'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { type World, world } from '../world.fixture.ts'

let all: World
let batch: string

beforeAll(async () => {
  all = await world()
  batch = (await all.issue('2024', '100')).id
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => all.registry.close())

const beneficiary = { name: 'Ada', country: 'XT' }
const retire = (more: object, key: string) => {
  const { admin, holding } = all.sunfield
  const body = { batch, from: holding, quantity: '5', purpose: 'voluntary', beneficiary, ...more }
  return admin.post('/national/retirements', body, { key })
}
const openings = async () => {
  const { rows } = await all.registry.services.pool.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM content_opening WHERE value ->> 'name' = 'Ada'`,
  )
  return rows[0]?.count ?? 0
}

it.each([
  ['at once', {}],
  ['or waits', { wait: true }],
])('keeps the beneficiary of what was written although its answer was lost: %s', async (what, more) => {
  const { ledger } = all.registry.services
  const real = ledger.execute.bind(ledger)
  vi.spyOn(ledger, 'execute').mockImplementationOnce(async (submission) => {
    await real(submission)
    throw new LedgerBusy('the ledger could not be entered in time')
  })
  const before = await openings()
  const key = `lost answer ${what}`.replaceAll(' ', '-')
  expect((await retire(more, key)).status).toBe(503)
  expect(await retire(more, key)).toMatchObject({ status: 201, body: { beneficiary } })
  expect(await openings()).toBe(before + 1)
})

it.each([
  ['at once', {}],
  ['or waits', { wait: true }],
])('keeps the beneficiary that the entry names, whatever it is answered as: %s', async (what, more) => {
  const { ledger } = all.registry.services
  const real = ledger.execute.bind(ledger)
  vi.spyOn(ledger, 'execute').mockImplementationOnce(async (submission) => {
    return { ...(await real(submission)), repeated: true }
  })
  const answer = await retire(more, `said repeated ${what}`.replaceAll(' ', '-'))
  expect(answer).toMatchObject({ status: 201, body: { beneficiary } })
})

it.each([
  ['at once', {}],
  ['or waits', { wait: true }],
])('forgets the beneficiary of what was refused: %s', async (what, more) => {
  const before = await openings()
  const answer = await retire({ ...more, quantity: '100000' }, `refused ${what}`.replaceAll(' ', '-'))
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(await openings()).toBe(before)
})
