import { describe, methods } from '@tallystick/calculators'
import { statusesOf } from '@tallystick/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { lengths } from '../../../../tests/support/lengths.ts'
import { MOST_ROWS } from '../platform/calculations.ts'
import { expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'
import { LIMITS } from './routes.ts'

const MINUTE_MS = 60_000

let registry: TestRegistry
let nobody: Person

beforeAll(async () => {
  registry = await testRegistry()
  nobody = registry.nobody
})
beforeEach(() => registry.pass(MINUTE_MS))
afterAll(() => registry.close())

const ask = (method: string, body: unknown) => nobody.post(`/national/calculations/${method}`, body, { key: null })

const rice = (area: unknown, more: object = {}) => ({
  inputs: { area, duration: { value: '1', unit: 'd' } },
  ...more,
})

it.each([
  ['a number without end', { value: '9'.repeat(500_000), unit: 'ha' }],
  ['an exponent', { value: '1e999999', unit: 'ha' }],
  ['an exponent below zero', { value: '1e-999999', unit: 'ha' }],
  ['hexadecimal', { value: '0xff', unit: 'ha' }],
  ['no number', { value: 'NaN', unit: 'ha' }],
  ['infinity', { value: 'Infinity', unit: 'ha' }],
  ['more than all land', { value: '999999999999999999', unit: 'mi2' }],
  ['below zero', { value: '-1', unit: 'ha' }],
  ['a sign', { value: '+1', unit: 'ha' }],
  ['a unit that nobody knows', { value: '1', unit: 'parsec' }],
  ['the unit of another thing', { value: '1', unit: 'kg' }],
  ['a unit of the prototype', { value: '1', unit: 'constructor' }],
  ['a long unit', { value: '1', unit: 'ha/'.repeat(100_000) }],
  ['a number that is none', 5],
  ['a table', [{ value: '1', unit: 'ha' }]],
  ['nothing', null],
  ['digits of another script', { value: '٣', unit: 'ha' }],
  ['a third member', { value: '1', unit: 'ha', more: 1 }],
])('refuses by name: %s', async (_, area) => {
  const { status, body } = await ask('UNDP-AGRI-RICE', rice(area))
  expect([status, body.code]).toEqual([422, 'not-calculated'])
  expect(body.errors).toMatchObject([{ field: 'inputs.area' }])
  expect(JSON.stringify(body).length).toBeLessThan(2_000)
})

it.each([
  ['deep tables', rice(JSON.parse('['.repeat(2_000) + ']'.repeat(2_000)))],
  ['more than the body may have', rice({ value: '1'.repeat(1_048_576), unit: 'ha' })],
  ['a field beside', rice({ value: '1', unit: 'ha' }, { country: 'XT' })],
  ['no inputs', {}],
  ['a list', []],
  ['no body', undefined],
  ['a member twice', '{"inputs":{},"inputs":{}}'],
  ['a prototype', '{"inputs":{"__proto__":{"area":1}}}'],
])('refuses before it calculates: %s', async (_, body) => {
  const { status } = await ask('UNDP-AGRI-RICE', body)
  expect([400, 413]).toContain(status)
})

it('names no more than a thousand faults, however many there are', async () => {
  const wrong = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`x${at}`, 1]))
  const { status, body } = await ask('UNDP-AGRI-RICE', { inputs: wrong })
  expect([status, (body.errors as unknown[]).length]).toEqual([422, 1_000])
})

it('years that are odd are refused by name', async () => {
  const years = (list: unknown) => ({ inputs: {}, vintages: { by: 'data', years: list } })
  const odd: object[] = [
    ...[years([]), years(Array.from({ length: 51 }, (_, at) => ({ year: 1990 + at, inputs: {} }))), years('2024')],
    ...[years([null]), years([{ year: '2024', inputs: {} }]), years([{ year: 1e9, inputs: {} }])],
    ...[{ inputs: {}, vintages: { by: 'days', from: '1900-01-01', to: '2199-12-31' } }],
    ...[
      { inputs: {}, vintages: { by: 'moons' } },
      { inputs: {}, vintages: {} },
    ],
  ]
  for (const body of odd) {
    const answer = await ask('UNDP-AGRI-RICE', body)
    expect(answer.body.code).toBe('not-calculated')
    const fields = (answer.body.errors as { field: string }[]).map(({ field }) => field)
    expect(fields.some((field) => field.startsWith('vintages'))).toBe(true)
  }
})

const tables = methods().flatMap(({ id }) => {
  const table = describe(id)?.inputs.find(({ type }) => type === 'table')
  return table ? [{ id, table }] : []
})

