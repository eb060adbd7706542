import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry
let officer: Person

beforeAll(async () => {
  registry = await testRegistry()
  officer = await registry.join(registry.root, registry.founded.genesis.authority, 'Admin')
})
afterAll(() => registry.close())

const made = async (path: string, body: object, by = officer) => expectStatus(await by.post(path, body), 201).body

it('a certifier is accredited and assigned, becomes an affiliate of the owner, and is released', async () => {
  const { admin: owner, id: owning } = await registry.newOrganisation(officer, 'Sunfield')
  const certifier = await made('/national/organisations', { kind: 'certifier', name: 'Assessors' })
  const at = `/national/organisations/${certifier.id}`
  const opened = await made('/national/accounts', { organisation: owning })
  const [{ id: account }] = opened.accounts as [{ id: string }]
  const project = await made('/national/projects', {
    title: 'Salt Lake',
    sectoralScope: '1',
    methodology: 'AMS-I.D',
    owners: [{ account, share: '100' }],
  })
  const certifiers = `/national/projects/${project.id}/certifiers`
  const assignment = { task: 'verification', organisation: certifier.id }
  expect((await officer.post(certifiers, assignment)).body).toMatchObject({ code: 'accreditation-missing' })

  const terms = { accreditedBy: 'National Accreditors', scopes: ['1'], from: '2020-01-01', to: '2999-12-31' }
  const { id: accreditation } = await made(`${at}/accreditations`, terms)
  await made(certifiers, assignment)
  expect((await registry.nobody.get(`/national/projects/${project.id}`)).body).toMatchObject({
    certifiers: [{ task: 'verification', organisation: { id: certifier.id, name: 'Assessors' } }],
  })
  expect((await officer.post(certifiers, assignment)).body).toMatchObject({ code: 'already-exists' })

  await made(`/national/organisations/${owning}/affiliations`, { organisation: certifier.id, kind: 'people' }, owner)
  expect((await registry.nobody.get(`${at}/independence`)).body).toEqual({
    id: certifier.id,
    affiliates: [{ id: owning, name: 'Sunfield' }],
    accreditations: [{ id: accreditation, scopes: ['1'], from: '2020-01-01', to: '2999-12-31' }],
  })
  await made(`${certifiers}/release`, { task: 'verification', reason: 'conflict-of-interest' })
  expect((await officer.post(certifiers, assignment)).body).toMatchObject({
    code: 'conflict-of-interest',
    detail: 'Assessors is affiliated to Sunfield, and Sunfield owns what this is about.',
    facts: { certifier: certifier.id, affiliate: certifier.id, organisation: owning },
  })
  const ending = { organisation: owning, reason: 'ended' }
  expect((await owner.post(`${at}/affiliations/end`, ending)).status).toBe(403)
  await made(`${at}/affiliations/end`, ending)
  await made(`${at}/accreditations/withdraw`, { accreditation, reason: 'misconduct' })
  expect((await registry.nobody.get(`${at}/independence`)).body).toMatchObject({ affiliates: [], accreditations: [] })
  expect((await officer.post(certifiers, assignment)).body).toMatchObject({ code: 'accreditation-missing' })
})

it('a certifier has no account, and hears that it is meant', async () => {
  const { id: organisation } = await made('/national/organisations', { kind: 'certifier', name: 'True Measure' })
  const { status, body } = await officer.post('/national/accounts', { organisation })
  expect(status).toBe(409)
  expect(body).toMatchObject({
    code: 'organisation-kind',
    detail: expect.stringMatching(/^True Measure is a certifier\. Allowed: government, developer/),
  })
})

it('nobody says so of the authority, of two others or of himself', async () => {
  const { admin, id } = await registry.newOrganisation(officer, 'Rival')
  const { id: other } = await registry.newOrganisation(officer, 'Other')
  const path = `/national/organisations/${id}/affiliations`
  const { authority } = registry.founded.genesis
  const kind = 'ownership'
  expect((await admin.post(path, { organisation: authority, kind })).body).toMatchObject({
    code: 'organisation-authority',
  })
  expect((await admin.post(path, { organisation: id, kind })).status).toBe(400)
  const theirs = `/national/organisations/${other}/affiliations`
  expect((await admin.post(theirs, { organisation: authority, kind })).status).toBe(403)
})
