import { randomBytes } from 'node:crypto'
import { isReceipt, randomId } from '@tallystick/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done, expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let batch: string

beforeAll(async () => {
  all = await world()
  batch = (await all.issue('2024', '1000')).id
})
afterAll(() => all.registry.close())

const read = async (path: string) => expectStatus(await all.registry.nobody.get(path), 200).body

describe('a correction', () => {
  it('takes a transfer back by its index, once, while the units are there', async () => {
    const { sunfield, harbour, officer, approved } = all
    const move = { batch, from: sunfield.holding, to: harbour.holding, ranges: [{ first: '1', last: '40' }] }
    const { id: index } = await done(sunfield.admin.post('/national/transfers', move))
    const wish = { index, reason: 'wrong-receiver' }
    expect(await sunfield.admin.post('/national/corrections', wish)).toMatchObject({ status: 403 })
    const proposal = await approved(officer.post('/national/corrections', wish))
    expect(proposal.sentence).toMatch(/^Government of Exampleland takes back, for wrong receiver, that “Sunfield Power/)
    const { items } = (await read('/national/corrections')) as { items: { id: number }[] }
    expect(items).toMatchObject([
      { corrected: { index, type: 'CreditsTransferred' }, reason: 'wrong-receiver', sentence: proposal.sentence },
    ])
    expect(await read(`/national/corrections/${items[0]?.id}`)).toEqual(items[0])
    expect(await all.registry.nobody.get(`/national/corrections/${index}`)).toMatchObject({ status: 404 })
    expect(await officer.post('/national/corrections', wish)).toMatchObject({
      status: 409,
      body: { code: 'already-corrected' },
    })
    expect(await officer.post('/national/corrections', { ...wish, index: 9_999 })).toMatchObject({ status: 404 })
    expect(await officer.post('/national/corrections', { ...wish, index: 0 })).toMatchObject({
      status: 422,
      body: { code: 'not-correctable' },
    })
    const { events } = (await read('/national/serials/XT-ITMO-1-001-2024-0-1-10')) as { events: { step: string }[] }
    expect(events.map(({ step }) => step)).toEqual(['issued', 'transferred', 'corrected'])
  })

  it('is refused once the units have moved on', async () => {
    const { sunfield, harbour, officer } = all
    const move = { batch, from: sunfield.holding, to: harbour.holding, ranges: [{ first: '51', last: '60' }] }
    const { id: index } = await done(sunfield.admin.post('/national/transfers', move))
    await done(harbour.admin.post('/national/transfers', { ...move, from: harbour.holding, to: sunfield.holding }))
    expect(await officer.post('/national/corrections', { index, reason: 'clerical-error' })).toMatchObject({
      status: 409,
      body: { code: 'units-moved' },
    })
  })

  it('takes a whole issuance back: the batch adds up, and nobody holds it', async () => {
    const { officer, approved } = all
    const wrong = await all.issue('2023', '70')
    await approved(officer.post('/national/corrections', { index: wrong.entry.index, reason: 'clerical-error' }))
    expect(await read(`/national/batches/${wrong.id}`)).toMatchObject({ sums: { held: '0', takenBack: '70' } })
    expect(await read(`/national/projects/${all.project.id}`)).toMatchObject({ totals: { issued: '1000' } })
    const page = await all.registry.app.inject({
      url: `/serials/${wrong.block.serial}`,
      headers: { accept: 'text/html' },
    })
    expect([page.statusCode, page.body]).toEqual([200, expect.stringContaining('Entry taken back')])
  })
})

