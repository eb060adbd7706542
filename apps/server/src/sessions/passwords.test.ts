import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { TEMPORARY_MS } from '../platform/invitations.ts'
import { passwordHasher } from '../platform/password-hash.ts'
import { problem } from '../platform/problem.ts'
import { expectStatus, PASSWORD, person, ROOT_EMAIL, type TestRegistry } from '../registry.fixture.ts'
import { newEmail, OTHER, type PasswordWorld, passwordWorld } from './passwords.fixture.ts'
import { LIMITS } from './passwords.ts'

let world: PasswordWorld
let registry: TestRegistry

beforeAll(async () => {
  world = await passwordWorld()
  registry = world.registry
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => registry?.close())

const wrong = { status: 401, body: { code: 'password-wrong' } }

describe('a first password', () => {
  it('is told once, lets in for a change and nothing else, and is gone with it', async () => {
    const { email, first } = await world.added()
    expect(first).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
    const { status, body, headers } = await world.signIn(email, first)
    expect(status).toBe(201)
    expect(body.session).toMatchObject({ user: { email }, role: 'Admin', passwordChangeDue: true })
    expect(String(headers['set-cookie'])).toMatch(/^tallystick_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly/)
    const before = person(registry.app, body.token)
    const changed = expectStatus(await before.put('/national/passwords/current', { old: first, password: OTHER }), 200)
    expect(changed.body.session).toMatchObject({ passwordChangeDue: false })
    expect((await before.get('/national/sessions/current')).status).toBe(401)
    const after = person(registry.app, String(changed.body.token))
    expect((await after.get('/national/users')).status).toBe(200)
    expect(await world.signIn(email, first)).toMatchObject(wrong)
    expect((await world.signIn(email.toUpperCase(), OTHER)).status).toBe(201)
    expect(registry.messages.at(-1)).toBe(`The password of ${email} was changed`)
  })

  it('does nothing but that: every operation is refused, or answered as to nobody', async () => {
    const { email, first, id } = await world.added()
    const { token } = (await world.signIn(email, first)).body
    const own = new Set(['changePassword', 'readSession', 'signOut'])
    for (const { id: name, method, path, access } of registry.app.operations) {
      if (own.has(name)) continue
      const url = path.replace('/users/{id}', `/users/${id}`).replace(/\{\w+\}/g, 'f'.repeat(32))
      const headers = { 'idempotency-key': randomUUID(), authorization: `Bearer ${token}` }
      const ask = (more: Record<string, string>) =>
        registry.app.inject({ method, url, headers: { ...headers, ...more } })
      const answer = await ask({})
      if (access === 'signed-in') {
        expect([answer.statusCode, answer.json().code], name).toEqual([403, 'password-change-due'])
        const brought = { cookie: `tallystick_session=${token}`, 'sec-fetch-site': 'same-origin' }
        const byCookie = await registry.app.inject({
          ...{ method, url, headers: { ...brought, 'idempotency-key': randomUUID() } },
          ...(method === 'GET' ? {} : { payload: {} }),
        })
        expect([byCookie.statusCode, byCookie.json().code], name).toEqual([403, 'password-change-due'])
      } else if (method === 'GET') {
        const nobody = await ask({ authorization: '' })
        expect([answer.statusCode, answer.headers['content-type']], name).toEqual([
          nobody.statusCode,
          nobody.headers['content-type'],
        ])
      }
    }
    expect((await person(registry.app, token).get('/national/sessions/current')).status).toBe(200)
    const { body } = await person(registry.app, token).post('/national/api-keys', { name: 'x', scopes: ['read'] })
    expect(body.code).toBe('password-change-due')
  })

  it('ends after seven days, and whoever has it hears so; a link lets in then', async () => {
    const { email, first } = await world.added()
    registry.pass(TEMPORARY_MS)
    registry.root = await registry.signIn(ROOT_EMAIL)
    expect(await world.signIn(email, `${first}x`)).toMatchObject(wrong)
    expect(await world.signIn(email, first)).toMatchObject({ status: 401, body: { code: 'password-expired' } })
    const { status, body } = await world.choose(await world.linkFor(email), OTHER)
    expect([status, body.session.passwordChangeDue]).toEqual([201, false])
  })

  it('is sent to whoever is added, once: a repetition sends none', async () => {
    const { root } = registry
    const wish = { email: newEmail(), name: 'Twice', organisation: root.organisation, role: 'Admin' }
    const spy = vi.spyOn(registry.services.notify, 'temporaryPassword')
    const key = randomUUID()
    await Promise.all(Array.from({ length: 8 }, () => root.post('/national/users', wish, { key })))
    expect(spy).toHaveBeenCalledTimes(1)
    expect((await world.signIn(wish.email, registry.temporary.get(wish.email) ?? '')).status).toBe(201)
  })

  it('is sent after the next try where the server ended in between', async () => {
    const { root } = registry
    const wish = { email: newEmail(), name: 'Later', organisation: root.organisation, role: 'Admin' }
    const key = randomUUID()
    vi.spyOn(registry.services.notify, 'temporaryPassword').mockRejectedValueOnce(new Error('the process ended here'))
    expect((await root.post('/national/users', wish, { key })).status).toBe(500)
    expectStatus(await root.post('/national/users', wish, { key }), 201)
    expect((await world.signIn(wish.email, registry.temporary.get(wish.email) ?? '')).status).toBe(201)
  })
})

describe('guessing', () => {
  // Pauses are as long as they are said to be, however slow the machine is.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  it('hears the same of an address that is nobody’s, after the same work', async () => {
    const email = await world.settled()
    const { email: fresh } = await world.added()
    const { email: unset, id } = await world.added()
    await registry.services.pool.query('DELETE FROM content_password WHERE user_id = $1', [id])
    const { hasher } = registry.services
    const answers = []
    for (const address of [email, fresh, unset, newEmail()]) {
      const before = hasher.work
      const { status, body } = await world.signIn(address, OTHER, '192.0.2.40')
      const { instance: _, ...told } = body
      answers.push([status, told, hasher.work - before])
    }
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(answers[0]).toMatchObject([401, { code: 'password-wrong' }, 1])
  })

  it('is slowed down for one address, a little more each time, and never for good', async () => {
    const email = await world.settled()
    const address = '203.0.113.9'
    for (let round = 0; round < LIMITS.own.free; round += 1)
      expect(await world.signIn(email, OTHER, address)).toMatchObject(wrong)
    const pauses: number[] = []
    for (let round = 0; round < 14; round += 1) {
      const { status, body } = await world.signIn(email, OTHER, address)
      expect([status, body.code]).toEqual([429, 'too-many-requests'])
      const seconds = Number(body.facts.seconds)
      pauses.push(seconds)
      // Knocking on does not make it longer.
      const again = Number((await world.signIn(email, PASSWORD, address)).body.facts.seconds)
      expect(again).toBe(seconds)
      registry.pass(seconds * 1000)
      expect(await world.signIn(email, OTHER, address)).toMatchObject(wrong)
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900])
    registry.pass(LIMITS.own.mostMs)
    expect((await world.signIn(email, PASSWORD, address)).status).toBe(201)
  })

  it('by twenty at once gets no more tries than one after another', async () => {
    const email = await world.settled()
    const { hasher } = registry.services
    const before = hasher.work
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await world.signIn(email, OTHER, '203.0.113.21')).status),
    )
    expect(statuses.filter((status) => status === 401)).toHaveLength(LIMITS.own.free)
    expect(statuses.filter((status) => status === 429)).toHaveLength(20 - LIMITS.own.free)
    expect(hasher.work - before).toBe(LIMITS.own.free)
  })

  it('from everywhere is slowed down, and does not keep out whoever came in from here before', async () => {
    const email = await world.settled()
    expect((await world.signIn(email, PASSWORD, '192.0.2.77')).status).toBe(201)
    let tried = 0
    for (let host = 1; host < 60; host += 1) {
      if ((await world.signIn(email, OTHER, `198.51.100.${host}`)).status === 401) tried += 1
    }
    expect(tried).toBe(LIMITS.strange.free)
    for (let round = 0; round < 3 * LIMITS.own.free; round += 1) {
      expect((await world.signIn(email, PASSWORD, '198.51.100.200')).status).toBe(429)
    }
    expect((await world.signIn(email, PASSWORD, '192.0.2.77')).status).toBe(201)
    // Elsewhere a link lets in, at once, and from then on the password from there.
    expect((await world.choose(await world.linkFor(email), OTHER, '198.51.100.200')).status).toBe(201)
    expect((await world.signIn(email, OTHER, '198.51.100.200')).status).toBe(201)
  })

  it('from one network at many addresses is stopped for a while; whoever knows a password costs nothing', async () => {
    const address = '203.0.113.66'
    const email = await world.settled()
    for (let round = 0; round < LIMITS.network.most; round += 1) {
      expect((await world.signIn(newEmail(), OTHER, address)).status).toBe(401)
      if (round % 10 === 0) expect((await world.signIn(email, PASSWORD, address)).status).toBe(201)
    }
    expect((await world.signIn(newEmail(), OTHER, address)).status).toBe(429)
    expect((await world.signIn(newEmail(), OTHER, '203.0.113.67')).status).toBe(401)
  })

  it('of others, who fill the queue, is not counted against whoever is turned away by it', async () => {
    const email = await world.settled()
    const address = '203.0.113.140'
    const { hasher } = registry.services
    const busy = problem('too-many-requests', { seconds: '5' })
    const me = await registry.signIn(email)
    const spy = vi.spyOn(hasher, 'matches').mockRejectedValue(busy)
    for (let round = 0; round < 3 * LIMITS.own.free; round += 1) {
      expect((await world.signIn(email, PASSWORD, address)).status).toBe(429)
      expect((await me.put('/national/passwords/current', { old: PASSWORD, password: OTHER })).status).toBe(429)
    }
    spy.mockRestore()
    expect((await world.signIn(email, PASSWORD, address)).status).toBe(201)
    const change = { old: `${PASSWORD} `, password: OTHER }
    expect((await me.put('/national/passwords/current', change)).body.code).toBe('invalid-request')
  })

  it('the old password with a session that was stolen is slowed down, too', async () => {
    const { token } = (await world.signIn(await world.settled(), PASSWORD)).body
    const me = person(registry.app, token)
    const codes = []
    for (let round = 0; round < LIMITS.own.free + 1; round += 1) {
      codes.push((await me.put('/national/passwords/current', { old: `${OTHER}${round}`, password: OTHER })).body.code)
    }
    expect(codes).toEqual([...Array(LIMITS.own.free).fill('invalid-request'), 'too-many-requests'])
  })

  it.each([
    { email: 'x', password: 'y' },
    { email: 'a@example.org' },
    { email: 'a@example.org', password: '' },
    { email: ['a@example.org'], password: OTHER },
    { email: 'a@example.org', password: { $ne: '' } },
    { email: 'a@example.org', password: 'x'.repeat(1001) },
    { email: 'a@example.org', password: OTHER, user: 'root' },
  ])('with %j is not even a try', async (body) => {
    const { hasher } = registry.services
    const before = hasher.work
    expect((await world.from('192.0.2.5', '/national/sessions/password', body)).status).toBe(400)
    expect(hasher.work).toBe(before)
  })
})

