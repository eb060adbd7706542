import { parentPort, workerData } from 'node:worker_threads'
import { FolderSource, isUnreadable } from './source.ts'
import { inspectFiles, readFiles, type Task } from './stretch.ts'

const folder = typeof workerData === 'string' ? new FolderSource(workerData) : undefined

/** Answers the tasks one after the other, in the order in which they came. */
let last = Promise.resolve()

parentPort?.on('message', ({ tile, files }: Task) => {
  last = last.then(async () => {
    const given = files ?? (folder ? await readFiles(folder, tile) : { bundle: undefined, hashes: undefined })
    const { reading, hashes } = inspectFiles(tile, given)
    if (!reading || isUnreadable(reading)) {
      parentPort?.postMessage({ tile, reading, hashes })
      return
    }
    const plain = { ...reading, bytes: new Uint8Array(reading.bytes) }
    const buffers = [plain.bytes.buffer, plain.spans.buffer, plain.leaves.buffer]
    parentPort?.postMessage({ tile, reading: plain, hashes }, buffers)
  })
})
