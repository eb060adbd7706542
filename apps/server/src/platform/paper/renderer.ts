import { type ChildProcess, fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import type { Answer, Job, Printed, Standard } from './compile.ts'
import { FONT_CONFIG } from './files.ts'
import type { Paper } from './paper.ts'

/** Sets papers as PDF/A, in processes of its own. */
export interface PaperRenderer {
  /** The same paper has the same bytes, wherever and whenever. Throws a `PaperError`. */
  renderPdf(paper: Paper, standard?: Standard): Promise<Printed>
  /** Ends the processes; what waits is refused. */
  close(): void
  /** Ids of the processes that run now. */
  readonly processes: readonly number[]
}

const DEFAULTS = {
  /** Processes at most. */
  workers: 2,
  /** Papers that may wait for one. */
  queue: 40,
  /** After which a process that works on one paper is killed. */
  timeoutMs: 60_000,
  /** After which a process without work ends, and gives its memory back. */
  idleMs: 60_000,
  /** A process that has grown beyond ends after its paper. */
  memoryBytes: 600 * 1024 * 1024,
}
type Limits = typeof DEFAULTS
export type RendererOptions = Partial<Limits>

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
  job?: Waiting | undefined
  timer?: NodeJS.Timeout
}

/** Longest paper, with its attachments. */
const MOST_BYTES = 32 * 1024 * 1024
/** Of all its tables: a cell takes about 30 kB while pages are made. */
const MOST_CELLS = 40_000
const WORKER = join(import.meta.dirname, 'compile.ts')

/** Starts no process before the first paper. */
export function paperRenderer(options: RendererOptions = {}): PaperRenderer {
  return new Pool({ ...DEFAULTS, ...options })
}

class Pool implements PaperRenderer {
  readonly #limits: Limits
  readonly #waiting: Waiting[] = []
  readonly #crew = new Set<Worker>()
  #isClosed = false

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get processes(): readonly number[] {
    return [...this.#crew].flatMap(({ child }) => child.pid ?? [])
  }

  async renderPdf(paper: Paper, standard?: Standard): Promise<Printed> {
    if (this.#isClosed) throw closed()
    if (this.#waiting.length >= this.#limits.queue) throw new PaperError('busy', 'Too many papers wait to be made')
    refuseLarge(paper)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ paper, standard, resolve, reject })
      this.#next()
    })
  }

  close(): void {
    this.#isClosed = true
    for (const job of this.#waiting.splice(0)) job.reject(closed())
    for (const worker of this.#crew) this.#end(worker, closed())
  }

  /** Gives the paper that has waited longest to whoever is free. */
  #next(): void {
    if (this.#waiting.length === 0) return
    const idle = [...this.#crew].find(({ job }) => !job)
    const worker = idle ?? (this.#crew.size < this.#limits.workers ? this.#hired() : undefined)
    const job = worker && this.#waiting.shift()
    if (job) this.#begin(worker, job)
  }

  #hired(): Worker {
    const worker: Worker = { child: started() }
    const crashed = (how: unknown) =>
      this.#end(worker, new PaperError('crashed', `A process that sets papers ended: ${how}`))
    this.#crew.add(worker)
    worker.child.on('message', (answer: Answer) => this.#answered(worker, answer))
    worker.child.on('error', crashed)
    worker.child.on('exit', (code, signal) => crashed(signal ?? code))
    return worker
  }

  #begin(worker: Worker, job: Waiting): void {
    const { child } = worker
    const { paper, standard } = job
    const { timeoutMs } = this.#limits
    const fail = (reason: PaperError['reason'], how: string) =>
      this.#end(worker, new PaperError(reason, `A paper ${how}`))
    worker.job = job
    child.ref()
    child.channel?.ref()
    clearTimeout(worker.timer)
    worker.timer = setTimeout(() => fail('timeout', `took longer than ${timeoutMs / 1000} s`), timeoutMs)
    child.send({ paper, standard } satisfies Job, (error) => {
      if (error) fail('crashed', `could not be handed over: ${error.message}`)
    })
  }

  /** Who is done does not keep the server from ending, and goes after a while, or at once where it has grown too big. */
  #answered(worker: Worker, { printed, refused, memory }: Answer): void {
    const { job, child } = worker
    const { memoryBytes, idleMs } = this.#limits
    worker.job = undefined
    if (printed) job?.resolve(printed)
    else job?.reject(new PaperError('refused', `${refused}`))
    child.unref()
    child.channel?.unref()
    clearTimeout(worker.timer)
    worker.timer = setTimeout(() => this.#end(worker), idleMs).unref()
    if (memory > memoryBytes) this.#end(worker)
    this.#next()
  }

  #end(worker: Worker, error?: PaperError): void {
    if (!this.#crew.delete(worker)) return
    clearTimeout(worker.timer)
    worker.child.kill('SIGKILL')
    if (error) worker.job?.reject(error)
    this.#next()
  }
}

const closed = () => new PaperError('closed', 'Papers are no longer made here')

function refuseLarge(paper: Paper): void {
  const tables = paper.sections.flatMap(({ blocks }) => blocks.filter((block) => block.block === 'table'))
  const cells = tables.reduce((sum, { columns, rows }) => sum + columns.length * rows.length, 0)
  if (cells > MOST_CELLS) throw new PaperError('too-large', `A paper has more than ${MOST_CELLS} cells in tables`)
  if (serialize(paper).length > MOST_BYTES)
    throw new PaperError('too-large', `A paper has more than ${MOST_BYTES} bytes`)
}

/**
 * Without the environment of the server: it knows neither database nor keys, and sees no fonts but ours. It works beside the
 * ledger: with what that leaves of the processors, and first to go where memory is short.
 */
function started(): ChildProcess {
  const child = fork(WORKER, {
    env: { FONTCONFIG_FILE: FONT_CONFIG },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  try {
    if (child.pid !== undefined) setPriority(child.pid, Math.min(19, getPriority() + 5))
    if (child.pid !== undefined) writeFileSync(`/proc/${child.pid}/oom_score_adj`, '1000')
  } catch {
    // The system has no such thing, or the process has ended already, which its own event tells.
  }
  return child
}
