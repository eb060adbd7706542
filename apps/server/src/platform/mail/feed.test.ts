import { isReceipt } from '@tallystick/ledger'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus } from '../../registry.fixture.ts'
import { type World, world } from '../../world.fixture.ts'
import { beginFeed, type Feeding, feedEntries, feedProposals } from './feed.ts'

let all: World
let feeding: Feeding
const warned: string[] = []

beforeAll(async () => {
  all = await world()
  const { services } = all.registry
  feeding = { services, language: 'en', log: { info: () => undefined, warn: (text) => void warned.push(text) } }
})
afterAll(() => all?.registry.close())

interface Row {
  cause: string
  template: string
  language: string
  email: string
  organisation: string
  params: Record<string, unknown>
}

/** Who was told of what since the last time. */
async function told(): Promise<Row[]> {
  while ((await feedEntries(feeding)) + (await feedProposals(feeding)) > 0);
  const { rows } = await all.registry.services.pool.query<Row>(
    `SELECT o.cause, o.template, o.language, o.email, o.params, r.row ->> 'organisation' AS organisation
       FROM content_mail o JOIN content_mandate m ON m.user_id = o.user_id
       JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate ORDER BY o.template, o.email`,
  )
  await all.registry.services.pool.query(`UPDATE content_mail SET cause = 'old:' || cause, created_at = '-infinity'`)
  return rows.filter(({ cause }) => !cause.startsWith('old:'))
}

const templates = (rows: readonly Row[]) => rows.map(({ template }) => template)

it('tells nobody of what happened before it began', async () => {
  expect(await feedEntries(feeding)).toBe(0)
  await beginFeed(all.registry.services.pool)
  await beginFeed(all.registry.services.pool)
  expect(await told()).toEqual([])
})

it('tells whoever decides, and the owners, of a project', async () => {
  const { sunfield, harbour, officer, registry } = all
  const body = {
    title: 'Wind park',
    sectoralScope: '1',
    methodology: 'AMS-I.D',
    owners: [
      { account: sunfield.holding, share: '60' },
      { account: harbour.holding, share: '40' },
    ],
  }
  const project = await done(sunfield.admin.post('/national/projects', body))
  const rows = await told()
  // Whoever did it knows; his co-owner does not, nor do those who decide.
  expect(
    rows.filter(({ template }) => template === 'project-registered').map(({ organisation }) => organisation),
  ).toEqual([harbour.id])
  const deciders = rows.filter(({ template }) => template === 'project-waits')
  expect(deciders.length).toBeGreaterThanOrEqual(2)
  expect(new Set(deciders.map(({ organisation }) => organisation))).toEqual(new Set([registry.root.organisation]))
  expect(deciders[0]?.params).toMatchObject({ project: { title: 'Wind park' } })

  await registry.services.pool.query(
    `UPDATE content_user u SET language = 'fr' FROM content_mandate m JOIN ledger_row r ON r.id = m.mandate
      WHERE m.user_id = u.id AND r.row ->> 'organisation' = $1`,
    [harbour.id],
  )
  await done(officer.post(`/national/projects/${project.id}/moves`, { move: 'register' }))
  const moved = await told()
  expect(new Set(templates(moved))).toEqual(new Set(['project-moved']))
  expect(new Set(moved.map(({ organisation }) => organisation))).toEqual(new Set([sunfield.id, harbour.id]))
  expect(moved.find(({ organisation }) => organisation === harbour.id)?.language).toBe('fr')
  expect(moved[0]?.params).toMatchObject({ state: { code: 'registered', list: 'state' } })
})

it('tells who may approve a proposal, then its proposer and the owners', async () => {
  const { approved, officer, authorisation } = all
  const asked = officer.post('/national/batches', { authorisation, vintage: '2024', quantity: '1000' })
  expectStatus(await asked, 202)
  const waits = await told()
  expect(new Set(templates(waits))).toEqual(new Set(['proposal-waits']))
  expect(waits.map(({ email }) => email)).not.toContain(await emailOf(officer.token))
  expect(String(waits[0]?.params.what)).toMatch(/1,000/)

  await approved(asked)
  const rows = await told()
  expect(new Set(templates(rows))).toEqual(new Set(['credits-issued', 'proposal-accepted']))
  expect(rows.filter(({ template }) => template === 'proposal-accepted').map(({ email }) => email)).toEqual([
    await emailOf(officer.token),
  ])
  const shares = rows.filter(({ template }) => template === 'credits-issued').map(({ params }) => params.quantity)
  expect(shares).toEqual(expect.arrayContaining([{ number: '600' }, { number: '400' }]))
})

