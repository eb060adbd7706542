import { calculate, isRefused, methods, nameOf, referenceSet } from '@tallystick/calculators'
import { canonicalJson, sha256Hex } from '@tallystick/rules'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { done, expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'

const PATH = '/national/calculations'
const rice = { area: { value: '50', unit: 'ha' }, duration: { value: '365', unit: 'd' } }

let registry: TestRegistry
let nobody: Person

beforeAll(async () => {
  registry = await testRegistry()
  nobody = registry.nobody
})
beforeEach(() => registry.pass(60_000))
afterAll(() => registry.close())

interface Fault {
  field: string
  message: string
  allowed?: string
}

const ask = (method: string, body: unknown, headers: Record<string, string> = {}) =>
  nobody.post(`${PATH}/${method}`, body, { key: null, headers })

/** What is wrong with it, in a language. */
async function faults(method: string, body: unknown, language = 'en'): Promise<Fault[]> {
  const answer = expectStatus(await ask(method, body, { 'accept-language': language }), 422)
  expect(answer.body.code).toBe('not-calculated')
  return answer.body.errors as Fault[]
}

it('anybody reads the methods and the form of each, in three languages', async () => {
  const titles = new Map<string, string>()
  for (const language of ['en', 'fr', 'es']) {
    const headers = { 'accept-language': language }
    const listed = await registry.app.inject({ url: PATH, headers })
    expect([listed.statusCode, listed.headers['content-language']]).toEqual([200, language])
    expect(listed.json().methods.map(({ id }: { id: string }) => id)).toEqual(methods().map(({ id }) => id))
    for (const { id } of methods()) {
      const { statusCode, body } = await registry.app.inject({ url: `${PATH}/${id}`, headers })
      const form = JSON.parse(body)
      expect([statusCode, form.id, form.parameterSet]).toEqual([200, id, null])
      expect(form.inputs.length).toBeGreaterThan(0)
      titles.set(`${id} ${language}`, form.title)
    }
  }
  expect(titles.get('AMS-III.D fr')).not.toBe(titles.get('AMS-III.D en'))
  expect((await nobody.get(`${PATH}/NOTHING`)).status).toBe(404)
  expect((await nobody.get(`${PATH}/NO%20THING`)).status).toBe(400)
  expect((await ask('NOTHING', { inputs: {} })).status).toBe(404)
})

it('answers as the library does, with a snapshot that has its hash and gives the same again', async () => {
  const body = { inputs: rice, gwpSet: 'AR6', vintages: { by: 'days', from: '2023-07-01', to: '2024-06-29' } }
  const { snapshot, sha256, messages } = await done(ask('UNDP-AGRI-RICE', body), 200)
  const own = calculate('UNDP-AGRI-RICE', rice, { gwpSet: 'AR6', vintages: { ...body.vintages, by: 'days' } })
  if (isRefused(own)) throw new Error('the library calculates it')
  const { methodId, methodVersion, inputs, ...result } = own
  expect(snapshot).toEqual(
    JSON.parse(JSON.stringify({ method: methodId, version: String(methodVersion), inputs, result })),
  )
  expect(result).toMatchObject({ of: 'reduction', er: '839.5', perVintage: [{ er: '423' }, { er: '416.5' }] })
  expect(sha256).toBe(sha256Hex(canonicalJson(snapshot)))
  expect(messages).toHaveLength(own.warnings.length)

  const { result: kept } = snapshot as { result: Record<string, unknown> }
  const again = { inputs, gwpSet: kept.gwpSet, vintages: kept.vintages, on: kept.on, parameters: 'reference' }
  expect(await done(ask('UNDP-AGRI-RICE', again), 200)).toEqual({ snapshot, sha256, messages })
})

it('every method with an example of its own keeps each member of its result', async () => {
  const value = { population: { value: '1000', unit: '1' } }
  const { status, body } = await ask('SAMPLING', { inputs: value })
  if (status === 200) expect(body.sha256).toBe(sha256Hex(canonicalJson(body.snapshot)))
  else expect(body.code).toBe('not-calculated')
  const inputs = {
    groups: [{ yearlyEnergy: { value: '150', unit: 'kWh/yr' }, consumers: { value: '1000', unit: '1' } }],
  }
  const lit = await done(ask('AMS-I.L', { inputs }), 200)
  expect(lit).toMatchObject({ snapshot: { result: { er: '497.5', parameterSet: { country: null } } } })
  expect(lit.sha256).toBe(sha256Hex(canonicalJson(lit.snapshot)))
})

it('names every fault by its field, at once, in the language that is asked for', async () => {
  const wrong = {
    inputs: { groups: [{ yearlyEnergy: { value: '1', unit: 'kWh/yr' }, consumers: 3 }, 'row'], moon: 1 },
    gwpSet: 'AR7',
    on: 'today',
  }
  const found = await faults('AMS-I.L', wrong)
  expect(found.map(({ field }) => field).toSorted()).toEqual([
    'gwpSet',
    'inputs.groups.0.consumers',
    'inputs.groups.1',
    'inputs.moon',
    'on',
  ])
  expect(found.find(({ field }) => field === 'gwpSet')).toEqual({
    field: 'gwpSet',
    message: 'gwpSet must be one of these: SAR, AR4, AR5, AR6.',
    allowed: 'SAR, AR4, AR5, AR6',
  })
  const french = await faults('AMS-I.L', wrong, 'fr')
  const spanish = await faults('AMS-I.L', wrong, 'es')
  for (const [at, { field, message }] of found.entries()) {
    expect([french[at]?.field, spanish[at]?.field]).toEqual([field, field])
    expect(new Set([message, french[at]?.message, spanish[at]?.message]).size, message).toBe(3)
  }
})

it('names faults of a year by the place of the year', async () => {
  const years = [
    { year: 2023, inputs: { area: { value: '50', unit: 'ha' } } },
    { year: 2024, inputs: { area: { value: '50', unit: 'kg' } } },
    { year: 2024, inputs: {} },
  ]
  const body = { inputs: { duration: rice.duration }, vintages: { by: 'data', years } }
  expect((await faults('UNDP-AGRI-RICE', body)).map(({ field }) => field)).toContain('vintages.years.2.year')
  years.pop()
  const [fault, ...others] = await faults('UNDP-AGRI-RICE', body)
  expect([fault?.field, others]).toEqual(['vintages.years.1.inputs.area', []])
})

it('what is not met while calculating is told, too', async () => {
  const inputs = { population: { value: '0', unit: '1' } }
  for (const one of await faults('SAMPLING', { inputs })) expect(one.field).toMatch(/^inputs/)
  const margin = await faults('ACM0002', { inputs: { electricity: { value: '1', unit: 'MWh' } } })
  expect(margin.length).toBeGreaterThan(0)
})

it('a negative result says that it blocks issuance', async () => {
  const inputs = { electricity: { value: '1', unit: 'MWh' }, projectEmissions: { value: '2', unit: 'tCO2e' } }
  const { snapshot, messages } = await done(ask('AMS-I.A', { inputs }), 200)
  expect(snapshot).toMatchObject({ result: { er: '-1.2', blocksIssuance: true } })
  expect((messages as string[]).length).toBeGreaterThan(0)
})

it('the reference set is there for anybody, under the hash that results name', async () => {
  const sets = expectStatus(await nobody.get('/national/parameters'), 200).body
  expect(sets).toEqual({ reference: nameOf(referenceSet), inForce: null, adopted: [] })
  const { hash } = nameOf(referenceSet)
  const set = expectStatus(await nobody.get(`/national/parameters/${hash}`), 200).body
  expect(set).toMatchObject({ sha256: hash, id: referenceSet.id, version: referenceSet.version })
  expect(set.entries).toHaveLength(referenceSet.entries.length)
  const { preset } = (await registry.services.ledger.row('ledger', 'ledger')) ?? { preset: '' }
  for (const other of [preset, '0'.repeat(64)]) {
    expect((await nobody.get(`/national/parameters/${other}`)).status).toBe(404)
    expect((await registry.root.get(`/national/parameters/${other}`)).status).toBe(404)
    const asked = await ask('UNDP-AGRI-RICE', { inputs: rice, parameters: other })
    expect([asked.status, asked.body.code]).toEqual([422, 'document-unknown'])
    expect(asked.body.errors).toMatchObject([{ field: 'parameters' }])
  }
})
