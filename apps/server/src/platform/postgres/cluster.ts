import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  appendFile,
  chmod,
  chown,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { ensureDataDir } from '../data-dir.ts'
import { errorCode } from '../error-code.ts'
import { isAlive } from '../process.ts'
import { StartupError } from '../startup-error.ts'
import { type Binaries, ENTER_ONLY, unprivileged } from './binaries.ts'

/** A PostgreSQL cluster on disk: `<dataDir>/pg`, with its superuser's password beside it. */
export type Cluster = { readonly folder: string; readonly password: string; readonly log: string }

export const SUPERUSER = 'tallystick'

/** A half-made cluster whose maker cannot be found any more is swept away after this time. */
const ABANDONED_AFTER_MS = 600_000

/** What keeps writing even, and why: docs/decisions/0038-settings-of-postgresql.md. */
const EVEN_WRITING = {
  backend_flush_after: '256kB',
  bgwriter_delay: '50ms',
  bgwriter_lru_maxpages: '1000',
  max_wal_size: '2GB',
  min_wal_size: '1GB',
}

const SETTINGS = {
  ...EVEN_WRITING,
  max_connections: '100',
  shared_buffers: '128MB',
  lc_messages: 'C',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  jit: 'off',
  huge_pages: 'off',
}

/** A killed server still loses nothing, for the kernel has what it wrote. */
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' }

/**
 * Finds the cluster of a data folder, or makes it. It is made aside and renamed into place, so that a cluster is there
 * whole or not at all, whatever is killed when; of two makers at once the second takes what the first has made.
 */
export async function ensureCluster(dataDir: string, binaries: Binaries, durable: boolean): Promise<Cluster> {
  await ensureDataDir(dataDir)
  const folder = join(dataDir, 'pg')
  const there = await isCluster(folder)
  const password = await ensurePassword(join(dataDir, 'pg.password'), there)
  if (!there) {
    await sweep(dataDir)
    await makeCluster(dataDir, folder, password, binaries, durable)
  }
  return { folder, password, log: join(dataDir, 'pg.log') }
}

/** True when `folder` holds a cluster, false when there is nothing; anything else is an error. */
export async function isCluster(folder: string): Promise<boolean> {
  try {
    await stat(join(folder, 'PG_VERSION'))
    return true
  } catch {
    const found = await readdir(folder).catch(() => [])
    if (found.length === 0) return false
    throw new StartupError(`${folder} is not a PostgreSQL cluster: move it away, or set DATA_DIR to another folder.`)
  }
}

async function ensurePassword(file: string, clusterExists: boolean): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => '')
  if (known) return known
  if (clusterExists) throw new StartupError(`${file} is missing: without it nobody can open the database beside it.`)
  const draft = `${file}.new-${process.pid}-${randomBytes(6).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  await handle.writeFile(randomBytes(24).toString('base64url'))
  await handle.sync()
  await handle.close()
  await link(draft, file).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error
  })
  await rm(draft)
  return readFile(file, 'utf8')
}

async function makeCluster(dataDir: string, folder: string, password: string, binaries: Binaries, durable: boolean) {
  const aside = join(dataDir, `pg.new-${process.pid}-${randomBytes(6).toString('hex')}`)
  const made = join(aside, 'cluster')
  const passwordFile = join(aside, 'password')
  await mkdir(aside, { mode: 0o700 })
  try {
    await writeFile(passwordFile, password, { mode: 0o600 })
    const command = unprivileged(binaries.initdb, initdbArguments(made, passwordFile, binaries.major, durable))
    if (command.uid !== undefined) {
      await chmod(dataDir, ENTER_ONLY)
      for (const path of [aside, passwordFile]) await chown(path, command.uid, command.uid)
    }
    await run(command)
    await appendFile(join(made, 'postgresql.conf'), settings(durable))
    await rename(made, folder).catch(async (error) => {
      if (!(await isCluster(folder))) throw error
    })
    await syncFolder(dataDir)
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

function initdbArguments(folder: string, passwordFile: string, major: number, durable: boolean): string[] {
  const locale =
    major >= 17
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
      : ['--locale-provider=libc', '--locale=C.UTF-8']
  return [
    `--pgdata=${folder}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--data-checksums',
    '--no-instructions',
    ...locale,
    ...(durable ? [] : ['--no-sync']),
  ]
}

function settings(durable: boolean): string {
  const lines = Object.entries(durable ? SETTINGS : { ...SETTINGS, ...NOT_DURABLE })
  return `\n# Set when this cluster was made; later lines win, and ALTER SYSTEM over them.\n${lines.map(([name, value]) => `${name} = '${value}'\n`).join('')}`
}

/** The environment of PostgreSQL's programs: English messages, none of our variables. */
export const POSTGRES_ENVIRONMENT = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }

function run(command: ReturnType<typeof unprivileged>): Promise<void> {
  const { file, args, uid } = command
  return new Promise((resolve, reject) => {
    const identity = uid === undefined ? {} : { uid, gid: uid }
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: POSTGRES_ENVIRONMENT, ...identity })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new StartupError(`PostgreSQL could not make its data folder: ${errors.trim()}.${hintFor(uid)}`))
    })
  })
}

function hintFor(uid: number | undefined): string {
  if (uid === undefined) return ''
  return ` It cannot run as root, and runs as user ${uid} here: DATA_DIR must be below folders that every user may enter.`
}

async function sweep(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const maker = /^pg\.(?:password\.)?new-(\d+)-/.exec(name)?.[1]
    if (!maker) continue
    const path = join(dataDir, name)
    const made = await stat(path).catch(() => null)
    if (made && (!isAlive(Number(maker)) || Date.now() - made.mtimeMs > ABANDONED_AFTER_MS)) {
      await rm(path, { recursive: true, force: true, maxRetries: 5 }).catch(() => {})
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  await handle.sync().finally(() => handle.close())
}
