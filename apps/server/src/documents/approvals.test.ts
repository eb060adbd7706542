import type { ProposalMade } from '@tallystick/contract'
import { documentBytes, shippedSources } from '@tallystick/rules'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expireProposals } from '../platform/proposals.ts'
import { forgetUnsubmitted } from '../platform/submissions.ts'
import { done, expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'
import { attach, begin, writtenDesign } from './written.fixture.ts'

const DAY_MS = 86_400_000

let registry: TestRegistry
let officer: Person
let second: Person
let owner: Person
let project = ''
let owners: { account: string; share: string }[] = []

/** A registry whose table asks for the approval of an officer before a design document is submitted. */
beforeAll(async () => {
  const { preset, permissions } = shippedSources.simple as unknown as {
    preset: object
    permissions: { approvals: Record<string, unknown> }
  }
  const approvals = {
    ...permissions.approvals,
    'documents.submit.project-design': [{ count: 1, by: ['government/Admin'] }],
  }
  const documents = {
    preset: documentBytes({ ...preset, name: 'careful' }),
    permissions: documentBytes({ ...permissions, name: 'careful', approvals }),
  }
  registry = await testRegistry({ preset: { from: 'careful', documents } })
  officer = await registry.join(registry.root, registry.root.organisation, 'Admin')
  second = await registry.join(registry.root, registry.root.organisation, 'Admin')
  const { id, admin } = await registry.newOrganisation(officer, 'Sunfield')
  owner = admin
  const { accounts } = await done(officer.post('/national/accounts', { organisation: id }))
  const holding = (accounts as { id: string; kind: string }[]).find(({ kind }) => kind === 'holding')?.id
  owners = [{ account: String(holding), share: '100' }]
  const body = { title: 'Approved', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  project = String((await done(owner.post('/national/projects', body))).id)
})
afterAll(() => registry.close())

it('what others approve are the bytes that were submitted, whatever becomes of the draft', async () => {
  const { id, revision } = await writtenDesign(owner, project)
  const at = `/national/drafts/${id}`
  const submit = () => owner.post(`${at}/submission`, { revision }, { key: 'to-be-approved' })
  const made = expectStatus(await submit(), 202).body as unknown as ProposalMade
  const { sha256 } = made.body as { sha256: string }
  expect((await submit()).body).toEqual(made)
  expect(await owner.get(`/national/documents/${sha256}`)).toMatchObject({ status: 404 })

  const changes = [{ path: 'A1.description', value: 'Changed while it waited.' }]
  await done(owner.put(`${at}/values`, { revision, changes }), 200)
  await done(second.post(`/national/proposals/${made.id}/approvals`, { sha256: made.sha256 }))
  const version = expectStatus(await owner.get(`/national/documents/${sha256}`), 200).body
  expect(version).toMatchObject({ kind: 'project-design', version: 1, inForce: true })
  expect(JSON.stringify(version)).not.toContain('Changed while it waited.')
  expect(await owner.get(at)).toMatchObject({ status: 200, body: { revision: revision + 1 } })
  expectStatus(await owner.delete(at), 204)
})

it('a draft goes once what was sent of it is approved, and what it names is for everybody from then on', async () => {
  const { id, revision } = await begin(owner, { project, kind: 'project-design' })
  const bytes = Buffer.from('day,present\n2025-01-01,41\n')
  const file = await done(attach(owner, project, 'minutes.csv', bytes, {}))
  const value = [{ name: 'minutes.csv', sha256: file.sha256 }]
  const changes = [{ path: 'App.minutes', value }]
  const saved = await done(owner.put(`/national/drafts/${id}/values`, { revision, changes }), 200)
  const at = `/national/drafts/${id}`
  const made = expectStatus(await owner.post(`${at}/submission`, { revision: saved.revision }), 202).body
  const isOpen = async () => (await registry.nobody.get(`/national/attachments/${file.id}`)).status === 200
  expect(await owner.get(at)).toMatchObject({ status: 200 })
  expect(await isOpen()).toBe(false)
  expect(await owner.delete(`/national/attachments/${file.id}`)).toMatchObject({ body: { code: 'file-in-use' } })

  await done(second.post(`/national/proposals/${made.id}/approvals`, { sha256: made.sha256 }))
  expect(await isOpen()).toBe(true)
  expect(await owner.get('/national/drafts')).not.toMatchObject({ body: { items: [{ id }] } })
  expect(await owner.get(at)).toMatchObject({ status: 404 })
  expect(await begin(owner, { project, kind: 'project-design' })).toMatchObject({ revision: 1 })
})

it('a preset that names a template which is not here, or is of something else, is not adopted', async () => {
  const { preset } = shippedSources.simple as unknown as { preset: { documents: { kind: string }[] } }
  const next = (template: string) => ({
    ...{ ...preset, name: 'careful', version: 2 },
    documents: preset.documents.map((one) => (one.kind === 'project-design' ? { ...one, template } : one)),
  })
  const adopt = (template: string) =>
    registry.root.post('/national/law', { document: 'preset', content: next(template) })
  const message = (text: string) => [{ field: 'content', message: expect.stringContaining(text) }]
  expect(await adopt('PDD@99')).toMatchObject({ status: 422, body: { errors: message('PDD@99') } })
  expect(await adopt('TRANSFER@1')).toMatchObject({ status: 422, body: { errors: message('TRANSFER@1') } })
  expect(await adopt('pdd')).toMatchObject({ status: 422, body: { code: 'document-unknown' } })
})

it('what is refused, withdrawn or expires is forgotten after a day; what waits or was carried out is not', async () => {
  const { services } = registry
  const kept = async () => {
    const { rows } = await services.pool.query<{ sha256: string }>('SELECT sha256 FROM content_document')
    return rows.map(({ sha256 }) => sha256)
  }
  const body = { title: 'Sent four times', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const { id: another } = await done(owner.post('/national/projects', body))
  const draft = await writtenDesign(owner, String(another))
  let { revision } = draft
  const sent = async (word: string) => {
    const value =
      `${word}: a solar plant of 10 MW feeds electricity into the grid and displaces that of others. `.repeat(3)
    const saved = { revision, changes: [{ path: 'A1.description', value }] }
    revision = Number((await done(owner.put(`/national/drafts/${draft.id}/values`, saved), 200)).revision)
    const { body: made } = expectStatus(await owner.post(`/national/drafts/${draft.id}/submission`, { revision }), 202)
    const { sha256 } = made.body as { sha256: string }
    return { sha256, at: `/national/proposals/${made.id}`, approval: { sha256: made.sha256 } }
  }
  const [refused, withdrawn, approved, waiting] = [
    await sent('Refused'),
    await sent('Withdrawn'),
    await sent('Approved'),
    await sent('Waiting'),
  ]
  await done(second.post(`${refused.at}/refusal`, { reason: 'Not like this, since the numbers are wrong.' }))
  await done(owner.post(`${withdrawn.at}/withdrawal`))
  await done(second.post(`${approved.at}/approvals`, approved.approval))
  expect(await forgetUnsubmitted(services)).toBe(0)
  registry.pass(DAY_MS + 1)
  expect((await Promise.all([forgetUnsubmitted(services), forgetUnsubmitted(services)])).reduce((a, b) => a + b)).toBe(
    2,
  )
  const left = await kept()
  expect([refused, withdrawn, approved, waiting].map(({ sha256 }) => left.includes(sha256))).toEqual([
    false,
    false,
    true,
    true,
  ])
  registry.pass(365 * DAY_MS)
  await expireProposals(services, 100)
  expect(await forgetUnsubmitted(services)).toBe(1)
  expect(await kept()).toContain(approved.sha256)
})
