import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { begin, templateNamed } from './written.fixture.ts'

const RUNS = Number(process.env.HOSTILE_RUNS ?? 150)

let all: World
let at = ''
let revision = 1

beforeAll(async () => {
  all = await world()
  const begun = await begin(all.sunfield.admin, { project: all.project.id, kind: 'project-design' })
  at = `/national/drafts/${begun.id}`
  revision = begun.revision
})
afterAll(() => all.registry.close())

const send = (path: unknown, value: unknown) =>
  all.sunfield.admin.put(`${at}/values`, { revision, changes: [{ path, value }] })
const now = async () => expectStatus(await all.sunfield.admin.get(at), 200).body

it('places that are none are refused, and nothing comes of them', async () => {
  const before = JSON.stringify(await now())
  const paths = [
    ...['', '.', '..', 'A1', 'A1.', '.A1', 'A1..description', 'A1.description.0', 'A1.description.length'],
    ...['__proto__.polluted', 'A1.__proto__', 'constructor.prototype', 'A1.constructor', 'A2.locations.__proto__'],
    ...['A2.locations.0.__proto__', 'A2.locations.-1', 'A2.locations.1e3', 'A2.locations.99999', 'A2.locations.5'],
    ...['head.title', 'own.x-birds', 'x-birds.count', 'values.A1.description', `A1.${'a'.repeat(300)}`],
    ...['toString.call', 'A1.toString', 'A2.locations.0.toString', 'A2.locations.0.name.0'],
  ]
  for (const path of [...paths, null, 1, {}, ['A1']]) {
    const answer = await send(path, 'x')
    expect({ path, status: answer.status }).toEqual({ path, status: 400 })
  }
  expect(JSON.stringify(await now())).toBe(before)
  expect({}).not.toHaveProperty('polluted')
})

it('values that are deep, huge or of another form are refused, and nothing comes of them', async () => {
  const before = JSON.stringify(await now())
  const deep = (levels: number): unknown => (levels === 0 ? 'end' : [deep(levels - 1)])
  const polluting = `{"revision":${revision},"changes":[{"path":"A1.description","value":{"__proto__":{"polluted":1}}}]}`
  const values: [string, unknown, number][] = [
    ['A1.description', deep(13), 400],
    ['A1.description', deep(40), 400],
    ['A1.description', 'x'.repeat(60_000), 400],
    ['A1.description', 'x'.repeat(1_100_000), 413],
    ['A1.description', { a: 1 }, 400],
    ['A1.description', 'turned \u202e round', 400],
    ['A1.description', 1.5, 400],
    ['A2.locations', Array.from({ length: 2_001 }, () => ({ name: 'n' })), 400],
    ['A2.locations', [{ unknown: 1 }], 400],
    ['A2.locations.0', { constructor: { prototype: 1 } }, 400],
    ['A2.locations.0.geo', { type: 'Point', coordinates: [null, 0] }, 400],
  ]
  for (const [path, value, status] of values) {
    const answer = await send(path, value)
    expect({ path, status: answer.status }).toEqual({ path, status })
  }
  expect((await all.sunfield.admin.put(`${at}/values`, polluting)).status).toBe(400)
  const doubled = `{"revision":${revision},"changes":[{"path":"A1.description","value":{"a":1,"a":2}}]}`
  expect((await all.sunfield.admin.put(`${at}/values`, doubled)).status).toBe(400)
  expect(
    (await all.sunfield.admin.put(`${at}/values`, { revision, changes: [{ path: 'A1.description' }] })).status,
  ).toBe(400)
  expect(JSON.stringify(await now())).toBe(before)
})

it('one wrong value among several keeps all of them out, and each is named', async () => {
  const changes = [
    { path: 'A1.description', value: 'Would be right.' },
    { path: 'A2.locations', value: 'no table' },
    { path: 'C.start', value: 'yesterday' },
  ]
  const answer = await all.sunfield.admin.put(`${at}/values`, { revision, changes })
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'A2.locations' }, { field: 'C.start' }] } })
  expect(JSON.stringify(await now())).not.toContain('Would be right')
})

it('sections of a project’s own cannot stand in the place of the core, bring patterns or loops', async () => {
  const label = { en: 'A label' }
  const section = (field: object, more: object = {}) => ({
    ...{ key: 'x-own', number: 'X', title: { en: 'Own' }, fields: [{ key: 'f', type: 'int', label, ...field }] },
    ...more,
  })
  const circle = [
    { key: 'a', type: 'int', label, auto: { compute: { field: 'x-own.b' } } },
    { key: 'b', type: 'int', label, auto: { compute: { field: 'x-own.a' } } },
  ]
  const own: unknown[][] = [
    [section({}, { key: 'A1' })],
    [section({}, { key: '__proto__' })],
    [section({}), section({})],
    [section({ key: 'constructor' })],
    [section({ type: 'text', pattern: '(a+)+$' })],
    [section({ auto: { fact: 'project.title' } })],
    [section({}, { fields: circle })],
    [section({}, { fields: [] })],
    [section({}, { surprise: true })],
    Array.from({ length: 21 }, (_, one) => section({}, { key: `x-${one}`, number: `X${one}` })),
  ]
  for (const sections of own) {
    const answer = await all.sunfield.admin.put(`${at}/sections`, { revision, sections })
    expect({ sections: JSON.stringify(sections).slice(0, 80), status: answer.status }).toMatchObject({ status: 400 })
  }
})

it('whatever is sent, the answer is one that the contract names, and the draft can be read', async () => {
  const fields = templateNamed('PDD').sections.flatMap(({ key, fields }) =>
    fields.map((field) => `${key}.${field.key}`),
  )
  const path = fc.oneof(
    { arbitrary: fc.constantFrom(...fields), weight: 6 },
    { arbitrary: fc.tuple(fc.constantFrom(...fields), fc.nat(3)).map(([one, row]) => `${one}.${row}`), weight: 3 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 30 }), weight: 1 },
  )
  await fc.assert(
    fc.asyncProperty(path, fc.jsonValue({ maxDepth: 4 }), async (where, value) => {
      const answer = await send(where, value)
      expect([200, 400, 409]).toContain(answer.status)
      if (answer.status === 200) revision = Number(answer.body.revision)
      expect((await all.sunfield.admin.get(at)).status).toBe(200)
    }),
    { numRuns: RUNS },
  )
  await done(all.sunfield.admin.put(`${at}/sections`, { revision, sections: [] }), 200)
})
