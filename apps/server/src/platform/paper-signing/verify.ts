import { hash, verify, X509Certificate } from 'node:crypto'
import { type Der, oidOf, partsOf, readDer } from './der.ts'

/** A signature that was found in a PDF. */
export interface FoundSignature {
  /** Of the signer's certificate; empty where there is none. */
  name: string
  serial: string
  certificate: Uint8Array | undefined
  /** The bytes that it covers are as they were when it was made, by the key of the certificate. */
  isIntact: boolean
  /** How many bytes from the beginning it covers, its own place among them. */
  covers: number
}

/** What a PDF's signatures say of it. */
export interface VerifiedPdf {
  signatures: FoundSignature[]
  /** All are intact, each covers more than the one before, and nothing follows on what the last one covers. */
  isWhole: boolean
}

const RANGE = /\/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]/g
const MOST_SIGNATURES = 100
/** Characters from a range to the place that it leaves out. */
const MOST_BETWEEN = 20_000
const SHA256 = '2.16.840.1.101.3.4.2.1'
const SIGNED_DATA = '1.2.840.113549.1.7.2'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'

/**
 * Looks for signatures in a PDF, and judges each by the bytes alone: by another way than the one on which they were made. Whether
 * a certificate is to be believed is `isVouchedFor`.
 */
export function verifyPdf(bytes: Uint8Array): VerifiedPdf {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const ranges = [...text.matchAll(RANGE)].filter((range) => isBeforeIts(text, range)).slice(0, MOST_SIGNATURES)
  const signatures = ranges.map(([, ...numbers]) => signatureAt(bytes, numbers.map(Number)))
  const ends = signatures.map(({ covers }) => covers)
  const isWhole =
    signatures.length > 0 &&
    signatures.every(({ isIntact }) => isIntact) &&
    ends.every((end, at) => end > (ends[at - 1] ?? 0)) &&
    ends.at(-1) === bytes.length
  return { signatures, isWhole }
}

/**
 * Does a range stand in one object with the place that it leaves out, and before it? Else it is none of a signature, but words that
 * somebody wrote, such as a title. Nothing is lost by that: where the range of a signature was changed, no signature covers the file.
 */
function isBeforeIts(text: string, { 0: range, 2: before, index }: RegExpExecArray): boolean {
  const between = text.slice(index + range.length, Math.min(Number(before), index + MOST_BETWEEN))
  return /\/Contents\s*$/.test(between) && !between.includes('endobj')
}

/** Did the authority make out this certificate, and was it good at that instant? */
export function isVouchedFor(certificate: Uint8Array, authority: Uint8Array, at: Date): boolean {
  const [own, above] = [certificateOf(certificate), certificateOf(authority)]
  if (!own || !above) return false
  return (
    above.ca &&
    own.checkIssued(above) &&
    own.verify(above.publicKey) &&
    new Date(own.validFrom) <= at &&
    at <= new Date(own.validTo)
  )
}

const broken = { name: '', serial: '', certificate: undefined, isIntact: false }

function signatureAt(bytes: Uint8Array, numbers: readonly number[]): FoundSignature {
  const [start = -1, before = 0, after = 0, rest = 0] = numbers
  const covers = after + rest
  const gap = bytes.subarray(before, after)
  const hex = Buffer.from(gap).toString('latin1')
  const isPlace = start === 0 && before < after && covers <= bytes.length && /^<[0-9a-fA-F]*>$/.test(hex)
  const signed = isPlace ? readSigned(Buffer.from(hex.slice(1, -1), 'hex')) : undefined
  if (!signed) return { ...broken, covers }
  const digest = hash('sha256', Buffer.concat([bytes.subarray(0, before), bytes.subarray(after, covers)]), 'buffer')
  const { certificate, attributes, signature, said } = signed
  const isIntact =
    said !== undefined &&
    digest.equals(said) &&
    verifies(attributes, { key: certificate.publicKey, dsaEncoding: 'der' }, signature)
  return {
    ...{ name: commonName(certificate), serial: certificate.serialNumber.toLowerCase() },
    ...{ certificate: new Uint8Array(certificate.raw), isIntact, covers },
  }
}

function verifies(
  data: Uint8Array,
  key: { key: X509Certificate['publicKey']; dsaEncoding: 'der' },
  signature: Uint8Array,
): boolean {
  try {
    return verify('sha256', data, key, signature)
  } catch {
    return false
  }
}

interface Signed {
  certificate: X509Certificate
  /** As they were signed: a SET. */
  attributes: Uint8Array
  signature: Uint8Array
  /** The digest of the covered bytes that the signer states. */
  said: Buffer | undefined
}

/** A signature of one signer with SHA-256 and signed attributes (CMS, RFC 5652), as `signPdf` makes them. */
function readSigned(cms: Uint8Array): Signed | undefined {
  const outer = inside(readDer(cms))
  if (!outer?.[0] || oidOf(outer[0]) !== SIGNED_DATA) return undefined
  const data = inside(inside(outer[1])?.[0])
  const certificates = inside(data?.find(({ tag }) => tag === 0xa0)) ?? []
  const signers = inside(data?.findLast(({ tag }) => tag === 0x31))
  const signer = signers?.length === 1 ? inside(signers[0]) : undefined
  const [, who, digest, attributes, , signature] = signer ?? []
  if (!who || !digest || attributes?.tag !== 0xa0 || signature?.tag !== 0x04) return undefined
  if (idOf(inside(digest)?.[0]) !== SHA256) return undefined
  const certificate = certificates.map(({ whole }) => certificateOf(whole)).find((one) => one && isOf(one, who))
  if (!certificate) return undefined
  const set = Uint8Array.from(attributes.whole)
  set[0] = 0x31
  return { certificate, attributes: set, signature: signature.content, said: statedDigest(attributes) }
}

function statedDigest(attributes: Der): Buffer | undefined {
  const found = (inside(attributes) ?? []).map(inside).filter((one) => idOf(one?.[0]) === MESSAGE_DIGEST)
  const [value] = inside(found[0]?.[1]) ?? []
  return found.length === 1 && value?.tag === 0x04 ? Buffer.from(value.content) : undefined
}

/** Is this the certificate that the signer names by issuer and serial number? */
function isOf(certificate: X509Certificate, who: Der): boolean {
  const serial = inside(who)?.[1]
  if (serial?.tag !== 0x02) return false
  const named = Buffer.from(serial.content).toString('hex').replace(/^0+/, '')
  return named === certificate.serialNumber.toLowerCase().replace(/^0+/, '')
}

function inside(value: Der | undefined): Der[] | undefined {
  return value && partsOf(value)
}

function idOf(value: Der | undefined): string | undefined {
  return value && oidOf(value)
}

function certificateOf(der: Uint8Array): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(der)
    // A key that cannot be read is told only to who asks for it.
    return certificate.publicKey && certificate
  } catch {
    return undefined
  }
}

function commonName({ subject }: X509Certificate): string {
  const line = subject.split('\n').find((one) => one.startsWith('CN='))
  return line === undefined ? '' : line.slice(3)
}
