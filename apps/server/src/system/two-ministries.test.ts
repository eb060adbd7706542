import { createHash, randomUUID } from 'node:crypto'
import { shippedSources } from '@tallystick/rules'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answer, done, expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry
let officer: Person
let environment: { id: string; admin: Person; second: Person }
let finance: { id: string; admin: Person }
let auditor: { id: string; admin: Person }
let owner: { id: string; admin: Person; holding: string; retirement: string }
let project = ''

beforeAll(async () => {
  registry = await testRegistry({ preset: 'two-ministries' })
  const { root } = registry
  officer = await registry.join(root, root.organisation, 'Admin')
  const ministry = async (kind: string) => {
    const { id } = await done(root.post('/national/organisations', { kind, name: `Ministry of ${kind}` }))
    return { id: String(id), admin: await registry.join(root, String(id), 'Admin') }
  }
  const ofEnvironment = await ministry('environment')
  environment = { ...ofEnvironment, second: await registry.join(root, ofEnvironment.id, 'Admin') }
  finance = await ministry('finance')
  const company = async (kind: string, name: string) => {
    const { id } = await done(officer.post('/national/organisations', { kind, name }))
    return { id: String(id), admin: await registry.join(officer, String(id), 'Admin') }
  }
  auditor = await company('auditor', 'Delta Assurance')
  const terms = { accreditedBy: 'National Accreditors', scopes: ['1'], from: '2020-01-01', to: '2999-12-31' }
  await done(environment.admin.post(`/national/organisations/${auditor.id}/accreditations`, terms))
  const delta = await company('proponent', 'Delta Power')
  const { accounts } = await done(officer.post('/national/accounts', { organisation: delta.id }))
  const account = (wanted: string) => {
    return (accounts as { id: string; kind: string }[]).find(({ kind }) => kind === wanted)?.id ?? ''
  }
  owner = { ...delta, holding: account('holding'), retirement: account('retirement') }
  const owners = [{ account: owner.holding, share: '100' }]
  const asked = { title: 'Delta tidal plant', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  project = String((await done(owner.admin.post('/national/projects', asked))).id)
})
afterAll(() => registry.close())

const hash = () => createHash('sha256').update(randomUUID()).digest('hex')
const at = (path: string) => `/national/projects/${project}/${path}`
const submit = (who: Person, kind: string, path = at('documents')) => done(who.post(path, { kind, sha256: hash() }))
const move = (who: Person, name: string, more: object = {}) => who.post(at('moves'), { move: name, ...more })
const approve = (who: Person, { body }: { body: Record<string, unknown> }) =>
  who.post(`/national/proposals/${body.id}/approvals`, { sha256: body.sha256 })

/** What the registry office asks for: neither ministry alone carries it out, nor two people of one. */
async function byBoth(asked: Promise<Answer>): Promise<Answer> {
  const proposal = expectStatus(await asked, 202)
  expect(expectStatus(await approve(environment.admin, proposal), 201).body).toMatchObject({ status: 'open' })
  expect(expectStatus(await approve(environment.second, proposal), 201).body).toMatchObject({ status: 'open' })
  expect((await approve(officer, proposal)).status).toBeGreaterThanOrEqual(400)
  const read = await officer.get(`/national/proposals/${proposal.body.id}`)
  expect(read.body).toMatchObject({ status: 'open' })
  const last = expectStatus(await approve(finance.admin, proposal), 201)
  expect(last.body).toMatchObject({ status: 'accepted' })
  return last
}

it('nobody stands in for both ministries', async () => {
  const { admin } = environment
  const alike = { name: 'Two Hats', role: 'Admin' }
  const email = 'two.hats@example.org'
  await registry.join(registry.root, environment.id, 'Admin', email)
  expect(await registry.root.post('/national/users', { ...alike, email, organisation: finance.id })).toMatchObject({
    status: 409,
    body: { code: 'email-taken' },
  })
  const other = { ...alike, email: 'another@example.org', organisation: finance.id }
  expect(await admin.post('/national/users', other)).toMatchObject({ status: 403 })
  expect(await officer.post('/national/users', other)).toMatchObject({ status: 403 })
  const organisation = { kind: 'finance', name: 'Treasury of Nowhere', taxId: 'TON-1' }
  const stranger = { email: 'stranger@example.org', name: 'Stranger', organisation }
  expect(await registry.nobody.post('/national/registrations', stranger)).toMatchObject({
    status: 422,
    body: { code: 'code-unknown', facts: { allowed: 'proponent, auditor, investor' } },
  })
})

it('a project goes from its notification to issuance, and both ministries have agreed to each decision', async () => {
  await submit(owner.admin, 'project-note')
  await done(move(owner.admin, 'submit'))
  expect(await move(officer, 'admit')).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  await done(move(environment.admin, 'admit'))
  for (const task of ['validation', 'verification']) {
    await done(officer.post(at('certifiers'), { task, organisation: auditor.id }))
  }
  await submit(auditor.admin, 'validation-report')
  await done(move(auditor.admin, 'report-validation'))
  await submit(officer, 'registration-letter')
  await byBoth(move(officer, 'register'))
  expect((await registry.nobody.get(`/national/projects/${project}`)).body).toMatchObject({ state: 'registered' })

  const purposes = ['NDC', 'OIMP_OP']
  const unit = { unitType: 'ITMO', quantity: '10000', purposes, firstTransfer: 'use-or-cancellation' }
  await byBoth(officer.post(at('authorisations'), { ...unit, cooperativeApproach: 'CA0001' }))
  const { authorisations } = expectStatus(await registry.nobody.get(`/national/projects/${project}`), 200).body
  const [{ id: authorisation }] = authorisations as [{ id: string }]

  const crediting = { kind: 'fixed', from: '2023-01-01', to: '2032-12-31' }
  const set = expectStatus(await officer.post(at('crediting-periods'), crediting), 202)
  expectStatus(await approve(environment.admin, set), 201)
  const period = await done(owner.admin.post(at('periods'), { from: '2024-01-01', to: '2024-12-31' }))
  const ofPeriod = (path: string) => `/national/periods/${period.id}/${path}`
  const step = (who: Person, name: string) => done(who.post(ofPeriod('moves'), { move: name }))
  await submit(owner.admin, 'monitoring-report', ofPeriod('documents'))
  await step(owner.admin, 'report')
  await submit(auditor.admin, 'verification-report', ofPeriod('documents'))
  const outcomes = [{ vintage: '2024', certified: '4800' }]
  await done(auditor.admin.post(ofPeriod('outcomes'), { outcomes }))
  await step(auditor.admin, 'verify')
  await submit(owner.admin, 'issuance-form', ofPeriod('documents'))
  await step(environment.admin, 'approve')

  const batch = { authorisation, vintage: '2024', quantity: '4800', period: period.id }
  expect(await officer.post('/national/batches', batch)).toMatchObject({
    status: 409,
    body: { code: 'certification-missing' },
  })
  await done(auditor.admin.post(at('certifications')))
  await byBoth(officer.post('/national/batches', batch))
  const { totals } = expectStatus(await registry.nobody.get(`/national/projects/${project}`), 200).body
  expect(totals).toMatchObject({ issued: '4800' })
})

it('units are first transferred where both ministries have agreed, whoever holds them', async () => {
  const { items } = expectStatus(await registry.nobody.get(`/national/batches?project=${project}`), 200).body
  const [{ id: batch }] = items as [{ id: string }]
  const retirement = { kind: 'retirement', batch, from: owner.holding, quantity: '100', purpose: 'OIMP_OP' }
  const waiting = await done(owner.admin.post('/national/movements', retirement))
  const step = (who: Person) => who.post(`/national/movements/${waiting.id}/approvals`)
  const another = await registry.join(registry.root, registry.root.organisation, 'Admin')
  expect(await step(another)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  expect(await done(step(environment.admin))).toMatchObject({ step: 'approved' })
  expect(await step(environment.admin)).toMatchObject({ status: 409, body: { code: 'approval-not-distinct' } })
  expect(await step(environment.second)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  expect(await done(step(finance.admin))).toMatchObject({ step: 'done' })
})

it('the next version of the law is adopted by Root and both ministries, and is judged first', async () => {
  const { root } = registry
  const { preset } = shippedSources['two-ministries']
  const words = {
    en: { 'state.registered': 'entered in the book of projects', 'role.proponent/Admin': 'head of the proponent' },
    fr: { 'move.admit': 'admettre au livre' },
  }
  const next = { ...preset, version: 2, trust: { hours: 24 }, words }
  const adopt = (who: Person, content: object, document = 'preset') => who.post('/national/law', { document, content })
  expect(await adopt(officer, next)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
  expect(await adopt(root, { ...next, version: 3 })).toMatchObject({ status: 409, body: { code: 'version-not-next' } })
  expect(await adopt(root, { ...next, scopes: 'all' })).toMatchObject({
    status: 422,
    body: { code: 'document-unknown', errors: [{ field: 'content.scopes' }] },
  })
  const stranding = { ...next, project: { ...(preset as { project: object }).project, ends: ['withdrawn'] } }
  expect(await adopt(root, stranding)).toMatchObject({ status: 422, body: { code: 'preset-strands' } })

  const table = { ...shippedSources['two-ministries'].permissions, version: 2 } as unknown as {
    actions: Record<string, object>
    approvals: Record<string, object>
  }
  const asks = (action: string) => ({ ...table.approvals, [action]: [{ count: 1, by: ['government/Admin'] }] })
  for (const action of ['documents.submit.description', 'organisations.register']) {
    expect(await adopt(root, { ...table, approvals: asks(action) }, 'permissions')).toMatchObject({
      status: 422,
      body: { code: 'law-unsound', errors: [{ field: 'content', message: expect.stringContaining(action) }] },
    })
  }
  const { 'accounts.open': _, ...actions } = table.actions
  expect(await adopt(root, { ...table, actions }, 'permissions')).toMatchObject({
    status: 422,
    body: { code: 'nobody-may', facts: { action: 'accounts.open' } },
  })
  const unheard = { ...table, approvals: asks('organisations.register') }
  const french = await root.post(
    '/national/law',
    { document: 'permissions', content: unheard },
    { headers: { 'accept-language': 'fr' } },
  )
  expect(french.body).toMatchObject({ errors: [{ message: expect.stringContaining('demande des approbations') }] })

  const misspelt = { ...next, trust: { hours: 'a day' } }
  const spanish = await root.post(
    '/national/law',
    { document: 'preset', content: misspelt },
    { headers: { 'accept-language': 'es' } },
  )
  expect(spanish.body).toMatchObject({
    code: 'document-unknown',
    errors: [{ field: 'content.trust.hours', message: 'debe ser un número' }],
  })

  const proposal = expectStatus(await adopt(root, next), 202)
  const { sha256 } = proposal.body.body as { sha256: string }
  expect((await environment.admin.get(`/national/law/${sha256}`)).body).toMatchObject({ content: { version: 2 } })
  expectStatus(await approve(environment.admin, proposal), 201)
  expectStatus(await approve(finance.admin, proposal), 201)
  expect((await registry.nobody.get('/national/law')).body).toMatchObject({
    documents: [
      { document: 'preset', name: 'two-ministries', version: 2, sha256, adopted: { index: expect.any(Number) } },
      { document: 'permissions', version: 1, adopted: { index: 0 } },
    ],
  })
})

it('from then on the words of the country stand on pages and in the time line, each in its language', async () => {
  const page = async (url: string, language: string) =>
    (await registry.app.inject({ url, headers: { 'accept-language': language } })).body
  expect(await page(`/projects/${project}`, 'en')).toContain('entered in the book of projects')
  const timeline = `/projects/${project}/timeline`
  expect(await page(timeline, 'en')).toContain('head of the proponent')
  expect(await page(timeline, 'fr')).toContain('admettre au livre')
  const { items } = (await registry.nobody.get(`/national${timeline}?order=oldest`)).body as {
    items: { by: { role: string; roleWords: string } }[]
  }
  expect(items.map(({ by }) => [by.role, by.roleWords])).toContainEqual(['proponent/Admin', 'head of the proponent'])
})
