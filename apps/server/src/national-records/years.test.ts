import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { fieldsOf, itemsOf, organisationOf, read, short, suspend } from './records.fixture.ts'

let all: World
let ministry: { id: string; admin: Person }
let other: { id: string; admin: Person }

beforeAll(async () => {
  all = await world()
  ministry = await organisationOf(all, 'ministry', 'Ministry of Climate')
  other = await organisationOf(all, 'ministry', 'Ministry of Trade')
})
afterAll(() => all.registry.close())

const at = (year: number | string, series = 'inventories') => `/national/${series}/${year}`
const values = {
  '1A1': { co2: '100.5', ch4: '0.5', n2o: '0.01' },
  '2F': { co2eq: '7' },
  '3B': { co2: '-40.25', ch4: '1' },
  '4A': { ch4: '2' },
}
const write = (who: Person, year: number | string, body: object = {}) =>
  who.post(`${at(year)}/versions`, { revision: 0, values, ...body })

it('totals and CO2 equivalents come from the leaves, exactly, under the set that is named', async () => {
  const made = await done(write(ministry.admin, 2020, { remark: 'First.' }))
  expect(made).toMatchObject({
    year: 2020,
    state: 'saved',
    revision: 1,
    gwp: 'AR5',
    unit: 'kt',
    sha256: null,
    organisation: { name: 'Ministry of Climate' },
    values: { '1A1': { co2: '100.5', ch4: '0.5', n2o: '0.01', co2eq: '117.15' }, '3B': { co2eq: '-12.25' } },
  })
  const totals = made.totals as { category: string; values: object }[]
  const of = (category: string) => totals.find((one) => one.category === category)?.values
  expect(of('1A')).toEqual(of('1'))
  expect(of('1')).toEqual({ co2: '100.5', ch4: '0.5', n2o: '0.01', co2eq: '117.15' })
  expect(of('withoutLand')).toEqual({ co2: '100.5', ch4: '2.5', n2o: '0.01', co2eq: '180.15' })
  expect(of('withLand')).toEqual({ co2: '60.25', ch4: '3.5', n2o: '0.01', co2eq: '167.9' })
  const old = await done(write(ministry.admin, 2020, { revision: 1, gwp: 'AR4' }))
  expect(old).toMatchObject({ gwp: 'AR4', values: { '4A': { co2eq: '50' } }, revision: 2 })
})

it.each([
  ['an emission below zero', { '1A1': { co2: '-1' } }, 'values.1A1.co2'],
  ['methane of land below zero', { '3B': { ch4: '-1' } }, 'values.3B.ch4'],
  ['a sum below zero that is not of land', { '4A': { co2eq: '-0.000001' } }, 'values.4A.co2eq'],
  ['a number', { '1A1': { co2: 5 } }, 'values.1A1.co2'],
  ['a needless zero', { '1A1': { co2: '5.0' } }, 'values.1A1.co2'],
  ['seven decimals', { '1A1': { co2: '0.0000001' } }, 'values.1A1.co2'],
  ['a sum in the place of a leaf', { '1A': { co2: '5' } }, 'values.1A'],
  ['a category that there is not', { '9Z': { co2: '5' } }, 'values.9Z'],
  ['a gas that there is not', { '1A1': { sf6: '5' } }, 'values.1A1.sf6'],
  ['an equivalent that is not that of the gases', { '1A1': { ch4: '1', co2eq: '27' } }, 'values.1A1.co2eq'],
  ['less than the gases where others may add', { '2F': { co2: '5', co2eq: '4' } }, 'values.2F.co2eq'],
  ['nothing', {}, 'values'],
  ['nothing in categories', { '1A1': {} }, 'values'],
])('%s is refused', async (_what, wrong, field) => {
  const answer = await write(ministry.admin, 2019, { values: wrong })
  expect([answer.status, fieldsOf(answer)]).toEqual([400, [field]])
})

it('an equivalent may be rounded, stand alone, or hold fluorinated gases', async () => {
  const fine = {
    '1A1': { co2: '1', ch4: '0.001', co2eq: '1' },
    '1A2': { co2eq: '3.3' },
    '2E': { co2: '1', co2eq: '900' },
    '3D': { co2: '-3', co2eq: '-3' },
  }
  expect(await done(write(ministry.admin, 2018, { values: fine }))).toMatchObject({ values: fine })
})

