import { type ChildProcess, fork } from 'node:child_process'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import type { Printed, Standard } from './compile.ts'
import { FONT_CONFIG } from './files.ts'
import type { Paper } from './paper.ts'
import type { Answer, Job } from './worker.ts'

/** Sets papers as PDF/A, in processes of its own. */
export interface PaperRenderer {
  /** The same paper has the same bytes, wherever and whenever. Throws a `PaperError`. */
  renderPdf(paper: Paper, standard?: Standard): Promise<Printed>
  /** Ends the processes; what waits is refused. */
  close(): void
  /** Ids of the processes that run now. */
  readonly processes: readonly number[]
}

export interface RendererOptions {
  /** Processes at most. */
  workers?: number
  /** Papers that may wait for one. */
  queue?: number
  /** After which a process that works on one paper is killed. */
  timeoutMs?: number
  /** After which a process without work ends, and gives its memory back. */
  idleMs?: number
  /** A process that has grown beyond ends after its paper. */
  memoryBytes?: number
}

/** Why there is no PDF: too many wait, the paper is too long, it took too long, the process died, it cannot be set. */
export class PaperError extends Error {
  readonly reason: 'busy' | 'too-large' | 'timeout' | 'crashed' | 'refused' | 'closed'

  constructor(reason: PaperError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

interface Waiting extends Job {
  resolve(printed: Printed): void
  reject(error: PaperError): void
}

interface Worker {
  child: ChildProcess
  job?: Waiting
  timer?: NodeJS.Timeout
}

/** Longest paper, with its pictures and attachments. */
const MOST_BYTES = 32 * 1024 * 1024
const WORKER = join(import.meta.dirname, 'worker.ts')
/** Below what serves people: papers are made beside the ledger, on the same processors. */
const PRIORITY = 5

/** Starts no process before the first paper. */
export function paperRenderer(options: RendererOptions = {}): PaperRenderer {
  const { workers = 2, queue = 40, timeoutMs = 30_000, idleMs = 60_000, memoryBytes = 600 * 1024 * 1024 } = options
  const waiting: Waiting[] = []
  const crew = new Set<Worker>()
  let closed = false

  function end(worker: Worker, error?: PaperError): void {
    crew.delete(worker)
    clearTimeout(worker.timer)
    worker.child.kill('SIGKILL')
    if (error) worker.job?.reject(error)
    delete worker.job
    next()
  }

  function rest(worker: Worker): void {
    worker.child.unref()
    worker.child.channel?.unref()
    worker.timer = setTimeout(() => end(worker), idleMs).unref()
  }

  function begin(worker: Worker, job: Waiting): void {
    clearTimeout(worker.timer)
    worker.job = job
    worker.child.ref()
    worker.child.channel?.ref()
    worker.timer = setTimeout(() => {
      end(worker, new PaperError('timeout', `A paper took longer than ${timeoutMs / 1000} s`))
    }, timeoutMs)
    const { paper, standard } = job
    worker.child.send({ paper, ...(standard && { standard }) } satisfies Job, (error) => {
      if (error) end(worker, new PaperError('crashed', `A paper could not be handed over: ${error.message}`))
    })
  }

  function answered(worker: Worker, answer: Answer): void {
    const { job } = worker
    delete worker.job
    clearTimeout(worker.timer)
    if ('refused' in answer) job?.reject(new PaperError('refused', answer.refused))
    else job?.resolve(answer.printed)
    const isGrown = 'printed' in answer && answer.memory > memoryBytes
    if (isGrown) end(worker)
    else {
      rest(worker)
      next()
    }
  }

  function hire(): Worker {
    const worker: Worker = { child: started() }
    crew.add(worker)
    worker.child.on('message', (answer: Answer) => answered(worker, answer))
    worker.child.on('error', (error) => end(worker, new PaperError('crashed', error.message)))
    worker.child.on('exit', (code, signal) => {
      if (crew.has(worker))
        end(worker, new PaperError('crashed', `A process that sets papers ended (${signal ?? code})`))
    })
    return worker
  }

  function next(): void {
    if (waiting.length === 0 || closed) return
    const idle = [...crew].find(({ job }) => !job)
    const worker = idle ?? (crew.size < workers ? hire() : undefined)
    if (!worker) return
    const job = waiting.shift()
    if (job) begin(worker, job)
  }

  return {
    renderPdf(paper, standard) {
      return new Promise((resolve, reject) => {
        const refusal = refusalOf(paper, closed, waiting.length >= queue)
        if (refusal) return reject(refusal)
        waiting.push({ paper, ...(standard && { standard }), resolve, reject })
        next()
      })
    },
    close() {
      closed = true
      const error = new PaperError('closed', 'Papers are no longer made here')
      for (const job of waiting.splice(0)) job.reject(error)
      for (const worker of [...crew]) end(worker, error)
    },
    get processes() {
      return [...crew].flatMap(({ child }) => child.pid ?? [])
    },
  }
}

function refusalOf(paper: Paper, closed: boolean, busy: boolean): PaperError | undefined {
  if (closed) return new PaperError('closed', 'Papers are no longer made here')
  if (busy) return new PaperError('busy', 'Too many papers wait to be made')
  if (serialize(paper).length > MOST_BYTES)
    return new PaperError('too-large', `A paper has more than ${MOST_BYTES} bytes`)
  return undefined
}

/** Without the environment of the server: it knows neither database nor keys, and sees no fonts but ours. */
function started(): ChildProcess {
  const child = fork(WORKER, {
    env: { FONTCONFIG_FILE: FONT_CONFIG },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  try {
    if (child.pid !== undefined) setPriority(child.pid, PRIORITY)
  } catch {
    // It has ended already, which its own event tells, or priorities cannot be set here.
  }
  return child
}
