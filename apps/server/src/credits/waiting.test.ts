import { documentBytes, proposalHash, simpleDocuments } from '@tallystick/rules'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let batch: string
/** A further Admin of Sunfield. */
let colleague: Person

beforeAll(async () => {
  all = await world()
  batch = (await all.issue('2024', '1000')).id
  colleague = await all.registry.join(all.second, all.sunfield.id, 'Admin')
  const { sunfield, harbour } = all
  await done(sunfield.admin.post(policyOf(sunfield.holding), policy({ secondAbove: '100' })))
  await done(harbour.admin.post(policyOf(harbour.holding), policy({ acceptance: true })))
})
afterAll(() => all.registry.close())

const read = async (path: string, who: Person = all.registry.nobody) => expectStatus(await who.get(path), 200).body
const policyOf = (account: string) => `/national/accounts/${account}/policy`
const policy = (changed: object) => ({ secondAbove: null, acceptance: false, trustedOnly: false, ...changed })
const transfer = (quantity: string) => ({ batch, from: all.sunfield.holding, to: all.harbour.holding, quantity })
const approve = (who: Person, id: unknown, key?: string) =>
  who.post(`/national/movements/${id}/approvals`, undefined, key === undefined ? {} : { key })
const held = async () => (await read(`/national/batches/${batch}`)).sums

