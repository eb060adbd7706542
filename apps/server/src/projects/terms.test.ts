import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World

beforeAll(async () => {
  all = await world()
})
afterAll(() => all.registry.close())

const read = async (path: string) => expectStatus(await all.registry.nobody.get(path), 200).body

it('a project changes hands by two officers', async () => {
  const { officer, sunfield, harbour, project, approved } = all
  const path = `/national/projects/${project.id}/ownership`
  const owners = [{ account: harbour.holding, share: '100' }]
  expect(await sunfield.admin.post(path, { owners })).toMatchObject({ status: 403 })
  expect(await officer.post(path, { owners: [{ ...owners[0], share: '99' }] })).toMatchObject({
    status: 422,
    body: { code: 'shares-not-100' },
  })
  await approved(officer.post(path, { owners }))
  expect(await read(`/national/projects/${project.id}`)).toMatchObject({
    owners: [{ organisation: { name: 'Harbour Trading' }, share: '100' }],
  })
  expect(await officer.post(path, { owners })).toMatchObject({ status: 409, body: { code: 'nothing-changes' } })
})

it('an authorisation has versions, and is revoked', async () => {
  const { officer, project, approved } = all
  const terms = { quantity: '500', purposes: ['NDC'] }
  const made = await done(
    officer.post(`/national/projects/${project.id}/authorisations`, { unitType: 'ITMO', ...terms }),
  )
  const path = `/national/authorisations/${made.id}`
  const change = { ...terms, quantity: '300', reason: 'risk-assessment', effectiveFrom: '2026-02-01' }
  await approved(officer.post(`${path}/versions`, change))
  expect(await officer.post(`${path}/versions`, change)).toMatchObject({
    status: 409,
    body: { code: 'nothing-changes' },
  })
  expect(await officer.post(`${path}/versions`, { ...change, version: 2, quantity: '200' })).toMatchObject({
    status: 409,
    body: { code: 'version-not-next' },
  })
  expect(await officer.post(`${path}/versions`, { ...change, quantity: '200', purposes: ['OIMP_OP'] })).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'firstTransfer' }] },
  })
  expect(
    await officer.post(`${path}/versions`, { ...change, quantity: '9', effectiveFrom: '2099-01-01' }),
  ).toMatchObject({ status: 422, body: { code: 'date-wrong' } })
  await approved(officer.post(`${path}/revocation`, { reason: 'legal', effectiveFrom: '2026-03-01' }))
  expect(await read(path)).toMatchObject({
    version: 3,
    active: false,
    quantity: '300',
    left: '0',
    versions: [
      { version: 1, change: 'authorise', quantity: '500', reason: null },
      { version: 2, change: 'amend', quantity: '300', reason: 'risk-assessment' },
      { version: 3, change: 'revoke', quantity: '300', effectiveFrom: '2026-03-01' },
    ],
  })
  const { items } = (await read(`/national/projects/${project.id}/authorisations`)) as { items: { id: string }[] }
  expect(items.map(({ id }) => id).toSorted()).toEqual([String(made.id), all.authorisation].toSorted())
  expect((await all.registry.nobody.get(`/national/authorisations/${'0'.repeat(32)}`)).status).toBe(404)
  const gone = `/national/authorisations/${'0'.repeat(32)}/revocation`
  expect(await officer.post(gone, { reason: 'legal', effectiveFrom: '2026-03-01' })).toMatchObject({ status: 404 })
})
