import { expect, it, onTestFinished } from 'vitest'
import { article6 } from '../article6.fixture.ts'
import { CSV } from '../platform/files/judge/samples.fixture.ts'
import { done, expectStatus, type Person, testRegistry } from '../registry.fixture.ts'
import { sender } from './attach.fixture.ts'

const read = async (who: Person, id: unknown) => (await who.get(`/national/attachments/${id}`)).status

it('certifiers that are assigned read what is not public and attach to their own reports; others do not', async () => {
  const { registry, owner, certifier, rival, project, assign } = await article6()
  onTestFinished(() => registry.close())
  const attach = sender(registry)
  const { id } = expectStatus(await attach(owner.admin, project, CSV, { name: 'a.csv' }), 201).body
  const report = { name: 'report.csv', document: 'validation-report' }
  expect(await read(certifier.admin, id)).toBe(200)
  expect(await read(rival.admin, id)).toBe(404)
  expect(await attach(rival.admin, project, CSV, report)).toMatchObject({
    status: 403,
    body: { code: 'not-permitted' },
  })
  expect(await attach(owner.admin, project, CSV, report)).toMatchObject({ status: 403 })
  const made = expectStatus(await attach(certifier.admin, project, CSV, report), 201).body
  expect(made).toMatchObject({ by: { name: 'Assessors' }, document: 'validation-report' })
  expect(await read(owner.admin, made.id)).toBe(200)
  expect(await owner.admin.delete(`/national/attachments/${made.id}`)).toMatchObject({ status: 403 })
  await assign('verification', rival)
  expect(await read(rival.admin, id)).toBe(200)
})

it('a ministry that decides on projects reads what is not public', async () => {
  const registry = await testRegistry({ preset: 'two-ministries' })
  onTestFinished(() => registry.close())
  const { root } = registry
  const officer = await registry.join(root, root.organisation, 'Admin')
  const member = async (by: Person, kind: string) => {
    const { id } = await done(by.post('/national/organisations', { kind, name: `The ${kind}` }))
    return { id: String(id), admin: await registry.join(by, String(id), 'Admin') }
  }
  const [environment, developer, other] = [
    await member(root, 'environment'),
    await member(officer, 'proponent'),
    await member(officer, 'proponent'),
  ]
  const { accounts } = await done(officer.post('/national/accounts', { organisation: developer.id }))
  const [{ id: account } = { id: '' }] = accounts as { id: string }[]
  const body = { title: 'A', sectoralScope: '1', methodology: 'AMS-I.D', owners: [{ account, share: '100' }] }
  const project = String((await done(developer.admin.post('/national/projects', body))).id)
  const { id } = expectStatus(await sender(registry)(developer.admin, project, CSV, { name: 'a.csv' }), 201).body
  expect(await read(environment.admin, id)).toBe(200)
  expect(await read(other.admin, id)).toBe(404)
  expect(await environment.admin.delete(`/national/attachments/${id}`)).toMatchObject({ status: 403 })
})
