import { execFileSync } from 'node:child_process'
import { hash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { paperRenderer } from '../paper/renderer.ts'
import { sample } from '../paper/samples.fixture.ts'
import { newAuthority, newPersonKey, PERSON_DAYS, revocationList } from './authority.ts'
import { partsOf, readDer } from './der.ts'
import { type CertifiedKey, pemOf } from './key.ts'
import { seal, unseal } from './secret.ts'
import { signPdf } from './sign.ts'
import { isVouchedFor, verifyPdf } from './verify.ts'

const AT = new Date('2026-11-23T09:00:00Z')
const DAY_MS = 86_400_000

let folder: string
let authority: CertifiedKey
let ada: CertifiedKey & { serial: string }
let ben: CertifiedKey & { serial: string }
let plain: Uint8Array
let once: Uint8Array
let twice: Uint8Array

const registry = { organisation: 'Registry of Testland', country: 'XT' }
const sign = (bytes: Uint8Array, key: CertifiedKey, field: string) =>
  signPdf(bytes, { key, authority: authority.certificate, at: AT, field, reason: `As ${field}` })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signing-'))
  const renderer = paperRenderer()
  plain = (await renderer.renderPdf(sample())).pdf
  renderer.close()
  authority = await newAuthority({ name: 'Signatures of Testland', ...registry }, AT)
  ada = await newPersonKey(authority, { name: 'Ada Núñez', organisation: 'Sun Ltd' }, AT)
  ben = await newPersonKey(authority, { name: 'Ben Okoye', organisation: 'Assessors' }, AT)
  once = await sign(plain, ada, 'owner')
  twice = await sign(once, ben, 'certifier')
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

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
    expect(Buffer.from(once).subarray(0, plain.length).equals(plain)).toBe(true)
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
    expect(verifyPdf(Buffer.from(wider, 'latin1')).signatures[0]?.isIntact).toBe(false)
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

/** Is the byte one of the zeros behind a signature, or the letter case of its digits? */
function isPadding(bytes: Uint8Array, at: number): boolean {
  const text = Buffer.from(bytes).toString('latin1')
  const start = text.lastIndexOf('<', at)
  return start >= 0 && /^<[0-9a-fA-F]*$/.test(text.slice(start, at))
}
