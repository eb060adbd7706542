import { afterAll, beforeAll, expect, it } from 'vitest'
import { messageOf } from './platform/mail/message.ts'
import { REMINDER_PERIOD_MS, type Reminding, remindPeople } from './platform/mail/reminders.ts'
import { done } from './registry.fixture.ts'
import { taskSources } from './task-sources.ts'
import { waitingSince } from './tasks/list.ts'
import { type World, world } from './world.fixture.ts'

const DAY_MS = 86_400_000
let all: World
let reminding: Reminding

beforeAll(async () => {
  all = await world()
  const { services } = all.registry
  reminding = { services, language: 'en', days: 3, waiting: waitingSince(services, taskSources) }
  const { sunfield } = all
  const owners = [{ account: sunfield.holding, share: '100' }]
  await done(
    sunfield.admin.post('/national/projects', { title: 'Wind', sectoralScope: '1', methodology: 'AMS-I.D', owners }),
  )
})
afterAll(() => all?.registry.close())

interface Row {
  email: string
  language: string
  params: Parameters<typeof messageOf>[1]['params']
}

async function reminders(): Promise<Row[]> {
  const { rows } = await all.registry.services.pool.query<Row>(
    `SELECT email, language, params FROM content_mail WHERE template = 'reminder' ORDER BY created_at, id`,
  )
  return rows
}

async function remind(processes = 1): Promise<void> {
  const round = async () => {
    while ((await remindPeople(reminding)) > 0);
  }
  await Promise.all(Array.from({ length: processes }, round))
}

it('reminds nobody of what is new', async () => {
  await remind()
  expect(await reminders()).toEqual([])
})

it('reminds each once of what has waited too long, however many mailers do so, in the language of each', async () => {
  const { registry, officer } = all
  await officer.put('/national/users/current', { language: 'fr' })
  registry.pass(4 * DAY_MS)
  await remind(6)
  const rows = await reminders()
  // The two officers, and nobody else: the project waits for one of them.
  expect(rows).toHaveLength(2)
  expect(new Set(rows.map(({ email }) => email)).size).toBe(2)
  expect(rows.map(({ language }) => language).toSorted()).toEqual(['en', 'fr'])
  const { genesis, publicUrl } = registry.services
  const french = rows.find(({ language }) => language === 'fr')
  const mail = {
    id: '1',
    template: 'reminder' as const,
    name: 'A',
    link: 'https://x',
    token: 'T',
    createdAt: new Date(),
  }
  const { subject, text, unsubscribe } = messageOf(
    { genesis, publicUrl },
    { ...mail, ...french, email: 'a@b.c', language: 'fr', params: french?.params ?? {} },
  )
  expect(subject).toContain('Décidez')
  expect(text).toMatch(/« Wind » \(projet nº \d+\) : soumis/)
  expect(text).toContain('enregistrer')
  expect(unsubscribe).not.toBeNull()
})

it('reminds again after a week, not before, and never who wants no such mail', async () => {
  const { registry } = all
  const before = (await reminders()).length
  for (const days of [1, 2, 3]) {
    registry.pass(days * DAY_MS)
    await remind(2)
  }
  expect(await reminders()).toHaveLength(before)
  registry.pass(REMINDER_PERIOD_MS)
  await registry.services.pool.query(
    `UPDATE content_user SET mail_pace = 'never' WHERE email = (SELECT email FROM content_mail WHERE template = 'reminder' ORDER BY email LIMIT 1)`,
  )
  await remind(3)
  expect(await reminders()).toHaveLength(before + 1)
})

it('is switched off by 0 days', async () => {
  all.registry.pass(2 * REMINDER_PERIOD_MS)
  expect(await remindPeople({ ...reminding, days: 0 })).toBe(0)
})

it('whose tasks cannot be told keeps nobody else waiting', async () => {
  const before = (await reminders()).length
  await all.registry.services.pool.query(`UPDATE content_user SET mail_pace = 'at-once'`)
  let isFirst = true
  const waiting: Reminding['waiting'] = async (...asked) => {
    if (isFirst) {
      isFirst = false
      throw new TypeError('odd')
    }
    return reminding.waiting(...asked)
  }
  while ((await remindPeople({ ...reminding, waiting })) > 0);
  expect((await reminders()).length).toBeGreaterThan(before)
})

it('a mailer that ends in the middle has reminded nobody, and the next ones remind each once', async () => {
  const { pool } = all.registry.services
  await pool.query(`UPDATE content_user SET mail_reminded_at = NULL, mail_looked_at = '-infinity'`)
  const before = (await reminders()).length
  let asked = 0
  const waiting: Reminding['waiting'] = async (...whom) => {
    asked += 1
    // Once something was found for somebody, the connection of the transaction is gone.
    const found = await reminding.waiting(...whom)
    if (found.length > 0) {
      await pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE state = 'idle in transaction' AND datname = current_database()`,
      )
    }
    return found
  }
  const round = async () => {
    while ((await remindPeople({ ...reminding, waiting })) > 0);
  }
  await expect(round()).rejects.toThrow()
  expect(asked).toBeGreaterThan(0)
  expect(await reminders()).toHaveLength(before)
  await remind(3)
  expect(await reminders()).toHaveLength(before + 2)
})
