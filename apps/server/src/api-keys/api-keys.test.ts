import type { ApiKey } from '@tallystick/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  done,
  expectStatus,
  type Person,
  person,
  type TestRegistry,
  testRegistry,
} from '../registry.fixture.ts'

const DAY_MS = 86_400_000
const PATH = '/national/api-keys'

let registry: TestRegistry
let government: string
let officer: Person
let sunfield: { id: string; admin: Person }
let harbour: { id: string; admin: Person }
let clerk: Person

beforeAll(async () => {
  registry = await testRegistry()
  government = registry.founded.genesis.authority
  officer = await registry.join(registry.root, government, 'Admin')
  sunfield = await registry.newOrganisation(officer, 'Sunfield Power')
  harbour = await registry.newOrganisation(officer, 'Harbour Trading')
  clerk = await registry.join(sunfield.admin, sunfield.id, 'ViewOnly')
})
afterAll(() => registry.close())

type Made = ApiKey & { key: string }

const make = (by: Person, wish: object = {}) =>
  done(by.post(PATH, { name: 'Nightly export', scopes: ['read'], ...wish })) as unknown as Promise<Made>
/** A program that has the key of somebody. */
const program = async (by: Person, wish: object = {}) => person(registry.app, (await make(by, wish)).key)
const list = async (by: Person, query = '') => (await done(by.get(`${PATH}${query}`), 200)).items as unknown as ApiKey[]
const me = async (who: Person) =>
  (await done(who.get('/national/sessions/current'), 200)).user as { id: string; name: string }
const problemOf = ({ status, body }: Answer) => [status, body.code]

describe('an API key', () => {
  it('is made for oneself, shown once, and kept as a hash', async () => {
    const made = await make(sunfield.admin, { name: 'Meter 7', scopes: ['read', 'Transfers', 'read'] })
    const admin = await me(sunfield.admin)
    const { key, ...shown } = made
    expect(key).toMatch(new RegExp(`^tsk_${made.id}_[\\w-]{43}[0-9a-f]{8}$`))
    expect(shown).toMatchObject({ name: 'Meter 7', scopes: ['read', 'Transfers'], addresses: [], status: 'active' })
    expect(shown).toMatchObject({ user: { id: admin.id, name: admin.name }, organisation: sunfield.id, role: 'Admin' })
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(90 * DAY_MS)
    expect([made.usedAt, made.revokedAt]).toEqual([null, null])
    expect(await list(sunfield.admin, `?user=${admin.id}`)).toEqual([shown])
    const { rows } = await registry.services.pool.query(
      'SELECT (SELECT json_agg(k) FROM content_api_key k) AS keys, (SELECT json_agg(c) FROM content_command_key c) AS commands',
    )
    const secret = key.slice(made.id.length + 5, -8)
    expect(JSON.stringify(rows)).toContain(made.id)
    expect(JSON.stringify(rows)).not.toContain(secret)
    expect((await me(sunfield.admin)).id).toBe(admin.id)
  })

  it.each(['authorization', 'api_key'])('is carried in the header %s, and acts for its user', async (header) => {
    const { key } = await make(sunfield.admin, { scopes: ['read', 'openAccounts'] })
    const headers = { [header]: header === 'api_key' ? key : `Bearer ${key}` }
    const answer = await registry.app.inject({ url: '/national/users', headers })
    expect(answer.statusCode).toBe(200)
    const organisations = answer.json().items.map(({ organisation }: { organisation: string }) => organisation)
    expect(new Set(organisations)).toEqual(new Set([sunfield.id]))
  })

  it('shows the hour of its last use, and nothing finer', async () => {
    const made = await make(clerk)
    const robot = person(registry.app, made.key)
    const usedAt = async () => (await list(clerk)).find(({ id }) => id === made.id)?.usedAt
    const hour = () => new Date(Math.floor(registry.services.clock().getTime() / 3_600_000) * 3_600_000).toISOString()
    expect(await usedAt()).toBeNull()
    const hours = [hour()]
    await Promise.all(Array.from({ length: 5 }, () => robot.get('/national/users')))
    hours.push(hour())
    expect(hours).toContain(await usedAt())
    registry.pass(3_600_000)
    expect(hours).toContain(await usedAt())
    await robot.get('/national/users')
    expect(hours).not.toContain(await usedAt())
  })

  it('does not live longer than asked for, to the second', async () => {
    const { id, key, createdAt, expiresAt } = await make(clerk, { days: 366 })
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(366 * DAY_MS)
    const robot = person(registry.app, key)
    const at = async (instant: number) => {
      const { clock } = registry.services
      registry.services.clock = () => new Date(instant)
      const { status } = await robot.get('/national/users')
      registry.services.clock = clock
      return status
    }
    expect(await at(Date.parse(expiresAt) - 1000)).toBe(200)
    expect(await at(Date.parse(expiresAt) - 1)).toBe(200)
    expect(await at(Date.parse(expiresAt))).toBe(401)
    await registry.services.pool.query(
      `UPDATE content_api_key SET created_at = created_at - interval '365 days', expires_at = $2 WHERE id = $1`,
      [id, registry.services.clock()],
    )
    expect(problemOf(await robot.get('/national/users'))).toEqual([401, 'not-signed-in'])
    expect((await list(clerk)).find((one) => one.id === id)?.status).toBe('expired')
  })

  it('is revoked at once, stays in the list as such, and may be revoked again', async () => {
    const made = await make(clerk)
    const robot = person(registry.app, made.key)
    expect((await robot.get('/national/users')).status).toBe(200)
    const revoked = expectStatus(await clerk.delete(`${PATH}/${made.id}`), 200)
    expect(problemOf(await robot.get('/national/users'))).toEqual([401, 'not-signed-in'])
    expect(revoked.body).toMatchObject({ id: made.id, status: 'revoked', revokedAt: expect.any(String) })
    registry.pass(5_000)
    const again = expectStatus(await clerk.delete(`${PATH}/${made.id}`), 200)
    expect(again.body).toEqual(revoked.body)
    expect((await list(clerk, '?status=revoked')).map(({ id }) => id)).toEqual([made.id])
  })
})

