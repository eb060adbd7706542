import { afterAll, beforeAll, expect, it } from 'vitest'
import { plainDescription } from '../description.fixture.ts'
import { done, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { fieldsOf, short } from './records.fixture.ts'

let all: World
let path = ''

beforeAll(async () => {
  all = await world()
  path = `/national/projects/${all.project.id}`
})
afterAll(() => all.registry.close())

const LIST = '/national/ndc-actions'
const wind = { title: 'Wind farm', methodology: 'ACM0002', mitigation: { type: 'wind', subType: 'onshore' } }
const submit = (who: Person, estimatedCredits: string) =>
  who.post(`${path}/ndc-actions`, { kind: 'mitigation', ...wind, estimatedCredits })
const change = (who: Person, id: unknown, revision: number, estimatedCredits: string) =>
  who.post(`${LIST}/${id}/versions`, { revision, ...wind, estimatedCredits })
const decide = (id: unknown, revision: number, outcome: string) =>
  all.officer.post(`${LIST}/${id}/decisions`, { revision, outcome, reason: 'So it is.' })
/** The estimate of the project, in the next version of its description. */
const expectOf = async (...unitCounts: string[]) => {
  const estimations = unitCounts.map((unitCount, at) => {
    return { creditingPeriodStart: `${2026 + at}-01-01`, creditingPeriodEnd: `${2026 + at}-12-31`, unitCount }
  })
  await done(all.sunfield.admin.put(`${path}/description`, { ...plainDescription('XT-51'), estimations }), 200)
}

it('actions come to no more than the project expects, where it says so', async () => {
  const { sunfield, harbour } = all
  const free = await done(submit(sunfield.admin, '999999999999999'))
  await done(sunfield.admin.post(`${LIST}/${free.id}/withdrawal`, { revision: 1, reason: 'A try.' }))
  await expectOf('600', '400.9')
  expect(await submit(sunfield.admin, '1001')).toMatchObject({ status: 409, body: { facts: { left: '1000' } } })
  const first = await done(submit(sunfield.admin, '700'))
  expect(short(await submit(harbour.admin, '301'))).toEqual([409, 'too-much'])

  const wave = await Promise.all(Array.from({ length: 10 }, () => submit(harbour.admin, '100')))
  expect(wave.filter(({ status }) => status === 201)).toHaveLength(3)
  expect(wave.filter(({ body }) => body.code === 'too-much')).toHaveLength(7)

  expect(short(await change(sunfield.admin, first.id, 1, '701'))).toEqual([409, 'too-much'])
  await done(decide(first.id, 1, 'approved'))
  await done(change(sunfield.admin, first.id, 2, '100'))
  // What was approved counts until less is approved.
  expect(short(await submit(harbour.admin, '1'))).toEqual([409, 'too-much'])
  await done(decide(first.id, 3, 'approved'))
  await done(submit(harbour.admin, '600'))
})

it('what a project expects less of by now is not approved any more', async () => {
  const { sunfield } = all
  await expectOf('1000000')
  const { id } = await done(submit(sunfield.admin, '5000'))
  await expectOf('10')
  expect(short(await decide(id, 1, 'approved'))).toEqual([409, 'too-much'])
  await done(decide(id, 1, 'rejected'))
})

it('the sector of the description says which types of mitigation there are', async () => {
  const { sunfield } = all
  const solar = { kind: 'mitigation', ...wind, mitigation: { type: 'solar', subType: 'photovoltaics' } }
  await done(sunfield.admin.post(`${path}/ndc-actions`, solar))
  const forest = { ...solar, mitigation: { type: 'forestry', subType: 'mangroves' } }
  const answer = await sunfield.admin.post(`${path}/ndc-actions`, forest)
  expect([...short(answer), fieldsOf(answer)]).toEqual([422, 'code-unknown', ['mitigation.type']])
})
