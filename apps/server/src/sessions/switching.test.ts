import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../app.ts'
import { invite } from '../platform/invitations.ts'
import type { Services } from '../platform/services.ts'
import { expectStatus, person, ROOT_EMAIL, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await testRegistry()
})
afterAll(() => registry?.close())

const PASSWORD = 'nine quiet herons'

/** The same registry, started the other way. */
async function started(onboarding: Services['onboarding']) {
  const services = { ...registry.services, onboarding }
  const { root } = registry.founded
  if (onboarding === 'password') await invite(services, { ...root, id: root.user })
  return { services, app: await createApp(services) }
}

it('where people sign in by link, everything of passwords says that it is off', async () => {
  const { root, nobody } = registry
  for (const answer of [
    await nobody.post('/national/sessions/password', { email: ROOT_EMAIL, password: PASSWORD }, { key: null }),
    await nobody.post('/national/passwords/links', { email: ROOT_EMAIL }, { key: null }),
    await nobody.post('/national/passwords', { token: 'x', password: PASSWORD }, { key: null }),
    await root.put('/national/passwords/current', { old: PASSWORD, password: PASSWORD }),
  ]) {
    expect(answer).toMatchObject({ status: 403, body: { code: 'passwords-off' } })
  }
  for (const url of ['/password', '/password/choose', '/password/forgotten']) {
    expect((await registry.app.inject(url)).statusCode).toBe(404)
  }
})

it('Root has an address without a domain where the operator named none, and comes in', async () => {
  const own = await testRegistry({ onboarding: 'password', rootEmail: undefined })
  try {
    expect(own.temporary.size).toBe(0)
    const me = await own.signIn('root@localhost')
    expect((await me.get('/national/users')).status).toBe(200)
    expectStatus(await own.nobody.post('/national/passwords/links', { email: 'root@localhost' }, { key: null }), 201)
    expect(own.links.get('root@localhost')).toHaveLength(1)
  } finally {
    await own.close()
  }
})

it('a registry goes over to passwords and back, and everybody finds the way in', async () => {
  const { root, founded } = registry
  const email = 'ana@example.org'
  const wish = { email, name: 'Ana', organisation: root.organisation, role: 'Admin' }
  expectStatus(await root.post('/national/users', wish), 201)
  const ana = await registry.signIn(email)

  const { app, services } = await started('password')
  const nobody = person(app)
  // Root is told a first password with the first start, and with that alone.
  const first = registry.temporary.get(ROOT_EMAIL) ?? ''
  await invite(services, { ...founded.root, id: founded.root.user })
  expect(registry.temporary.get(ROOT_EMAIL)).toBe(first)
  const entered = await nobody.post(
    '/national/sessions/password',
    { email: ROOT_EMAIL, password: first },
    { key: null },
  )
  expect(expectStatus(entered, 201).body.session).toMatchObject({ passwordChangeDue: true })
  // Who was signed in stays so; links that were sent before do nothing any more.
  expect((await person(app, ana.token).get('/national/users')).status).toBe(200)
  expectStatus(await root.post(`/national/users/${await idOf(email)}/sign-in-links`), 201)
  const link = registry.links.get(email)?.at(-1)
  const byLink = await nobody.post('/national/sessions', { token: link }, { key: null })
  expect(byLink).toMatchObject({ status: 403, body: { code: 'links-off' } })
  // Who has no password gets one by a link.
  expectStatus(await nobody.post('/national/passwords/links', { email }, { key: null }), 201)
  const token = registry.links.get(email)?.at(-1)
  expect(token).toContain('/password/choose?token=')
  expectStatus(await nobody.post('/national/passwords', { token, password: PASSWORD }, { key: null }), 201)
  expectStatus(await nobody.post('/national/sessions/password', { email, password: PASSWORD }, { key: null }), 201)
  await app.close()

  const back = await started('link')
  const again = expectStatus(await registry.root.post(`/national/users/${await idOf(email)}/sign-in-links`), 201)
  expect(again.body.user).toBe(await idOf(email))
  const url = registry.links.get(email)?.at(-1)
  expect(url).toContain('/sign-in?token=')
  expectStatus(await person(back.app).post('/national/sessions', { token: url }, { key: null }), 201)
  await back.app.close()

  const forth = await started('password')
  const kept = await person(forth.app).post('/national/sessions/password', { email, password: PASSWORD }, { key: null })
  expect(kept.status).toBe(201)
  await forth.app.close()
})

async function idOf(email: string): Promise<string> {
  const { rows } = await registry.services.pool.query('SELECT id FROM content_user WHERE email = $1', [email])
  return rows[0].id
}
