import { type CertifiedKey, importKey } from './key.ts'

/** A signature that is to be put into a PDF. */
export interface PdfSignature {
  key: CertifiedKey
  /** The authority's certificate, which goes into the file. */
  authority: Uint8Array
  at: Date
  /** Of the signature's field: each has its own. */
  field: string
  reason: string
}

/**
 * The PDF with one more signature (PAdES baseline B-B, ECDSA on P-256), written behind the bytes that are there: signatures that
 * they hold stay valid. Throws where that cannot be done without rewriting them.
 */
export async function signPdf(
  bytes: Uint8Array,
  { key, authority, at, field, reason }: PdfSignature,
): Promise<Uint8Array> {
  // Read when somebody signs: a server at rest does without its megabytes.
  const { CryptoKeySigner, PDF } = await import('@libpdf/core')
  const pdf = await PDF.load(bytes)
  const blocked = pdf.canSaveIncrementally()
  if (blocked !== null) throw new Error(`The PDF cannot be signed without being rewritten: ${blocked}`)
  const privateKey = await importKey(key.privateKey)
  const signer = new CryptoKeySigner(privateKey, key.certificate, 'EC', 'ECDSA', [authority])
  const signed = await pdf.sign({ signer, reason, signingTime: at, fieldName: field, level: 'B-B' })
  if (!startsWith(signed.bytes, bytes)) throw new Error('The PDF was rewritten where it was to be signed')
  return signed.bytes
}

function startsWith(whole: Uint8Array, start: Uint8Array): boolean {
  return Buffer.from(whole.buffer, whole.byteOffset, Math.min(start.length, whole.length)).equals(start)
}
