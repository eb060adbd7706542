import { randomUUID } from 'node:crypto'
import { type Period, type ProposalMade, statusesOf } from '@tallystick/contract'
import { microOf } from '@tallystick/rules'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { anyRequest, type Known } from '../hostile.fixture.ts'
import { logRowOf } from '../platform/entries.ts'
import { done, expectStatus, type Person } from '../registry.fixture.ts'

const RUNS = 500
const YEARS = ['2023', '2024', '2025']

let all: Article6
let known: Known
let people: Person[] = []

beforeAll(async () => {
  all = await article6()
  const { owner, officer, certifier, rival, registry } = all
  people = [owner.admin, officer, officer, certifier.admin, rival.admin, registry.nobody]
  const periods: string[] = []
  for (const year of YEARS) {
    const days = { from: `${year}-01-01`, to: `${year}-12-31` }
    const { id } = await done(owner.admin.post(`/national/projects/${all.project}/periods`, days))
    periods.push(String(id))
  }
  await done(all.assign('verification', certifier))
  const [issuing = '', verifying = ''] = periods
  await verified(issuing)
  await begun(verifying)
  const finding = await done(
    certifier.admin.post(`/national/periods/${verifying}/findings`, { kind: 'CAR', text: 'Why?' }),
  )
  const fields = {
    '{projects}': [all.project],
    '{periods}': periods,
    '{findings}': [String(finding.id)],
    ...{ period: periods, authorisation: [all.authorisation], vintage: YEARS },
    ...{ from: ['2023-01-01', '2026-01-01'], to: ['2023-12-31', '2026-06-30'] },
    ...{ certified: ['10', '0.5', '0.9', '-2'], quantity: ['1', '7', '100'] },
    ...{ reason: ['other'], kind: ['monitoring-report', 'verification-report', 'renewable', 'CL'] },
    move: ['submit-report', 'publish-report', 'submit-verification', 'request-issuance', 'approve-issuance'],
  }
  known = { texts: Object.values(fields).flat(), fields }
})
afterAll(() => all?.registry.close())

/** The period is under verification. */
async function begun(id: string): Promise<void> {
  const { owner, officer, submit, move } = all
  const path = `/national/periods/${id}`
  await done(submit(owner.admin, path, 'monitoring-report'))
  await done(move(owner.admin, path, 'submit-report'))
  await done(move(officer, path, 'publish-report'))
  await done(move(officer, path, 'begin-verification'))
}

/** Ten tonnes of the period may be issued. */
async function verified(id: string): Promise<void> {
  const { owner, officer, certifier, submit, move } = all
  const path = `/national/periods/${id}`
  await begun(id)
  await done(submit(certifier.admin, path, 'verification-report'))
  await done(certifier.admin.post(`${path}/outcomes`, { outcomes: [{ vintage: YEARS[0] ?? '', certified: '10' }] }))
  await done(move(certifier.admin, path, 'submit-verification'))
  await done(submit(owner.admin, path, 'issuance-form'))
  await done(move(owner.admin, path, 'request-issuance'))
  await all.approved(move(officer, path, 'approve-issuance'))
}

it('whatever is issued and carried, in whichever order and by how many at once, certified is the limit', async () => {
  const [period] = known.fields['{periods}'] ?? []
  const amounts = fc.oneof(
    fc.record({ quantity: fc.constantFrom('1', '2', '3', '10', '11') }),
    fc.record({ certified: fc.constantFrom('0.25', '0.9', '1.75', '2.5', '10.000001') }),
  )
  const wishes = fc.array(fc.record({ amount: amounts, isCarried: fc.boolean() }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(wishes, async (wanted) => {
      const sent = wanted.map(async ({ amount, isCarried }) => {
        const body = { authorisation: all.authorisation, period, vintage: YEARS[0], ...amount }
        const answer = await all.officer.post(isCarried ? '/national/carried-outcomes' : '/national/batches', body)
        if (answer.status === 202) await all.approve(answer.body as unknown as ProposalMade)
      })
      await Promise.all(sent)
      await heldToWhatWasCertified()
    }),
    { numRuns: 25 },
  )
})

const more = new Set(['issueBatch', 'carryOutcome'])

it('whatever is asked about periods, the answer is one that the contract names, and certified is the limit', async () => {
  const { app } = all.registry
  const ours = app.operations.filter(({ id, tag }) => tag === 'Monitoring periods' || more.has(id))
  expect(ours.length).toBe(16)
  const request = fc
    .oneof(
      { arbitrary: fc.constantFrom(...ours), weight: 3 },
      { arbitrary: fc.constantFrom(...ours.filter(({ id }) => more.has(id))), weight: 1 },
    )
    .chain((operation) => anyRequest(operation, known))
  await fc.assert(
    fc.asyncProperty(request, fc.nat(5), async ({ operation, url, body }, at) => {
      const answer = await app.inject({
        method: operation.method,
        url,
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
      if (answer.statusCode === 202) await all.approve(answer.json<ProposalMade>())
    }),
    { numRuns: RUNS },
  )
  await heldToWhatWasCertified()
})

/** Of each year of each period as much was issued and carried as the period says, and no more than was certified. */
async function heldToWhatWasCertified(): Promise<void> {
  const { ledger } = all.registry.services
  const taken = new Map<string, bigint>()
  for (let next = 0; ; ) {
    const entries = (await ledger.entries(next, 1_000)).map(logRowOf)
    for (const { entry } of entries) {
      if (entry.type !== 'BatchIssued' && entry.type !== 'OutcomeCarried') continue
      const { period, vintage, certified } = entry.body
      const micro = microOf(certified)
      const key = `${period} ${vintage}`
      taken.set(key, (taken.get(key) ?? 0n) + (micro > 0n ? micro : 0n))
    }
    if (entries.length === 0) break
    next += entries.length
  }
  const path = `/national/projects/${all.project}/periods?limit=200`
  const periods = expectStatus(await all.registry.nobody.get(path), 200).body.items as Period[]
  const said = periods.flatMap(({ id, outcomes }) => outcomes.map((one) => [`${id} ${one.vintage}`, one] as const))
  for (const [key, { certified, issued, left }] of said) {
    expect([key, microOf(issued)]).toEqual([key, taken.get(key) ?? 0n])
    expect(microOf(issued)).toBeLessThanOrEqual(microOf(certified))
    expect(microOf(left)).toBe(microOf(certified) - microOf(issued))
  }
  const positive = [...taken].filter(([, micro]) => micro > 0n).map(([key]) => key)
  expect(said.map(([key]) => key)).toEqual(expect.arrayContaining(positive))
}
