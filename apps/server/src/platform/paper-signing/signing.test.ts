import { execFileSync } from 'node:child_process'
import { hash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PDF } from '@libpdf/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SlotPlace } from '../paper/compile.ts'
import type { Paper } from '../paper/paper.ts'
import { paperRenderer } from '../paper/renderer.ts'
import { sample } from '../paper/samples.fixture.ts'
import { newAuthority, newPersonKey, PERSON_DAYS, revocationList } from './authority.ts'
import { partsOf, readDer } from './der.ts'
import { type CertifiedKey, pemOf } from './key.ts'
import { isOnlySigned } from './revisions.ts'
import { seal, unseal } from './secret.ts'
import { fieldSize, signPdf, withFields } from './sign.ts'
import { isVouchedFor, verifyPdf } from './verify.ts'

const AT = new Date('2026-11-23T09:00:00Z')
const DAY_MS = 86_400_000

let folder: string
let authority: CertifiedKey
let ada: CertifiedKey & { serial: string }
let ben: CertifiedKey & { serial: string }
let plain: Uint8Array
let stamp: Uint8Array
let place: SlotPlace[]
/** With empty fields. */
let open: Uint8Array
let once: Uint8Array
let twice: Uint8Array

const registry = { organisation: 'Registry of Testland', country: 'XT' }
const sign = (bytes: Uint8Array, key: CertifiedKey, field: string, shown?: Uint8Array) =>
  signPdf(bytes, { key, authority: authority.certificate, at: AT, field, reason: `As (${field})`, name: 'A', shown })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signing-'))
  const renderer = paperRenderer()
  const set = await renderer.renderPdf(sample())
  plain = set.pdf
  place = set.slots.slice(0, 2)
  stamp = (await renderer.renderPdf(stampOf('Ada Núñez'))).pdf
  renderer.close()
  authority = await newAuthority({ name: 'Signatures of Testland', ...registry }, AT)
  ada = await newPersonKey(authority, { name: 'Ada Núñez', organisation: 'Sun Ltd' }, AT)
  ben = await newPersonKey(authority, { name: 'Ben Okoye', organisation: 'Assessors' }, AT)
  const [one, other] = place
  if (!one || !other) throw new Error('the sample has two places')
  open = await withFields(plain, [
    { ...one, id: 'owner', title: 'For the owner' },
    { ...other, id: 'certifier', title: 'For the certifier' },
  ])
  once = await sign(open, ada, 'owner', stamp)
  twice = await sign(once, ben, 'certifier', stamp)
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A paper as small as the place of a signature. */
function stampOf(name: string): Paper {
  const [{ width, height } = { width: 0, height: 0 }] = place
  return {
    ...{ kind: 'document', language: 'en', direction: 'ltr', made: AT.toISOString(), stamp: { width, height } },
    ...{ over: 'Sun Ltd', title: name, lead: 'Signed with a key of one’s own (AES), 23 Nov 2026, 09:00' },
    ...{ head: { registry: '' }, facts: [], sections: [], foot: { id: '' } },
  }
}

/** What a tool of strangers says of a file: poppler's `pdfsig`. */
function pdfsig(bytes: Uint8Array): string {
  const file = join(folder, `${randomBytes(8).toString('hex')}.pdf`)
  writeFileSync(file, bytes)
  return execFileSync('pdfsig', ['-nocert', file], { encoding: 'utf8' })
}

