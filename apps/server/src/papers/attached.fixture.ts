import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PDF } from '@libpdf/core'

/** The certificate and the receipt inside a PDF, as another program than ours finds them. */
export async function attachedTo(pdf: Uint8Array): Promise<{ names: string[]; certificate: string; proof: string }> {
  const loaded = await PDF.load(pdf)
  const names = [...loaded.getAttachments().keys()].sort()
  const text = (ending: string) =>
    Buffer.from(loaded.getAttachment(names.find((name) => name.endsWith(ending)) ?? '') ?? []).toString()
  return { names, certificate: text('.json'), proof: text('.tlog-proof') }
}

/** The same page with something else attached to it. */
export function exchanged(pdf: Uint8Array, files: { certificate?: string; proof?: string }): Buffer {
  const media = { certificate: 'application/json', proof: 'text/plain' } as const
  return Object.entries(files).reduce((bytes, [name, content], at) => {
    const object = `${at + 7} 0 obj\n<< /Length ${Buffer.byteLength(content)} /Type /EmbeddedFile >>\nstream\n`
    const rest = without(bytes, media[name as keyof typeof media])
    return Buffer.concat([rest, Buffer.from(`${object}${content}\nendstream\nendobj\n`)])
  }, Buffer.from(pdf))
}

/** The same page without an attached file, so that every object stays where it is. */
export function without(pdf: Uint8Array, media: 'application/json' | 'text/plain'): Buffer {
  const kind = new RegExp(`/EmbeddedFile(?=[^>]{0,99}/Subtype /${media.replace('/', '#2F')})`, 'g')
  return Buffer.from(Buffer.from(pdf).toString('latin1').replace(kind, '/EmbeddedFilm'), 'latin1')
}

/** What is to be read on the pages, in one line, with plain spaces. */
export function textOf(pdf: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'paper-'))
  try {
    writeFileSync(join(folder, 'x.pdf'), pdf)
    const text = execFileSync('pdftotext', [join(folder, 'x.pdf'), '-'], { encoding: 'utf8' })
    return text.replace(/\s+/g, ' ')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
