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

it('an account sends only to trusted receivers, after their waiting time', async () => {
  const { sunfield, harbour, registry } = all
  const path = `/national/accounts/${sunfield.holding}`
  const policy = { secondAbove: null, acceptance: false, trustedOnly: true }
  expect(await done(sunfield.admin.post(`${path}/policy`, policy))).toMatchObject({ id: sunfield.holding, policy })
  expect(await harbour.admin.post(`${path}/policy`, policy)).toMatchObject({ status: 403 })
  expect(await sunfield.admin.post(`${path}/policy`, { ...policy, secondAbove: '-1' })).toMatchObject({ status: 400 })
  const retirement = `/national/accounts/${sunfield.retirement}/policy`
  expect(await sunfield.admin.post(retirement, policy)).toMatchObject({ status: 409, body: { code: 'account-kind' } })

  const move = { batch, from: sunfield.holding, to: harbour.holding, quantity: '5' }
  const refused = { status: 409, body: { code: 'receiver-not-trusted' } }
  expect(await sunfield.admin.post('/national/transfers', move)).toMatchObject(refused)
  const trusted = await done(sunfield.admin.post(`${path}/receivers`, { receiver: harbour.holding }))
  expect(trusted).toMatchObject({ account: sunfield.holding, receiver: { organisation: { name: 'Harbour Trading' } } })
  expect(await sunfield.admin.post(`${path}/receivers`, { receiver: harbour.holding })).toMatchObject({
    status: 409,
    body: { code: 'account-already-so' },
  })
  expect(await sunfield.admin.post(`${path}/receivers`, { receiver: sunfield.holding })).toMatchObject({ status: 422 })
  expect(await sunfield.admin.post('/national/transfers', move)).toMatchObject(refused)
  for (let hours = 0; hours < 26; hours += 2) {
    registry.pass(2 * 3_600_000)
    expectStatus(await sunfield.admin.get('/national/sessions/current'), 200)
  }
  await done(sunfield.admin.post('/national/transfers', move))
  const list = expectStatus(await registry.nobody.get(`${path}/receivers`), 200)
  expect(list.body).toMatchObject({ items: [{ receiver: { account: harbour.holding } }], next: null })
  await done(sunfield.admin.post(`${path}/receivers/${harbour.holding}/removal`))
  expect(await sunfield.admin.post('/national/transfers', move)).toMatchObject(refused)
  expect((await registry.nobody.get(`/national/accounts/${'0'.repeat(32)}/receivers`)).status).toBe(404)
})

it('an organisation that is suspended does nothing, and its accounts take no part', async () => {
  const { sunfield, harbour, registry } = all
  const { root } = registry
  const officer = await registry.join(await registry.signIn('root@example.org'), root.organisation, 'Admin')
  const path = `/national/organisations/${harbour.id}`
  expect(await done(officer.post(`${path}/suspend`, { reason: 'investigation' }), 200)).toMatchObject({ active: false })
  expect(expectStatus(await registry.nobody.get(path), 200).body.active).toBe(false)
  expect(await officer.post(`${path}/suspend`, { reason: 'investigation' })).toMatchObject({
    status: 409,
    body: { code: 'organisation-already-so' },
  })
  const own = { batch, from: harbour.holding, to: sunfield.holding, quantity: '1' }
  expect(await officer.post('/national/holds', { account: harbour.holding, reason: 'investigation' })).toMatchObject({
    status: 201,
  })
  const harbourAdmin = await registry.join(officer, sunfield.id, 'Admin')
  expect(
    await harbourAdmin.post('/national/transfers', { ...own, from: sunfield.holding, to: harbour.holding }),
  ).toMatchObject({
    status: 409,
    body: { code: 'organisation-suspended' },
  })
  const authority = `/national/organisations/${root.organisation}/suspend`
  expect(await officer.post(authority, { reason: 'other' })).toMatchObject({
    status: 409,
    body: { code: 'organisation-authority' },
  })
  expect(await done(officer.post(`${path}/reactivate`, { reason: 'other' }), 200)).toMatchObject({ active: true })
})
