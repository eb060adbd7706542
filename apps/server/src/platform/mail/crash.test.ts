import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { PostgresLedger } from '@tallystick/ledger'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../../tests/support/database.ts'
import { openContent } from '../content.ts'
import { messageIdOf } from './message.ts'
import { type NewMail, queueMails } from './outbox.ts'
import { type TestSmtp, testSmtp } from './smtp.fixture.ts'

const MAILS = Number(process.env.TALLYSTICK_MAILS ?? 300)
const KILLS = 3
const ORIGIN = 'registry.example/ledger'

let database: TestDatabase
let pool: pg.Pool
let smtp: TestSmtp
const children = new Set<ChildProcess>()

beforeAll(async () => {
  database = await testDatabase()
  // Some of the content store's indexes are over tables of the ledger.
  await (await PostgresLedger.open({ connectionString: database.url })).close()
  pool = await openContent(database.url, 'create')
  smtp = await testSmtp({ refuse: 0.1, hang: 0.05, busy: 0.05, dropBefore: 0.03, dropAfter: 0.02 })
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await smtp?.close()
  await pool?.end()
  await database?.close()
})

function start(): ChildProcess {
  const script = fileURLToPath(new URL('./mailer-process.fixture.ts', import.meta.url))
  const told = JSON.stringify({ url: database.url, host: smtp.host, port: String(smtp.port), origin: ORIGIN })
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, told], { stdio: 'pipe' })
  children.add(child)
  child.stdout?.on('data', (text: Buffer) => said.push(text.toString()))
  child.stderr?.on('data', (text: Buffer) => said.push(text.toString()))
  child.on('exit', (_code, signal) => {
    children.delete(child)
    if (signal !== 'SIGKILL') ended.push(said.join('').slice(-2_000))
  })
  return child
}

const said: string[] = []
/** Mailers that nobody killed. */
const ended: string[] = []

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    if (ended.length > 0) throw new Error(`a mailer ended by itself: ${ended.join('\n')}`)
    await delay(20)
  }
}

async function endedMails(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM content_mail WHERE ended_at IS NOT NULL`,
  )
  return rows[0]?.count ?? 0
}

const newMail = (at: number): NewMail => ({
  cause: `test:${at}`,
  template: 'sign-in-link',
  to: { email: `reader-${at}@example.org`, name: `Reader ${at}` },
  params: { expiresAt: { instant: '2099-01-01T00:00:00.000Z' } },
  link: `https://registry.example/sign-in?token=${at}`,
  secret: true,
})

it(`delivers ${MAILS} mails, each once to a reader who drops doubles, whatever breaks`, {
  timeout: 3_600_000,
}, async () => {
  const mails = Array.from({ length: MAILS }, (_, at) => newMail(at))
  expect(await queueMails(pool, 'en', mails)).toBe(MAILS)
  expect(await queueMails(pool, 'en', mails)).toBe(0)
  const began = performance.now()
  start()
  let victim = start()
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await until(() => new Set(smtp.delivered.map(({ messageId }) => messageId)).size >= (MAILS * kill) / (KILLS + 1))
    victim.kill('SIGKILL')
    await once(victim, 'exit')
    victim = start()
  }
  await until(async () => (await endedMails()) === MAILS)
  const tookMs = performance.now() - began

  const { rows } = await pool.query<{ id: string; state: string; doubts: number; tries: number; secrets: unknown }>(
    'SELECT id, state, doubts, tries, secrets FROM content_mail',
  )
  expect(rows.filter(({ state }) => state !== 'sent')).toEqual([])
  expect(rows.filter(({ secrets }) => secrets !== null)).toEqual([])
  const expected = new Map(rows.map((row) => [messageIdOf(ORIGIN, row.id), row]))
  const copies = Map.groupBy(smtp.delivered, ({ messageId }) => messageId)
  expect([...copies.keys()].toSorted()).toEqual([...expected.keys()].toSorted())
  expect(new Set(smtp.delivered.flatMap(({ to }) => to)).size).toBe(MAILS)
  const doubled = [...copies].filter(([, all]) => all.length > 1)
  for (const [messageId, all] of doubled) {
    // Only where nobody could tell: the mailer was killed in the middle, or the server took it and said nothing.
    expect((expected.get(messageId)?.doubts ?? 0) > 0 || smtp.unanswered.has(messageId), messageId).toBe(true)
    expect(new Set(all.map(({ source }) => source)).size).toBe(1)
  }
  expect(said.join('')).not.toMatch(/reader-|@example|token=/)
  const tries = Math.max(...rows.map((row) => row.tries))
  console.log(
    `${MAILS} mails in ${(tookMs / 1000).toFixed(1)} s, ${KILLS} mailers killed, at most ${tries} tries; twice under one Message-ID: ${doubled.length}, of which the server took and did not answer ${doubled.filter(([id]) => smtp.unanswered.has(id)).length}`,
  )
})
