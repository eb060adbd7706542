import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done, expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { RUNS_BY_ITMO } from './own-itmos.ts'

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
    const { sunfield, second } = all
    const end = { batch, from: sunfield.holding, ranges: [{ first: '151', last: '170' }], purpose: 'OIMP_OP' }
    // It may be the first transfer, so an officer has a say.
    expect(await sunfield.admin.post('/national/retirements', end)).toMatchObject({
      status: 409,
      body: { code: 'movement-waits' },
    })
    const waits = await done(sunfield.admin.post('/national/retirements', { ...end, wait: true }), 202)
    const approval = second.post(`/national/movements/${waits.id}/approvals`)
    expect(await done(approval)).toMatchObject({ step: 'done' })
    const retired = await read('/national/retirements/1')
    expect(retired.itmos).toMatchObject([{ first: '101', last: '120', quantity: '20' }])
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

  it('and its certificate names them', async () => {
    const { facts } = await read('/national/certificates/1')
    expect(facts).toMatchObject({ itmos: 'CA0001-XTX01-XTX-101-2024 - CA0001-XTX01-XTX-120-2024' })
  })

  it('and the home page adds up', async () => {
    const page = await all.registry.app.inject({ url: '/', headers: { accept: 'text/html' } })
    expect(page.statusCode).toBe(200)
    for (const word of ['Used towards an NDC', 'Abroad', 'Retired', '1,000 tonnes']) expect(page.body).toContain(word)
  })
})