it('a year has one inventory, whose next version is of whoever read the last', async () => {
  const { officer } = all
  const first = await Promise.all([write(ministry.admin, 2017), write(officer, 2017), write(ministry.admin, 2017)])
  expect(first.map(({ status }) => status).toSorted()).toEqual([201, 409, 409])
  const change = (who: Person, co2: string) => write(who, 2017, { revision: 1, values: { '1A1': { co2 } } })
  const raced = await Promise.all(Array.from({ length: 6 }, (_, at) => change(officer, `${at + 1}`)))
  expect(raced.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409])
  expect(short(await change(officer, '9'))).toEqual([409, 'revision-stale'])
  const now = await read(officer, at(2017))
  expect(short(await write(officer, 2017, { revision: 2, values: now.values }))).toEqual([409, 'nothing-changes'])
  expect(short(await write(officer, 2016, { revision: 3 }))).toEqual([409, 'revision-stale'])
  expect(short(await write(officer, 2099))).toEqual([422, 'date-wrong'])
  for (const odd of ['1800', 'x', '20240', '2024.5']) expect((await write(officer, odd)).status).toBe(400)
})

it('who began a year writes on, the government may, and others see nothing before it is final', async () => {
  const { officer, second, sunfield, registry } = all
  const email = 'viewer@example.org'
  const viewer = await registry.join(officer, ministry.id, 'ViewOnly', email)
  for (const who of [sunfield.admin, viewer, registry.root]) {
    expect(short(await write(who, 2015))).toEqual([403, 'not-permitted'])
  }
  expect(short(await write(registry.nobody, 2015))).toEqual([401, 'not-signed-in'])
  await done(write(ministry.admin, 2015))
  const more = { revision: 1, values: { '1A1': { co2: '2' } } }
  expect(short(await write(other.admin, 2015, more))).toEqual([403, 'not-permitted'])
  expect((await write(other.admin, 2015, { ...more, organisation: ministry.id })).status).toBe(400)
  for (const who of [registry.nobody, other.admin, sunfield.admin]) {
    expect((await who.get(at(2015))).status).toBe(404)
    expect((await who.get(`${at(2015)}/values.csv`)).status).toBe(404)
    expect((await itemsOf(who, '/national/inventories')).map(({ year }) => year)).not.toContain(2015)
  }
  expect(await read(viewer, at(2015))).toMatchObject({ revision: 1 })

  const final = (who: Person, revision: number) => who.post(`${at(2015)}/finalisation`, { revision })
  expect(short(await final(ministry.admin, 1))).toEqual([403, 'not-permitted'])
  await done(write(officer, 2015, more))
  expect(short(await final(officer, 2))).toEqual([409, 'approval-not-distinct'])
  expect(short(await final(second, 1))).toEqual([409, 'revision-stale'])
  const raced = await Promise.all([final(second, 2), write(ministry.admin, 2015, { revision: 2, values })])
  const codes = raced.map(short)
  expect([
    [
      [201, undefined],
      [409, 'already-final'],
    ],
    [
      [409, 'revision-stale'],
      [201, undefined],
    ],
  ]).toContainEqual(codes)
})

it('a finalised year is read-only and public, and its hash is that of what anybody may download', async () => {
  const { officer, registry } = all
  await done(write(ministry.admin, 2014))
  const ended = await done(officer.post(`${at(2014)}/finalisation`, { revision: 1 }))
  expect(ended).toMatchObject({ state: 'finalised', revision: 2 })
  expect(await read(registry.nobody, at(2014))).toEqual(ended)
  const statement = await registry.app.inject(`/national/statements/${ended.sha256}`)
  expect(createHash('sha256').update(statement.rawPayload).digest('hex')).toBe(ended.sha256)
  expect(statement.json()).toMatchObject({ of: 'inventory', year: 2014, gwp: 'AR5', unit: 'kt', totals: ended.totals })
  for (const who of [ministry.admin, officer]) {
    expect(short(await write(who, 2014, { revision: 2, values: { '1A1': { co2: '1' } } }))).toEqual([
      409,
      'already-final',
    ])
  }
  expect(short(await all.second.post(`${at(2014)}/finalisation`, { revision: 2 }))).toEqual([409, 'already-final'])
  expect(short(await officer.post(`${at(2013)}/finalisation`, { revision: 1 }))).toEqual([404, 'not-found'])
  expect((await itemsOf(ministry.admin, `${at(2014)}/versions`)).map(({ step }) => step)).toEqual(['finalised', 'made'])
  expect((await other.admin.get(`${at(2014)}/versions`)).status).toBe(404)
  const listed = await itemsOf(registry.nobody, '/national/inventories')
  expect(listed.map(({ state }) => state)).not.toContain('saved')
  expect(listed.map(({ year }) => year)).toContain(2014)
})

