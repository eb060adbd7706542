import { verifyCertificate } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { parseVkey } from '@tallystick/tlog'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let batch: string

beforeAll(async () => {
  all = await world()
})
afterAll(() => all.registry.close())

const read = async (path: string) => expectStatus(await all.registry.nobody.get(path), 200).body
const done = async (answer: ReturnType<Person['post']>) => expectStatus(await answer, 201).body
const sum = (parts: readonly { quantity: string }[]) => parts.reduce((total, part) => total + BigInt(part.quantity), 0n)

describe('a project', () => {
  it('has its owners with names and shares, and its number in serials', async () => {
    const project = await read(`/national/projects/${all.project.id}`)
    expect(project).toMatchObject({
      number: 1,
      title: 'Salt Lake solar plant',
      state: 'registered',
      totals: { authorised: '10000', issued: '0', left: '10000' },
      owners: [
        { share: '60', organisation: { name: 'Sunfield Power' } },
        { share: '40', organisation: { name: 'Harbour Trading' } },
      ],
    })
    expect((await read('/national/projects')).items).toMatchObject([{ id: all.project.id }])
  })

  it('answers a repeated registration as it answered the first', async () => {
    const body = {
      title: 'Wind park',
      sectoralScope: '1',
      methodology: 'ACM0002',
      owners: [{ account: all.sunfield.holding, share: '100' }],
    }
    const key = 'wind-park-1'
    const first = await all.sunfield.admin.post('/national/projects', body, { key })
    const second = await all.sunfield.admin.post('/national/projects', body, { key })
    expect(expectStatus(second, 201).body).toEqual(expectStatus(first, 201).body)
    expect(second.headers['idempotency-replayed']).toBe('true')
    const other = await all.sunfield.admin.post('/national/projects', { ...body, title: 'Other' }, { key })
    expect(other).toMatchObject({ status: 422, body: { code: 'key-reused' } })
  })

  it('has a ledger of its own, in order and without gaps', async () => {
    const { items } = await read(`/national/projects/${all.project.id}/ledger`)
    expect((items as { revision: number; type: string }[]).map(({ revision, type }) => [revision, type])).toEqual([
      [1, 'ProjectRegistered'],
      [2, 'ProjectMoved'],
      [3, 'QuantityAuthorised'],
    ])
    expect((items as { sentence: string }[])[2]?.sentence).toBe(
      'Government of Exampleland authorises up to 10,000 ITMO of Salt Lake solar plant (project 1) for NDC and OIMP, other purposes.',
    )
  })
})

