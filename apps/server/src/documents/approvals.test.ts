import type { ProposalMade } from '@tallystick/contract'
import { documentBytes, shippedSources } from '@tallystick/rules'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'
import { writtenDesign } from './written.fixture.ts'

let registry: TestRegistry
let officer: Person
let second: Person
let owner: Person
let project = ''

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
  const owners = [{ account: holding, share: '100' }]
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
  expect(await adopt('MR@1')).toMatchObject({ status: 422, body: { errors: message('MR@1') } })
  expect(await adopt('pdd')).toMatchObject({ status: 422, body: { code: 'document-unknown' } })
})
