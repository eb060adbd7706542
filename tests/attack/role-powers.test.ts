import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { grantRoles, openRegistry, readConfig } from '@tallystick/server'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { tallystick } from '../support/tallystick.ts'

const suffix = randomBytes(4).toString('hex')
const PASSWORD = 'pass'
const [owner, writer, signer, reader, group, inner] = ['o', 'w', 's', 'r', 'g', 'i'].map((name) => `${name}_${suffix}`)
const everyRole = [owner, writer, signer, reader, group, inner]

let database: TestDatabase
let admin: pg.Client
let pool: pg.Pool
let dataDir = ''

beforeAll(async () => {
  database = await testDatabase()
  admin = await connected(database.url)
  for (const role of everyRole) await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`)
  await admin.query(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} OWNER TO ${owner}`)
  dataDir = await mkdtemp(join(tmpdir(), 'tallystick-powers-'))
  const config = readConfig(
    { DATABASE_URL: ownerUrl(), DATA_DIR: dataDir, ROOT_EMAIL: 'root@authority.example' },
    '/nowhere',
  )
  const registry = await openRegistry(config, { log: { info: () => undefined, warn: () => undefined } })
  await registry.close()
  pool = new pg.Pool({ connectionString: ownerUrl(), max: 2 })
})

afterAll(async () => {
  await pool.end()
  await admin.query(`DROP OWNED BY ${everyRole.join(', ')} CASCADE`)
  await admin.end()
  await database.close()
  const last = await connected(new URL('/postgres', database.url).href)
  for (const role of everyRole) await last.query(`DROP ROLE ${role}`)
  await last.end()
  await rm(dataDir, { recursive: true, force: true })
})

/** What one test gave, and how it is taken back. */
let undo: string[] = []
afterEach(async () => {
  for (const sql of undo.reverse()) await admin.query(sql)
  undo = []
})

