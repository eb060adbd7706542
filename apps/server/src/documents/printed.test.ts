import { readdirSync } from 'node:fs'
import { type Document, plain } from '@tallystick/templates'
import { afterAll, describe, expect, it } from 'vitest'
import type { Paper } from '../platform/paper/paper.ts'
import { pagesOf, poppler } from '../platform/paper/poppler.fixture.ts'
import { paperRenderer } from '../platform/paper/renderer.ts'
import { PAPER_LANGUAGES, type PaperLanguage } from '../platform/paper/words.ts'
import { paperOf } from './paper.ts'
import { crowdedIn, missingIn, wantedOf } from './printed.fixture.ts'
import { EXAMPLES, example, templateNamed } from './written.fixture.ts'

const renderer = paperRenderer({ timeoutMs: 100_000 })
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
})
