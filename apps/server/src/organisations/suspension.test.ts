import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { followSuspensions } from './suspension.ts'

let all: World

beforeAll(async () => {
  all = await world()
})
afterAll(() => all.registry.close())

const suspend = (id: string, verb = 'suspend', key?: string) =>
  all.officer.post(`/national/organisations/${id}/${verb}`, { reason: 'investigation' }, key ? { key } : {})

it('ends the sessions and links of its people at once, and of nobody else; they may sign in again', async () => {
  const { registry, officer, sunfield, harbour } = all
  const email = 'halted@example.org'
  await done(officer.post('/national/users', { email, name: 'H', organisation: sunfield.id, role: 'ViewOnly' }))
  const link = registry.links.get(email)?.at(-1)
  expectStatus(await suspend(sunfield.id, 'suspend', 'suspend-it-once'), 200)
  expect((await sunfield.admin.get('/national/sessions/current')).status).toBe(401)
  expect((await registry.nobody.post('/national/sessions', { token: link }, { key: null })).status).toBe(401)
  expect((await harbour.admin.get('/national/sessions/current')).status).toBe(200)

  registry.links.delete(email)
  const again = await registry.signIn(email)
  expectStatus(await suspend(sunfield.id, 'suspend', 'suspend-it-once'), 200)
  expect(await followSuspensions(registry.services)).toBe(0)
  expect((await again.get('/national/sessions/current')).body).toMatchObject({ organisation: { active: false } })
  expectStatus(await suspend(sunfield.id, 'reactivate'), 200)
  expect((await again.get('/national/sessions/current')).body).toMatchObject({ organisation: { active: true } })
})

it('withdraws what it proposed, and reactivation does not bring that back; a second suspension does it again', async () => {
  const { registry, harbour } = all
  const { pool } = registry.services
  const propose = (id: string) =>
    pool.query(
      `INSERT INTO content_proposal (id, type, by_mandate, created_by, request, key_sender, key_id, request_hash,
                                     proposal_hash, logged_key, created_at, by_organisation, status)
       VALUES ($1, 'CreditsTransferredAbroad', 'm', 'u', '{}', 's', $1, '', '', $1, now(), $2, 'open')`,
      [id, harbour.id],
    )
  const status = async (id: string) =>
    (await pool.query('SELECT status FROM content_proposal WHERE id = $1', [id])).rows[0]?.status
  await propose('before')
  expectStatus(await suspend(harbour.id), 200)
  expect(await status('before')).toBe('withdrawn')
  expectStatus(await suspend(harbour.id, 'reactivate'), 200)
  expect(await status('before')).toBe('withdrawn')
  await propose('later')
  expect(await followSuspensions(registry.services)).toBe(0)
  expect(await status('later')).toBe('open')
  expectStatus(await suspend(harbour.id), 200)
  expect(await status('later')).toBe('withdrawn')
  expectStatus(await suspend(harbour.id, 'reactivate'), 200)
})

it('is followed by the next round where whoever suspended did not come to it', async () => {
  const { registry, harbour } = all
  const { pool } = registry.services
  const admin = await registry.join(all.officer, harbour.id, 'Admin')
  expectStatus(await suspend(harbour.id), 200)
  // As if the process had ended between the entry and what follows from it.
  await pool.query('UPDATE content_organisation SET halted = false WHERE organisation = $1', [harbour.id])
  const rounds = await Promise.all(Array.from({ length: 4 }, () => followSuspensions(registry.services)))
  expect(Math.max(...rounds)).toBe(1)
  expect(await followSuspensions(registry.services)).toBe(0)
  expect((await admin.get('/national/sessions/current')).status).toBe(401)
})

const entriesOf = async (type: string) =>
  (await all.registry.services.pool.query('SELECT 1 FROM ledger_entry WHERE type = $1', [type])).rows.length

/** Harbour is asked to accept so many transfers of ten units each. */
async function waiting(count: number): Promise<string[]> {
  const { sunfield, harbour } = all
  const { id: batch } = await all.issue('2024', '1000')
  const transfer = { kind: 'transfer', batch, from: sunfield.holding, to: harbour.holding, quantity: '10' }
  const ask = () => done(sunfield.admin.post('/national/movements', { ...transfer, acceptance: true }))
  const made = await Promise.all(Array.from({ length: count }, ask))
  return made.map(({ id }) => String(id))
}
const movement = async (id: string) =>
  expectStatus(await all.registry.nobody.get(`/national/movements/${id}`), 200).body

it('ends what waits, of both sides, once; the units are free, and reactivation does not bring it back', async () => {
  const { registry, harbour, sunfield } = all
  expectStatus(await suspend(harbour.id, 'reactivate'), 200)
  sunfield.admin = await registry.join(all.officer, sunfield.id, 'Admin')
  harbour.admin = await registry.join(all.officer, harbour.id, 'Admin')
  const ids = await waiting(3)
  const held = async () =>
    (await registry.services.pool.query("SELECT 1 FROM ledger_hold WHERE reason = 'pending'")).rows
  expect(await held()).toHaveLength(3)
  expectStatus(await suspend(harbour.id), 200)
  for (const id of ids) expect(await movement(id)).toMatchObject({ state: 'halted' })
  expect(await entriesOf('MovementHalted')).toBe(3)
  expect(await held()).toHaveLength(0)
  expectStatus(await suspend(harbour.id, 'reactivate'), 200)
  for (const id of ids) expect(await movement(id)).toMatchObject({ state: 'halted' })
  expect(await followSuspensions(registry.services)).toBe(0)

  const again = await waiting(2)
  expectStatus(await suspend(sunfield.id), 200)
  for (const id of again) expect(await movement(id)).toMatchObject({ state: 'halted' })
  expectStatus(await suspend(sunfield.id, 'reactivate'), 200)
  expect(await entriesOf('MovementHalted')).toBe(5)
})

