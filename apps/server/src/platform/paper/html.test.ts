import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderHtml } from './html.ts'
import { certificateOfRetirement } from './letters/certificates.ts'
import { noObjection, retirement } from './letters/facts.fixture.ts'
import { letterOfNoObjection } from './letters/letters.ts'
import type { Paper } from './paper.ts'
import { arabic, sample } from './samples.fixture.ts'

const page = (paper: Paper) => renderHtml(paper).text

describe('a paper as a page', () => {
  it('is an article in its own language and direction, its headings in order', () => {
    expect(page(sample())).toMatch(/^<article class="paper document" lang="en" dir="ltr">/)
    expect(page(arabic())).toContain('lang="ar" dir="rtl"')
    expect(page(sample()).match(/<h1>/g)).toHaveLength(1)
    expect(page(sample())).toContain('<h2><span class="paper-number">A</span> Description of the project</h2>')
    expect(page(sample())).toContain('<h3><span class="paper-number">A.1</span> Purpose</h3>')
  })

  it('says the same as the PDF', () => {
    const text = page(sample()).replace(/<[^>]+>/g, '')
    for (const one of [
      '12.3456, −45.6789',
      '215,990',
      'XT-ITMO-1-042-2024-0-1201-1450',
      'Jun Tanaka',
      'Monitoring plan',
    ]) {
      expect(text).toContain(one)
    }
    expect(page(sample())).toContain('<dt>Previous registration</dt><dd>—</dd>')
    expect(page(sample())).toContain('<strong>about 41,000 tonnes of CO₂e</strong>')
  })

  it('has tables whose cells say of which column they are', () => {
    expect(page(sample())).toContain('<th scope="col" class="end">Baseline</th>')
    expect(page(sample())).toContain('<td data-column="Baseline" class="end">44000</td>')
    expect(page(sample())).toContain('<tr class="total">')
    expect(page(sample())).toContain('<caption>Monitoring plan</caption>')
  })

  it('keeps numbers and names from the left in one piece on a page from the right', () => {
    expect(page(arabic())).toContain('<dd><bdi dir="ltr">12.3456, −45.6789</bdi></dd>')
    expect(page(arabic())).toContain('<bdi dir="ltr">−1,211</bdi>')
    expect(page(sample())).not.toContain('<bdi dir')
  })

  it('shows to whom a letter is, and what a certificate carries', () => {
    expect(page(letterOfNoObjection(noObjection, 'en'))).toContain('Lake County Cooperative')
    expect(page(certificateOfRetirement(retirement, 'en'))).toContain('<code>certificate-318.json</code>')
    expect(page(letterOfNoObjection(noObjection, 'fr'))).toContain(
      '<a href="https://registry.example.org/check/C-000318">',
    )
  })

  it('says first that it is a draft', () => {
    expect(page(sample({ watermark: 'Draft' }))).toContain('<p class="paper-mark">Draft</p>')
  })

  it('has no markup but ours, whatever was written', () => {
    const evil = '<script>alert(1)</script>"\' onload=x &amp; </td> \u202e javascript:alert(1)'
    const foot = { id: evil, check: 'javascript:alert(1)', sha256: evil, version: evil }
    const hostile = sample({ title: evil, over: evil, lead: [{ text: evil, link: true }], watermark: evil, foot })
    const facts = [{ label: evil, value: evil }]
    const text = page({ ...hostile, facts, head: { registry: evil, authority: evil } })
    expect(text).not.toContain('<script')
    expect(text).not.toMatch(/href="javascript/)
    expect(text).not.toContain('\u202e')
    expect(text).not.toContain('"\' onload')
  })

  it('has elements that all close, whatever was written', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 })
    fc.assert(
      fc.property(text, text, text, (title, value, cell) => {
        const blocks = [
          { block: 'values', items: [{ label: title, value }] },
          { block: 'table', columns: [{ title: value }], rows: [{ cells: [cell] }] },
          { block: 'list', items: [[{ text: cell, bold: true, italic: true, mono: true, link: true }]] },
        ] as const
        const found = page(sample({ title, lead: value, sections: [{ title: cell, blocks }] }))
        const tags = found.match(/<\/?[a-z0-9]+/g) ?? []
        const open: string[] = []
        for (const tag of tags) {
          if (['<br', '<img', '<path'].includes(tag)) continue
          if (tag.startsWith('</')) expect(open.pop()).toBe(tag.replace('/', ''))
          else open.push(tag)
        }
        expect(open).toEqual([])
      }),
    )
  })
})
