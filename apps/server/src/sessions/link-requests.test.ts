import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectStatus, type TestRegistry, testRegistry } from '../registry.fixture.ts'
import { LIMITS, PASSWORD_LINK_MS } from './passwords.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await testRegistry()
})
afterAll(() => registry?.close())

const ask = (email: string) => registry.nobody.post('/national/sessions/links', { email }, { key: null })
const signIn = (token = '') => registry.nobody.post('/national/sessions', { token }, { key: null })

async function newUser(): Promise<string> {
  const email = `${randomUUID()}@example.org`
  await registry.join(registry.root, registry.root.organisation, 'Admin', email)
  return email
}

it('whoever was signed out asks for a link, which works once', async () => {
  const email = await newUser()
  expectStatus(await ask(email.toUpperCase()), 201)
  const link = registry.links.get(email)?.pop()
  expect(link).toMatch(/\/sign-in\?token=/)
  expect((await signIn(link)).status).toBe(201)
  expect((await signIn(link)).status).toBe(401)
})

it('is over after an hour', async () => {
  const email = await newUser()
  await ask(email)
  registry.pass(PASSWORD_LINK_MS)
  expect((await signIn(registry.links.get(email)?.pop())).status).toBe(401)
})

it('is answered alike for an address that nobody has, which gets nothing', async () => {
  const [email, stranger] = [await newUser(), `${randomUUID()}@example.org`]
  const answers = [await ask(email), await ask(stranger)]
  expect(answers.map(({ status, body }) => [status, Object.keys(body).toSorted()])).toEqual(
    Array(2).fill([201, ['email', 'expiresAt']]),
  )
  expect(registry.links.has(stranger)).toBe(false)
  expect((await ask('nobody')).status).toBe(400)
})

it('one mailbox is not flooded', async () => {
  const email = await newUser()
  for (let asked = 0; asked <= LIMITS.linksOfAddress.most; asked += 1) {
    expect((await ask(email)).status).toBe(201)
  }
  expect(registry.links.get(email)).toHaveLength(LIMITS.linksOfAddress.most)
})

it('the page asks for an address, and the pages of links that do not work lead there', async () => {
  const email = await newUser()
  const page = async (url: string) => (await registry.app.inject({ url })).body
  expect(await page('/sign-in')).toContain('/sign-in/link')
  expect(await page('/sign-in/link')).toContain('name="email"')
  const payload = new URLSearchParams({ email }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost:3030' }
  const { statusCode, body } = await registry.app.inject({ method: 'POST', url: '/sign-in/link', headers, payload })
  expect([statusCode, body]).toEqual([200, expect.stringContaining('on its way')])
  expect(registry.links.get(email)).toHaveLength(1)
})

it('where people have passwords, there are no links to sign in', async () => {
  const other = await testRegistry({ onboarding: 'password' })
  const { status, body } = await other.nobody.post(
    '/national/sessions/links',
    { email: 'a@example.org' },
    { key: null },
  )
  expect([status, body.code]).toEqual([403, 'links-off'])
  await other.close()
})
