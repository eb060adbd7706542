import { setTimeout as delay } from 'node:timers/promises'
import { PostgresLedger } from '@tallystick/ledger'
import fc from 'fast-check'
import type pg from 'pg'
import { SMTPServer } from 'smtp-server'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../../tests/support/database.ts'
import { openContent } from '../content.ts'
import { forgetOld, mailReport } from './claims.ts'
import { Mailer, MOST_TRIES, pauseAfter } from './mailer.ts'
import { type NewMail, queueMails } from './outbox.ts'
import { answer, type TestSmtp, testSmtp } from './smtp.fixture.ts'
import { consoleTransport, NotTaken, notTaken, type SmtpSettings, smtpTransport, type Transport } from './transport.ts'

let database: TestDatabase
let pool: pg.Pool
let logged: string[] = []
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  database = await testDatabase()
  // Some of the content store's indexes are over tables of the ledger.
  await (await PostgresLedger.open({ connectionString: database.url })).close()
  pool = await openContent(database.url, 'create')
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  await pool.query('DELETE FROM content_mail')
  logged = []
})
afterAll(async () => {
  await pool?.end()
  await database?.close()
})

const genesis = { country: { code: 'XT', name: 'Exampleland' }, timeZone: 'UTC', test: false, origin: 'example/log' }
const log = { info: (text: string) => void logged.push(text), warn: (text: string) => void logged.push(text) }

function startMailer(transport: Transport, more = {}): Mailer {
  const sender = { genesis, publicUrl: 'https://registry.example' }
  const mailer = new Mailer({ pool, sender, transport, log, connections: 2, lookMs: 100, pauseMs: 5, ...more })
  closers.push(() => mailer.stop(0))
  return mailer
}

async function startSmtp(...args: Parameters<typeof testSmtp>): Promise<TestSmtp> {
  const smtp = await testSmtp(...args)
  closers.push(() => smtp.close())
  return smtp
}

function transportTo(port: number, more: Partial<SmtpSettings> = {}): Transport {
  const endpoint = { host: '127.0.0.1', port, implicitTls: false }
  const settings = { endpoint, tls: 'required', auth: undefined, from: 'registry@example.org', connections: 2 } as const
  return smtpTransport({ ...settings, silenceMs: 2_000, ...more })
}

let count = 0
const newMail = (more: Partial<NewMail> = {}): NewMail => {
  count += 1
  return {
    cause: `test:${count}`,
    template: 'sign-in-link',
    to: { email: `reader-${count}@example.org`, name: `Reader ${count}` },
    params: { expiresAt: { instant: '2099-01-01T00:00:00.000Z' } },
    link: 'https://registry.example/sign-in?token=secret',
    secret: true,
    ...more,
  }
}

interface Row {
  email: string
  state: string
  reason: string | null
  tries: number
  secrets: unknown
}

async function rows(): Promise<Row[]> {
  return (await pool.query<Row>('SELECT email, state, reason, tries, secrets FROM content_mail ORDER BY cause')).rows
}

async function until(isSo: (rows: Row[]) => boolean): Promise<Row[]> {
  for (;;) {
    const now = await rows()
    if (isSo(now)) return now
    await delay(10)
  }
}

const allEnded = (all: Row[]) => all.every(({ state }) => state === 'sent' || state === 'failed')

describe('the outbox', () => {
  it('takes a cause once, and keeps what cannot be sent as failed', async () => {
    const mail = newMail()
    expect(
      await queueMails(pool, 'en', [mail, newMail({ to: { email: 'a@b.org\r\nRCPT TO:<c@d.org>', name: '' } })]),
    ).toBe(2)
    expect(await queueMails(pool, 'en', [mail, { ...mail, to: { email: 'other@example.org', name: '' } }])).toBe(0)
    expect((await rows()).map(({ state, reason, secrets }) => [state, reason, secrets !== null])).toEqual([
      ['waiting', null, true],
      ['failed', 'address', false],
    ])
  })

  it('is part of the transaction that it is given', async () => {
    const client = await pool.connect()
    await client.query('BEGIN')
    await queueMails(client, 'en', [newMail()])
    await client.query('ROLLBACK')
    client.release()
    expect(await rows()).toEqual([])
  })
})