describe('two people sign one after the other', () => {
  it('pdfsig finds both signatures valid, and the second covers the whole file', () => {
    const told = pdfsig(twice)
    expect(told.match(/Signature Validation: Signature is Valid\./g)).toHaveLength(2)
    expect(told.match(/ETSI\.CAdES\.detached/g)).toHaveLength(2)
    expect(told.match(/Not total document signed/g)).toHaveLength(1)
    expect(told).toContain('Signer Certificate Common Name: Ada Núñez')
    expect(told).toContain('Signature Field Name: certifier')
    expect(told).toContain('Signing Hash Algorithm: SHA-256')
  })

  it('nothing that was there is touched: the first still covers its revision', () => {
    expect(Buffer.from(once).subarray(0, open.length).equals(open)).toBe(true)
    expect(Buffer.from(open).subarray(0, plain.length).equals(plain)).toBe(true)
    expect(Buffer.from(twice).subarray(0, once.length).equals(once)).toBe(true)
    const { signatures, isWhole } = verifyPdf(twice)
    expect(isWhole).toBe(true)
    expect(signatures.map(({ name, serial, covers, isIntact }) => ({ name, serial, covers, isIntact }))).toEqual([
      { name: 'Ada Núñez', serial: ada.serial, covers: once.length, isIntact: true },
      { name: 'Ben Okoye', serial: ben.serial, covers: twice.length, isIntact: true },
    ])
  })

  it('a PDF without signatures is not whole, and neither is what follows on the last one', () => {
    expect(verifyPdf(plain)).toEqual({ signatures: [], isWhole: false })
    const longer = Buffer.concat([twice, Buffer.from('%%EOF\n')])
    expect(verifyPdf(longer)).toMatchObject({ isWhole: false, signatures: [{ isIntact: true }, { isIntact: true }] })
  })

  it('each is seen in its place, by name; the paper still says that it is PDF/A', async () => {
    const file = join(folder, 'seen.pdf')
    writeFileSync(file, twice)
    const { page = 0, x = 0, y = 0, width = 0, height = 0 } = place[0] ?? {}
    const area = { '-f': page, '-l': page, '-x': x, '-y': y, '-W': width, '-H': height }
    const words = Object.entries(area).flatMap(([name, value]) => [name, String(Math.round(value))])
    const text = execFileSync('pdftotext', [...words, file, '-'], { encoding: 'utf8' })
    expect(text).toContain('Ada Núñez')
    expect(text).toContain('(AES)')
    expect(Buffer.from(twice).toString('latin1')).toContain('<pdfaid:part>2</pdfaid:part>')
    // No font that is not in the file.
    const fonts = execFileSync('pdffonts', [file], { encoding: 'utf8' }).trim().split('\n').slice(2)
    expect(fonts.length).toBeGreaterThan(0)
    expect(fonts.filter((line) => !/ yes (yes|no ) (yes|no) /.test(line))).toEqual([])
    // What PDF/A asks of forms: nothing is drawn anew, each field has a look and is printed.
    const added = Buffer.from(twice).subarray(plain.length).toString('latin1')
    expect(added).not.toMatch(/NeedAppearances|XFA|\/AA\b|JavaScript|Helvetica/)
    const fields = added.match(/\/FT \/Sig\b[\s\S]*?endobj/g) ?? []
    expect(fields.length).toBeGreaterThanOrEqual(4)
    for (const one of fields) expect(one).toMatch(/\/F 132\b[\s\S]*\/AP <</)
    expect(await fieldSize(twice, 'owner')).toMatchObject({ width: expect.closeTo(width, 2) })
    expect(await fieldSize(twice, 'poet')).toBeUndefined()
  })

  it('reads why and who beside the certificate', async () => {
    const { PDF, PdfDict } = await import('@libpdf/core')
    const pdf = await PDF.load(twice)
    const field = pdf
      .getForm()
      ?.getFields()
      .find(({ name }) => name === 'owner')
    const details = field?.acroField().get('V', (ref) => pdf.getObject(ref))
    if (!(details instanceof PdfDict)) throw new Error('the field is signed')
    expect([details.getString('Name')?.asString(), details.getString('Reason')?.asString()]).toEqual([
      'A',
      'As (owner)',
    ])
  })

  it('a field is signed once', async () => {
    await expect(sign(twice, ben, 'owner')).rejects.toThrow('already signed')
  })
})

