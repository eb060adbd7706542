import { type Json, template, templates } from '@tallystick/templates'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { TOTALS } from '../platform/negative-results.ts'
import { done, type Person } from '../registry.fixture.ts'
import { world } from '../world.fixture.ts'
import { attachNamed, begin, example, write, writtenDesign, writtenIn } from './written.fixture.ts'

let all: Article6
/** A monitoring period that is verified, but for its outcome. */
let period = ''
/** What the verifier asks about it. */
let finding = ''

beforeAll(async () => {
  all = await article6()
})
afterAll(() => all?.registry.close())

const refused = { status: 409, body: { code: 'result-negative' } }
const certify = (certified: string) =>
  all.rival.admin.post(`${period}/outcomes`, { outcomes: [{ vintage: '2025', certified }] })
const issue = () =>
  all.officer.post('/national/batches', {
    authorisation: all.authorisation,
    period: idOf(period),
    vintage: '2025',
    quantity: '1',
  })

/** Sums that people write of a year themselves, in place of those of the calculation. */
type Typed = Record<'be' | 'pe' | 'le', string>

const idOf = (path: string) => path.split('/').at(-1)

/** The report of an example, with a calculation of so many tonnes of project emissions. */
async function reported(
  who: Person,
  projectEmissions: string,
  typed?: Typed,
  year = '2025',
  of = period,
): Promise<string> {
  const about = { project: all.project, period: idOf(of), kind: 'monitoring-report' }
  const { id, revision } = await begin(who, about)
  const document = example('selu.monitoring.json')
  const kept = document.values.E?.calculation as { inputs: Record<string, Json> }
  const inputs = { ...kept.inputs, projectEmissions: { value: projectEmissions, unit: 'tCO2e' } }
  const { snapshot } = await done(who.post('/national/calculations/ACM0002', { inputs }), 200)
  await attachNamed(who, all.project, document)
  const { be, pe, le } = (snapshot as { result: { be: string; pe: string; le: string } }).result
  const monitored = document.values.D2?.monitored as Record<string, Json>[]
  const others = ['operatingMargin', 'buildMargin', 'operatingWeight'].map((parameter) => ({
    ...monitored[0],
    parameter,
  }))
  const own: Record<string, Json> = {
    ...(year === '2025' ? {} : { 'head.completed': `${Number(year) + 1}-01-31` }),
    'D2.monitored': [...monitored, ...others],
    'E.calculation': snapshot as Json,
    'E.yearly': [{ vintage: year, ...(typed ?? { be, pe, le }) }],
  }
  // Asked for where more was reduced than was thought before.
  document.values.E = {
    ...document.values.E,
    increase: 'The plant ran for more hours than was thought. '.repeat(9).trim(),
  }
  const changes = writtenIn(document).map(({ path, value }) => ({ path, value: own[path] ?? value }))
  const now = await write(who, id, revision, changes)
  return String((await done(who.post(`/national/drafts/${id}/submission`, { revision: now }))).sha256)
}

it('a report whose calculation is negative is handed in, and nothing is certified or issued by it', async () => {
  const { owner, officer, rival, move } = all
  const days = { from: '2025-01-01', to: '2025-12-31' }
  period = `/national/periods/${(await done(owner.admin.post(`/national/projects/${all.project}/periods`, days))).id}`
  const sha256 = await reported(owner.admin, '99999')
  await done(move(owner.admin, period, 'submit-report'))
  await done(move(officer, period, 'publish-report'))
  await done(all.assign('verification', rival))
  await done(move(officer, period, 'begin-verification'))
  const facts = { kind: 'monitoring-report', path: 'E.calculation', sha256 }
  expect(await certify('100')).toMatchObject({ ...refused, body: { ...refused.body, facts } })
  const french = await rival.admin.post(
    `${period}/outcomes`,
    { outcomes: [{ vintage: '2025', certified: '100' }] },
    { headers: { 'accept-language': 'fr' } },
  )
  expect(french.body.detail).toContain('est négatif')
  expect(await issue()).toMatchObject(refused)
  // That nothing was reduced may be certified.
  expect(await certify('0')).toMatchObject({ status: 201 })
  expect(await issue()).toMatchObject(refused)
})

/** The version in force of the monitoring report, as the page of the period has it. */
async function inForce(): Promise<unknown> {
  const { documents } = await done(all.registry.nobody.get(period), 200)
  return (documents as { kind: string }[]).find(({ kind }) => kind === 'monitoring-report')
}

