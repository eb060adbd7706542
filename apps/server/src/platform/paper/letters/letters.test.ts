import { describe, expect, it } from 'vitest'
import type { Labelled, Paper, Value } from '../paper.ts'
import { wordsOf } from '../plain.ts'
import { PAPER_LANGUAGES, type PaperLanguage } from '../words.ts'
import {
  certificateOfCancellation,
  certificateOfIssuance,
  certificateOfRegistration,
  certificateOfRetirement,
} from './certificates.ts'
import * as given from './facts.fixture.ts'
import type { Issued } from './issued.ts'
import { letterOfAuthorisation, letterOfNoObjection, letterOfObjection, letterOfRevocation } from './letters.ts'

type Make = (changes: Partial<Issued>, language: PaperLanguage) => Paper
const makers: Record<string, Make> = {
  'no objection': (changes, language) => letterOfNoObjection({ ...given.noObjection, ...changes }, language),
  objection: (changes, language) => letterOfObjection({ ...given.objection, ...changes }, language),
  authorisation: (changes, language) => letterOfAuthorisation({ ...given.authorised, ...changes }, language),
  revocation: (changes, language) => letterOfRevocation({ ...given.revoked, ...changes }, language),
  registration: (changes, language) => certificateOfRegistration({ ...given.registration, ...changes }, language),
  issuance: (changes, language) => certificateOfIssuance({ ...given.issuance, ...changes }, language),
  retirement: (changes, language) => certificateOfRetirement({ ...given.retirement, ...changes }, language),
  cancellation: (changes, language) => certificateOfCancellation({ ...given.retirement, ...changes }, language),
}

const words = (value: Value = ''): string => wordsOf(value)
const factWords = ({ label, value }: Labelled): string => `${label} ${wordsOf(value)}`

/** Everything that a paper says. */
function said({ over, title, lead, facts, sections, head }: Paper): string {
  const blocks = sections.flatMap((section) => [
    section.title ?? '',
    ...section.blocks.map((block) => {
      if (block.block === 'paragraph') return words(block.text)
      if (block.block === 'table')
        return block.rows.map(({ cells }) => cells.map((cell) => words(cell)).join(' ')).join(' ')
      return block.block === 'signatures' ? block.slots.map(({ name }) => name).join(' ') : ''
    }),
  ])
  return [over, title, words(lead), ...facts.map(factWords), ...(head.facts ?? []).map(factWords), ...blocks].join('\n')
}

describe.each(Object.entries(makers))('a paper on %s', (_, make) => {
  it.each(PAPER_LANGUAGES)('in %s says what it is about, under which entry, and how to check it', (language) => {
    const paper = make({}, language)
    const text = said(paper)
    expect(paper.language).toBe(language)
    expect(paper.direction).toBe(language === 'ar' ? 'rtl' : 'ltr')
    expect(text).toContain('Salt Lake solar plant')
    expect(text.replace(/[\s.,\u202f]/g, '')).toContain('2950')
    expect(text).toContain('example.org/xt/test')
    expect(text).toContain('Amina Odhiambo')
    expect(paper.foot.check).toContain('https://')
    expect(text).not.toMatch(/[{}]|undefined|null|NaN/)
    expect(paper.watermark).toBeUndefined()
  })

  it.each(PAPER_LANGUAGES)('in %s is a draft without an entry, and says so on each page', (language) => {
    const draft = make({ entry: null }, language)
    expect(draft.watermark).toBeTruthy()
    expect(draft.status?.tone).toBe('stone')
    expect(draft.sections[0]?.blocks[0]).toMatchObject({ block: 'paragraph', tone: 'warning' })
  })

  it.each(PAPER_LANGUAGES)('in %s says on each page what has overtaken it, and which entry', (language) => {
    const words = (['void', 'superseded', 'revoked', 'over', 'paused'] as const).map((how) => {
      const paper = make({ since: { how, index: 3001, at: '2026-12-01T10:00:00Z' } }, language)
      expect(said(paper).replace(/[\s.,\u202f]/g, '')).toContain('3001')
      expect(paper.watermark).toBe(paper.status?.word)
      return paper.watermark
    })
    expect(new Set(words).size).toBe(5)
  })

  it('is void where its entry was taken back', () => {
    const paper = make({ since: { how: 'void', index: 3001, at: '2026-12-01T10:00:00Z' } }, 'en')
    expect(paper).toMatchObject({ watermark: 'Void', status: { word: 'Void', tone: 'ember' } })
    expect(said(paper)).toContain('taken back by entry 3,001 on 1 December 2026')
  })

  it('of a test ledger says so', () => {
    expect(make({ test: true }, 'en').banner).toContain('TEST LEDGER')
  })

  it('is the same for the same facts', () => {
    expect(make({}, 'fr')).toEqual(make({}, 'fr'))
  })
})

