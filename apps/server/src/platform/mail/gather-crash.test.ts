import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { PostgresLedger } from '@tallystick/ledger'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../../tests/support/database.ts'
import { openContent } from '../content.ts'
import { type NewMail, queueMails } from './outbox.ts'
import { type TestSmtp, testSmtp } from './smtp.fixture.ts'

const READERS = 20
const EACH = 10
const KILLS = 4

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
  const told = JSON.stringify({
    url: database.url,
    host: smtp.host,
    port: String(smtp.port),
    origin: 'registry.example',
  })
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, told], { stdio: 'ignore' })
  children.add(child)
  child.on('exit', () => children.delete(child))
  return child
}

async function count(state: string, template?: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM content_mail WHERE state = $1 AND ($2::text IS NULL OR template = $2)`,
    [state, template ?? null],
  )
  return rows[0]?.count ?? 0
}

const mailOf = (reader: number, at: number): NewMail => ({
  cause: `test:${reader}:${at}`,
  template: 'project-moved',
  to: { user: `reader-${reader}`, email: `reader-${reader}@example.org`, name: `Reader ${reader}` },
  params: { project: { project: at, title: 'T' }, state: { code: 'registered', list: 'state' }, what: 'moved' },
  link: `https://registry.example/${reader}/${at}`,
})

it(`gathers ${READERS * EACH} mails into one for each reader, whatever breaks`, { timeout: 180_000 }, async () => {
  for (let reader = 0; reader < READERS; reader += 1) {
    await pool.query(
      `INSERT INTO content_user (id, email, name, created_at, key_sender, key_id, mail_pace)
       VALUES ($1, $2, 'Reader', now(), '', $1, 'hourly')`,
      [`reader-${reader}`, `reader-${reader}@example.org`],
    )
  }
  const all = Array.from({ length: READERS * EACH }, (_, at) => mailOf(at % READERS, Math.floor(at / READERS)))
  expect(await queueMails(pool, 'en', all)).toBe(all.length)
  expect(await count('gathering')).toBe(all.length)
  await pool.query(`UPDATE content_mail SET created_at = created_at - interval '1 hour'`)
  let victim = start()
  start()
  for (let kill = 1; kill <= KILLS; kill += 1) {
    while ((await count('gathered')) < (all.length * kill) / (KILLS + 2) - EACH) await delay(5)
    victim.kill('SIGKILL')
    await once(victim, 'exit')
    victim = start()
  }
  while ((await count('sent', 'digest')) < READERS) await delay(20)
  expect(await count('gathering')).toBe(0)
  expect(await queueMails(pool, 'en', all)).toBe(0)

  const { rows } = await pool.query<{ user: string; links: string[] }>(
    `SELECT user_id AS user, ARRAY(SELECT item ->> 'link' FROM jsonb_array_elements(params #> '{items,items}') item) AS links
       FROM content_mail WHERE template = 'digest'`,
  )
  expect(new Set(rows.map(({ user }) => user)).size).toBe(READERS)
  expect(rows).toHaveLength(READERS)
  expect(rows.flatMap(({ links }) => links).toSorted()).toEqual(all.map(({ link }) => link).toSorted())
  const copies = Map.groupBy(smtp.delivered, ({ messageId }) => messageId)
  expect(copies.size).toBe(READERS)
  for (const [, same] of copies) expect(new Set(same.map(({ source }) => source)).size).toBe(1)
})