it('goes on where a process ended in between, and several at once write each end once', async () => {
  const { registry, harbour, sunfield, officer } = all
  const { pool, ledger, genesis } = registry.services
  sunfield.admin = await registry.join(officer, sunfield.id, 'Admin')
  const ids = await waiting(5)
  // Written by somebody who ended right after, as the last approval of a proposal might be.
  const { rows } = await pool.query(
    "SELECT id FROM ledger_row WHERE kind = 'mandate' AND row ->> 'role' = 'government/Admin'",
  )
  const [mandate] = rows as [{ id: string }]
  await ledger.execute({
    ...{ type: 'OrganisationSuspended', by: mandate.id, key: { sender: 'test', id: 'suspended' }, requestHash: '' },
    request: { organisation: harbour.id, reason: 'investigation' },
  })
  const [first = ''] = ids
  await ledger.execute({
    ...{ type: 'MovementHalted', by: genesis.system, key: { sender: 'test', id: 'halted' }, requestHash: '' },
    request: { movement: first, organisation: harbour.id },
  })
  const before = await entriesOf('MovementHalted')
  await Promise.all(Array.from({ length: 4 }, () => followSuspensions(registry.services)))
  expect(await entriesOf('MovementHalted')).toBe(before + 4)
  for (const id of ids) expect(await movement(id)).toMatchObject({ state: 'halted' })
  expectStatus(await suspend(harbour.id, 'reactivate'), 200)
})

/** A ledger whose answers are lost, of so many of these entries, and that is not reached for the others. */
function lossy(type: string, lost: number): World['registry']['services'] {
  const { services } = all.registry
  let seen = 0
  const execute: typeof services.ledger.execute = async (submission) => {
    if (submission.type !== type) return services.ledger.execute(submission)
    seen += 1
    if (seen <= lost) await services.ledger.execute(submission)
    throw new Error('the answer was lost')
  }
  const ledger = new Proxy(services.ledger, {
    get: (target, name) => {
      if (name === 'execute') return execute
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { ...services, ledger }
}

it('is not over before everything has ended, whichever answers of the ledger are lost', async () => {
  const { registry, harbour, sunfield, officer } = all
  const { pool } = registry.services
  sunfield.admin = await registry.join(officer, sunfield.id, 'Admin')
  const ids = await waiting(6)
  const before = await entriesOf('MovementHalted')
  const { rows } = await pool.query(
    "SELECT id FROM ledger_row WHERE kind = 'mandate' AND row ->> 'role' = 'government/Admin'",
  )
  await registry.services.ledger.execute({
    ...{ type: 'OrganisationSuspended', by: rows[0].id, key: { sender: 'test', id: 'again' }, requestHash: '' },
    request: { organisation: harbour.id, reason: 'investigation' },
  })
  await expect(followSuspensions(lossy('MovementHalted', 2))).rejects.toThrow('lost')
  expect(await entriesOf('MovementHalted')).toBe(before + 2)
  expect(await followSuspensions(registry.services)).toBe(1)
  expect(await followSuspensions(registry.services)).toBe(0)
  expect(await entriesOf('MovementHalted')).toBe(before + 6)
  for (const id of ids) expect(await movement(id)).toMatchObject({ state: 'halted' })
  expectStatus(await suspend(harbour.id, 'reactivate'), 200)
})

it('leaves its Admin nothing to change of what is known of it, and no price to say', async () => {
  const { registry, officer, sunfield, harbour } = all
  sunfield.admin = await registry.join(officer, sunfield.id, 'Admin')
  harbour.admin = await registry.join(officer, harbour.id, 'Admin')
  const [id] = await waiting(1)
  const email = 'changer@example.org'
  await done(officer.post('/national/users', { email, name: 'C', organisation: sunfield.id, role: 'Admin' }))
  expectStatus(await suspend(sunfield.id), 200)
  registry.links.delete(email)
  const admin = await registry.signIn(email)
  const changes = () =>
    Promise.all([
      admin.put(`/national/organisations/${sunfield.id}/details`, { contact: null, profile: null }, { key: null }),
      admin.put(`/national/organisations/${sunfield.id}/logo`, { content: null }, { key: null }),
      admin.put(`/national/movements/${id}/price`, { price: null, paymentState: 'open' }),
    ])
  expect((await changes()).map(({ status, body }) => [status, body.code])).toEqual(
    Array(3).fill([409, 'organisation-suspended']),
  )
  expectStatus(await suspend(sunfield.id, 'reactivate'), 200)
  expect((await changes()).map(({ status }) => status)).toEqual([200, 204, 200])
})
