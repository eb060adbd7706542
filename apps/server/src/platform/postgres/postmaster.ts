import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { copyFile, link, open, readFile, readlink, realpath, rename, rm, stat, truncate } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from '../error-code.ts'
import { StartupError } from '../startup-error.ts'
import { type Binaries, unprivileged } from './binaries.ts'
import { type Cluster, POSTGRES_ENVIRONMENT } from './cluster.ts'

/** A PostgreSQL server process that runs on a cluster. */
export type Postmaster = { readonly pid: number; readonly port: number }

const LOG_LIMIT_BYTES = 8 * 1024 * 1024
const STOP_TIMEOUT_MS = 60_000
const POLL_MS = 20
const WRITING_PID_MS = 5_000

/** What PostgreSQL says when another start was faster, or the last server's children are still leaving. */
const TRY_AGAIN = /lock file "postmaster\.pid"|pre-existing shared memory block/
const PORT_TAKEN = /could not create any TCP\/IP sockets/

/** The live server of a cluster, or null; a pid file that a killed server left behind is removed. */
export async function findPostmaster(folder: string): Promise<Postmaster | null> {
  const file = join(folder, 'postmaster.pid')
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const [pid, , , port] = text.split('\n').map(Number)
  if (!pid && (await isFresh(file))) return null
  if (pid && (await servesFolder(pid, folder))) return { pid, port: port || 0 }
  await removeStale(file, text)
  return null
}

/** An empty pid file is about to be written, unless the machine stopped just then. */
async function isFresh(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null)
  return !found || Date.now() - found.mtimeMs < WRITING_PID_MS
}

/** A pid may belong to another program by now. A PostgreSQL server works in its data folder, which tells it from others. */
async function servesFolder(pid: number, folder: string): Promise<boolean> {
  if (process.platform === 'linux') {
    try {
      return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder))
    } catch (error) {
      return ['EACCES', 'EPERM'].includes(errorCode(error))
    }
  }
  const name = await new Promise<string>((resolve) =>
    execFile('ps', ['-o', 'comm=', '-p', String(pid)], (_error, output) => resolve(output)),
  )
  return name.includes('postgres')
}

/** Takes the file away only if it still says what was judged stale: another start may have replaced it meanwhile. */
async function removeStale(file: string, judged: string): Promise<void> {
  const aside = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await rename(file, aside)
    if ((await readFile(aside, 'utf8')) !== judged) await link(aside, file)
    await rm(aside)
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(errorCode(error))) throw error
  }
}

/**
 * Starts the server on loopback, detached from our process group so that Ctrl-C does not reach it. Resolves once it has
 * taken the cluster, though it may still be recovering. Resolves `null` when it is worth another look: somebody else
 * started it, or the port went away. Throws StartupError with PostgreSQL's own words otherwise.
 */
export async function launchPostmaster(
  binaries: Binaries,
  cluster: Cluster,
  wantedPort: number | null,
): Promise<Postmaster | null> {
  await boundLog(cluster.log)
  const port = wantedPort ?? (await freePort())
  const options = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', logging_collector: 'off' }
  const settings = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { file, args, uid } = unprivileged(binaries.postgres, ['-D', cluster.folder, ...settings], cluster.folder)
  const said = await stat(cluster.log).then(
    (log) => log.size,
    () => 0,
  )
  const log = openSync(cluster.log, 'a', 0o600)
  const identity = uid === undefined ? {} : { uid, gid: uid }
  const child = spawn(file, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: POSTGRES_ENVIRONMENT,
    ...identity,
  })
  closeSync(log)
  const ended = new Promise<true>((resolve) => {
    child.once('error', () => resolve(true))
    child.once('exit', () => resolve(true))
  })
  child.unref()
  for (;;) {
    if (await Promise.race([ended, delay(POLL_MS, false)])) {
      const words = await readFrom(cluster.log, said)
      if (TRY_AGAIN.test(words) || PORT_TAKEN.test(words)) return null
      throw new StartupError(`PostgreSQL did not start on ${cluster.folder}: ${fatal(words)} (${cluster.log})`)
    }
    const running = await findPostmaster(cluster.folder)
    if (running && running.pid === child.pid && running.port) return running
  }
}

/** Stops a server as PostgreSQL's fast shutdown does: sessions end, everything is written. True once it is gone. */
export async function stopPostmaster(folder: string, pid: number): Promise<boolean> {
  const deadline = Date.now() + STOP_TIMEOUT_MS
  try {
    process.kill(pid, 'SIGINT')
  } catch {
    return true
  }
  while (Date.now() < deadline) {
    const running = await findPostmaster(folder)
    if (running?.pid !== pid) return true
    await delay(POLL_MS)
  }
  return false
}

/** Keeps the log below its limit: what is over goes to `pg.log.1`, which is replaced each time. */
export async function boundLog(log: string): Promise<void> {
  const size = await stat(log).then(
    (found) => found.size,
    () => 0,
  )
  if (size <= LOG_LIMIT_BYTES) return
  await copyFile(log, `${log}.1`)
  await truncate(log)
}

async function readFrom(file: string, offset: number): Promise<string> {
  const handle = await open(file)
  try {
    const length = Math.max(0, (await handle.stat()).size - offset)
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, offset)
    return buffer.toString('utf8')
  } finally {
    await handle.close()
  }
}

function fatal(words: string): string {
  const lines = words.split('\n').filter((line) => /(FATAL|PANIC|ERROR|DETAIL|HINT|error):/.test(line))
  return lines.length > 0 ? lines.join(' ') : words.trim() || 'it ended without a word'
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