describe('a wish for a key', () => {
  it.each([
    ['no scope', { scopes: [] }, 'scopes'],
    ['an unknown scope', { scopes: ['read', 'write'] }, 'scopes.1'],
    ['everything', { scopes: ['*'] }, 'scopes.0'],
    ['another case', { scopes: ['Read'] }, 'scopes.0'],
    ['approving', { scopes: ['approveProposal'] }, 'scopes.0'],
    ['approving movements', { scopes: ['approveMovement'] }, 'scopes.0'],
    ['vouching', { scopes: ['confirmUser'] }, 'scopes.0'],
    ['signing in', { scopes: ['signIn'] }, 'scopes.0'],
    ['everything of sessions', { scopes: ['Sessions'] }, 'scopes.0'],
    ['everything of keys', { scopes: ['API keys'] }, 'scopes.0'],
    ['making keys', { scopes: ['createApiKey'] }, 'scopes.0'],
    ['no end', { days: null }, 'days'],
    ['more than a year', { days: 367 }, 'days'],
    ['no time', { days: 0 }, 'days'],
    ['half a day', { days: 0.5 }, 'days'],
    ['a name of two lines', { name: 'a\nb' }, 'name'],
    ['an address that is none', { addresses: ['192.0.2.0/24', 'example.org'] }, 'addresses.1'],
    ['a network with an address in it', { addresses: ['192.0.2.7/24'] }, 'addresses.0'],
    ['another user', { user: '0'.repeat(32) }, 'user'],
    ['another mandate', { mandate: '0'.repeat(32) }, 'mandate'],
  ])('for %s is refused', async (_what, wish, field) => {
    const before = await list(sunfield.admin)
    const answer = await sunfield.admin.post(PATH, { name: 'X', scopes: ['read'], ...wish })
    expect(problemOf(answer)).toEqual([400, 'invalid-request'])
    expect(new Set((answer.body.errors as { field: string }[]).map((error) => error.field))).toEqual(new Set([field]))
    expect(await list(sunfield.admin)).toEqual(before)
  })

  it('for an unknown scope hears which ones there are', async () => {
    const { body } = await sunfield.admin.post(PATH, { name: 'X', scopes: ['write'] })
    const [error] = body.errors as { allowed: string }[]
    const allowed = error?.allowed.split(', ')
    for (const scope of ['read', 'Transfers', 'transferCredits', 'addUser', 'listApiKeys']) {
      expect(allowed).toContain(scope)
    }
    for (const scope of ['approveProposal', 'createApiKey', 'signIn', 'Sessions', 'API keys']) {
      expect(allowed).not.toContain(scope)
    }
  })

  it('is refused in the language that is asked for', async () => {
    const wish = { name: 'X', scopes: ['signIn'], addresses: ['192.0.2.7/24'] }
    const told = async (language: string, more: object) => {
      const headers = { 'accept-language': language }
      const { body } = await sunfield.admin.post(PATH, { ...wish, ...more }, { headers })
      const [error] = body.errors as { message: string }[]
      return error?.message
    }
    expect(await told('fr', {})).toBe('est réservé aux personnes connectées\u00a0: aucune clé d’API ne le permet')
    expect(await told('es', { scopes: ['write'] })).toBe('no es un ámbito de clave de API')
    expect(await told('es', { scopes: ['read'] })).toBe('tiene bits a 1 después de los 24 primeros')
    expect(await told('fr', { scopes: ['read'], addresses: ['x'] })).toBe('n’est ni une adresse ni un réseau')
  })

  it('that is repeated makes no second key, and shows the first no more', async () => {
    const wish = { name: 'Twice', scopes: ['read'] }
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => clerk.post(PATH, wish, { key: 'one-key-twelve-times' })),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(201))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers.filter(({ body }) => body.key !== null)).toHaveLength(1)
    for (const { body, headers } of answers)
      expect(headers['idempotency-replayed'] === undefined).toBe(body.key !== null)
    const later = await clerk.post(PATH, wish, { key: 'one-key-twelve-times' })
    expect([later.status, later.body.key]).toEqual([201, null])
    expect((await list(clerk)).filter(({ name }) => name === 'Twice')).toHaveLength(1)
    const other = await clerk.post(PATH, { ...wish, scopes: ['Transfers'] }, { key: 'one-key-twelve-times' })
    expect(problemOf(other)).toEqual([422, 'key-reused'])
  })

  it('is refused where a user has fifty in force, however many ask at once', async () => {
    const collector = await registry.join(sunfield.admin, sunfield.id, 'ViewOnly')
    const wish = { name: 'One of many', scopes: ['read'] }
    const answers = await Promise.all(Array.from({ length: 60 }, () => collector.post(PATH, wish)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50)
    const [refused] = answers.filter(({ status }) => status !== 201)
    expect(refused).toMatchObject({ status: 409, body: { code: 'too-many-api-keys', facts: { most: '50' } } })
    const [first] = await list(collector)
    await done(collector.delete(`${PATH}/${first?.id}`), 200)
    expect((await collector.post(PATH, wish)).status).toBe(201)
  })
})

