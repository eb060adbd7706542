import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { ensureDataDir } from './data-dir.ts'
import { errorCode } from './error-code.ts'
import { isAlive, startOf } from './process.ts'
import { StartupError } from './startup-error.ts'

/** The answer to a claim on a data folder: it is ours until released, or a server runs on it already. */
export type Claim =
  | { readonly claimed: true; release(): Promise<void> }
  | { readonly claimed: false; readonly url: string; readonly pid: number }

const HEALTH = '/national/health'
const HEALTH_TIMEOUT_MS = 2_000
const START_TIMEOUT_MS = 60_000
const POLL_MS = 100

const record = z.object({
  url: z.url(),
  pid: z.int().positive(),
  /** When the process began, in the kernel's own unit, which tells it from a later one with the same number. */
  began: z.string().nullable(),
  id: z.string(),
})
type Record = z.output<typeof record>

/**
 * Claims a data folder for one server, which is to answer at `url`. If another has it, waits until that one answers and
 * says where. What a killed server left behind does not count. Throws StartupError if the other one does not answer.
 */
export async function claimInstance(
  dataDir: string,
  url: string,
  { startTimeoutMs = START_TIMEOUT_MS } = {},
): Promise<Claim> {
  await ensureDataDir(dataDir)
  const file = join(dataDir, 'server.json')
  const mine = { url, pid: process.pid, began: await startOf(process.pid), id: randomBytes(8).toString('hex') }
  for (const deadline = Date.now() + startTimeoutMs; ; ) {
    if (await place(file, mine))
      return { claimed: true, release: () => removeIf(file, (found) => found?.id === mine.id) }
    const other = await read(file)
    if (other && (await runs(other))) {
      if (await answers(other.url)) return { claimed: false, url: other.url, pid: other.pid }
      if (Date.now() > deadline) {
        throw new StartupError(
          `Process ${other.pid} has ${dataDir}, but does not answer at ${other.url}. Stop it first.`,
        )
      }
      await delay(POLL_MS)
    } else {
      await removeIf(file, (found) => found?.id === other?.id)
    }
  }
}

/** Puts a whole file in place, or answers false if there is one. */
async function place(file: string, mine: Record): Promise<boolean> {
  const draft = `${file}.${mine.id}`
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 })
  try {
    await link(draft, file)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** The record in a file; null for no file or one that makes no sense. */
async function read(file: string): Promise<Record | null> {
  const text = await readFile(file, 'utf8').catch(() => 'null')
  try {
    return record.nullable().parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** Moves the file aside before judging it, and back if it is another's: somebody may have replaced it just now. */
async function removeIf(file: string, condemned: (found: Record | null) => boolean): Promise<void> {
  const aside = `${file}.${randomBytes(8).toString('hex')}`
  try {
    await rename(file, aside)
    if (!condemned(await read(aside))) await link(aside, file)
    await rm(aside)
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(errorCode(error))) throw error
  }
}

async function runs(other: Record): Promise<boolean> {
  return isAlive(other.pid) && (await startOf(other.pid)) === other.began
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL(HEALTH, url), { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}