it('tells the receiver of a transfer, who must accept one, and its proposer that it was declined', async () => {
  const { sunfield, harbour, issue } = all
  const batch = await issue('2025', '1000')
  await told()
  const movement = { batch: batch.id, from: sunfield.holding, to: harbour.holding, quantity: '100' }
  await done(sunfield.admin.post('/national/transfers', movement))
  const received = await told()
  expect(received.map(({ template, organisation }) => [template, organisation])).toEqual([
    ['transfer-received', harbour.id],
  ])
  expect(received[0]?.params).toMatchObject({ quantity: { number: '100' }, vintage: '2025' })

  const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
  const proposed = { kind: 'transfer', ...movement, acceptance: true, expiresAt }
  const asked = expectStatus(await sunfield.admin.post('/national/movements', proposed), 201)
  const must = await told()
  expect(must.map(({ template, organisation }) => [template, organisation])).toEqual([['movement-accept', harbour.id]])
  expectStatus(await harbour.admin.post(`/national/movements/${asked.body.id}/decline`), 201)
  const declined = await told()
  expect(declined.map(({ template, email }) => [template, email])).toEqual([
    ['movement-declined', await emailOf(sunfield.admin.token)],
  ])
})

it('tells a colleague of the holder that a large movement waits for him', async () => {
  const { registry, sunfield, harbour, issue } = all
  const batch = await issue('2023', '1000')
  const colleague = await registry.join(all.second, sunfield.id, 'Admin')
  // On the word of the same officer as whoever moves the units: they count as one.
  await registry.join(all.officer, sunfield.id, 'Admin')
  const policy = { secondAbove: '10', acceptance: false, trustedOnly: false }
  await done(sunfield.admin.post(`/national/accounts/${sunfield.holding}/policy`, policy))
  await told()
  const movement = { batch: batch.id, from: sunfield.holding, to: harbour.holding, quantity: '100', wait: true }
  expectStatus(await sunfield.admin.post('/national/transfers', movement), 202)
  const rows = await told()
  expect(rows.map(({ template, email }) => [template, email])).toEqual([
    ['movement-approve', await emailOf(colleague.token)],
  ])
})

/** Template and organisation of each mail, each once. */
const toWhom = (rows: readonly Row[]) =>
  [...new Set(rows.map(({ template, organisation }) => `${template} ${nameOf(organisation)}`))].toSorted()

function nameOf(id: string): string {
  const { sunfield, harbour, registry } = all
  const known = new Map([
    [sunfield.id, 'sunfield'],
    [harbour.id, 'harbour'],
    [registry.root.organisation, 'government'],
  ])
  return known.get(id) ?? 'certifier'
}

it('tells who answers a finding, who assesses it, and that it is closed', async () => {
  const { officer, sunfield, project } = all
  const path = `/national/projects/${project.id}/findings`
  await told()
  const { id } = await done(officer.post(path, { kind: 'CAR', section: null, text: 'Secret reasons.' }))
  const raised = await told()
  expect(toWhom(raised)).toEqual(['finding-answer harbour', 'finding-answer sunfield'])
  expect(raised[0]?.params).toMatchObject({ finding: 'CAR 1', project: { title: all.project.title } })
  expect(JSON.stringify(raised)).not.toContain('Secret')
  await done(sunfield.admin.post(`${path}/${id}/answers`, { text: 'So.' }))
  expect(toWhom(await told())).toEqual(['finding-assess government'])
  await done(officer.post(`${path}/${id}/assessments`, { outcome: 'open', text: 'No.' }))
  expect(toWhom(await told())).toEqual(['finding-answer harbour', 'finding-answer sunfield'])
  await done(sunfield.admin.post(`${path}/${id}/answers`, { text: 'So, then.' }))
  await told()
  await done(officer.post(`${path}/${id}/assessments`, { outcome: 'closed', text: 'Yes.' }))
  expect(toWhom(await told())).toEqual(['finding-closed harbour', 'finding-closed sunfield'])
})