it('projections are of their own, and of years to come', async () => {
  const { officer, registry } = all
  const course = { bau: '120', conditionalNdc: '80.5', unconditionalNdc: '100' }
  const body = { revision: 0, values: { '1A1': course, '3B': { bau: '-10' } } }
  const made = await done(ministry.admin.post(`${at(2035, 'projections')}/versions`, body))
  const totals = made.totals as { category: string; values: object }[]
  expect(totals.at(-1)).toEqual({ category: 'withLand', values: { ...course, bau: '110' } })
  const wrong = await ministry.admin.post(`${at(2036, 'projections')}/versions`, {
    revision: 0,
    values: { '1A1': { bau: '-1' } },
  })
  expect([wrong.status, fieldsOf(wrong)]).toEqual([400, ['values.1A1.bau']])
  await done(officer.post(`${at(2035, 'projections')}/finalisation`, { revision: 1 }))
  expect(await itemsOf(registry.nobody, '/national/projections')).toMatchObject([{ year: 2035, state: 'finalised' }])
  expect((await registry.nobody.get(at(2035))).status).toBe(404)
})

describe('CSV', () => {
  const upload = (year: number, csv: string, revision = 0) => ministry.admin.post(`${at(year)}/csv`, { revision, csv })
  const download = async (year: number, language = 'en') => {
    const headers = { authorization: `Bearer ${ministry.admin.token}`, 'accept-language': language }
    return all.registry.app.inject({ url: `${at(year)}/values.csv`, headers })
  }

  it('goes out and comes in again as it was', async () => {
    const made = await done(write(ministry.admin, 2010))
    const file = await download(2010)
    expect(file.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="inventory-2010.csv"',
    })
    const lines = file.body.split('\r\n')
    expect(lines[0]).toBe('code,name,co2,ch4,n2o,co2eq')
    expect(lines).toContain('3B,Land,-40.25,1,,-12.25')
    expect((await download(2010, 'fr')).body).toContain('3B,Terres,')
    expect(await done(upload(2009, file.body))).toMatchObject({ values: made.values, totals: made.totals })
    expect(short(await upload(2010, file.body, 1))).toEqual([409, 'nothing-changes'])
  })

  it('is read as spreadsheets of many countries write it', async () => {
    const european = '\ufeffcode;name;co2eq;co2\r\n1A1;"Energie; Strom";12,50;\r\n3B;;;-3,0\r\n;;;\r\n'
    expect(await done(upload(2008, european))).toMatchObject({
      values: { '1A1': { co2eq: '12.5' }, '3B': { co2: '-3', co2eq: '-3' } },
    })
  })

  it.each([
    ['a formula', 'code,co2\n1A1,=1+1', 'csv.1A1.co2'],
    ['a formula with a minus', 'code,co2\n3B,-1+cmd|x', 'csv.3B.co2'],
    ['a thousands separator', 'code,co2\n1A1,"1,000"', 'csv.1A1.co2'],
    ['an emission below zero', 'code,co2\n1A1,-5', 'csv.1A1.co2'],
    ['a category that there is not', 'code,co2\n=1A1,5', 'csv.2.code'],
    ['a sum', 'code,co2\n1A,5', 'csv.2.code'],
    ['a category twice', 'code,co2\n1A1,5\n1A1,6', 'csv.3.code'],
    ['no header', '1A1,5', 'csv'],
    ['a column twice', 'code,co2,co2\n1A1,5,6', 'csv'],
    ['no column of values', 'code,name\n1A1,x', 'csv'],
    ['a quotation mark that is not closed', 'code,co2\n1A1,"5', 'csv.2'],
    ['nothing', '', 'csv'],
    ['a header alone', 'code,co2', 'values'],
    ['a prototype', 'code,co2\n__proto__,5', 'csv.2.code'],
  ])('%s is refused', async (_what, csv, field) => {
    const answer = await upload(2007, csv)
    expect([answer.status, fieldsOf(answer)]).toEqual([400, [field]])
  })

  it('is held to the same revision', async () => {
    await done(upload(2006, 'code,co2\n1A1,5'))
    expect(short(await upload(2006, 'code,co2\n1A1,6'))).toEqual([409, 'revision-stale'])
  })
})

it('the categories are told in the language that is asked for', async () => {
  const named = async (language: string) => {
    const answer = await all.registry.app.inject({
      url: '/national/inventory-categories',
      headers: { 'accept-language': language },
    })
    return answer.json().items.find((item: { code: string }) => item.code === '3B')
  }
  expect(await named('en')).toEqual({
    code: '3B',
    name: 'Land',
    path: 'agricultureForestryOtherLandUse.land',
    parent: '3',
    leaf: true,
    land: true,
  })
  expect(await named('es')).toMatchObject({ name: 'Tierra' })
})

it('a suspended ministry writes nothing', async () => {
  const email = 'climate@example.org'
  await all.registry.join(all.officer, ministry.id, 'Manager', email)
  await suspend(all, ministry.id)
  const again = await all.registry.signIn(email)
  expect(short(await write(again, 2005))).toEqual([409, 'organisation-suspended'])
})
