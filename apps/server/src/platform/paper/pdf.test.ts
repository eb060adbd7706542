import { createHash } from 'node:crypto'
import fc from 'fast-check'
import decodeQR from 'qr/decode.js'
import { afterAll, describe, expect, it } from 'vitest'
import type { Printed, Standard } from './compile.ts'
import { certificatesIn, everyKind } from './every-kind.fixture.ts'
import type { Paper, Span } from './paper.ts'
import { pagesOf, pictureOf, poppler, tool } from './poppler.fixture.ts'
import { paperRenderer } from './renderer.ts'
import { across, arabic, hindi, russian, sample, upright } from './samples.fixture.ts'

const renderer = paperRenderer({ workers: 1, timeoutMs: 100_000 })
afterAll(() => renderer.close())
const print = (paper: Paper, standard?: Standard): Promise<Printed> => renderer.renderPdf(paper, standard)
const hash = ({ pdf }: Printed) => createHash('sha256').update(pdf).digest('hex')

const all = everyKind().map(([, paper]) => paper)

const wordsOf = (printed: Printed) => tool('pdftotext', printed, 'FILE', 'OUT')
const flat = (text: string) => text.replace(/\s+/g, ' ')

describe('a paper as PDF', () => {
  it('keeps to PDF/A-2b, and to PDF/A-3b where it has attachments; the compiler checks it', async () => {
    for (const paper of all) {
      const metadata = Buffer.from((await print(paper)).pdf).toString('latin1')
      expect(metadata, paper.title).toContain(`<pdfaid:part>${paper.attachments ? 3 : 2}</pdfaid:part>`)
      expect(metadata).toContain('<pdfaid:conformance>B</pdfaid:conformance>')
    }
  })

  it('keeps to PDF/UA-1 as well: tagged, with a title, a language and no heading left out', async () => {
    for (const paper of all) expect((await print(paper, 'ua-1')).pages).toBeGreaterThan(0)
    const drafts = { watermark: 'Draft', banner: 'Test', contents: true }
    expect((await print(sample(drafts), 'ua-1')).pages).toBeGreaterThan(1)
    const steps = [
      { title: 'a', level: 3 as const, blocks: [] },
      { title: 'b', level: 1 as const, blocks: [upright] },
    ]
    expect((await print(sample({ sections: steps }), 'ua-1')).pages).toBe(1)
  })

  it('keeps to it where tables break over pages under a watermark', async () => {
    const line = { block: 'paragraph', text: 'A line.' } as const
    for (let lines = 12; lines < 34; lines += 4) {
      const blocks = [...Array.from({ length: lines }, () => line), upright]
      expect((await print(sample({ watermark: 'Draft', sections: [{ title: 'T', blocks }] }), 'ua-1')).pages).toBe(2)
    }
  })

  it('has the same bytes for the same paper, in another process, after other papers', async () => {
    const other = paperRenderer({ workers: 1 })
    try {
      const first = hash(await print(sample()))
      await other.renderPdf(arabic())
      expect(hash(await other.renderPdf(structuredClone(sample())))).toBe(first)
      expect(hash(await other.renderPdf(sample({ made: '2026-11-23T08:30:01Z' })))).not.toBe(first)
    } finally {
      other.close()
    }
  })

  it('tells where signatures go', async () => {
    const { slots, pages } = await print(sample())
    expect(slots.map(({ id }) => id)).toEqual(['developer', 'certifier'])
    for (const { page, x, y, width, height } of slots) {
      expect(page).toBe(pages)
      expect(x + width).toBeLessThan(595)
      expect(y + height).toBeLessThan(842)
      expect(width).toBeGreaterThan(150)
    }
  })

  it('has certificates on one page', async () => {
    for (const paper of Object.values(certificatesIn('en'))) expect((await print(paper)).pages, paper.over).toBe(1)
  })

  it('refuses attachments that are named like paths', async () => {
    for (const name of ['../../etc/passwd', '/x', '.hidden', 'a/b', 'a b', 'x'.repeat(99), '']) {
      const file = { name, media: 'text/plain', description: '', bytes: Buffer.from('x') }
      await expect(print(sample({ attachments: [file] })), name).rejects.toThrow('attachment')
    }
  })
})