it('tells certifiers, owners and affiliates of what concerns them', async () => {
  const { officer, sunfield, harbour, registry, project } = all
  const certifier = await done(officer.post('/national/organisations', { kind: 'certifier', name: 'Assessors' }))
  const admin = await registry.join(officer, String(certifier.id), 'Admin')
  await told()
  const at = `/national/organisations/${certifier.id}`
  const terms = { accreditedBy: 'Accreditors', scopes: ['1'], from: '2020-01-01', to: '2999-12-31' }
  const { id: accreditation } = await done(officer.post(`${at}/accreditations`, terms))
  expect(toWhom(await told())).toEqual(['accreditation-given certifier'])
  const certifiers = `/national/projects/${project.id}/certifiers`
  await done(officer.post(certifiers, { task: 'verification', organisation: certifier.id }))
  expect(toWhom(await told())).toEqual([
    'certifier-assigned certifier',
    'certifier-named harbour',
    'certifier-named sunfield',
  ])
  const paper = { kind: 'verification-report', sha256: 'a'.repeat(64) }
  await done(admin.post(`/national/projects/${project.id}/documents`, paper))
  expect(toWhom(await told())).toEqual(['document-submitted harbour', 'document-submitted sunfield'])
  await done(officer.post(`${certifiers}/release`, { task: 'verification', reason: 'ended' }))
  expect(new Set(toWhom(await told()))).toEqual(
    new Set(['certifier-released certifier', 'certifier-released harbour', 'certifier-released sunfield']),
  )
  await done(officer.post(`${at}/accreditations/withdraw`, { accreditation, reason: 'misconduct' }))
  expect(toWhom(await told())).toEqual(['accreditation-withdrawn certifier'])
  const path = `/national/organisations/${sunfield.id}/affiliations`
  await done(officer.post(path, { organisation: harbour.id, kind: 'people' }))
  expect(toWhom(await told())).toEqual(['affiliation-recorded harbour', 'affiliation-recorded sunfield'])
  await done(officer.post(`${path}/end`, { organisation: harbour.id, reason: 'ended' }))
  expect(toWhom(await told())).toEqual(['affiliation-ended harbour', 'affiliation-ended sunfield'])
})

it('tells holders of holds, suspended accounts and credits used for good', async () => {
  const { officer, sunfield, harbour, issue, registry } = all
  const batch = await issue('2021', '100')
  const colleague = await registry.join(sunfield.admin, sunfield.id, 'Admin')
  await told()
  const hold = await done(officer.post('/national/holds', { reason: 'court-order', batch: batch.id }))
  expect(toWhom(await told())).toEqual(['hold-placed harbour', 'hold-placed sunfield'])
  await done(officer.post(`/national/holds/${hold.id}/lift`))
  expect(toWhom(await told())).toEqual(['hold-ended harbour', 'hold-ended sunfield'])
  const account = `/national/accounts/${harbour.holding}`
  await done(officer.post(`${account}/suspend`, { reason: 'investigation' }), 200)
  expect(toWhom(await told())).toEqual(['account-suspended harbour'])
  await done(officer.post(`${account}/reactivate`, { reason: 'administrative' }), 200)
  expect(toWhom(await told())).toEqual(['account-reactivated harbour'])
  const retire = { batch: batch.id, from: sunfield.holding, quantity: '5', purpose: 'voluntary' }
  await done(sunfield.admin.post('/national/retirements', { ...retire, beneficiary: { name: 'A buyer' } }))
  const ended = await told()
  expect(toWhom(ended)).toEqual(['credits-ended sunfield', 'credits-ended-told government'])
  const emails = ended.filter(({ template }) => template === 'credits-ended').map(({ email }) => email)
  expect(emails).toContain(await emailOf(colleague.token))
  expect(emails).not.toContain(await emailOf(sunfield.admin.token))
})

