import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportLog, type Ledger, PostgresLedger, publishedFile } from '@tallystick/ledger'
import pg from 'pg'
import { joinServer } from './cluster.ts'
import { publish } from './ledger-fixture.ts'
import { seedPostgres } from './seed-ledger.ts'

/**
 * What a stranger does with a long log, and how long it takes: `node tests/support/measure-log.ts [entries]`. Seeds a
 * database, exports its log, mirrors it over HTTP, and has both copies checked by `tallystick verify` and by the Go
 * program of `tests/external`. `DATABASE_URL` names a server to use; else one is started, and taken away afterwards.
 */
const entries = Number(process.argv[2] ?? 1_000_000)
const root = new URL('../../', import.meta.url).pathname
const GO = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode' }

const scratch = await mkdtemp(join(tmpdir(), 'tallystick-measure-log-'))
const server = process.env.DATABASE_URL ? undefined : await joinServer(scratch, false)
const maintenance = process.env.DATABASE_URL ?? server?.url('postgres') ?? ''
const name = `measure_${process.pid}`
try {
  await statement(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`)
  await measure(Object.assign(new URL(maintenance), { pathname: `/${name}` }).href)
} finally {
  await statement(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await server?.close()
  await rm(scratch, { recursive: true, force: true })
}

async function measure(url: string): Promise<void> {
  console.log(`${entries} entries, ${availableParallelism()} cores`)
  const { fixture } = await timed('seed', () => seedPostgres(url, { seed: 'measure', entries }))
  const ledger = await PostgresLedger.open({ connectionString: url })
  const [exported, mirrored] = [join(scratch, 'exported'), join(scratch, 'mirrored')]
  try {
    await publish(ledger, fixture.key)
    await timed('export-log', () => exportLog(ledger, exported))
    const [address, close] = await serve(ledger)
    await timed('mirror', () => command('node', ['scripts/run.mjs', 'mirror', address, mirrored])).finally(close)
  } finally {
    await ledger.close()
  }
  for (const folder of [exported, mirrored]) {
    await timed('verify', () => command('node', ['scripts/run.mjs', 'verify', folder, '--vkey', fixture.vkey]))
    await timed('Go', () => command('go', ['run', 'tests/external/verify/main.go', folder, fixture.vkey]))
  }
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  console.log(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return result
}

/** Runs a command of the guide to its end; a verdict other than whole is an error. */
async function command(program: string, args: string[]): Promise<void> {
  await mkdir(join(scratch, 'cache'), { recursive: true })
  const env = { ...process.env, ...GO, GOCACHE: join(scratch, 'cache') }
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (data) => {
    said += data
  })
  const code = await new Promise((resolve) => child.on('exit', resolve))
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${said}`)
  console.log(`  ${said.trim().split('\n').at(-1)}`)
}

/** The public log under /log/, as a registry serves it. */
async function serve(ledger: Ledger): Promise<[address: string, close: () => void]> {
  const http = createServer(async (request, response) => {
    const file = await publishedFile(ledger, request.url?.replace(/^\/log\//, '') ?? '').catch(() => undefined)
    response.writeHead(file ? 200 : 404).end(file?.bytes)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return [`http://127.0.0.1:${(http.address() as AddressInfo).port}/log`, () => http.close()]
}

async function statement(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: maintenance })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
