import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectStatus, type TestRegistry, testRegistry } from '../registry.fixture.ts'
import { outboxNotify } from './notify.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await testRegistry()
})
afterAll(() => registry?.close())

async function queued(): Promise<{ email: string; link: string }[]> {
  const { rows } = await registry.services.pool.query(
    `SELECT email, secrets ->> 'link' AS link FROM content_mail ORDER BY created_at`,
  )
  return rows
}

it('a command that ended between its entry and its message tells once when it is repeated', async () => {
  const { services, root } = registry
  const outbox = outboxNotify(services.pool, 'en')
  const broken = { ...outbox, signInLink: () => Promise.reject(new Error('the process ended here')) }
  const added = { email: 'ana@example.org', name: 'Ana', organisation: root.organisation, role: 'Admin' }
  const key = randomUUID()
  services.notify = broken
  expectStatus(await root.post('/national/users', added, { key }), 500)
  services.notify = outbox
  expect(await queued()).toEqual([])
  const first = expectStatus(await root.post('/national/users', added, { key }), 201)
  const again = expectStatus(await root.post('/national/users', added, { key }), 201)
  expect(again.body).toEqual(first.body)
  const mails = await queued()
  expect(mails.map(({ email }) => email)).toEqual(['ana@example.org'])
  const { status } = await registry.nobody.post('/national/sessions', { token: mails[0]?.link }, { key: null })
  expect(status).toBe(201)
})

it('a link is asked for, and its mail queued, in one transaction', async () => {
  const { services, root } = registry
  const before = (await queued()).length
  const outbox = outboxNotify(services.pool, 'en')
  const key = randomUUID()
  const added = { email: 'ben@example.org', name: 'Ben', organisation: root.organisation, role: 'Admin' }
  services.notify = { ...outbox, signInLink: async () => undefined }
  const { body } = expectStatus(await root.post('/national/users', added), 201)
  const path = `/national/users/${body.id}/sign-in-links`
  services.notify = {
    ...outbox,
    async signInLink(...told) {
      await outbox.signInLink(...told)
      throw new Error('the process ended here')
    },
  }
  const asked = await root.post(path, undefined, { key })
  expect(asked.status).toBe(500)
  expect(await queued()).toHaveLength(before)
  services.notify = outbox
  expectStatus(await root.post(path, undefined, { key }), 201)
  expectStatus(await root.post(path, undefined, { key }), 201)
  expect(await queued()).toHaveLength(before + 1)
})