describe('the list of keys', () => {
  it('shows each his own, an Admin those of the organisation, the government all', async () => {
    const ids = [await make(sunfield.admin), await make(clerk), await make(harbour.admin), await make(officer)].map(
      ({ id }) => id,
    )
    const seen = async (who: Person, query = '?limit=200') =>
      (await list(who, query)).flatMap(({ id }) => (ids.includes(id) ? [ids.indexOf(id)] : []))
    expect(await seen(clerk)).toEqual([1])
    expect(await seen(sunfield.admin)).toEqual([0, 1])
    expect(await seen(harbour.admin)).toEqual([2])
    expect(await seen(await registry.join(officer, government, 'ViewOnly'))).toEqual([0, 1, 2, 3])
    expect(await seen(officer, `?organisation=${harbour.id}`)).toEqual([2])
    expect(await seen(harbour.admin, `?organisation=${sunfield.id}`)).toEqual([])
    expect(await seen(clerk, `?user=${(await me(sunfield.admin)).id}`)).toEqual([])
    expect(JSON.stringify(await list(officer, '?limit=200'))).not.toMatch(/tsk_|hash|"key"/)
  })

  it('comes in pages, each key once', async () => {
    const pages: ApiKey[] = []
    for (let next: unknown = ''; next !== null; ) {
      const body = await done(officer.get(`${PATH}?limit=3${next && `&cursor=${next}`}`), 200)
      pages.push(...(body.items as ApiKey[]))
      next = body.next
    }
    expect(pages).toEqual(await list(officer, '?limit=200'))
    expect((await registry.nobody.get(PATH)).status).toBe(401)
  })
})

