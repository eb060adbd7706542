import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CheckpointSigner,
  exportLog,
  FolderSource,
  Integrator,
  isReceipt,
  PostgresLedger,
  randomId,
  reconcile,
  verifyLog,
} from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import {
  consoleNotify,
  createApp,
  grantRoles,
  openRegistry,
  readConfig,
  signerFiles,
  userByEmail,
} from '@tallystick/server'
import { parseVkey } from '@tallystick/tlog'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { play } from '../../apps/cli/src/demo/play.ts'
import { newSignInLink } from '../../apps/server/src/platform/sign-in-links.ts'
import { until } from '../support/api.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { scratchFolder } from '../support/log-files.ts'
import { startServer } from '../support/server.ts'
import { tallystick } from '../support/tallystick.ts'

const VERBS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] as const
type Verb = (typeof VERBS)[number]
const LETTERS: Record<string, Verb> = { S: 'SELECT', I: 'INSERT', U: 'UPDATE', D: 'DELETE', T: 'TRUNCATE' }

/** What each role may do with each whole table, letter by letter: S I U D T. Written here by itself, not from the code. */
const EXPECTED: Record<string, [writer: string, signer: string, reader: string]> = {
  schema_version: ['S', 'S', 'S'],
  ledger_head: ['SU', 'S', 'S'],
  ledger_entry: ['SI', 'S', 'S'],
  ledger_row: ['SIUD', 'S', 'S'],
  ledger_stream: ['SI', '', 'S'],
  ledger_key: ['SI', '', ''],
  ledger_balance: ['SIU', '', 'S'],
  ledger_run: ['SIUD', '', 'S'],
  ledger_hold: ['SID', '', 'S'],
  ledger_document: ['SI', '', 'S'],
  ledger_secret: ['SI', '', ''],
  ledger_node: ['S', 'SI', 'S'],
  ledger_integrated: ['S', 'SIU', 'S'],
  ledger_checkpoint: ['S', 'SI', 'S'],
  content_opening: ['SIUD', '', ''],
  content_user: ['SIUD', '', ''],
  content_mandate: ['SIUD', '', ''],
  content_sign_in_link: ['SIUD', '', ''],
  content_session: ['SIUD', '', ''],
  content_organisation: ['SIUD', '', ''],
  content_proposal: ['SIUD', '', ''],
  content_command_key: ['SIUD', '', ''],
  content_approval: ['SIUD', '', ''],
  content_root: ['SIUD', '', ''],
  content_trace: ['SIUD', '', ''],
  content_traced: ['SIUD', '', ''],
  content_api_key: ['SIUD', '', ''],
  content_registration: ['SIUD', '', ''],
  content_throttle: ['SIUD', '', ''],
  content_role_change: ['SIUD', '', ''],
  content_logo: ['SIUD', '', ''],
  content_password: ['SIUD', '', ''],
  content_title: ['SIUD', '', ''],
  content_description: ['SIUD', '', ''],
  content_document: ['SIUD', '', ''],
  content_document_file: ['SIUD', '', ''],
  content_draft: ['SIUD', '', ''],
  content_draft_change: ['SIUD', '', ''],
  content_draft_comment: ['SIUD', '', ''],
  content_attachment: ['SIUD', '', ''],
  content_file: ['SIUD', '', ''],
  content_file_stray: ['SIUD', '', ''],
  content_signing_code: ['SIUD', '', ''],
  content_signing_permit: ['SIUD', '', ''],
  content_signature: ['SIUD', '', ''],
  content_signing_turn: ['SIUD', '', ''],
  content_signing_authority: ['SIUD', '', ''],
  content_signing_key: ['SIUD', '', ''],
  content_signing_enrolment: ['SIUD', '', ''],
  content_external_id: ['SIUD', '', ''],
  content_comment_round: ['SIUD', '', ''],
  content_comment: ['SIUD', '', ''],
  content_price: ['SIUD', '', ''],
  content_sign_in: ['SIUD', '', ''],
  content_acted: ['SIUD', '', ''],
  content_stated: ['SIUD', '', ''],
  content_audited: ['SIUD', '', ''],
  content_concern: ['SIUD', '', ''],
  content_concerned: ['SIUD', '', ''],
  content_mail: ['SIUD', '', ''],
  content_record: ['SIUD', '', ''],
  content_record_version: ['SI', '', ''],
  content_activity_count: ['SIUD', '', ''],
  content_statement: ['SI', '', ''],
  content_mail_feed: ['SIUD', '', ''],
}

