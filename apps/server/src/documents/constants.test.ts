import { referenceSet } from '@tallystick/calculators'
import type { Json } from '@tallystick/templates'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { type Begun, example, writtenDesign } from './written.fixture.ts'

let all: World

beforeAll(async () => {
  all = await world()
})
afterAll(() => all?.registry.close())

/** One officer asks that these constants be in force, another approves. */
async function adopt(version: string): Promise<void> {
  const entry = {
    ...{ key: 'undp.rice.factor', value: '0.05', unit: 'tCO2e/ha/d', source: 'Decree 1', sourceVersion: '1' },
    ...{ validFrom: null, validTo: null, verifiedBy: 'Designated national authority', verifiedAt: '2026-05-04' },
  }
  const { officer, second } = all
  const made = await officer.post('/national/parameters', { content: { id: 'exampleland', version, entries: [entry] } })
  const { id, sha256 } = expectStatus(made, 202).body
  expectStatus(await second.post(`/national/proposals/${id}/approvals`, { sha256 }), 201)
}

const draft = async (id: string) =>
  expectStatus(await all.sunfield.admin.get(`/national/drafts/${id}`), 200).body as unknown as Begun

async function warned(id: string): Promise<string[]> {
  const { problems } = await draft(id)
  const said = problems.filter(({ code }) => code === 'constants-not-in-force')
  for (const one of said) expect(one).toMatchObject({ path: 'B63.calculation', severity: 'warning' })
  return said.map(({ message }) => message)
}

const words = (used: string, now: string) =>
  `This was calculated with the constants ${used}; in force in the country are ${now}. ` +
  'Calculate it again, unless the earlier ones are meant.'

it('a calculation with other constants than those in force is warned of, and may be submitted', async () => {
  const { admin } = all.sunfield
  const { id, revision } = await writtenDesign(admin, all.project.id)
  expect(await warned(id)).toEqual([])
  await adopt('2026-1')
  const reference = `${referenceSet.id} ${referenceSet.version}`
  expect(await warned(id)).toEqual([words(reference, 'exampleland 2026-1')])

  const kept = example('selu.pdd.json').values.B63?.calculation as { inputs: Record<string, Json> }
  const { snapshot } = await done(admin.post('/national/calculations/ACM0002', { inputs: kept.inputs }), 200)
  const changes = [{ path: 'B63.calculation', value: snapshot }]
  const saved = await done(admin.put(`/national/drafts/${id}/values`, { revision, changes }), 200)
  expect(await warned(id)).toEqual([])

  await adopt('2026-2')
  expect(await warned(id)).toEqual([words('exampleland 2026-1', 'exampleland 2026-2')])
  await done(admin.post(`/national/drafts/${id}/submission`, { revision: saved.revision }))
})

it('whoever writes where the registry fills in is told what stands there', async () => {
  const { admin } = all.sunfield
  const { id, revision } = await writtenDesign(admin, all.project.id)
  const { document } = await draft(id)
  const { title } = document.values.head as { title: string }
  expect(title).not.toBe('')
  const changes = [{ path: 'head.title', value: 'Mine' }]
  const { status, body } = await admin.put(`/national/drafts/${id}/values`, { revision, changes })
  expect(status).toBe(400)
  expect(body.errors).toEqual([{ field: 'head.title', message: `The registry fills this in; it would be ${title}.` }])
})