it('goes through so many rows, those of every year counted, and through no more', async () => {
  expect(tables.length).toBeGreaterThan(5)
  for (const { id, table } of tables) {
    registry.pass(MINUTE_MS)
    const rows = Array.from({ length: MOST_ROWS / 50 + 1 }, () => ({}))
    const years = Array.from({ length: 50 }, (_, at) => ({ year: 2000 + at, inputs: {} }))
    const body = { inputs: { [table.key]: rows }, vintages: { by: 'data', years } }
    const { status, body: told } = await ask(id, body)
    expect([status, told.code]).toEqual([422, 'not-calculated'])
    expect(told.errors).toEqual([
      { field: 'inputs', message: `must have at most ${MOST_ROWS} rows, those of every year counted` },
    ])
    const own = years.map(({ year }) => ({ year, inputs: { [table.key]: rows } }))
    expect((await ask(id, { inputs: {}, vintages: { by: 'data', years: own } })).body.errors).toEqual(told.errors)
  }
  const rows = Array.from({ length: MOST_ROWS + 1 }, () => null)
  const french = await registry.app.inject({
    method: 'POST',
    url: '/national/calculations/AMS-I.L',
    headers: { 'accept-language': 'fr' },
    payload: { inputs: { groups: rows } },
  })
  expect(french.json().errors[0].message).toMatch(/^doit avoir au plus 1\s000 lignes/)
})

it('calculates what is just within the bound', async () => {
  const group = { yearlyEnergy: { value: '150', unit: 'kWh/yr' }, consumers: { value: '3', unit: '1' } }
  const years = Array.from({ length: 50 }, (_, at) => ({ year: 2000 + at, inputs: {} }))
  const inputs = { groups: Array.from({ length: MOST_ROWS / years.length }, () => group) }
  const answer = expectStatus(await ask('AMS-I.L', { inputs, vintages: { by: 'data', years } }), 200)
  expect(answer.body).toMatchObject({ snapshot: { result: { of: 'reduction' } } })
})

it('the dearest that is known costs little processor: landfills, with numbers of twenty digits', async () => {
  const long = (value: string, unit: string) => ({ value: `${value}.12345678901234567891`, unit })
  const deposit = {
    ...{ depositYear: { value: '1950', unit: 'yr' }, waste: 'food', mass: long('12345678', 't') },
    ...{ degradableCarbon: long('0', '1'), decayRate: long('0', '1/yr') },
  }
  const deposits = Array.from({ length: MOST_ROWS }, () => deposit)
  const site = { climate: 'tropical-wet', application: 'existing', site: 'managed', cover: 'covered' }
  const inputs = { year: { value: '2024', unit: 'yr' }, deposits, ...site }
  const before = process.cpuUsage()
  expectStatus(await ask('TOOL04', { inputs }), 200)
  // Some 300 ms; without the bound fifty years of it would take fifty times as much.
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000)
})

it('answers whatever comes as it has declared', async () => {
  const operation = registry.app.operations.find(({ id }) => id === 'calculateByMethod')
  const declared = statusesOf(operation ?? registry.app.operations[0] ?? expect.fail('operations'))
  const anyMethod = fc.constantFrom(...methods().map(({ id }) => id))
  await fc.assert(
    fc.asyncProperty(anyMethod, fc.jsonValue({ maxDepth: 5 }), fc.jsonValue(), async (method, inputs, vintages) => {
      registry.pass(MINUTE_MS)
      const keys = describe(method)?.inputs.map(({ key }) => key) ?? []
      const given = Object.fromEntries(keys.map((key) => [key, inputs]))
      const { status } = await ask(method, { inputs: given, vintages })
      expect(declared.has(status) && status < 500, String(status)).toBe(true)
    }),
    { numRuns: Math.max(50, lengths.sequences) },
  )
})

it('a network is slowed down sooner where much is to be calculated', async () => {
  const group = { yearlyEnergy: { value: '150', unit: 'kWh/yr' }, consumers: { value: '3', unit: '1' } }
  const body = { inputs: { groups: Array.from({ length: 101 }, () => group) } }
  for (let at = 0; at < LIMITS.largeOfNetwork.most; at += 1) expectStatus(await ask('AMS-I.L', body), 200)
  expect((await ask('AMS-I.L', body)).status).toBe(429)
  expectStatus(await ask('UNDP-AGRI-RICE', rice({ value: '1', unit: 'ha' })), 200)
})

it('a network is slowed down, and whoever is signed in is not', async () => {
  const body = rice({ value: '1', unit: 'ha' })
  for (let at = 0; at < LIMITS.network.most; at += 1) expectStatus(await ask('UNDP-AGRI-RICE', body), 200)
  expect((await ask('UNDP-AGRI-RICE', body)).body).toMatchObject({ status: 429, code: 'too-many-requests' })
  const { root } = registry
  expectStatus(await root.post('/national/calculations/UNDP-AGRI-RICE', body, { key: null }), 200)
  registry.pass(MINUTE_MS)
  expectStatus(await ask('UNDP-AGRI-RICE', body), 200)
})
