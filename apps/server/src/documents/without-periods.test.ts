import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { begin, example, templateNamed, write } from './written.fixture.ts'

let all: World
let certifier: Person

beforeAll(async () => {
  all = await world('Selu Grid Solar Plant')
  const { registry, officer, project } = all
  const { id } = await done(officer.post('/national/organisations', { kind: 'certifier', name: 'Northern Audit Ltd' }))
  certifier = await registry.join(officer, String(id), 'Admin')
  const terms = { accreditedBy: 'National Accreditors', scopes: ['1'], from: '2020-01-01', to: '2999-12-31' }
  await done(officer.post(`/national/organisations/${id}/accreditations`, terms))
  for (const task of ['validation', 'verification'])
    await done(officer.post(`/national/projects/${project.id}/certifiers`, { task, organisation: id }))
  for (const kind of ['project-design', 'monitoring-report', 'verification-report'])
    await done(
      officer.post(`/national/projects/${project.id}/documents`, {
        kind,
        sha256: kind.length.toString(16).padStart(64, '0'),
      }),
    )
}, 120_000)
afterAll(() => all?.registry.close())

const DAYS = { start: '2024-01-01', end: '2024-12-31' }

/** What the registry fills in where periods are kept. */
const BY_HAND: Record<string, unknown> = {
  'project.crediting': { start: '2023-01-01', end: '2032-12-31' },
  'verification.date': '2025-02-01',
  'verification.periodNumber': '1',
  'verification.period': DAYS,
  'quantity.certified': [{ vintage: '2024', certified: '1000.4', remainderIn: '0' }],
}

/** Everything that people write in a form, and what is by hand here. */
function written(own: Record<string, unknown>) {
  const document = example('selu.issuance.json')
  return templateNamed('ISSUANCE').sections.flatMap(({ key, fields }) =>
    fields.flatMap((field) => {
      const path = `${key}.${field.key}`
      if (path in own) return [{ path, value: own[path] as never }]
      const value = document.values[key]?.[field.key]
      return field.auto || value === undefined ? [] : [{ path, value }]
    }),
  )
}

const form = { kind: 'issuance-form' }
const own = { ...BY_HAND, 'quantity.requested': [{ vintage: '2024', requested: '1000' }], 'units.unitType': 'ITMO' }

it('where no periods are kept, what the registry would fill in of them is people’s to write, and the draft says so', async () => {
  const { sunfield, project, officer } = all
  const { admin } = sunfield
  const { id, revision } = await begin(admin, { project: project.id, ...form })
  const begun = expectStatus(await admin.get(`/national/drafts/${id}`), 200).body
  expect((begun.byHand as string[]).sort()).toEqual(Object.keys(BY_HAND).sort())
  expect((begun.problems as { path: string }[]).map(({ path }) => path)).toEqual(
    expect.arrayContaining(Object.keys(BY_HAND)),
  )
  const next = await write(admin, id, revision, written(own))
  const shown = expectStatus(await admin.get(`/national/drafts/${id}`), 200).body
  expect(shown.problems).toEqual([])
  const { values } = shown.document as { values: Record<string, Record<string, unknown>> }
  expect(values).toMatchObject({
    head: { requestNumber: 'XT-001-REQUEST-1' },
    verification: { body: { name: 'Northern Audit Ltd' }, report: { id: 'XT-001-VERIFICATION-v1' }, period: DAYS },
    quantity: { left: '10000', requested: [{ available: '1000.4', remainderOut: '0.4' }] },
    split: { split: [{ net: '1000' }], owners: [{ units: '600' }, { units: '400' }] },
  })
  const refused = await admin.put(`/national/drafts/${id}/values`, {
    revision: next,
    changes: [{ path: 'quantity.left', value: '5' }],
  })
  expect(refused.status).toBe(400)
  const first = await done(admin.post(`/national/drafts/${id}/submission`, { revision: next }))
  expect(first).toMatchObject({ version: 1, template: 'ISSUANCE@1', period: null })

  await all.approved(
    officer.post('/national/batches', {
      ...{ authorisation: all.authorisation, vintage: '2024', quantity: '1000' },
      monitoringPeriod: { from: DAYS.start, to: DAYS.end },
    }),
  )
  const again = await begin(admin, { project: project.id, ...form })
  expect(again.document.values).toMatchObject({
    verification: { period: DAYS },
    serials: { blocks: [{ start: '1', end: '1000', text: 'XT-ITMO-1-001-2024-0-1-1000' }], total: '1000' },
    split: { owners: [{ units: '600' }, { units: '400' }] },
  })
  expect(again.problems).toEqual([])
})

it('an issuance waits for no form where the preset asks for none', async () => {
  const batch = await all.issue('2025', '10')
  expect(batch.block.quantity).toBe('10')
})

it('each kind of document of the country can be begun by those who write it', async () => {
  const { registry, sunfield, officer } = all
  const owners = [{ account: sunfield.holding, share: '100' }]
  const body = { title: 'Another', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const project = String((await done(sunfield.admin.post('/national/projects', body))).id)
  for (const task of ['validation', 'verification'])
    await done(officer.post(`/national/projects/${project}/certifiers`, { task, organisation: certifier.organisation }))
  const byOwner = [
    'initial-notification',
    'project-design',
    'monitoring-report',
    'authorisation-request',
    'issuance-form',
  ]
  for (const kind of byOwner) await begin(sunfield.admin, { project, kind })
  for (const kind of ['engagement-agreement', 'validation-report', 'verification-report'])
    await begin(certifier, { project, kind })
  const { items } = expectStatus(await sunfield.admin.get(`/national/drafts?project=${project}`), 200).body
  expect((items as { kind: string }[]).map(({ kind }) => kind).sort()).toEqual([...byOwner].sort())
  expect(await registry.nobody.get('/national/templates/MR/1')).toMatchObject({ status: 200, body: { of: 'period' } })
})
