import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { errorCode } from '../error-code.ts'
import type { Verdict } from './judge/verdict.ts'
import { FilesUnavailable } from './store.ts'

const SCRIPT = join(import.meta.dirname, 'judge', 'worker.ts')
/** Files that are judged at the same time; others wait. */
const AT_ONCE = 2
const TIME_MS = 20_000
/** Of what JavaScript holds; unpacked bytes have limits of their own. */
const HEAP_MB = 384

let running = 0
const waiting: (() => void)[] = []

/**
 * Judges a file that nobody has taken yet, in a thread that ends with it: a file that takes too long, or too much memory, is
 * not taken, and nobody else waits for it.
 */
export async function judgeFile(path: string, ending: string, timeMs = TIME_MS): Promise<Verdict> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  else running += 1
  try {
    return await verdictOf(path, ending, timeMs)
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}

function verdictOf(path: string, ending: string, timeMs: number): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(SCRIPT, {
      workerData: { path, ending },
      env: {},
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
    const end = (verdict: Verdict) => {
      clearTimeout(timer)
      resolve(verdict)
      void worker.terminate()
    }
    const timer = setTimeout(() => end({ fault: 'time' }), timeMs)
    worker.once('message', end)
    worker.once('error', (error) => {
      if (errorCode(error).startsWith('ERR_')) return end({ fault: 'time' })
      clearTimeout(timer)
      reject(new FilesUnavailable(`the file that arrived cannot be read: ${errorCode(error) || error}`))
    })
    worker.once('exit', () => end({ fault: 'time' }))
  })
}
