import type { Printed } from './paper/compile.ts'
import type { Paper } from './paper/paper.ts'
import { PaperError, type PaperRenderer } from './paper/renderer.ts'
import { problem } from './problem.ts'

/** What ends by itself: the same paper may be asked for again later. */
const PASSING: readonly PaperError['reason'][] = ['busy', 'timeout', 'crashed', 'closed']

/** A paper as PDF/A. Throws a problem where it is too large, or where too many wait for theirs. */
export async function pdfOf(papers: Pick<PaperRenderer, 'renderPdf'>, paper: Paper): Promise<Uint8Array> {
  return (await printedOf(papers, paper)).pdf
}

/** A paper as PDF/A with the places for signatures that are on it. Throws likewise. */
export async function printedOf(papers: Pick<PaperRenderer, 'renderPdf'>, paper: Paper): Promise<Printed> {
  try {
    return await papers.renderPdf(paper)
  } catch (error) {
    if (!(error instanceof PaperError)) throw error
    if (error.reason === 'too-large') throw problem('too-large')
    throw PASSING.includes(error.reason) ? problem('papers-busy') : error
  }
}
