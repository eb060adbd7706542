import pg from 'pg'
import { excessSentences } from './role-excess.ts'
import { IN_SCHEMA, type Mighty, mightyOf, type Power, powersOf } from './role-powers.ts'
import { StartupError } from './startup-error.ts'
import { inTransaction } from './transaction.ts'

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
  // What was said in national records, and what was finalised, is only added to.
  content_record_version: { writer: ADD },
  content_statement: { writer: ADD },
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
 * What the owner cannot take away, such as a membership, is refused, and then nothing is changed. With `apply: false` it
 * only tells how. No superuser is needed. Throws StartupError.
 */
export async function grantRoles(pool: pg.Pool, names: RoleNames, { apply }: { apply: boolean }): Promise<Granted> {
  return inTransaction(pool, async (client) => {
    await refuseRoles(client, names)
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c
        WHERE ${IN_SCHEMA} AND pg_has_role(current_user, c.relowner, 'USAGE') ORDER BY 1`,
    )
    const tables = rows.map(({ name }) => name)
    const statements = [
      ...(await schemaStatements(client, names)),
      ...tables.flatMap((name) => statementsFor(name, names)),
    ]
    if (apply) {
      for (const statement of statements) await client.query(statement)
      await refusePowers(client, names)
    }
    return { statements, without: tables.filter((table) => Object.keys(grantsOf(table)).length === 0) }
  })
}

/** Nobody but its owner makes things in the schema; where that is somebody else, only he can say so. */
async function schemaStatements(client: pg.ClientBase, names: RoleNames): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace
      WHERE nspname = current_schema() AND pg_has_role(current_user, nspowner, 'USAGE')`,
  )
  return rows.map(({ name }) => `REVOKE CREATE ON SCHEMA ${pg.escapeIdentifier(name)} FROM ${everyone(names)}`)
}

/** PUBLIC and the roles, for a statement. */
function everyone(names: RoleNames): string {
  return ['PUBLIC', ...new Set(namesOf(names).map((name) => pg.escapeIdentifier(name)))].join(', ')
}

function namesOf(names: RoleNames): string[] {
  return ROLES.flatMap((role) => names[role] ?? [])
}

function statementsFor(table: string, names: RoleNames): string[] {
  const grants = grantsOf(table)
  const quoted = pg.escapeIdentifier(table)
  const named = ROLES.flatMap((role) => (names[role] === undefined ? [] : [{ role, name: names[role] }]))
  return [
    `REVOKE ALL ON ${quoted} FROM ${everyone(names)}`,
    ...named.flatMap(({ role, name }) =>
      grants[role] === undefined ? [] : [`GRANT ${grants[role]} ON ${quoted} TO ${pg.escapeIdentifier(name)}`],
    ),
  ]
}

/** Roles that would pass by every grant, or are not there, are refused. */
async function refuseRoles(client: pg.ClientBase, names: RoleNames): Promise<void> {
  const wanted = namesOf(names)
  if (new Set(wanted).size < wanted.length) throw new StartupError('Each of the roles needs a name of its own.')
  const { rows } = await client.query<{ name: string; there: boolean; isOwner: boolean }>(
    `SELECT k.name, r.oid IS NOT NULL AS there,
            coalesce(pg_has_role(r.oid, current_user, 'MEMBER'), false) AS "isOwner"
       FROM unnest($1::text[]) AS k(name) LEFT JOIN pg_roles r ON r.rolname = k.name`,
    [wanted],
  )
  for (const { name, there, isOwner } of rows) {
    if (!there) {
      const sql = `CREATE ROLE ${pg.escapeIdentifier(name)} LOGIN PASSWORD '…'`
      throw new StartupError(`There is no role ${name}. Somebody who may make roles runs: ${sql};`)
    }
    if (isOwner)
      throw new StartupError(
        `The role ${name} is the owner, belongs to the owner, or is a superuser: no grant binds it.`,
      )
  }
  for (const mighty of await mightyOf(client, wanted)) throw new StartupError(mightySentence(mighty))
}

function mightySentence({ role, via, attribute }: Mighty): string {
  if (via === role) {
    const sql = `ALTER ROLE ${pg.escapeIdentifier(role)} NO${attribute}`
    return `The role ${role} has the attribute ${attribute}: no grant binds it. Somebody who may runs: ${sql};`
  }
  const sql = `REVOKE ${pg.escapeIdentifier(via)} FROM ${pg.escapeIdentifier(role)}`
  return `The role ${role} belongs to ${via}, and so has ${attribute}: no grant binds it. Somebody who may runs: ${sql};`
}

/** What each role can really do, memberships and PUBLIC included, must be what it needs. */
async function refusePowers(client: pg.ClientBase, names: RoleNames): Promise<void> {
  const powers = await powersOf(client, namesOf(names))
  const excess = ROLES.flatMap((role) => powers.filter((power) => power.role === names[role] && !isNeeded(role, power)))
  const lines = excessSentences(excess)
  if (lines.length > 0) {
    const title = 'Roles can do more in the database than they need, and the owner of the tables cannot take it away:'
    throw new StartupError([title, ...lines, 'Nothing was changed. Run these, then this again.'].join('\n  '))
  }
  const users = powers.filter(({ kind, privilege }) => kind === 'schema' && privilege === 'USAGE')
  const without = namesOf(names).find((name) => !users.some(({ role }) => role === name))
  if (without !== undefined) throw new StartupError(await schemaSentence(client, without))
}

async function schemaSentence(client: pg.ClientBase, role: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>('SELECT current_schema() AS name')
  const schema = rows[0]?.name ?? ''
  const sql = `GRANT USAGE ON SCHEMA ${pg.escapeIdentifier(schema)} TO ${pg.escapeIdentifier(role)}`
  return `The role ${role} may not use the schema ${schema}. Nothing was changed. Its owner runs: ${sql};`
}

/** Is it in the table of grants? What may be given on to others is not. */
function isNeeded(role: Role, { kind, object, column, privilege, isGrantable }: Power): boolean {
  if (isGrantable) return false
  if (kind === 'schema') return privilege === 'USAGE'
  if (kind !== 'table' && kind !== 'column') return false
  const grants = (grantsOf(object)[role] ?? '').split(/, (?![^(]*\))/)
  return grants.some((grant) => {
    const [, verb, columns] = /^(\w+)(?: \((.+)\))?$/.exec(grant) ?? []
    return verb === privilege && (columns === undefined || columns.split(', ').includes(column ?? ''))
  })
}
