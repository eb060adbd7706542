import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../../../tests/support/log-files.ts'
import { objectsOf, pdfOf, rewritten, streamObject, updated } from '../../../../tests/support/pdf.ts'
import { carriedIn, MOST_PDF_BYTES } from './certificate-pdf.ts'
import { runVerify } from './run.ts'

const CERTIFICATE = '{"entry":"e30=","openings":[],"facts":{}}'
const FORGED = '{"entry":"e30=","openings":[],"facts":{"quantity":"91000"}}'
const PROOF = 'c2sp.org/tlog-proof@v1\nindex 1\n'
const whole = { certificate: CERTIFICATE, proof: PROOF }

interface Parts {
  /** Of the catalog, besides its attachments. */
  catalog?: string
  names?: string
  af?: string
  page?: string
  /** What is there besides, numbered from 4 + two for each file. */
  more?: readonly (string | Buffer)[]
}

/** A PDF as the registry makes it: catalog 1, pages 2, page 3, then of each attached file its stream and its description. */
function withFiles(files: readonly Buffer[], { catalog = '', names, af, page = '', more = [] }: Parts = {}): Buffer {
  const described = files.flatMap((file, index) => {
    const at = 4 + 2 * index
    return [file, `<< /Type /Filespec /F (${index}.json) /UF (${index}.json) /EF << /F ${at} 0 R /UF ${at} 0 R >> >>`]
  })
  const refs = files.map((_, index) => `${5 + 2 * index} 0 R`)
  const listed = names ?? refs.map((ref, index) => `(${index}.json) ${ref}`).join(' ')
  const tree = `/Names << /EmbeddedFiles << /Names [${listed}] >> >> /AF [${af ?? refs.join(' ')}]`
  const pages = ['<< /Type /Pages /Count 1 /Kids [3 0 R] >>', `<< /Type /Page /Parent 2 0 R ${page} >>`]
  return pdfOf([`<< /Type /Catalog /Pages 2 0 R ${tree} ${catalog} >>`, ...pages, ...described, ...more], 1)
}

const both = [streamObject(CERTIFICATE), streamObject(PROOF)]
const packed = (text: string | Buffer, filter = '/Filter /FlateDecode') => streamObject(deflateSync(text), filter)
const good = withFiles(both)

test('reads the two attached files, packed or not, with their type or without', () => {
  expect(carriedIn(good)).toEqual(whole)
  expect(carriedIn(withFiles([packed(PROOF), packed(CERTIFICATE, '/Filter [ /FlateDecode ]')]))).toEqual(whole)
  expect(carriedIn(withFiles([streamObject(CERTIFICATE, ''), streamObject(PROOF, '')]))).toEqual(whole)
  expect(carriedIn(rewritten(good, (object) => object))).toEqual(whole)
})

test('names what is missing, doubled, or cannot be read', () => {
  const cases: [code: string, file: Buffer, said: RegExp][] = [
    ['attachment-missing', withFiles([]), /^No certificate/],
    ['attachment-missing', pdfOf(['<< /Type /Catalog >>'], 1), /^No certificate/],
    ['attachment-missing', withFiles(both.slice(0, 1)), /^No proof/],
    ['attachment-missing', withFiles(both.slice(1)), /^No certificate/],
    ['attachment-doubled', withFiles([...both, streamObject(FORGED)]), /^2 certificates/],
    ['attachment-doubled', withFiles([...both, streamObject(CERTIFICATE)]), /^2 certificates/],
    ['attachment-doubled', withFiles([...both, streamObject(`${PROOF}\n`)]), /^2 proofs/],
    ['attachment-unreadable', withFiles([...both, packed(Buffer.alloc(50_000_000))]), /more than 1048576 bytes/],
    ['attachment-unreadable', withFiles([...both, streamObject(Buffer.alloc(1_048_577))]), /more than 1048576 bytes/],
    ['attachment-unreadable', withFiles([...both, streamObject('x', '/Filter /FlateDecode')]), /not whole/],
    [
      'attachment-unreadable',
      withFiles([...both, streamObject('x', '/Filter [/ASCIIHexDecode /FlateDecode]')]),
      /packed/,
    ],
    ['attachment-unreadable', withFiles([...both, streamObject('x', '/F (elsewhere.json)')]), /packed/],
    ['attachment-unreadable', withFiles([...both, Buffer.from('<< /Type /EmbeddedFile >>')]), /no beginning/],
    [
      'attachment-unreadable',
      withFiles(Array.from({ length: 101 }, () => streamObject('x'))),
      /more than 100 attachments/,
    ],
    ['attachment-unreadable', Buffer.alloc(MOST_PDF_BYTES + 1), /PDF has more than/],
  ]
  for (const [code, file, said] of cases) {
    expect(carriedIn(file), `${said}`).toMatchObject({ code, message: expect.stringMatching(said) })
  }
})

