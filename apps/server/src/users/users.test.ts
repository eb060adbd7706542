import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectStatus, type Person, ROOT_EMAIL, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry
let government: string
let officer: Person
let watcher: Person
let developer: { id: string; admin: Person }
let reader: Person
let rival: { id: string; admin: Person }

beforeAll(async () => {
  registry = await testRegistry()
  government = registry.founded.genesis.authority
  officer = await registry.join(registry.root, government, 'Admin', 'officer@example.org')
  watcher = await registry.join(officer, government, 'ViewOnly')
  developer = await registry.newOrganisation(officer, 'Sunfield Power')
  reader = await registry.join(developer.admin, developer.id, 'ViewOnly')
  rival = await registry.newOrganisation(officer, 'Green Port')
})
afterAll(() => registry.close())

const newEmail = () => `${randomUUID()}@example.org`

function add(by: Person, organisation: string, role: string, email = newEmail()) {
  return by.post('/national/users', { email, name: 'Somebody', organisation, role })
}

/** Who may do what, as the permission table has it. Columns: root, officer, watcher, admin, reader, nobody. */
describe('the permission table over HTTP', () => {
  const table: [string, (by: Person) => Promise<{ status: number }>, number[]][] = [
    [
      'register an organisation',
      (by) => by.post('/national/organisations', { kind: 'developer', name: 'Tide' }),
      [201, 201, 403, 403, 403, 401],
    ],
    [
      'open accounts',
      (by) => by.post('/national/accounts', { organisation: rival.id }),
      [403, 201, 403, 403, 403, 401],
    ],
    ['add a government Admin', (by) => add(by, government, 'Admin'), [201, 403, 403, 403, 403, 401]],
    ['add a government ViewOnly', (by) => add(by, government, 'ViewOnly'), [201, 201, 403, 403, 403, 401]],
    ['add a second Root', (by) => add(by, government, 'Root'), [403, 403, 403, 403, 403, 401]],
    ['add an Admin of the developer', (by) => add(by, developer.id, 'Admin'), [201, 201, 403, 201, 403, 401]],
    ['add a ViewOnly of the developer', (by) => add(by, developer.id, 'ViewOnly'), [201, 201, 403, 201, 403, 401]],
    ['add an Admin of another developer', (by) => add(by, rival.id, 'Admin'), [201, 201, 403, 403, 403, 401]],
    ['add the system', (by) => add(by, government, 'system'), [422, 422, 422, 422, 422, 401]],
    ['list all users', (by) => by.get('/national/users'), [200, 200, 200, 200, 200, 401]],
    [
      'list users of another developer',
      (by) => by.get(`/national/users?organisation=${rival.id}`),
      [200, 200, 200, 403, 403, 401],
    ],
    ['read who I am', (by) => by.get('/national/sessions/current'), [200, 200, 200, 200, 200, 401]],
    ['list organisations', (by) => by.get('/national/organisations'), [200, 200, 200, 200, 200, 200]],
    ['list accounts', (by) => by.get('/national/accounts'), [200, 200, 200, 200, 200, 200]],
  ]

  it.each(table)('%s', async (_what, act, expected) => {
    const people = [registry.root, officer, watcher, developer.admin, reader, registry.nobody]
    const statuses: number[] = []
    for (const by of people) statuses.push((await act(by)).status)
    expect(statuses).toEqual(expected)
  })
})

