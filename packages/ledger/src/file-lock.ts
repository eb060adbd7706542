import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { draftOf } from './files.ts'

/** Another process holds the file; the message says which, and what a person can do. */
export class LockedError extends Error {}

const PATIENCE_MS = 10_000
const PAUSE_MS = 20

/**
 * Runs `work` while this call alone holds `file`, which says who holds it and is gone afterwards. What a killed process
 * left behind is taken away. Errors: `LockedError` where another holds it for longer than ten seconds.
 */
export async function holding<T>(file: string, work: () => Promise<T>): Promise<T> {
  await acquire(file)
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function acquire(file: string): Promise<void> {
  const me = JSON.stringify({ host: hostname(), pid: process.pid, start: await startOf(process.pid) })
  const until = Date.now() + PATIENCE_MS
  while (!(await create(file, me))) {
    const holder = await readFile(file, 'utf8').catch(() => '')
    if (await isLeftBehind(holder)) await takeAway(file, holder)
    else if (Date.now() > until) {
      throw new LockedError(`${file} is held by ${holder || 'somebody'}: if nobody runs there any more, delete it`)
    } else await delay(PAUSE_MS)
  }
}

/** The file is there with its whole content or not at all, also for whoever is killed meanwhile. */
async function create(file: string, content: string): Promise<boolean> {
  const draft = draftOf(file)
  await writeFile(draft, content, { mode: 0o600 })
  try {
    await link(draft, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** Of those who find the same file left behind one takes it away, and only if it is that file still. */
async function takeAway(file: string, holder: string): Promise<void> {
  const guard = `${file}.taking`
  if (!(await create(guard, ''))) return delay(PAUSE_MS)
  try {
    if ((await readFile(file, 'utf8').catch(() => '')) === holder) await rm(file, { force: true })
  } finally {
    await rm(guard, { force: true })
  }
}

/** A process of this computer that is there no more, or whose number another has now. */
async function isLeftBehind(holder: string): Promise<boolean> {
  const { host, pid, start } = parse(holder)
  if (host !== hostname() || typeof pid !== 'number') return false
  return !isAlive(pid) || (await startOf(pid)) !== start
}

function parse(holder: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(holder)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** When a process began, which tells it from a later one with its number; null without /proc. */
async function startOf(pid: number): Promise<string | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The program's name may hold spaces and brackets; the fields after it are counted from the last bracket.
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? null
}
