import { randomBytes } from 'node:crypto'
import type { Period, PeriodDetails } from '@tallystick/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { done, expectStatus } from '../registry.fixture.ts'

let all: Article6

beforeAll(async () => {
  all = await article6()
  await done(all.assign('verification', all.certifier))
}, 120_000)
afterAll(() => all?.registry.close())

const refused = (status: number, code: string) => ({ status, body: expect.objectContaining({ code }) })
const pathOf = (id: string) => `/national/periods/${id}`
const open = (from: string, to: string) =>
  all.owner.admin.post(`/national/projects/${all.project}/periods`, { from, to })
const read = async (id: string) =>
  expectStatus(await all.registry.nobody.get(pathOf(id)), 200).body as unknown as PeriodDetails
const withdraw = (id: string) => done(all.move(all.owner.admin, pathOf(id), 'withdraw-report'))

async function opened(from: string, to: string): Promise<string> {
  return String((await done(open(from, to))).id)
}

/** A report of which nobody has seen the bytes before; its hash. */
async function report(id: string): Promise<string> {
  const sha256 = randomBytes(32).toString('hex')
  await done(all.owner.admin.post(`${pathOf(id)}/documents`, { kind: 'monitoring-report', sha256 }))
  return sha256
}

function certify(id: string, vintage: string, sha256?: string) {
  const documents = sha256 === undefined ? {} : { documents: [{ kind: 'monitoring-report', sha256 }] }
  const outcomes = [{ vintage, certified: '10' }]
  return all.certifier.admin.post(`${pathOf(id)}/outcomes`, { outcomes, ...documents })
}

/** A period that is under verification, and the hash of its report. */
async function underVerification(from: string, to: string): Promise<{ id: string; sha256: string }> {
  const id = await opened(from, to)
  const sha256 = await report(id)
  await done(all.move(all.owner.admin, pathOf(id), 'submit-report'))
  await done(all.move(all.officer, pathOf(id), 'publish-report'))
  await done(all.move(all.officer, pathOf(id), 'begin-verification'))
  return { id, sha256 }
}

describe('what was certified is what the report says', () => {
  it('names the report, which then stays; a finding opens the way for another, which is certified anew', async () => {
    const { id, sha256 } = await underVerification('2023-01-01', '2023-03-31')
    expect(await done(certify(id, '2023', sha256))).toMatchObject({
      documents: [{ kind: 'monitoring-report', sha256 }],
    })
    expect(await read(id)).toMatchObject({ certified: { documents: [{ kind: 'monitoring-report', sha256 }] } })
    const another = { kind: 'monitoring-report', sha256: 'ab'.repeat(32) }
    expect(await all.owner.admin.post(`${pathOf(id)}/documents`, another)).toMatchObject(
      refused(409, 'already-certified'),
    )

    const asked = await done(all.certifier.admin.post(`${pathOf(id)}/findings`, { kind: 'CAR', text: 'Wrong meter.' }))
    const next = await report(id)
    expect(await read(id)).toMatchObject({ certified: null, outcomes: [], documents: [{ version: 2, sha256: next }] })
    const finding = `${pathOf(id)}/findings/${asked.id}`
    await done(all.owner.admin.post(`${finding}/answers`, { text: 'Corrected.' }))
    await done(all.certifier.admin.post(`${finding}/assessments`, { outcome: 'closed', text: 'So it is.' }))
    await done(all.submit(all.certifier.admin, pathOf(id), 'verification-report'))
    const handIn = () => all.move(all.certifier.admin, pathOf(id), 'submit-verification')
    expect(await handIn()).toMatchObject(refused(409, 'outcomes-missing'))
    expect(await certify(id, '2023', sha256)).toMatchObject(refused(409, 'terms-changed'))
    await done(certify(id, '2023', next))
    await done(handIn())
    expect(await read(id)).toMatchObject({ outcomes: [{ vintage: '2023', certified: '10' }] })
  })

  it('however report and certification race, they are of one hash', async () => {
    const { id, sha256 } = await underVerification('2023-04-01', '2023-06-30')
    const finding = { kind: 'FAR', text: 'Next time the other meter, too.' }
    await done(all.certifier.admin.post(`${pathOf(id)}/findings`, finding))
    await Promise.all([
      certify(id, '2023'),
      all.submit(all.owner.admin, pathOf(id), 'monitoring-report'),
      certify(id, '2023', sha256),
      all.submit(all.owner.admin, pathOf(id), 'monitoring-report'),
    ])
    const { certified, documents, outcomes } = await read(id)
    const inForce = documents.find(({ kind }) => kind === 'monitoring-report')
    expect(certified?.documents ?? []).toEqual(
      certified ? [{ kind: 'monitoring-report', sha256: inForce?.sha256 }] : [],
    )
    expect(outcomes.length > 0).toBe(certified !== null)
  })
})

