import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await testRegistry({ onboarding: 'password' })
})
afterAll(() => registry?.close())

const ask = (email: string, organisation: object) =>
  done(registry.nobody.post('/national/registrations', { email, name: 'Ana Kelp', ...organisation }, { key: null }))

it('whoever asked to be let in and is approved gets a temporary password, once, whoever approves', async () => {
  const { root } = registry
  const officers = [root, await registry.join(root, root.organisation, 'Admin')]
  const email = 'ana@kelp.example'
  await ask(email, { organisation: { kind: 'developer', name: 'Kelp Works', taxId: 'XT-3001' } })
  const token = registry.confirmations.get(email)?.at(-1)
  const { id } = await done(registry.nobody.post('/national/registrations/confirmations', { token }, { key: null }))
  expect(registry.temporary.has(email)).toBe(false)
  const approve = (officer = root) => officer.post(`/national/registrations/${id}/approval`, {})
  expect((await Promise.all(officers.map(approve))).map(({ status }) => status)).toContain(201)
  const first = registry.temporary.get(email)
  const ana = await registry.signIn(email)
  expect((await ana.get('/national/sessions/current')).body).toMatchObject({ role: 'Admin', passwordChangeDue: false })
  await approve()
  expect([first?.length, registry.temporary.has(email)]).toEqual([23, false])
})

it('who is a user already hears so behind the link, with the way to a password', async () => {
  const { root } = registry
  const email = 'known@example.org'
  const wish = { email, name: 'Known', organisation: root.organisation, role: 'Admin' }
  expectStatus(await root.post('/national/users', wish), 201)
  await ask(email, { organisation: { kind: 'developer', name: 'Other Works' } })
  const token = new URL(registry.confirmations.get(email)?.at(-1) ?? '').searchParams.get('token') ?? ''
  const page = await registry.app.inject({
    method: 'POST',
    url: '/registrations/confirm',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ token }).toString(),
  })
  expect([page.statusCode, page.body.includes('href="/password/forgotten"')]).toEqual([409, true])
})
