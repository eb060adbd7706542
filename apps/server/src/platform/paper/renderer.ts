import { type ChildProcess, fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
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
/** Of all its tables: a cell takes about 30 kB while pages are made. */
const MOST_CELLS = 40_000
const WORKER = join(import.meta.dirname, 'worker.ts')
/** Of priority, below the server. */
const STEPS_BELOW = 5
const LOWEST = 19

const DEFAULTS: Required<RendererOptions> = {
  workers: 2,
  queue: 40,
  timeoutMs: 60_000,
  idleMs: 60_000,
  memoryBytes: 600 * 1024 * 1024,
}

/** Starts no process before the first paper. */
export function paperRenderer(options: RendererOptions = {}): PaperRenderer {
  return new Pool({ ...DEFAULTS, ...options })
}

class Pool implements PaperRenderer {
  readonly #limits: Required<RendererOptions>
  readonly #waiting: Waiting[] = []
  readonly #crew = new Set<Worker>()
  #closed = false

  constructor(limits: Required<RendererOptions>) {
    this.#limits = limits
  }

  get processes(): readonly number[] {
    return [...this.#crew].flatMap(({ child }) => child.pid ?? [])
  }

  renderPdf(paper: Paper, standard?: Standard): Promise<Printed> {
    return new Promise((resolve, reject) => {
      const refusal = refusalOf(paper, this.#closed, this.#waiting.length >= this.#limits.queue)
      if (refusal) return reject(refusal)
      this.#waiting.push({ paper, ...(standard && { standard }), resolve, reject })
      this.#next()
    })
  }

  close(): void {
    this.#closed = true
    for (const job of this.#waiting.splice(0)) job.reject(closed())
    for (const worker of [...this.#crew]) this.#end(worker, closed())
  }

  /** Gives the paper that has waited longest to whoever is free. */
  #next(): void {
    if (this.#waiting.length === 0 || this.#closed) return
    const idle = [...this.#crew].find(({ job }) => !job)
    const worker = idle ?? (this.#crew.size < this.#limits.workers ? this.#hire() : undefined)
    if (!worker) return
    const job = this.#waiting.shift()
    if (job) this.#begin(worker, job)
  }

  #hire(): Worker {
    const worker: Worker = { child: started() }
    const crashed = (how: string) => {
      if (this.#crew.has(worker))
        this.#end(worker, new PaperError('crashed', `A process that sets papers ended: ${how}`))
    }
    this.#crew.add(worker)
    worker.child.on('message', (answer: Answer) => this.#answered(worker, answer))
    worker.child.on('error', ({ message }) => crashed(message))
    worker.child.on('exit', (code, signal) => crashed(`${signal ?? code}`))
    return worker
  }

  #begin(worker: Worker, job: Waiting): void {
    const { child } = worker
    const { paper, standard } = job
    const { timeoutMs } = this.#limits
    clearTimeout(worker.timer)
    worker.job = job
    child.ref()
    child.channel?.ref()
    worker.timer = setTimeout(() => {
      this.#end(worker, new PaperError('timeout', `A paper took longer than ${timeoutMs / 1000} s`))
    }, timeoutMs)
    child.send({ paper, ...(standard && { standard }) } satisfies Job, (error) => {
      if (error) this.#end(worker, new PaperError('crashed', `A paper could not be handed over: ${error.message}`))
    })
  }

  #answered(worker: Worker, answer: Answer): void {
    const { job } = worker
    delete worker.job
    clearTimeout(worker.timer)
    if ('refused' in answer) job?.reject(new PaperError('refused', answer.refused))
    else job?.resolve(answer.printed)
    const isGrown = 'printed' in answer && answer.memory > this.#limits.memoryBytes
    if (isGrown) this.#end(worker)
    else this.#rest(worker)
    this.#next()
  }

  /** Does not keep the server from ending, and goes itself after a while. */
  #rest(worker: Worker): void {
    worker.child.unref()
    worker.child.channel?.unref()
    worker.timer = setTimeout(() => this.#end(worker), this.#limits.idleMs).unref()
  }

  #end(worker: Worker, error?: PaperError): void {
    this.#crew.delete(worker)
    clearTimeout(worker.timer)
    worker.child.kill('SIGKILL')
    if (error) worker.job?.reject(error)
    delete worker.job
    this.#next()
  }
}

function closed(): PaperError {
  return new PaperError('closed', 'Papers are no longer made here')
}

function refusalOf(paper: Paper, isClosed: boolean, isBusy: boolean): PaperError | undefined {
  if (isClosed) return closed()
  if (isBusy) return new PaperError('busy', 'Too many papers wait to be made')
  if (cellsOf(paper) > MOST_CELLS)
    return new PaperError('too-large', `A paper has more than ${MOST_CELLS} cells in tables`)
  if (serialize(paper).length > MOST_BYTES)
    return new PaperError('too-large', `A paper has more than ${MOST_BYTES} bytes`)
  return undefined
}

function cellsOf({ sections }: Paper): number {
  const tables = sections.flatMap(({ blocks }) => blocks.filter((block) => block.block === 'table'))
  return tables.reduce((sum, { columns, rows }) => sum + columns.length * rows.length, 0)
}

/** Without the environment of the server: it knows neither database nor keys, and sees no fonts but ours. */
function started(): ChildProcess {
  const child = fork(WORKER, {
    env: { FONTCONFIG_FILE: FONT_CONFIG },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  if (child.pid !== undefined) standBack(child.pid)
  return child
}

/** Papers are made beside the ledger: with what it leaves of the processors, and first to go where memory is short. */
function standBack(pid: number): void {
  try {
    setPriority(pid, Math.min(LOWEST, getPriority() + STEPS_BELOW))
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000')
  } catch {
    // The system has no such thing, or the process has ended already, which its own event tells.
  }
}
