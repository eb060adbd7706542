import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../tests/support/database.ts'
import { randomId } from '../founding.ts'
import { migrate } from './migrate.ts'

let database: TestDatabase
let pool: pg.Pool
let folder: string

beforeEach(async () => {
  database = await testDatabase()
  pool = new pg.Pool({ connectionString: database.url, max: 2 })
  folder = join(tmpdir(), `migrations-${randomId()}`)
  await mkdir(folder)
})
afterEach(async () => {
  await pool.end()
  await database.close()
  await rm(folder, { recursive: true })
})

const file = (name: string, sql: string) => writeFile(join(folder, name), sql)
const run = (may: 'create' | 'upgrade') => migrate(pool, 'some', pathToFileURL(`${folder}/`), may)
async function tables(): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_version' ORDER BY 1`,
  )
  return rows.map(({ name }) => name)
}

it('files are applied in the order of their numbers, each once, whatever number is missing', async () => {
  await file('0003-c.sql', 'CREATE TABLE c (a integer REFERENCES a)')
  await file('0001-a.sql', 'CREATE TABLE a (a integer PRIMARY KEY)')
  await file('notes.sql', 'nonsense')
  await Promise.all([run('create'), run('create'), run('upgrade')])
  expect(await tables()).toEqual(['a', 'c'])
  await run('create')
  await file('0002-b.sql', 'CREATE TABLE b ()')
  await expect(run('create')).rejects.toThrow('the database has some schema 3, this program needs 2: start the server')
  await run('upgrade')
  await run('upgrade')
  expect(await tables()).toEqual(['a', 'b', 'c'])
})

it('an older program, and a file that was edited, are refused', async () => {
  await file('0001-a.sql', 'CREATE TABLE a ()')
  await file('0004-d.sql', 'CREATE TABLE d ()')
  await run('create')
  await rm(join(folder, '0004-d.sql'))
  await expect(run('upgrade')).rejects.toThrow('has some schema 4, this program knows 1: start a newer program')
  await file('0004-d.sql', 'CREATE TABLE d (a integer)')
  await expect(run('upgrade')).rejects.toThrow('0004-d.sql was edited after it was applied')
})
