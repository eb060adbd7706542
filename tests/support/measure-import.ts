import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { joinServer } from './cluster.ts'
import { writeRegistryFile } from './registry-file.ts'

/**
 * Measures `tallystick import`: `node tests/support/measure-import.ts [rows] [heap MB] [case ...]`. Writes a made-up file,
 * starts a PostgreSQL without fsync, and imports the file in a process whose heap may not grow beyond the size given: `accepted` rows,
 * a file of which every second row is `refused`, with a report, and a `dry-run`. Prints rows a second, and the memory of
 * that process: the median of each fifth of the time; with its processor time, to compare on a computer that others use. `PROFILE` names a folder for profiles of the processor's time.
 */
const [rows = 100_000, heapMb = 96] = process.argv.slice(2, 4).map(Number)
const cases = process.argv.length > 4 ? process.argv.slice(4) : ['accepted', 'refused', 'dry-run']
const cli = new URL('../../apps/cli/src/main.ts', import.meta.url).pathname

const LOOK_MS = 200
const FIFTHS = 5

// Named as the folder of a run of tests, so that no other run takes its server away.
const scratch = await mkdtemp(join(tmpdir(), `${process.pid}-measure-import-`))
const server = await joinServer(scratch, false)
try {
  console.log(`${rows} rows, heap of ${heapMb} MB, ${availableParallelism()} cores`)
  for (const what of cases) console.log(await measure(what))
} finally {
  await server.close()
  await rm(scratch, { recursive: true, force: true })
}

async function measure(what: string): Promise<string> {
  const file = join(scratch, `${what}.csv`)
  await writeRegistryFile(file, rows, { bad: what === 'refused' })
  const name = `import_${what.replace('-', '_')}`
  await statement(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`)
  const report = what === 'refused' ? ['--report', join(scratch, 'report.json')] : []
  const options = [...report, ...(what === 'dry-run' ? ['--dry-run'] : [])]
  const args = ['import', 'verra-transactions', file, '--data', join(scratch, what), ...options]
  const started = performance.now()
  const { said, memoryMb, cpuMs } = await watch(args, server.url(name))
  const seconds = (performance.now() - started) / 1000
  const fifths = Array.from({ length: FIFTHS }, (_, fifth) => {
    const from = Math.floor((memoryMb.length * fifth) / FIFTHS)
    return median(memoryMb.slice(from, Math.floor((memoryMb.length * (fifth + 1)) / FIFTHS)))
  })
  await statement(`DROP DATABASE ${name} WITH (FORCE)`)
  await rm(file)
  const most = Math.max(...memoryMb)
  return [
    `${what}: ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} rows/s, ${Math.round((cpuMs * 1000) / rows)} µs a row, ${fifths.join(' ')} MB, at most ${most} MB`,
    ...said.split('\n').slice(0, 2),
  ].join('\n')
}

async function watch(args: string[], url: string): Promise<{ said: string; memoryMb: number[]; cpuMs: number }> {
  const profile = process.env.PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PROFILE}`] : []
  const limits = [`--max-old-space-size=${heapMb}`, '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...limits, ...profile, cli, ...args], {
    env: { PATH: process.env.PATH ?? '', ROOT_EMAIL: 'root@authority.example', DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (data) => {
    said += data
  })
  let ended = false
  const code = new Promise<number | null>((resolve) =>
    child.once('exit', (exit) => {
      ended = true
      resolve(exit)
    }),
  )
  const memoryMb: number[] = []
  let cpuMs = 0
  while (!ended) {
    cpuMs = (await processorMs(child.pid)) ?? cpuMs
    const mb = await residentMb(child.pid)
    if (mb !== undefined) memoryMb.push(mb)
    await delay(LOOK_MS)
  }
  const exit = await code
  if (exit !== 0 && exit !== 4) throw new Error(`${args.join(' ')} ended with ${exit}: ${said}`)
  return { said, memoryMb, cpuMs }
}

/** User's and system's time; Linux counts it in hundredths of a second. */
async function processorMs(pid: number | undefined): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  const [user, system] =
    stat
      ?.slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13) ?? []
  return user === undefined ? undefined : (Number(user) + Number(system)) * 10
}

async function residentMb(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kb = /^VmRSS:\s+(\d+)/m.exec(status)?.[1]
  return kb === undefined ? undefined : Math.round(Number(kb) / 1024)
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

async function statement(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
