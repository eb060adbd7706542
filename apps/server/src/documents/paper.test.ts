import { readdirSync } from 'node:fs'
import { type Document, plain, TEMPLATE_LANGUAGES } from '@tallystick/templates'
import { expect, it } from 'vitest'
import { renderHtml } from '../platform/paper/html.ts'
import { type Printed, paperOf } from './paper.ts'
import { publicPart } from './public-part.ts'
import { EXAMPLES, example, templateNamed } from './written.fixture.ts'

const names = readdirSync(EXAMPLES).filter((name) => /^selu\.[a-z-]+\.json$/.test(name) && !name.includes('facts'))

function printed(document: Document, changes: Partial<Printed>): Printed {
  return {
    ...{ template: templateNamed(document.template), document, language: 'en', country: 'Exampleland' },
    ...{ timeZone: 'UTC', test: false, project: { title: 'Selu', reference: 'XT-001' } },
    ...{ at: '2026-01-01T00:00:00.000Z', version: null, withheld: [], whole: true },
    ...changes,
  }
}

it.each(names)('every field of %s stands on its paper, in each language', (name) => {
  const document = example(name)
  for (const language of TEMPLATE_LANGUAGES) {
    const paper = paperOf(printed(document, { language }))
    const said = JSON.stringify(paper.sections)
    for (const section of plain(templateNamed(document.template), document, language)) {
      expect(said).toContain(JSON.stringify(section.title).slice(1, -1))
      for (const { label } of section.fields) expect(said).toContain(JSON.stringify(label).slice(1, -1))
    }
    expect(paper).toMatchObject({ watermark: expect.any(String), direction: language === 'ar' ? 'rtl' : 'ltr' })
    expect(renderHtml(paper).text).toContain('paper-mark')
  }
})

it.each(names)('what is not public of %s is on no paper for strangers', (name) => {
  const document = example(name)
  const { document: open, withheld } = publicPart(templateNamed(document.template), document)
  const paper = JSON.stringify(paperOf(printed(open, { whole: false, withheld })).sections)
  const secrets = JSON.stringify(document).match(/[\w.]+@[\w-]+\.example|\+000 [\d ]+\d/g) ?? []
  expect(secrets.length).toBeGreaterThan(0)
  for (const secret of secrets) {
    expect(JSON.stringify(open)).not.toContain(secret)
    expect(paper).not.toContain(secret)
  }
})
