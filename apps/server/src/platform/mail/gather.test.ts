import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ROOT_EMAIL, type TestRegistry, testRegistry } from '../../registry.fixture.ts'
import { gatherMails } from './gather.ts'
import { MOST_AN_HOUR, type NewMail, queueMails } from './outbox.ts'

let registry: TestRegistry
let user = ''

beforeAll(async () => {
  registry = await testRegistry()
  const { rows } = await registry.services.pool.query('SELECT id FROM content_user WHERE email = $1', [ROOT_EMAIL])
  user = rows[0].id
})
afterAll(() => registry?.close())
beforeEach(async () => {
  await registry.services.pool.query('DELETE FROM content_mail')
  await pace('at-once')
})

const gathering = { language: 'en', publicUrl: 'https://registry.example' }
const pace = (wanted: string) => registry.services.pool.query('UPDATE content_user SET mail_pace = $1', [wanted])

let number = 0
function mailOf(template: NewMail['template']): NewMail {
  number += 1
  const to = { email: ROOT_EMAIL, name: 'Root', user }
  return {
    cause: `test:${number}`,
    template,
    to,
    params: { quantity: { number: `${number}` } },
    link: `https://x/${number}`,
  }
}

const queue = (mails: readonly NewMail[]) => queueMails(registry.services.pool, 'en', mails)
const many = (count: number, template: NewMail['template']) => Array.from({ length: count }, () => mailOf(template))

interface Row {
  template: string
  state: string
  params: { count: { number: string }; items: { items: { link: string }[]; more: number } }
}

async function rows(state: string): Promise<Row[]> {
  const { rows: found } = await registry.services.pool.query<Row>(
    'SELECT template, state, params FROM content_mail WHERE state = $1 ORDER BY created_at, id',
    [state],
  )
  return found
}

const later = (hours: number) =>
  registry.services.pool.query(`UPDATE content_mail SET created_at = created_at - $1 * interval '1 hour'`, [hours])

const gatherAll = async () => {
  let made = 0
  while ((await gatherMails(registry.services.pool, gathering)) > 0) made += 1
  return made
}

it('sends the first few of a kind at once, and the rest of the hour in one mail', async () => {
  await queue(many(MOST_AN_HOUR + 7, 'transfer-received'))
  for (const one of many(3, 'transfer-received')) await queue([one])
  expect(await rows('waiting')).toHaveLength(MOST_AN_HOUR)
  expect(await rows('gathering')).toHaveLength(10)
  expect(await gatherAll()).toBe(0)
  await later(1)
  expect(await gatherAll()).toBe(1)
  expect(await rows('gathered')).toHaveLength(10)
  const digest = (await rows('waiting')).find(({ template }) => template === 'digest')
  expect(digest?.params.count).toEqual({ number: '10' })
  expect(new Set(digest?.params.items.items.map(({ link }) => link)).size).toBe(10)
  // A quiet hour later the next one comes at once.
  await queue(many(1, 'transfer-received'))
  expect((await rows('waiting')).filter(({ template }) => template === 'transfer-received')).toHaveLength(
    MOST_AN_HOUR + 1,
  )
})

it('gathers nothing that somebody must act on, however much of it there is', async () => {
  await pace('daily')
  await queue(many(30, 'movement-accept'))
  expect(await rows('waiting')).toHaveLength(30)
})

it('gathers for an hour or a day, as the reader wants, and never twice within it', async () => {
  await pace('daily')
  await queue(many(2, 'project-moved'))
  await later(2)
  expect(await gatherAll()).toBe(0)
  await queue(many(1, 'credits-issued'))
  await later(23)
  expect(await gatherAll()).toBe(1)
  expect((await rows('waiting')).map(({ params }) => params.count.number)).toEqual(['3'])
  await queue(many(1, 'project-moved'))
  expect(await gatherAll()).toBe(0)
  await pace('hourly')
  await later(1)
  expect(await gatherAll()).toBe(1)
})

it('tells how many more there were where there are too many for one mail', async () => {
  await pace('hourly')
  await queue(many(230, 'project-moved'))
  await later(1)
  await gatherAll()
  const [digest] = await rows('waiting')
  expect(digest?.params).toMatchObject({ count: { number: '230' }, items: { more: 30 } })
  expect(digest?.params.items.items).toHaveLength(200)
})

it('puts each into one mail, however many processes gather at once', async () => {
  await pace('hourly')
  await queue(many(40, 'project-moved'))
  await later(1)
  const made = await Promise.all(Array.from({ length: 8 }, () => gatherMails(registry.services.pool, gathering)))
  expect(made.reduce((sum, one) => sum + one, 0)).toBe(1)
  expect(await rows('waiting')).toHaveLength(1)
  expect(await rows('gathered')).toHaveLength(40)
})

it('counts no mail where another process has gathered everything since it looked who is due', async () => {
  await pace('hourly')
  await queue(many(3, 'project-moved'))
  await later(1)
  const { pool } = registry.services
  const taken = "UPDATE content_mail SET state = 'gathered', ended_at = now() WHERE state = 'gathering'"
  const late = {
    async connect() {
      const client = await pool.connect()
      const query = async (asked: string | { name: string; text: string }) => {
        const answer = await client.query(asked)
        if (typeof asked === 'object' && asked.name === 'mail-gather-due') await pool.query(taken)
        return answer
      }
      return { query, release: () => client.release() }
    },
  } as unknown as pg.Pool
  expect(await gatherMails(late, gathering)).toBe(0)
  expect(await rows('waiting')).toHaveLength(0)
})
