import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { inject } from 'vitest'
import { databasePrefix, joinServer } from './cluster.ts'

/** A database of a test's own. */
export type TestDatabase = {
  /** For `new pg.Pool({ connectionString: url })`. */
  readonly url: string
  /** Drops the database, and with it every session that is still open. */
  close(): Promise<void>
}

/**
 * A fresh, empty database. Its server writes without fsync, which a killed server survives and a power cut does not;
 * `durable` gives one whose commits are on disk, as in production. Call it in `beforeAll`, and `close` in `afterAll`.
 */
export async function testDatabase({ durable = false } = {}): Promise<TestDatabase> {
  const name = `${databasePrefix(inject('runFolder'))}${randomBytes(6).toString('hex')}`
  if (!durable || process.env.TEST_DATABASE_URL) return create(name, await serverUrl(), async () => {})
  const server = await joinServer(inject('runFolder'), true)
  return create(name, server.url('postgres'), server.close)
}

/**
 * A database whose tables are there already: `make` makes them once in a run, in a database of which this is a copy. For
 * tests that begin with a whole registry; how tables are made, and made newer, is tested where they are.
 */
export async function databaseWithTables(make: (url: string) => Promise<void>): Promise<TestDatabase> {
  const maintenance = await serverUrl()
  const model = `${databasePrefix(inject('runFolder'))}model`
  modelIsThere ??= makeModel(maintenance, model, make)
  await modelIsThere
  const name = `${databasePrefix(inject('runFolder'))}${randomBytes(6).toString('hex')}`
  return create(name, maintenance, async () => {}, model)
}

let modelIsThere: Promise<void> | undefined

/** The first worker that comes makes it, the others wait for it. */
async function makeModel(maintenance: string, model: string, make: (url: string) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: maintenance })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [model])
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [model])
    if (rowCount === 1) return
    await client.query(`DROP DATABASE IF EXISTS ${model}_begun WITH (FORCE)`)
    const { url } = await create(`${model}_begun`, maintenance, async () => {})
    await make(url)
    await client.query('SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1', [
      `${model}_begun`,
    ])
    await client.query(`ALTER DATABASE ${model}_begun RENAME TO ${model}`)
  } finally {
    await client.end()
  }
}

async function serverUrl(): Promise<string> {
  const file = join(inject('runFolder'), 'server')
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (text) {
      const { url, error }: { url?: string; error?: string } = JSON.parse(text)
      if (!url) throw new Error(`No PostgreSQL for the tests: ${error}`)
      return url
    }
    await delay(20)
  }
}

async function create(
  name: string,
  maintenanceUrl: string,
  release: () => Promise<void>,
  model = 'template0',
): Promise<TestDatabase> {
  await statement(maintenanceUrl, `CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE ${model}`)
  const url = new URL(maintenanceUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async close() {
      await sessionsEnd(maintenanceUrl, name)
      await statement(maintenanceUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await release()
    },
  }
}

/**
 * Waits a moment for sessions that are on their way out: a pool that has ended still says goodbye, and a client to which
 * PostgreSQL says "terminated" then throws where nobody catches it.
 */
async function sessionsEnd(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (let tries = 0; tries < 15; tries += 1) {
      const { rowCount } = await client.query('SELECT FROM pg_stat_activity WHERE datname = $1', [name])
      if (rowCount === 0) return
      await delay(20)
    }
  } finally {
    await client.end()
  }
}

async function statement(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