describe('a movement that others must approve or accept', () => {
  it('is refused with the way to go on, unless it may wait', async () => {
    const { sunfield } = all
    const direct = await sunfield.admin.post('/national/transfers', transfer('5'))
    expect(direct).toMatchObject({ status: 409, body: { code: 'acceptance-missing' } })
    expect(direct.body.detail).toContain('"wait": true')
    const end = { batch, from: sunfield.holding, quantity: '200', purpose: 'voluntary' }
    const retired = await sunfield.admin.post('/national/retirements', end)
    expect(retired).toMatchObject({ status: 409, body: { code: 'movement-waits' } })
    expect(retired.body.detail).toContain('POST /national/movements')
  })

  it('waits with 202, and is answered so again under the same key', async () => {
    const { sunfield, harbour } = all
    const body = { ...transfer('5'), wait: true }
    const first = await sunfield.admin.post('/national/transfers', body, { key: 'wait-for-it' })
    expect(first).toMatchObject({
      status: 202,
      body: { kind: 'transfer', quantity: '5', expiresAt: expect.any(String) },
    })
    const again = await sunfield.admin.post('/national/transfers', body, { key: 'wait-for-it' })
    expect([again.status, again.body]).toEqual([202, first.body])
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(await held()).toMatchObject({ onHold: '5' })

    const mine = await read('/national/movements', sunfield.admin)
    expect(mine.items).toMatchObject([
      { id: first.body.id, next: 'accept', mine: false, acceptance: true, missing: [] },
    ])
    const forHarbour = await read('/national/movements?which=for-me', harbour.admin)
    expect(forHarbour.items).toMatchObject([{ id: first.body.id, mine: true }])
    expect((await read('/national/movements?which=for-me', colleague)).items).toEqual([])

    expect(await approve(colleague, first.body.id)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
    const accepted = await done(approve(harbour.admin, first.body.id, 'accept-it-once'))
    expect(accepted).toMatchObject({ id: first.body.id, step: 'done' })
    expect(await done(approve(harbour.admin, first.body.id, 'accept-it-once'))).toEqual(accepted)
    expect(await approve(harbour.admin, first.body.id)).toMatchObject({
      status: 404,
      body: { code: 'movement-unknown' },
    })
    const { items } = await read('/national/transfers')
    expect(items).toMatchObject([{ quantity: '5', entry: accepted.entry }])
    expect(await read(`/national/movements/${first.body.id}`)).toMatchObject({ state: 'done', ended: accepted.entry })
  })

  it('is approved by a further mandate of the holder, then accepted; each step by the one operation', async () => {
    const { sunfield, harbour, second } = all
    const proposal = { kind: 'transfer', ...transfer('150'), expiresAt: inHours(24) }
    const waits = await done(sunfield.admin.post('/national/movements', proposal))
    expect(await read(`/national/movements/${waits.id}`, sunfield.admin)).toMatchObject({
      next: 'approve',
      missing: [{ roles: null }],
      acceptance: true,
      mine: false,
      by: { organisation: { name: 'Sunfield Power' } },
    })
    expect(await approve(sunfield.admin, waits.id)).toMatchObject({
      status: 409,
      body: { code: 'approval-not-distinct' },
    })
    expect(await approve(second, waits.id)).toMatchObject({ status: 403 })
    expect((await read('/national/movements?which=for-me', colleague)).items).toMatchObject([{ id: waits.id }])
    expect(await done(approve(colleague, waits.id))).toMatchObject({ step: 'approved' })
    expect(await read(`/national/movements/${waits.id}`, harbour.admin)).toMatchObject({ next: 'accept', mine: true })
    expect(await done(approve(harbour.admin, waits.id))).toMatchObject({ step: 'done' })
  })

  it('is a retirement by whoever approves it, with its beneficiary', async () => {
    const { sunfield } = all
    const end = { batch, from: sunfield.holding, quantity: '120', purpose: 'voluntary', wait: true }
    const body = { ...end, beneficiary: { name: 'Harbour Ferries Ltd' } }
    const waits = await done(sunfield.admin.post('/national/retirements', body, { key: 'retire-later' }), 202)
    expect(waits).toMatchObject({ kind: 'retirement', beneficiary: { name: 'Harbour Ferries Ltd' } })
    const again = await sunfield.admin.post('/national/retirements', body, { key: 'retire-later' })
    expect([again.status, again.body]).toEqual([202, waits])
    await done(approve(colleague, waits.id))
    expect(await read('/national/retirements/1')).toMatchObject({
      quantity: '120',
      beneficiary: { name: 'Harbour Ferries Ltd' },
    })
  })

  it('approved by many at once takes place once', async () => {
    const { sunfield, second, registry } = all
    const others = await Promise.all([1, 2, 3].map(() => registry.join(second, sunfield.id, 'Admin')))
    const cancel = { kind: 'cancellation', batch, from: sunfield.holding, quantity: '101', purpose: 'voluntary' }
    const waits = await done(sunfield.admin.post('/national/movements', cancel))
    expect(await read(`/national/movements/${waits.id}`)).toMatchObject({ state: 'waiting', next: 'approve' })
    const answers = await Promise.all([colleague, ...others].map((who) => approve(who, waits.id)))
    expect(await read(`/national/movements/${waits.id}`)).toMatchObject({ state: 'done', kind: 'cancellation' })
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 404, 404, 404])
    expect((await read('/national/cancellations')).items).toHaveLength(1)
  })

  it('is declined by the receiver or withdrawn by the holder, and its units are free again', async () => {
    const { sunfield, harbour } = all
    const proposal = { ...transfer('7'), wait: true }
    const one = await done(sunfield.admin.post('/national/transfers', proposal), 202)
    expect(await sunfield.admin.post(`/national/movements/${one.id}/decline`)).toMatchObject({ status: 403 })
    expect(await done(harbour.admin.post(`/national/movements/${one.id}/decline`))).toMatchObject({ step: 'declined' })
    const two = await done(sunfield.admin.post('/national/transfers', proposal), 202)
    expect(await harbour.admin.post(`/national/movements/${two.id}/withdrawal`)).toMatchObject({ status: 403 })
    expect(await done(colleague.post(`/national/movements/${two.id}/withdrawal`))).toMatchObject({ step: 'withdrawn' })
    expect(await colleague.post(`/national/movements/${two.id}/withdrawal`)).toMatchObject({ status: 404 })
    for (const [{ id, entry }, state] of [
      [one, 'declined'],
      [two, 'withdrawn'],
    ] as const) {
      const over = await read(`/national/movements/${id}`)
      expect(over).toMatchObject({ id, state, quantity: '7', entry, ended: { index: expect.any(Number) } })
    }
    expect(await held()).toMatchObject({ onHold: '0' })
  })

  it('is refused with the field that is wrong', async () => {
    const { sunfield } = all
    const propose = (body: object) => sunfield.admin.post('/national/movements', body)
    const base = { kind: 'transfer', ...transfer('150') }
    expect(await propose({ ...base, to: undefined })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'to' }] },
    })
    expect(await propose({ ...base, purpose: 'voluntary' })).toMatchObject({ status: 400 })
    expect(await propose({ ...base, kind: 'retirement' })).toMatchObject({ status: 400 })
    expect(await propose({ ...base, expiresAt: inHours(-1) })).toMatchObject({
      status: 422,
      body: { code: 'expiry-wrong', errors: [{ field: 'expiresAt' }] },
    })
    const own = { kind: 'retirement', batch, from: sunfield.holding, quantity: '5', purpose: 'voluntary' }
    expect(await propose(own)).toMatchObject({ status: 422, body: { code: 'nothing-awaited' } })
    expect(await propose({ ...base, quantity: '99999' })).toMatchObject({
      status: 409,
      body: { code: 'not-enough-credits' },
    })
  })

  it('waits for what its holder and its receiver ask for since it was proposed', async () => {
    const { sunfield, harbour, registry } = all
    const back = { kind: 'transfer', batch, from: harbour.holding, to: sunfield.holding, quantity: '2' }
    const asking = { ...back, acceptance: true, expiresAt: inHours(24) }
    const { id } = await done(harbour.admin.post('/national/movements', asking))
    const mate = await registry.join(all.second, harbour.id, 'Admin')
    expect([await forMe(sunfield.admin, id), await forMe(mate, id)]).toEqual([true, false])
    await done(harbour.admin.post(policyOf(harbour.holding), policy({ acceptance: true, secondAbove: '1' })))
    expect(await read(`/national/movements/${id}`, mate)).toMatchObject({
      next: 'approve',
      missing: [{ roles: null }],
      mine: true,
    })
    expect([await forMe(sunfield.admin, id), await forMe(mate, id)]).toEqual([false, true])
    expect(await approve(sunfield.admin, id)).toMatchObject({ status: 403 })
    expect(await done(approve(mate, id))).toMatchObject({ step: 'approved' })
    expect([await forMe(sunfield.admin, id), await forMe(mate, id)]).toEqual([true, false])
    expect(await done(approve(sunfield.admin, id))).toMatchObject({ step: 'done' })
  })

  it('waits for officers whom the table asks for since it was proposed, by the page and the lists', async () => {
    const { sunfield, harbour, second } = all
    const asking = { kind: 'transfer', ...transfer('3'), expiresAt: inHours(24) }
    const { id } = await done(sunfield.admin.post('/national/movements', asking))
    expect(await forMe(second, id)).toBe(false)
    await adopt({ 'credits.transfer': [{ count: 1, by: ['government/Admin'] }] })
    expect(await read(`/national/movements/${id}`, second)).toMatchObject({
      next: 'approve',
      missing: [{ roles: ['government/Admin'] }],
      mine: true,
    })
    expect([await forMe(harbour.admin, id), await forMe(second, id)]).toEqual([false, true])
    expect(await done(approve(second, id))).toMatchObject({ step: 'approved' })
    expect([await forMe(harbour.admin, id), await forMe(second, id)]).toEqual([true, false])
    expect(await done(approve(harbour.admin, id))).toMatchObject({ step: 'done' })
  })

  it('stands in the chain of custody', async () => {
    const { events } = (await read('/national/serials/XT-ITMO-1-001-2024-0-1-1000')) as {
      events: { step: string; sentence: string }[]
    }
    const steps = new Set(events.map(({ step }) => step))
    for (const step of ['issued', 'movement-proposed', 'movement-ended', 'transferred', 'retired', 'cancelled']) {
      expect(steps).toContain(step)
    }
    expect(events.map(({ sentence }) => sentence).join(' ')).not.toMatch(/undefined|null|something that is not known/)
  })
})