async function given(sql: string, back: string): Promise<void> {
  await admin.query(sql)
  undo.push(back)
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

function ownerUrl(): string {
  const url = new URL(database.url)
  url.username = owner ?? ''
  url.password = PASSWORD
  return url.href
}

const grant = () => grantRoles(pool, { writer, signer, reader }, { apply: true })

async function refusal(): Promise<string> {
  return grant().then(
    () => 'granted',
    (error: Error) => `${error.name}: ${error.message}`,
  )
}

const holds = async (role: string | undefined, table: string, privilege: string) => {
  const { rows } = await admin.query('SELECT has_table_privilege($1, $2, $3) AS it', [role, table, privilege])
  return rows[0]?.it
}

describe('what the owner cannot take away is refused by name', () => {
  test('nothing is refused where the roles have what they need', async () => {
    expect(await refusal()).toBe('granted')
  })

  test('a membership whose rights are inherited', async () => {
    await given(`GRANT DELETE, TRUNCATE ON ledger_entry TO ${group}`, `REVOKE ALL ON ledger_entry FROM ${group}`)
    await given(`GRANT ${group} TO ${reader}`, `REVOKE ${group} FROM ${reader}`)
    const message = await refusal()
    expect(message).toMatch(/^StartupError: /)
    expect(message).toContain(
      `${reader} has as a member of ${group}: DELETE, TRUNCATE on table ledger_entry. Run: REVOKE "${group}" FROM "${reader}";`,
    )
    expect(message).not.toContain(writer)
  })

  test('one that is not inherited, through a second role, and only SET ROLE reaches', async () => {
    await given(`ALTER ROLE ${reader} NOINHERIT`, `ALTER ROLE ${reader} INHERIT`)
    await given(`GRANT SELECT (request) ON ledger_key TO ${inner}`, `REVOKE ALL ON ledger_key FROM ${inner}`)
    await given(`GRANT ${inner} TO ${group}`, `REVOKE ${inner} FROM ${group}`)
    await given(`GRANT ${group} TO ${reader}`, `REVOKE ${group} FROM ${reader}`)
    expect(await refusal()).toContain(
      `${reader} has as a member of ${group}: SELECT (request) on table ledger_key. Run: REVOKE "${group}" FROM "${reader}";`,
    )
  })

  test.each(['pg_read_all_data', 'pg_write_all_data'])('the signer as a member of %s', async (all) => {
    await given(`GRANT ${all} TO ${signer}`, `REVOKE ${all} FROM ${signer}`)
    const message = await refusal()
    expect(message).toContain(`${signer} has as a member of ${all}: `)
    expect(message).toContain('on table content_')
    expect(message).toContain(`Run: REVOKE "${all}" FROM "${signer}";`)
  })

  test('one role made a member of another of the three', async () => {
    await given(`GRANT ${writer} TO ${signer}`, `REVOKE ${writer} FROM ${signer}`)
    expect(await refusal()).toContain(`REVOKE "${writer}" FROM "${signer}";`)
  })

  test('what a role may have, but not give on', async () => {
    await given(
      `GRANT SELECT ON ledger_entry TO ${group} WITH GRANT OPTION`,
      `REVOKE ALL ON ledger_entry FROM ${group} CASCADE`,
    )
    await given(`GRANT ${group} TO ${reader}`, `REVOKE ${group} FROM ${reader}`)
    expect(await refusal()).toContain(`${group}: SELECT WITH GRANT OPTION on table ledger_entry.`)
  })

  test('CREATE on a schema of somebody else, and the schema itself', async () => {
    await given('ALTER SCHEMA public OWNER TO CURRENT_USER', 'ALTER SCHEMA public OWNER TO pg_database_owner')
    await given(`GRANT CREATE ON SCHEMA public TO ${writer}`, `REVOKE CREATE ON SCHEMA public FROM ${writer}`)
    expect(await refusal()).toContain(
      `${writer} has: CREATE on schema public. Run: REVOKE CREATE ON SCHEMA "public" FROM "${writer}";`,
    )
    await given('GRANT CREATE ON SCHEMA public TO PUBLIC', 'REVOKE CREATE ON SCHEMA public FROM PUBLIC')
    expect(await refusal()).toContain(
      `${writer}, ${signer}, ${reader} have like everybody: CREATE on schema public. Run: REVOKE CREATE ON SCHEMA "public" FROM PUBLIC;`,
    )
    await given(`ALTER SCHEMA public OWNER TO ${group}`, 'ALTER SCHEMA public OWNER TO CURRENT_USER')
    await given(`GRANT ${group} TO ${reader}`, `REVOKE ${group} FROM ${reader}`)
    expect(await refusal()).toContain(`${reader} has as a member of ${group}: OWNER on schema public.`)
  })

  test('CREATE on the database', async () => {
    const name = new URL(database.url).pathname.slice(1)
    await given(`GRANT CREATE ON DATABASE ${name} TO ${writer}`, `REVOKE CREATE ON DATABASE ${name} FROM ${writer}`)
    expect(await refusal()).toContain(`Run: REVOKE CREATE ON DATABASE "${name}" FROM "${writer}";`)
  })

  test('a table of somebody else that stands in for ours, and a function that acts as its owner', async () => {
    await given('CREATE TABLE stray (a int)', 'DROP TABLE stray')
    await admin.query(`ALTER TABLE stray OWNER TO ${group}; GRANT SELECT ON stray TO ${reader}`)
    await given(
      `CREATE FUNCTION wipe(text) RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT NULL::void'`,
      'DROP FUNCTION wipe',
    )
    const message = await refusal()
    expect(message).toContain(`SELECT on table stray. Run: REVOKE SELECT ON TABLE "stray" FROM "${reader}";`)
    expect(message).toContain(`EXECUTE on function wipe(text). Run: REVOKE EXECUTE ON FUNCTION wipe(text) FROM PUBLIC;`)
  })

  test.each(['CREATEROLE', 'REPLICATION', 'SUPERUSER'])(
    'a role, or one that it belongs to, with %s',
    async (attribute) => {
      await given(`ALTER ROLE ${group} ${attribute}`, `ALTER ROLE ${group} NO${attribute}`)
      await given(`GRANT ${group} TO ${reader}`, `REVOKE ${group} FROM ${reader}`)
      expect(await refusal()).toMatch(
        new RegExp(`The role ${reader} belongs to ${group}.* no grant binds it.*REVOKE "${group}" FROM "${reader}";`),
      )
    },
  )

  test('programs and files of the server', async () => {
    await given(`GRANT pg_execute_server_program TO ${writer}`, `REVOKE pg_execute_server_program FROM ${writer}`)
    expect(await refusal()).toContain(`REVOKE "pg_execute_server_program" FROM "${writer}";`)
  })
})

test('a refusal changes nothing, and the command says it with exit code 2', async () => {
  expect(await refusal()).toBe('granted')
  await given(`GRANT TRIGGER ON ledger_run TO ${writer}`, `REVOKE TRIGGER ON ledger_run FROM ${writer}`)
  await given(`GRANT DELETE ON ledger_entry TO ${group}`, `REVOKE DELETE ON ledger_entry FROM ${group}`)
  await given(`GRANT ${group} TO ${reader}`, `REVOKE ${group} FROM ${reader}`)
  const env = { DATABASE_URL: ownerUrl(), DATA_DIR: dataDir }
  const names = ['--writer', writer ?? '', '--signer', signer ?? '', '--reader', reader ?? '']
  const refused = await tallystick(['roles', ...names], env)
  expect(refused.exitCode).toBe(2)
  expect(refused.stderr).toContain(`DELETE on table ledger_entry. Run: REVOKE "${group}" FROM "${reader}";`)
  expect(refused.stdout).not.toContain('granted')
  expect(await holds(writer, 'ledger_run', 'TRIGGER')).toBe(true)
  await admin.query(`REVOKE ${group} FROM ${reader}`)
  expect(await tallystick(['roles', ...names], env)).toMatchObject({ exitCode: 0 })
  expect(await holds(writer, 'ledger_run', 'TRIGGER')).toBe(false)
})

test('what the owner can take away is taken away: on the schema, a view, a sequence', async () => {
  await given('CREATE VIEW people AS SELECT * FROM content_user', 'DROP VIEW people')
  await given('CREATE SEQUENCE counter', 'DROP SEQUENCE counter')
  await admin.query(`ALTER VIEW people OWNER TO ${owner}; ALTER SEQUENCE counter OWNER TO ${owner}`)
  await admin.query(`GRANT SELECT ON people TO ${reader}; GRANT USAGE ON SEQUENCE counter TO PUBLIC`)
  await admin.query(`GRANT CREATE ON SCHEMA public TO ${writer}; GRANT CREATE ON SCHEMA public TO PUBLIC`)
  expect(await refusal()).toBe('granted')
  expect(await holds(reader, 'people', 'SELECT')).toBe(false)
  const { rows } = await admin.query(
    `SELECT has_schema_privilege($1, 'public', 'CREATE') AS makes, has_schema_privilege($1, 'public', 'USAGE') AS uses`,
    [writer],
  )
  expect(rows).toEqual([{ makes: false, uses: true }])
})

test('a role that may not use the schema is told', async () => {
  await given('REVOKE USAGE ON SCHEMA public FROM PUBLIC', 'GRANT USAGE ON SCHEMA public TO PUBLIC')
  expect(await refusal()).toContain(`GRANT USAGE ON SCHEMA "public" TO "${writer}"`)
})