describe('the mailer', () => {
  it('is woken by what is queued, hands it over once and forgets its link', async () => {
    const smtp = await startSmtp()
    startMailer(transportTo(smtp.port), { lookMs: 3_600_000 })
    await delay(50)
    await queueMails(pool, 'fr', [newMail({ to: { email: 'ana@example.org', name: 'Ana Þórsdóttir 王芳' } })])
    expect(await until(allEnded)).toMatchObject([{ state: 'sent', tries: 1, secrets: null, reason: null }])
    const [mail] = smtp.delivered
    expect(mail).toMatchObject({ from: 'registry@example.org', to: ['ana@example.org'] })
    const headers = String(mail?.source.split('\r\n\r\n')[0])
    expect(headers).toMatch(/^Message-ID: <[0-9a-f]{32}@example\.log>\r$/m)
    expect(headers).toMatch(/^Auto-Submitted: auto-generated\r$/m)
    expect(headers).toMatch(/^Content-Language: fr\r$/m)
    expect(headers).not.toMatch(/^(List-Unsubscribe|X-Mailer|bcc)/im)
    expect(headers).toMatch(/^To: =\?UTF-8\?.+ <ana@example\.org>\r$/ms)
    expect(smtp.delivered).toHaveLength(1)
    expect(logged.join()).not.toMatch(/ana|secret/)
  })

  it('fails only the mail that the server refuses for good, and tries again what it refuses for now', async () => {
    let busy = 3
    const smtp = await startSmtp(
      {},
      {
        onRcptTo({ address }, _session, callback) {
          if (address.startsWith('nobody')) return callback(answer(550, 'no such user nobody@example.org'))
          if (address.startsWith('busy') && busy-- > 0) return callback(answer(450, 'busy'))
          callback()
        },
      },
    )
    const to = (name: string) => newMail({ to: { email: `${name}@example.org`, name } })
    await queueMails(pool, 'en', [to('nobody'), to('busy'), to('ana')])
    startMailer(transportTo(smtp.port))
    const ended = new Map((await until(allEnded)).map((row) => [row.email, row]))
    expect(ended.get('nobody@example.org')).toMatchObject({ state: 'failed', reason: '550', tries: 1, secrets: null })
    expect(ended.get('busy@example.org')).toMatchObject({ state: 'sent', tries: 4 })
    expect(ended.get('ana@example.org')).toMatchObject({ state: 'sent', tries: 1 })
    expect(logged).toEqual(['mailer: a mail (sign-in-link) was given up: 550'])
    const report = await mailReport(pool, 10)
    expect(report).toMatchObject({ sent: 2, failed: 1, givenUp: [{ template: 'sign-in-link', reason: '550' }] })
    expect(JSON.stringify(report)).not.toContain('@')
  })

  it('does not blame mails for a server that lets it not in, and tells once', async () => {
    const smtp = await startSmtp(
      {},
      { authOptional: false, allowInsecureAuth: true, onAuth: (_auth, _session, done) => done(null, {}) },
    )
    await queueMails(pool, 'en', [newMail(), newMail()])
    startMailer(transportTo(smtp.port, { auth: { user: 'registry', pass: 'wrong' } }))
    const waiting = await until((all) => all.every(({ tries }) => tries > 2))
    expect(waiting.flatMap(({ state, reason }) => [state, reason])).not.toContain('failed')
    expect(waiting[0]?.reason).toMatch(/^535|EAUTH$/)
    expect(logged.filter((line) => line.includes('wrong'))).toEqual([])
  })

  it('gives a mail up after its last try', async () => {
    await queueMails(pool, 'en', [newMail()])
    await pool.query('UPDATE content_mail SET tries = $1', [MOST_TRIES - 1])
    startMailer({ hand: () => Promise.reject(new NotTaken('mail', false, '451')), close() {} })
    expect(await until(allEnded)).toMatchObject([{ state: 'failed', reason: '451', tries: MOST_TRIES, secrets: null }])
  })

  it('does not send a link that is over, nor one to a user who is gone, nor a mail that it does not know', async () => {
    await pool.query(
      `INSERT INTO content_user (id, email, name, created_at, ended_at, key_sender, key_id)
       VALUES ('gone', 'gone@example.org', 'Gone', now(), now(), '', '')`,
    )
    await queueMails(pool, 'en', [
      newMail({ expiresAt: new Date(Date.now() - 1_000) }),
      newMail({ to: { email: 'gone@example.org', name: 'Gone', user: 'gone' } }),
      newMail({ params: { expiresAt: { number: 'x' } } }),
    ])
    const handed: string[] = []
    startMailer({ hand: async ({ id }) => void handed.push(id), close() {} })
    const reasons = (await until(allEnded)).map(({ reason }) => reason)
    expect(reasons.toSorted()).toEqual(['expired', 'template', 'user-ended'])
    expect(handed).toEqual([])
    await pool.query(`DELETE FROM content_user`)
  })

  it('hands over what somebody must act on first', async () => {
    const information = Array.from({ length: 30 }, () => newMail({ template: 'transfer-received', secret: false }))
    await queueMails(pool, 'en', [...information, newMail()])
    const first: string[] = []
    startMailer({ hand: async ({ subject }) => void first.push(subject), close() {} }, { connections: 1 })
    await until(allEnded)
    expect(first[0]).toMatch(/^Sign in/)
  })

  it('prints where mail is switched off', async () => {
    const printed: string[] = []
    startMailer(consoleTransport((text) => printed.push(text)))
    await queueMails(pool, 'en', [newMail({ to: { email: 'ana@example.org', name: 'Ana' } })])
    await until(allEnded)
    expect(printed).toHaveLength(1)
    expect(printed[0]).toMatch(/^Mail to ana@example\.org: Sign in to the Exampleland carbon registry\n {2}Dear Ana,/)
    expect(printed[0]).toContain('https://registry.example/sign-in?token=secret')
  })

  it('sends nothing to another machine over a connection that is not encrypted', async () => {
    const smtp = await startSmtp()
    await queueMails(pool, 'en', [newMail()])
    // Another name of this machine, which is not known as such.
    const endpoint = { host: '127.1', port: smtp.port, implicitTls: false }
    startMailer(transportTo(smtp.port, { endpoint }))
    expect((await until(([row]) => (row?.tries ?? 0) > 1))[0]?.state).toMatch(/^(waiting|handing-over)$/)
    expect(smtp.delivered).toEqual([])
    startMailer(transportTo(smtp.port, { endpoint, tls: 'optional' }))
    await until(allEnded)
    expect(smtp.delivered).toHaveLength(1)
  })

  it('stops while a server hangs, and leaves the mail to the next', async () => {
    const silent = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      authOptional: true,
      closeTimeout: 50,
      onData: () => undefined,
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise<void>((resolve) => silent.close(() => resolve())))
    const address = silent.server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await queueMails(pool, 'en', [newMail()])
    const mailer = startMailer(transportTo(port, { silenceMs: 3_600_000 }))
    await until(([row]) => row?.state === 'handing-over')
    await mailer.stop(0)
    expect(await rows()).toMatchObject([{ state: 'waiting' }])
    const smtp = await startSmtp()
    startMailer(transportTo(smtp.port))
    await until(allEnded)
    expect(smtp.delivered).toHaveLength(1)
  })

  it('waits about twice as long after each try, about three days in all', () => {
    const hours = (random: number) =>
      Array.from({ length: MOST_TRIES - 1 }, (_, at) => pauseAfter(at + 1)).reduce((sum, ms) => sum + ms, random) /
      3_600_000
    expect(hours(0)).toBeGreaterThan(48)
    expect(hours(0)).toBeLessThan(96)
  })

  it('forgets what ended long ago, and nothing else', async () => {
    await queueMails(pool, 'en', [newMail(), newMail()])
    startMailer({ hand: async () => undefined, close() {} })
    await until(allEnded)
    await pool.query(`UPDATE content_mail SET ended_at = now() - interval '91 days' WHERE cause = $1`, [
      `test:${count}`,
    ])
    await forgetOld(pool, 90)
    expect(await rows()).toHaveLength(1)
  })
})

