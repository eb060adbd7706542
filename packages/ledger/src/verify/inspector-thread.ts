import { parentPort } from 'node:worker_threads'
import { inspectBundle } from './inspect.ts'
import type { Answer, Task } from './inspector.ts'

/** Answers each task in the order in which they come. */
parentPort?.on('message', ({ bytes, width }: Task) => {
  const { entries: _, ...inspected } = inspectBundle(bytes, width)
  const answer: Answer = { bytes, inspected }
  parentPort?.postMessage(answer, [bytes.buffer, inspected.spans.buffer, inspected.leaves.buffer])
})
