import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Api } from '../../../tests/support/api.ts'
import { type TestDatabase, testDatabase } from '../../../tests/support/database.ts'
import { readConfig } from './platform/config.ts'
import { type TestSmtp, testSmtp } from './platform/mail/smtp.fixture.ts'
import { startServer } from './server.ts'

const ROOT = 'root@authority.example'
const CHOSEN = 'nine quiet herons'

let databases: TestDatabase[]
let smtp: TestSmtp
let folder = ''

beforeAll(async () => {
  databases = [await testDatabase(), await testDatabase()]
  smtp = await testSmtp()
  folder = await mkdtemp(join(tmpdir(), 'first-password-'))
  const users = ['NAME,EMAIL,PHONE,ORGANISATION TAX ID,ORGANISATION TYPE,ROLE,Password']
  users.push('Officer One,one@authority.example,,,Government,admin,five-calm-cormorants')
  users.push('Officer Two,two@authority.example,,,Government,admin,')
  await writeFile(join(folder, 'users.csv'), users.join('\n'))
})
afterAll(async () => {
  await smtp?.close()
  for (const database of databases ?? []) await database.close()
  await rm(folder, { recursive: true, force: true })
})

/** Runs a server until `work` is done; answers what it printed and logged. */
async function running(
  nth: 0 | 1,
  more: Record<string, string>,
  work: (url: string, said: () => string) => Promise<void>,
) {
  let said = ''
  const say = (text: string) => {
    said += `${text}\n`
  }
  const own = { DATA_DIR: join(folder, `data-${nth}`), USERS_CSV: join(folder, 'users.csv'), PORT: '0' }
  const given = { DATABASE_URL: databases[nth]?.url, ROOT_EMAIL: ROOT, ONBOARDING: 'password', ...own, ...more }
  const server = await startServer({ config: readConfig(given, folder), print: say, log: { info: say, warn: say } })
  if (!server.started) throw new Error('another server runs')
  try {
    await work(server.url, () => said)
    return said
  } finally {
    await server.close()
  }
}

/** What a database holds once its server has ended. */
async function read(nth: 0 | 1, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: databases[nth]?.url })
  await client.connect()
  const { rows } = await client.query(text)
  await client.end()
  return rows
}

const until = async (isThere: () => boolean) => {
  while (!isThere()) await delay(20)
}

it('without mail first passwords stand on the console, each on a line that can be searched for, once', async () => {
  const lines = (said: string) => said.split('\n').filter((line) => line.startsWith('Password (temporary)'))
  const environment = { IS_EMAIL_DISABLED: 'true', DEFAULT_LANGUAGE: 'fr' }
  const said = await running(0, environment, async (url, said) => {
    await until(() => lines(said()).length >= 3)
    const [line = ''] = lines(said()).filter((one) => one.includes(ROOT))
    const old = line.split(' ').at(-1) ?? ''
    const { status, body } = await new Api(url).send('POST', '/national/sessions/password', {
      email: ROOT,
      password: old,
    })
    expect([status, body.session.passwordChangeDue]).toEqual([201, true])
    const change = { old, password: CHOSEN }
    expect((await new Api(url, body.token).send('PUT', '/national/passwords/current', change)).status).toBe(200)
  })
  expect(said).toContain('Password (temporary) for one@authority.example: five-calm-cormorants')
  expect(lines(said).map((line) => line.split(' ')[3])).toEqual(
    expect.arrayContaining([`${ROOT}:`, 'one@authority.example:', 'two@authority.example:']),
  )
  expect(said).not.toMatch(/sign-in\?token=/)
  // Started again: nobody is told anything, and whatever the file says, no password changes.
  const again = await running(0, environment, async (url) => {
    const entered = await new Api(url).send('POST', '/national/sessions/password', { email: ROOT, password: CHOSEN })
    expect([entered.status, entered.body.session.passwordChangeDue]).toEqual([201, false])
  })
  expect(lines(again)).toEqual([])
  const told = await read(0, `SELECT email FROM content_mail WHERE template = 'password-temporary' ORDER BY email`)
  expect(told.map(({ email }) => email)).toEqual(['one@authority.example', ROOT, 'two@authority.example'])
})

it('with mail they are sent, and neither the log nor the database keeps them', async () => {
  const environment = { SMTP_ENDPOINT: `smtp://${smtp.host}:${smtp.port}`, SOURCE_EMAIL: 'registry@example.org' }
  const passwords: string[] = []
  const said = await running(1, environment, async (url) => {
    const first = () => smtp.delivered.filter(({ source }) => source.includes('Password (temporary)'))
    await until(() => first().length >= 3)
    const mails = first().map(({ to, source }) => ({ to: to[0], source: source.replaceAll('=\r\n', '') }))
    expect(mails.map(({ to }) => to).toSorted()).toEqual(
      ['one@authority.example', ROOT, 'two@authority.example'].toSorted(),
    )
    for (const { to, source } of mails) {
      const password = /Password \(temporary\): (\S+)/.exec(source)?.[1] ?? ''
      passwords.push(password)
      expect((await new Api(url).send('POST', '/national/sessions/password', { email: to, password })).status).toBe(201)
      expect(
        (await new Api(url).send('POST', '/national/sessions/password', { email: to, password: 'x' })).status,
      ).toBe(401)
    }
  })
  expect(new Set(passwords).size).toBe(3)
  const kept = JSON.stringify(
    await read(
      1,
      'SELECT (SELECT json_agg(m) FROM content_mail m) AS mails, (SELECT json_agg(p) FROM content_password p) AS passwords',
    ),
  )
  expect(kept).toContain('password-temporary')
  for (const password of passwords) for (const text of [said, kept]) expect(text).not.toContain(password)
})
