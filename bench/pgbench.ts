import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Server } from './database.ts'
import { query } from './database.ts'
import { quantile } from './load.ts'

/** Clients and threads of every run of pgbench. */
const LOAD = ['-M', 'prepared', '-c', '64', '-j', '2']
const ROUND_ACCOUNTS = 10_000

const SCHEMA = `
  CREATE TABLE bench_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload text NOT NULL);
  CREATE TABLE bench_account (id int PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
  CREATE TABLE bench_event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source int NOT NULL, target int NOT NULL,
    amount bigint NOT NULL);
  INSERT INTO bench_account SELECT id, 1000000 FROM generate_series(1, ${ROUND_ACCOUNTS}) id`

/** 100 bytes. */
const SINGLE_ROW = `INSERT INTO bench_row (payload) VALUES (repeat('x', 100));\n`

/** Double entry as a client of the database would do it: rows locked in a fixed order. */
const DOUBLE_ENTRY = `\\set low random(1, ${ROUND_ACCOUNTS - 1})
\\set high random(:low + 1, ${ROUND_ACCOUNTS})
BEGIN;
UPDATE bench_account SET balance = balance - 1 WHERE id = :low;
UPDATE bench_account SET balance = balance + 1 WHERE id = :high;
INSERT INTO bench_event (source, target, amount) VALUES (:low, :high, 1);
COMMIT;
`

/** Debian's pgbench on the bench's own server. */
export interface Pgbench {
  version: string
  /** Durable transactions a second, each one inserted row. */
  singleRow(seconds: number): Promise<number>
  /** p99 of the same at a given load, in milliseconds from the moment at which each was to begin. */
  singleRowP99Ms(perSecond: number, seconds: number): Promise<number>
  /** Durable transactions a second of five statements: an event and two balances. */
  doubleEntry(seconds: number): Promise<number>
}

/** Throws an Error that says what to install where there is no pgbench. */
export async function preparePgbench(server: Server): Promise<Pgbench> {
  const program = await findPgbench()
  const url = await server.create('pgbench')
  await query(url, SCHEMA)
  const files = { single: join(server.folder, 'single-row.sql'), double: join(server.folder, 'double-entry.sql') }
  await writeFile(files.single, SINGLE_ROW)
  await writeFile(files.double, DOUBLE_ENTRY)
  const run = async (file: string, seconds: number) => {
    const output = await outputOf(program, [...LOAD, '-n', '-T', String(seconds), '-f', file, url])
    const tps = /^tps = ([\d.]+)/m.exec(output)?.[1]
    if (tps === undefined) throw new Error(`pgbench did not say how many transactions a second it made:\n${output}`)
    return Number(tps)
  }
  return {
    version: (await outputOf(program, ['--version'])).trim(),
    singleRow: (seconds) => run(files.single, seconds),
    async singleRowP99Ms(perSecond, seconds) {
      const logs = await mkdtemp(join(server.folder, 'latencies-'))
      const logged = ['-l', '--log-prefix', join(logs, 'log'), '-R', perSecond.toFixed(0)]
      await outputOf(program, [...LOAD, '-n', '-T', String(seconds), ...logged, '-f', files.single, url])
      const latencies = await loggedMs(logs)
      await rm(logs, { recursive: true })
      return quantile(latencies, 0.99)
    },
    doubleEntry: (seconds) => run(files.double, seconds),
  }
}

/** What each transaction took, from pgbench's logs: their third column, in microseconds. */
async function loggedMs(folder: string): Promise<number[]> {
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
  const lines = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''))
  return lines.map((line) => Number(line.split(' ')[2]) / 1000)
}

async function findPgbench(): Promise<string> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => [])
  const folders = [
    ...versions.sort().map((version) => `/usr/lib/postgresql/${version}/bin`),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  const found = folders.map((folder) => join(folder, 'pgbench')).find(existsSync)
  if (found) return found
  throw new Error(
    'The bench compares with pgbench, which is not installed here. On Debian: apt-get install postgresql-contrib (its package postgresql-15 holds pgbench).',
  )
}

function outputOf(program: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let [output, errors] = ['', '']
    child.stdout.on('data', (data) => (output += String(data)))
    child.stderr.on('data', (data) => (errors += String(data)))
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`pgbench failed: ${errors}`))))
  })
}
