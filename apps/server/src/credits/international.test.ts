import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let batch: string
let accounts: Record<string, string>

beforeAll(async () => {
  all = await world()
  batch = (await all.issue('2024', '1000')).id
  const { officer, registry } = all
  const kinds = [
    ...['holding', 'cancellation', 'ndc-use'].map((kind) => ({ kind })),
    { kind: 'foreign', registry: 'KEN01' },
  ]
  const opened = await done(
    officer.post('/national/accounts', { organisation: registry.founded.genesis.authority, accounts: kinds }),
  )
  accounts = Object.fromEntries((opened.accounts as { id: string; kind: string }[]).map(({ id, kind }) => [kind, id]))
})
afterAll(() => all.registry.close())

const done = async (answer: ReturnType<Person['post']>, status = 201) => expectStatus(await answer, status).body
const read = async (path: string) => expectStatus(await all.registry.nobody.get(path), 200).body

describe('units abroad', () => {
  it('need accounts that name their registry', async () => {
    const { officer, sunfield } = all
    const open = (account: object) =>
      officer.post('/national/accounts', { organisation: sunfield.id, accounts: [account] })
    expect(await open({ kind: 'foreign' })).toMatchObject({ status: 400 })
    expect(await open({ kind: 'holding', registry: 'KEN01' })).toMatchObject({ status: 400 })
    const own = await open({ kind: 'foreign', registry: 'XTX01' })
    expect(own).toMatchObject({ status: 422, body: { code: 'registry-own' } })
    expect(await read(`/national/accounts/${accounts.foreign}`)).toMatchObject({ kind: 'foreign', registry: 'KEN01' })
  })

  it('are first transferred when they leave, with identifiers that begin at 1', async () => {
    const { sunfield, approved } = all
    const leave = { batch, from: sunfield.holding, to: accounts.foreign, ranges: [{ first: '1', last: '50' }] }
    const proposal = await approved(sunfield.admin.post('/national/international-transfers', leave))
    expect(proposal).toMatchObject({ status: 'accepted', type: 'CreditsTransferredAbroad' })
    const { items } = await read('/national/international-transfers')
    expect(items).toMatchObject([
      {
        quantity: '50',
        from: { organisation: { name: 'Sunfield Power' } },
        to: { kind: 'foreign' },
        itmos: [
          { first: '1', last: '50', quantity: '50', serial: expect.stringMatching(/^CA0001-.*-1-2024.*-50-2024$/) },
        ],
      },
    ])
    expect(await read(`/national/batches/${batch}`)).toMatchObject({
      sums: { abroad: '50', held: '950', takenBack: '0' },
    })
    expect(await sunfield.admin.post('/national/international-transfers', leave)).toMatchObject({
      status: 409,
      body: { code: 'not-owned' },
    })
  })

  it('come back by their serial numbers', async () => {
    const { officer, approved } = all
    const back = { from: accounts.foreign, to: accounts.holding, serials: ['XT-ITMO-1-001-2024-0-11-20'] }
    await approved(officer.post('/national/acquisitions', back))
    expect((await read('/national/acquisitions')).items).toMatchObject([{ quantity: '10', batch }])
    expect(await read(`/national/batches/${batch}`)).toMatchObject({ sums: { abroad: '40' } })
    expect(await officer.post('/national/acquisitions', { ...back, serials: ['nothing'] })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'serial' }] },
    })
  })

  it('of another Party enter once, are found by their identifiers, and move like others', async () => {
    const { officer, approved, sunfield, harbour } = all
    const serials = ['CA0007-KEN01-KEN-1-2024 - CA0007-KEN01-KEN-100-2024']
    const enter = { from: accounts.foreign, to: accounts.holding, serials }
    await approved(officer.post('/national/acquisitions', enter))
    expect(await officer.post('/national/acquisitions', enter)).toMatchObject({
      status: 409,
      body: { code: 'already-exists' },
    })
    const mixed = { ...enter, serials: ['CA0007-KEN01-KEN-200-2024', 'CA0008-KEN01-KEN-201-2024'] }
    expect(await officer.post('/national/acquisitions', mixed)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'serials.1' }] },
    })
    const report = await read(
      `/national/serials/${encodeURIComponent('CA0007-KEN01-KEN-1-2024 - CA0007-KEN01-KEN-120-2024')}`,
    )
    expect(report).toMatchObject({
      registry: null,
      parts: [
        { first: '1', last: '100', state: 'held', project: null },
        { first: '101', last: '120', state: 'not-recorded' },
      ],
      events: [{ step: 'acquired', quantity: '100' }],
    })
    const page = await all.registry.app.inject({
      url: `/serials/${encodeURIComponent('CA0007-KEN01-KEN-5-2024')}`,
      headers: { accept: 'text/html' },
    })
    expect([page.statusCode, page.body]).toEqual([200, expect.stringContaining('Acquired from abroad')])
    const move = {
      from: accounts.holding,
      to: harbour.holding,
      serial: 'CA0007-KEN01-KEN-91-2024 - CA0007-KEN01-KEN-100-2024',
    }
    expect(await done(officer.post('/national/transfers', move))).toMatchObject({
      project: null,
      unitType: 'ITMO',
      ranges: [{ serial: 'CA0007-KEN01-KEN-91-2024 - CA0007-KEN01-KEN-100-2024' }],
    })
    const holdings = await read(`/national/accounts/${harbour.holding}/holdings`)
    expect((holdings.items as { serial: string }[]).map(({ serial }) => serial)).toContain(
      'CA0007-KEN01-KEN-91-2024 - CA0007-KEN01-KEN-100-2024',
    )
    expect(sunfield.id).not.toBe(harbour.id)
  })
})

