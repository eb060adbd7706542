import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../../article6.fixture.ts'
import { done, type Person } from '../../registry.fixture.ts'
import { beginFeed, type Feeding, feedEntries, feedProposals } from './feed.ts'

let all: Article6
let feeding: Feeding
const warned: string[] = []

beforeAll(async () => {
  all = await article6()
  const { services } = all.registry
  feeding = { services, language: 'en', log: { info: () => undefined, warn: (text) => void warned.push(text) } }
  await beginFeed(services.pool)
}, 120_000)
afterAll(() => all?.registry.close())

/** Who was told of what since the last time: each kind of mail with the organisations that got it. */
async function told(): Promise<Record<string, string[]>> {
  const { pool } = all.registry.services
  while ((await feedEntries(feeding)) + (await feedProposals(feeding)) > 0);
  const { rows } = await pool.query<{ template: string; organisation: string }>(
    `SELECT DISTINCT o.template, r.row ->> 'organisation' AS organisation
       FROM content_mail o JOIN content_mandate m ON m.user_id = o.user_id
       JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate WHERE o.reason IS DISTINCT FROM 'seen' ORDER BY 1, 2`,
  )
  await pool.query(`UPDATE content_mail SET reason = 'seen'`)
  const names = new Map([
    [all.owner.id, 'owner'],
    [all.certifier.id, 'certifier'],
    [all.rival.id, 'rival'],
    [all.registry.root.organisation, 'government'],
  ])
  const found = rows.map(({ template, organisation }) => ({ template, name: names.get(organisation) ?? organisation }))
  return Object.fromEntries(
    [...Map.groupBy(found, ({ template }) => template)].map(([template, group]) => [
      template,
      group.map(({ name }) => name).toSorted(),
    ]),
  )
}

it('each move of a project tells who must act next, and who waits', { timeout: 120_000 }, async () => {
  const owners = [{ account: all.owner.holding, share: '100' }]
  const asked = { title: 'Second', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const { id } = await done(all.owner.admin.post('/national/projects', asked))
  const path = `/national/projects/${id}`
  const paper = (who: Person, kind: string) => done(all.submit(who, path, kind))
  const step = (who: Person, name: string) => done(all.move(who, path, name))
  // Its owner's Admin has done it and knows what to do next.
  expect(await told()).toEqual({})
  await paper(all.owner.admin, 'concept-note')
  expect(await told()).toEqual({})
  await step(all.owner.admin, 'submit-concept')
  expect(await told()).toEqual({ 'project-waits': ['government'] })
  await step(all.officer, 'return-concept')
  // Who must act is not told of it besides.
  expect(await told()).toEqual({ 'project-waits': ['owner'] })
  await paper(all.owner.admin, 'concept-note')
  await step(all.owner.admin, 'submit-concept')
  await paper(all.officer, 'no-objection-letter')
  await told()
  await step(all.officer, 'approve-concept')
  expect(await told()).toEqual({ 'project-waits': ['owner'] })
  // What the owner must do has not changed by that, and he was told already.
  await done(all.officer.post(`${path}/certifiers`, { task: 'validation', organisation: all.certifier.id }))
  expect(await told()).toEqual({ 'certifier-assigned': ['certifier'], 'certifier-named': ['owner'] })
  await done(all.officer.post(`${path}/certifiers/release`, { task: 'validation', reason: 'ended' }))
  await told()
  for (const kind of ['project-design', 'consultation-report']) await paper(all.owner.admin, kind)
  await step(all.owner.admin, 'submit-design')
  expect(await told()).toMatchObject({ 'project-waits': ['government'] })
  await step(all.officer, 'publish-design')
  // For thirty days nobody can do anything.
  expect(await told()).toEqual({ 'project-moved': ['owner'] })
  await all.passDays(31)
  await done(all.officer.post(`${path}/certifiers`, { task: 'validation', organisation: all.certifier.id }))
  expect(await told()).toEqual({
    'certifier-assigned': ['certifier'],
    'project-waits': ['government', 'owner'],
  })
  await done(all.officer.post(`${path}/comments/bundle`))
  await paper(all.owner.admin, 'engagement-agreement')
  await told()
  await step(all.officer, 'begin-validation')
  expect(await told()).toEqual({ 'project-moved': ['owner'], 'project-waits': ['certifier'] })
  await paper(all.certifier.admin, 'validation-report')
  expect(await told()).toMatchObject({ 'document-submitted': ['owner'] })
  await step(all.certifier.admin, 'submit-validation')
  expect(await told()).toEqual({ 'project-moved': ['owner'], 'project-waits': ['government'] })
  await step(all.officer, 'accept-validation')
  expect(await told()).toEqual({ 'project-moved': ['certifier'], 'project-waits': ['owner'] })
  await paper(all.owner.admin, 'authorisation-request')
  await step(all.owner.admin, 'ask-authorisation')
  await told()
  await paper(all.officer, 'authorisation-letter')
  await all.approved(all.move(all.officer, path, 'authorise'))
  expect(await told()).toMatchObject({ 'project-moved': ['certifier', 'owner'], 'project-waits': ['government'] })
})

it('each move of a monitoring period does', { timeout: 60_000 }, async () => {
  const days = { from: '2023-01-01', to: '2023-12-31' }
  const { id } = await done(all.owner.admin.post(`/national/projects/${all.project}/periods`, days))
  const path = `/national/periods/${id}`
  await told()
  await done(all.submit(all.owner.admin, path, 'monitoring-report'))
  await done(all.move(all.owner.admin, path, 'submit-report'))
  expect(await told()).toEqual({ 'project-waits': ['government'] })
  await done(all.move(all.officer, path, 'publish-report'))
  expect(await told()).toEqual({ 'period-moved': ['owner'], 'project-waits': ['government'] })
  await done(all.assign('verification', all.rival))
  await told()
  await done(all.move(all.officer, path, 'begin-verification'))
  expect(await told()).toEqual({ 'period-moved': ['owner'], 'project-waits': ['rival'] })
  const { id: finding } = await done(
    all.rival.admin.post(`${path}/findings`, { kind: 'CL', section: null, text: 'Which meter?' }),
  )
  expect(await told()).toEqual({ 'finding-answer': ['owner'] })
  await done(all.owner.admin.post(`${path}/findings/${finding}/answers`, { text: 'This one.' }))
  expect(await told()).toEqual({ 'finding-assess': ['government', 'rival'] })
  expect(warned).toEqual([])
})
