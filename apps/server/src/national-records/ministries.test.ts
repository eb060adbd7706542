import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'
import { itemsOf, read, short } from './records.fixture.ts'

let registry: TestRegistry
let officer: Person
let environment: Person
let finance: Person
let proponent: Person
let investor: Person
let project = ''

/** Whoever asks here is of a country whose ministries decide, and that has no kind of organisation called ministry. */
beforeAll(async () => {
  registry = await testRegistry({ preset: 'two-ministries' })
  const { root } = registry
  officer = await registry.join(root, root.organisation, 'Admin')
  const first = async (kind: string) => {
    const { id } = await done(officer.post('/national/organisations', { kind, name: `The ${kind}` }))
    return registry.join(root, String(id), 'Admin')
  }
  environment = await first('environment')
  finance = await first('finance')
  proponent = await first('proponent')
  investor = await first('investor')
  const { accounts } = await done(officer.post('/national/accounts', { organisation: proponent.organisation }))
  const [account] = (accounts as { id: string; kind: string }[]).filter(({ kind }) => kind === 'holding')
  const owners = [{ account: account?.id, share: '100' }]
  const asked = { title: 'Salt Lake', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  project = String((await done(proponent.post('/national/projects', asked))).id)
})
afterAll(() => registry.close())

it('a ministry that decides sees what waits, and others do not', async () => {
  const school = { kind: 'enablement', title: 'School', enablement: { type: 'financial' } }
  const { id } = await done(proponent.post(`/national/projects/${project}/ndc-actions`, school))
  const one = `/national/ndc-actions/${id}`
  expect((await finance.get(one)).status).toBe(404)
  expect(await read(environment, one)).toMatchObject({ status: 'pending' })
  expect(await itemsOf(environment, '/national/tasks?kind=record')).toMatchObject([{ id }])
  expect(await itemsOf(officer, '/national/tasks?kind=record')).toEqual([])
  expect(short(await officer.post(`${one}/decisions`, { revision: 1, outcome: 'approved' }))).toEqual([
    403,
    'not-permitted',
  ])
  await done(environment.post(`${one}/decisions`, { revision: 1, outcome: 'approved' }))
})

it('money is seen by whoever decides on all of it, by owners and by investors', async () => {
  const money = {
    ...{ project, investor: investor.organisation, instruments: ['grant'], type: 'private', level: 'international' },
    ...{ stream: 'carbon-market', from: '2026-01-01', to: '2027-01-01', amount: '5', currency: 'USD' },
  }
  const { id } = await done(investor.post('/national/financing', money))
  expect((await environment.get(`/national/financing/${id}`)).status).toBe(404)
  expect(await read(finance, `/national/financing/${id}`)).toMatchObject({ terms: { amount: '5' } })
  await done(proponent.post(`/national/financing/${id}/decisions`, { revision: 1, outcome: 'approved' }))
  expect(await read(environment, `/national/financing/${id}`)).toMatchObject({ terms: null })
})

it('whoever may enter into the register and write inventories is the table’s, whatever the kinds are called', async () => {
  const { id } = await done(officer.post('/national/ndc-periods', { startYear: 2021, endYear: 2030 }))
  const target = { objective: 'Water', kpi: '5', unit: 'wells' }
  await done(finance.post(`/national/ndc-periods/${id}/actions`, target))
  expect(short(await proponent.post(`/national/ndc-periods/${id}/actions`, target))).toEqual([403, 'not-permitted'])
  const values = { '1A1': { co2: '5' } }
  await done(environment.post('/national/inventories/2020/versions', { revision: 0, values }))
  expect(short(await finance.post('/national/inventories/2019/versions', { revision: 0, values }))).toEqual([
    403,
    'not-permitted',
  ])
  expect((await finance.get('/national/inventories/2020')).status).toBe(404)
  await done(officer.post('/national/inventories/2020/finalisation', { revision: 1 }))
  expect(await read(finance, '/national/inventories/2020')).toMatchObject({ state: 'finalised' })
})
