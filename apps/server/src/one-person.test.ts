import { LedgerBusy } from '@tallystick/ledger'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { expireDue } from './expiry.ts'
import { type Answer, expectStatus, type Person } from './registry.fixture.ts'
import { finishRoleChanges } from './users/role-change.ts'
import { type World, world } from './world.fixture.ts'

/** One dishonest person against a guarded account, by nothing but requests. */

const DAY = 24 * 3_600_000

let all: World
let batch: string
/** A colleague whom Sunfield's Admin has added alone: perhaps nobody but himself. */
let sham: Person

beforeAll(async () => {
  all = await world()
  batch = (await all.issue('2024', '1000')).id
  sham = await all.registry.join(all.sunfield.admin, all.sunfield.id, 'Admin')
  await done(all.sunfield.admin.post(policyPath(), { ...LOOSE, secondAbove: '0', trustedOnly: true }))
})
afterAll(() => all.registry.close())

const LOOSE = { secondAbove: null, acceptance: false, trustedOnly: false }
const policyPath = () => `/national/accounts/${all.sunfield.holding}/policy`
const done = async (answer: Promise<Answer>, status = 201) => expectStatus(await answer, status).body
const held = async () => {
  const { body } = expectStatus(await all.registry.nobody.get(`/national/accounts/${all.sunfield.holding}`), 200)
  return (body.balances as { held: string }[]).map((one) => one.held)
}
const notDistinct = { status: 409, body: { code: 'approval-not-distinct' } }

describe('one person with two mandates', () => {
  it('neither approves by the other what he proposes, nor carries a movement on', async () => {
    const { sunfield, harbour } = all
    const before = await held()
    const made = await done(sunfield.admin.post(policyPath(), LOOSE), 202)
    expect(await sham.post(`/national/proposals/${made.id}/approvals`)).toMatchObject(notDistinct)
    const trust = await done(
      sham.post(`/national/accounts/${sunfield.holding}/receivers`, { receiver: harbour.holding }),
      202,
    )
    expect(await sunfield.admin.post(`/national/proposals/${trust.id}/approvals`)).toMatchObject(notDistinct)

    const retire = { kind: 'retirement', batch, from: sunfield.holding, quantity: '5', purpose: 'voluntary' }
    const waits = await done(sunfield.admin.post('/national/movements', retire))
    expect(await sham.post(`/national/movements/${waits.id}/approvals`)).toMatchObject(notDistinct)
    expect((await sham.get('/national/movements?which=for-me')).body.items).toEqual([])
    expect(expectStatus(await sham.get(`/national/movements/${waits.id}`), 200).body.mine).toBe(false)
    await done(sham.post(`/national/movements/${waits.id}/withdrawal`))
    expect(await held()).toEqual(before)
  })

  it('does not vouch for the other, nor does whoever has added the first; somebody else does, and then they are two', async () => {
    const { sunfield, officer, second } = all
    const { items } = (await sunfield.admin.get('/national/users')).body as {
      items: { id: string; vouched: boolean }[]
    }
    expect(items.map(({ vouched }) => vouched)).toEqual([false, false])
    const path = `/national/users/${items[1]?.id}/confirmation`
    for (const who of [sunfield.admin, sham, officer]) expect(await who.post(path)).toMatchObject(notDistinct)
    expect((await all.harbour.admin.post(path)).status).toBe(404)
    expect((await all.registry.nobody.post(path)).status).toBe(401)

    const made = await done(sunfield.admin.post(policyPath(), { ...LOOSE, secondAbove: '0' }), 202)
    expect(await sham.post(`/national/proposals/${made.id}/approvals`)).toMatchObject(notDistinct)
    await done(second.post(path))
    expect(await second.post(path)).toMatchObject({ status: 409, body: { code: 'nothing-changes' } })
    expect(await done(sham.post(`/national/proposals/${made.id}/approvals`))).toMatchObject({ status: 'accepted' })
    // What asks for less holds later, though two have said so.
    const { body } = expectStatus(await all.registry.nobody.get(`/national/accounts/${sunfield.holding}`), 200)
    expect(body).toMatchObject({ policy: { trustedOnly: true }, loosened: { trustedOnly: false } })
  })
})

describe('somebody whose role is being changed', () => {
  const roleOf = (user: string, role: string) => all.sunfield.admin.post(`/national/users/${user}/role`, { role })
  const idOf = async (one: Person) => ((await one.get('/national/sessions/current')).body.user as { id: string }).id
  const retire = () => ({ kind: 'retirement', batch, from: all.sunfield.holding, quantity: '5', purpose: 'voluntary' })
  const changing = { status: 409, body: { code: 'role-changing' } }

  /** Both mandates stand in the ledger: the change is broken off before the old one is revoked. */
  async function breakOff(user: string, role: string): Promise<void> {
    const { ledger } = all.registry.services
    const real = ledger.execute.bind(ledger)
    const spy = vi.spyOn(ledger, 'execute').mockImplementation(async (submission) => {
      if (submission.type === 'MandateRevoked') throw new LedgerBusy('ended')
      return real(submission)
    })
    expectStatus(await roleOf(user, role), 503)
    spy.mockRestore()
  }

  it('does not approve under the new mandate what was begun under the old one', async () => {
    const { registry, second, sunfield } = all
    const person = await registry.join(second, sunfield.id, 'Admin')
    const user = await idOf(person)
    const waits = await done(person.post('/national/movements', retire()))
    const approvals = `/national/movements/${waits.id}/approvals`
    await breakOff(user, 'Manager')
    expect(await person.post(approvals)).toMatchObject(changing)
    // A further change, which comes to its end, revokes another mandate than that one.
    await done(roleOf(user, 'Admin'))
    expect(await person.post(approvals)).toMatchObject(changing)
    registry.pass(61_000)
    expect(await finishRoleChanges(registry.services)).toBe(1)
    expect(await person.post(approvals)).toMatchObject({ status: 403, body: { code: 'mandate-revoked' } })
    await done(sunfield.admin.post(`/national/movements/${waits.id}/withdrawal`))
  })
})

