import type { PDF, PdfDict } from '@libpdf/core'
import { type CertifiedKey, importKey } from './key.ts'

/** Where something is on a page, in points from its top and its left. */
export interface PlaceOnPage {
  /** 1 for the first. */
  page: number
  x: number
  y: number
  width: number
  height: number
}

/** A place that is left for a signature: the name of its field, and what it is for. */
export interface FieldPlace extends PlaceOnPage {
  id: string
  title: string
}

/** A signature that is to be put into a PDF. */
export interface PdfSignature {
  key: CertifiedKey
  /** The authority's certificate, which goes into the file. */
  authority: Uint8Array
  at: Date
  /** Of the signature's field: each has its own. */
  field: string
  reason: string
  /** In whose name; readers show it where they do not read the certificate. */
  name: string
  /** What is to be seen in the place of the field: the first page of a PDF of its size. */
  shown?: Uint8Array | undefined
}

/** An annotation that is printed, and stays where it is (ISO 32000-1, 12.5.3). */
const PRINTED_LOCKED = 132
/** There are signatures, and nothing but what is put behind keeps them valid (ISO 32000-1, 12.7.2). */
const SIGNED_APPEND_ONLY = 3

// Read when somebody signs: a server at rest does without its megabytes.
const library = () => import('@libpdf/core')

/**
 * The PDF with an empty field for each signature. All are there before the first one signs, so that each further one fills in
 * what those before him have seen, and changes nothing else.
 */
export async function withFields(bytes: Uint8Array, places: readonly FieldPlace[]): Promise<Uint8Array> {
  const { PDF, PdfArray, PdfDict, PdfName, PdfNumber, PdfStream, PdfString } = await library()
  const pdf = appendable(await PDF.load(bytes))
  const numbers = (...values: number[]) => new PdfArray(values.map((value) => PdfNumber.of(value)))
  const fields = places.map(({ id, title, page: number, x, y, width, height }) => {
    const page = pdf.getPage(number - 1)
    if (!page) throw new Error(`A place for a signature is on page ${number}, which there is not`)
    const top = page.getMediaBox().height
    const blank = { Type: PdfName.of('XObject'), Subtype: PdfName.of('Form'), BBox: numbers(0, 0, width, height) }
    const field = pdf.register(
      PdfDict.of({
        ...{ Type: PdfName.of('Annot'), Subtype: PdfName.of('Widget'), FT: PdfName.of('Sig') },
        ...{ T: PdfString.fromString(id), TU: PdfString.fromString(title), F: PdfNumber.of(PRINTED_LOCKED) },
        ...{ P: page.ref, Rect: numbers(x, top - y - height, x + width, top - y) },
        AP: PdfDict.of({ N: pdf.register(PdfStream.fromDict(blank, new Uint8Array())) }),
      }),
    )
    const others = page.dict.getArray('Annots', (ref) => pdf.getObject(ref))
    page.dict.set('Annots', new PdfArray([...(others ?? []), field]))
    return field
  })
  const form = PdfDict.of({ Fields: new PdfArray(fields), SigFlags: PdfNumber.of(SIGNED_APPEND_ONLY) })
  pdf.getCatalog().set('AcroForm', pdf.register(form))
  return behind(bytes, await pdf.save({ incremental: true }))
}

/**
 * The PDF with one more signature (PAdES baseline B-B, ECDSA on P-256), written behind the bytes that are there: signatures that
 * they hold stay valid. Where there is no field of that name it is not to be seen. Throws where that cannot be done without
 * rewriting them.
 */
export async function signPdf(
  bytes: Uint8Array,
  { key, authority, at, field, reason, name, shown }: PdfSignature,
): Promise<Uint8Array> {
  const { CryptoKeySigner, PDF, PdfDict, PdfString } = await library()
  const pdf = appendable(await PDF.load(bytes))
  const place = fieldIn(pdf, field)
  const [rect, page] = [place?.get('Rect'), place?.get('P')]
  const picture = place && shown && (await pdf.embedPage(await PDF.load(shown), 0)).ref
  const privateKey = await importKey(key.privateKey)
  const signer = new CryptoKeySigner(privateKey, key.certificate, 'EC', 'ECDSA', [authority])
  beforeSaving(pdf, () => {
    const signed = fieldIn(pdf, field)
    const value = signed?.getRef('V')
    const details = value && pdf.getObject(value)
    if (!signed || !(details instanceof PdfDict)) throw new Error(`The field ${field} has no signature`)
    // In hexadecimal digits: the library looks for its own words in what it wrote, and somebody's name may have them.
    details.set('Name', new PdfString(PdfString.fromString(name).bytes, 'hex'))
    details.set('Reason', new PdfString(PdfString.fromString(reason).bytes, 'hex'))
    // The library knows signatures that nobody sees alone, and moves each field to where it is none.
    if (rect && page) signed.set('Rect', rect)
    if (rect && page) signed.set('P', page)
    if (picture) signed.set('AP', PdfDict.of({ N: picture }))
  })
  const signed = await pdf.sign({ signer, signingTime: at, fieldName: field, level: 'B-B' })
  return behind(bytes, signed.bytes)
}

/** How large the place of a field is, in points; undefined where there is no such field, or it is nowhere to be seen. */
export async function fieldSize(
  bytes: Uint8Array,
  field: string,
): Promise<{ width: number; height: number } | undefined> {
  const { PDF } = await library()
  const rect = fieldIn(await PDF.load(bytes), field)?.getArray('Rect')
  const [left = 0, bottom = 0, right = 0, top = 0] = [...(rect ?? [])].map((one) =>
    one.type === 'number' ? one.value : 0,
  )
  const [width, height] = [right - left, top - bottom]
  return width > 0 && height > 0 ? { width, height } : undefined
}

/** Does something once, after the library has prepared a signature and before it writes it. */
function beforeSaving(pdf: PDF, work: () => void): void {
  const save = pdf.save.bind(pdf)
  pdf.save = (options) => {
    pdf.save = save
    work()
    return save(options)
  }
}

function fieldIn(pdf: PDF, name: string): PdfDict | undefined {
  const field = pdf
    .getForm()
    ?.getFields()
    .find((one) => one.name === name)
  return field?.acroField()
}

function appendable(pdf: PDF): PDF {
  const blocked = pdf.canSaveIncrementally()
  if (blocked !== null) throw new Error(`The PDF cannot be signed without being rewritten: ${blocked}`)
  return pdf
}

function behind(start: Uint8Array, whole: Uint8Array): Uint8Array {
  const same = Buffer.from(whole.buffer, whole.byteOffset, Math.min(start.length, whole.length)).equals(start)
  if (!same || whole.length <= start.length) throw new Error('The PDF was rewritten where it was to be signed')
  return whole
}
