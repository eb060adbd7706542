import type { MailReport } from '@tallystick/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROOT_EMAIL, type TestRegistry, testRegistry } from '../../registry.fixture.ts'
import { messageOf } from './message.ts'
import { queueMails } from './outbox.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await testRegistry()
})
afterAll(() => registry?.close())

async function root(): Promise<{ id: string; mail_token: string; mail_pace: string }> {
  const { rows } = await registry.services.pool.query(
    'SELECT id, mail_token, mail_pace FROM content_user WHERE email = $1',
    [ROOT_EMAIL],
  )
  return rows[0]
}

/** As a reader finds it in a mail. */
async function unsubscribeLink(): Promise<string> {
  const { services } = registry
  const user = (await root()).id
  const to = { email: ROOT_EMAIL, name: 'Root', user }
  const params = {
    project: { project: 1, title: 'T' },
    state: { code: 'registered', list: 'state' },
    what: '',
  } as const
  await queueMails(services.pool, 'en', [
    { cause: `test:${Math.random()}`, template: 'project-moved', to, params, link: 'https://x' },
  ])
  const { genesis, publicUrl } = services
  const rest = { id: '1', link: 'https://x', createdAt: new Date(), token: (await root()).mail_token }
  const mail = { ...rest, template: 'project-moved' as const, language: 'en', email: ROOT_EMAIL, name: 'Root', params }
  return new URL(messageOf({ genesis, publicUrl }, mail).unsubscribe ?? '').href.replace(publicUrl, '')
}

async function waiting(): Promise<number> {
  const { rows } = await registry.services.pool.query('SELECT FROM content_mail')
  return rows.length
}

it('opening the link changes nothing; its button, and one click of a mail program, switch off', async () => {
  for (const [type, payload] of [
    ['application/x-www-form-urlencoded', ''],
    ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
    ],
    [undefined, undefined],
  ] as const) {
    await registry.services.pool.query("UPDATE content_user SET mail_pace = 'at-once'")
    const url = await unsubscribeLink()
    expect(url).toMatch(/^\/mail\/unsubscribe\?token=[\w-]{43}$/)
    const page = await registry.app.inject({ url })
    expect([page.statusCode, page.headers['referrer-policy']]).toEqual([200, 'same-origin'])
    expect(page.body).toContain('<form method="post">')
    expect((await root()).mail_pace).toBe('at-once')
    expect(await waiting()).toBe(1)

    const headers = { origin: 'https://mail.example', ...(type === undefined ? {} : { 'content-type': type }) }
    const answer = await registry.app.inject({
      method: 'POST',
      url,
      headers,
      ...(payload === undefined ? {} : { payload }),
    })
    expect(answer.statusCode, `${type}`).toBe(200)
    expect((await root()).mail_pace).toBe('never')
    expect(await waiting()).toBe(0)
    // Once more does no harm.
    expect((await registry.app.inject({ method: 'POST', url })).statusCode).toBe(200)
  }
})

it('whoever switched off still gets what is essential, and nothing else', async () => {
  const { id } = await root()
  const to = { email: ROOT_EMAIL, name: 'Root', user: id }
  const mail = { to, params: {}, link: 'https://x' }
  await queueMails(registry.services.pool, 'en', [
    { ...mail, cause: 'test:information', template: 'project-moved' },
    { ...mail, cause: 'test:essential', template: 'project-waits' },
  ])
  const { rows } = await registry.services.pool.query('SELECT cause FROM content_mail')
  expect(rows).toEqual([{ cause: 'test:essential' }])
})

it.each(['', 'x', 'A'.repeat(43), '%00', 'A'.repeat(5_000)])('refuses %j, which is nobody’s token', async (token) => {
  for (const method of ['GET', 'POST'] as const) {
    const answer = await registry.app.inject({ method, url: `/mail/unsubscribe?token=${token}` })
    expect([400, 404, 414]).toContain(answer.statusCode)
  }
})

it('speaks the language of the reader', async () => {
  await registry.services.pool.query(`UPDATE content_user SET mail_pace = 'at-once', language = 'es'`)
  expect((await registry.app.inject({ url: await unsubscribeLink() })).body).toContain('Menos mensajes')
})

it('a person chooses how often, and what is not wanted any more is dropped', async () => {
  const { services, root: rootUser } = registry
  const settings = '/national/mail/settings'
  expect((await rootUser.put(settings, { pace: 'hourly' })).body).toEqual({ pace: 'hourly' })
  const to = { email: ROOT_EMAIL, name: 'Root', user: (await root()).id }
  const mail = { to, params: {}, link: 'https://x', template: 'project-moved' } as const
  await queueMails(services.pool, 'en', [{ ...mail, cause: 'test:kept' }])
  const states = async () =>
    (await services.pool.query(`SELECT state FROM content_mail WHERE cause = 'test:kept'`)).rows
  expect(await states()).toEqual([{ state: 'gathering' }])
  expect((await rootUser.put(settings, { pace: 'never' })).body).toEqual({ pace: 'never' })
  expect((await rootUser.get(settings)).body).toEqual({ pace: 'never' })
  expect(await states()).toEqual([])
  expect((await rootUser.put(settings, { pace: 'yearly' })).status).toBe(400)
  expect((await registry.nobody.get(settings)).status).toBe(401)
  await rootUser.put(settings, { pace: 'at-once' })
})

it('tells administrators of the government, and nobody else, what became of mail', async () => {
  const { services, root: rootUser } = registry
  await services.pool.query('DELETE FROM content_mail')
  const mail = { template: 'project-waits', params: {}, link: 'https://x' } as const
  await queueMails(services.pool, 'en', [
    { ...mail, cause: 'test:waits', to: { email: 'ana@example.org', name: 'Ana' } },
    { ...mail, cause: 'test:nowhere', to: { email: 'ana', name: 'Ana' } },
  ])
  const { status, body } = await rootUser.get('/national/mail')
  const report = body as unknown as MailReport
  expect(status).toBe(200)
  expect(report).toMatchObject({ waiting: 1, handingOver: 0, sent: 0, failed: 1 })
  expect(report.givenUp).toMatchObject([{ template: 'project-waits', user: null, reason: 'address', tries: 0 }])
  expect(JSON.stringify(report)).not.toMatch(/ana|@/)

  const admin = await registry.join(rootUser, rootUser.organisation, 'Admin')
  expect((await admin.get('/national/mail')).status).toBe(200)
  const { admin: developer } = await registry.newOrganisation(admin, 'Sunfield')
  expect((await developer.get('/national/mail')).status).toBe(403)
  expect((await registry.nobody.get('/national/mail')).status).toBe(401)
})
