import { randomUUID } from 'node:crypto'
import { LANGUAGES } from '@tallystick/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectStatus, PASSWORD, person, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await testRegistry({ onboarding: 'password' })
})
afterAll(() => registry?.close())

const OTHER = 'seven loud bitterns'

async function added(): Promise<{ email: string; first: string }> {
  const { root } = registry
  const email = `${randomUUID()}@example.org`
  const wish = { email, name: 'Somebody', organisation: root.organisation, role: 'Admin' }
  expectStatus(await root.post('/national/users', wish), 201)
  return { email, first: registry.temporary.get(email) ?? '' }
}

async function submit(url: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  return registry.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
}

const cookieOf = (answer: Awaited<ReturnType<typeof submit>>) =>
  /^tallystick_session=[\w-]{43}/.exec(String(answer.headers['set-cookie']))?.[0] ?? ''

describe('the sign-in page', () => {
  it('leads whoever has a temporary password to choosing another, and then in', async () => {
    const { email, first } = await added()
    const page = await registry.app.inject('/sign-in')
    expect(page.body).toContain('autocomplete="current-password"')
    expect(page.body).toContain('href="/password/forgotten"')
    const signedIn = await submit('/sign-in', { email, password: first })
    expect([signedIn.statusCode, signedIn.headers.location]).toEqual([303, '/password'])
    const cookie = cookieOf(signedIn)
    const change = await registry.app.inject({ url: '/password', headers: { cookie } })
    expect(change.body).toContain('temporary password')
    const fields = { old: first, password: OTHER, again: OTHER }
    const changed = await submit('/password', fields, { cookie, 'sec-fetch-site': 'same-origin' })
    expect([changed.statusCode, changed.headers.location]).toEqual([303, '/national'])
    const token = cookieOf(changed).replace('tallystick_session=', '')
    expect((await person(registry.app, token).get('/national/users')).status).toBe(200)
    const again = await submit('/sign-in', { email, password: OTHER })
    expect([again.statusCode, again.headers.location]).toEqual([303, '/national'])
  })

  it('says what is wrong, keeps the address and never a password', async () => {
    const { email } = await added()
    const answer = await submit('/sign-in', { email, password: OTHER })
    expect(answer.statusCode).toBe(401)
    expect(answer.body).toContain('The e-mail address or the password is wrong.')
    expect(answer.body).toContain(`value="${email}"`)
    expect(answer.body).not.toContain(OTHER)
    const odd = await submit('/sign-in', { email: '"><script>alert(1)</script>', password: OTHER })
    expect(odd.body).not.toContain('<script')
  })

  it('is not filled in by another site', async () => {
    const { email, first } = await added()
    const fields = { email, password: first }
    const evil = await submit('/sign-in', fields, { origin: 'https://evil.example' })
    expect([evil.statusCode, evil.headers['set-cookie']]).toEqual([403, undefined])
    expect((await submit('/sign-in', fields)).statusCode).toBe(303)
  })

  it.each(LANGUAGES)('and its neighbours speak %s', async (language) => {
    const addresses = ['/sign-in', '/password/forgotten', '/password/choose?token=x', '/password/choose']
    for (const url of addresses) {
      const page = await registry.app.inject({ url, headers: { 'accept-language': language } })
      expect([page.statusCode, page.headers['content-language']], url).toEqual([
        url === '/password/choose' ? 400 : 200,
        language,
      ])
      expect(page.body).not.toMatch(/>[a-z]+\.[a-z]+</)
    }
  })
})

describe('the page for a forgotten password', () => {
  it('says the same whoever has the address, and its link lets choose', async () => {
    const { email } = await added()
    const told = async (address: string) => (await submit('/password/forgotten', { email: address })).body
    expect(await told(email)).toBe(await told('nobody@example.org'))
    const link = new URL(registry.links.get(email)?.at(-1) ?? '')
    const page = await registry.app.inject(`${link.pathname}${link.search}`)
    expect(page.headers['referrer-policy']).toBe('same-origin')
    expect(page.body).toContain('autocomplete="new-password"')
    const token = link.searchParams.get('token') ?? ''
    const choose = (password: string, again: string) => submit('/password/choose', { token, password, again })
    expect((await choose(OTHER, PASSWORD)).body).toContain('must be typed twice alike')
    expect((await choose('password1234', 'password1234')).body).toContain('too easy to guess')
    const chosen = await choose(OTHER, OTHER)
    expect([chosen.statusCode, chosen.headers.location]).toEqual([303, '/national'])
    const used = await choose(OTHER, OTHER)
    expect([used.statusCode, used.body.includes('it was used already')]).toEqual([404, true])
  })

  it('does not take what is no address', async () => {
    const answer = await submit('/password/forgotten', { email: 'nobody' })
    expect([answer.statusCode, answer.body.includes('must be an e-mail address')]).toEqual([400, true])
  })
})

describe('the page to change a password', () => {
  it('is for whoever is signed in with the browser', async () => {
    const answer = await registry.app.inject('/password')
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/sign-in'])
    const fields = { old: PASSWORD, password: OTHER, again: OTHER }
    expect((await submit('/password', fields)).statusCode).toBe(401)
    const bearer = { authorization: `Bearer ${registry.root.token}` }
    expect((await submit('/password', fields, bearer)).statusCode).toBe(401)
  })

  it('asks for the old one', async () => {
    const { email, first } = await added()
    const cookie = cookieOf(await submit('/sign-in', { email, password: first }))
    const fields = { old: `${first}x`, password: OTHER, again: OTHER }
    const wrong = await submit('/password', fields, { cookie, 'sec-fetch-site': 'same-origin' })
    expect([wrong.statusCode, wrong.body.includes('is not the password until now')]).toEqual([400, true])
    const evil = await submit('/password', { ...fields, old: first }, { cookie, origin: 'https://evil.example' })
    expect(evil.statusCode).toBe(403)
  })
})