const forged = streamObject(FORGED, '')
const text = (pdf: Buffer) => pdf.toString('latin1')
const bytes = (pdf: string) => Buffer.from(pdf, 'latin1')
/** Changes bytes to as many others, so that every place stays. */
const swapped = (from: string | RegExp, to: string) => bytes(text(good).replace(from, to))

/** The table of objects as a stream, and that in the trailer of a table, for those who read the one or the other. */
function withTableInStream(hybrid: boolean): Buffer {
  const at = good.length
  const entries = Buffer.alloc(7)
  entries.writeUInt8(1, 0)
  entries.writeUInt32BE(at, 1)
  const own = streamObject(entries, '/Type /XRef /W [1 4 2] /Index [4 1] /Size 9 /Root 1 0 R')
  const table = Buffer.concat([bytes('9 0 obj\n'), own, bytes('\nendobj\n')])
  const object = Buffer.concat([bytes('4 0 obj\n'), forged, bytes('\nendobj\n')])
  const place = at + object.length
  const trailer = `xref\n0 0\ntrailer\n<< /Size 9 /Root 1 0 R /XRefStm ${place} >>\n`
  const end = `startxref\n${hybrid ? place + table.length : place}\n%%EOF\n`
  return Buffer.concat([good, object, table, bytes(hybrid ? trailer + end : end)])
}

const FORGERIES: [what: string, file: Buffer, said: RegExp][] = [
  ['a later version with other streams', updated(good, { 4: streamObject(FORGED) }), /behind its end/],
  ['a later version with streams without their type', updated(good, { 4: forged }), /behind its end/],
  ['a later version of a description', updated(good, { 5: '<< /EF << /F 8 0 R >> >>', 8: forged }), /behind its end/],
  ['a later version of the catalog', updated(good, { 1: '<< /Type /Catalog /Pages 2 0 R >>' }), /behind its end/],
  ['a later version whose table is a stream', withTableInStream(false), /behind its end/],
  ['two tables for two kinds of programs', withTableInStream(true), /behind its end/],
  ['a whole file behind another', Buffer.concat([good, withFiles([forged, streamObject(PROOF)])]), /behind its end/],
  ['a word behind the end', Buffer.concat([good, bytes('%%EOF\n')]), /behind its end/],
  ['an earlier version named in the trailer', pdfOf(objectsOf(good).objects, 1, '/Prev 9'), /Prev/],
  ['a second table named in the trailer', pdfOf(objectsOf(good).objects, 1, '/XRefStm 9'), /XRefStm/],
  ['what is encrypted', pdfOf(objectsOf(good).objects, 1, '/Encrypt 3 0 R'), /Encrypt/],
  ['an object twice', swapped('6 0 obj', '4 0 obj'), /object 4 twice/],
  ['an object that the table does not name', withHidden(bytes('99 0 obj\n<< >>\nendobj\n')), /another|leaves out/],
  [
    'a table that leads into a stream',
    swapped(/(\d{10}) 00000 n (?=\n(\d{10} 00000 n \n){3}trailer)/, '0000000333 00000 n '),
    /another place of object 4/,
  ],
  ['an object of another generation', swapped(/00000 n/, '00001 n'), /another place of object 1/],
  ['an end that names another table', bytes(text(good).replace(/startxref\n\d/, 'startxref\n9')), /another table/],
  [
    'objects in a stream',
    withFiles(both, { more: [streamObject('4 0 << >>', '/Type /ObjStm /N 1 /First 4')] }),
    /hidden/,
  ],
  [
    'a stream that looks like a file',
    withFiles(both, { more: [streamObject('q\n4 0 obj\n<< >>\nendobj', '')] }),
    /hidden/,
  ],
  ['a text that looks like a file', withFiles(both, { more: ['(\n4 0 obj\n)'] }), /more than one line/],
  ['what is said in a comment', withFiles(both, { page: '%\n' }), /cannot be read/],
  ['a key twice', withFiles(both, { catalog: '/Names << >>' }), /Names twice/],
  ['a key twice, once in disguise', withFiles(both, { catalog: '/N#61mes << >>' }), /Names twice/],
  ['a length that is kept elsewhere', withFiles([...both, streamObject('x', '', '3 0 R')]), /length/],
  ['a length that is another', withFiles([...both, streamObject('x', '', '999999')]), /no end/],
  [
    'two contents in one description',
    rewritten(withFiles(both, { more: [forged] }), (_, of) => bytes(of.replace('/UF 4 0 R', '/UF 8 0 R'))),
    /two contents/,
  ],
  [
    'two names of one file',
    withFiles(both, { names: '(a) 5 0 R (b) 5 0 R (c) 7 0 R', af: '5 0 R 5 0 R 7 0 R' }),
    /two names/,
  ],
  [
    'names that branch',
    rewritten(good, (_, of) => bytes(of.replace('/EmbeddedFiles <<', '/EmbeddedFiles << /Kids []'))),
    /no list/,
  ],
  ['other files in /AF', withFiles(both, { af: '7 0 R' }), /AF/],
  ['a third file', withFiles([...both, streamObject('a letter')]), /besides/],
  [
    'a third file that is JSON for others',
    withFiles([...both, streamObject(Buffer.from(`\ufeff${FORGED}`, 'utf16le'))]),
    /besides/,
  ],
  [
    'a file that only a page names',
    withFiles(both, { more: [forged, '<< /Type /Filespec /EF << /F 8 0 R >> >>'] }),
    /another place/,
  ],
  ['the same in disguise', withFiles(both, { more: [forged, '<< /E#46 << /F 8 0 R >> >>'] }), /another place/],
  [
    'a note on a page with a file',
    withFiles(both, { page: '/Annots [<< /Subtype /FileAttachment /FS 5 0 R >>]' }),
    /to a page/,
  ],
]

