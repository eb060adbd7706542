import { inflateSync } from 'node:zlib'
import { type Finding, findingOf } from './finding.ts'

/** Longest PDF that is looked into; a certificate has about 60 kB. */
export const MOST_PDF_BYTES = 33_554_432
const MOST_ATTACHED = 100
const MOST_ATTACHED_BYTES = 1_048_576
/** Longest description of an attached file that is read. */
const MOST_HEAD = 4_096
const PROOF_BEGINS = 'c2sp.org/tlog-proof@'

/** What a certificate carries inside: the two files that prove it. */
export interface Carried {
  certificate: string
  proof: string
}

/** Is it a PDF? */
export function isPdf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 5)).toString('latin1') === '%PDF-'
}

/**
 * The certificate and the proof that are attached to a PDF. It reads every attached file that ever was in it, also such as a later
 * version of the file has replaced or left out: two programs must not see two certificates. Of each there is exactly one.
 */
export function carriedIn(pdf: Uint8Array): Carried | Finding {
  if (pdf.length > MOST_PDF_BYTES) return unreadable(`the PDF has more than ${MOST_PDF_BYTES} bytes`)
  const texts = new Set<string>()
  for (const attached of attachedIn(pdf)) {
    if (typeof attached === 'string') return unreadable(attached)
    texts.add(Buffer.from(attached).toString('utf8'))
  }
  const proofs = [...texts].filter((text) => text.startsWith(PROOF_BEGINS))
  const certificates = [...texts].filter((text) => text.trimStart().startsWith('{'))
  const [proof, certificate] = [proofs[0], certificates[0]]
  if (certificate === undefined) return findingOf('attachment-missing', {}, { what: 'certificate' })
  if (proof === undefined) return findingOf('attachment-missing', {}, { what: 'proof' })
  if (certificates.length > 1) return doubled('certificates', certificates.length)
  if (proofs.length > 1) return doubled('proofs', proofs.length)
  return { certificate, proof }
}

function unreadable(reason: string): Finding {
  return findingOf('attachment-unreadable', {}, { reason })
}

function doubled(what: string, count: number): Finding {
  return findingOf('attachment-doubled', {}, { what, count: `${count}` })
}

/**
 * The attached files of a PDF, or why one cannot be read. They are streams, and so stand in the open in every PDF, with the type
 * that PDF/A wants of them; nothing else of the file has to be understood, or believed.
 */
function* attachedIn(pdf: Uint8Array): Generator<Uint8Array | string> {
  const text = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.length).toString('latin1')
  let found = 0
  for (const { index } of text.matchAll(/\/Type\s{0,9}\/EmbeddedFile(?![A-Za-z])/g)) {
    found += 1
    if (found > MOST_ATTACHED) return yield `the PDF has more than ${MOST_ATTACHED} attachments`
    yield attachedAt(pdf, text, index)
  }
}

function attachedAt(pdf: Uint8Array, text: string, index: number): Uint8Array | string {
  const before = text.slice(Math.max(0, index - MOST_HEAD), index)
  const after = text.slice(index, index + MOST_HEAD)
  const begins = before.lastIndexOf(' obj')
  const stream = /stream\r?\n/.exec(after)
  if (begins < 0 || !stream) return 'an attachment has no beginning'
  const head = before.slice(begins) + after.slice(0, stream.index)
  const start = index + stream.index + stream[0].length
  const end = endOf(text, head, start)
  if (end === undefined) return 'an attachment has no end'
  return unpacked(pdf.subarray(start, end), head)
}

/** By the length that it states, or where that stands elsewhere, by the word after it. */
function endOf(text: string, head: string, start: number): number | undefined {
  const [, length, elsewhere] = /\/Length\s+(\d{1,9})(\s+\d+\s+R)?/.exec(head) ?? []
  if (length !== undefined && elsewhere === undefined) {
    const end = start + Number(length)
    return /^\s{0,2}endstream/.test(text.slice(end, end + 11)) ? end : undefined
  }
  const end = text.indexOf('endstream', start)
  return end < 0 ? undefined : end
}

function unpacked(bytes: Uint8Array, head: string): Uint8Array | string {
  if (bytes.length > MOST_ATTACHED_BYTES) return TOO_LONG
  const filters = /\/Filter\s*(\[[^\]]*\]|\/\w+)/.exec(head)?.[1]
  if (filters === undefined) return bytes
  if (!/^\[?\s*\/FlateDecode\s*\]?$/.test(filters) || head.includes('/DecodeParms')) {
    return 'an attachment is packed in a way that is not read here'
  }
  try {
    return inflateSync(bytes, { maxOutputLength: MOST_ATTACHED_BYTES })
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? TOO_LONG : 'an attachment is not whole'
  }
}

const TOO_LONG = `an attachment has more than ${MOST_ATTACHED_BYTES} bytes`
