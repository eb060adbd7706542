import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done, expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let batch: string
let pools: Record<string, string>

beforeAll(async () => {
  all = await world()
  const { officer, approved, registry, project } = all
  const kinds = ['holding', 'cancellation', 'buffer', 'share-of-proceeds', 'omge'].map((kind) => ({ kind }))
  const opened = await done(
    officer.post('/national/accounts', { organisation: registry.founded.genesis.authority, accounts: kinds }),
  )
  pools = Object.fromEntries((opened.accounts as { id: string; kind: string }[]).map(({ id, kind }) => [kind, id]))
  const terms = { buffer: '10', exempt: ['host'], reason: 'risk-assessment' }
  await approved(officer.post(`/national/projects/${project.id}/issuance-terms`, terms))
})
afterAll(() => all.registry.close())

const FIVE_YEARS_MS = 5 * 366 * 86_400_000

/** Lets time pass; everybody stays signed in. */
async function pass(milliseconds: number): Promise<void> {
  all.registry.pass(milliseconds)
  const now = all.registry.services.clock()
  const later = new Date(now.getTime() + 3_600_000)
  await all.registry.services.pool.query('UPDATE content_session SET seen_at = $1, expires_at = $2', [now, later])
}

const read = async (path: string) => expectStatus(await all.registry.nobody.get(path), 200).body

describe('the pools', () => {
  it('are named by two officers, the buffer once', async () => {
    const { officer, approved, authorisation } = all
    expect(await read('/national/pools')).toEqual({ buffer: null, shareOfProceeds: null, omge: null, host: null })
    const early = { authorisation, vintage: '2024', quantity: '10' }
    expect(await officer.post('/national/batches', early)).toMatchObject({
      status: 409,
      body: { code: 'pool-missing' },
    })
    const named = { buffer: pools.buffer, shareOfProceeds: pools['share-of-proceeds'], omge: pools.omge, host: null }
    await approved(officer.post('/national/pools', named))
    expect(await read('/national/pools')).toMatchObject({
      buffer: { account: pools.buffer, kind: 'buffer' },
      host: null,
    })
    expect(await officer.post('/national/pools', named)).toMatchObject({
      status: 409,
      body: { code: 'nothing-changes' },
    })
    expect(await officer.post('/national/pools', { ...named, buffer: null })).toMatchObject({
      status: 409,
      body: { code: 'pool-in-use' },
    })
    expect(await officer.post('/national/pools', { ...named, omge: pools.holding })).toMatchObject({
      status: 409,
      body: { code: 'account-kind', errors: [{ field: 'omge' }] },
    })
  })
})

describe('the buffer', () => {
  it('takes its part of an issuance', async () => {
    batch = (await all.issue('2024', '1000')).id
    expect(await read('/national/buffer')).toEqual({
      account: pools.buffer,
      in: '100',
      cancelled: '0',
      released: '0',
      balance: '100',
      vintages: [{ unitType: 'ITMO', vintage: '2024', quantity: '100' }],
      atRisk: '0',
      openReversals: 0,
      owed: '0',
      cover: [{ unitType: 'ITMO', balance: '100', relying: '900', percentage: '11.1111', belowFloor: false }],
      coverFloor: '5',
    })
    expect(await read(`/national/projects/${all.project.id}/buffer`)).toMatchObject({
      cover: [{ balance: '100', relying: '900', percentage: '11.1111', belowFloor: false }],
      coverFloor: null,
    })
    expect(await read(`/national/projects/${all.project.id}`)).toMatchObject({
      terms: { buffer: '10', exempt: ['host'] },
    })
  })

  it('is given more, and gives back so much as the preset allows', async () => {
    const { sunfield, officer, approved } = all
    await done(sunfield.admin.post('/national/buffer/contributions', { batch, from: sunfield.holding, quantity: '20' }))
    expect((await read('/national/buffer/contributions')).items).toMatchObject([
      { quantity: '20', to: { kind: 'buffer' } },
    ])
    const release = { batch, to: sunfield.holding, quantity: '19' }
    expect(await officer.post('/national/buffer/releases', release)).toMatchObject({
      status: 409,
      body: { code: 'too-early' },
    })
    await pass(FIVE_YEARS_MS)
    expect(await officer.post('/national/buffer/releases', release)).toMatchObject({
      status: 409,
      body: { code: 'assessment-missing' },
    })
    const terms = { buffer: '10', exempt: ['host'], reason: 'risk-assessment' }
    await approved(officer.post(`/national/projects/${all.project.id}/issuance-terms`, terms))
    expect(await officer.post('/national/buffer/releases', release)).toMatchObject({
      status: 409,
      body: { code: 'too-much', facts: { left: '18' } },
    })
    await approved(officer.post('/national/buffer/releases', { ...release, quantity: '18' }))
    expect((await read('/national/buffer/releases')).items).toMatchObject([{ quantity: '18' }])
    expect(await officer.post('/national/buffer/releases', { ...release, quantity: '1' })).toMatchObject({
      status: 409,
      body: { code: 'too-early' },
    })
    expect(await read(`/national/projects/${all.project.id}/buffer`)).toMatchObject({
      in: '120',
      released: '18',
      balance: '102',
    })
    expect((await all.registry.nobody.get(`/national/projects/${'0'.repeat(32)}/buffer`)).status).toBe(404)
  })
})

