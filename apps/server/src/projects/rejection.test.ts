import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { beginFeed, type Feeding, feedEntries } from '../platform/mail/feed.ts'
import { type Mail, messageOf } from '../platform/mail/message.ts'
import { done, type Person } from '../registry.fixture.ts'

let all: Article6
let feeding: Feeding

beforeAll(async () => {
  all = await article6()
  const { services } = all.registry
  feeding = { services, language: 'en', log: { info: () => undefined, warn: (text) => expect.fail(text) } }
  await beginFeed(services.pool)
}, 120_000)
afterAll(() => all?.registry.close())

/** A project that was submitted, and whose concept may be rejected. */
async function submitted(): Promise<string> {
  const owners = [{ account: all.owner.holding, share: '100' }]
  const asked = { title: 'Reed', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const { id } = await done(all.owner.admin.post('/national/projects', asked))
  const path = `/national/projects/${id}`
  await done(all.submit(all.owner.admin, path, 'concept-note'))
  await done(all.move(all.owner.admin, path, 'submit-concept'))
  await done(all.submit(all.officer, path, 'objection-letter'))
  return path
}

const reject = (path: string, text?: string, headers: Record<string, string> = {}, by: Person = all.officer) =>
  by.post(
    `${path}/moves`,
    { move: 'reject-concept', reason: 'incomplete', ...(text === undefined ? {} : { text }) },
    { headers },
  )

/** Mails that were made since the last time. */
async function told(): Promise<(Mail & { user_id: string })[]> {
  while ((await feedEntries(feeding)) > 0);
  const { rows } = await all.registry.services.pool.query<Mail & { user_id: string }>(
    'DELETE FROM content_mail RETURNING id, template, language, email, name, params, user_id, created_at AS "createdAt"',
  )
  return rows
}

it('needs its grounds in words, and says so in each language', async () => {
  const path = await submitted()
  const said: [string | undefined, string, RegExp][] = [
    [undefined, 'en', /needs its grounds in words/],
    ['Not good enough.', 'fr', /motivée par écrit/],
    [`No.${' '.repeat(40)}No.`, 'es', /motivarse por escrito/],
    [`No${'\u200b'.repeat(40)}!`, 'en', /needs its grounds in words/],
    ['😀'.repeat(19), 'en', /needs its grounds in words/],
    ['\u3164'.repeat(40), 'en', /needs its grounds in words/],
    [`No${'\u2800'.repeat(40)}${'\u034f'.repeat(40)}`, 'en', /needs its grounds in words/],
  ]
  for (const [text, language, message] of said) {
    const answer = await reject(path, text, { 'accept-language': language })
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ field: 'text', message: expect.stringMatching(message) }] },
    })
    expect(JSON.stringify(answer.body)).toMatch(/20/)
  }
  const without = await all.officer.post(`${path}/moves`, { move: 'reject-concept' })
  expect(without).toMatchObject({ status: 422, body: { code: 'reason-missing' } })
  // What is only returned comes back, and needs no more than a code.
  await done(all.officer.post(`${path}/moves`, { move: 'return-concept', reason: 'incomplete' }))
})

it('tells the owner at once, in words, until when an appeal may be made, and so does the project', async () => {
  const path = await submitted()
  await told()
  await done(reject(path, 'The baseline has no measurements.'))
  const mails = await told()
  const owners = mails.filter(({ email }) => email === all.owner.email)
  expect(owners.map(({ template }) => template)).toEqual(['project-rejected'])
  const { body } = await all.registry.nobody.get(path)
  const [appeal] = body.moves as { move: string; until: string }[]
  expect(appeal).toMatchObject({ move: 'appeal-concept', until: expect.any(String) })
  const { genesis, publicUrl } = all.registry.services
  for (const [language, words] of [
    ['en', /You have the right to appeal\. Do so before .*\nThe step to take: appeal\n/],
    ['fr', /droit de faire appel/],
    ['es', /derecho a apelar/],
  ] as const) {
    const [mail] = owners
    if (!mail) throw new Error('the owner was told')
    const link = String(mail.params.link)
    const { subject, text } = messageOf({ genesis, publicUrl }, { ...mail, language, link, token: null })
    expect(text).toMatch(words)
    const year = appeal?.until.slice(0, 4) ?? ''
    for (const one of [subject, text]) expect(one).toContain(year)
    expect(`${subject}\n${text}`).not.toMatch(/\{\w+\}/)
  }
})

it('of moves within milliseconds whoever must act is told of the last, once', async () => {
  const path = await submitted()
  await told()
  const owner = all.owner.admin
  await done(all.officer.post(`${path}/moves`, { move: 'return-concept', reason: 'incomplete' }))
  await done(all.submit(owner, path, 'concept-note'))
  await done(all.move(owner, path, 'submit-concept'))
  await done(all.officer.post(`${path}/moves`, { move: 'return-concept', reason: 'incomplete' }))
  const mails = await told()
  const waits = mails.filter(({ template }) => template === 'project-waits')
  expect(waits.map(({ email }) => email)).toEqual([all.owner.email])
  // The next round is told anew.
  await done(all.submit(owner, path, 'concept-note'))
  await done(all.move(owner, path, 'submit-concept'))
  const officers = (await told()).filter(({ template }) => template === 'project-waits').map(({ email }) => email)
  expect(officers).toHaveLength(new Set(officers).size)
  expect(officers.length).toBeGreaterThan(1)
})
