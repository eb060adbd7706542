import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { stderrLog } from '../apps/server/src/platform/log.ts'
import { binariesIn } from '../apps/server/src/platform/postgres/binaries.ts'
import { openEmbedded } from '../apps/server/src/platform/postgres/embedded.ts'
import { familyOf } from './process.ts'

/** The PostgreSQL of one run of the bench, durable, with the settings that every new registry gets. */
export interface Server {
  version: string
  folder: string
  url(database: string): string
  /** Makes a database, empty or as a copy of another, which nobody may be using. */
  create(name: string, template?: string): Promise<string>
  drop(name: string): Promise<void>
  /** The processes of the server. */
  pids(): Promise<number[]>
  close(): Promise<void>
}

export async function startDatabase(folder: string, postgres: string | undefined): Promise<Server> {
  const own = await mkdtemp(join(folder, 'tallystick-bench-'))
  const binaries = postgres === undefined ? {} : { binaries: binariesIn(postgres) }
  const server = await openEmbedded({ dataDir: own, durable: true, log: stderrLog, ...binaries })
  const url = (database: string) => server.url(database)
  await useJournal(url('postgres'))
  const [version] = await query<{ server_version: string }>(url('postgres'), 'SHOW server_version')
  return {
    version: version?.server_version ?? '',
    folder: own,
    url,
    async create(name, template = 'template0') {
      const from = pg.escapeIdentifier(template)
      await query(url('postgres'), `CREATE DATABASE ${pg.escapeIdentifier(name)} ENCODING 'UTF8' TEMPLATE ${from}`)
      return url(name)
    },
    async drop(name) {
      await query(url('postgres'), `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
    },
    pids: () => familyOf(server.pid),
    async close() {
      await server.close()
      await rm(own, { recursive: true, force: true })
    },
  }
}

/** More of the journal than PostgreSQL keeps. */
const JOURNAL_MB = 1200
const MESSAGE_MB = 16

/**
 * Writes as much into the journal as under load, and ends it with a checkpoint: PostgreSQL then uses files of 16 MB again that
 * are there, as any that has run for a while. A new one must first make each of them, and everybody waits for that.
 */
async function useJournal(url: string): Promise<void> {
  for (let written = 0; written < JOURNAL_MB; written += MESSAGE_MB) {
    await query(url, "SELECT pg_logical_emit_message(false, 'bench', repeat('x', $1::int))", [MESSAGE_MB * 1_000_000])
  }
  await query(url, 'CHECKPOINT')
}

/** One statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<Row>(text, values).finally(() => client.end())
  return rows
}

/** A name for a database that no other has. */
export function freshName(prefix: string): string {
  return `${prefix}_${randomBytes(4).toString('hex')}`
}
