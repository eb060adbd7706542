import { afterAll } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../tests/support/database.ts'
import { MemoryLedger } from '../memory.ts'
import { PostgresLedger } from '../postgres/store.ts'
import { conformance } from './suite.ts'

const databases: TestDatabase[] = []
afterAll(() => Promise.all(databases.map((database) => database.close())))

conformance('memory store', async () => new MemoryLedger())
conformance('PostgreSQL store', async () => {
  const database = await testDatabase()
  databases.push(database)
  return PostgresLedger.open({ connectionString: database.url })
})