describe('changing one’s own password', () => {
  it('asks for the old one, ends every session, and begins one under a new token', async () => {
    const email = await world.settled()
    const [me, elsewhere] = [await registry.signIn(email), await registry.signIn(email)]
    const change = (old: string, password: string) => me.put('/national/passwords/current', { old, password })
    expect((await change(OTHER, 'five calm cormorants')).body.errors).toEqual([
      { field: 'old', message: 'is not the password until now' },
    ])
    expect((await change(PASSWORD, PASSWORD)).body.errors).toMatchObject([{ field: 'password' }])
    expect((await change(PASSWORD, 'password1234')).body.errors).toMatchObject([{ field: 'password' }])
    const { body } = expectStatus(await change(PASSWORD, OTHER), 200)
    expect(body.token).not.toBe(me.token)
    for (const { token } of [me, elsewhere]) {
      expect((await person(registry.app, token).get('/national/sessions/current')).status).toBe(401)
    }
    expect((await person(registry.app, String(body.token)).get('/national/sessions/current')).status).toBe(200)
  })

  it('is not done twice at once', async () => {
    const email = await world.settled()
    const me = await registry.signIn(email)
    const answers = await Promise.all(
      [1, 2].map((at) => me.put('/national/passwords/current', { old: PASSWORD, password: `${OTHER} ${at}` })),
    )
    const [good, ...more] = answers.filter(({ status }) => status === 200)
    expect([good !== undefined, more]).toEqual([true, []])
    const at = answers.findIndex(({ status }) => status === 200) + 1
    expect((await world.signIn(email, `${OTHER} ${at}`)).status).toBe(201)
  })

  it('is nothing that an API key, another site or nobody does', async () => {
    const me = await registry.signIn(await world.settled())
    const change = { old: PASSWORD, password: OTHER }
    const wish = { name: 'Meter', scopes: ['read'] }
    const { body } = expectStatus(await me.post('/national/api-keys', wish), 201)
    const robot = person(registry.app, String(body.key))
    expect((await robot.put('/national/passwords/current', change)).body.code).toBe('people-only')
    expect((await registry.nobody.put('/national/passwords/current', change)).status).toBe(401)
    const cookie = { cookie: `tallystick_session=${me.token}`, origin: 'https://evil.example' }
    const answer = await registry.app.inject({
      ...{ method: 'PUT', url: '/national/passwords/current', payload: change, headers: cookie },
    })
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'cross-site'])
  })
})