async function forMe(who: Person, id: unknown): Promise<boolean> {
  const { items } = await read('/national/movements?which=for-me', who)
  return (items as { id: string }[]).some((one) => one.id === id)
}

/** The next permission table: as before, and it asks for these approvals. Root adopts it, an officer approves. */
async function adopt(approvals: object): Promise<void> {
  const { ledger, pool } = all.registry.services
  const table = JSON.parse(Buffer.from(simpleDocuments.permissions).toString())
  const next = { ...table, version: 2, approvals: { ...table.approvals, ...approvals } }
  const sha256 = await ledger.putDocument(documentBytes(next))
  const { rows } = await pool.query<{ id: string }>(
    `SELECT DISTINCT ON (row ->> 'role') id FROM ledger_row
      WHERE kind = 'mandate' AND row ->> 'role' IN ('government/Root', 'government/Admin') ORDER BY row ->> 'role' DESC`,
  )
  const [by = '', approver = ''] = rows.map(({ id }) => id)
  const body = { document: 'permissions', version: 2, sha256 }
  const key = { sender: 'test', id: sha256 }
  const proposal = proposalHash({ v: 1, type: 'DocumentAdopted', by, key: await ledger.loggedKey(key), body })
  const approved = { type: 'DocumentAdopted', by, request: body, approvals: [{ by: approver, proposal }] }
  expect(await ledger.execute({ ...approved, key, requestHash: sha256 })).toMatchObject({ index: expect.any(Number) })
}

function inHours(hours: number): string {
  return new Date(all.registry.services.clock().getTime() + hours * 3_600_000).toISOString()
}
