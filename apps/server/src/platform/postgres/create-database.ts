import pg from 'pg'
import { errorCode } from '../error-code.ts'

/** What PostgreSQL answers when somebody else made it at the same moment. */
const ALREADY_MADE = ['42P04', '23505']

/** The statement that makes an empty database in UTF-8, whatever the server's template is in. */
export function createStatement(name: string): string {
  return `CREATE DATABASE ${pg.escapeIdentifier(name)} ENCODING 'UTF8' TEMPLATE template0`
}

/** Makes a database, or leaves the one that is there. */
export async function createDatabase(client: pg.Client, name: string): Promise<void> {
  try {
    await client.query(createStatement(name))
  } catch (error) {
    if (!ALREADY_MADE.includes(errorCode(error))) throw error
  }
}
