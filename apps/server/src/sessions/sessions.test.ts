import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SESSION_IDLE_MS, SESSION_MS } from '../platform/auth.ts'
import { LINK_MS, newSignInLink } from '../platform/sign-in-links.ts'
import { expectStatus, person, ROOT_EMAIL, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await testRegistry()
})
afterAll(() => registry.close())

async function link(): Promise<string> {
  const { services, founded } = registry
  return (await newSignInLink(services, services.pool, founded.root.user)).url
}

function tokenOf(url: string): string {
  return new URL(url).searchParams.get('token') ?? ''
}

function signIn(token: string) {
  return registry.nobody.post('/national/sessions', { token }, { key: null })
}

describe('signing in by the API', () => {
  it('turns a link into a bearer token and a cookie', async () => {
    const { body, headers } = expectStatus(await signIn(tokenOf(await link())), 201)
    expect(body.session).toMatchObject({
      user: { email: ROOT_EMAIL },
      organisation: { kind: 'government', name: 'Government of Exampleland' },
      role: 'Root',
    })
    expect(String(headers['set-cookie'])).toMatch(
      /^tallystick_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    const me = person(registry.app, String(body.token))
    expect((await me.get('/national/sessions/current')).body).toEqual(body.session)
  })

  it('takes the whole link as well as its token', async () => {
    expect((await signIn(await link())).status).toBe(201)
  })

  it('lets a link work once', async () => {
    const token = tokenOf(await link())
    expectStatus(await signIn(token), 201)
    const again = await signIn(token)
    expect(again).toMatchObject({ status: 401, body: { code: 'sign-in-failed' } })
    expect(again.body.detail).toMatch(/used already/)
  })

  it('gives one session to twenty who come with the same link at once', async () => {
    const token = tokenOf(await link())
    const statuses = (await Promise.all(Array.from({ length: 20 }, () => signIn(token)))).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([201, ...Array(19).fill(401)])
  })

  it.each(['', 'x', 'A'.repeat(43), 'http://localhost:3030/sign-in', '\u{1f9fe}'])('refuses %j', async (token) => {
    const { status } = await signIn(token)
    expect(status).toBe(token === '' ? 400 : 401)
  })

  it('refuses a link after 24 hours', async () => {
    const token = tokenOf(await link())
    registry.pass(LINK_MS)
    expect((await signIn(token)).status).toBe(401)
  })

  it('keeps neither the token of a link nor that of a session', async () => {
    const token = tokenOf(await link())
    const { rows: links } = await registry.services.pool.query('SELECT * FROM content_sign_in_link')
    expect(JSON.stringify(links)).not.toContain(token)
    const { body } = await signIn(token)
    const { rows: sessions } = await registry.services.pool.query('SELECT * FROM content_session')
    expect(JSON.stringify(sessions)).not.toContain(body.token)
  })
})

describe('a session', () => {
  it('ends when its holder signs out', async () => {
    const me = await registry.signIn(ROOT_EMAIL)
    expect((await me.delete('/national/sessions/current', { key: null })).status).toBe(204)
    expect(await me.get('/national/sessions/current')).toMatchObject({ status: 401, body: { code: 'not-signed-in' } })
  })

  it('ends after 12 idle hours, and after 7 days in any case', async () => {
    const me = await registry.signIn(ROOT_EMAIL)
    const steps = Math.ceil(SESSION_MS / (SESSION_IDLE_MS / 2))
    for (let step = 1; step < steps; step += 1) {
      registry.pass(SESSION_IDLE_MS / 2)
      expect((await me.get('/national/sessions/current')).status, `after ${step} steps`).toBe(200)
    }
    registry.pass(SESSION_IDLE_MS / 2)
    expect((await me.get('/national/sessions/current')).status).toBe(401)

    const idle = await registry.signIn(ROOT_EMAIL)
    registry.pass(SESSION_IDLE_MS)
    expect((await idle.get('/national/sessions/current')).status).toBe(401)
  })

  it.each([
    ['no credential', {}],
    ['a forged token', { authorization: `Bearer ${'A'.repeat(43)}` }],
    ['another scheme', { authorization: 'Basic cm9vdDpyb290' }],
    ['a forged cookie', { cookie: `tallystick_session=${'A'.repeat(43)}` }],
    ['an overlong token', { authorization: `Bearer ${'A'.repeat(5000)}` }],
  ])('is not opened by %s', async (_name, headers) => {
    const answer = await registry.app.inject({ url: '/national/sessions/current', headers: { ...headers } })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="tallystick"')
  })
})

describe('a cookie', () => {
  const json = { 'content-type': 'application/json' }
  const signOut = async (headers: Record<string, string>) => {
    const me = await registry.signIn(ROOT_EMAIL)
    const answer = await registry.app.inject({
      method: 'DELETE',
      url: '/national/sessions/current',
      headers: { cookie: `tallystick_session=${me.token}`, ...headers },
    })
    return answer.statusCode
  }

  it('changes something only as JSON from our own pages', async () => {
    expect(await signOut({ ...json, 'sec-fetch-site': 'same-origin' })).toBe(204)
    expect(await signOut({ ...json, origin: 'http://localhost:3030' })).toBe(204)
  })

  it.each([
    ['JSON of unknown origin', json],
    ['JSON from another site', { ...json, origin: 'https://evil.example' }],
    ['JSON from a frame of nowhere', { ...json, origin: 'null' }],
    ['JSON from a neighbour', { ...json, 'sec-fetch-site': 'same-site', origin: 'http://localhost:3030' }],
    ['no JSON', { 'sec-fetch-site': 'same-origin' }],
  ])('changes nothing by %s', async (_name, headers) => {
    expect(await signOut(headers)).toBe(403)
  })

  it('is enough to read', async () => {
    const me = await registry.signIn(ROOT_EMAIL)
    const headers = { cookie: `tallystick_session=${me.token}` }
    const answer = await registry.app.inject({ url: '/national/sessions/current', headers })
    expect(answer.statusCode).toBe(200)
  })
})

describe('the sign-in page', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const submit = (token: string, headers: Record<string, string> = {}) =>
    registry.app.inject({
      method: 'POST',
      url: '/sign-in',
      headers: { ...form, ...headers },
      payload: `token=${encodeURIComponent(token)}`,
    })

  it('uses nothing up when it is opened, and signs in by its button', async () => {
    const url = new URL(await link())
    for (let scanner = 0; scanner < 3; scanner += 1) {
      const page = await registry.app.inject({ url: url.pathname + url.search })
      expect(page.statusCode).toBe(200)
      expect(page.body).toContain(`name="token" value="${tokenOf(url.href)}"`)
      expect(page.body).not.toMatch(/<script|\sstyle=|\son\w+=/)
    }
    const answer = await submit(tokenOf(url.href), { origin: 'http://localhost:3030' })
    expect(answer.statusCode).toBe(303)
    expect(answer.headers.location).toBe('/national')
    const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? ''
    const me = await registry.app.inject({ url: '/national/sessions/current', headers: { cookie } })
    expect(me.json().user.email).toBe(ROOT_EMAIL)
  })

  it('says what is wrong with a link', async () => {
    expect((await registry.app.inject({ url: '/sign-in' })).statusCode).toBe(400)
    const failed = await submit('forged')
    expect(failed.statusCode).toBe(401)
    expect(failed.body).toMatch(/used already/)
    expect((await submit('x'.repeat(10_000))).statusCode).toBe(413)
  })

  it('is not filled in by another site', async () => {
    const token = tokenOf(await link())
    expect((await submit(token, { origin: 'https://evil.example' })).statusCode).toBe(403)
    expect((await submit(token)).statusCode).toBe(303)
  })

  it('shows a token as text, whatever it is', async () => {
    const evil = '"><script>alert(1)</script>'
    const page = await registry.app.inject({ url: `/sign-in?token=${encodeURIComponent(evil)}` })
    expect(page.body).not.toContain('<script')
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
  })
})
