import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { beginFeed, type Feeding, feedEntries } from '../platform/mail/feed.ts'
import { done } from '../registry.fixture.ts'

let all: Article6
let feeding: Feeding
const warned: string[] = []

beforeAll(async () => {
  all = await article6()
  const { services } = all.registry
  feeding = { services, language: 'en', log: { info: () => undefined, warn: (text) => void warned.push(text) } }
  await beginFeed(services.pool)
})
afterAll(() => all?.registry.close())

/** Who was told what since the last time, each as `template address`; an officer is one of both. */
async function told(): Promise<string[]> {
  while ((await feedEntries(feeding)) > 0);
  const { rows } = await all.registry.services.pool.query<{ template: string; email: string }>(
    "DELETE FROM content_mail WHERE cause LIKE 'entry:%' RETURNING template, email",
  )
  return rows.map(({ template, email }) => `${template} ${email.split('@')[0]}`).toSorted()
}

it('tells whoever must act next of a monitoring period, and its owners', async () => {
  const { owner, officer, certifier, submit, move } = all
  const days = { from: '2023-01-01', to: '2023-12-31' }
  const { id } = await done(owner.admin.post(`/national/projects/${all.project}/periods`, days))
  const path = `/national/periods/${id}`
  // The owner has opened it, and knows that a report is awaited.
  expect(await told()).toEqual([])
  await done(submit(owner.admin, path, 'monitoring-report'))
  await done(move(owner.admin, path, 'submit-report'))
  expect(await told()).toEqual(expect.arrayContaining(['project-waits officer', 'project-waits second']))
  await done(move(officer, path, 'return-report'))
  // Whoever must act is told once.
  expect(await told()).toEqual(['project-waits sunfield'])
  await done(submit(owner.admin, path, 'monitoring-report'))
  await done(move(owner.admin, path, 'submit-report'))
  await done(move(officer, path, 'publish-report'))
  await told()
  await done(all.assign('verification', certifier))
  // The period waited for that: another officer can go on with it.
  const assigned = ['certifier-assigned assessors', 'certifier-named sunfield', 'project-waits second']
  expect(await told()).toEqual(expect.arrayContaining(assigned))
  await done(move(officer, path, 'begin-verification'))
  const begun = await told()
  expect(begun).toEqual(expect.arrayContaining(['project-waits assessors', 'period-moved sunfield']))
  expect(begun.filter((one) => one.endsWith('rivals'))).toEqual([])
  const finding = await done(certifier.admin.post(`${path}/findings`, { kind: 'CL', text: 'Which meter?' }))
  expect(await told()).toEqual(['finding-answer sunfield'])
  await done(owner.admin.post(`${path}/findings/${finding.id}/answers`, { text: 'The second one.' }))
  expect(await told()).toEqual(expect.arrayContaining(['finding-assess assessors']))
  expect(warned).toEqual([])
})
