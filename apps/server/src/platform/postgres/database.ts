import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { StartupError } from '../startup-error.ts'
import { createDatabase } from './create-database.ts'
import { type EmbeddedOptions, openEmbedded } from './embedded.ts'
import { type ExternalAddress, openExternal } from './external.ts'

export type DatabaseOptions = Pick<EmbeddedOptions, 'dataDir' | 'log' | 'durable' | 'binaries'> & {
  /** Name of the database; made if it is missing. */
  readonly name: string
  /** The operator's own PostgreSQL; without it the one embedded in the data folder is started or joined. */
  readonly external?: ExternalAddress | null
  /** For a database that must be there already: what the operator is told where it is not. */
  readonly mustExist?: string | undefined
}

/** An open database. */
export type Database = {
  /** For `new pg.Pool({ connectionString: url })`. It contains the password: never log it. */
  readonly url: string
  readonly embedded: boolean
  /** One line for people, without a password. */
  readonly description: string
  /** Close pools first. Of those who share an embedded server the last one stops it. */
  close(): Promise<void>
}

/**
 * Opens the database that the options name. Throws StartupError with a sentence for the operator.
 * A process that is told to stop while this is under way should await it and close it, or the server keeps running.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.external ? external(options, options.external) : embedded(options)
}

async function external(options: DatabaseOptions, address: ExternalAddress): Promise<Database> {
  const folder = join(options.dataDir, 'pg')
  if (await stat(folder).catch(() => null)) {
    throw new StartupError(
      `${folder} holds an embedded database, and DATABASE_URL or DB_HOST names another. Unset them, move ${folder} away, or set DATA_DIR to another folder.`,
    )
  }
  const { url, version, place } = await openExternal(address, options.name, options.mustExist)
  return { url, embedded: false, description: `PostgreSQL ${version} at ${place}`, close: async () => {} }
}

async function embedded(options: DatabaseOptions): Promise<Database> {
  const { mustExist } = options
  if (mustExist !== undefined && !(await stat(join(options.dataDir, 'pg')).catch(() => null))) {
    throw new StartupError(`There is no database in ${options.dataDir}. ${mustExist}`)
  }
  const server = await openEmbedded(options)
  try {
    const url = server.url(options.name)
    const version = await ensureDatabase(server.url('postgres'), options.name, mustExist)
    const description = `PostgreSQL ${version}, embedded, in ${join(options.dataDir, 'pg')}`
    return { url, embedded: true, description, close: server.close }
  } catch (error) {
    await server.close()
    throw error
  }
}

async function ensureDatabase(url: string, name: string, mustExist?: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ version: string; there: boolean }>(
      `SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
              EXISTS (SELECT FROM pg_database WHERE datname = $1) AS there`,
      [name],
    )
    if (!rows[0]?.there) {
      if (mustExist !== undefined) throw new StartupError(`There is no database ${name}. ${mustExist}`)
      await createDatabase(client, name)
    }
    return rows[0]?.version ?? ''
  } finally {
    await client.end()
  }
}