describe('what papers say', () => {
  it('of an authorisation: quantity, purposes, first transfer, and what a change leaves alone', () => {
    const text = said(letterOfAuthorisation(given.authorised, 'en'))
    expect(text).toContain('at most 240,000 tonnes of CO₂e')
    expect(text).toContain('First transfer, for this authorisation, is the issuance of the units.')
    expect(text).toContain(
      'towards nationally determined contributions (NDC) and other international mitigation purposes',
    )
    expect(text).toContain('does not touch units that were first transferred before it')
    const { firstTransfer: _, ...rest } = given.authorised
    expect(said(letterOfAuthorisation(rest, 'en'))).toContain('is the first international transfer of the units.')
  })

  it('of an authorisation for use at home: nothing of Article 6 but that it is not authorised', () => {
    const text = said(letterOfAuthorisation({ ...given.authorised, purposes: [] }, 'en'))
    expect(text).toContain('No use under Article 6')
    expect(text).not.toContain('First transfer')
    expect(text).not.toMatch(/will apply a corresponding adjustment/)
  })

  it('of a change and a revocation: from when on, and why', () => {
    for (const print of [letterOfAuthorisation, letterOfRevocation]) {
      expect(said(print(given.revoked, 'en'))).toMatch(/With effect from 20 November 2026\nReason risk assessment/)
    }
    expect(said(letterOfRevocation(given.revoked, 'en'))).toContain('Nothing more is issued')
  })

  it('of an objection: the reasons as they were written, and until when an appeal may be made', () => {
    const text = said(letterOfObjection(given.objection, 'en'))
    expect(text).toContain('reason: not additional')
    expect(text).toContain('before carbon finance was considered')
    expect(text).toContain('until 23 December 2026')
    const { appeal: _, ...rest } = given.objection
    expect(said(letterOfObjection({ ...rest, reasons: [] }, 'en'))).not.toMatch(/appeal|Our reasons/)
  })

  it('of an issuance: each part, and a total that they add up to', () => {
    const text = said(certificateOfIssuance(given.issuance, 'en'))
    expect(text).toContain('Sunfield Power Ltd\u2069 holding 784 4,800 4,017')
    expect(text).toContain('Total    4,800')
  })

  it('of a retirement: for whom, and that nobody examined what the holder says', () => {
    const text = said(certificateOfRetirement(given.retirement, 'en'))
    expect(text).toContain('retired on 3 March 2026 for \u2068Harbour Ferries Ltd\u2069.')
    expect(text).toContain('The registry has not examined it')
    const { beneficiary: _, ...rest } = given.retirement
    expect(said(certificateOfRetirement(rest, 'en'))).toContain(
      'retired on 3 March 2026 by \u2068Green Port Trading\u2069.',
    )
    expect(said(certificateOfRetirement(rest, 'en'))).not.toContain('has not examined')
  })

  it('in one tonne and in many, in each language', () => {
    const title = (quantity: bigint, language: PaperLanguage) =>
      certificateOfRetirement({ ...given.retirement, quantity }, language).title
    expect(title(1n, 'en')).toBe('1 tonne of CO₂e, retired')
    expect(title(2n, 'fr')).toBe('Retrait de 2 tonnes d’éq. CO₂')
    expect(title(1_000_000n, 'es')).toBe('Retiro de 1.000.000 de toneladas de CO₂e')
    expect(title(3n, 'ar')).toContain('3 أطنان')
    expect(title(11n, 'ar')).toContain('11 طنا')
  })

  it('of names that turn the writing: nothing beside them is turned', () => {
    const evil = { ...given.retirement, beneficiary: 'Ltd \u202e.oC' }
    expect(said(certificateOfRetirement(evil, 'en'))).not.toContain('\u202e')
  })
})
