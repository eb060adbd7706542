import type { Task } from '@tallystick/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World

beforeAll(async () => {
  all = await world()
  await all.issue('2024', '1000')
})
afterAll(() => all?.registry.close())

async function tasks(who: Person): Promise<Task[]> {
  return expectStatus(await who.get('/national/tasks'), 200).body.items as Task[]
}
const steps = async (...people: Person[]) =>
  Promise.all(people.map(async (who) => (await tasks(who)).map((task) => [task.kind, ...task.steps].join(' '))))

it('a loss waits for who decides on it, then for who makes it good', async () => {
  const { officer, second, sunfield, harbour, project, registry } = all
  const report = { project: project.id, occurredOn: '2024-06-01', cause: 'fire' }
  const { id } = await done(sunfield.admin.post('/national/reversals', report))
  const path = `/national/reversals/${id}`
  const [task] = await tasks(officer)
  expect(task).toMatchObject({
    ...{ kind: 'reversal', id, path, steps: ['decide'], due: null },
    ...{ project: { title: project.title }, organisation: { id: sunfield.id } },
  })
  expect(task?.title).toContain('Decide on a loss')
  expect(task?.others).toHaveLength(1)
  expect(Date.parse(task?.since ?? '')).toBeLessThanOrEqual(Date.now())
  const people = [officer, second, sunfield.admin, harbour.admin, registry.root]
  expect(await steps(...people)).toEqual([['reversal decide'], ['reversal decide'], [], [], []])

  const loss = { quantity: '30', unitType: 'ITMO' }
  const made = await done(officer.post(`${path}/decision`, { decision: 'avoidable', ...loss }), 202)
  // What is proposed waits for those who approve, and for nobody else.
  expect(await steps(...people)).toEqual([[], ['proposal approve refuse'], [], [], []])
  await done(second.post(`/national/proposals/${made.id}/approvals`))
  expect(await steps(...people)).toEqual([[], [], ['reversal compensate'], ['reversal compensate'], []])
  expect((await tasks(sunfield.admin))[0]?.since).not.toBe(task?.since)

  const again = await done(second.post(`${path}/decision`, { decision: 'unavoidable', ...loss }), 202)
  await done(officer.post(`/national/proposals/${again.id}/approvals`))
  expect(await steps(...people)).toEqual([['reversal cancel'], ['reversal cancel'], [], [], []])
  const last = await done(
    second.post(`${path}/decision`, { decision: 'dismissed', quantity: null, unitType: null }),
    202,
  )
  await done(officer.post(`/national/proposals/${last.id}/approvals`))
  expect(await steps(...people)).toEqual([[], [], [], [], []])
})

it('a finding about what has come to its end waits for nobody', async () => {
  const { officer, harbour } = all
  const owners = [{ account: harbour.holding, share: '100' }]
  const wish = { title: 'Wind park', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const { id } = await done(harbour.admin.post('/national/projects', wish))
  const path = `/national/projects/${id}`
  await done(officer.post(`${path}/findings`, { kind: 'CAR', text: 'Why?' }))
  expect(await steps(harbour.admin)).toEqual([['finding answer']])
  const grounds = { reason: 'incomplete', text: 'The baseline has no measurements.' }
  await done(officer.post(`${path}/moves`, { move: 'reject', ...grounds }))
  expect(await steps(harbour.admin)).toEqual([[]])
})
