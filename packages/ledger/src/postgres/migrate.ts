import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type pg from 'pg'

export class SchemaError extends Error {}

/**
 * Brings a schema to the newest version with the numbered SQL files of `folder`, in order, each once.
 * `may: 'create'` does so only for an empty database: an existing schema is upgraded only by the server.
 * Errors: `SchemaError` where the schema is newer than this program, older and not to be upgraded, or was edited.
 */
export async function migrate(pool: pg.Pool, name: string, folder: URL, may: 'create' | 'upgrade'): Promise<void> {
  const files = (await readdir(folder)).filter((file) => /^\d{4}-.*\.sql$/.test(file)).sort()
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query(
      `CREATE TABLE IF NOT EXISTS schema_version (
         name text, version int, sha256 text NOT NULL, PRIMARY KEY (name, version))`,
    )
    await client.query('LOCK TABLE schema_version IN EXCLUSIVE MODE')
    const { rows } = await client.query<{ version: number; sha256: string }>(
      'SELECT version, sha256 FROM schema_version WHERE name = $1 ORDER BY version',
      [name],
    )
    await applyMissing(client, name, folder, files, rows, may)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

async function applyMissing(
  client: pg.PoolClient,
  name: string,
  folder: URL,
  files: string[],
  applied: { version: number; sha256: string }[],
  may: 'create' | 'upgrade',
): Promise<void> {
  const newest = applied.at(-1)?.version ?? 0
  if (newest > files.length) {
    throw new SchemaError(
      `the database has ${name} schema ${newest}, this program knows ${files.length}: start a newer program`,
    )
  }
  if (newest > 0 && newest < files.length && may === 'create') {
    throw new SchemaError(
      `the database has ${name} schema ${newest}, this program needs ${files.length}: start the server once to upgrade it`,
    )
  }
  for (const [at, file] of files.entries()) {
    const sql = await readFile(new URL(file, folder), 'utf8')
    const sha256 = createHash('sha256').update(sql).digest('hex')
    const known = applied[at]
    if (known && known.sha256 !== sha256) throw new SchemaError(`${file} was edited after it was applied`)
    if (known) continue
    await client.query(sql)
    await client.query('INSERT INTO schema_version (name, version, sha256) VALUES ($1, $2, $3)', [name, at + 1, sha256])
  }
}