describe('a key of somebody else', () => {
  it('is revoked by whoever may take the mandate of its user, and is not there for others', async () => {
    const made = await make(clerk)
    const robot = person(registry.app, made.key)
    expect(problemOf(await harbour.admin.delete(`${PATH}/${made.id}`))).toEqual([404, 'not-found'])
    expect(problemOf(await registry.nobody.delete(`${PATH}/${made.id}`))).toEqual([401, 'not-signed-in'])
    const guest = await registry.join(sunfield.admin, sunfield.id, 'ViewOnly')
    expect(problemOf(await guest.delete(`${PATH}/${made.id}`))).toEqual([404, 'not-found'])
    const auditor = await registry.join(officer, government, 'ViewOnly')
    expect(problemOf(await auditor.delete(`${PATH}/${made.id}`))).toEqual([403, 'forbidden'])
    expect((await robot.get('/national/users')).status).toBe(200)
    await done(sunfield.admin.delete(`${PATH}/${made.id}`), 200)
    expect((await robot.get('/national/users')).status).toBe(401)
    const other = await make(clerk)
    await done(officer.delete(`${PATH}/${other.id}`), 200)
    expect((await list(clerk)).find(({ id }) => id === other.id)?.status).toBe('revoked')
    expect(problemOf(await clerk.delete(`${PATH}/${'f'.repeat(32)}`))).toEqual([404, 'not-found'])
  })
})

describe('a key ends with what it stands on', () => {
  it('its user', async () => {
    const leaver = await registry.join(sunfield.admin, sunfield.id, 'ViewOnly')
    const made = await make(leaver)
    const robot = person(registry.app, made.key)
    const { id } = await me(leaver)
    expect((await robot.get('/national/users')).status).toBe(200)
    await done(sunfield.admin.delete(`/national/users/${id}`), 200)
    expect(problemOf(await robot.get('/national/users'))).toEqual([401, 'not-signed-in'])
    expect(await list(sunfield.admin, `?user=${id}`)).toMatchObject([{ id: made.id, status: 'ended' }])
  })

  it('its mandate, even before the user is ended', async () => {
    const leaver = await registry.join(sunfield.admin, sunfield.id, 'ViewOnly')
    const robot = await program(leaver)
    const { mandate } = (await done(leaver.get('/national/sessions/current'), 200)) as { mandate: string }
    const { mandate: by } = (await done(sunfield.admin.get('/national/sessions/current'), 200)) as { mandate: string }
    const command = { type: 'MandateRevoked', by, approvals: [], request: { mandate }, requestHash: '0'.repeat(64) }
    await registry.services.ledger.execute({ ...command, key: { sender: 'test', id: 'revoke the mandate' } })
    expect((await robot.get('/national/users')).status).toBe(401)
  })

  it('its organisation, while that is suspended', async () => {
    const robot = await program(harbour.admin)
    const path = `/national/organisations/${harbour.id}`
    const { user } = await done(harbour.admin.get('/national/sessions/current'), 200)
    await done(officer.post(`${path}/suspend`, { reason: 'investigation' }), 200)
    expect(problemOf(await robot.get('/national/users'))).toEqual([401, 'not-signed-in'])
    // Its sessions have ended, too; people may sign in again and look.
    harbour.admin = await registry.signIn((user as { email: string }).email)
    expect(new Set((await list(harbour.admin)).map(({ status }) => status))).toEqual(new Set(['suspended']))
    const refused = await harbour.admin.post(PATH, { name: 'X', scopes: ['read'] })
    expect(problemOf(refused)).toEqual([409, 'organisation-suspended'])
    await done(officer.post(`${path}/reactivate`, { reason: 'investigation' }), 200)
    expect((await robot.get('/national/users')).status).toBe(200)
  })
})
