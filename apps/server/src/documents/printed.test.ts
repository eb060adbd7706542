import { readdirSync } from 'node:fs'
import { type Document, plain } from '@tallystick/templates'
import { afterAll, describe, expect, it } from 'vitest'
import type { Block, Paper } from '../platform/paper/paper.ts'
import { pagesOf, poppler } from '../platform/paper/poppler.fixture.ts'
import { paperRenderer } from '../platform/paper/renderer.ts'
import { PAPER_LANGUAGES, type PaperLanguage } from '../platform/paper/words.ts'
import { paperOf } from './paper.ts'
import { crowdedIn, missingIn, wantedOf } from './printed.fixture.ts'
import { EXAMPLES, example, templateNamed } from './written.fixture.ts'

const renderer = paperRenderer({ timeoutMs: 100_000, queue: 200 })
afterAll(() => renderer.close())

const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
const PAGE = 'https://a.example/page'
const FINAL = { number: 3, sha256: SHA256, index: 2950, by: 'Selu Solar Ltd', inForce: true, check: PAGE }

function paperIn(document: Document, language: PaperLanguage): Paper {
  return paperOf({
    ...{ template: templateNamed(document.template), document, language, country: 'Exampleland', timeZone: 'UTC' },
    ...{ test: false, project: { title: 'Selu', reference: 'XT-001' }, at: '2026-01-01T00:00:00.000Z' },
    ...{ version: FINAL, withheld: [], whole: true },
  })
}

async function lookedAt(document: Document, language: PaperLanguage, change = (paper: Paper) => paper) {
  const sections = plain(templateNamed(document.template), document, language)
  const paper = paperIn(document, language)
  const { pdf } = await renderer.renderPdf(change(paper))
  const pages = pagesOf({ pdf })
  const missing = missingIn(pages, paper, wantedOf(sections, paper))
  return { missing, crowded: crowdedIn(pages), metadata: Buffer.from(pdf).toString('latin1') }
}

/** The paper as often as it has texts, facts and rows, each time without one of them. */
function lessOne(paper: Paper): Paper[] {
  return paper.sections.flatMap((section, at) =>
    section.blocks.flatMap((block, nth) => {
      const put = (other: Block): Paper => {
        const blocks = section.blocks.with(nth, other)
        return { ...paper, sections: paper.sections.with(at, { ...section, blocks }) }
      }
      if (block.block === 'values')
        return block.items.map((_, i) => put({ ...block, items: block.items.toSpliced(i, 1) }))
      if (block.block === 'table') return block.rows.map((_, i) => put({ ...block, rows: block.rows.toSpliced(i, 1) }))
      return [put({ block: 'paragraph', text: '' })]
    }),
  )
}

const names = readdirSync(EXAMPLES).filter((name) => /^[a-z]+\.[a-z-]+\.json$/.test(name) && !name.includes('facts'))

describe.skipIf(!poppler)('each document of the example projects, as PDF', () => {
  it('is of nine kinds and three projects', () => {
    expect(names).toHaveLength(27)
  })

  it.each(names)('%s has every label and every value in each language, within its pages', async (name) => {
    const document = example(name)
    await Promise.all(
      PAPER_LANGUAGES.map(async (language) => {
        const { missing, crowded, metadata } = await lookedAt(document, language)
        expect({ language, missing, crowded }).toEqual({ language, missing: [], crowded: [] })
        expect(metadata).toContain('<pdfaid:part>2</pdfaid:part>')
      }),
    )
  })

  it.each(['en', 'ar'] as const)('and where one is missing, in %s, it is not said to be there', async (language) => {
    const document = example('selu.issuance.json')
    const papers = lessOne(paperIn(document, language)).filter((_, at) => at % 4 === (language === 'en' ? 0 : 2))
    expect(papers.length).toBeGreaterThanOrEqual(10)
    const found = await Promise.all(papers.map((paper) => lookedAt(document, language, () => paper)))
    expect(found.filter(({ missing }) => missing.length === 0)).toEqual([])
  })

  it('nor is another number taken for it', async () => {
    const document = example('selu.issuance.json')
    for (const language of ['en', 'ar'] as const) {
      const { missing } = await lookedAt(document, language, (paper) =>
        JSON.parse(JSON.stringify(paper).replaceAll('57,375', '57,875')),
      )
      expect(missing).toEqual([expect.stringContaining('57,375')])
    }
  })
})