function withHidden(object: Buffer): Buffer {
  const table = text(good).lastIndexOf('xref\n0')
  const moved = text(good)
    .slice(table)
    .replace(/startxref\n\d+/, `startxref\n${table + object.length}`)
  return Buffer.concat([good.subarray(0, table), object, bytes(moved)])
}

test.each(FORGERIES)('refuses %s, by name', (_what, file, said) => {
  expect(carriedIn(file)).toMatchObject({ code: 'pdf-changed', message: expect.stringMatching(said) })
})

test('whatever is put into it or changed, what is wrong has a name', () => {
  fc.assert(
    fc.property(
      fc.nat(good.length),
      fc.nat(30),
      fc.oneof(fc.string(), fc.constantFrom(text(forged), '4 0 obj', '%%EOF')),
      (at, left, put) => {
        const found = carriedIn(bytes(text(good).slice(0, at) + put + text(good).slice(at + left)))
        if ('code' in found) expect(found.code).toMatch(/^(attachment-|pdf-changed)/)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('no bytes make it fail otherwise, or take long', () => {
  const pieces = [
    '/Type',
    '/EF',
    '1 0 obj',
    'stream\n',
    'endstream',
    '/Length 3',
    '<<',
    '>>',
    '[',
    '(',
    ' '.repeat(5000),
    'xref\n0 1\n',
  ]
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string())), (parts) => {
      expect(carriedIn(bytes(`%PDF-1.7\n1 0 obj\n${parts.join('')}`))).toMatchObject({ code: 'pdf-changed' })
    }),
  )
  const begun = performance.now()
  for (const one of ['[', '<<', '(', '/A ', '1 ', ' ', '\n1', '(\\', '<< /A ', '1 0 R ']) {
    carriedIn(bytes(`%PDF-1.7\n1 0 obj\n${one.repeat(30_000_000 / one.length)}`))
  }
  carriedIn(withFiles([streamObject('\n1'.repeat(5_000_000)), streamObject('\n 1 2 '.repeat(2_000_000))]))
  expect(performance.now() - begun).toBeLessThan(30_000)
}, 60_000)

test('a PDF is given alone, and what is wrong with it is a finding', async () => {
  const file = join(await scratchFolder(), 'x.pdf')
  await writeFile(file, withFiles(both.slice(1)))
  const found = await runVerify(['--certificate', file])
  expect(found).toMatchObject({ exitCode: 1, report: { pdf: true, findings: [{ code: 'attachment-missing' }] } })
  expect(found.text).toContain('WRONG: 1 finding.')
  await writeFile(file, updated(good, { 4: forged }))
  expect(await runVerify(['--certificate', file])).toMatchObject({
    exitCode: 1,
    report: { findings: [{ code: 'pdf-changed' }] },
  })
  expect(await runVerify(['--certificate', file, '--proof', file])).toMatchObject({ exitCode: 2 })
  await writeFile(file, CERTIFICATE)
  expect((await runVerify(['--certificate', file])).text).toMatch(/^--proof and --certificate go together/)
})
