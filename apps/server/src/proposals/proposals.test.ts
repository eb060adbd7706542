import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let colleague: Person

beforeAll(async () => {
  all = await world()
  colleague = await all.registry.join(all.second, all.sunfield.id, 'Admin')
})
afterAll(() => all.registry.close())

const policyOf = (account: string) => `/national/accounts/${account}/policy`
const loose = { secondAbove: null, acceptance: false, trustedOnly: false }

it('a policy that asks for two mandates is loosened by two of the holder, and by nobody else', async () => {
  const { sunfield, harbour, second } = all
  await done(sunfield.admin.post(policyOf(sunfield.holding), { ...loose, secondAbove: '100' }))
  const made = await done(sunfield.admin.post(policyOf(sunfield.holding), loose, { key: 'loosen-it' }), 202)
  expect(made).toMatchObject({ type: 'AccountPolicySet', needs: { approvals: [], holders: [sunfield.id] } })
  const again = await sunfield.admin.post(policyOf(sunfield.holding), loose, { key: 'loosen-it' })
  expect([again.status, again.body, again.headers['idempotency-replayed']]).toEqual([202, made, 'true'])

  const path = `/national/proposals/${made.id}`
  expect(expectStatus(await colleague.get(path), 200).body).toMatchObject({ action: 'accounts.policy', status: 'open' })
  expect((await harbour.admin.get(path)).status).toBe(403)
  expect((await harbour.admin.get('/national/proposals')).body.items).toEqual([])
  expect((await colleague.get('/national/proposals')).body.items).toMatchObject([{ id: made.id }])
  for (const other of [harbour.admin, second]) {
    expect(await other.post(`${path}/approvals`)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  }
  expect(await sunfield.admin.post(`${path}/approvals`)).toMatchObject({ status: 409 })
  expect(await done(colleague.post(`${path}/approvals`))).toMatchObject({
    status: 'accepted',
    approvals: [{ organisation: { id: sunfield.id } }],
  })
  const account = async () =>
    expectStatus(await all.registry.nobody.get(`/national/accounts/${sunfield.holding}`), 200).body
  const before = { ...loose, secondAbove: '100' }
  expect(await account()).toMatchObject({ policy: before, loosened: { ...loose, from: expect.any(String) } })
})

it('a proposal is withdrawn by its proposer only, and is not approved after that', async () => {
  const { officer, second, authorisation, registry } = all
  const issue = () => done(officer.post('/national/batches', { authorisation, vintage: '2024', quantity: '10' }), 202)
  const made = await issue()
  const path = `/national/proposals/${made.id}`
  expect(await second.post(`${path}/withdrawal`)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await done(officer.post(`${path}/withdrawal`))).toMatchObject({ status: 'withdrawn', entry: null })
  expect(await done(officer.post(`${path}/withdrawal`))).toMatchObject({ status: 'withdrawn' })
  expect(await second.post(`${path}/approvals`)).toMatchObject({ status: 409, body: { code: 'proposal-decided' } })
  const withdrawn = expectStatus(await officer.get('/national/proposals?status=withdrawn'), 200)
  expect(withdrawn.body.items).toMatchObject([{ id: made.id }])
  expect((await officer.post(`/national/proposals/${'0'.repeat(32)}/withdrawal`)).status).toBe(404)

  const { size } = await registry.services.ledger.head()
  const raced = await issue()
  const [withdrawal, approval] = await Promise.all([
    officer.post(`/national/proposals/${raced.id}/withdrawal`),
    second.post(`/national/proposals/${raced.id}/approvals`),
  ])
  expect([withdrawal.status, approval.status].toSorted()).toEqual([201, 409])
  expect((await registry.services.ledger.head()).size).toBe(size + (approval.status === 201 ? 1 : 0))
})

it('an approval that the ledger refuses is not kept, and the proposal stays open', async () => {
  const { officer, second, project, approved } = all
  const terms = { quantity: '500', purposes: ['NDC'], reason: 'request', effectiveFrom: '2026-01-01' }
  const authorisation = await done(
    officer.post(`/national/projects/${project.id}/authorisations`, { unitType: 'NCC', quantity: '400' }),
  )
  const path = `/national/authorisations/${authorisation.id}`
  const made = await done(officer.post(`${path}/versions`, { ...terms, version: 2 }), 202)
  await approved(officer.post(`${path}/revocation`, { reason: 'legal', effectiveFrom: '2026-01-01' }))
  expect(await second.post(`/national/proposals/${made.id}/approvals`)).toMatchObject({
    status: 409,
    body: { code: 'authorisation-revoked' },
  })
  expect(expectStatus(await officer.get(`/national/proposals/${made.id}`), 200).body).toMatchObject({
    status: 'open',
    approvals: [],
  })
})

it('whoever may not approve hears it at once, even where others are still to approve', async () => {
  const { officer, harbour, registry, issue } = all
  const { root } = registry
  const batch = await issue('2023', '100')
  const accounts = [{ kind: 'foreign', registry: 'KEN01' }]
  const opened = await done(officer.post('/national/accounts', { organisation: root.organisation, accounts }))
  const [{ id: to }] = opened.accounts as [{ id: string }]
  await done(harbour.admin.post(policyOf(harbour.holding), { ...loose, secondAbove: '5' }))
  const email = 'limited@example.org'
  const person = { email, name: 'Limited', organisation: root.organisation, role: 'Admin', limit: '19' }
  await done(root.post('/national/users', person))
  const limited = await registry.signIn(email)

  const leave = { batch: batch.id, from: harbour.holding, to, quantity: '20' }
  const made = await done(harbour.admin.post('/national/international-transfers', leave), 202)
  const path = `/national/proposals/${made.id}`
  expect(await limited.post(`${path}/approvals`)).toMatchObject({ status: 403, body: { code: 'mandate-limit' } })
  expect(await done(all.second.post(`${path}/approvals`))).toMatchObject({ status: 'open', approvals: [{}] })
})

it('whoever may not approve it for an interest in it does not refuse it either', async () => {
  const { registry, officer, second, sunfield, authorisation } = all
  const office = await done(
    registry.root.post('/national/organisations', { kind: 'government', name: 'Forest Office' }),
  )
  const interested = await registry.join(registry.root, String(office.id), 'Admin')
  const path = `/national/organisations/${office.id}/affiliations`
  await done(officer.post(path, { organisation: sunfield.id, kind: 'ownership' }))
  const asked = { authorisation, vintage: '2024', quantity: '10' }
  const made = await done(officer.post('/national/batches', asked), 202)
  const reason = 'It is not for us.'
  const refusal = (who: Person) => who.post(`/national/proposals/${made.id}/refusal`, { reason })
  const facts = { organisation: sunfield.id, affiliate: office.id }
  expect(await interested.post(`/national/proposals/${made.id}/approvals`)).toMatchObject({
    body: { code: 'conflict-of-interest' },
  })
  expect(await refusal(interested)).toMatchObject({ status: 403, body: { code: 'conflict-of-interest', facts } })
  await done(officer.post(`${path}/end`, { organisation: sunfield.id, reason: 'ended' }))
  expect(await done(refusal(second))).toMatchObject({ status: 'refused', reason })
})
