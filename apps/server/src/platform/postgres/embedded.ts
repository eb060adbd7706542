import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { errorCode } from '../error-code.ts'
import type { Log } from '../log.ts'
import { StartupError } from '../startup-error.ts'
import { type Binaries, embeddedBinaries } from './binaries.ts'
import { type Cluster, ensureCluster, SUPERUSER } from './cluster.ts'
import { boundLog, findPostmaster, launchPostmaster, stopPostmaster } from './postmaster.ts'

/** How to run the PostgreSQL of a data folder. */
export type EmbeddedOptions = {
  /** Holds `pg`, `pg.password` and `pg.log`. */
  readonly dataDir: string
  readonly log: Log
  /** `false` makes a new cluster that loses data in a power cut: for tests. */
  readonly durable?: boolean
  /** Other programs than those of the npm package. */
  readonly binaries?: Binaries
}

/** A share in the running PostgreSQL of a data folder. */
export type Embedded = {
  /** URL of a database of the cluster. It contains the password: never log it. */
  url(database: string): string
  readonly pid: number
  /** Gives the share back; whoever gives back the last one stops the server. */
  close(): Promise<void>
}

type Share = { readonly session: pg.Client; readonly pid: number; readonly port: number }

/**
 * Each process that uses the server holds one session with a shared advisory lock on this number in database `postgres`.
 * Who can take it alone is the last one. PostgreSQL lets go of a killed process's lock, so no list of users can go stale.
 */
const USERS_LOCK = '7021395824476512'
const POLL_MS = 30
const RETRY_MS = 500
const TELL_AFTER_MS = 5_000
const LOG_CHECK_MS = 600_000
const MAX_LAUNCHES = 200
const GIVE_UP_AFTER_MS = 600_000

/**
 * Joins the PostgreSQL of a data folder: makes the cluster if there is none, starts the server if none runs. If the
 * server is killed later it is started again on the same port. Throws StartupError.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const binaries = options.binaries ?? embeddedBinaries()
  const cluster = await ensureCluster(options.dataDir, binaries, options.durable ?? true)
  let share = await join(binaries, cluster, options.log, null)
  const port = share.port
  let closing = false
  let rejoining: Promise<void> = Promise.resolve()

  const watch = () => {
    share.session.once('end', () => {
      if (closing) return
      rejoining = rejoin()
    })
  }
  const rejoin = async () => {
    options.log.warn('The connection to the embedded PostgreSQL was lost; joining it again.')
    for (let told = ''; !closing; ) {
      try {
        share = await join(binaries, cluster, options.log, port)
        if (share.port !== port) options.log.warn('The embedded PostgreSQL has another port now: restart this process.')
        return watch()
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        if (message !== told) options.log.warn(message)
        told = message
        await delay(RETRY_MS, undefined, { ref: false })
      }
    }
  }
  watch()
  const logWatch = setInterval(() => boundLog(cluster.log).catch(() => {}), LOG_CHECK_MS).unref()

  return {
    url: (database) =>
      `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${share.port}/${encodeURIComponent(database)}`,
    get pid() {
      return share.pid
    },
    async close() {
      if (closing) return
      closing = true
      clearInterval(logWatch)
      await rejoining
      await leave(cluster, share, options.log)
    },
  }
}

async function join(binaries: Binaries, cluster: Cluster, log: Log, wantedPort: number | null): Promise<Share> {
  const began = Date.now()
  let told = false
  let launches = 0
  for (let port = wantedPort; ; ) {
    const running = await findPostmaster(cluster.folder)
    if (running) {
      const session = running.port ? await enter(running.port, cluster.password) : null
      if (session) return { session, pid: running.pid, port: running.port }
      const waited = Date.now() - began
      if (waited > GIVE_UP_AFTER_MS) throw new StartupError(`PostgreSQL (process ${running.pid}) does not answer.`)
      if (!told && waited > TELL_AFTER_MS) {
        told = true
        log.info('Waiting for the embedded PostgreSQL, which is recovering or stopping.')
      }
    } else {
      if (++launches > MAX_LAUNCHES) throw new StartupError(`PostgreSQL does not start: see ${cluster.log}.`)
      if ((await launchPostmaster(binaries, cluster, port)) !== null) continue
      if (launches > MAX_LAUNCHES / 4) port = null
    }
    await delay(POLL_MS)
  }
}

/** A session that counts as a user of the server, or null while the server starts, stops or is being stopped. */
async function enter(port: number, password: string): Promise<pg.Client | null> {
  const session = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    keepAlive: true,
  })
  session.on('error', () => {})
  try {
    await session.connect()
    await session.query("SET application_name = 'tallystick user'; SET idle_session_timeout = 0")
    if (await locked(session, 'pg_try_advisory_lock_shared')) return session
  } catch (error) {
    if (errorCode(error) === '28P01') throw new StartupError('pg.password does not open the database beside it.')
    if (error instanceof pg.DatabaseError && !errorCode(error).startsWith('57P')) throw error
  }
  await session.end().catch(() => {})
  return null
}

async function leave(cluster: Cluster, share: Share, log: Log): Promise<void> {
  const last = await share.session
    .query('SELECT pg_advisory_unlock_shared($1)', [USERS_LOCK])
    .then(() => locked(share.session, 'pg_try_advisory_lock'))
    .catch(() => false)
  if (last && !(await stopPostmaster(cluster.folder, share.pid))) {
    log.warn(`The embedded PostgreSQL (process ${share.pid}) takes long to stop.`)
  }
  await share.session.end().catch(() => {})
}

async function locked(session: pg.Client, attempt: string): Promise<boolean> {
  const { rows } = await session.query<{ taken: boolean }>(`SELECT ${attempt}($1) AS taken`, [USERS_LOCK])
  return rows[0]?.taken === true
}
