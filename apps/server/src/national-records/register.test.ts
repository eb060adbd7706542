import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { fieldsOf, itemsOf, organisationOf, read, short, suspend } from './records.fixture.ts'

let all: World
let water: { id: string; admin: Person }
let power: { id: string; admin: Person }

beforeAll(async () => {
  all = await world()
  water = await organisationOf(all, 'ministry', 'Ministry of Water')
  power = await organisationOf(all, 'ministry', 'Ministry of Power')
})
afterAll(() => all.registry.close())

const PERIODS = '/national/ndc-periods'
const ACTIONS = '/national/ndc-register-actions'
const wells = { objective: 'Water for every village', kpi: '1250.75', unit: 'wells' }
const open = async (startYear: number, endYear: number) =>
  String((await done(all.officer.post(PERIODS, { startYear, endYear }))).id)
const enter = (who: Person, period: string, body: object = wells) => who.post(`${PERIODS}/${period}/actions`, body)
const decide = (who: Person, id: unknown, revision = 1, outcome = 'approved') =>
  who.post(`${ACTIONS}/${id}/decisions`, { revision, outcome, ...(outcome === 'rejected' ? { reason: 'No.' } : {}) })
const finalise = (who: Person, period: string, revision = 1) =>
  who.post(`${PERIODS}/${period}/finalisation`, { revision })

it('periods do not overlap, also where two are opened at once, and only the government opens them', async () => {
  const { officer, second, sunfield } = all
  await open(2021, 2025)
  const overlapping = { startYear: 2025, endYear: 2030 }
  expect(short(await officer.post(PERIODS, overlapping))).toEqual([409, 'years-overlap'])
  const backwards = await officer.post(PERIODS, { startYear: 2030, endYear: 2026 })
  expect([backwards.status, fieldsOf(backwards)]).toEqual([400, ['endYear']])
  for (const who of [water.admin, sunfield.admin, all.registry.root]) {
    expect(short(await who.post(PERIODS, { startYear: 2026, endYear: 2030 }))).toEqual([403, 'not-permitted'])
  }
  const both = { startYear: 2026, endYear: 2030 }
  const raced = await Promise.all([officer.post(PERIODS, both), second.post(PERIODS, both)])
  expect(raced.map(({ status }) => status).toSorted()).toEqual([201, 409])
  expect(await itemsOf(all.registry.nobody, PERIODS)).toMatchObject([
    { startYear: 2026, finalised: false, sha256: null },
    { startYear: 2021, endYear: 2025, status: 'open' },
  ])
})

it('a ministry enters for itself, whatever it says of others, and the government for any ministry', async () => {
  const { officer, second, sunfield, registry } = all
  const period = await open(2031, 2035)
  expect(await done(enter(water.admin, period))).toMatchObject({
    ...wells,
    ministry: { id: water.id, name: 'Ministry of Water' },
    status: 'pending',
    parent: null,
  })
  expect(short(await enter(water.admin, period, { ...wells, ministry: power.id }))).toEqual([403, 'not-permitted'])
  expect(short(await enter(sunfield.admin, period))).toEqual([403, 'not-permitted'])
  const viewer = await registry.join(officer, water.id, 'ViewOnly')
  expect(short(await enter(viewer, period))).toEqual([403, 'not-permitted'])
  for (const smuggled of [{ organisation: power.id }, { status: 'approved' }, { period: 'x' }]) {
    expect((await enter(water.admin, period, { ...wells, ...smuggled })).status).toBe(400)
  }
  const forPower = await done(enter(officer, period, { ...wells, ministry: power.id }))
  expect(forPower).toMatchObject({ ministry: { id: power.id } })
  expect(short(await enter(officer, period, { ...wells, ministry: sunfield.id }))).toEqual([409, 'organisation-kind'])
  expect(short(await enter(officer, period, { ...wells, ministry: 'f'.repeat(32) }))).toEqual([
    404,
    'organisation-unknown',
  ])
  expect(short(await decide(officer, forPower.id))).toEqual([409, 'approval-not-distinct'])
  expect(short(await decide(power.admin, forPower.id))).toEqual([403, 'not-permitted'])
  await done(decide(second, forPower.id))
})

it('another ministry changes nothing, and the public sees what was approved', async () => {
  const { officer, registry } = all
  const period = await open(2036, 2040)
  const { id } = await done(enter(water.admin, period))
  const change = { revision: 1, ...wells, kpi: '2000' }
  expect(short(await power.admin.post(`${ACTIONS}/${id}/versions`, change))).toEqual([403, 'not-permitted'])
  const shown = async (who: Person) => (await read(who, `${PERIODS}/${period}`)).actions
  expect([await shown(registry.nobody), await shown(power.admin)]).toEqual([[], []])
  expect(await shown(water.admin)).toMatchObject([{ id, kpi: '1250.75', status: 'pending' }])
  await done(decide(officer, id))
  await done(water.admin.post(`${ACTIONS}/${id}/versions`, { ...change, revision: 2 }))
  expect(await shown(registry.nobody)).toMatchObject([{ kpi: '1250.75', status: 'approved' }])
  expect(await shown(officer)).toMatchObject([{ kpi: '2000', status: 'pending', revision: 3 }])
  expect(short(await water.admin.post(`${ACTIONS}/${id}/versions`, change))).toEqual([409, 'revision-stale'])
  expect((await itemsOf(water.admin, `${ACTIONS}/${id}/versions`)).map(({ step }) => step)).toEqual([
    'changed',
    'approved',
    'made',
  ])
  expect((await power.admin.get(`${ACTIONS}/${id}/versions`)).status).toBe(404)
})

