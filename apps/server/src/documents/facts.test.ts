import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { done, expectStatus } from '../registry.fixture.ts'
import { begin } from './written.fixture.ts'

let all: Article6
let period = ''

beforeAll(async () => {
  all = await article6()
  const days = { from: '2023-01-01', to: '2023-12-31' }
  period = String((await done(all.owner.admin.post(`/national/projects/${all.project}/periods`, days))).id)
}, 120_000)
afterAll(() => all?.registry.close())

it('a monitoring report begins with its period, and with what is in force of the project', async () => {
  const { document, problems } = await begin(all.owner.admin, {
    project: all.project,
    period,
    kind: 'monitoring-report',
  })
  expect(document.values.head).toMatchObject({
    reference: 'XT-001',
    title: 'Salt Lake',
    period: '1',
    dates: { start: '2023-01-01', end: '2023-12-31' },
    pdd: { id: 'XT-001-PDD-v1' },
  })
  expect(problems.map(({ path }) => path)).not.toContain('head.dates')
  const other = await all.owner.admin.post('/national/drafts', { project: all.project, kind: 'monitoring-report' })
  expect(other).toMatchObject({ status: 422, body: { code: 'code-unknown' } })
})

it('a validation report names its certifier, how it is accredited, and the findings', async () => {
  const path = `/national/projects/${all.project}`
  const { document } = await begin(all.certifier.admin, { project: all.project, kind: 'validation-report' })
  expect(document.values.head).toMatchObject({
    certifier: { name: 'Assessors' },
    accreditedScopes: ['1'],
    accreditedUntil: '2999-12-31',
    pdd: { id: 'XT-001-PDD-v1' },
    globalConsultation: { start: expect.any(String), end: expect.any(String) },
  })
  const raised = await all.certifier.admin.post(`${path}/findings`, {
    kind: 'FAR',
    section: 'B.7',
    text: 'Train them.',
  })
  const isOpen = raised.status === 201
  const drafts = expectStatus(await all.certifier.admin.get('/national/drafts'), 200).body.items as { id: string }[]
  const { body } = expectStatus(await all.certifier.admin.get(`/national/drafts/${drafts[0]?.id}`), 200)
  const { findings } = (body.document as { values: Record<string, Record<string, unknown>> }).values
  expect(findings?.findings ?? []).toEqual(
    isOpen
      ? [
          expect.objectContaining({
            type: 'FAR',
            number: '1',
            section: 'B.7',
            description: 'Train them.',
            status: 'OPEN',
          }),
        ]
      : [],
  )
})

it('a rival certifier may not begin what it is not assigned to', async () => {
  const answer = await all.rival.admin.post('/national/drafts', { project: all.project, kind: 'validation-report' })
  expect(answer).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
})
