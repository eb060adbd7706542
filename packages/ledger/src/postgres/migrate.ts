import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type pg from 'pg'
import { codeOf, isPassing, patiently } from './passing.ts'

export class SchemaError extends Error {}

/** SQLSTATE codes after which another process has created what this one was about to. */
const CREATED_MEANWHILE = new Set([
  '23505', // unique violation, also in the catalogue
  '42P06', // schema exists
  '42P07', // table exists
  '42710', // object exists
])

interface Migration {
  /** The number that its name begins with. */
  version: number
  file: string
  sql: string
  sha256: string
}

interface Applied {
  version: number
  sha256: string
}

/**
 * Brings a schema to the newest version with the numbered SQL files of `folder`, in order, each once. A schema that has
 * it is only read. `may: 'create'` creates for an empty database: an existing schema is upgraded only by the server.
 * Errors: `SchemaError` where the schema is newer than this program, older and not to be upgraded, or was edited.
 */
export async function migrate(pool: pg.Pool, name: string, folder: URL, may: 'create' | 'upgrade'): Promise<void> {
  const migrations = await migrationsIn(folder)
  const mayTryAgain = (error: unknown) => isPassing(error) || CREATED_MEANWHILE.has(codeOf(error))
  await patiently(async () => {
    if (missing(name, migrations, await appliedIn(pool, name), may).length === 0) return
    await apply(pool, name, migrations, may)
  }, mayTryAgain)
}

async function migrationsIn(folder: URL): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => /^\d{4}-.*\.sql$/.test(file)).sort()
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(new URL(file, folder), 'utf8')
      return { version: Number(file.slice(0, 4)), file, sql, sha256: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

async function appliedIn(db: Pick<pg.Pool, 'query'>, name: string): Promise<Applied[]> {
  const table = await db.query<{ there: boolean }>(`SELECT to_regclass('schema_version') IS NOT NULL AS there`)
  if (!table.rows[0]?.there) return []
  const { rows } = await db.query<Applied>(
    'SELECT version, sha256 FROM schema_version WHERE name = $1 ORDER BY version',
    [name],
  )
  return rows
}

async function apply(pool: pg.Pool, name: string, migrations: Migration[], may: 'create' | 'upgrade'): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query(
      `CREATE TABLE IF NOT EXISTS schema_version (
         name text, version int, sha256 text NOT NULL, PRIMARY KEY (name, version))`,
    )
    await client.query('LOCK TABLE schema_version IN EXCLUSIVE MODE')
    const applied = await client.query<Applied>(
      'SELECT version, sha256 FROM schema_version WHERE name = $1 ORDER BY version',
      [name],
    )
    for (const { sql, sha256, version } of missing(name, migrations, applied.rows, may)) {
      await client.query(sql)
      await client.query('INSERT INTO schema_version (name, version, sha256) VALUES ($1, $2, $3)', [
        name,
        version,
        sha256,
      ])
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

/** What is to be applied yet, of a schema that this program may go on with. A number that no file has is passed over. */
function missing(name: string, migrations: Migration[], applied: Applied[], may: 'create' | 'upgrade'): Migration[] {
  const newest = applied.at(-1)?.version ?? 0
  const known = migrations.at(-1)?.version ?? 0
  if (newest > known) {
    throw new SchemaError(
      `the database has ${name} schema ${newest}, this program knows ${known}: start a newer program`,
    )
  }
  const hashes = new Map(applied.map(({ version, sha256 }) => [version, sha256]))
  const left = migrations.filter(({ version }) => !hashes.has(version))
  if (newest > 0 && left.length > 0 && may === 'create') {
    throw new SchemaError(
      `the database has ${name} schema ${newest}, this program needs ${left.at(-1)?.version}: start the server once to upgrade it`,
    )
  }
  const edited = migrations.find(({ version, sha256 }) => (hashes.get(version) ?? sha256) !== sha256)
  if (edited) throw new SchemaError(`${edited.file} was edited after it was applied`)
  return left
}