describe('hostile words', () => {
  it('bend no header, no receiver and no line, whatever they are', async () => {
    const smtp = await startSmtp()
    const transport = transportTo(smtp.port)
    closers.push(async () => transport.close())
    const parts = fc.constantFrom(
      '\r\n',
      '\n',
      '\r',
      '\0',
      'Bcc: eve@evil.example',
      '\r\n.\r\n',
      '<',
      '>',
      '"',
      ',',
      '=?UTF-8?Q?=0D=0ABcc:_x?=',
      '\u2028',
      '\u202e',
      'ﷺ',
      '😀',
      'נ',
      ';',
      '@evil.example',
    )
    const text = fc
      .array(fc.oneof(parts, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 6 })
      .map((all) => all.join(''))
    const handed: [string, string][] = []
    startMailer({
      close() {},
      async hand(message) {
        await transport.hand(message)
        handed.push([message.to.address, message.subject])
      },
    })
    await fc.assert(
      fc.asyncProperty(text, text, async (name, other) => {
        const to = { email: `reader-${handed.length}@example.org`, name: stored(name) }
        const params = { ...MOVED, sender: { organisation: stored(other), authority: false } }
        await queueMails(pool, 'en', [newMail({ template: 'movement-accept', to, params, secret: false })])
        await until(allEnded)
        const mail = smtp.delivered.at(-1)
        expect(mail?.to).toEqual([to.email])
        const [headers = ''] = String(mail?.source).split('\r\n\r\n')
        const names = headers.split(/\r\n(?![ \t])/).map((line) => line.split(':')[0])
        expect(names.toSorted()).toEqual(HEADERS)
      }),
      { numRuns: 40 },
    )
    expect((await rows()).filter(({ state }) => state !== 'sent')).toEqual([])
  })
})