const suffix = randomBytes(4).toString('hex')
const PASSWORD = 'pass word/of@roles'
const roles = { owner: `o_${suffix}`, writer: `w_${suffix}`, signer: `s_${suffix}`, reader: `r_${suffix}` }
const roleNames = { writer: roles.writer, signer: roles.signer, reader: roles.reader }

let database: TestDatabase
let admin: pg.Client
let dataDir = ''

beforeAll(async () => {
  database = await testDatabase()
  admin = new pg.Client({ connectionString: database.url })
  await admin.connect()
  for (const role of Object.values(roles))
    await admin.query(`CREATE ROLE ${role} LOGIN NOSUPERUSER PASSWORD '${PASSWORD}'`)
  await admin.query(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} OWNER TO ${roles.owner}`)
  dataDir = await mkdtemp(join(tmpdir(), 'tallystick-roles-'))
  const registry = await openRegistry(configOf({}), { log: quiet })
  try {
    await grantRoles(registry.services.pool, roleNames, { apply: true })
    await grantRoles(registry.services.pool, roleNames, { apply: true })
  } finally {
    await registry.close()
  }
})

afterAll(async () => {
  await admin.query(`DROP OWNED BY ${Object.values(roles).join(', ')} CASCADE`)
  await admin.end()
  await database.close()
  const last = new pg.Client({ connectionString: new URL('/postgres', database.url).href })
  await last.connect()
  for (const role of Object.values(roles)) await last.query(`DROP ROLE ${role}`)
  await last.end()
  await rm(dataDir, { recursive: true, force: true })
})

const quiet = { info: () => undefined, warn: () => undefined }

function urlOf(role: string): string {
  const url = new URL(database.url)
  url.username = role
  url.password = encodeURIComponent(PASSWORD)
  return url.href
}

/** The owner in DATABASE_URL, the modules under their own names. */
function configOf(more: Record<string, string>) {
  return readConfig(
    {
      DATABASE_URL: urlOf(roles.owner),
      DATA_DIR: dataDir,
      DB_USER_WRITER: roles.writer,
      DB_PASSWORD_WRITER: PASSWORD,
      DB_USER_SIGNER: roles.signer,
      DB_PASSWORD_SIGNER: PASSWORD,
      ROOT_EMAIL: 'root@authority.example',
      ...more,
    },
    '/nowhere',
  )
}

async function as<T>(role: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urlOf(role) })
  await client.connect()
  return work(client).finally(() => client.end())
}

/** Does the database let this role do this, tried out and taken back? */
async function may(client: pg.Client, sql: string): Promise<boolean> {
  await client.query('BEGIN')
  try {
    await client.query(sql)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === '42501') return false
    // Allowed, and stopped by what the table holds.
    if (['23502', '0A000', '428C9', '23503'].includes(String(code))) return true
    throw error
  } finally {
    await client.query('ROLLBACK')
  }
}

function attempt(verb: Verb, table: string, column: string): string {
  switch (verb) {
    case 'SELECT':
      return `SELECT * FROM ${table} LIMIT 1`
    case 'INSERT':
      return `INSERT INTO ${table} DEFAULT VALUES`
    case 'UPDATE':
      return `UPDATE ${table} SET ${column} = DEFAULT WHERE false`
    case 'DELETE':
      return `DELETE FROM ${table} WHERE false`
    case 'TRUNCATE':
      return `TRUNCATE ${table}`
  }
}

async function tables(): Promise<{ table: string; column: string }[]> {
  const { rows } = await admin.query<{ table: string; column: string }>(
    `SELECT c.relname AS table, min(a.attname) AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
      GROUP BY 1 ORDER BY 1`,
  )
  return rows
}

describe('the privileges of each role', () => {
  test('every table is in the matrix, and belongs to the owner', async () => {
    expect((await tables()).map(({ table }) => table)).toEqual(Object.keys(EXPECTED).sort())
    const { rows } = await admin.query(`SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`)
    expect(rows).toEqual([{ tableowner: roles.owner }])
  })

  test.each(['writer', 'signer', 'reader'] as const)(
    '%s may do what the matrix says, tried out, and no more',
    async (role) => {
      const position = ['writer', 'signer', 'reader'].indexOf(role)
      const found: Record<string, string> = {}
      const expected: Record<string, string> = {}
      await as(roles[role], async (client) => {
        for (const { table, column } of await tables()) {
          const letters: string[] = []
          for (const [letter, verb] of Object.entries(LETTERS)) {
            const tried = await may(client, attempt(verb, table, column))
            const { rows } = await client.query('SELECT has_table_privilege($1, $2) AS told', [table, verb])
            expect(tried, `${role} ${verb} ${table}`).toBe(rows[0]?.told)
            if (tried) letters.push(letter)
          }
          found[table] = letters.join('')
          expected[table] = EXPECTED[table]?.[position] ?? 'not in the matrix'
        }
      })
      expect(found).toEqual(expected)
    },
  )

  test('single columns: keys without what was asked under them, the note of a checkpoint', async () => {
    await as(roles.reader, async (client) => {
      expect(await may(client, 'SELECT id, index FROM ledger_key')).toBe(true)
      expect(await may(client, 'SELECT request FROM ledger_key')).toBe(false)
    })
    await as(roles.signer, async (client) => {
      expect(await may(client, `UPDATE ledger_checkpoint SET note = note WHERE size = 0`)).toBe(true)
      for (const column of ['size', 'root', 'at']) {
        expect(await may(client, `UPDATE ledger_checkpoint SET ${column} = ${column} WHERE size = 0`)).toBe(false)
      }
    })
  })

  test('nobody makes tables, roles or triggers, or gives privileges on', async () => {
    for (const role of [roles.writer, roles.signer, roles.reader]) {
      await as(role, async (client) => {
        for (const sql of [
          'CREATE TABLE mine (a int)',
          'CREATE ROLE mine',
          'ALTER TABLE ledger_entry DISABLE TRIGGER ALL',
          'ALTER TABLE ledger_entry OWNER TO CURRENT_USER',
          'DROP TABLE ledger_entry',
          'CREATE TRIGGER t BEFORE INSERT ON ledger_entry EXECUTE FUNCTION suppress_redundant_updates_trigger()',
          `SET ROLE ${roles.owner}`,
          `COPY ledger_secret TO PROGRAM 'cat'`,
          'LOCK TABLE content_session IN ACCESS EXCLUSIVE MODE',
        ].slice(0, role === roles.writer ? 8 : 9)) {
          expect(await may(client, sql), sql).toBe(false)
        }
        await client.query(`GRANT SELECT ON ledger_entry TO PUBLIC`).catch(() => undefined)
      })
    }
    const { rows } = await admin.query(
      `SELECT grantee FROM information_schema.role_table_grants WHERE grantee = 'PUBLIC' AND table_schema = 'public'`,
    )
    expect(rows).toEqual([])
  })

  test('roles that no grant binds, or that are not there, are refused', async () => {
    const pool = new pg.Pool({ connectionString: urlOf(roles.owner), max: 1 })
    const granting = (names: Record<string, string>) => grantRoles(pool, names, { apply: true })
    try {
      await expect(granting({ writer: roles.owner })).rejects.toThrow('no grant binds it')
      await expect(granting({ writer: new URL(database.url).username || 'postgres' })).rejects.toThrow(
        'no grant binds it',
      )
      await expect(granting({ writer: `x_${suffix}` })).rejects.toThrow(`CREATE ROLE "x_${suffix}"`)
      await expect(granting({ writer: roles.writer, reader: roles.writer })).rejects.toThrow('a name of its own')
    } finally {
      await pool.end()
    }
  })
})

test('the registry lives under the three roles: people act as writer, the signer signs, the reader exports and verifies', async () => {
  const registry = await openRegistry(configOf({}), {
    log: quiet,
    as: 'modules',
    notify: consoleNotify(() => undefined),
  })
  try {
    const { services, signing, keys } = registry
    expect(await userOf(services.pool)).toBe(roles.writer)
    const app = await createApp(services, { logger: false })
    const played = await play(app, async (email) => {
      const user = await userByEmail(services, email ?? 'root@authority.example')
      return (await newSignInLink(services, services.pool, user?.id ?? '')).url
    }).finally(() => app.close())
    expect(played.certificate).toBe('1')
    await new Integrator(signing).catchUp()
    const { state } = signerFiles(dataDir)
    expect(await new CheckpointSigner(signing, await keys(), state, services.clock).step()).toBe(true)
  } finally {
    await registry.close()
  }
  // A process that only signs needs nothing of people.
  const signer = await openRegistry(configOf({ RUN_MODULE: 'integrator,signer' }), { log: quiet, as: 'modules' })
  try {
    expect(await userOf(signer.services.pool)).toBe(roles.signer)
    expect(await new CheckpointSigner(signer.signing, await signer.keys(), signerFiles(dataDir).state).step()).toBe(
      false,
    )
  } finally {
    await signer.close()
  }
  const reader = await PostgresLedger.open({ connectionString: urlOf(roles.reader) })
  try {
    const folder = await scratchFolder()
    await exportLog(reader, folder)
    expect((await reconcile(reader)).differences).toEqual([])
    const vkey = parseVkey(sha256Bytes, (await reader.genesis())?.key ?? '')
    expect(await verifyLog(new FolderSource(folder), { vkey })).toMatchObject({ outcome: 'whole' })
  } finally {
    await reader.close()
  }
})

test('processes of their own, each with nothing but its role: people act, checkpoints are signed; a role founds nothing', async () => {
  const only = (role: 'WRITER' | 'SIGNER', modules: string, folder: string) => ({
    DATABASE_URL: withoutUser(database.url),
    [`DB_USER_${role}`]: role === 'WRITER' ? roles.writer : roles.signer,
    [`DB_PASSWORD_${role}`]: PASSWORD,
    RUN_MODULE: modules,
    DATA_DIR: folder,
  })
  const owner = { DATABASE_URL: urlOf(roles.owner), DATA_DIR: dataDir }
  const names = ['--writer', roles.writer, '--signer', roles.signer, '--reader', roles.reader]
  const printed = await tallystick(['roles', ...names, '--print'], owner)
  expect(printed).toMatchObject({ exitCode: 0 })
  expect(printed.stdout).toContain(`GRANT SELECT, INSERT ON "ledger_entry" TO "${roles.writer}";`)
  expect(await tallystick(['roles', ...names], owner)).toMatchObject({ exitCode: 0 })
  expect(await tallystick(['roles'], owner)).toMatchObject({ exitCode: 2 })

  const national = await startServer(only('WRITER', 'national', await scratchFolder()))
  const signer = await startServer(only('SIGNER', 'integrator,signer', dataDir), [], { answers: false })
  try {
    const health = () =>
      fetch(`${national.url}/national/health`).then(
        (answer) => answer.json() as Promise<{ size: number; checkpoint: { size: number } | null }>,
      )
    const before = await health()
    await withOwner((ledger) => grantOne(ledger))
    await until('a checkpoint of the new entry', async () => ((await health()).checkpoint?.size ?? 0) > before.size)
    for (const { output } of [national, signer]) expect(output()).not.toMatch(/permission denied/)
  } finally {
    await signer.kill()
    await national.kill()
  }

  const empty = await testDatabase()
  try {
    for (const role of ['WRITER', 'SIGNER'] as const) {
      const modules = role === 'WRITER' ? 'national,signer' : 'signer'
      const env = { ...only(role, modules, await scratchFolder()), DATABASE_URL: withoutUser(empty.url) }
      const refused = await tallystick(['serve'], { ...env, PORT: '0' })
      expect(refused.exitCode).toBe(2)
      expect(refused.stderr).toContain('tallystick setup')
    }
  } finally {
    await empty.close()
  }
})

async function withOwner<T>(work: (ledger: PostgresLedger) => Promise<T>): Promise<T> {
  const ledger = await PostgresLedger.open({ connectionString: urlOf(roles.owner) })
  return work(ledger).finally(() => ledger.close())
}

async function grantOne(ledger: PostgresLedger): Promise<void> {
  const genesis = await ledger.genesis()
  if (!genesis) throw new Error('the ledger is founded')
  const request = { mandate: randomId(), organisation: genesis.authority, role: 'government/Root', limit: null }
  const key = { sender: 'test', id: randomId() }
  const outcome = await ledger.execute({ type: 'MandateGranted', by: genesis.system, key, requestHash: '', request })
  expect(isReceipt(outcome)).toBe(true)
}

function withoutUser(url: string): string {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  return bare.href
}

async function userOf(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>('SELECT current_user AS name')
  return rows[0]?.name ?? ''
}