describe('an ITMO identifier of ours', () => {
  const found = (text: string) => read(`/national/serials/${encodeURIComponent(text)}`)
  const page = (text: string) =>
    all.registry.app.inject({ url: `/serials/${encodeURIComponent(text)}`, headers: { accept: 'text/html' } })

  it('of one unit finds its batch, its serial number, its state and its history', async () => {
    expect(await found('ca0001–xtx01–xtx–15–2024')).toMatchObject({
      serial: 'CA0001-XTX01-XTX-15-2024',
      format: 'itmo',
      registry: null,
      quantity: '1',
      parts: [{ first: '15', serial: 'XT-ITMO-1-001-2024-0-15-15', batch, state: 'used', itmos: { first: '15' } }],
      events: [
        { step: 'issued' },
        { step: 'transferred-abroad', blocks: [{ serial: 'XT-ITMO-1-001-2024-0-15-15' }] },
        { step: 'acquired' },
        { step: 'used', quantity: '1' },
      ],
    })
    expect((await found('CA0001-XTX01-XTX-51-2024')).parts).toMatchObject([{ first: '101', state: 'held' }])
    const answer = await page('CA0001-XTX01-XTX-15-2024')
    expect([answer.statusCode, answer.body]).toEqual([200, expect.stringContaining('National serial numbers')])
  })

  it('of a range finds each part, in the order of the identifiers, and what was never given', async () => {
    const range = 'CA0001-XTX01-XTX-41-2024 - CA0001-XTX01-XTX-130-2024'
    const report = await found(range)
    expect(report).toMatchObject({
      first: '41',
      last: '130',
      quantity: '90',
      truncated: false,
      parts: [
        { first: '41', last: '50', state: 'abroad', itmos: { first: '41', last: '50' } },
        { first: '101', last: '150', state: 'held', itmos: { first: '51', last: '100' } },
        { first: '151', last: '160', state: 'retired', itmos: { first: '101', last: '110' } },
        { first: '161', last: '170', state: 'retired', itmos: { first: '111', last: '120' } },
        { first: '121', last: '130', state: 'not-issued', batch: null },
      ],
    })
    const events = report.events as { step: string; quantity: string }[]
    expect(events.find(({ step }) => step === 'first-transferred')).toMatchObject({ quantity: '60' })
    expect((await page(range)).statusCode).toBe(200)
  })

  it('that nobody was given is unknown, and so is one of a vintage or an approach without any', async () => {
    for (const text of ['CA0001-XTX01-XTX-500-2024', 'CA0001-XTX01-XTX-1-2023', 'CA0002-XTX01-XTX-1-2024']) {
      expect(await all.registry.nobody.get(`/national/serials/${text}`)).toMatchObject({
        status: 404,
        body: { code: 'serial-unknown' },
      })
      expect((await page(text)).statusCode).toBe(404)
    }
  })

  it('names units in a request', async () => {
    const { sunfield, officer, approved } = all
    const serial = 'CA0001-XTX01-XTX-52-2024 - CA0001-XTX01-XTX-53-2024'
    const end = { from: sunfield.holding, serial, purpose: 'voluntary' }
    const retired = await done(sunfield.admin.post('/national/retirements', end))
    expect(retired).toMatchObject({
      batch,
      ranges: [{ first: '102', last: '103' }],
      itmos: [{ first: '52', last: '53' }],
    })
    const unknown = { ...end, serial: 'CA0001-XTX01-XTX-120-2024 - CA0001-XTX01-XTX-121-2024' }
    expect(await sunfield.admin.post('/national/retirements', unknown)).toMatchObject({ status: 404 })
    const back = { from: accounts.foreign, to: accounts.holding, serials: ['CA0001-XTX01-XTX-21-2024'] }
    await approved(officer.post('/national/acquisitions', back))
    expect((await found('CA0001-XTX01-XTX-21-2024')).parts).toMatchObject([{ first: '21', state: 'held' }])
  })

  it('is found by an index', async () => {
    const { pool } = all.registry.services
    const client = await pool.connect()
    try {
      await client.query('SET enable_seqscan = off')
      await client.query("SET plan_cache_mode = 'force_generic_plan'")
      const values = ['CA0001', '2024', '15', '15', 10]
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${RUNS_BY_ITMO}`, values)
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan).not.toMatch(/Seq Scan/)
      expect(plan.match(/ledger_run_itmo/g)).toHaveLength(2)
      expect(plan).toMatch(/Index Cond:.*::bigint\) <= /)
    } finally {
      client.release(true)
    }
  })
})

describe('a retirement that was taken back', () => {
  it('says so on its page, in the answers of the API and in its certificate', async () => {
    const { sunfield, officer, approved, registry } = all
    const end = { batch, from: sunfield.holding, ranges: [{ first: '301', last: '310' }], purpose: 'voluntary' }
    const retired = await done(sunfield.admin.post('/national/retirements', end))
    expect(retired.takenBack).toBeNull()
    const { certificate, entry } = retired as { certificate: number; entry: { index: number } }
    const paths = [`/national/retirements/${certificate}`, `/national/certificates/${certificate}`]
    for (const path of paths) expect(await read(path)).toMatchObject({ takenBack: null })
    await approved(officer.post('/national/corrections', { index: entry.index, reason: 'clerical-error' }))
    const { size } = await registry.services.ledger.head()
    for (const path of [...paths, `/national/entries/${entry.index}`]) {
      expect(await read(path), path).toMatchObject({ takenBack: { index: size - 1 } })
    }
    expect((await read('/national/retirements?limit=1')).items).toMatchObject([{ takenBack: { index: size - 1 } }])
    const { events } = await read('/national/serials/XT-ITMO-1-001-2024-0-301-310')
    expect(events).toMatchObject([
      { step: 'issued', takenBack: null },
      { step: 'retired', takenBack: { index: size - 1 } },
      { step: 'corrected', takenBack: null },
    ])
    const html = async (url: string) => (await registry.app.inject({ url, headers: { accept: 'text/html' } })).body
    expect(await html('/serials/XT-ITMO-1-001-2024-0-301-310')).toContain(`taken back by entry ${size - 1}`)
    expect(await html(`/entries/${entry.index}`)).toContain('This entry was taken back')
    const again = await done(sunfield.admin.post('/national/retirements', end))
    expect(again.takenBack).toBeNull()
    expect(await html('/serials/XT-ITMO-1-001-2024-0-301-310')).not.toContain('in 2 steps')
  })
})
