import { readdirSync, readFileSync, statSync } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A file that cannot be had, with the reason for a person. */
export interface Unreadable {
  unreadable: string
  /** Nothing was learned of the file: no server answered for it, or the disk did not give it. Another time it may. */
  outOfReach?: true
}

export function isUnreadable(value: object): value is Unreadable {
  return 'unreadable' in value
}

/** Bytes, `undefined` where there is no such file, or why it could not be had. */
export type ReadOutcome = Uint8Array | undefined | Unreadable

/** Where the files of a log are. Nothing that comes from a source is believed before it is checked. */
export interface LogSource {
  /** As the user named it. */
  readonly name: string
  /** Files to ask for before they are needed. */
  readonly ahead: number
  /** At most `mostBytes` of it: a larger file is unreadable. Never throws. */
  read(path: string, mostBytes: number): Promise<ReadOutcome>
  /** Widths of the partial files kept under the path of a whole one; none where a source cannot tell. */
  partialWidths(path: string): Promise<number[]>
  /** Every path there is, or undefined for a source that cannot list. */
  paths(): AsyncIterable<string> | undefined
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR'])

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/**
 * An exported folder; no network is used. Files are read in one go: the many steps of an asynchronous read would each
 * wait for the replay, which leaves no turn to others.
 */
export class FolderSource implements LogSource {
  readonly name: string
  readonly ahead = 12

  constructor(folder: string) {
    this.name = folder
  }

  async read(path: string, mostBytes: number): Promise<ReadOutcome> {
    try {
      return readWhole(join(this.name, path), mostBytes)
    } catch (error) {
      if (ABSENT.has(codeOf(error))) return undefined
      return { unreadable: error instanceof Error ? error.message : String(error), outOfReach: true }
    }
  }

  async partialWidths(path: string): Promise<number[]> {
    try {
      const names = readdirSync(join(this.name, `${path}.p`))
      return names.filter((name) => /^[1-9][0-9]{0,2}$/.test(name)).map(Number)
    } catch {
      return []
    }
  }

  async *paths(): AsyncGenerator<string> {
    for await (const entry of await opendir(this.name, { recursive: true })) {
      if (entry.isDirectory()) continue
      const path = join(entry.parentPath, entry.name)
      yield path.slice(join(this.name, '/').length).replaceAll('\\', '/')
    }
  }
}

function readWhole(file: string, mostBytes: number): Uint8Array | Unreadable {
  const stat = statSync(file)
  if (!stat.isFile()) return { unreadable: 'it is not a file' }
  if (stat.size > mostBytes) return { unreadable: `it has ${stat.size} bytes, at most ${mostBytes} make sense` }
  return readFileSync(file)
}

const TIMEOUT_MS = 30_000
const ATTEMPTS = 3
const PAUSE_MS = 500

/** A log served over http or https. */
export class UrlSource implements LogSource {
  readonly name: string
  readonly ahead = 8

  constructor(url: string) {
    this.name = url.replace(/\/+$/, '')
  }

  async read(path: string, mostBytes: number): Promise<ReadOutcome> {
    let why = ''
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      try {
        const response = await fetch(`${this.name}/${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
        if (response.status === 404 || response.status === 410) return undefined
        if (response.ok) return await boundedBody(response, mostBytes)
        why = `the server answers ${response.status}`
        if (response.status < 500 && response.status !== 429) break
      } catch (error) {
        why = reasonOf(error)
      }
      if (attempt < ATTEMPTS) await delay(PAUSE_MS * attempt)
    }
    return { unreadable: why, outOfReach: true }
  }

  async partialWidths(): Promise<number[]> {
    return []
  }

  paths(): undefined {
    return undefined
  }
}

async function boundedBody(response: Response, mostBytes: number): Promise<ReadOutcome> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > mostBytes) return { unreadable: `it has more than the ${mostBytes} bytes that make sense` }
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}

/** Runs a task on each item, `count` of them before their turn, and answers in order; a failure comes in its turn. */
export async function* ahead<T, R>(
  items: Iterable<T>,
  count: number,
  task: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = []
  for (const item of items) {
    const started = task(item)
    started.catch(() => undefined) // whoever stops early leaves it behind
    running.push(started)
    if (running.length > count) {
      const next = running.shift()
      if (next) yield await next
    }
  }
  for (const next of running) yield await next
}
