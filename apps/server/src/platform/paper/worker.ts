// A process of its own that sets papers, one after the other, for `renderer.ts`.
import { type Printed, type Standard, typesetter } from './compile.ts'
import type { Paper } from './paper.ts'

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

const set = typesetter()

process.on('message', (job: Job) => {
  process.send?.({ ...outcomeOf(job), memory: process.memoryUsage.rss() } satisfies Answer)
})
// Whoever asked is gone.
process.on('disconnect', () => process.exit())

function outcomeOf({ paper, standard }: Job): Omit<Answer, 'memory'> {
  try {
    return { printed: set(paper, standard) }
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) }
  }
}