describe('days of a void period', () => {
  it('are monitored anew, whole or in part, though others lie after them', async () => {
    const [first, middle, last] = [
      await opened('2024-01-01', '2024-03-31'),
      await opened('2024-04-01', '2024-06-30'),
      await opened('2024-07-01', '2024-09-30'),
    ]
    expect(await open('2024-04-01', '2024-06-30')).toMatchObject(refused(409, 'dates-overlap'))
    await withdraw(middle)
    expect(await open('2024-04-01', '2024-07-01')).toMatchObject(refused(409, 'dates-overlap'))
    expect(await open('2024-03-31', '2024-06-30')).toMatchObject(refused(409, 'dates-overlap'))
    expect(await open('2024-07-01', '2024-09-30')).toMatchObject(refused(409, 'dates-overlap'))
    const { number } = await read(last)
    expect(await done(open('2024-04-01', '2024-05-31'))).toMatchObject({ number: number + 1, state: 'opened' })
    expect(await done(open('2024-06-01', '2024-06-30'))).toMatchObject({ number: number + 2 })
    expect(await open('2024-05-01', '2024-06-15')).toMatchObject(refused(409, 'dates-overlap'))
    for (const id of [first, last]) await withdraw(id)
  })

  it('go to one of those who ask at once', async () => {
    const [middle] = [await opened('2025-01-01', '2025-01-31'), await opened('2025-02-01', '2025-02-28')]
    await withdraw(middle)
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, at) => open(`2025-01-0${at + 1}`, `2025-01-${20 + at}`)),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409])
  })

  it('whatever is opened and withdrawn, no two that count have a day in common', { timeout: 60_000 }, async () => {
    const days = (at: number) =>
      `2025-${String(3 + Math.floor(at / 28)).padStart(2, '0')}-${String(1 + (at % 28)).padStart(2, '0')}`
    const act = fc.record({ withdraws: fc.boolean(), at: fc.nat(150), length: fc.nat(60) })
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        for (const { withdraws, at, length } of acts) {
          const { items } = expectStatus(
            await all.registry.nobody.get(`/national/projects/${all.project}/periods?limit=200`),
            200,
          ).body as unknown as { items: Period[] }
          const live = items.filter(({ state }) => state !== 'withdrawn').toSorted((a, b) => (a.from < b.from ? -1 : 1))
          for (const [place, one] of live.entries()) expect(one.from > (live[place - 1]?.to ?? '')).toBe(true)
          const mine = live.filter(({ from, state }) => from >= '2025-03-01' && state === 'opened')
          const chosen = mine[at % Math.max(mine.length, 1)]
          if (withdraws && chosen) await withdraw(chosen.id)
          const [from, to] = [days(at), days(at + length)]
          const isFree = live.every((one) => one.to < from || to < one.from)
          const isFreed = withdraws && live.every((one) => one === chosen || one.to < from || to < one.from)
          expect((await open(from, to)).status).toBe(isFree || isFreed ? 201 : 409)
        }
      }),
      { numRuns: 6 },
    )
  })
})
