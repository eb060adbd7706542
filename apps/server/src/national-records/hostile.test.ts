import { randomUUID } from 'node:crypto'
import { statusesOf } from '@tallystick/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { anyRequest, type Known } from '../hostile.fixture.ts'
import { done, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { organisationOf } from './records.fixture.ts'

/** Runs of the test; a long one sets more, such as 5000. */
const RUNS = Number(process.env.TALLYSTICK_RECORD_REQUESTS ?? 400)

const TAGS = ['NDC actions', 'NDC register', 'Financing', 'Inventory']

let all: World
let people: Person[]
let known: Known

beforeAll(async () => {
  all = await world()
  const { officer, second, sunfield, project, registry } = all
  const ministry = await organisationOf(all, 'ministry', 'Ministry of Climate')
  people = [officer, second, sunfield.admin, ministry.admin, registry.nobody]
  const school = { kind: 'enablement', title: 'School', enablement: { type: 'financial' } }
  const action = await done(sunfield.admin.post(`/national/projects/${project.id}/ndc-actions`, school))
  const period = await done(officer.post('/national/ndc-periods', { startYear: 2021, endYear: 2030 }))
  const target = { objective: 'Water', kpi: '5', unit: 'wells' }
  const entered = await done(ministry.admin.post(`/national/ndc-periods/${period.id}/actions`, target))
  const money = {
    ...{ project: null, investorName: 'A fund', instruments: ['grant'], type: 'public', level: 'national' },
    ...{ stream: 'carbon-market', from: '2026-01-01', to: '2027-01-01', amount: '5', currency: 'USD' },
  }
  const financing = await done(officer.post('/national/financing', money))
  const ids = { '{projects}': [project.id], '{ndc-actions}': [String(action.id)], '{ndc-periods}': [String(period.id)] }
  const fields = {
    ...ids,
    '{ndc-register-actions}': [String(entered.id)],
    '{financing}': [String(financing.id)],
    ...{ year: ['2020', '2021'], project: [project.id], parent: [String(entered.id)], ministry: [ministry.id] },
    ...{ drawsOn: [String(financing.id)], investor: [sunfield.id], currency: ['USD', 'EUR'], outcome: ['approved'] },
    ...{ csv: ['code,co2\n1A1,5', 'code;bau\n3B;-1,5', 'code,co2\n"'], amount: ['1', '0.0001', '999999999999999'] },
    ...{ status: ['pending', 'approved'], number: ['001-E-001'], estimatedCredits: ['1', '999999999999999'] },
  }
  known = { texts: ['5', '-5', '2020', 'AMS-I.D', '2026-01-01', ...Object.values(fields).flat()], fields }
})
afterAll(() => all.registry.close())

it('whatever is asked of national records, the answer is one that the contract names', async () => {
  const operations = all.registry.app.operations.filter(({ tag }) => TAGS.includes(tag))
  expect(operations.length).toBeGreaterThan(30)
  const request = fc.constantFrom(...operations).chain((operation) => anyRequest(operation, known))
  // Revisions are numbers, which the arbitrary makes of anything: here they are mostly such as there are.
  const revision = fc.constantFrom(undefined, 0, 1, 2, 3)
  await fc.assert(
    fc.asyncProperty(request, revision, fc.nat(4), async ({ operation, url, body }, number, at) => {
      const asked = number === undefined || typeof body !== 'object' ? body : { ...body, revision: number }
      const answer = await all.registry.app.inject({
        method: operation.method,
        url,
        headers: {
          ...(people[at]?.token ? { authorization: `Bearer ${people[at].token}` } : {}),
          ...(operation.command ? { 'idempotency-key': randomUUID() } : {}),
          ...(asked === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(asked === undefined ? {} : { payload: JSON.stringify(asked) }),
      })
      const named = statusesOf(operation)
      if (answer.statusCode === 404 && answer.json().code === 'not-found') named.add(404)
      expect([...named, 405], answer.body).toContain(answer.statusCode)
    }),
    { numRuns: RUNS },
  )
})