describe('use towards the NDC', () => {
  it('is of ITMOs, in the period of their vintage, by the government', async () => {
    const { officer, approved, sunfield } = all
    const use = { from: accounts.holding, serial: 'CA0007-KEN01-KEN-1-2024 - CA0007-KEN01-KEN-30-2024', year: '2030' }
    await approved(officer.post('/national/ndc-uses', use))
    expect((await read('/national/ndc-uses')).items).toMatchObject([
      { year: '2030', quantity: '30', to: { kind: 'ndc-use' }, itmos: [{ first: '1', last: '30' }] },
    ])
    const late = { ...use, serial: 'CA0007-KEN01-KEN-31-2024', year: '2031' }
    expect(await officer.post('/national/ndc-uses', late)).toMatchObject({
      status: 422,
      body: { code: 'period-wrong' },
    })
    const own = { batch, from: sunfield.holding, quantity: '1', year: '2030' }
    expect(await sunfield.admin.post('/national/ndc-uses', own)).toMatchObject({
      status: 409,
      body: { code: 'account-missing' },
    })
    const back = { batch, from: accounts.holding, quantity: '10', year: '2030' }
    await approved(officer.post('/national/ndc-uses', back))
    expect(await read(`/national/batches/${batch}`)).toMatchObject({ sums: { used: '10', abroad: '40', held: '950' } })
  })
})

describe('a first transfer without a movement', () => {
  it('is recorded where the authorisation defines it so', async () => {
    const { officer, approved, sunfield } = all
    const units = { batch, account: sunfield.holding, ranges: [{ first: '101', last: '160' }] }
    expect(await officer.post('/national/first-transfers', { ...units, event: 'issuance' })).toMatchObject({
      status: 409,
      body: { code: 'definition-differs' },
    })
    await approved(officer.post('/national/first-transfers', { ...units, event: 'authorisation' }))
    expect((await read('/national/first-transfers')).items).toMatchObject([
      { quantity: '60', event: 'authorisation', itmos: [{ first: '51', last: '110' }] },
    ])
    expect(await officer.post('/national/first-transfers', { ...units, event: 'authorisation' })).toMatchObject({
      status: 409,
      body: { code: 'already-transferred' },
    })
  })
})

describe('a retirement for a purpose other than an NDC', () => {
  it('shows the ITMO identifiers of its units', async () => {
    const { sunfield } = all
    const end = { batch, from: sunfield.holding, ranges: [{ first: '151', last: '170' }], purpose: 'OIMP_OP' }
    const retired = await done(sunfield.admin.post('/national/retirements', end))
    expect(retired.itmos).toMatchObject([{ first: '101', last: '120', quantity: '20' }])
    expect(await read('/national/retirements/1')).toEqual(retired)
    expect((await read('/national/retirements')).items).toEqual([retired])
    expect(
      await sunfield.admin.post('/national/retirements', {
        ...end,
        purpose: 'OIMP_IMP',
        ranges: [{ first: '171', last: '171' }],
      }),
    ).toMatchObject({ status: 409, body: { code: 'purpose-not-authorised' } })
  })

  it('and its page shows them', async () => {
    const url = '/serials/XT-ITMO-1-001-2024-0-151-170'
    const page = await all.registry.app.inject({ url, headers: { accept: 'text/html' } })
    expect(page.body).toContain('ITMO identifiers')
    expect(await read(`/national${url}`)).toMatchObject({
      parts: [
        { state: 'retired', itmos: { first: '101', last: '110' } },
        { state: 'retired', itmos: { first: '111', last: '120', quantity: '10' } },
      ],
    })
  })

  it('and the home page adds up', async () => {
    const page = await all.registry.app.inject({ url: '/', headers: { accept: 'text/html' } })
    expect(page.statusCode).toBe(200)
    for (const word of ['Used towards an NDC', 'Abroad', 'Retired', '1,000 tonnes']) expect(page.body).toContain(word)
  })
})
