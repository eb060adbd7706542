import { existsSync } from 'node:fs'
import type { IssuedPaper, Page } from '@tallystick/contract'
import { verifyCertificatePdf } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { parseVkey } from '@tallystick/tlog'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { lawInForce } from '../platform/law.ts'
import { done, ROOT_EMAIL } from '../registry.fixture.ts'
import { attachedTo, textOf } from './papers.fixture.ts'

const poppler = existsSync('/usr/bin/pdftotext')
const DAY_MS = 86_400_000

let all: Article6

beforeAll(async () => {
  all = await article6()
  await all.registry.publish()
})
afterAll(() => all.registry.close())

async function papersOf(project = all.project): Promise<IssuedPaper[]> {
  const answer = await done(all.registry.nobody.get(`/national/projects/${project}/papers`), 200)
  return (answer as unknown as Page<IssuedPaper>).items
}

async function checked({ pdf, entry }: IssuedPaper, language: string) {
  const answer = await all.registry.app.inject(`${pdf}?language=${language}`)
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200)
  const vkey = parseVkey(sha256Bytes, all.registry.services.genesis.key)
  const report = await verifyCertificatePdf({ pdf: answer.rawPayload, vkey })
  expect(report.proved?.index).toBe(entry.index)
  return { ...report, text: poppler ? textOf(answer.rawPayload) : '', pdf: answer.rawPayload }
}

const dayAfter = (at: string, days: number, language: string) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(Date.parse(at) + days * DAY_MS)

it('each decision that the preset says has a paper has one, and no other', async () => {
  const papers = await papersOf()
  expect(papers.map(({ kind }) => kind)).toEqual(['authorisation', 'registration', 'no-objection'])
  for (const paper of papers) {
    for (const language of ['en', 'fr', 'es', 'ar']) {
      expect(await checked(paper, language)).toMatchObject({
        outcome: 'whole',
        findings: [],
        facts: { title: 'Salt Lake' },
      })
    }
  }
})

it('no objection names the documents that it was decided on, and when it may lapse', async () => {
  const paper = (await papersOf()).find(({ kind }) => kind === 'no-objection')
  if (!paper) throw new Error('no letter')
  const { facts, text } = await checked(paper, 'en')
  expect(facts.documents).toMatch(/^no-objection-letter [0-9a-f]{64}$/)
  const [, sha256 = ''] = facts.documents?.split(' ') ?? []
  expect(paper.standing.state).toBe('stands')
  if (!poppler) return
  expect(text.replace(/\s/g, '')).toContain(sha256)
  expect(text).toContain('letter of no objection, version 1')
  expect(text).toContain(`by ${dayAfter(paper.entry.at, 730, 'en-GB')}`)
})

it('an authorisation for no use abroad promises no corresponding adjustment', async () => {
  const [paper] = await papersOf()
  if (!paper) throw new Error('no letter')
  const { text, facts } = await checked(paper, 'en')
  expect(facts).toMatchObject({ quantity: '100000', unitType: 'NCC' })
  expect(facts.purposes).toBeUndefined()
  if (poppler) expect(text).toMatch(/No use under Article 6.*no corresponding adjustment/)
})

it('an objection says until when an appeal may be made, and is over once one is', async () => {
  const { owner, officer } = all
  const { id } = await done(
    owner.admin.post('/national/projects', {
      ...{ title: 'Old dam', sectoralScope: '1', methodology: 'AMS-I.D' },
      owners: [{ account: owner.holding, share: '100' }],
    }),
  )
  const path = `/national/projects/${id}`
  await done(all.submit(owner.admin, path, 'concept-note'))
  await done(all.move(owner.admin, path, 'submit-concept'))
  await done(all.submit(officer, path, 'objection-letter'))
  const text = 'The dam was built in 1998, and paid for by 2010.'
  await done(officer.post(`${path}/moves`, { move: 'reject-concept', reason: 'not-additional', text }))
  await all.registry.publish()
  const [paper] = await papersOf(String(id))
  if (!paper) throw new Error('no letter')
  expect(paper).toMatchObject({ kind: 'objection', standing: { state: 'stands' } })
  const before = await checked(paper, 'fr')
  expect(before.facts).toMatchObject({ text, reason: 'not-additional', move: 'reject-concept' })
  if (poppler) expect(before.text).toContain(`au plus tard le ${dayAfter(paper.entry.at, 30, 'fr')}`)

  await done(all.submit(owner.admin, path, 'appeal'))
  const { entry } = await done(all.move(owner.admin, path, 'appeal-concept'))
  await all.registry.publish()
  expect((await papersOf(String(id)))[0]?.standing).toEqual({ state: 'over', by: entry })
  const after = await checked(paper, 'fr')
  // What it proves is the same: it was decided so.
  expect(after).toMatchObject({ outcome: 'whole', facts: before.facts })
  expect((await attachedTo(after.pdf)).certificate).toContain(before.facts.type)
  if (poppler) expect(after.text).toContain('Plus en vigueur')
})

it('what a paper is was decided by the preset of its day', async () => {
  const before = await papersOf()
  const { preset } = await lawInForce(all.registry.services.ledger)
  const moves = preset.project.moves.map(({ paper: _, ...move }) => move)
  const content = { ...preset, version: preset.version + 1, project: { ...preset.project, moves } }
  const root = await all.registry.signIn(ROOT_EMAIL)
  await all.approved(root.post('/national/law', { document: 'preset', content }))
  expect((await lawInForce(all.registry.services.ledger)).preset.project.moves.some(({ paper }) => paper)).toBe(false)
  expect(await papersOf()).toEqual(before)
})
