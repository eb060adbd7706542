import pg from 'pg'
import { StartupError } from './startup-error.ts'

/** What a process may be to the database, besides its owner, who migrates and mends. */
export const ROLES = ['writer', 'signer', 'reader'] as const
export type Role = (typeof ROLES)[number]

/** Names of the database's own roles; a role without one gets nothing. */
export type RoleNames = Readonly<Partial<Record<Role, string | undefined>>>

const ADD = 'SELECT, INSERT'
const CHANGE = 'SELECT, INSERT, UPDATE'
const ANY = 'SELECT, INSERT, UPDATE, DELETE'

/**
 * Who may do what with each table. The writer serves the national API: it adds to the log, and changes state rows exactly
 * as the statement of the lane does. The signer reads entries and keeps the tree and its checkpoints. The reader sees what
 * is public. Nobody but the owner changes or takes away entries, streams, idempotency keys, documents or the secret.
 */
const GRANTS: Readonly<Record<string, RoleNames>> = {
  schema_version: { writer: 'SELECT', signer: 'SELECT', reader: 'SELECT' },
  ledger_head: { writer: 'SELECT, UPDATE', signer: 'SELECT', reader: 'SELECT' },
  ledger_entry: { writer: ADD, signer: 'SELECT', reader: 'SELECT' },
  ledger_row: { writer: ANY, signer: 'SELECT', reader: 'SELECT' },
  ledger_stream: { writer: ADD, reader: 'SELECT' },
  // What a command was asked under its key is not public, the key itself is.
  ledger_key: { writer: ADD, reader: 'SELECT (id, index)' },
  ledger_balance: { writer: CHANGE, reader: 'SELECT' },
  ledger_run: { writer: ANY, reader: 'SELECT' },
  ledger_hold: { writer: 'SELECT, INSERT, DELETE', reader: 'SELECT' },
  ledger_document: { writer: ADD, reader: 'SELECT' },
  ledger_secret: { writer: ADD },
  ledger_node: { writer: 'SELECT', signer: ADD, reader: 'SELECT' },
  ledger_integrated: { writer: 'SELECT', signer: CHANGE, reader: 'SELECT' },
  // Only the note of a checkpoint changes, when witnesses add their lines to it.
  ledger_checkpoint: { writer: 'SELECT', signer: `${ADD}, UPDATE (note)`, reader: 'SELECT' },
}

/** People, sessions, openings and proposals are the national API's alone. */
const CONTENT: RoleNames = { writer: ANY }

function grantsOf(table: string): RoleNames {
  return GRANTS[table] ?? (table.startsWith('content_') ? CONTENT : {})
}

export interface Granted {
  /** The statements, in their order; they may be run again at any time. */
  statements: string[]
  /** Tables that nobody but the owner may use. */
  without: string[]
}

/**
 * Gives each role exactly what it needs, as the owner of the tables; whatever else it was given on them is taken away.
 * With `apply: false` it only tells how. No superuser is needed. Throws StartupError.
 */
export async function grantRoles(pool: pg.Pool, names: RoleNames, { apply }: { apply: boolean }): Promise<Granted> {
  await refuseRoles(pool, names)
  const { rows } = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
        AND pg_has_role(current_user, c.relowner, 'USAGE') ORDER BY 1`,
  )
  const tables = rows.map(({ name }) => name)
  const statements = tables.flatMap((table) => statementsFor(table, names))
  if (apply) await inTransaction(pool, statements)
  return { statements, without: tables.filter((table) => Object.keys(grantsOf(table)).length === 0) }
}

function statementsFor(table: string, names: RoleNames): string[] {
  const grants = grantsOf(table)
  const quoted = pg.escapeIdentifier(table)
  const named = ROLES.flatMap((role) => (names[role] === undefined ? [] : [{ role, name: names[role] }]))
  const own = [...new Set(named.map(({ name }) => pg.escapeIdentifier(name)))]
  return [
    `REVOKE ALL ON ${quoted} FROM ${['PUBLIC', ...own].join(', ')}`,
    ...named.flatMap(({ role, name }) =>
      grants[role] === undefined ? [] : [`GRANT ${grants[role]} ON ${quoted} TO ${pg.escapeIdentifier(name)}`],
    ),
  ]
}

/** Roles that would pass by every grant, or are not there, are refused. */
async function refuseRoles(pool: pg.Pool, names: RoleNames): Promise<void> {
  const wanted = ROLES.flatMap((role) => names[role] ?? [])
  if (new Set(wanted).size < wanted.length) throw new StartupError('Each of the roles needs a name of its own.')
  const { rows } = await pool.query<{ name: string; there: boolean; mighty: boolean }>(
    `SELECT k.name, r.oid IS NOT NULL AS there,
            coalesce(r.rolsuper OR pg_has_role(r.oid, current_user, 'MEMBER'), false) AS mighty
       FROM unnest($1::text[]) AS k(name) LEFT JOIN pg_roles r ON r.rolname = k.name`,
    [wanted],
  )
  for (const { name, there, mighty } of rows) {
    if (!there) {
      const sql = `CREATE ROLE ${pg.escapeIdentifier(name)} LOGIN PASSWORD '…'`
      throw new StartupError(`There is no role ${name}. Somebody who may make roles runs: ${sql};`)
    }
    if (mighty)
      throw new StartupError(
        `The role ${name} is the owner, belongs to the owner, or is a superuser: no grant binds it.`,
      )
  }
}

async function inTransaction(pool: pg.Pool, statements: readonly string[]): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    for (const statement of statements) await client.query(statement)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}