describe('attacks', () => {
  it('no bit that a signature covers can be changed', () => {
    const [, second] = verifyPdf(twice).signatures
    fc.assert(
      fc.property(fc.nat(twice.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = Uint8Array.from(twice)
        changed[at] = (changed[at] ?? 0) ^ mask
        const { signatures, isWhole } = verifyPdf(changed)
        const others = signatures.filter(({ isIntact }) => isIntact).map(({ covers }) => covers)
        // Within the padding behind a signature nothing is said.
        if (isWhole) return isPadding(twice, at)
        return at >= once.length || !others.includes(second?.covers ?? 0)
      }),
      { numRuns: 150 },
    )
  })

  it('pdfsig agrees on a changed page', () => {
    const changed = Uint8Array.from(twice)
    changed[600] = (changed[600] ?? 0) ^ 1
    expect(pdfsig(changed)).not.toContain('Signature is Valid')
  })

  it('a signature does not move to another file', async () => {
    const other = Buffer.from(plain)
    const tail = Buffer.from(once).subarray(plain.length)
    const forged = Buffer.concat([other, tail])
    forged[500] = (forged[500] ?? 0) ^ 1
    expect(verifyPdf(forged).signatures[0]?.isIntact).toBe(false)
  })

  it('ranges that leave out more than the place of the signature are none', () => {
    const text = Buffer.from(once).toString('latin1')
    const wider = text.replace(/\/ByteRange\s*\[\s*0 (\d+)/, (whole, end: string) =>
      whole.replace(end, `${Number(end) - 10}`.padStart(end.length, '0')),
    )
    expect(verifyPdf(Buffer.from(wider, 'latin1'))).toEqual({ signatures: [], isWhole: false })
  })

  it('nothing but signatures may stand between signatures', async () => {
    expect(await isOnlySigned(once)).toBe(true)
    expect(await isOnlySigned(twice)).toBe(true)
    expect(await isOnlySigned(open)).toBe(false)
    // One who signs where no field was left is nowhere to be seen.
    const unseen = await sign(once, ben, 'guest')
    expect(await isOnlySigned(unseen)).toBe(true)
    expect(pdfsig(unseen).match(/Signature is Valid/g)).toHaveLength(2)
  })

  it.each(Object.entries(CHANGES))(
    'a revision that changes %s is found out, though every signature is valid',
    async (_, change) => {
      const changed = await changedPdf(once, change)
      // At the end: then the last signature does not cover it. Before another signature: then pdfsig finds all valid.
      expect(verifyPdf(changed)).toMatchObject({ isWhole: false, signatures: [{ isIntact: true }] })
      expect(await isOnlySigned(changed)).toBe(false)
      const covered = await sign(changed, ben, 'certifier')
      expect(verifyPdf(covered).isWhole).toBe(true)
      expect(pdfsig(covered).match(/Signature is Valid/g)).toHaveLength(2)
      expect(await isOnlySigned(covered)).toBe(false)
    },
  )

  it('words that look like a signature are none, and keep nobody from signing', async () => {
    const words = '/Type /Sig /ByteRange [0 840 960 240] /Contents <00>'
    const renderer = paperRenderer()
    const { pdf, slots } = await renderer.renderPdf({ ...sample(), title: words, over: words })
    renderer.close()
    expect(Buffer.from(pdf).toString('latin1')).toContain('/ByteRange [0 840')
    const fields = slots.map((slot) => ({ ...slot, title: words }))
    const { privateKey, certificate } = await newPersonKey(
      authority,
      { name: words.slice(0, 60), organisation: 'Sun' },
      AT,
    )
    const [{ id } = { id: '' }] = slots
    const signed = await signPdf(await withFields(pdf, fields), {
      ...{
        key: { privateKey, certificate },
        authority: authority.certificate,
        at: AT,
        field: id,
        reason: words,
        name: words,
      },
      shown: stamp,
    })
    expect(verifyPdf(signed)).toMatchObject({ isWhole: true, signatures: [{ isIntact: true }] })
    expect(await isOnlySigned(signed)).toBe(true)
    expect(pdfsig(signed)).toContain('Signature is Valid')
  })

  it('a revision whose table does not go back to the one before is found out', async () => {
    const text = Buffer.from(twice).toString('latin1')
    const at = text.lastIndexOf('/Prev ')
    const forged =
      text.slice(0, at) + text.slice(at).replace(/\/Prev (\d)/, (_, digit) => `/Prev ${digit === '1' ? '2' : '1'}`)
    expect(await isOnlySigned(Buffer.from(forged, 'latin1'))).toBe(false)
  })

  it('a signature of another paper does not hold behind this one', async () => {
    const [{ covers = 0 } = {}] = verifyPdf(once).signatures
    const other = Buffer.from(open)
    other[1_000] = (other[1_000] ?? 0) ^ 1
    const moved = Buffer.concat([other, Buffer.from(once).subarray(open.length, covers)])
    expect(verifyPdf(moved).signatures[0]?.isIntact).toBe(false)
    expect(await isOnlySigned(moved)).toBe(false)
    expect(pdfsig(moved)).not.toContain('Signature is Valid')
  })

  it('a certificate that names itself is not vouched for, nor one that is over', async () => {
    const stranger = await newAuthority({ name: 'Signatures of Testland', ...registry }, AT)
    const forged = await newPersonKey(stranger, { name: 'Ada Núñez', organisation: 'Sun Ltd' }, AT)
    const later = new Date(AT.getTime() + (PERSON_DAYS + 1) * DAY_MS)
    expect(isVouchedFor(ada.certificate, authority.certificate, AT)).toBe(true)
    expect(isVouchedFor(forged.certificate, authority.certificate, AT)).toBe(false)
    expect(isVouchedFor(ada.certificate, authority.certificate, later)).toBe(false)
    expect(isVouchedFor(authority.certificate, ada.certificate, AT)).toBe(false)
    expect(isVouchedFor(new Uint8Array(40), authority.certificate, AT)).toBe(false)
  })

  it('bytes that are no DER are read as nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const read = readDer(bytes)
        return read === undefined || read.whole.length <= bytes.length
      }),
    )
    expect(readDer(Buffer.from('3080', 'hex'))).toBeUndefined()
    expect(partsOf({ content: Buffer.from('0401', 'hex') })).toBeUndefined()
  })
})

