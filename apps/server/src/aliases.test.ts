import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus, type Person, type TestRegistry, testRegistry } from './registry.fixture.ts'

let registry: TestRegistry
let officer: Person

beforeAll(async () => {
  registry = await testRegistry()
  officer = await registry.join(registry.root, registry.root.organisation, 'Admin')
})
afterAll(() => registry.close())

it('a program of another registry registers a company, describes its project, and reads our names', async () => {
  const company = { name: 'Kelp Works', taxId: 'XT-3001', email: 'office@kelp.example', phoneNo: '+264 61 1' }
  const sent = { ...company, companyRole: 'ProgrammeDeveloper', country: 'NA' }
  const { id } = await done(officer.post('/national/organisations', sent))
  expect((await officer.get(`/national/organisations/${id}`)).body).toMatchObject({
    kind: 'developer',
    details: { contact: { email: 'office@kelp.example', phone: '+264 61 1' }, profile: { country: 'NA' } },
  })
  const admin = await registry.join(officer, String(id), 'Admin')
  const { accounts } = await done(officer.post('/national/accounts', { organisation: id }))
  const account = (accounts as { id: string; kind: string }[]).find(({ kind }) => kind === 'holding')?.id
  const owners = [{ account, share: '100' }]
  const project = { title: 'Kelp forest', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const { id: of } = await done(admin.post('/national/projects', project))
  const description = {
    ...{ v: 1, externalId: 'K-1', sector: 'energy', sectoralScope: '1', typeOfMitigation: [{ type: 'solar' }] },
    ...{ greenHouseGasses: ['CO2'], startTime: '2026-01-01T00:00:00Z', endTime: '2035-12-31T00:00:00Z' },
    ...{ geographicalLocation: ['Erongo'], programmeCostUSD: 1_250_000 },
  }
  const said = expectStatus(await admin.put(`/national/projects/${of}/description`, description), 200)
  expect(said.body.description).toEqual({
    ...{ v: 1, externalId: 'K-1', sector: 'energy', sectoralScope: '1', typeOfMitigation: [{ type: 'solar' }] },
    ...{ gases: ['CO2'], startDate: '2026-01-01', endDate: '2035-12-31' },
    ...{ projectLocations: [{ inCountryRegion: 'Erongo' }], cost: { amount: '1250000', currency: 'USD' } },
  })
})

it('who sends a member under both names is told that one is not known', async () => {
  const both = { name: 'Two Names', kind: 'certifier', companyRole: 'ProgrammeDeveloper' }
  expect(await officer.post('/national/organisations', both)).toMatchObject({
    status: 400,
    body: { code: 'invalid-request', errors: [{ field: 'companyRole' }] },
  })
})

it('the same body under the other name is another request, and a repetition is known by what was sent', async () => {
  const sent = { name: 'Once', companyRole: 'Certifier' }
  const first = await done(officer.post('/national/organisations', sent, { key: 'once-and-no-more' }))
  expect((await officer.post('/national/organisations', sent, { key: 'once-and-no-more' })).body).toMatchObject({
    id: first.id,
  })
  const renamed = { name: 'Once', kind: 'certifier' }
  expect(await officer.post('/national/organisations', renamed, { key: 'once-and-no-more' })).toMatchObject({
    status: 422,
    body: { code: 'key-reused' },
  })
})

it('the description for programs names them', async () => {
  const { paths } = (await registry.nobody.get('/national/openapi.json')).body as {
    paths: Record<string, Record<string, { description?: string }>>
  }
  expect(paths['/national/organisations']?.post?.description).toContain('`companyRole` for `kind`')
  expect(paths['/national/projects/{id}/description']?.put?.description).toContain('`startTime` for `startDate`')
})
