import { FACTS } from '@tallystick/templates'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { FACTS_TOLD } from './facts.ts'
import { begin, example, write, writtenIn } from './written.fixture.ts'

let all: Article6
let period = ''
const at = (path = '') => `/national/periods/${period}${path}`

beforeAll(async () => {
  all = await article6()
  const { owner, officer, certifier, submit, move, project } = all
  const days = { from: '2023-01-01', to: '2023-12-31' }
  period = String((await done(owner.admin.post(`/national/projects/${project}/periods`, days))).id)
  await done(submit(owner.admin, at(), 'monitoring-report'))
  await done(move(owner.admin, at(), 'submit-report'))
  await done(move(officer, at(), 'publish-report'))
  await done(all.assign('verification', certifier))
  await done(move(officer, at(), 'begin-verification'))
  await done(submit(certifier.admin, at(), 'verification-report'))
  await done(certifier.admin.post(at('/outcomes'), { outcomes: [{ vintage: '2023', certified: '50.5' }] }))
  await done(move(certifier.admin, at(), 'submit-verification'))
}, 120_000)
afterAll(() => all?.registry.close())

interface Form {
  [section: string]: Record<string, unknown>
}

/** All that people write in the form, for so many tonnes. */
const written = (requested: string) => {
  const own: Record<string, unknown> = {
    'quantity.requested': [{ vintage: '2023', requested }],
    'units.unitType': 'NCC',
  }
  return writtenIn(example('selu.issuance.json')).map(({ path, value }) => ({
    path,
    value: (own[path] ?? value) as never,
  }))
}

const valuesOf = (body: Record<string, unknown>) => (body.document as { values: Form }).values

async function submitForm(who: Person, requested: string) {
  const { id, revision } = await begin(who, { project: all.project, period, kind: 'issuance-form' })
  const next = await write(who, id, revision, written(requested))
  return { id, revision: next, shown: expectStatus(await who.get(`/national/drafts/${id}`), 200).body }
}

it('every fact that a template may name is told by the registry, or by nobody', () => {
  expect([...FACTS_TOLD].sort()).toEqual(Object.keys(FACTS).sort())
})

it('an issuance is not asked for without its form, which no certifier writes', async () => {
  const { owner, certifier, move } = all
  expect(await move(owner.admin, at(), 'request-issuance')).toMatchObject({
    status: 409,
    body: { code: 'document-missing', facts: { kinds: 'issuance-form' } },
  })
  const about = { project: all.project, period, kind: 'issuance-form' }
  expect(await certifier.admin.post('/national/drafts', about)).toMatchObject({ status: 403 })
})

it('the form knows the period, what was certified of it, and how an issuance would be split', async () => {
  const { owner } = all
  const { id, revision, shown } = await submitForm(owner.admin, '50')
  expect(shown).toMatchObject({ problems: [], byHand: [] })
  expect(valuesOf(shown)).toMatchObject({
    head: { requestNumber: 'XT-001-REQUEST-1', title: 'Salt Lake' },
    project: { developer: { name: 'Sunfield' }, account: owner.holding, crediting: { start: '2023-01-01' } },
    verification: {
      body: { name: 'Assessors' },
      periodNumber: '1',
      period: { start: '2023-01-01', end: '2023-12-31' },
    },
    quantity: {
      certified: [{ vintage: '2023', certified: '50.5', remainderIn: '0' }],
      requested: [{ vintage: '2023', requested: '50', available: '50.5', remainderOut: '0.5' }],
      left: '100000',
    },
    split: {
      split: [{ vintage: '2023', gross: '50', buffer: '0', sop: '0', omge: '0', host: '0', net: '50' }],
      owners: [{ owner: { name: 'Sunfield' }, account: owner.holding, share: '100', units: '50' }],
    },
  })
  const tooMany = await write(owner.admin, id, revision, [
    { path: 'quantity.requested', value: [{ vintage: '2023', requested: '51' }] },
  ])
  const refused = await owner.admin.post(`/national/drafts/${id}/submission`, { revision: tooMany })
  expect(refused).toMatchObject({ status: 422, body: { code: 'document-unfinished' } })
  expect(JSON.stringify(refused.body)).toContain('quantity.requested.0.requested')
  const again = await write(owner.admin, id, tooMany, written('50'))
  expect(await done(owner.admin.post(`/national/drafts/${id}/submission`, { revision: again }))).toMatchObject({
    kind: 'issuance-form',
    template: 'ISSUANCE@1',
    version: 1,
    period,
  })
})

it('once it was issued the form is completed with its serial numbers, compared and printed', async () => {
  const { owner, officer, move, registry } = all
  await done(move(owner.admin, at(), 'request-issuance'))
  await all.approved(move(officer, at(), 'approve-issuance'))
  const { body } = await all.approved(
    officer.post('/national/batches', { authorisation: all.authorisation, period, vintage: '2023', quantity: '50' }),
  )
  await done(move(officer, at(), 'complete-issuance'))
  const { id, revision, shown } = await submitForm(owner.admin, '50')
  expect(shown.problems).toEqual([])
  expect(valuesOf(shown)).toMatchObject({
    quantity: { left: '100000', certified: [{ remainderIn: '0' }] },
    split: { split: [{ net: '50' }] },
    serials: {
      blocks: [{ vintage: '2023', start: '1', end: '50', count: '50', text: 'XT-NCC-1-001-2023-0-1-50' }],
      total: '50',
    },
    decision: { certificate: expect.stringMatching(/^I-\d{6}$/) },
  })
  const { items } = expectStatus(await officer.get(`${at('/documents')}`), 200).body as {
    items: { kind: string; sha256: string }[]
  }
  const first = items.find(({ kind }) => kind === 'issuance-form')?.sha256
  const second = await done(owner.admin.post(`/national/drafts/${id}/submission`, { revision }))
  const compared = await registry.nobody.get(`/national/documents/${second.sha256}/comparison?from=${first}`)
  const paths = (compared.body.changes as { path: string }[]).map(({ path }) => path)
  expect(paths).toEqual(expect.arrayContaining(['serials.blocks.0', 'decision.certificate']))
  const url = `/national/documents/${second.sha256}`
  expect((await registry.app.inject({ url: `${url}/page?language=es` })).body).toContain('XT-NCC-1-001-2023-0-1-50')
  const pdf = await registry.app.inject({ url: `${url}/pdf` })
  expect(pdf.rawPayload.subarray(0, 5).toString()).toBe('%PDF-')
  const places = await registry.nobody.get(
    `/national/projects/${all.project}/documents/issuance-form/signatures?period=${period}`,
  )
  expect((places.body.places as { slot: string }[]).map(({ slot }) => slot)).toEqual([
    'owner',
    'first-officer',
    'second-officer',
  ])
  expect(body.batch).toEqual(expect.any(String))
})
