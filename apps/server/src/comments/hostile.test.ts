import { randomUUID } from 'node:crypto'
import { statusesOf } from '@tallystick/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fullDescription } from '../description.fixture.ts'
import { anyRequest, type Known, oddTexts, percent } from '../hostile.fixture.ts'
import { done, type Person } from '../registry.fixture.ts'
import { type Commented, commented, randomAddress } from './commented.fixture.ts'

const RUNS = 400

let all: Commented
let known: Known
let people: Person[] = []

beforeAll(async () => {
  all = await commented()
  const { registry, project, draft } = all
  const [owner, officer] = [await all.owner(), await all.officer()]
  people = [owner, officer, registry.nobody]
  const described = await done(owner.put(`/national/projects/${project}/description`, fullDescription), 200)
  const { id } = await all.confirmed()
  const link = (await all.comment()) ?? ''
  const fields = {
    '{projects}': [project, draft],
    comment: [id],
    sha256: [String(described.sha256)],
    version: ['1'],
    ...{ from: ['1'], to: ['1'], token: [link], owner: [all.ownerId], title: ['salt lake'], sector: ['energy'] },
    ...{
      name: ['Ana'],
      email: ['ana@example.net'],
      language: ['fr'],
      currency: ['USD'],
      amount: ['1.50'],
      sectoralScope: ['1'],
    },
    ...{
      startDate: ['2026-01-01'],
      endDate: ['2030-01-01'],
      type: ['solar'],
      subType: ['photovoltaics'],
      country: ['NA'],
    },
  }
  known = { texts: Object.values(fields).flat(), fields }
})
afterAll(() => all.registry.close())

const more = new Set(['listProjects', 'readPrice', 'setPrice'])

it('whatever is said of projects, and asked of what is said, the answer is one that the contract names', async () => {
  const { app } = all.registry
  const ours = app.operations.filter(({ id, tag }) => tag === 'Descriptions' || tag === 'Comments' || more.has(id))
  expect(ours.length).toBe(18)
  const request = fc.constantFrom(...ours).chain((operation) => anyRequest(operation, known))
  await fc.assert(
    fc.asyncProperty(request, fc.nat(2), async ({ operation, url, body }, at) => {
      const answer = await app.inject({
        method: operation.method,
        url,
        remoteAddress: randomAddress(),
        headers: {
          ...(people[at]?.token ? { authorization: `Bearer ${people[at]?.token}` } : {}),
          ...(operation.command ? { 'idempotency-key': randomUUID() } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      })
      const named = statusesOf(operation)
      if (answer.statusCode === 404 && answer.json().code === 'not-found') named.add(404)
      expect([...named, 405], answer.body).toContain(answer.statusCode)
    }),
    { numRuns: RUNS },
  )
})

it('forms and links take anything', async () => {
  const { app } = all.registry
  for (const text of oddTexts) {
    const payload = `token=${percent(text)}&name=${percent(text)}&email=${percent(text)}&text=${percent(text)}&${percent(text)}=1`
    const form = { payload, headers: { 'content-type': 'application/x-www-form-urlencoded' }, method: 'POST' as const }
    for (const request of [
      { url: `/comments/confirm?token=${percent(text)}`, method: 'GET' as const },
      { url: '/comments/confirm', ...form, remoteAddress: randomAddress() },
      { url: `/projects/${all.project}/comments`, ...form, remoteAddress: randomAddress() },
      { url: `/projects/${percent(text)}/comments`, ...form, remoteAddress: randomAddress() },
    ]) {
      const { statusCode, body } = await app.inject(request)
      expect([statusCode < 500, request.url, body]).toEqual([true, request.url, body])
    }
  }
})