describe('a dishonest officer', () => {
  it('does not approve what a user of his own adding proposes', async () => {
    const { officer, sunfield, second } = all
    const puppet = await all.registry.join(officer, sunfield.id, 'Admin')
    const other = await all.registry.join(officer, sunfield.id, 'Admin')
    const retire = { kind: 'retirement', batch, from: sunfield.holding, quantity: '5', purpose: 'voluntary' }
    const waits = await done(puppet.post('/national/movements', retire))
    for (const who of [other, officer]) {
      expect([403, 409]).toContain((await who.post(`/national/movements/${waits.id}/approvals`)).status)
    }
    await done(puppet.post(`/national/movements/${waits.id}/withdrawal`))
    const issue = { authorisation: all.authorisation, vintage: '2024', quantity: '10' }
    const made = await done(officer.post('/national/batches', issue), 202)
    expect(await officer.post(`/national/proposals/${made.id}/approvals`)).toMatchObject(notDistinct)
    expect((await puppet.post(`/national/proposals/${made.id}/approvals`)).status).toBe(403)
    expect(await done(second.post(`/national/proposals/${made.id}/approvals`))).toMatchObject({ status: 'accepted' })
  })
})

describe('people who have left', () => {
  it('leave an approval that does not count any more, and somebody else gives it', async () => {
    const { officer, harbour, second, registry } = all
    const email = 'approver@harbour.example'
    const leaver = await registry.join(second, harbour.id, 'Admin', email)
    const path = `/national/accounts/${harbour.holding}/policy`
    await done(harbour.admin.post(path, { ...LOOSE, secondAbove: '0' }))
    const send = { kind: 'transfer', batch, from: harbour.holding, to: all.sunfield.holding, quantity: '5' }
    const waits = await done(harbour.admin.post('/national/movements', { ...send, acceptance: true }))
    const approvals = `/national/movements/${waits.id}/approvals`
    expect(await done(leaver.post(approvals))).toMatchObject({ step: 'approved' })
    const shown = async () => expectStatus(await registry.nobody.get(`/national/movements/${waits.id}`), 200).body
    expect(await shown()).toMatchObject({ next: 'accept', approvals: [{}] })
    await removeUser(email, officer)

    expect(await shown()).toMatchObject({ next: 'approve', approvals: [], missing: [{ roles: null }] })
    expect((await all.sunfield.admin.get('/national/movements?which=for-me')).body.items).toEqual([])
    expect((await all.sunfield.admin.post(approvals)).status).toBe(403)
    expect(await harbour.admin.post(approvals)).toMatchObject(notDistinct)
    const successor = await registry.join(second, harbour.id, 'Admin')
    expect((await successor.get('/national/movements?which=for-me')).body.items).toMatchObject([{ id: waits.id }])
    expect(await done(successor.post(approvals))).toMatchObject({ step: 'approved' })
    expect(await done(all.sunfield.admin.post(approvals))).toMatchObject({ step: 'done' })
  })

  it('leave proposals that a colleague withdraws, and others that end by themselves', async () => {
    const { second, registry } = all
    const email = 'leaver@gov.example'
    const leaver = await registry.join(registry.root, registry.root.organisation, 'Admin', email)
    const mine = await done(leaver.post('/national/batches', issuance()), 202)
    const stays = await done(leaver.post('/national/batches', issuance()), 202)
    expect((await second.post(`/national/proposals/${mine.id}/withdrawal`)).status).toBe(403)
    await removeUser(email)
    expect((await all.sunfield.admin.post(`/national/proposals/${mine.id}/withdrawal`)).status).toBe(403)
    expect(await second.post(`/national/proposals/${mine.id}/approvals`)).toMatchObject({ status: 403 })
    expect(await done(second.post(`/national/proposals/${mine.id}/withdrawal`))).toMatchObject({ status: 'withdrawn' })
    expect(await second.post(`/national/proposals/${stays.id}/approvals`)).toMatchObject({
      body: { code: 'mandate-revoked' },
    })

    registry.pass(DAY * 31)
    const path = `/national/proposals/${stays.id}`
    const again = await registry.signIn('root@example.org')
    expect((await again.get(path)).body).toMatchObject({ status: 'expired' })
    expect(await expireDue(registry.services)).toBeGreaterThan(0)
    expect(await expireDue(registry.services)).toBe(0)
    const { rows } = await registry.services.pool.query("SELECT FROM content_proposal WHERE status = 'open'")
    expect(rows).toEqual([])
    const newcomer = await registry.join(again, again.organisation, 'Admin')
    expect(await newcomer.post(`${path}/approvals`)).toMatchObject({ status: 409, body: { code: 'expired' } })
    expect((await newcomer.get('/national/proposals?status=expired')).body.items).toContainEqual(
      expect.objectContaining({ id: stays.id }),
    )
  })
})

const issuance = () => ({ authorisation: all.authorisation, vintage: '2024', quantity: '10' })

async function removeUser(email: string, by = all.registry.root): Promise<void> {
  const { services } = all.registry
  const { rows } = await services.pool.query<{ id: string }>('SELECT id FROM content_user WHERE email = $1', [email])
  expectStatus(await by.delete(`/national/users/${rows[0]?.id}`), 200)
}