it('a version on paper, or the data of another document, does not take back what the report says', async () => {
  const { owner, rival, submit } = all
  const { sha256 } = (await inForce()) as { sha256: string }
  expect(await inForce()).toMatchObject({ version: 1, onPaper: false })
  finding = String((await done(rival.admin.post(`${period}/findings`, { kind: 'CL', text: 'Is it so much?' }))).id)
  const says = { ...refused, body: { ...refused.body, facts: { path: 'E.calculation', sha256 } } }
  for (const version of [2, 3]) {
    await done(submit(owner.admin, period, 'monitoring-report'))
    expect(await inForce()).toMatchObject({ version, onPaper: true })
    expect(await certify('100')).toMatchObject(says)
    expect(await issue()).toMatchObject(says)
  }
  // The report on another period, which is not negative.
  const days = { from: '2026-01-01', to: '2026-12-31' }
  const other = await done(owner.admin.post(`/national/projects/${all.project}/periods`, days))
  all.registry.pass(60_000)
  const elsewhere = await reported(owner.admin, '0', undefined, '2026', `/national/periods/${other.id}`)
  await done(owner.admin.post(`${period}/documents`, { kind: 'monitoring-report', sha256: elsewhere }))
  expect(await certify('100')).toMatchObject(says)
})

it('a report whose calculation is positive and whose own total is negative is none the better', async () => {
  const sha256 = await reported(all.owner.admin, '0', { be: '100', pe: '500', le: '0' })
  const facts = { kind: 'monitoring-report', path: 'E.totalEr', sha256 }
  expect(await inForce()).toMatchObject({ sha256, onPaper: false })
  expect(await certify('100')).toMatchObject({ ...refused, body: { ...refused.body, facts } })
  expect(await issue()).toMatchObject({ ...refused, body: { ...refused.body, facts } })
})

it('a further report that is not negative opens the way again', async () => {
  const { owner, rival } = all
  await reported(owner.admin, '0')
  const at = `${period}/findings/${finding}`
  await done(owner.admin.post(`${at}/answers`, { text: 'A typing error.' }))
  await done(rival.admin.post(`${at}/assessments`, { outcome: 'closed', text: 'Seen.' }))
  expect(await certify('100')).toMatchObject({ status: 201 })
  expect(await issue()).toMatchObject({ status: 409, body: { code: 'period-state' } })
})

it('what the verifier has found counts likewise, until he finds otherwise', async () => {
  const { rival, project, submit } = all
  const about = { project, period: idOf(period), kind: 'verification-report' }
  const found = async (own: Record<string, Json>): Promise<string> => {
    const { id, revision } = await begin(rival.admin, about)
    const document = example('selu.verification.json')
    await attachNamed(rival.admin, project, document)
    const changes = writtenIn(document).map(({ path, value }) => ({ path, value: own[path] ?? value }))
    const now = await write(rival.admin, id, revision, changes)
    return String((await done(rival.admin.post(`/national/drafts/${id}/submission`, { revision: now }))).sha256)
  }
  const year = { vintage: '2025', be: '100', pe: '500', le: '0', er: '-400', certified: '0' }
  const sha256 = await found({ 'emissions.yearly': [year] })
  const facts = { kind: 'verification-report', path: 'emissions.total', sha256 }
  expect(await certify('100')).toMatchObject({ ...refused, body: { ...refused.body, facts } })
  await done(submit(rival.admin, period, 'verification-report'))
  expect(await certify('100')).toMatchObject({ ...refused, body: { ...refused.body, facts } })
  await found({})
  expect(await certify('100')).toMatchObject({ status: 201 })
})

it('the places where documents state their totals are there, in every version of their templates', () => {
  for (const { id, version } of templates()) {
    const total = TOTALS[id]
    const [section = '', field] = total?.split('.') ?? []
    const found = template(id, version)?.sections.find(({ key }) => key === section)
    expect(found?.fields.find(({ key }) => key === field)?.type, id).toBe(total && 'decimal')
  }
})

it('where there are no monitoring periods the design decides', async () => {
  const simple = await world()
  try {
    const { officer, sunfield, project, authorisation } = simple
    const { id, revision } = await writtenDesign(sunfield.admin, project.id)
    const kept = example('selu.pdd.json').values.B63?.calculation as { inputs: Record<string, Json> }
    const inputs = { ...kept.inputs, projectEmissions: { value: '99999', unit: 'tCO2e' } }
    const { snapshot } = await done(officer.post('/national/calculations/ACM0002', { inputs }), 200)
    const changes = [{ path: 'B63.calculation', value: snapshot }]
    const saved = await done(sunfield.admin.put(`/national/drafts/${id}/values`, { revision, changes }), 200)
    const asked = { authorisation, vintage: '2024', quantity: '1' }
    const first = { key: 'asked-for-before' }
    expect(await officer.post('/national/batches', asked, first)).toMatchObject({ status: 202 })
    await done(sunfield.admin.post(`/national/drafts/${id}/submission`, { revision: saved.revision }))
    expect(await officer.post('/national/batches', asked)).toMatchObject({
      status: 409,
      body: { code: 'result-negative', facts: { kind: 'project-design', path: 'B63.calculation' } },
    })
    // A command that was taken before is answered as it was; what it waits for does not come.
    const { status, body } = await officer.post('/national/batches', asked, first)
    expect(status).toBe(202)
    const approve = await simple.second.post(`/national/proposals/${body.id}/approvals`, { sha256: body.sha256 })
    expect(approve).toMatchObject({ status: 409, body: { code: 'result-negative' } })
    expect(await officer.get('/national/batches')).toMatchObject({ body: { items: [] } })
  } finally {
    await simple.registry.close()
  }
})
