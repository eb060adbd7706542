import type { Task } from '@tallystick/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { done, expectStatus, type Person } from '../registry.fixture.ts'

let all: Article6

beforeAll(async () => {
  all = await article6()
}, 120_000)
afterAll(() => all?.registry.close())

/** What each of the parties can do about a thing, as their lists of tasks say. */
async function waiting(id: string): Promise<Record<string, string[]>> {
  const parties: [string, Person][] = [
    ['officer', all.officer],
    ['second', all.second],
    ['owner', all.owner.admin],
    ['certifier', all.certifier.admin],
    ['rival', all.rival.admin],
  ]
  const found = await Promise.all(
    parties.map(async ([name, who]) => {
      const { items } = expectStatus(await who.get('/national/tasks?limit=200'), 200).body
      const steps = (items as Task[]).filter((task) => task.id === id).flatMap((task) => task.steps)
      return [name, steps.toSorted()] as const
    }),
  )
  return Object.fromEntries(found.filter(([, steps]) => steps.length > 0))
}

it('each state of a project waits for those who can bring it on, and for nobody else', async () => {
  const { owner, officer, certifier } = all
  const { id } = await done(
    owner.admin.post('/national/projects', {
      ...{ title: 'Second', sectoralScope: '1', methodology: 'AMS-I.D' },
      owners: [{ account: owner.holding, share: '100' }],
    }),
  )
  const path = `/national/projects/${id}`
  const of = () => waiting(String(id))
  const paper = (who: Person, kind: string) => done(all.submit(who, path, kind))
  const step = (who: Person, name: string) => done(all.move(who, path, name))
  expect(await of()).toEqual({ owner: ['document/concept-note', 'submit-concept', 'withdraw'] })
  await paper(owner.admin, 'concept-note')
  expect(await of()).toEqual({ owner: ['submit-concept', 'withdraw'] })
  await step(owner.admin, 'submit-concept')
  const deciding = ['approve-concept', 'document/no-objection-letter', 'reject-concept', 'return-concept']
  expect(await of()).toEqual({ officer: deciding, second: deciding })
  await step(officer, 'return-concept')
  expect(Object.keys(await of())).toEqual(['owner'])
  await paper(owner.admin, 'concept-note')
  await step(owner.admin, 'submit-concept')
  await paper(officer, 'no-objection-letter')
  await step(officer, 'approve-concept')
  expect(Object.keys(await of())).toEqual(['owner'])
  await paper(owner.admin, 'project-design')
  await paper(owner.admin, 'consultation-report')
  await step(owner.admin, 'submit-design')
  await step(officer, 'publish-design')
  // Thirty days are to pass: until then nobody is asked for anything.
  expect(await of()).toEqual({})
  await all.passDays(31)
  expect((await of()).officer).toEqual(expect.arrayContaining(['assignment/validation', 'document/public-comments']))
  await done(all.officer.post(`${path}/comments/bundle`))
  await done(all.officer.post(`${path}/certifiers`, { task: 'validation', organisation: certifier.id }))
  expect(Object.keys(await of()).toSorted()).toEqual(['certifier', 'owner'])
  await paper(all.certifier.admin, 'engagement-agreement')
  expect(await of()).toEqual({ officer: ['begin-validation'], second: ['begin-validation'] })
  await step(all.officer, 'begin-validation')
  const report = ['document/validation-report', 'submit-validation']
  expect(await of()).toEqual({ certifier: report })
  // The validation cannot be submitted while something is open, and so nobody is asked to.
  const { id: finding } = await done(
    all.certifier.admin.post(`${path}/findings`, { kind: 'CL', section: null, text: 'Which meter?' }),
  )
  expect(await of()).toEqual({ certifier: ['document/validation-report'] })
  expect(await waiting(String(finding))).toEqual({ owner: ['answer'] })
  await done(all.owner.admin.post(`${path}/findings/${finding}/answers`, { text: 'The new one.' }))
  expect(await waiting(String(finding))).toEqual({ certifier: ['assess'], officer: ['assess'], second: ['assess'] })
  await done(all.certifier.admin.post(`${path}/findings/${finding}/assessments`, { outcome: 'closed', text: 'Good.' }))
  expect(await of()).toEqual({ certifier: report })
}, 120_000)

it('an accreditation that ends soon waits for the certifier, and what needs one for nobody', async () => {
  const { certifier } = all
  const kinds = async (who: Person) =>
    ((await who.get('/national/tasks?kind=accreditation')).body.items as Task[]).map(({ due }) => due)
  expect(await kinds(all.certifier.admin)).toEqual([])
  const at = all.registry.services.clock().getTime()
  const day = (days: number) => new Date(at + days * 86_400_000).toISOString().slice(0, 10)
  const terms = { accreditedBy: 'Accreditors', scopes: ['2'], from: day(-10), to: day(20) }
  await done(all.officer.post(`/national/organisations/${certifier.id}/accreditations`, terms))
  expect(await kinds(all.certifier.admin)).toEqual([`${day(20)}T23:59:59.999Z`])
  expect(await kinds(all.rival.admin)).toEqual([])
})

it('a monitoring period goes from hand to hand', async () => {
  const path = `/national/projects/${all.project}`
  const opened = await done(all.owner.admin.post(`${path}/periods`, { from: '2023-01-01', to: '2023-12-31' }))
  const id = String(opened.id)
  const period = `/national/periods/${id}`
  expect(await waiting(id)).toMatchObject({ owner: expect.arrayContaining(['submit-report']) })
  await done(all.submit(all.owner.admin, period, 'monitoring-report'))
  await done(all.move(all.owner.admin, period, 'submit-report'))
  expect(Object.keys(await waiting(id)).toSorted()).toEqual(['officer', 'second'])
  await done(all.move(all.officer, period, 'publish-report'))
  expect((await waiting(id)).officer).toEqual(['assignment/verification'])
  await done(all.assign('verification', all.rival))
  expect(await waiting(id)).toEqual({ officer: ['begin-verification'], second: ['begin-verification'] })
  await done(all.move(all.officer, period, 'begin-verification'))
  const waits = await waiting(id)
  expect(Object.keys(waits)).toEqual(['rival'])
  expect(waits.rival).toEqual(['certification', 'document/verification-report'])
}, 60_000)
