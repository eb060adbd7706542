import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../../../tests/support/log-files.ts'
import { carriedIn, MOST_PDF_BYTES } from './certificate-pdf.ts'
import { runVerify } from './run.ts'

const CERTIFICATE = '{"entry":"e30=","openings":[],"facts":{}}'
const PROOF = 'c2sp.org/tlog-proof@v1\nindex 1\n'

/** An attached file as a PDF has it. */
function attached(
  content: string | Uint8Array,
  more = '',
  length: string | number = Buffer.byteLength(content),
): Buffer {
  const head = `7 0 obj\n<<\n  /Length ${length}\n  /Type /EmbeddedFile\n  ${more}\n>>\nstream\n`
  return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\nendstream\nendobj\n')])
}

function pdf(...parts: (string | Uint8Array)[]): Buffer {
  return Buffer.concat([Buffer.from('%PDF-1.7\n'), ...parts.map((part) => Buffer.from(part))])
}

const both = [attached(CERTIFICATE), attached(PROOF)]
const whole = { certificate: CERTIFICATE, proof: PROOF }

test('reads the two attached files, packed or not, by either way to state a length', () => {
  const packed = (text: string, filter = '/Filter /FlateDecode') => attached(deflateSync(text), filter)
  expect(carriedIn(pdf(...both))).toEqual(whole)
  expect(carriedIn(pdf(packed(PROOF), packed(CERTIFICATE, '/Filter [ /FlateDecode ]')))).toEqual(whole)
  expect(carriedIn(pdf(attached(CERTIFICATE, '', '9 0 R'), attached(PROOF)))).toMatchObject({ proof: PROOF })
  // What is no certificate may be attached, and what was attached twice the same is one.
  expect(carriedIn(pdf(...both, attached('a letter'), ...both))).toEqual(whole)
})

test('names what is missing, doubled, or cannot be read', () => {
  const bomb = deflateSync(Buffer.alloc(50_000_000))
  const cases: [code: string, file: Buffer, said: RegExp][] = [
    ['attachment-missing', pdf(), /^No certificate/],
    ['attachment-missing', pdf('/Names << /EmbeddedFiles << >> >>'), /^No certificate/],
    ['attachment-missing', pdf(attached(CERTIFICATE)), /^No proof/],
    ['attachment-missing', pdf(attached(PROOF)), /^No certificate/],
    ['attachment-doubled', pdf(...both, attached(CERTIFICATE.replace('[]', '[ ]'))), /^2 certificates/],
    ['attachment-doubled', pdf(...both, attached(`${PROOF}\n`)), /^2 proofs/],
    ['attachment-unreadable', pdf(...both, attached(bomb, '/Filter /FlateDecode')), /more than 1048576 bytes/],
    ['attachment-unreadable', pdf(...both, attached(Buffer.alloc(1_048_577))), /more than 1048576 bytes/],
    ['attachment-unreadable', pdf(...both, attached('x', '/Filter /FlateDecode')), /not whole/],
    ['attachment-unreadable', pdf(...both, attached('x', '/Filter [/ASCIIHexDecode /FlateDecode]')), /packed/],
    ['attachment-unreadable', pdf(...both, attached('x', '', 999_999)), /no end/],
    ['attachment-unreadable', pdf(...both, '1 0 obj << /Type /EmbeddedFile >>'), /no beginning/],
    ['attachment-unreadable', pdf(...Array.from({ length: 101 }, () => attached('x'))), /more than 100 attachments/],
    ['attachment-unreadable', Buffer.alloc(MOST_PDF_BYTES + 1), /PDF has more than/],
  ]
  for (const [code, file, said] of cases) {
    const found = carriedIn(file)
    expect(found, `${said}`).toMatchObject({ code, message: expect.stringMatching(said) })
  }
})

test('no bytes make it fail otherwise, or take long', () => {
  const pieces = [
    '/Type',
    '/EmbeddedFile',
    ' obj',
    'stream\n',
    'endstream',
    '/Length 3',
    '<<',
    ' '.repeat(5000),
    '/Filter',
  ]
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string())), (parts) => {
      const found = carriedIn(pdf(...parts))
      expect('proof' in found || found.code.startsWith('attachment-')).toBe(true)
    }),
  )
  const begun = performance.now()
  carriedIn(pdf('/Type '.repeat(5_000_000)))
  carriedIn(pdf('/Type /EmbeddedFile obj '.repeat(1_000_000)))
  expect(performance.now() - begun).toBeLessThan(20_000)
})

test('a PDF is given alone, and what is wrong with it is a finding', async () => {
  const file = join(await scratchFolder(), 'x.pdf')
  await writeFile(file, pdf(attached(PROOF)))
  const found = await runVerify(['--certificate', file])
  expect(found).toMatchObject({ exitCode: 1, report: { pdf: true, findings: [{ code: 'attachment-missing' }] } })
  expect(found.text).toContain('WRONG: 1 finding.')
  expect(await runVerify(['--certificate', file, '--proof', file])).toMatchObject({ exitCode: 2 })
  await writeFile(file, CERTIFICATE)
  expect((await runVerify(['--certificate', file])).text).toMatch(/^--proof and --certificate go together/)
})
