import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort, type ServerProcess, startServer } from '../../tests/support/server.ts'
import { query, type Server } from '../database.ts'
import { pssMB } from '../process.ts'
import { ROOT_EMAIL, type World } from './world.ts'

/** The processes of a registry as it stands in production; the first national one is never killed, to watch its memory. */
const MODULES = { 'national-1': 'national', 'national-2': 'national', signer: 'integrator,signer' } as const
export type Name = keyof typeof MODULES
const NAMES = Object.keys(MODULES) as Name[]

/** Whom the kills hit, in turn: five, so that the first five minutes and the last five meet the same. */
export const VICTIMS = ['national-2', 'signer', 'backend', 'national-2', 'postmaster'] as const
export type Victim = (typeof VICTIMS)[number]

const RESTART_PAUSE_MS = 100
const START_BOUND_MS = 60_000
/** Characters of a message. */
const MOST_WORDS = 800

export interface Processes {
  /** Addresses of the national servers. */
  urls: string[]
  folder(name: Name): string
  /** Kills with SIGKILL, and starts again at once; resolves when what was killed answers again. */
  kill(victim: Victim): Promise<void>
  /** PSS in MB of each process; the database is one. */
  pss(): Promise<Record<string, number>>
  /** What ended without being told to, or did not start, with its last words. */
  mishaps: string[]
  /** What the servers themselves call failures of their own, each once. */
  faults(): string[]
  close(): Promise<void>
}

/** Starts the processes on a world. Whatever ends is started again, as whoever watches over them does. */
export async function startProcesses(server: Server, world: World): Promise<Processes> {
  const running = new Map<Name, ServerProcess>()
  const killed: string[] = []
  const ports = new Map<Name, string>()
  const mishaps: string[] = []
  let closing = false
  for (const name of NAMES) ports.set(name, String(await freePort()))
  const folder = (name: Name) => (name === 'signer' ? world.signerFolder : join(server.folder, name))

  const start = async (name: Name): Promise<void> => {
    const env = {
      ...{ DATABASE_URL: world.url, DATA_DIR: folder(name), ROOT_EMAIL },
      ...{ RUN_MODULE: MODULES[name], PORT: ports.get(name) ?? '' },
    }
    for (const end = Date.now() + START_BOUND_MS; ; await delay(RESTART_PAUSE_MS)) {
      try {
        const one = await startServer(env, [], { answers: name !== 'signer' })
        running.set(name, one)
        one.child.once('exit', (code, signal) => {
          if (closing || running.get(name) !== one) return
          mishaps.push(`${name} ended by itself (${signal ?? code}): ${lastWords(withoutLog(one.output()))}`)
          start(name).catch((error: unknown) => mishaps.push(String(error)))
        })
        return
      } catch (error) {
        // While there is no database a process ends with a message that says so.
        if (!String(error).includes('No PostgreSQL answers')) mishaps.push(`${name}: ${lastWords(String(error))}`)
        if (Date.now() > end) throw error
      }
    }
  }

  const kill = async (victim: Victim): Promise<void> => {
    if (victim === 'backend') return killBackend(world.url)
    if (victim === 'postmaster') {
      const [postmaster] = await server.pids()
      if (postmaster !== undefined) process.kill(postmaster, 'SIGKILL')
      return answered(world.url)
    }
    const one = running.get(victim)
    running.delete(victim)
    await one?.kill('SIGKILL')
    killed.push(...faultsIn(one?.output() ?? ''))
    await start(victim)
  }

  await start('signer')
  await start('national-1')
  await start('national-2')
  return {
    urls: NAMES.filter((name) => name !== 'signer').map((name) => `http://localhost:${ports.get(name)}`),
    folder,
    kill,
    mishaps,
    faults: () => [...new Set([...killed, ...[...running.values()].flatMap((one) => faultsIn(one.output()))])],
    async pss() {
      const each = [...running].map(async ([name, { child }]) => [name, await pssMB([child.pid ?? 0])])
      const database = async () => ['database', await pssMB(await server.pids())]
      const load = async () => ['clients', await pssMB([process.pid])]
      return Object.fromEntries(await Promise.all([...each, database(), load()]))
    },
    async close() {
      closing = true
      await Promise.all([...running.values()].map((one) => one.kill()))
    },
  }
}

/** Kills the backend of a statement that is under way, of a national server where there is one. */
async function killBackend(url: string): Promise<void> {
  const [backend] = await query<{ pid: number }>(
    url,
    `SELECT pid FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND datname = current_database() AND pid <> pg_backend_pid()
      ORDER BY state = 'active' DESC, query_start DESC LIMIT 1`,
  )
  if (backend) process.kill(backend.pid, 'SIGKILL')
  await answered(url)
}

/** Waits until the database answers again. */
async function answered(url: string): Promise<void> {
  // It may answer for a moment more, before it has noticed.
  await delay(RESTART_PAUSE_MS)
  for (const end = Date.now() + START_BOUND_MS; Date.now() < end; await delay(RESTART_PAUSE_MS)) {
    if (await query(url, 'SELECT 1').catch(() => undefined)) return
  }
  throw new Error(`the database does not answer again within ${START_BOUND_MS / 1000} s`)
}

/** The messages of answers with status 500 in the log of a server; those that differ in numbers alone are one. */
function faultsIn(output: string): string[] {
  const lines = output.split('\n').filter((line) => line.includes('"msg":"internal"'))
  return lines.map((line) => {
    const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line
    return message
      .replace(/\\n|\\"|\s+/g, ' ')
      .replace(/\b\d+\b/g, '#')
      .slice(0, MOST_WORDS)
  })
}

/** What a process said besides its log, which is in lines of JSON. */
function withoutLog(output: string): string {
  return output.replace(/^\{.*\}$/gm, '').replace(/\n+/g, '\n')
}

function lastWords(output: string): string {
  return output.trim().split('\n').slice(-12).join(' | ').slice(-MOST_WORDS)
}
