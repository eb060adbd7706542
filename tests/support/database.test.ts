import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { testDatabase } from './database.ts'

async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client.query(sql).then(
    (answer) => client.end().then(() => answer.rows),
    (error) => client.end().then(() => Promise.reject(error)),
  )
}

describe('a test database', () => {
  it('is empty, its own, in UTF-8, and gone after close', async () => {
    const [one, other] = await Promise.all([testDatabase(), testDatabase()])
    await rows(one.url, 'CREATE TABLE t (x bigint)')
    const tables = "SELECT count(*)::int FROM pg_tables WHERE schemaname = 'public'"
    expect(await rows(other.url, tables)).toEqual([{ count: 0 }])
    expect(await rows(other.url, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }])
    await Promise.all([one.close(), other.close()])
    await expect(rows(one.url, 'SELECT 1')).rejects.toThrow('does not exist')
  })

  it.skipIf(process.env.TEST_DATABASE_URL)('waits for the disk only if it is to be durable', async () => {
    const [fast, durable] = await Promise.all([testDatabase(), testDatabase({ durable: true })])
    expect(await rows(fast.url, 'SHOW fsync')).toEqual([{ fsync: 'off' }])
    expect(await rows(durable.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }])
    await Promise.all([fast.close(), durable.close()])
  })
})
