import { randomBytes } from 'node:crypto'
import { existsSync, statfsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { stderrLog } from '../../apps/server/src/platform/log.ts'
import { binariesIn } from '../../apps/server/src/platform/postgres/binaries.ts'
import { type Embedded, openEmbedded } from '../../apps/server/src/platform/postgres/embedded.ts'
import { findPostmaster, stopPostmaster } from '../../apps/server/src/platform/postgres/postmaster.ts'
import { isAlive } from '../../apps/server/src/platform/process.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of this run, in memory if there is room; holds the cluster, and the file `server`: its URL or why it has none. */
    runFolder: string
  }
}

const ROOM_BYTES = 4 * 1024 ** 3
const runsOnDisk = join(tmpdir(), 'tallystick-tests')
const runs = memoryHasRoom() ? '/dev/shm/tallystick-tests' : runsOnDisk

/**
 * One PostgreSQL for a whole run of tests, started while the first tests load. `TEST_DATABASE_URL` names another server
 * to use, `TEST_POSTGRES_BIN` the folder of another PostgreSQL's programs to start, such as /usr/lib/postgresql/15/bin.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const runFolder = join(runs, `${process.pid}-${randomBytes(4).toString('hex')}`)
  await mkdir(runFolder, { recursive: true })
  project.provide('runFolder', runFolder)
  const external = process.env.TEST_DATABASE_URL
  const starting = external ? Promise.resolve(null) : joinServer(runFolder, false)
  const announced = announce(runFolder, starting, external)
  await sweep()
  return async () => {
    await announced
    if (external) await dropDatabases(external, runFolder)
    await (await starting.catch(() => null))?.close()
    for (const folder of [runFolder, onDisk(runFolder)]) await rm(folder, { recursive: true, force: true })
  }
}

function memoryHasRoom(): boolean {
  if (!existsSync('/dev/shm')) return false
  const { bavail, bsize } = statfsSync('/dev/shm')
  return bavail * bsize > ROOM_BYTES
}

/** A run's folder for what must not be in memory; taken away after the run as the other. */
export function onDisk(runFolder: string): string {
  return join(runsOnDisk, basename(runFolder))
}

/** Starts or joins one of the two servers of a run. */
export async function joinServer(runFolder: string, durable: boolean): Promise<Embedded> {
  const folder = process.env.TEST_POSTGRES_BIN
  const binaries = folder ? { binaries: binariesIn(folder) } : {}
  const dataDir = durable ? join(onDisk(runFolder), 'durable') : join(runFolder, 'fast')
  return openEmbedded({ dataDir, durable, log: stderrLog, ...binaries })
}

async function announce(runFolder: string, starting: Promise<Embedded | null>, external?: string): Promise<void> {
  const answer = await starting.then(
    (server) => ({ url: external ?? server?.url('postgres') }),
    (error: unknown) => ({ error: String(error) }),
  )
  await writeFile(join(runFolder, 'server.new'), JSON.stringify(answer))
  await rename(join(runFolder, 'server.new'), join(runFolder, 'server'))
}

/** Stops the servers that killed runs left behind, and takes their folders away. */
async function sweep(): Promise<void> {
  for (const folder of new Set([runs, runsOnDisk])) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!isAlive(Number.parseInt(name, 10))) await discard(join(folder, name))
    }
  }
}

async function discard(runFolder: string): Promise<void> {
  for (const name of await readdir(runFolder).catch(() => [])) {
    const cluster = join(runFolder, name, 'pg')
    const left = await findPostmaster(cluster).catch(() => null)
    if (left) await stopPostmaster(cluster, left.pid)
  }
  await rm(runFolder, { recursive: true, force: true })
}

async function dropDatabases(url: string, runFolder: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    [databasePrefix(runFolder)],
  )
  for (const { datname } of rows)
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(datname)} WITH (FORCE)`)
  await client.end()
}

/** The names of a run's databases begin like this, so that the run can drop them on a server that outlives it. */
export function databasePrefix(runFolder: string): string {
  return `test_${runFolder.slice(-8)}_`
}