it('a sub-action is below a main action of its period, and is approved after that', async () => {
  const { officer } = all
  const [period, other] = [await open(2041, 2045), await open(2046, 2050)]
  const main = await done(enter(water.admin, period))
  const elsewhere = await done(enter(water.admin, other))
  const sub = await done(enter(water.admin, period, { ...wells, parent: main.id }))
  for (const parent of [elsewhere.id, sub.id, 'f'.repeat(32), period]) {
    const answer = await enter(water.admin, period, { ...wells, parent })
    expect([answer.status, fieldsOf(answer)]).toEqual([400, ['parent']])
  }
  expect(short(await decide(officer, sub.id))).toEqual([409, 'status-wrong'])
  await done(decide(officer, main.id))
  await done(decide(officer, sub.id))
})

it.each([['-1'], ['1e9'], ['1,5'], ['1.50'], ['0x10'], [''], ['NaN']])('%j is no KPI', async (kpi) => {
  const answer = await enter(water.admin, 'f'.repeat(32), { ...wells, kpi })
  expect([answer.status, fieldsOf(answer)]).toEqual([400, expect.arrayContaining(['kpi'])])
})

it('a finalised period is as it was, for ever, and anybody can check', async () => {
  const { officer, second, registry } = all
  const period = await open(2051, 2055)
  expect(short(await finalise(officer, period))).toEqual([409, 'period-incomplete'])
  const main = await done(enter(water.admin, period))
  expect(short(await finalise(officer, period))).toEqual([409, 'period-incomplete'])
  const refused = await done(enter(power.admin, period))
  await done(decide(officer, main.id))
  await done(decide(officer, refused.id, 1, 'rejected'))
  expect(short(await finalise(water.admin, period))).toEqual([403, 'not-permitted'])
  expect(short(await finalise(officer, period, 7))).toEqual([409, 'revision-stale'])

  const raced = await Promise.all([finalise(officer, period), finalise(second, period)])
  expect(raced.map(({ status }) => status).toSorted()).toEqual([201, 409])
  const ended = raced.find(({ status }) => status === 201)
  const sha256 = String(ended?.body.sha256)
  const statement = await registry.app.inject(`/national/statements/${sha256}`)
  expect(createHash('sha256').update(statement.rawPayload).digest('hex')).toBe(sha256)
  expect(statement.json()).toMatchObject({
    of: 'ndc-period',
    startYear: 2051,
    actions: [{ id: main.id, ministry: water.id, ...wells }],
  })

  expect(short(await enter(water.admin, period))).toEqual([409, 'already-final'])
  const change = { revision: 2, ...wells, kpi: '1' }
  expect(short(await water.admin.post(`${ACTIONS}/${main.id}/versions`, change))).toEqual([409, 'already-final'])
  expect(short(await decide(officer, main.id, 2))).toEqual([409, 'already-final'])
  expect(short(await finalise(officer, period, 2))).toEqual([409, 'already-final'])
  const end = { revision: 2, reason: 'Never mind.' }
  expect(short(await officer.post(`${PERIODS}/${period}/withdrawal`, end))).toEqual([409, 'already-final'])
  expect(await read(registry.nobody, `${PERIODS}/${period}`)).toMatchObject({ finalised: true, sha256, actions: [{}] })
  expect((await registry.nobody.get(`/national/statements/${'0'.repeat(64)}`)).status).toBe(404)
})

it('whoever enters while a period is finalised comes before that, or not at all', async () => {
  const { officer, second } = all
  for (const from of [1990, 1995, 2000]) {
    const period = await open(from, from + 4)
    const { id } = await done(enter(water.admin, period))
    await done(decide(second, id))
    const [added, ended] = await Promise.all([enter(water.admin, period), finalise(officer, period)])
    const codes = [short(added), short(ended)]
    const before = [
      [201, undefined],
      [409, 'period-incomplete'],
    ]
    const after = [
      [409, 'already-final'],
      [201, undefined],
    ]
    expect([before, after]).toContainEqual(codes)
  }
})

it('an empty period is withdrawn, and its years are free again', async () => {
  const { officer } = all
  const period = await open(2061, 2065)
  const end = { revision: 1, reason: 'Wrong years.' }
  const withdraw = (id: string) => officer.post(`${PERIODS}/${id}/withdrawal`, end)
  expect(await done(withdraw(period))).toMatchObject({ status: 'withdrawn' })
  const again = await open(2061, 2065)
  await done(enter(water.admin, again))
  expect(short(await withdraw(again))).toEqual([409, 'status-wrong'])
  expect(short(await enter(water.admin, period))).toEqual([409, 'status-wrong'])
})

it('a suspended ministry enters nothing', async () => {
  const email = 'water@example.org'
  await all.registry.join(all.officer, water.id, 'Manager', email)
  const period = await open(2071, 2075)
  await suspend(all, water.id)
  const again = await all.registry.signIn(email)
  expect(short(await enter(again, period))).toEqual([409, 'organisation-suspended'])
})
