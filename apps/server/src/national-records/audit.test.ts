import { afterAll, beforeAll, expect, it } from 'vitest'
import { done } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { itemsOf, organisationOf } from './records.fixture.ts'

let all: World

beforeAll(async () => {
  all = await world()
})
afterAll(() => all.registry.close())

it('the search of all doings tells what was done in national records, by whom, and what it was about', async () => {
  const { sunfield, officer, second, project } = all
  const ministry = await organisationOf(all, 'ministry', 'Ministry of Water')
  const action = { kind: 'enablement', title: 'School', enablement: { type: 'financial' } }
  const { id } = await done(sunfield.admin.post(`/national/projects/${project.id}/ndc-actions`, action))
  const one = `/national/ndc-actions/${id}`
  await done(officer.post(`${one}/decisions`, { revision: 1, outcome: 'rejected', reason: 'No.' }))
  await done(sunfield.admin.post(`${one}/withdrawal`, { revision: 2, reason: 'Well.' }))
  const values = { '1A1': { co2: '5' } }
  await done(ministry.admin.post('/national/inventories/2020/versions', { revision: 0, values }))
  await done(officer.post('/national/inventories/2020/finalisation', { revision: 1 }))

  const found = await itemsOf(second, '/national/audit?action=records.*')
  expect(found.map(({ sentence }) => sentence)).toEqual([
    'A Admin finalised something in the national records: inventory 2020.',
    'A Admin entered something in the national records: inventory 2020.',
    'A Admin withdrew something from the national records: 001-E-001.',
    'A Admin rejected something in the national records: 001-E-001.',
    'A Admin entered something in the national records: 001-E-001.',
  ])
  expect(found[3]).toMatchObject({
    type: 'record-rejected',
    source: 'registry',
    about: id,
    by: { role: 'government/Admin' },
  })
  const own = await itemsOf(second, `/national/audit?organisation=${ministry.id}&type=record-entered`)
  expect(own).toMatchObject([{ by: { organisation: { name: 'Ministry of Water' } } }])
})