describe('adding a user', () => {
  it('grants a mandate, sends a link, and keeps the person out of the log', async () => {
    const email = 'Maria.Quiet@Example.org'
    const { body } = expectStatus(
      await developer.admin.post('/national/users', {
        email,
        name: 'María Quiet',
        organisation: developer.id,
        role: 'Admin',
        limit: '500',
      }),
      201,
    )
    expect(body).toMatchObject({ email, name: 'María Quiet', organisation: developer.id, role: 'Admin', limit: '500' })
    const { index } = body.entry as { index: number }
    const [entry] = await registry.services.ledger.entries(index, 1)
    const text = Buffer.from(entry?.bytes ?? []).toString()
    expect(JSON.parse(text).body).toEqual({
      mandate: body.mandate,
      organisation: developer.id,
      role: 'developer/Admin',
      limit: '500',
    })
    expect(text).not.toMatch(/quiet|maría/i)
    const session = (await registry.signIn(email)).get('/national/sessions/current')
    expect((await session).body).toMatchObject({ user: { name: 'María Quiet' }, role: 'Admin', limit: '500' })
  })

  it('takes an e-mail address once, in whatever case', async () => {
    expectStatus(await add(officer, developer.id, 'ViewOnly', 'one.of.them@example.org'), 201)
    expect(await add(officer, rival.id, 'ViewOnly', 'One.Of.Them@EXAMPLE.org')).toMatchObject({
      status: 409,
      body: { code: 'email-taken', errors: [{ field: 'email' }] },
    })
  })

  it('gives twenty who add the same address at once one user', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => add(officer, developer.id, 'ViewOnly', 'crowd@example.org')),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(19).fill(409)])
  })

  it('keeps nothing of an attempt that the ledger refuses', async () => {
    const email = newEmail()
    expect(await add(officer, developer.id, 'Emperor', email)).toMatchObject({
      status: 422,
      body: { code: 'role-unknown', facts: { allowed: 'Admin, Manager, ViewOnly' } },
    })
    expect((await add(officer, 'f'.repeat(32), 'Admin', email)).body.code).toBe('organisation-unknown')
    expectStatus(await add(officer, developer.id, 'Admin', email), 201)
  })

  it('takes over an address whose attempt never got a mandate', async () => {
    const { pool } = registry.services
    await pool.query(
      `INSERT INTO content_user (id, email, name, created_at, key_sender, key_id)
       VALUES ('lost', 'lost@example.org', 'Lost', now() - interval '1 hour', 'x', 'y')`,
    )
    await pool.query(`INSERT INTO content_mandate (mandate, user_id) VALUES ('nothing', 'lost')`)
    expectStatus(await add(officer, developer.id, 'Admin', 'lost@example.org'), 201)
  })

  it('answers a repetition as the first time, and refuses another request under the key', async () => {
    const key = 'add-a-user-once'
    const wish = { email: 'twice@example.org', name: 'Twice', organisation: developer.id, role: 'ViewOnly' }
    const first = await officer.post('/national/users', wish, { key })
    const again = await officer.post('/national/users', wish, { key })
    expect(again.body).toEqual(first.body)
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.headers['idempotency-replayed']).toBe('true')
    for (const other of [
      { ...wish, email: 'other@example.org' },
      { ...wish, name: 'Twice Again' },
    ]) {
      expect((await officer.post('/national/users', other, { key })).body.code).toBe('key-reused')
    }
    expect((await officer.post('/national/users', { ...wish, email: 'other@example.org' })).status).toBe(201)
    expect((await officer.get(`/national/users/${first.body.id}`)).body).toMatchObject({ name: 'Twice' })
    expect(registry.links.get('twice@example.org')).toHaveLength(1)
  })
})

describe('seeing users', () => {
  it('gives an organisation its own, and the government everybody', async () => {
    const own = (await developer.admin.get('/national/users?limit=200')).body.items as { organisation: string }[]
    expect(new Set(own.map(({ organisation }) => organisation))).toEqual(new Set([developer.id]))
    const all = (await watcher.get('/national/users?limit=200')).body.items as { email: string }[]
    expect(all.map(({ email }) => email)).toContain(ROOT_EMAIL)
  })

  it('hides those of others as if they were not there', async () => {
    const { body } = await rival.admin.get('/national/sessions/current')
    const { id } = body.user as { id: string }
    expect((await developer.admin.get(`/national/users/${id}`)).status).toBe(404)
    expect((await developer.admin.delete(`/national/users/${id}`)).status).toBe(404)
    expect((await officer.get(`/national/users/${id}`)).status).toBe(200)
  })

  it('goes through all of them in pages, each once', async () => {
    const seen: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const { body } = expectStatus(await officer.get(`/national/users?limit=3${next && `&cursor=${next}`}`), 200)
      seen.push(...(body.items as { id: string }[]).map(({ id }) => id))
      next = body.next as string | null
    }
    const all = (await officer.get('/national/users?limit=200')).body.items as { id: string }[]
    expect(seen).toEqual(all.map(({ id }) => id))
    expect(new Set(seen).size).toBe(seen.length)
  })
})