describe('keys', () => {
  it('openssl reads the chain and the list of what was revoked', async () => {
    const list = await revocationList(authority, [{ serial: ben.serial, at: AT }], AT)
    const file = (name: string, bytes: string | Uint8Array) => {
      writeFileSync(join(folder, name), bytes)
      return join(folder, name)
    }
    const [ca, person] = [file('ca.pem', pemOf(authority.certificate)), file('ada.pem', pemOf(ada.certificate))]
    const openssl = (...words: string[]) => execFileSync('openssl', words, { encoding: 'utf8' })
    const at = `${AT.getTime() / 1000 + 60}`
    expect(openssl('verify', '-attime', at, '-CAfile', ca, person)).toContain('OK')
    const told = openssl('crl', '-inform', 'DER', '-in', file('list.crl', list), '-noout', '-text')
    expect(told.toLowerCase()).toContain(ben.serial)
    expect(told.toLowerCase()).not.toContain(ada.serial)
  })

  it('what is sealed opens with the same secret in the same place only', () => {
    const secret = hash('sha256', 'secret', 'buffer')
    const sealed = seal(secret, 'key 1', ada.privateKey)
    expect(unseal(secret, 'key 1', sealed)).toEqual(Buffer.from(ada.privateKey))
    expect(unseal(secret, 'key 2', sealed)).toBeUndefined()
    expect(unseal(hash('sha256', 'other', 'buffer'), 'key 1', sealed)).toBeUndefined()
    expect(unseal(secret, 'key 1', sealed.subarray(0, 10))).toBeUndefined()
    expect(Buffer.from(sealed).includes(Buffer.from(ada.privateKey).subarray(0, 16))).toBe(false)
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), (at) => {
        const changed = Uint8Array.from(sealed)
        changed[at] = (changed[at] ?? 0) ^ 1
        return unseal(secret, 'key 1', changed) === undefined
      }),
    )
  })
})

type Change = (pdf: PDF, library: typeof import('@libpdf/core')) => void

/** What others might do to a signed paper in an update of their own. */
const CHANGES: Record<string, Change> = {
  'what stands on a page': (pdf, { PdfStream }) => {
    const words = new PdfStream([], Buffer.from('q 0 0 200 200 re f Q'))
    pdf.getPage(0)?.dict.set('Contents', pdf.register(words))
  },
  'what lies over a page': (pdf, { PdfArray, PdfDict, PdfName, PdfNumber }) => {
    const rect = new PdfArray([0, 0, 300, 300].map((one) => PdfNumber.of(one)))
    const note = PdfDict.of({ Type: PdfName.of('Annot'), Subtype: PdfName.of('Square'), Rect: rect })
    pdf.getPage(0)?.dict.set('Annots', new PdfArray([pdf.register(note)]))
  },
  'which pages there are': (pdf) => pdf.removePage(0),
  'what a signature shows': (pdf, { PdfDict, PdfStream }) => {
    const field = pdf
      .getForm()
      ?.getFields()
      .find(({ name }) => name === 'owner')
    field?.acroField().set('AP', PdfDict.of({ N: pdf.register(new PdfStream([], Buffer.from('q Q'))) }))
  },
  'where a signature stands': (pdf, { PdfArray, PdfNumber }) => {
    const field = pdf
      .getForm()
      ?.getFields()
      .find(({ name }) => name === 'certifier')
    field?.acroField().set('Rect', new PdfArray([0, 0, 500, 500].map((one) => PdfNumber.of(one))))
  },
  'what happens when it is opened': (pdf, { PdfDict, PdfName, PdfString }) => {
    const script = PdfDict.of({ S: PdfName.of('JavaScript'), JS: PdfString.fromString('app.alert(1)') })
    pdf.getCatalog().set('OpenAction', pdf.register(script))
  },
}

async function changedPdf(bytes: Uint8Array, change: Change): Promise<Uint8Array> {
  const library = await import('@libpdf/core')
  const pdf = await library.PDF.load(Uint8Array.from(bytes))
  change(pdf, library)
  return pdf.save({ incremental: true })
}

/** Is the byte one of the zeros behind a signature, or the letter case of its digits? */
function isPadding(bytes: Uint8Array, at: number): boolean {
  const text = Buffer.from(bytes).toString('latin1')
  const start = text.lastIndexOf('<', at)
  return start >= 0 && /^<[0-9a-fA-F]*$/.test(text.slice(start, at))
}
