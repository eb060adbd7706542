import { parentPort, workerData } from 'node:worker_threads'
import { FolderSource, isUnreadable } from './source.ts'
import { inspectFiles, readFiles, type Stretch, type Task } from './stretch.ts'

const folder = typeof workerData === 'string' ? new FolderSource(workerData) : undefined

/** Answers the tasks one after the other, in the order in which they came. */
let last = Promise.resolve()

parentPort?.on('message', (tasks: Task[]) => {
  last = last.then(async () => {
    const stretches: Stretch[] = []
    for (const task of tasks) stretches.push(ownMemory(await inspect(task)))
    parentPort?.postMessage(stretches, stretches.flatMap(buffersOf))
  })
})

async function inspect({ tile, files }: Task): Promise<Stretch> {
  const nothing = { bundle: undefined, hashes: undefined }
  return inspectFiles(tile, files ?? (folder ? await readFiles(folder, tile) : nothing))
}

/** With the bytes in memory of their own, which can be given away. */
function ownMemory(stretch: Stretch): Stretch {
  const { reading } = stretch
  if (!reading || isUnreadable(reading)) return stretch
  return { ...stretch, reading: { ...reading, bytes: new Uint8Array(reading.bytes) } }
}

function buffersOf({ reading }: Stretch): ArrayBuffer[] {
  if (!reading || isUnreadable(reading)) return []
  return [reading.bytes, reading.spans, reading.leaves].map(({ buffer }) => buffer as ArrayBuffer)
}
