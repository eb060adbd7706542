import { readEntry } from '@tallystick/contract'
import { PostgresLedger } from '@tallystick/ledger'
import { decodeEntry, isRefusal } from '@tallystick/rules'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Restoring } from '../../../packages/ledger/src/postgres/restore.ts'
import { type TestDatabase, testDatabase } from '../../../tests/support/database.ts'
import { liveLedger, WHOLE_LIFE } from '../../../tests/support/ledger-life.ts'
import { openContent } from './platform/content.ts'
import { EVENTS } from './platform/mail/events.ts'
import { type Feeding, feedEntries } from './platform/mail/feed.ts'
import { messageOf } from './platform/mail/message.ts'
import { isTemplate, type TemplateName, templateOf } from './platform/mail/templates.ts'
import { Openings } from './platform/openings.ts'
import type { Services } from './platform/services.ts'

let database: TestDatabase
let pool: pg.Pool
let ledger: PostgresLedger
const types: string[] = []

/** A life in which every entry type is met, in a database, with a person behind each mandate. */
beforeAll(async () => {
  database = await testDatabase()
  const live = await liveLedger('everybody', WHOLE_LIFE)
  const stored = await live.ledger.entries(0, (await live.ledger.head()).size)
  // The first entry is written anew, and has to be the same.
  const clock = () => new Date(readEntry(stored[0]?.bytes ?? '{}').at)
  ledger = await PostgresLedger.open({ connectionString: database.url }, { clock })
  pool = await openContent(database.url, 'create')
  const documents = await live.ledger.documents()
  await ledger.found(
    live.genesis,
    documents.map(({ bytes }) => bytes),
  )
  for (const { bytes } of documents) await ledger.putDocument(bytes)
  const restoring = await Restoring.begin(pool, ledger)
  for (const { bytes } of documents) restoring.shelve(bytes)
  const entries = stored.slice(1).map(({ bytes, leaf }) => {
    const entry = decodeEntry(bytes)
    if (isRefusal(entry)) throw new Error('an entry can be read')
    types.push(entry.type)
    return { entry, bytes, leaf }
  })
  expect(await restoring.take(entries)).toBeUndefined()
  await pool.query(
    `WITH people AS (
       INSERT INTO content_user (id, email, name, created_at, key_sender, key_id, language)
       SELECT 'user-' || id, id || '@example.org', 'A', now(), '', id, (ARRAY['en', 'fr', 'es'])[1 + ascii(id) % 3]
         FROM ledger_row WHERE kind = 'mandate' RETURNING id)
     INSERT INTO content_mandate (mandate, user_id) SELECT substr(id, 6), id FROM people`,
  )
}, 120_000)
afterAll(async () => {
  await pool?.end()
  await ledger?.close()
  await database?.close()
})

it('of a whole life everybody is told, and every mail can be written', { timeout: 120_000 }, async () => {
  const warned: string[] = []
  const genesis = await ledger.genesis()
  if (!genesis) throw new Error('the ledger has its genesis')
  const services = {
    ...{ pool, ledger, genesis, openings: new Openings(pool), language: 'en', publicUrl: 'https://registry.example' },
    clock: () => new Date('2026-01-01T00:00:00.000Z'),
  } as unknown as Services
  const feeding: Feeding = {
    services,
    language: 'en',
    log: { info: () => undefined, warn: (text) => warned.push(text) },
  }
  await pool.query('INSERT INTO content_mail_feed (next) VALUES (0)')
  while ((await feedEntries(feeding)) > 0);
  expect(warned).toEqual([])
  const told = Object.keys(EVENTS).filter((type) => types.includes(type))
  const { rows } = await pool.query<{
    cause: string
    template: TemplateName
    language: string
    params: Parameters<typeof messageOf>[1]['params']
  }>(`SELECT cause, template, language, params - 'link' AS params FROM content_mail`)
  const indexes = new Set(rows.map(({ cause }) => Number(cause.split(':')[1])))
  const typesTold = new Set([...indexes].map((index) => types[index - 1]))
  // Movements that waited are over by now; their ends are told.
  const silent = told.filter((type) => !typesTold.has(type) && !['MovementProposed', 'MovementApproved'].includes(type))
  expect(silent).toEqual([])
  const templates = new Set(rows.map(({ template }) => template))
  const ofUnits: TemplateName[] = [
    ...(['credits-exported-told', 'first-transfer-told', 'credits-used', 'credits-acquired'] as const),
    ...(['pledge-received', 'pledge-ended', 'reversal-compensated', 'buffer-released'] as const),
  ]
  expect(ofUnits.filter((name) => !templates.has(name))).toEqual([])
  for (const { template, language, params } of rows) {
    expect(isTemplate(template)).toBe(true)
    const mail = {
      id: '1',
      template,
      language,
      email: 'a@example.org',
      name: 'A',
      params,
      link: 'https://x',
      token: 'T',
    }
    const { subject, text } = messageOf({ genesis, publicUrl: 'https://x' }, { ...mail, createdAt: new Date(0) })
    expect(`${subject}\n${text}`, template).not.toMatch(/[{}]|undefined|\bnull\b/)
    for (const place of templateOf(template).places) expect(params, template).toHaveProperty(place)
  }
  console.log(
    `${rows.length} mails of ${typesTold.size} types of entries, ${new Set(rows.map((one) => one.template)).size} kinds of mails`,
  )
})
