import { shippedPresets } from '@tallystick/rules'
import { TEMPLATE_LANGUAGES, type TemplateLanguage } from '@tallystick/templates'
import { beforeAll, describe, expect, test } from 'vitest'
import { testDatabase } from '../../support/database.ts'
import { type Driven, drive } from './drive.ts'

const ENDS = {
  simple: ['deregistered', 'deregistered', 'deregistered'],
  article6: ['closed', 'closed', 'closed'],
  'two-ministries': ['closed', 'closed', 'closed'],
}

/** What somebody had to do, and whose mail said so. */
const TOLD: [who: RegExp, subject: string][] = [
  [/^(ben|ines)@/, 'Approve or leave: a proposal'],
  [/^(amara|ines)@/, 'Take the next step for “Salt Lake solar plant”'],
  [/^paul@/, 'Begin your work on “Salt Lake solar plant”'],
  [/^mina@/, 'Begin your work on “Highland forest”'],
  [/^sara@/, 'Answer CAR'],
  [/^paul@/, 'Assess the answer to CAR'],
  [/^sara@/, 'Check your account: 6,000 credits were issued'],
  [/^lena@/, 'Check your account: '],
  [/^olu@/, 'Check your account: 2,500 credits from Sunfield Power have arrived'],
  [/^amara@/, 'Decide on a request for access'],
  [/^amara@/, 'Decide on a reported reversal: “Highland forest”'],
  [/^lena@/, 'Make good a loss: “Highland forest”'],
  [/^nia@/, 'Read the decision on “Hearth cookstove programme”'],
]

type Preset = (typeof shippedPresets)[number]

/** Papers are read in every language under one preset, which has every kind of document, and in one under the others. */
const LANGUAGES: Record<Preset, readonly TemplateLanguage[]> = {
  simple: ['en'],
  article6: TEMPLATE_LANGUAGES,
  'two-ministries': ['en'],
}

/** Templates of which each of the three projects has a document. */
const EVERY_KIND = [
  ...['AUTHORISATION-REQUEST@1', 'ENGAGEMENT@1', 'INF@1', 'ISSUANCE@1', 'MR@1', 'PDD@1', 'TRANSFER@1'],
  ...['VALIDATION@1', 'VERIFICATION@1'],
]

const lines = new Map<Preset, string[]>(shippedPresets.map((preset) => [preset, []]))
const drives = new Map<Preset, Driven>()

/** All at once, since most of a drive is waiting for mails. */
beforeAll(async () => {
  await Promise.all(
    shippedPresets.map(async (preset) => {
      const database = await testDatabase()
      try {
        const say = (line: string) => lines.get(preset)?.push(line)
        drives.set(preset, await drive(preset, say, { DATABASE_URL: database.url }, { languages: LANGUAGES[preset] }))
      } finally {
        await database.close()
      }
    }),
  )
}, 900_000)

describe.each(shippedPresets)('three projects under %s, over HTTP alone', (preset) => {
  let driven: Driven
  beforeAll(() => {
    driven = drives.get(preset) as Driven
  })

  test('go from their idea to their end', () => {
    expect(driven.ends).toEqual(ENDS[preset])
    expect(driven.requests).toBeGreaterThan(150)
  })

  test('carry documents of every kind, whose papers have every field and valid signatures', () => {
    const { papers, letters } = driven
    expect([...papers, ...letters].flatMap(({ faults }) => faults)).toEqual([])
    expect(letters.filter(({ kinds }) => kinds.length < 2)).toEqual([])
    for (const project of new Set(papers.map((one) => one.project))) {
      const templates = papers.filter((one) => one.project === project).flatMap(({ template }) => template ?? [])
      expect([...new Set(templates)].sort(), project).toEqual(EVERY_KIND)
    }
    expect(papers.filter(({ template, fields, found }) => template && (fields < 30 || found !== fields))).toEqual([])
    expect(papers.reduce((sum, { signed }) => sum + signed, 0)).toBeGreaterThan(30)
    expect(papers.reduce((sum, { valid }) => sum + valid, 0)).toBeGreaterThan(10)
  })

  test('leave a log that is whole, and attested as docs/rules.md says', () => {
    expect(driven.verdict).toBe('WHOLE')
    expect(driven.entries).toBeGreaterThan(150)
    expect(driven.attested.length).toBeGreaterThan(20)
    expect(driven.attested).toEqual(driven.documented)
  })

  test.each(TOLD)('tell %s: %s', (who, subject) => {
    const told = driven.mails.filter((mail) => who.test(mail.to) && mail.subject.startsWith(subject))
    expect(told, [...new Set(driven.mails.map((mail) => `${mail.to} ${mail.subject}`))].join('\n')).not.toEqual([])
  })

  test('print a line for each step: what was answered, who, and what', () => {
    const steps = (lines.get(preset) ?? []).filter((line) => /^ {2}\d/.test(line))
    expect(steps).toHaveLength(driven.requests)
    expect(steps.filter((line) => !/^ {2}(20[0-2]|403|409) {2}\S.{29,} \S/.test(line))).toEqual([])
  })
})