describe('a reversal', () => {
  let reversal: string

  it('is reported by an owner, and stops issuances until it is made good', async () => {
    const { sunfield, officer, project, authorisation } = all
    const report = { project: project.id, occurredOn: '2026-01-15', cause: 'fire' }
    const reported = await done(sunfield.admin.post('/national/reversals', report))
    expect(reported).toMatchObject({ state: 'reported', quantity: '0', project: { id: project.id } })
    reversal = String(reported.id)
    expect(await sunfield.admin.post('/national/reversals', { ...report, cause: 'whim' })).toMatchObject({
      status: 422,
    })
    expect(await sunfield.admin.post('/national/reversals', { ...report, occurredOn: '2099-01-01' })).toMatchObject({
      status: 422,
      body: { code: 'date-wrong' },
    })
    expect(await officer.post('/national/batches', { authorisation, vintage: '2024', quantity: '5' })).toMatchObject({
      status: 409,
      body: { code: 'reversal-open' },
    })
  })

  it('is decided by two officers', async () => {
    const { officer, sunfield, approved } = all
    const path = `/national/reversals/${reversal}/decision`
    expect(await officer.post(path, { decision: 'avoidable' })).toMatchObject({ status: 400 })
    expect(await sunfield.admin.post(path, { decision: 'dismissed' })).toMatchObject({ status: 403 })
    const loss = { decision: 'unavoidable', quantity: '999999999999', unitType: 'ITMO' }
    expect(await officer.post(path, loss)).toMatchObject({ status: 409, body: { code: 'loss-too-large' } })
    const decided = await approved(officer.post(path, { ...loss, quantity: '40' }))
    expect(decided.sentence).toContain('Salt Lake solar plant')
    expect(await read('/national/buffer')).toMatchObject({ atRisk: '40', openReversals: 1 })
    await approved(officer.post(path, { ...loss, decision: 'avoidable', quantity: '30' }))
    expect(await read('/national/buffer')).toMatchObject({ atRisk: '30', openReversals: 1 })
  })

  it('is made good by the buffer, which lends, and by the project; the debt is repaid', async () => {
    const { officer, sunfield, approved, project } = all
    const lend = { reversal, batch, quantity: '10' }
    await approved(officer.post('/national/buffer/cancellations', lend))
    expect(await officer.post(`/national/reversals/${reversal}/decision`, { decision: 'dismissed' })).toMatchObject({
      status: 409,
      body: { code: 'reversal-state' },
    })
    expect((await read('/national/buffer/cancellations')).items).toMatchObject([{ quantity: '10' }])
    expect(await read('/national/buffer')).toMatchObject({ atRisk: '20', owed: '10', cancelled: '10', balance: '92' })
    expect(await read(`/national/projects/${project.id}`)).toMatchObject({
      debts: [{ unitType: 'ITMO', quantity: '10' }],
    })

    const path = `/national/reversals/${reversal}/compensations`
    const units = { batch, from: sunfield.holding }
    expect(await sunfield.admin.post(path, { ...units, quantity: '21' })).toMatchObject({
      status: 409,
      body: { code: 'too-much' },
    })
    expect(await done(sunfield.admin.post(path, { ...units, quantity: '20' }))).toMatchObject({
      reversal,
      quantity: '20',
      to: { kind: 'cancellation' },
    })
    const list = await read(`/national/reversals?project=${project.id}`)
    expect(list.items).toMatchObject([{ id: reversal, state: 'compensated', quantity: '30', compensated: '30' }])
    expect(await read(`/national/reversals/${reversal}`)).toEqual((list.items as unknown[])[0])
    expect((await read('/national/compensations')).items).toHaveLength(1)

    const repay = { ...units, quantity: '10', repays: project.id }
    await done(sunfield.admin.post('/national/buffer/contributions', repay))
    expect(await sunfield.admin.post('/national/buffer/contributions', repay)).toMatchObject({
      status: 409,
      body: { code: 'too-much' },
    })
    expect(await read('/national/buffer')).toMatchObject({ owed: '0', openReversals: 0, balance: '102' })
    expect(await read(`/national/projects/${project.id}`)).toMatchObject({ debts: [], openReversals: 0 })
    const { sums, block } = (await read(`/national/batches/${batch}`)) as {
      sums: Record<string, string>
      block: { quantity: string }
    }
    expect(Object.values(sums).reduce((sum, part) => sum + BigInt(part), 0n)).toBe(BigInt(block.quantity))
  })
})

describe('the alarm', () => {
  it('tells that the buffer holds less than the floor of what relies on it', async () => {
    const { officer, approved, project } = all
    const before = (await read('/national/buffer')) as { cover: { balance: string; belowFloor: boolean }[] }
    expect(before.cover).toMatchObject([{ belowFloor: false }])
    const terms = { buffer: '0.01', exempt: ['host'], reason: 'risk-assessment' }
    await approved(officer.post(`/national/projects/${project.id}/issuance-terms`, terms))
    await all.issue('2024', '5000')
    const after = (await read('/national/buffer')) as typeof before
    expect(after.cover).toMatchObject([{ belowFloor: true }])
    const none = { ...terms, buffer: '0' }
    await approved(officer.post(`/national/projects/${project.id}/issuance-terms`, none))
    expect((await read('/national/buffer')).cover).toMatchObject([
      { relying: '0', percentage: null, belowFloor: false },
    ])
  })
})
