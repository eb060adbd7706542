import { randomUUID } from 'node:crypto'
import { LedgerBusy, type Submission } from '@tallystick/ledger'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { done, expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'
import { finishRoleChanges } from './role-change.ts'

let registry: TestRegistry
let government: string
let officer: Person
let developer: { id: string; admin: Person }
let rival: { id: string; admin: Person }

beforeAll(async () => {
  registry = await testRegistry()
  government = registry.founded.genesis.authority
  officer = await registry.join(registry.root, government, 'Admin')
  developer = await registry.newOrganisation(officer, 'Sunfield Power')
  rival = await registry.newOrganisation(officer, 'Green Port')
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => registry.close())

const me = async (one: Person) => (await one.get('/national/sessions/current')).body
const idOf = async (one: Person) => ((await me(one)).user as { id: string }).id
const give = (by: Person, id: string, body: object, key: string = randomUUID()) =>
  by.post(`/national/users/${id}/role`, body, { key })

/** Mandates that somebody holds, or held, and that stand in the ledger; and which of them he acts under. */
async function mandatesOf(user: string): Promise<{ standing: string[]; acting: string[] }> {
  const { pool } = registry.services
  const { rows: standing } = await pool.query<{ id: string }>(
    `SELECT r.id FROM ledger_row r WHERE r.kind = 'mandate' AND r.row -> 'active' = 'true' AND r.id IN (
       SELECT mandate FROM content_mandate WHERE user_id = $1
       UNION SELECT mandate FROM content_role_change WHERE user_id = $1
       UNION SELECT old_mandate FROM content_role_change WHERE user_id = $1)`,
    [user],
  )
  const { rows: acting } = await pool.query<{ mandate: string }>(
    'SELECT mandate FROM content_mandate WHERE user_id = $1',
    [user],
  )
  return { standing: standing.map(({ id }) => id), acting: acting.map(({ mandate }) => mandate) }
}

async function expectOne(user: string): Promise<void> {
  const { standing, acting } = await mandatesOf(user)
  expect(acting).toHaveLength(1)
  expect(standing).toEqual(acting)
}

describe('another role', () => {
  it('is a new mandate under which the open sessions go on; the old one is revoked', async () => {
    const person = await registry.join(developer.admin, developer.id, 'ViewOnly')
    const id = await idOf(person)
    const before = await me(person)
    const body = await done(give(developer.admin, id, { role: 'Admin', limit: '50' }))
    expect(body).toMatchObject({ id, role: 'Admin', limit: '50', organisation: developer.id })
    expect(await me(person)).toMatchObject({ role: 'Admin', limit: '50', mandate: body.mandate, user: before.user })
    expect(await registry.services.ledger.row('mandate', String(before.mandate))).toMatchObject({ active: false })
    await expectOne(id)
    await done(give(developer.admin, id, { role: 'ViewOnly' }))
    expect(await me(person)).toMatchObject({ role: 'ViewOnly', limit: '50' })
    await expectOne(id)
  })

  it('is answered once under a key, also by twenty at once', async () => {
    const person = await registry.join(developer.admin, developer.id, 'ViewOnly')
    const id = await idOf(person)
    const key = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => give(developer.admin, id, { role: 'Admin' }, key)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect((await give(developer.admin, id, { role: 'ViewOnly' }, key)).body.code).toBe('key-reused')
    await expectOne(id)
    expect(await me(person)).toMatchObject({ role: 'Admin' })
  })

  it('is for whoever may grant both roles, and nobody gives himself one', async () => {
    const reader = await registry.join(developer.admin, developer.id, 'ViewOnly')
    const watcher = await registry.join(officer, government, 'ViewOnly')
    const [readerId, watcherId] = [await idOf(reader), await idOf(watcher)]
    for (const [by, id, role, code] of [
      [reader, readerId, 'Admin', 'own-role'],
      [developer.admin, await idOf(developer.admin), 'ViewOnly', 'own-role'],
      [officer, await idOf(officer), 'Root', 'own-role'],
      [watcher, readerId, 'Admin', 'not-permitted'],
      [rival.admin, readerId, 'Admin', 'not-found'],
      [officer, watcherId, 'Admin', 'not-permitted'],
      [registry.root, watcherId, 'Root', 'not-permitted'],
      [officer, registry.founded.root.user, 'ViewOnly', 'not-permitted'],
      [developer.admin, readerId, 'Emperor', 'role-unknown'],
      [developer.admin, readerId, 'ViewOnly', 'nothing-changes'],
    ] as const) {
      expect((await give(by, id, { role })).body.code, `${role} ${code}`).toBe(code)
    }
    await expectOne(readerId)
    await expectOne(watcherId)
  })

  it('is no way to a wider limit than the own', async () => {
    const email = `${randomUUID()}@example.org`
    const wish = { email, name: 'Small', organisation: developer.id, role: 'Admin', limit: '10' }
    await done(officer.post('/national/users', wish))
    const small = await registry.signIn(email)
    const reader = await registry.join(small, developer.id, 'ViewOnly').catch(() => undefined)
    expect(reader).toBeUndefined()
    const other = await registry.join(developer.admin, developer.id, 'ViewOnly')
    expect((await give(small, await idOf(other), { role: 'Admin', limit: null })).body.code).toBe('mandate-limit')
    expect((await give(small, await idOf(other), { role: 'Admin', limit: '11' })).body.code).toBe('mandate-limit')
    await expectOne(await idOf(other))
  })

  it('is not given on the word of another to somebody who has brought others in, for whom nobody vouches', async () => {
    const second = await registry.join(registry.root, government, 'Admin')
    const person = await registry.join(second, developer.id, 'Admin')
    const id = await idOf(person)
    const puppet = await idOf(await registry.join(person, developer.id, 'ViewOnly'))
    const wish = { role: 'Admin', limit: '50' }
    const notDistinct = { status: 409, body: { code: 'approval-not-distinct' } }
    // Whoever admitted that person, too, would have two people where there may be one.
    expect(await officer.post(`/national/users/${id}/confirmation`)).toMatchObject(notDistinct)
    expect(await give(developer.admin, id, wish)).toMatchObject(notDistinct)
    await done(officer.post(`/national/users/${puppet}/confirmation`))
    await done(give(developer.admin, id, wish))
    await expectOne(id)
    // Nor does one who stands on his own become another than a colleague who acts on his word.
    await done(second.post(`/national/users/${id}/confirmation`))
    const added = {
      email: `${randomUUID()}@example.org`,
      name: 'C',
      organisation: developer.id,
      role: 'Manager',
      limit: '10',
    }
    const colleague = String((await done(person.post('/national/users', added))).id)
    expect(await give(second, id, { role: 'Admin', limit: '40' })).toMatchObject(notDistinct)
    await done(officer.post(`/national/users/${colleague}/confirmation`))
    await done(give(second, id, { role: 'Admin', limit: '40' }))
    await expectOne(id)
  })

  it('leaves an organisation an Admin, whatever happens to two of them at once', async () => {
    for (const [one, two] of [
      ['role', 'role'],
      ['role', 'remove'],
    ]) {
      const { id, admin } = await registry.newOrganisation(officer, 'Two Admins')
      const second = await registry.join(officer, id, 'Admin')
      const [a, b] = [await idOf(admin), await idOf(second)]
      const act = (how: string | undefined, user: string) =>
        how === 'role' ? give(officer, user, { role: 'ViewOnly' }) : officer.delete(`/national/users/${user}`)
      const answers = await Promise.all([act(one, a), act(two, b)])
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(1)
      expect(answers.find(({ status }) => status === 409)?.body.code).toBe('last-admin')
    }
    const { id, admin } = await registry.newOrganisation(officer, 'One Admin')
    expect(id).not.toBe('')
    expect((await give(officer, await idOf(admin), { role: 'ViewOnly' })).body.code).toBe('last-admin')
  })

  it('and another, at once, is one of both, never two mandates', async () => {
    for (let round = 0; round < 5; round += 1) {
      const person = await registry.join(developer.admin, developer.id, 'ViewOnly')
      const id = await idOf(person)
      const answers = await Promise.all([
        give(developer.admin, id, { role: 'Admin' }),
        give(officer, id, { role: 'Admin', limit: '7' }),
        officer.delete(`/national/users/${id}`),
      ])
      expect(answers.some(({ status }) => status < 300)).toBe(true)
      registry.pass(61_000)
      await finishRoleChanges(registry.services)
      const { standing, acting } = await mandatesOf(id)
      expect(standing.every((mandate) => acting.includes(mandate))).toBe(true)
      const removed = answers[2]?.status === 200
      expect(standing).toHaveLength(removed ? 0 : 1)
      expect((await person.get('/national/sessions/current')).status).toBe(removed ? 401 : 200)
    }
  })
})

describe('a change that is interrupted', () => {
  function endAt(nth: number, when: 'before' | 'after') {
    const { ledger } = registry.services
    const real = ledger.execute.bind(ledger)
    let count = 0
    vi.spyOn(ledger, 'execute').mockImplementation(async (submission: Submission) => {
      count += 1
      if (count === nth && when === 'before') throw new LedgerBusy('ended')
      const outcome = await real(submission)
      if (count === nth) throw new LedgerBusy('ended')
      return outcome
    })
  }

  it.each([
    [1, 'before'],
    [1, 'after'],
    [2, 'before'],
    [2, 'after'],
  ] as const)('at entry %i, %s it is written, leaves one role at every moment, and ends', async (nth, when) => {
    for (const how of ['repeated', 'left']) {
      const person = await registry.join(developer.admin, developer.id, 'ViewOnly')
      const id = await idOf(person)
      const key = randomUUID()
      endAt(nth, when)
      expect((await give(developer.admin, id, { role: 'Admin' }, key)).status).toBe(503)
      vi.restoreAllMocks()
      const between = await me(person)
      expect(between.role).toBe(nth === 1 ? 'ViewOnly' : 'Admin')
      expect((await mandatesOf(id)).acting).toEqual([between.mandate])
      if (how === 'repeated') await done(give(developer.admin, id, { role: 'Admin' }, key))
      else {
        registry.pass(61_000)
        expect(await finishRoleChanges(registry.services)).toBeGreaterThan(0)
      }
      await expectOne(id)
      expect((await me(person)).role).toBe(how === 'left' && nth === 1 ? 'ViewOnly' : 'Admin')
      if (how === 'left' && nth === 1) {
        expect((await give(developer.admin, id, { role: 'Admin' }, key)).body.code).toBe('role-changing')
        await expectOne(id)
      }
      expect(await finishRoleChanges(registry.services)).toBe(0)
    }
  })

  it('is ended as Root where who began it is removed', async () => {
    const boss = await registry.join(developer.admin, developer.id, 'Admin')
    const person = await registry.join(developer.admin, developer.id, 'ViewOnly')
    const id = await idOf(person)
    endAt(2, 'before')
    expect((await give(boss, id, { role: 'Admin' })).status).toBe(503)
    vi.restoreAllMocks()
    expectStatus(await developer.admin.delete(`/national/users/${await idOf(boss)}`), 200)
    registry.pass(61_000)
    await finishRoleChanges(registry.services)
    await expectOne(id)
  })
})

describe('the own profile', () => {
  it('is phone and language, and nothing else', async () => {
    const email = `${randomUUID()}@example.org`
    const person = await registry.join(developer.admin, developer.id, 'ViewOnly', email)
    const change = (body: object) => person.put('/national/users/current', body, { key: null })
    expect((await done(change({ name: 'A ViewOnly', phone: '+264 81', language: 'es' }), 200)).language).toBe('es')
    expect(await done(change({ phone: null }), 200)).toMatchObject({ name: 'A ViewOnly', phone: null, language: 'es' })
    expect(await done(change({}), 200)).toMatchObject({ name: 'A ViewOnly', email, role: 'ViewOnly' })
    for (const more of [
      { role: 'Admin' },
      { email: 'other@example.org' },
      { organisation: rival.id },
      { id: 'f'.repeat(32) },
      { name: '' },
      { name: 'Núria Sol' },
      { name: 'A\r\nBcc: x' },
      { phone: 'x' },
      { language: 'xx' },
    ]) {
      expect((await change(more)).status, JSON.stringify(more)).toBe(400)
    }
    expect(await me(person)).toMatchObject({ user: { email, name: 'A ViewOnly' }, role: 'ViewOnly' })
    // Root alone names itself: nobody is above it.
    const root = (name: string) => registry.root.put('/national/users/current', { name }, { key: null })
    expect(expectStatus(await root('Rosa Root'), 200).body.name).toBe('Rosa Root')
    expect((await registry.nobody.put('/national/users/current', {}, { key: null })).status).toBe(401)
  })
})
