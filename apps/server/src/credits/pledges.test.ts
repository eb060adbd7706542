import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let batch: string

beforeAll(async () => {
  all = await world()
  batch = (await all.issue('2024', '1000')).id
})
afterAll(() => all.registry.close())

it('pledged units stay where they are until the pledgee releases them', async () => {
  const { sunfield, harbour, registry } = all
  const body = {
    batch,
    account: sunfield.holding,
    to: harbour.id,
    reason: 'collateral',
    ranges: [{ first: '1', last: '9' }],
  }
  const pledge = await done(sunfield.admin.post('/national/pledges', body))
  expect(pledge).toMatchObject({ quantity: '9', to: { name: 'Harbour Trading' }, expiresAt: null })
  const readAgain = async () => expectStatus(await registry.nobody.get(`/national/pledges/${pledge.id}`), 200).body
  expect(await readAgain()).toEqual({ ...pledge, standing: true })
  const move = { batch, from: sunfield.holding, to: harbour.holding, ranges: [{ first: '5', last: '6' }] }
  expect(await sunfield.admin.post('/national/transfers', move)).toMatchObject({
    status: 409,
    body: { code: 'on-hold' },
  })
  expect(await sunfield.admin.post('/national/pledges', body)).toMatchObject({ status: 409, body: { code: 'on-hold' } })
  expect(await sunfield.admin.post('/national/pledges', { ...body, to: sunfield.id })).toMatchObject({ status: 422 })
  const release = `/national/pledges/${pledge.id}/release`
  expect(await sunfield.admin.post(release)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  expect(await done(harbour.admin.post(release))).toMatchObject({ id: pledge.id })
  expect(await harbour.admin.post(release)).toMatchObject({ status: 404, body: { code: 'pledge-unknown' } })
  await done(sunfield.admin.post('/national/transfers', move))
  const list = expectStatus(await registry.nobody.get(`/national/pledges?account=${sunfield.holding}`), 200)
  expect(list.body.items).toMatchObject([{ id: pledge.id, standing: false }])
  expect(await readAgain()).toEqual({ ...pledge, standing: false })
  expect(await registry.nobody.get(`/national/pledges/${'0'.repeat(32)}`)).toMatchObject({ status: 404 })
})
