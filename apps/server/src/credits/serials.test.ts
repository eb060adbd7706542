import type { Batch, SerialReport } from '@tallystick/contract'
import { isReceipt, randomId } from '@tallystick/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let batch: Batch

const find = (text: string) => all.registry.nobody.get(`/national/serials/${encodeURIComponent(text)}`)
const report = async (text: string) => expectStatus(await find(text), 200).body as unknown as SerialReport
const steps = ({ events }: SerialReport) =>
  events.map(({ step, blocks }) => `${step} ${blocks.map(({ first, last }) => `${first}-${last}`).join(' ')}`)
const states = ({ parts }: SerialReport) => parts.map(({ first, last, state }) => `${first}-${last} ${state}`)

beforeAll(async () => {
  all = await world()
  batch = await all.issue('2024', '1000')
  const { sunfield, harbour, officer } = all
  const post = async (path: string, body: object) => expectStatus(await path1(path, body), 201)
  const path1 = (path: string, body: object) =>
    path === '/national/holds' ? officer.post(path, body) : sunfield.admin.post(path, body)
  const from = sunfield.holding
  const move = (first: string, last: string) => ({ batch: batch.id, from, ranges: [{ first, last }] })
  await post('/national/transfers', { ...move('101', '200'), to: harbour.holding })
  await post('/national/retirements', { ...move('201', '250'), purpose: 'voluntary', beneficiary: { name: 'Ada <b>' } })
  await post('/national/cancellations', { ...move('251', '260'), purpose: 'voluntary' })
  await post('/national/holds', { batch: batch.id, range: { first: '261', last: '270' }, reason: 'court-order' })
})
afterAll(() => all.registry.close())

describe('a national serial', () => {
  it('is told from its issuance to its end, however it was typed', async () => {
    const found = await report(' xt–itmo–1–001–2024–0–201–250 ')
    expect(found).toMatchObject({ serial: 'XT-ITMO-1-001-2024-0-201-250', quantity: '50', registry: null })
    expect(states(found)).toEqual(['201-250 retired'])
    expect(steps(found)).toEqual(['issued 201-250', 'retired 201-250'])
    expect(found.events[1]).toMatchObject({ certificate: 1, beneficiary: { name: 'Ada <b>', country: null } })
    expect(found.parts[0]).toMatchObject({ project: { number: 1 }, batch: batch.id, class: { vintage: '2024' } })
  })

  it('may be one unit', async () => {
    expect(states(await report('XT-ITMO-1-001-2024-0-101'))).toEqual(['101-101 held'])
  })

  it('of a range with several fates is told part by part, and the parts sum to it', async () => {
    const found = await report('XT-ITMO-1-001-2024-0-91-1010')
    expect(states(found)).toEqual([
      '91-100 held',
      '101-200 held',
      '201-250 retired',
      '251-260 cancelled',
      '261-270 on-hold',
      '271-600 held',
      '601-1000 held',
      '1001-1010 not-issued',
    ])
    expect(found.parts.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n)).toBe(BigInt(found.quantity))
    expect(found.parts[1]?.owner).toMatchObject({ organisation: { name: 'Harbour Trading' } })
    expect(steps(found)).toEqual([
      'issued 91-600',
      'issued 601-1000',
      'transferred 101-200',
      'retired 201-250',
      'cancelled 251-260',
      'hold-placed 261-270',
    ])
  })

  it('is not known where any field of it is not what we print', async () => {
    for (const text of [
      'XT-ITMO-1-002-2024-0-1-10',
      'XT-ITMO-2-001-2024-0-1-10',
      'XT-ITMO-1-001-2023-0-1-10',
      'XT-ITMO-1-001-2024-1-1-10',
      'XT-ITMO-1-001-2024--1-10',
    ]) {
      expect(await find(text)).toMatchObject({
        status: 404,
        body: { code: 'serial-unknown', facts: { serial: text, closest: 'XT-ITMO-1-001-2024-0-1-10' } },
      })
    }
    expect(await find('XT-ITMO-1-001-2024-0-5000-5001')).toMatchObject({
      status: 404,
      body: { code: 'serial-unknown' },
    })
  })
})

interface Told {
  registry: string
  space: string
  range: [string, string]
  code: string
  unitType: string
  issuedOn?: string
  retiredOn?: string
}

/** Writes what another registry says of some units, as an import does. */
async function record(told: Told): Promise<void> {
  const { ledger, genesis, openings } = all.registry.services
  const execute = async (type: string, request: object) => {
    const key = { sender: 'importer', id: randomId() }
    const outcome = await ledger.execute({ type, by: genesis.system, key, requestHash: key.id, request })
    if (!isReceipt(outcome)) throw new Error(JSON.stringify(outcome))
  }
  const { registry, space, range, code, unitType, issuedOn, retiredOn } = told
  if (!(await ledger.row('registry', registry))) {
    await execute('MirrorOpened', { registry, active: randomId(), retired: randomId(), cancelled: randomId() })
  }
  await execute('MirrorRecorded', {
    registry,
    space,
    range,
    project: { id: randomId(), code },
    vintage: '2019',
    unitType,
    issued: issuedOn !== undefined,
    issuedOn: issuedOn ?? null,
    fate: retiredOn === undefined ? 'active' : 'retired',
    fateOn: retiredOn ?? null,
    facts: await openings.commit({ projectName: 'Peat forest' }),
  })
}

