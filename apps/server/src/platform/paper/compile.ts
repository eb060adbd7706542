import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeCompiler, type NodeError, type NodeTypstDocument } from '@myriaddreamin/typst-ts-node-compiler'
import { FONT_FAMILIES, FONTS, fontPath, LOGO, TYPST } from './files.ts'
import { coverageOf } from './glyphs.ts'
import type { Paper } from './paper.ts'
import { typeset } from './typeset.ts'

/** A paper as PDF. */
export interface Printed {
  pdf: Uint8Array
  pages: number
  slots: SlotPlace[]
}

/** Where a place for a signature is, in points from the top and the left of its page. */
export interface SlotPlace {
  id: string
  page: number
  x: number
  y: number
  width: number
  height: number
}

/** Also `ua-1`, by which tests have the compiler check how accessible papers are. */
export type Standard = 'a-2b' | 'a-3b' | 'ua-1'

/** What of earlier papers is kept to be faster: nothing that two papers ago was not used. */
const KEPT_PAPERS = 1

/**
 * Returns what turns papers into PDF. It holds the thread while it works, and a native library may end the process: run
 * it in a process of its own (`renderer.ts`). The variable FONTCONFIG_FILE must name `fonts.conf`.
 */
export function typesetter(): (paper: Paper, standard?: Standard) => Printed {
  const compiler = NodeCompiler.create({ workspace: TYPST, fontArgs: [{ fontPaths: [FONTS] }] })
  const coverage = coverageOf(FONT_FAMILIES.map((files) => files.map(fontPath)))
  const logo = readFileSync(LOGO)
  return (paper, standard) => {
    const { data, files } = typeset(paper, coverage)
    const shadows = new Map([
      ...files,
      ['/logo.svg', logo],
      ['/paper.json', Buffer.from(JSON.stringify(data, wellFormed))],
    ])
    try {
      for (const [path, bytes] of shadows) compiler.mapShadow(join(TYPST, path), Buffer.from(bytes))
      const document = compiled(compiler, paper.stamp ? 'stamp.typ' : 'paper.typ')
      const pdf = exported(compiler, document, standard ?? (paper.attachments?.length ? 'a-3b' : 'a-2b'))
      return { pdf, pages: document.numOfPages, slots: slotsOf(compiler, document) }
    } finally {
      compiler.resetShadow()
      compiler.evictCache(KEPT_PAPERS)
    }
  }
}

/** Half characters would not be JSON to others. */
function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value
}

function compiled(compiler: NodeCompiler, file: string): NodeTypstDocument {
  const result = compiler.compile({ mainFilePath: join(TYPST, file), resetRead: true })
  const document = result.result
  if (document) return document
  throw new Error(`The paper cannot be set: ${told(compiler, result.takeError())}`)
}

/** Throws where the result would break the standard: the compiler checks what it writes. */
function exported(compiler: NodeCompiler, document: NodeTypstDocument, pdfStandard: Standard): Buffer {
  try {
    return compiler.pdf(document, { pdfStandard, pdfTags: true })
  } catch (error) {
    throw new Error(`The paper does not keep to PDF standard ${pdfStandard}: ${String(error)}`)
  }
}

function told(compiler: NodeCompiler, error: NodeError | null): string {
  const diagnostics: { message: string }[] = error ? compiler.fetchDiagnostics(error) : []
  return diagnostics.map(({ message }) => message).join('; ')
}

function slotsOf(compiler: NodeCompiler, document: NodeTypstDocument): SlotPlace[] {
  const found: { value: SlotPlace }[] = compiler.query(document, { selector: '<slot>' })
  return found.map(({ value }) => value)
}