describe('fractions', () => {
  it('are carried to the next issuance, in exact decimals', async () => {
    const { officer, approved, authorisation } = all
    const certified = { authorisation, vintage: '2022', certified: '0.6' }
    const carry = '/national/carried-outcomes'
    await approved(officer.post(carry, certified))
    expect((await read(`${carry}?project=${all.project.id}`)).items).toMatchObject([
      { certified: '0.6', vintage: '2022', unitType: 'ITMO' },
    ])
    const [{ id }] = (await read(carry)).items as [{ id: number }]
    expect(await read(`${carry}/${id}`)).toMatchObject({ id, certified: '0.6', vintage: '2022' })
    const remainders = `/national/projects/${all.project.id}/remainders`
    expect(await read(remainders)).toEqual({ items: [{ unitType: 'ITMO', vintage: '2022', carried: '0.6' }] })
    expect(await officer.post(carry, certified)).toMatchObject({ status: 422, body: { code: 'issue-instead' } })
    expect(await officer.post(carry, { ...certified, certified: '0.60' })).toMatchObject({ status: 400 })
    const issued = await approved(officer.post('/national/batches', { ...certified, certified: '9.5' }))
    expect(issued.body).toMatchObject({ quantity: '10', certified: '9.5' })
    expect(await officer.post('/national/batches', { ...certified, certified: '0.1' })).toMatchObject({
      status: 422,
      body: { code: 'nothing-to-issue' },
    })
    expect(await officer.post('/national/batches', { ...certified, quantity: '1' })).toMatchObject({ status: 400 })
    await approved(officer.post(carry, { ...certified, certified: '-3.25' }))
    expect(await read(remainders)).toEqual({ items: [{ unitType: 'ITMO', vintage: null, carried: '-3.15' }] })
  })
})

describe('conversion', () => {
  const serial = '9301-70000001-70000500-VCS-VCU-999-VER-XT-14-1234-01012021-31122021-1'

  it('issues units here in the place of units that stand cancelled in the records of their registry, once', async () => {
    const { officer, approved, authorisation, sunfield } = all
    await recorded()
    const known = (await read(`/national/serials/${serial}`)) as { first: string; parts: { state: string }[] }
    expect(known.parts).toMatchObject([{ state: 'cancelled' }])
    const wish = { authorisation, vintage: '2021', to: sunfield.holding, reason: 'registry-transition' }
    const conversions = '/national/conversions'
    expect(await officer.post(conversions, { ...wish, serials: ['nothing'] })).toMatchObject({ status: 400 })
    const unknown = serial.replaceAll('70000', '60000')
    expect(await officer.post(conversions, { ...wish, serials: [unknown] })).toMatchObject({
      status: 404,
      body: { code: 'serial-unknown' },
    })
    const proposal = await approved(officer.post(conversions, { ...wish, serials: [serial] }))
    expect(proposal.sentence).toContain('in the place of units of Verra')
    const { items } = (await read(conversions)) as { items: { id: string; block: { serial: string } }[] }
    expect(items).toMatchObject([
      {
        block: { quantity: '500' },
        source: { registry: 'verra', ranges: [{ first: '70000001', last: '70000500' }] },
      },
    ])
    expect(await read(`/national/batches/${items[0]?.id}`)).toMatchObject({ sums: { held: '500' } })
    expect(await officer.post(conversions, { ...wish, serials: [serial] })).toMatchObject({
      status: 409,
      body: { code: 'already-converted' },
    })
    const { events } = (await read(`/national/serials/${items[0]?.block.serial}`)) as { events: { step: string }[] }
    expect(events.map(({ step }) => step)).toEqual(['converted'])
  })

  /** What an import would have written. */
  async function recorded() {
    const { ledger, genesis } = all.registry.services
    const send = async (type: string, request: object) => {
      const id = randomBytes(8).toString('hex')
      const key = { sender: 'import', id }
      const outcome = await ledger.execute({ type, by: genesis.system, key, requestHash: id, request })
      if (!isReceipt(outcome)) throw new Error(JSON.stringify(outcome))
    }
    const mirror = { registry: 'verra', active: randomId(), retired: randomId(), cancelled: randomId() }
    await send('MirrorOpened', mirror)
    await send('MirrorRecorded', {
      registry: 'verra',
      space: 'verra:VCU',
      range: ['70000001', '70000500'],
      project: { id: randomId(), code: '1234' },
      vintage: '2021',
      unitType: 'VCU',
      issued: true,
      issuedOn: '2022-01-01',
      fate: 'cancelled',
      fateOn: '2023-01-01',
      facts: randomBytes(32).toString('hex'),
    })
  }
})
