import { PostgresLedger } from '@tallystick/ledger'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../tests/support/database.ts'
import { openContent } from './content.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

test('the content store and the ledger make their tables in one database, whichever of them is first', async () => {
  const both = await Promise.all([testDatabase(), testDatabase()])
  const [{ url }, { url: other }] = both as [TestDatabase, TestDatabase]
  const content = (at: string) => openContent(at, 'create').then((pool) => pool.end())
  const ledger = (at: string) => PostgresLedger.open({ connectionString: at }).then((opened) => opened.close())
  await content(url)
  await ledger(url)
  await ledger(other)
  await content(other)
  await Promise.all(both.map((one) => one.close()))
})

test('a connection that is lost in the middle of a transaction ends the transaction, not the process', async () => {
  const pool = await openContent(database.url, 'create')
  const client = await pool.connect()
  await client.query('BEGIN')
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
  await pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
  await ended
  await expect(client.query('SELECT 1')).rejects.toThrow('not queryable')
  client.release()
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await pool.end()
})
