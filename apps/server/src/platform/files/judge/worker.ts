// Judges one file, in a thread of its own, for `judging.ts`.
import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { judge } from './judge.ts'

const { path, ending } = workerData as { path: string; ending: string }
parentPort?.postMessage(judge(readFileSync(path), ending))
