// A process of its own that sets papers, one after the other, for `renderer.ts`: the library holds the thread while it
// works, and may end the process. The variable FONTCONFIG_FILE must name `fonts.conf`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeCompiler, type NodeError, type NodeTypstDocument } from '@myriaddreamin/typst-ts-node-compiler'
import { FONT_FILES, FONTS, LOGO, WORKSPACE } from './files.ts'
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

export interface Job {
  paper: Paper
  standard: Standard | undefined
}

/** `memory` is what the process has now, in bytes. */
export interface Answer {
  printed?: Printed
  refused?: string
  memory: number
}

const compiler = NodeCompiler.create({ workspace: WORKSPACE, fontArgs: [{ fontPaths: [FONTS] }] })
const coverage = coverageOf(FONT_FILES)
const logo = readFileSync(LOGO)

process.on('message', (job: Job) => {
  process.send?.({ ...outcomeOf(job), memory: process.memoryUsage.rss() } satisfies Answer)
})
// Whoever asked is gone.
process.on('disconnect', () => process.exit())

function outcomeOf(job: Job): Omit<Answer, 'memory'> {
  try {
    return { printed: printed(job) }
  } catch (error) {
    return { refused: `The paper cannot be set: ${error instanceof Error ? error.message : error}` }
  }
}

function printed({ paper, standard }: Job): Printed {
  const { data, files } = typeset(paper, coverage)
  const given = new Map([...files, ['/logo.svg', logo], ['/paper.json', Buffer.from(JSON.stringify(data))]])
  try {
    for (const [path, bytes] of given) compiler.mapShadow(join(WORKSPACE, path), Buffer.from(bytes))
    const document = compiled(paper.stamp ? 'letters/stamp.typ' : 'typst/paper.typ')
    const pdfStandard = standard ?? (paper.attachments?.length ? 'a-3b' : 'a-2b')
    // The compiler checks what it writes, and throws where that would break the standard.
    const pdf = compiler.pdf(document, { pdfStandard, pdfTags: true })
    const slots: { value: SlotPlace }[] = compiler.query(document, { selector: '<slot>' })
    return { pdf, pages: document.numOfPages, slots: slots.map(({ value }) => value) }
  } finally {
    compiler.resetShadow()
    compiler.evictCache(1) // what two papers ago was not used
  }
}

function compiled(file: string): NodeTypstDocument {
  const result = compiler.compile({ mainFilePath: join(WORKSPACE, file), resetRead: true })
  const error: NodeError | null = result.takeError()
  const told: { message: string }[] = error ? compiler.fetchDiagnostics(error) : []
  if (result.result) return result.result
  throw new Error(told.map(({ message }) => message).join('; '))
}
