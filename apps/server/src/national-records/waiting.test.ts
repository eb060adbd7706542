import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { itemsOf, organisationOf, suspend } from './records.fixture.ts'

let all: World
let people: Record<string, Person>
/** What waits, by name: where it is decided on, and who entered it. */
const records = new Map<string, { id: string; path: string; by: string }>()

beforeAll(async () => {
  all = await world()
  const { officer, second, sunfield, harbour, project, registry } = all
  const bank = await organisationOf(all, 'holder', 'Green Bank')
  const ministry = await organisationOf(all, 'ministry', 'Ministry of Water')
  const viewer = await registry.join(officer, sunfield.id, 'ViewOnly')
  const manager = await registry.join(second, registry.root.organisation, 'Manager')
  people = { officer, second, manager, viewer, bank: bank.admin, ministry: ministry.admin }
  Object.assign(people, { sunfield: sunfield.admin, harbour: harbour.admin })
  const period = await done(officer.post('/national/ndc-periods', { startYear: 2021, endYear: 2030 }))
  const action = { kind: 'enablement', title: 'School', enablement: { type: 'financial' } }
  const target = { objective: 'Water for all', kpi: '5', unit: 'wells' }
  const money = {
    ...{ project: project.id, instruments: ['grant'], type: 'public', level: 'national', stream: 'carbon-market' },
    ...{ from: '2026-01-01', to: '2027-01-01', amount: '5', currency: 'USD' },
  }
  const enter = async (name: string, by: string, at: string, decided: string, body: object) => {
    const made = await people[by]?.post(at, body)
    records.set(name, { id: String(made?.body.id), path: `${decided}/${made?.body.id}/decisions`, by })
    expect(made?.status).toBe(201)
  }
  const actions = `/national/projects/${project.id}/ndc-actions`
  await enter('by an owner', 'sunfield', actions, '/national/ndc-actions', action)
  await enter('by an officer', 'officer', actions, '/national/ndc-actions', action)
  const register = '/national/ndc-register-actions'
  await enter('of a ministry', 'ministry', `/national/ndc-periods/${period.id}/actions`, register, target)
  const financing = '/national/financing'
  await enter('by one side', 'sunfield', financing, financing, { ...money, investor: bank.id })
  await enter('by the other', 'bank', financing, financing, { ...money, investor: bank.id })
  await enter('from outside', 'harbour', financing, financing, { ...money, investorName: 'A fund' })
  await enter('national', 'second', financing, financing, { ...money, project: null, investorName: 'A bank' })
})
afterAll(() => all.registry.close())

it('the tasks of everybody are the records that he may decide on, and no others', async () => {
  for (const [name, who] of Object.entries(people)) {
    const listed = (await itemsOf(who, '/national/tasks?kind=record&limit=100')).map(({ id }) => id)
    for (const [record, { id, path, by }] of records) {
      // Whoever may decide is told that the revision is another.
      const { body } = await who.post(path, { revision: 99, outcome: 'approved' })
      const may = body.code === 'revision-stale' && by !== name
      expect([record, name, listed.includes(id)]).toEqual([record, name, may])
    }
  }
  const officers = await itemsOf(all.second, '/national/tasks?kind=record')
  expect(officers.map(({ title }) => title)).toEqual([
    'Decide on the NDC action 001-E-001 School',
    'Decide on the NDC action 001-E-002 School',
    'Decide on an entry of the NDC register: Water for all',
    'Decide on a financing that was recorded: Green Bank',
    'Decide on a financing that was recorded: Green Bank',
    'Decide on a financing that was recorded: A fund',
  ])
})

it('is a task as long as it waits, page by page', async () => {
  const seen: unknown[] = []
  for (let next = ''; ; ) {
    const { body } = await all.officer.get(`/national/tasks?kind=record&limit=2${next}`)
    seen.push(...(body.items as { id: string }[]).map(({ id }) => id))
    if (body.next === null) break
    next = `&cursor=${body.next}`
  }
  expect(new Set(seen).size).toBe(6)
  expect(seen).toHaveLength(6)
  const { id = '', path = '' } = records.get('of a ministry') ?? {}
  await done(all.second.post(path, { revision: 1, outcome: 'approved' }))
  expect((await itemsOf(all.officer, '/national/tasks?kind=record')).map((task) => task.id)).not.toContain(id)
})

it('a suspended organisation has no such task', async () => {
  const bank = await all.registry.signIn(await emailOf('bank'))
  expect(await itemsOf(bank, '/national/tasks?kind=record')).toHaveLength(1)
  await suspend(all, bank.organisation)
  const again = await all.registry.signIn(await emailOf('bank'))
  expect(await itemsOf(again, '/national/tasks?kind=record')).toEqual([])
})

async function emailOf(name: string): Promise<string> {
  const { rows } = await all.registry.services.pool.query<{ email: string }>(
    `SELECT u.email FROM content_user u JOIN content_mandate m ON m.user_id = u.id
       JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate WHERE r.row ->> 'organisation' = $1`,
    [people[name]?.organisation],
  )
  return rows[0]?.email ?? ''
}
