import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeCompiler, type NodeError, type NodeTypstDocument } from '@myriaddreamin/typst-ts-node-compiler'
import { FONT_FAMILIES, FONTS, LOGO, WORKSPACE } from './files.ts'
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
  const compiler = NodeCompiler.create({ workspace: WORKSPACE, fontArgs: [{ fontPaths: [FONTS] }] })
  const coverage = coverageOf(FONT_FAMILIES)
  const logo = readFileSync(LOGO)
  return (paper, standard) => {
    const { data, files } = typeset(paper, coverage)
    const given = new Map([...files, ['/logo.svg', logo], ['/paper.json', Buffer.from(JSON.stringify(data))]])
    try {
      for (const [path, bytes] of given) compiler.mapShadow(join(WORKSPACE, path), Buffer.from(bytes))
      const document = compiled(compiler, paper.stamp ? 'stamp.typ' : 'paper.typ')
      const pdf = exported(compiler, document, standard ?? (paper.attachments?.length ? 'a-3b' : 'a-2b'))
      const slots: { value: SlotPlace }[] = compiler.query(document, { selector: '<slot>' })
      return { pdf, pages: document.numOfPages, slots: slots.map(({ value }) => value) }
    } finally {
      compiler.resetShadow()
      compiler.evictCache(KEPT_PAPERS)
    }
  }
}

function compiled(compiler: NodeCompiler, file: string): NodeTypstDocument {
  const result = compiler.compile({ mainFilePath: join(WORKSPACE, 'typst', file), resetRead: true })
  const error: NodeError | null = result.takeError()
  const told: { message: string }[] = error ? compiler.fetchDiagnostics(error) : []
  if (result.result) return result.result
  throw new Error(`The paper cannot be set: ${told.map(({ message }) => message).join('; ')}`)
}

/** Throws where the result would break the standard: the compiler checks what it writes. */
function exported(compiler: NodeCompiler, document: NodeTypstDocument, pdfStandard: Standard): Buffer {
  try {
    return compiler.pdf(document, { pdfStandard, pdfTags: true })
  } catch (error) {
    throw new Error(`The paper does not keep to PDF standard ${pdfStandard}: ${String(error)}`)
  }
}