describe('removing a user', () => {
  it('revokes the mandate, ends the sessions, and lets go of the address', async () => {
    const email = 'leaver@example.org'
    const leaver = await registry.join(developer.admin, developer.id, 'Admin', email)
    const { user } = (await leaver.get('/national/sessions/current')).body as { user: { id: string } }
    const { body } = expectStatus(await developer.admin.delete(`/national/users/${user.id}`), 200)
    expect(await registry.services.ledger.row('mandate', String(body.mandate))).toMatchObject({ active: false })
    expect((await leaver.get('/national/sessions/current')).status).toBe(401)
    expect((await developer.admin.get(`/national/users/${user.id}`)).status).toBe(404)
    expect((await developer.admin.delete(`/national/users/${user.id}`)).status).toBe(404)
    expectStatus(await add(rival.admin, rival.id, 'ViewOnly', email), 201)
  })

  it('lets go of the address although the process ended between the ledger and its own content', async () => {
    const email = newEmail()
    const leaver = await registry.join(developer.admin, developer.id, 'ViewOnly', email)
    const { user } = (await leaver.get('/national/sessions/current')).body as { user: { id: string } }
    expectStatus(await developer.admin.delete(`/national/users/${user.id}`), 200)
    await registry.services.pool.query('UPDATE content_user SET ended_at = NULL WHERE id = $1', [user.id])
    expectStatus(await add(rival.admin, rival.id, 'ViewOnly', email), 201)
  })

  it('answers a repetition as the first time', async () => {
    const leaver = await registry.join(developer.admin, developer.id, 'ViewOnly')
    const { user } = (await leaver.get('/national/sessions/current')).body as { user: { id: string } }
    const first = await developer.admin.delete(`/national/users/${user.id}`, { key: 'remove-him-once' })
    const again = await developer.admin.delete(`/national/users/${user.id}`, { key: 'remove-him-once' })
    expect(again.body).toEqual(first.body)
    expect([first.status, again.status]).toEqual([200, 200])
  })

  it('a link that was still open does not work any more', async () => {
    const { body } = expectStatus(await add(developer.admin, developer.id, 'ViewOnly', 'late@example.org'), 201)
    expectStatus(await developer.admin.delete(`/national/users/${body.id}`), 200)
    const url = registry.links.get('late@example.org')?.at(-1)
    expect((await registry.nobody.post('/national/sessions', { token: url }, { key: null })).status).toBe(401)
  })

  it('nobody removes himself', async () => {
    const { user } = (await officer.get('/national/sessions/current')).body as { user: { id: string } }
    expect(await officer.delete(`/national/users/${user.id}`)).toMatchObject({
      status: 403,
      body: { code: 'own-account' },
    })
  })

  it('the last Admin of an organisation stays, also when two are removed at once', async () => {
    const { id, admin } = await registry.newOrganisation(officer, 'Two Admins')
    const second = await registry.join(admin, id, 'Admin')
    const ids = await Promise.all(
      [admin, second].map(
        async (one) => ((await one.get('/national/sessions/current')).body.user as { id: string }).id,
      ),
    )
    const answers = await Promise.all(ids.map((user) => officer.delete(`/national/users/${user}`)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('last-admin')
  })

  it('the Root user stays', async () => {
    const { root } = registry.founded
    expect((await officer.delete(`/national/users/${root.user}`)).body.code).toBe('not-permitted')
  })
})

describe('sending a new link', () => {
  it('is for whoever may give the role; the first answer is repeated and nothing is sent twice', async () => {
    const { body } = expectStatus(await add(developer.admin, developer.id, 'ViewOnly', 'forgetful@example.org'), 201)
    const path = `/national/users/${body.id}/sign-in-links`
    const first = expectStatus(await developer.admin.post(path, undefined, { key: 'link-once' }), 201)
    const again = expectStatus(await developer.admin.post(path, undefined, { key: 'link-once' }), 201)
    expect(again.body).toEqual(first.body)
    expect(registry.links.get('forgetful@example.org')).toHaveLength(2)
    expect(JSON.stringify(first.body)).not.toContain('token')
    expect((await reader.post(path)).status).toBe(403)
    expect((await rival.admin.post(path)).status).toBe(404)
    expect(
      (await developer.admin.post(path.replace(String(body.id), 'f'.repeat(32)), undefined, { key: 'link-once' }))
        .status,
    ).toBe(404)
    expect((await registry.signIn('forgetful@example.org')).organisation).toBe(developer.id)
  })

  it('for the Root user is for nobody', async () => {
    const { root } = registry.founded
    expect((await officer.post(`/national/users/${root.user}/sign-in-links`)).status).toBe(403)
  })
})
