import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let path = ''
let assessors: { id: string; admin: Person }

const TERMS = { accreditedBy: 'National Accreditors', scopes: ['1'], from: '2020-01-01', to: '2999-12-31' }

/** A certifier with one person, accredited for the scope of the project. */
async function certifier(name: string) {
  const { officer, registry } = all
  const { id } = await done(officer.post('/national/organisations', { kind: 'certifier', name }))
  await done(officer.post(`/national/organisations/${id}/accreditations`, TERMS))
  return { id: String(id), admin: await registry.join(officer, String(id), 'Admin') }
}

const read = async (from: string) => expectStatus(await all.registry.nobody.get(from), 200).body
const certify = (who: Person) => who.post(`${path}/certifications`)
const revoke = (who: Person, change: object = {}) =>
  who.post(`${path}/certifications/revoke`, { organisation: assessors.id, reason: 'misconduct', ...change })
const assign = (organisation: string, task = 'verification') =>
  done(all.officer.post(`${path}/certifiers`, { task, organisation }))

beforeAll(async () => {
  all = await world()
  path = `/national/projects/${all.project.id}`
  assessors = await certifier('Assessors of Exampleland')
})
afterAll(() => all.registry.close())

it('a certifier that is assigned certifies, once, and everybody sees it; nobody else can', async () => {
  const { officer, sunfield } = all
  expect(await certify(assessors.admin)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  await assign(assessors.id)
  expect(await certify(sunfield.admin)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  expect(await certify(officer)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  const made = await done(certify(assessors.admin))
  expect(made).toMatchObject({ id: all.project.id, certifier: { id: assessors.id, name: 'Assessors of Exampleland' } })
  expect(await certify(assessors.admin)).toMatchObject({ status: 409, body: { code: 'already-exists' } })

  const standing = { certifier: { id: assessors.id }, entry: made.entry, active: true, accredited: true }
  expect(await read(`${path}/certifications`)).toMatchObject({ items: [standing] })
  expect(await read(path)).toMatchObject({ certifications: [standing] })
  const { items } = await read(`${path}/ledger?limit=100`)
  expect((items as { sentence: string }[]).at(-1)?.sentence).toMatch(/^Assessors of Exampleland certifies .*Salt Lake/)
  expect(await all.registry.nobody.get('/national/projects/nothing/certifications')).toMatchObject({ status: 400 })
})

it('the same key is answered once more, and writes nothing', async () => {
  const other = await certifier('Second Opinion')
  await assign(other.id, 'validation')
  const send = () => other.admin.post(`${path}/certifications`, undefined, { key: 'certify-this-once' })
  const [first, second] = [await send(), await send()]
  expect(second.body).toEqual(first.body)
  expect(second.headers['idempotency-replayed']).toBe('true')
  expect(await read(`${path}/certifications`)).toMatchObject({ items: [{}, { certifier: { id: other.id } }] })
  await done(revoke(other.admin, { organisation: other.id, reason: 'clerical-error' }))
})

it('what becomes of a certifier is shown, and its certification stays', async () => {
  const { officer } = all
  const at = `/national/organisations/${assessors.id}`
  const page = async () => (await all.registry.app.inject({ url: `/projects/${all.project.id}` })).body
  expect(await page()).toContain('Assessors of Exampleland')
  await done(officer.post(`${at}/suspend`, { reason: 'investigation' }), 200)
  expect(await read(path)).toMatchObject({ certifications: [{ active: false, accredited: true }] })
  expect(await page()).toContain('suspended')
  await done(officer.post(`${at}/reactivate`, { reason: 'other' }), 200)
  const [{ id }] = (await read(`${at}/independence`)).accreditations as [{ id: string }]
  await done(officer.post(`${at}/accreditations/withdraw`, { accreditation: id, reason: 'misconduct' }))
  expect(await read(path)).toMatchObject({ certifications: [{ active: true, accredited: false }] })
  expect(await page()).toContain('not accredited any more')
})

it('a certification is revoked, with a reason and what is to be said of it', async () => {
  const { officer, sunfield } = all
  const text = 'The plant was never built.'
  expect(await revoke(sunfield.admin)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  expect(await revoke(officer, { reason: 'mood' })).toMatchObject({ status: 422, body: { code: 'code-unknown' } })
  expect(await done(revoke(officer, { text }))).toMatchObject({ certifier: { id: assessors.id }, text })
  expect(await revoke(officer)).toMatchObject({ status: 409, body: { code: 'nothing-changes' } })
  expect(await read(path)).toMatchObject({ certifications: [] })
})