describe('a serial of another registry', () => {
  const print = (first: number, last: number) => `9301-${first}-${last}-VCS-VCU-999-VER-XT-14-1234-01012019-31122019-1`

  beforeAll(async () => {
    const vcu = { registry: 'verra', space: 'verra:VCU', code: '1234', unitType: 'VCU' }
    await record({ ...vcu, range: ['70000101', '70000110'], retiredOn: '2021-05-06' })
    await record({ ...vcu, range: ['70000001', '70000100'], issuedOn: '2020-02-03' })
    await record({ ...vcu, range: ['70000041', '70000050'], retiredOn: '2022-01-02' })
  })

  it('is told as the other registry tells it', async () => {
    const found = await report(print(70000031, 70000120))
    expect(found.registry).toBe('verra')
    expect(states(found)).toEqual([
      '70000031-70000040 active',
      '70000041-70000050 retired',
      '70000051-70000100 active',
      '70000101-70000110 retired',
      '70000111-70000120 not-recorded',
    ])
    expect(found.parts.map(({ evidence }) => evidence)).toEqual(['issued', 'issued', 'issued', 'ended-only', null])
    expect(found.parts[0]).toMatchObject({ owner: null, batch: null, class: { registry: 'verra', project: '1234' } })
    expect(found.events.map(({ step, date, projectName }) => [step, date, projectName])).toEqual([
      ['issued', '2020-02-03', 'Peat forest'],
      ['retired', '2021-05-06', 'Peat forest'],
      ['retired', '2022-01-02', 'Peat forest'],
    ])
  })

  it('is not known under another project or vintage', async () => {
    const text = print(70000031, 70000040)
    for (const forged of [text.replace('-1234-', '-99-'), text.replace('01012019', '01012018')]) {
      expect(await find(forged)).toMatchObject({
        status: 404,
        body: { code: 'serial-unknown', facts: { serial: forged } },
      })
    }
  })

  it('tells which of its fields nothing on record confirms', async () => {
    const { unconfirmed } = await report(print(70000031, 70000040))
    expect(unconfirmed).toEqual(['batch', 'account', 'country', 'scope', 'from', 'to', 'flag'])
    const page = await all.registry.app.inject(`/serials/${print(70000031, 70000040)}`)
    expect(page.body).toContain('batch, account, country, scope, from, to and flag')
    expect((await report(batch.block.serial)).unconfirmed).toEqual([])
  })

  it('may be of either form that Gold Standard prints; a CER names the project of the CDM', async () => {
    const prefix = 'GS1-1-XT-GS1234-16-2024-30001'
    const own = { registry: 'gold-standard', space: `gold-standard:${prefix}`, code: '1234', unitType: 'VER' }
    await record({ ...own, range: ['1', '500'], issuedOn: '2024-03-04', retiredOn: '2025-01-01' })
    expect(states(await report(`${prefix}-110-120`))).toEqual(['110-120 retired'])
    expect((await report(`${prefix}-110-120`)).unconfirmed).toEqual([])
    const cer = { registry: 'gold-standard', space: 'kyoto:XT/5', code: '4823', unitType: 'CER' }
    await record({ ...cer, range: ['1001', '1300'], issuedOn: '2024-03-04' })
    const found = await report('XT-5-1100-2-2-0-7014 - XT-5-1101-2-2-0-7014')
    expect(states(found)).toEqual(['1100-1101 active'])
    expect(found.parts[0]?.class).toMatchObject({ registry: 'gold-standard', project: '4823' })
    expect(found.unconfirmed).toEqual(['originalPeriod', 'applicablePeriod', 'activity', 'project'])
  })
})

describe('a batch in very many pieces', () => {
  it('is told in part, and its sums in whole', async () => {
    const pieces = await all.issue('2025', '4000')
    const first = BigInt(pieces.block.first)
    for (let round = 0n; round < 8n; round += 1n) {
      const starts = Array.from({ length: 100 }, (_, at) => first + round * 200n + BigInt(at) * 2n)
      const ranges = starts.map((start) => ({ first: `${start}`, last: `${start}` }))
      const move = { batch: pieces.id, from: all.sunfield.holding, to: all.harbour.holding, ranges }
      expectStatus(await all.sunfield.admin.post('/national/transfers', move), 201)
    }
    const found = await report(pieces.block.serial)
    expect(found.truncated).toBe(true)
    expect(found.parts).toHaveLength(1000)
    const { body } = await all.registry.nobody.get(`/national/batches/${pieces.id}`)
    expect(body).toMatchObject({ truncated: true, sums: { held: '4000', onHold: '0', retired: '0', cancelled: '0' } })
    const page = await all.registry.app.inject(`/serials/${pieces.block.serial}`)
    expect([page.statusCode, page.body.length < 200_000]).toEqual([200, true])
  })
})

describe('what is no serial', () => {
  const hostile = [
    'nothing',
    '<script>alert(1)</script>',
    '../../etc/passwd',
    "' OR 1=1 --",
    '%00',
    '\u{1F600}'.repeat(70),
    'XT-ITMO-1-001-2024-0-9999999999999999999-1',
    'XT-ITMO-1-001-2024-0-10-1',
    '-'.repeat(290),
    'XT-ITMO-1-001-2024-0-1-2 XT-ITMO-1-001-2024-0-3-4',
  ]

  it.each(hostile)('is refused with what is known: %s', async (text) => {
    const answer = await find(text)
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toMatchObject([{ field: 'text' }])
  })

  it('is refused where it is not even text', async () => {
    for (const path of ['%ff', '%', '%00', 'a'.repeat(400)]) {
      const { status } = await all.registry.nobody.get(`/national/serials/${path}`)
      expect([400, 404, 414]).toContain(status)
    }
  })
})
