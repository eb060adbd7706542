import { afterAll, beforeAll, expect, it } from 'vitest'
import { messageOf } from '../platform/mail/message.ts'
import { outboxNotify } from '../platform/notify.ts'
import { expectStatus, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await testRegistry()
})
afterAll(() => registry?.close())

it('whose key was made or revoked gets a mail, once, whoever did it; the key stands in none', async () => {
  const { services, root } = registry
  const ana = await registry.join(root, root.organisation, 'Admin', 'ana@example.org')
  services.notify = outboxNotify(services.pool, 'en')
  const wish = { name: 'Meter <b>7</b>', scopes: ['read'], days: 10 }
  const made = expectStatus(await ana.post('/national/api-keys', wish, { key: 'make-it-once' }), 201)
  expectStatus(await ana.post('/national/api-keys', wish, { key: 'make-it-once' }), 201)
  for (let round = 0; round < 2; round += 1) {
    expectStatus(await root.delete(`/national/api-keys/${made.body.id}`), 200)
  }
  const { rows } = await services.pool.query('SELECT * FROM content_mail ORDER BY created_at')
  expect(rows.map(({ email, template, essential }) => [email, template, essential])).toEqual([
    ['ana@example.org', 'api-key-made', true],
    ['ana@example.org', 'api-key-revoked', true],
  ])
  const key = String(made.body.key)
  expect(JSON.stringify(rows)).not.toContain(key.slice(-20))
  const { text, html } = messageOf(services, {
    ...{ id: 'a'.repeat(32), template: 'api-key-made', language: 'en', email: 'ana@example.org', name: 'Ana' },
    ...{ params: rows[0].params, link: rows[0].params.link, token: null, createdAt: new Date() },
  })
  expect(text).toContain('Name: Meter <b>7</b>')
  expect(html).not.toContain('<b>')
})