describe.skipIf(!poppler)('what others read in the PDF', () => {
  it('is each value and each text', async () => {
    const text = flat(wordsOf(await print(sample())))
    const wanted = [
      'Salt Lake solar plant',
      'about 41,000 tonnes of CO₂e',
      'AMS-I.D, version 18.0',
      'XT-ITMO-1-042-2024-0-1201-1450',
    ]
    const more = [
      '12.3456, −45.6789',
      'Amara Diallo · Sunfield Power Ltd',
      '✓ Signed with a key of one’s own (AES)',
      'Page 1 of 4',
    ]
    for (const one of [...wanted, ...more, '215,990', 'Quality control of row 12, as measured']) {
      expect(flat(text).replace(/\s/g, '')).toContain(one.replace(/\s/g, ''))
    }
    for (const row of upright.rows) for (const cell of row.cells) expect(text).toContain(String(cell))
  })

  it('is text in other scripts', async () => {
    expect(wordsOf(await print(russian()))).toContain('Солнечная электростанция')
    expect(flat(wordsOf(await print(russian())))).toContain('Ελληνικά')
    expect(flat(wordsOf(await print(arabic())))).toContain('XT-ITMO-1-042-2024-0-1201-1450')
    expect(wordsOf(await print(arabic()))).toMatch(/محطة/)
    expect(wordsOf(await print(hindi()))).toContain('साल्ट')
  })

  it('repeats the head of a table on each page that it reaches', async () => {
    const long = await print(sample({ sections: [{ title: 'T', blocks: [across(9, 80)] }] }))
    expect(long.pages).toBeGreaterThan(3)
    expect(wordsOf(long).match(/Quality control\s/g)?.length).toBeGreaterThanOrEqual(long.pages - 1)
  })

  it('is the files inside', async () => {
    const { retirement } = certificatesIn('en')
    const printed = await print(retirement ?? sample())
    const listed = tool('pdfdetach', printed, '-list', 'FILE')
    expect(listed).toContain('2 embedded files')
    expect(listed).toMatch(/: certificate-318\.json$/m)
    expect(tool('pdfdetach', printed, '-save', '1', '-o', 'OUT', 'FILE')).toBe('{"entry":"…"}')
  })

  it('is the title, and that it is tagged', async () => {
    const info = tool('pdfinfo', await print(sample()), 'FILE')
    expect(info).toMatch(/Title:\s+Salt Lake solar plant\n/)
    expect(info).toMatch(/Tagged:\s+yes/)
    expect(info).toMatch(/A4/)
    expect(info).toMatch(/JavaScript:\s+no/)
  })

  it('is the page that checks it, in the code at its foot', async () => {
    const printed = await print(sample())
    for (const page of [1, 3]) {
      // Three lines of text, then three bytes for each pixel.
      const picture = pictureOf(printed, '-r', '200', '-f', `${page}`, '-l', `${page}`)
      const [, width, height] = /^P6\n(\d+) (\d+)\n255\n/.exec(picture.toString('latin1', 0, 30)) ?? []
      const data = picture.subarray(picture.length - 3 * Number(width) * Number(height))
      expect(decodeQR({ width: Number(width), height: Number(height), data })).toBe(sample().foot.check)
    }
  })

  it('is what people wrote, never what it would mean to the typesetter', async () => {
    const hostile = '#eval("1+1") $x^2$ `raw` *bold* _it_ @ref <lab> \\ // c /* */ #{panic()} #read("/paper.json")'
    const printed = await print(sample({ ...everywhere(hostile), watermark: hostile }))
    const times = flat(wordsOf(printed)).split('#eval("1+1") $x^2$ `raw` *bold* _it_ @ref').length - 1
    expect(times).toBeGreaterThan(6)
    expect(flat(wordsOf(printed))).not.toMatch(/#eval\("1\+1"\) x2/)
  })
})

/** A text in each place of a paper. */
function everywhere(text: string): Partial<Paper> {
  const spans: Span[] = [
    { text, bold: true },
    { text, italic: true, mono: true },
    { text, link: true },
  ]
  const short = text.slice(0, 200)
  return {
    title: short,
    over: short,
    lead: short,
    banner: short,
    status: { word: short, tone: 'sun' },
    head: { registry: short, authority: short, addressee: [short] },
    facts: [{ label: short, value: text }],
    foot: { id: short, version: short, sha256: short, check: short },
    sections: [
      {
        number: short,
        title: text.slice(0, 2000),
        blocks: [
          { block: 'paragraph', text: spans },
          { block: 'list', items: [text] },
          { block: 'values', items: [{ label: short, value: text }] },
          {
            block: 'table',
            caption: short,
            columns: [{ title: short }, { title: '' }],
            rows: [{ cells: [text, [{ text: short, mono: true }]] }],
          },
          { block: 'signatures', slots: [{ id: short, role: short, name: short, signed: [short] }] },
        ],
      },
    ],
  }
}

describe('hostile text', () => {
  it.each([
    ['markup', '#import "x" #let x = 1; $ ` * _ = - + / @ < > \\ [ ] { } ~ -- --- ... https://a.b'],
    ['control characters', Array.from({ length: 160 }, (_, code) => String.fromCharCode(code)).join('x')],
    ['overrides of direction', 'abc \u202Eevil\u202C \u2067x \u2066 y\u2069\u2069\u2068 \u200f'],
    ['emoji', '👨‍👩‍👧‍👦 🏳️‍🌈 ☠️ 1️⃣ 🇰🇪'],
    ['piles of marks', `Z${'\u0335\u0321\u0334'.repeat(80)} हिन्दी\u0301 عربي\u0301 \u0915\u200d\u094d a\u094d \u0301`],
    ['half characters', 'x\ud800y\udfffz\ud83d'],
    ['scripts that we have no type for', '中文字符 日本語 ไทย ខ្មែរ አማርኛ'],
    ['private and unassigned', '\ue000\uf8ff\u{10ffff}\ufffe\uffff\u0378'],
    ['ligatures and signs', 'ﷺ ﷽ \u06dd123 ٣٤٥ لله ـــ र्क्ष्म्य \u094d\u093f\u0902 ﬁ'],
    ['lines', 'a\n\n\nb\r\nc\u2028d\te\u0085'],
    ['a long token', 'x'.repeat(5000)],
    ['long words of Arabic', 'سلام'.repeat(1000)],
    ['nothing', ''],
    ['spaces', '   '],
  ])('of %s is set, from the left and from the right', async (_, text) => {
    for (const direction of ['ltr', 'rtl'] as const) {
      const language = direction === 'ltr' ? 'en' : 'ar'
      const watermark = text.slice(0, 40)
      expect((await print(sample({ ...everywhere(text), language, direction, watermark }))).pages).toBeGreaterThan(0)
    }
  })

  it.each([
    ['letters', 'x'.repeat(100_000)],
    ['words', 'to '.repeat(33_333)],
    ['letters of Arabic', 'سلام'.repeat(25_000)],
    ['new lines', '\n'.repeat(100_000)],
  ])('of a hundred thousand characters is set: %s', async (_, text) => {
    const printed = await print(sample({ sections: [{ title: 'T', blocks: [{ block: 'paragraph', text }] }] }))
    expect(printed.pages).toBeGreaterThan(10)
  })

  it('of any other kind is set in PDF/A and in PDF/UA', async () => {
    const odd = [
      'عربي',
      'हिन्दी',
      '\u0301\u094d\u064b',
      '\u200d',
      '\u2068',
      '\u2069',
      '😀',
      '中',
      '\n',
      '-/.',
      '०٣',
      '\u0600',
      '\u115f\u3164',
    ]
    const piece = fc.oneof(
      fc.constantFrom(...odd),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ maxLength: 6 }),
    )
    const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''))
    const forms = fc.constantFrom<[Paper['direction'], Standard]>(
      ['ltr', 'a-2b'],
      ['rtl', 'a-2b'],
      ['ltr', 'ua-1'],
      ['rtl', 'ua-1'],
    )
    const property = fc.asyncProperty(text, forms, async (one, [direction, standard]) => {
      const paper = sample({ ...everywhere(one), direction, watermark: one })
      expect((await print(paper, standard)).pages).toBeGreaterThan(0)
    })
    await fc.assert(property, { numRuns: 60 })
  })

  it.skipIf(!poppler)('of many short lines goes on with the next page', async () => {
    const text = Array.from({ length: 68 }, (_, line) => `${line % 10}`).join('\n')
    const paragraphs = text.split('\n').map((one) => ({ block: 'paragraph' as const, text: one }))
    for (const value of [text, paragraphs]) {
      const table = { block: 'table', columns: [{ title: 'a' }], rows: [{ cells: [value] }] } as const
      const values = { block: 'values', items: [{ label: 'b', value }] } as const
      const pages = pagesOf(await print(sample({ sections: [{ title: 'T', blocks: [values, table] }] })))
      const lines = pages.flatMap(({ words }) => words.filter((word) => /^\d$/.test(word.text) && word.bottom < 780))
      expect(lines.length).toBeGreaterThanOrEqual(2 * 68)
    }
  })

  it('cannot name a language that is none', async () => {
    await expect(print(sample({ language: '#eval' }))).rejects.toThrow()
    expect((await print(sample({ language: 'und' }))).pages).toBe(4)
    expect((await print(sample({ language: 'zh-Hant-TW' }))).pages).toBe(4)
    expect((await print(sample({ language: 'es-419' }))).pages).toBe(4)
  })
})
