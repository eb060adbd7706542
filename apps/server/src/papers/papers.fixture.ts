import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PDF } from '@libpdf/core'
import type { IssuedPaper, Page } from '@tallystick/contract'
import { verifyCertificatePdf } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { parseVkey } from '@tallystick/tlog'
import { objectsOf, rewritten, streamObject } from '../../../../tests/support/pdf.ts'
import { expectStatus } from '../registry.fixture.ts'
import type { World } from '../world.fixture.ts'

export function askOf(all: World, url: string, headers: Record<string, string> = {}) {
  return all.registry.app.inject({ url, headers, remoteAddress: '192.0.2.1' })
}

export async function papersOfProject(all: World, project = all.project.id): Promise<IssuedPaper[]> {
  const { body } = expectStatus(await all.registry.nobody.get(`/national/projects/${project}/papers`), 200)
  return (body as unknown as Page<IssuedPaper>).items
}

/** The newest of a kind. */
export async function onePaper(all: World, kind: IssuedPaper['kind'], project?: string): Promise<IssuedPaper> {
  const found = (await papersOfProject(all, project)).find((one) => one.kind === kind)
  if (!found) throw new Error(`no ${kind}`)
  return found
}

export async function pdfOfPaper(all: World, { pdf }: IssuedPaper, language = 'en'): Promise<Buffer> {
  const answer = await askOf(all, `${pdf}?language=${language}`)
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${answer.body.slice(0, 500)}`)
  return answer.rawPayload
}

export function keyOf(all: World) {
  return parseVkey(sha256Bytes, all.registry.services.genesis.key)
}

export function checked(all: World, pdf: Uint8Array) {
  return verifyCertificatePdf({ pdf, vkey: keyOf(all) })
}

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
  return rewritten(pdf, (object, text) => {
    const content = isFile(text, 'application/json')
      ? files.certificate
      : isFile(text, 'text/plain')
        ? files.proof
        : undefined
    return content === undefined ? object : streamObject(content)
  })
}

/** The same page without an attached file. */
export function without(pdf: Uint8Array, media: 'application/json' | 'text/plain'): Buffer {
  const { objects } = objectsOf(pdf)
  const stream = objects.findIndex((object) => isFile(object.toString('latin1'), media)) + 1
  const file = objects.findIndex((object) => object.includes(`/UF ${stream} 0 R`)) + 1
  const name = new RegExp(`\\([^)]*\\) ${file} 0 R`)
  return rewritten(pdf, (object, text) => {
    if (text.includes(`/UF ${stream} 0 R`)) return 'null'
    if (!text.includes('/EmbeddedFiles')) return object
    return Buffer.from(text.replace(name, '').replace(`${file} 0 R`, ''), 'latin1')
  })
}

function isFile(text: string, media: string): boolean {
  return text.includes('/Type /EmbeddedFile') && text.includes(`/Subtype /${media.replace('/', '#2F')}`)
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
