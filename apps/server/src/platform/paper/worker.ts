// A process of its own that sets papers, one after the other, for `renderer.ts`.
import { type Printed, type Standard, typesetter } from './compile.ts'
import type { Paper } from './paper.ts'

export interface Job {
  paper: Paper
  standard?: Standard
}

export type Answer = { printed: Printed; memory: number } | { refused: string }

const set = typesetter()

process.on('message', ({ paper, standard }: Job) => answer(outcome(paper, standard)))
// Whoever asked is gone.
process.on('disconnect', () => process.exit())

function outcome(paper: Paper, standard: Standard | undefined): Answer {
  try {
    return { printed: set(paper, standard), memory: process.memoryUsage.rss() }
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) }
  }
}

function answer(result: Answer): void {
  process.send?.(result)
}
