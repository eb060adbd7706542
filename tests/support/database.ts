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

async function create(name: string, maintenanceUrl: string, release: () => Promise<void>): Promise<TestDatabase> {
  await statement(maintenanceUrl, `CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`)
  const url = new URL(maintenanceUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async close() {
      await statement(maintenanceUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await release()
    },
  }
}

async function statement(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