describe('an issuance', () => {
  const body = () => ({ authorisation: all.authorisation, vintage: '2024', quantity: '4800' })

  it('waits for a second officer, and is issued once by however many approvals', async () => {
    const made = await all.officer.post('/national/batches', body(), { key: 'issue-2024' })
    expect(made).toMatchObject({
      status: 202,
      body: {
        sentence: 'Government of Exampleland issues 4,800 ITMO of vintage 2024 for Salt Lake solar plant (project 1).',
        needs: { approvals: [{ count: 1, by: ['government/Admin'] }] },
      },
    })
    const again = await all.officer.post('/national/batches', body(), { key: 'issue-2024' })
    expect(again).toMatchObject({ status: 202, body: made.body })

    const approvals = `/national/proposals/${made.body.id}/approvals`
    expect(await all.officer.post(approvals)).toMatchObject({ status: 409, body: { code: 'approval-not-distinct' } })
    expect(await all.sunfield.admin.post(approvals)).toMatchObject({ status: 403 })
    expect(await all.second.post(approvals, { sha256: '0'.repeat(64) })).toMatchObject({
      status: 409,
      body: { code: 'approval-mismatch' },
    })
    const sha256 = made.body.sha256
    const eight = await Promise.all(Array.from({ length: 8 }, () => all.second.post(approvals, { sha256 })))
    expect(eight.map(({ status }) => status)).toEqual(Array(8).fill(201))
    expect(new Set(eight.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(eight[0]?.body).toMatchObject({ status: 'accepted', approvals: [{ mandate: expect.any(String) }] })

    const third = await all.registry.join(all.registry.root, all.registry.root.organisation, 'Admin')
    expect(await third.post(approvals)).toMatchObject({ status: 409, body: { code: 'proposal-decided' } })
    batch = String((made.body.body as { batch: string }).batch)
    expect((await read('/national/batches')).items).toHaveLength(1)
  })

  it('is split among the owners by share, in serial numbers that follow each other', async () => {
    const found = await read(`/national/batches/${batch}`)
    expect(found).toMatchObject({
      block: { first: '1', last: '4800', serial: 'XT-ITMO-1-001-2024-0-1-4800' },
      runs: [
        { first: '1', last: '2880', owner: { organisation: { name: 'Sunfield Power' } }, state: 'held' },
        { first: '2881', last: '4800', owner: { organisation: { name: 'Harbour Trading' } }, state: 'held' },
      ],
      sums: { held: '4800', onHold: '0', retired: '0', cancelled: '0' },
      truncated: false,
    })
  })

  it('is refused at once for what no approval could mend', async () => {
    const answer = await all.officer.post('/national/batches', { ...body(), quantity: '5201' })
    expect(answer).toMatchObject({ status: 409, body: { code: 'authorisation-exceeded', facts: { left: '5200' } } })
    expect(await all.sunfield.admin.post('/national/batches', body())).toMatchObject({ status: 403 })
    expect((await all.officer.get('/national/proposals?status=open')).body.items).toEqual([])
  })

  it('approved by two officers at the same moment is issued once, and one of them hears it', async () => {
    const third = await all.registry.join(all.registry.root, all.registry.root.organisation, 'Admin')
    const made = await all.officer.post('/national/batches', { ...body(), quantity: '10', vintage: '2023' })
    const path = `/national/proposals/${made.body.id}/approvals`
    const both = await Promise.all([all.second.post(path), third.post(path)])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
    expect((await read(`/national/projects/${all.project.id}`)).totals).toMatchObject({ issued: '4810' })
  })

  it('of another vintage goes on in the same numbers', async () => {
    const next = await all.issue('2025', '100')
    expect(next.block).toMatchObject({ first: '4811', last: '4910' })
  })
})

describe('units', () => {
  it('are transferred by quantity, by range and by their printed serial', async () => {
    const from = all.sunfield.holding
    const to = all.harbour.holding
    const path = '/national/transfers'
    const byQuantity = await done(all.sunfield.admin.post(path, { batch, from, to, quantity: '100' }))
    expect(byQuantity).toMatchObject({ quantity: '100', ranges: [{ serial: 'XT-ITMO-1-001-2024-0-1-100' }] })
    const ranges = [
      { first: '201', last: '250' },
      { first: '301', last: '310' },
    ]
    expect(await done(all.sunfield.admin.post(path, { batch, from, to, ranges }))).toMatchObject({ quantity: '60' })
    const serial = 'xt–itmo – 1–001–2024–0–401–500'
    const bySerial = await done(all.sunfield.admin.post(path, { from, to, serial }))
    expect(await read(`${path}/${bySerial.id}`)).toEqual(bySerial)
    expect((await read(`${path}?batch=${batch}`)).items).toHaveLength(3)
  })

  it('on hold do not move until the hold is lifted', async () => {
    const range = { first: '1001', last: '1200' }
    const hold = await done(all.officer.post('/national/holds', { batch, range, reason: 'investigation' }))
    const move = {
      batch,
      from: all.sunfield.holding,
      to: all.harbour.holding,
      ranges: [{ first: '1100', last: '1300' }],
    }
    expect(await all.sunfield.admin.post('/national/transfers', move)).toMatchObject({
      status: 409,
      body: { code: 'on-hold', facts: { held: '101' } },
    })
    expect((await read(`/national/batches/${batch}`)).sums).toMatchObject({ held: '4600', onHold: '200' })
    await done(all.officer.post(`/national/holds/${hold.id}/lift`))
    await done(all.sunfield.admin.post('/national/transfers', move))
    expect((await read('/national/holds')).items).toMatchObject([{ id: hold.id, standing: false }])
  })

  it('are refused with the field that is wrong', async () => {
    const from = all.sunfield.holding
    const to = all.harbour.holding
    const refused = async (body: object, status: number, code: string, field?: string) => {
      const answer = await all.sunfield.admin.post('/national/transfers', body)
      expect(answer).toMatchObject({ status, body: { code } })
      if (field === undefined) return
      expect(answer.body.errors).toMatchObject([{ field, message: expect.stringMatching(/^\S.*\S$/) }])
    }
    await refused({ batch, from, to }, 400, 'invalid-request')
    await refused({ batch, from, to, quantity: '1', serial: 'x' }, 400, 'invalid-request')
    await refused({ batch, from, to, quantity: 1 }, 400, 'invalid-request', 'quantity')
    await refused({ batch, from, to, quantity: '99999' }, 409, 'not-enough-credits')
    await refused({ batch, from, to, ranges: [{ first: '1', last: '2' }] }, 409, 'not-owned', 'ranges')
    await refused({ from, to, serial: 'XT-ITMO-1-001-2023-0-600-601' }, 404, 'serial-unknown')
    await refused({ from, to, serial: 'XT-ITMO-1-001-2024-1-600-601' }, 404, 'serial-unknown', 'serial')
    await refused({ from, to, serial: 'nothing' }, 400, 'invalid-request', 'serial')
    await refused({ batch: '0'.repeat(32), from, to, quantity: '1' }, 404, 'batch-unknown', 'batch')
    await refused({ batch, from: all.harbour.holding, to: from, quantity: '1' }, 403, 'not-permitted')
    const end = { batch, quantity: '1', purpose: 'voluntary' }
    for (const path of ['/national/retirements', '/national/cancellations']) {
      const of = (account: string) => all.sunfield.admin.post(path, { ...end, from: account })
      expect(await of('0'.repeat(32))).toMatchObject({ status: 404, body: { code: 'account-unknown' } })
      expect(await of(all.harbour.holding)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
      const { issuance } = all.registry.services.genesis
      expect(await of(issuance)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
    }
  })
})

describe('a retirement', () => {
  it('is for a beneficiary, and its certificate and receipt prove it without the registry', async () => {
    const body = {
      batch,
      from: all.sunfield.holding,
      ranges: [{ first: '1401', last: '1650' }],
      purpose: 'voluntary',
      beneficiary: { name: 'Harbour Ferries Ltd', country: 'XT' },
    }
    const retired = await done(all.sunfield.admin.post('/national/retirements', body))
    expect(retired).toMatchObject({
      certificate: 1,
      quantity: '250',
      ranges: [{ serial: 'XT-ITMO-1-001-2024-0-1401-1650' }],
      to: { account: all.sunfield.retirement },
      beneficiary: { name: 'Harbour Ferries Ltd', country: 'XT' },
    })
    expect(await read('/national/retirements/1')).toEqual(retired)

    const early = await all.registry.nobody.get('/national/certificates/1/receipt')
    expect(early).toMatchObject({ status: 409, body: { code: 'not-yet-provable' } })
    expect(early.headers['retry-after']).toBe('1')
    await all.registry.publish()
    const certificate = JSON.stringify(await read('/national/certificates/1'))
    const proof = (await all.registry.app.inject('/national/certificates/1/receipt?wait=proof')).body
    const vkey = parseVkey(sha256Bytes, all.registry.services.genesis.key)
    const report = await verifyCertificate({ proof, certificate, vkey })
    expect(report.findings).toEqual([])
    expect(report.facts).toMatchObject({
      quantity: '250',
      serials: 'XT-ITMO-1-001-2024-0-1401-1650',
      project: '001',
      'beneficiary.name': 'Harbour Ferries Ltd',
      'beneficiary.country': 'XT',
    })
    const forged = certificate.replace('Ferries', 'Fairies')
    expect((await verifyCertificate({ proof, certificate: forged, vkey })).outcome).toBe('wrong')
  })

  it('is found by its number among cancellations too', async () => {
    const end = { batch, from: all.sunfield.holding, quantity: '10' }
    await done(all.sunfield.admin.post('/national/cancellations', { ...end, purpose: 'voluntary' }))
    for (let number = 3; number <= 9; number += 1) {
      const kind = number % 3 === 0 ? 'cancellations' : 'retirements'
      await done(all.sunfield.admin.post(`/national/${kind}`, { ...end, purpose: 'voluntary' }))
    }
    for (let number = 1; number <= 9; number += 1) {
      const kind = number === 2 || number % 3 === 0 ? 'cancellations' : 'retirements'
      expect(await read(`/national/${kind}/${number}`)).toMatchObject({ certificate: number })
    }
    expect((await all.registry.nobody.get('/national/retirements/2')).status).toBe(404)
    expect((await all.registry.nobody.get('/national/certificates/10')).status).toBe(404)
    const found = await read(`/national/batches/${batch}`)
    expect(found.sums).toMatchObject({ held: '4470', retired: '290', cancelled: '40' })
    expect(sum(found.runs as { quantity: string }[])).toBe(4800n)
  })
})