/** What the API lets in at all. */
const stored = (text: string) => text.toWellFormed().replaceAll('\0', '')

const MOVED = {
  kind: { code: 'transfer', list: 'movement' },
  quantity: { number: '5' },
  project: { project: 1, title: null },
  vintage: '2024',
  receiver: { organisation: 'R', authority: false },
  expiresAt: { instant: '2099-01-01T00:00:00.000Z' },
} as const

const HEADERS = [
  'Auto-Submitted',
  'Content-Language',
  'Content-Type',
  'Date',
  'From',
  'MIME-Version',
  'Message-ID',
  'Subject',
  'To',
  'X-Auto-Response-Suppress',
]

it.each([
  [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 }, 'mail', true, '550'],
  [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 452 }, 'mail', false, '452'],
  [{ code: 'EMESSAGE', command: 'DATA', responseCode: 554 }, 'mail', true, '554'],
  [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 421 }, 'server', false, '421'],
  [{ code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550 }, 'server', false, '550'],
  [{ code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535 }, 'server', false, '535'],
  [{ code: 'EPROTOCOL', command: 'CONN', responseCode: 554 }, 'server', false, '554'],
  [{ code: 'ETIMEDOUT', command: 'CONN' }, 'server', false, 'ETIMEDOUT'],
  [{ code: 'EENVELOPE', command: 'API' }, 'mail', true, 'address'],
  [{ code: 'mail to eve@example.org' }, 'server', false, 'unknown'],
  ['text', 'server', false, 'unknown'],
  [null, 'server', false, 'unknown'],
])('%j is of the right side', (error, of, isFinal, reason) => {
  expect(notTaken(error)).toMatchObject({ of, isFinal, reason })
})
