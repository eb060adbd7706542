import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../app.ts'
import { expectStatus, person, ROOT_EMAIL, type TestRegistry, testRegistry } from '../registry.fixture.ts'
import { quietSerializers } from './http.ts'
import { newSignInLink } from './sign-in-links.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await testRegistry()
})
afterAll(() => registry.close())

it('the log of the server says what was asked, and nothing of who asked or what was sent', async () => {
  let log = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk)
      done()
    },
  })
  const { services, founded } = registry
  const app = await createApp(services, { logger: { level: 'trace', serializers: quietSerializers, stream } })
  const token = new URL((await newSignInLink(services, services.pool, founded.root.user)).url).searchParams.get('token')
  await app.inject({ url: `/sign-in?token=${token}`, remoteAddress: '203.0.113.7' })
  const { body } = expectStatus(await person(app).post('/national/sessions', { token }, { key: null }), 201)
  const root = person(app, String(body.token))
  const key = 'a-key-of-the-sender'
  const organisation = founded.genesis.authority
  const wish = { email: 'maria@example.org', name: 'María Quiet', organisation, role: 'Admin' }
  expectStatus(await root.post('/national/users', wish, { key }), 201)
  await root.post('/national/users', { ...wish, email: 'not an address' })
  await root.post('/national/users', wish)
  const { query } = services.pool
  services.pool.query = () =>
    Promise.reject(Object.assign(new Error('broken'), { detail: 'Key (email)=(maria@example.org) is there.' }))
  expect((await root.get('/national/users')).status).toBe(500)
  services.pool.query = query
  await app.close()

  expect(log).toContain('/national/users')
  expect(log).toContain('broken')
  const secrets = [token, body.token, ROOT_EMAIL, 'maria', 'María', 'not an address', '203.0.113.7', '127.0.0.1', key]
  for (const secret of secrets) expect(log, String(secret)).not.toContain(secret)
})
