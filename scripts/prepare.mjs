// What must be there before anything of ours can run: the dependencies and a Node that runs TypeScript. Plain JavaScript
// for any Node from 20 on, without a dependency, and silent on standard output, which belongs to the command.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export const root = join(import.meta.dirname, '..')
const modules = join(root, 'node_modules')
const lock = join(root, '.install.lock')
const OLDEST_NODE = [22, 18]
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
const HEARTBEAT_MS = 1_000
const LOCK_STALE_AFTER_MS = 15_000
const LOCK_DEAD_AFTER_MS = 900_000

/**
 * Node's own options for a server: threads that collect garbage beside it leave a processor to the database, which the
 * server waits for. Node would take four, however few there are.
 */
export const SERVER_OPTIONS = [`--v8-pool-size=${Math.max(1, availableParallelism() - 1)}`]

/** Installs the dependencies if they are not in step with package-lock.json. Two at once: the second waits for the first. */
export async function ensureDependencies() {
  if (inStep()) return
  const release = await takeLock()
  try {
    if (inStep()) return
    process.stderr.write('Installing dependencies (about a minute, once)…\n')
    await install()
  } finally {
    release()
  }
}

/** The Node to run TypeScript with: the one among the dependencies, else the running one. Ends the process if neither will do. */
export function findNode() {
  const bundled = join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (existsSync(bundled) && spawnSync(bundled, ['--version']).status === 0) return bundled
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return process.execPath
  fail(
    `Tallystick needs Node ${OLDEST_NODE.join('.')} or newer. This is Node ${process.versions.node}, and the dependencies bring ` +
      `none for ${process.platform}-${process.arch}. Install Node 24 (https://nodejs.org) and try again.`,
  )
}

export function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/** npm writes what it has installed into node_modules/.package-lock.json as its last step, so an interrupted install shows. */
function inStep() {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const installed = packagesOf(join(modules, '.package-lock.json'))
  if (!wanted || !installed) return false
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (!path.startsWith('node_modules/')) return true
    const found = installed[path]
    return found ? link || found.version === version : optional
  })
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return null
  }
}

async function install() {
  // The one package with an install script only makes links, which the PostgreSQL launcher makes as well.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  const env = { ...process.env, PATH: path.join(delimiter) }
  let interrupted = false
  const stop = () => {
    interrupted = true
    child.kill()
  }
  // Before npm runs: from its first moment on a signal must reach it.
  for (const signal of SIGNALS) process.on(signal, stop)
  const child = spawn('npm', args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const collect = (text) => {
    output += text
  }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', collect)
  if (child.pid) writeFileSync(lock, String(child.pid))
  const heartbeat = setInterval(touch, HEARTBEAT_MS)
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      collect(error.message)
      resolve(1)
    })
    child.on('close', resolve)
  })
  for (const signal of SIGNALS) process.off(signal, stop)
  clearInterval(heartbeat)
  if (code === 0 && inStep()) return
  throw new Error(interrupted ? 'The installation was interrupted.' : `npm ci failed:\n${output.trim()}`)
}

async function takeLock() {
  for (let told = false; ; ) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      return () => rmSync(lock, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (!told) process.stderr.write('Waiting for another run that installs the dependencies…\n')
    told = true
    breakStaleLock()
    await delay(200)
  }
}

/** Whoever installs touches the lock each second. Untouched, its owner was killed; but the npm it names may still be at work. */
function breakStaleLock() {
  try {
    const untouched = Date.now() - statSync(lock).mtimeMs
    if (untouched < LOCK_STALE_AFTER_MS) return
    if (untouched < LOCK_DEAD_AFTER_MS && exists(Number(readFileSync(lock, 'utf8')))) return
    const aside = `${lock}.${process.pid}`
    renameSync(lock, aside)
    rmSync(aside)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

function exists(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function touch() {
  const now = new Date()
  try {
    utimesSync(lock, now, now)
  } catch {}
}
