import { inflateSync } from 'node:zlib'
import { type Finding, findingOf } from './finding.ts'
import {
  isDictionary,
  isRef,
  nameOf,
  type PdfDictionary,
  type PdfFile,
  PdfFormError,
  type PdfObject,
  type PdfValue,
  readPdf,
  resolved,
} from './pdf-objects.ts'

/** Longest PDF that is looked into; a certificate has about 60 kB. */
export const MOST_PDF_BYTES = 33_554_432
const MOST_ATTACHED = 100
const MOST_ATTACHED_BYTES = 1_048_576
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
 * The certificate and the proof that are attached to a PDF: as a program that shows PDFs finds them, by the names in its catalog. The
 * file must have the one form in which the registry makes it, so that no program finds others: see `readPdf`. Of each there is exactly
 * one, and nothing else is attached, there or anywhere.
 */
export function carriedIn(pdf: Uint8Array): Carried | Finding {
  if (pdf.length > MOST_PDF_BYTES) return unreadable(`the PDF has more than ${MOST_PDF_BYTES} bytes`)
  try {
    return twoOf(attachedIn(pdf))
  } catch (error) {
    if (error instanceof PdfFormError) return findingOf('pdf-changed', {}, { reason: error.message })
    if (error instanceof AttachmentError) return unreadable(error.message)
    throw error
  }
}

/** Why an attachment cannot be read. */
class AttachmentError extends Error {}

function twoOf(attached: readonly Uint8Array[]): Carried | Finding {
  const texts = attached.map((bytes) => Buffer.from(bytes).toString('utf8'))
  const proofs = texts.filter((text) => text.startsWith(PROOF_BEGINS))
  const certificates = texts.filter((text) => text.trimStart().startsWith('{'))
  const [proof, certificate] = [proofs[0], certificates[0]]
  if (certificate === undefined) return findingOf('attachment-missing', {}, { what: 'certificate' })
  if (proof === undefined) return findingOf('attachment-missing', {}, { what: 'proof' })
  if (certificates.length > 1) return doubled('certificates', certificates.length)
  if (proofs.length > 1) return doubled('proofs', proofs.length)
  if (texts.length > 2) throw new PdfFormError('it has attachments besides the certificate and the proof')
  return { certificate, proof }
}

function unreadable(reason: string): Finding {
  return findingOf('attachment-unreadable', {}, { reason })
}

function doubled(what: string, count: number): Finding {
  return findingOf('attachment-doubled', {}, { what, count: `${count}` })
}

function attachedIn(pdf: Uint8Array): Uint8Array[] {
  const file = readPdf(Buffer.from(pdf.buffer, pdf.byteOffset, pdf.length).toString('latin1'))
  const specifications = namedFiles(file)
  requireNoOthers(file, new Set(specifications))
  return specifications.map((number) => unpacked(pdf, contentOf(file, number)))
}

/** The objects that describe the files which the catalog names. `/AF`, by which some programs go, must have the same. */
function namedFiles(file: PdfFile): number[] {
  const names = resolved(file, file.catalog.get('Names'))
  const tree = isDictionary(names) ? resolved(file, names.get('EmbeddedFiles')) : undefined
  if (tree === undefined) return []
  const leaves = isDictionary(tree) && !tree.has('Kids') ? resolved(file, tree.get('Names')) : undefined
  if (!Array.isArray(leaves)) throw new PdfFormError('the names of its attachments are no list')
  if (leaves.length > 2 * MOST_ATTACHED) {
    throw new AttachmentError(`the PDF has more than ${MOST_ATTACHED} attachments`)
  }
  const named = refsOf(leaves.filter((_, index) => index % 2 === 1))
  const associated = resolved(file, file.catalog.get('AF')) ?? []
  const others = Array.isArray(associated) ? refsOf(associated) : []
  if (sorted(named).join() !== sorted(others).join()) throw new PdfFormError('/AF has other files than its attachments')
  if (new Set(named).size !== named.length) throw new PdfFormError('an attachment has two names')
  return named
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b)
}

function refsOf(values: readonly PdfValue[]): number[] {
  return values.map((value) => {
    if (!isRef(value)) throw new PdfFormError('an attachment is not named by its object')
    return value.ref
  })
}

/** The stream of a file: `/F` and `/UF`, of which programs take the one or the other, must be the same. */
function contentOf(file: PdfFile, specification: number): PdfObject {
  const described = file.objects.get(specification)?.value
  const embedded = isDictionary(described) ? resolved(file, described.get('EF')) : undefined
  if (!isDictionary(embedded)) throw new PdfFormError('an attachment has no content')
  const refs = new Set(refsOf([...embedded.values()]))
  const [content] = [...refs].map((ref) => file.objects.get(ref))
  if (refs.size !== 1) throw new PdfFormError('an attachment has two contents')
  if (!content?.stream) throw new AttachmentError('an attachment has no beginning')
  return content
}

/** Files are attached nowhere else: not to a page, nor by a note on it. */
function requireNoOthers({ objects }: PdfFile, named: ReadonlySet<number>): void {
  for (const [number, { value }] of objects) {
    for (const one of dictionariesIn(value)) {
      const isNamed = one === value && named.has(number)
      if (one.has('EF') && !isNamed) throw new PdfFormError('a file is attached to it in another place')
      if (nameOf(one.get('Subtype')) === 'FileAttachment') throw new PdfFormError('a file is attached to a page of it')
    }
  }
}

function* dictionariesIn(value: PdfValue): Generator<PdfDictionary> {
  if (isDictionary(value)) yield value
  const members = isDictionary(value) ? value.values() : Array.isArray(value) ? value : []
  for (const member of members) yield* dictionariesIn(member)
}

/** What may be said of the stream of an attachment. */
const KEYS = new Set(['Type', 'Length', 'Filter', 'Subtype', 'Params'])

function unpacked(pdf: Uint8Array, { value, stream = { start: 0, end: 0 } }: PdfObject): Uint8Array {
  const bytes = pdf.subarray(stream.start, stream.end)
  if (bytes.length > MOST_ATTACHED_BYTES) throw new AttachmentError(TOO_LONG)
  const head = isDictionary(value) ? value : new Map<string, PdfValue>()
  const filter = head.get('Filter')
  const filters = filter === undefined ? [] : (Array.isArray(filter) ? filter : [filter]).map(nameOf)
  if (
    filters.some((name) => name !== 'FlateDecode') ||
    filters.length > 1 ||
    [...head.keys()].some((key) => !KEYS.has(key))
  ) {
    throw new AttachmentError('an attachment is packed in a way that is not read here')
  }
  if (filters.length === 0) return bytes
  try {
    return inflateSync(bytes, { maxOutputLength: MOST_ATTACHED_BYTES })
  } catch (error) {
    const isLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw new AttachmentError(isLong ? TOO_LONG : 'an attachment is not whole')
  }
}

const TOO_LONG = `an attachment has more than ${MOST_ATTACHED_BYTES} bytes`