it('tells owners of a revoked authorisation, and Admins of who came and went', async () => {
  const { officer, sunfield, registry, approved, project } = all
  const made = await done(
    officer.post(`/national/projects/${project.id}/authorisations`, { unitType: 'NCC', quantity: '400' }),
  )
  expect(toWhom(await told())).toEqual(['authorisation-given harbour', 'authorisation-given sunfield'])
  const path = `/national/authorisations/${made.id}/revocation`
  await approved(officer.post(path, { reason: 'legal', effectiveFrom: '2026-01-01' }))
  expect(toWhom(await told())).toEqual(
    expect.arrayContaining(['authorisation-revoked harbour', 'authorisation-revoked sunfield']),
  )
  const { body } = await officer.post('/national/users', {
    ...{ email: 'new@example.org', name: 'New', organisation: sunfield.id, role: 'ViewOnly' },
  })
  expect(toWhom(await told())).toEqual(['user-added sunfield'])
  expectStatus(await officer.delete(`/national/users/${body.id}`), 200)
  expect(toWhom(await told())).toEqual(['user-removed sunfield'])
  expect(registry.services.language).toBe('en')
})

it('tells a proposer why his proposal was refused', async () => {
  const { officer, second, authorisation } = all
  const asked = { authorisation, vintage: '2020', quantity: '10' }
  const { id } = await done(officer.post('/national/batches', asked), 202)
  await told()
  await done(second.post(`/national/proposals/${id}/refusal`, { reason: 'Too early.' }))
  const rows = await told()
  expect(rows.map(({ template, email }) => [template, email])).toEqual([
    ['proposal-refused', await emailOf(officer.token)],
  ])
  expect(rows[0]?.params).toMatchObject({ reason: 'Too early.' })
})

it('tells holder and pledgee of a pledge and of its end', async () => {
  const { sunfield, harbour, issue } = all
  const batch = await issue('2022', '100')
  await told()
  const units = { batch: batch.id, account: sunfield.holding, quantity: '7' }
  const pledge = await done(
    sunfield.admin.post('/national/pledges', { ...units, to: harbour.id, reason: 'collateral' }),
  )
  const pledged = await told()
  expect(toWhom(pledged)).toEqual(['pledge-received harbour', 'units-pledged sunfield'])
  expect(pledged[0]?.params).toMatchObject({ quantity: { number: '7' }, holder: { organisation: 'Sunfield Power' } })
  await done(harbour.admin.post(`/national/pledges/${pledge.id}/release`))
  const ended = await told()
  expect(toWhom(ended)).toEqual(['pledge-ended sunfield'])
  expect(ended.map(({ params }) => params.quantity)).toContainEqual({ number: '7' })
  // Whoever did it knows.
  expect(ended.map(({ email }) => email)).not.toContain(await emailOf(harbour.admin.token))
})

it('tells the people of an organisation that it is suspended, and asks nobody who wants only what is essential', async () => {
  const { registry, harbour, issue } = all
  await registry.services.pool.query(`UPDATE content_user SET mail_pace = 'never'`)
  await issue('2022', '10')
  expect(await told()).toEqual([])
  await suspend('OrganisationSuspended')
  const rows = await told()
  expect(rows.map(({ template, organisation }) => [template, organisation])).toEqual([
    ['organisation-suspended', harbour.id],
  ])
})

it('tells of each entry once, whoever feeds and however often', async () => {
  const { registry } = all
  await suspend('OrganisationReactivated')
  const fed = await Promise.all(Array.from({ length: 6 }, () => feedEntries(feeding)))
  expect(fed.filter((count) => count > 0)).toHaveLength(1)
  expect(templates(await told())).toEqual(['organisation-reactivated'])
  const { rows } = await registry.services.pool.query('SELECT next FROM content_mail_feed')
  expect(rows).toEqual([{ next: String((await registry.services.ledger.head()).size) }])
  expect(warned).toEqual([])
})

async function suspend(type: 'OrganisationSuspended' | 'OrganisationReactivated'): Promise<void> {
  const { officer, harbour, registry } = all
  const by = String((await done(officer.get('/national/sessions/current'), 200)).mandate)
  const outcome = await registry.services.ledger.execute({
    type,
    by,
    key: { sender: by, id: type },
    requestHash: '0'.repeat(64),
    request: { organisation: harbour.id, reason: 'investigation' },
  })
  expect(isReceipt(outcome)).toBe(true)
}

async function emailOf(token: string): Promise<string> {
  const answer = await all.registry.app.inject({
    url: '/national/sessions/current',
    headers: { authorization: `Bearer ${token}` },
  })
  return answer.json<{ user: { email: string } }>().user.email
}
