import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Api } from '../../../tests/support/api.ts'
import { type TestDatabase, testDatabase } from '../../../tests/support/database.ts'
import { readConfig } from './platform/config.ts'
import { type TestSmtp, testSmtp } from './platform/mail/smtp.fixture.ts'
import { startServer } from './server.ts'

let database: TestDatabase
let smtp: TestSmtp
let folder = ''

beforeAll(async () => {
  database = await testDatabase()
  smtp = await testSmtp()
  folder = await mkdtemp(join(tmpdir(), 'mailing-'))
})
afterAll(async () => {
  await smtp?.close()
  await database?.close()
  await rm(folder, { recursive: true, force: true })
})

/** Starts a server, adds an administrator as the Root user, and answers what the log says after `isThere`. */
async function addedUser(environment: Record<string, string>, email: string, isThere: (said: string) => boolean) {
  let said = ''
  const say = (text: string) => {
    said += `${text}\n`
  }
  const config = readConfig(
    { DATABASE_URL: database.url, DATA_DIR: join(folder, 'data'), PORT: '0', ...environment },
    folder,
  )
  const server = await startServer({ config, print: say, log: { info: say, warn: say } })
  if (!server.started) throw new Error('another server runs')
  try {
    const link = /\S+\/sign-in\?token=\S+/.exec(said)?.[0]
    const nobody = new Api(server.url)
    const { token, session } = await nobody.done('/national/sessions', { token: link })
    said = ''
    const wish = { email, name: 'Ana', organisation: session.organisation.id, role: 'Admin' }
    await new Api(server.url, token).done('/national/users', wish)
    while (!isThere(said)) await delay(20)
    const invitation = /\S+\/sign-in\?token=[\w-]+/
    const sent = smtp.delivered.at(-1)?.source.replaceAll('=\r\n', '').replaceAll('=3D', '=') ?? ''
    const found = invitation.exec(said)?.[0] ?? invitation.exec(sent)?.[0]
    return { said, signedIn: (await nobody.done('/national/sessions', { token: found })).session.user.email }
  } finally {
    await server.close()
  }
}

it('whoever is added gets a mail, and its link lets him in; the log says nothing of it', async () => {
  const SMTP_ENDPOINT = `smtp://${smtp.host}:${smtp.port}`
  const environment = { SMTP_ENDPOINT, SOURCE_EMAIL: 'registry@example.org' }
  const { said, signedIn } = await addedUser(environment, 'ana@example.org', () => smtp.delivered.length > 0)
  expect(signedIn).toBe('ana@example.org')
  expect(smtp.delivered.map(({ to, from }) => [from, to])).toEqual([['registry@example.org', ['ana@example.org']]])
  expect(said).not.toMatch(/ana@|token=/)
})

it('prints it instead where mail is switched off', async () => {
  const before = smtp.delivered.length
  const SMTP_ENDPOINT = `smtp://${smtp.host}:${smtp.port}`
  const isThere = (said: string) => said.includes('token=')
  const { said, signedIn } = await addedUser({ SMTP_ENDPOINT, IS_EMAIL_DISABLED: 'true' }, 'ben@example.org', isThere)
  expect(signedIn).toBe('ben@example.org')
  expect(said).toContain('Mail to ben@example.org: Sign in')
  expect(smtp.delivered).toHaveLength(before)
})