describe('a session', () => {
  it('is never the one that a request brought along', async () => {
    const email = await world.settled()
    const fixed = 'A'.repeat(43)
    const brought = { cookie: `tallystick_session=${fixed}`, 'sec-fetch-site': 'same-origin' }
    const sent = { method: 'POST', url: '/national/sessions/password', headers: brought } as const
    const tokens = []
    for (let round = 0; round < 2; round += 1) {
      const answer = await registry.app.inject({ ...sent, payload: { email, password: PASSWORD } })
      tokens.push(answer.json().token)
    }
    expect(new Set([...tokens, fixed]).size).toBe(3)
    expect((await person(registry.app, fixed).get('/national/sessions/current')).status).toBe(401)
  })

  it('is not begun in a browser by another site', async () => {
    const email = await world.settled()
    for (const [url, payload] of [
      ['/national/sessions/password', { email, password: PASSWORD }],
      ['/national/passwords', { token: 'x', password: OTHER }],
    ] as const) {
      const answer = await registry.app.inject({
        method: 'POST',
        url,
        payload,
        headers: { origin: 'https://evil.example' },
      })
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'cross-site'])
    }
  })
})

it('what is stored lets nobody in', async () => {
  const { email, first } = await world.added()
  const link = await world.linkFor(email)
  const token = new URL(link).searchParams.get('token') ?? ''
  const { rows } = await registry.services.pool.query(
    `SELECT (SELECT json_agg(p) FROM content_password p) AS passwords,
            (SELECT json_agg(l) FROM content_sign_in_link l) AS links, (SELECT json_agg(t) FROM content_throttle t) AS tries`,
  )
  const kept = JSON.stringify(rows)
  for (const secret of [first, PASSWORD, token, email, '192.0.2.1']) expect(kept, secret).not.toContain(secret)
})

it('a password that was hashed at a lower cost is hashed anew when it is used', async () => {
  const email = await world.settled()
  const { services } = registry
  const before = services.hasher
  services.hasher = passwordHasher({ logN: 5, r: 1, p: 1 })
  expect((await world.signIn(email, PASSWORD)).status).toBe(201)
  const { rows } = await services.pool.query(
    'SELECT hash FROM content_password p JOIN content_user u ON u.id = p.user_id WHERE u.email = $1',
    [email],
  )
  expect(rows[0].hash).toMatch(/^scrypt\$5\$/)
  expect((await world.signIn(email, PASSWORD)).status).toBe(201)
  services.hasher = before
})
