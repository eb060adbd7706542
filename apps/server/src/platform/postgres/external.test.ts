import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../../tests/support/database.ts'
import { openDatabase } from './database.ts'
import { databaseUrl, type ExternalAddress } from './external.ts'

const log = { info: () => {}, warn: () => {} }
let server: TestDatabase
let dataDir = ''

beforeAll(async () => {
  server = await testDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'data-'))
})

afterAll(async () => {
  await server.close()
  await rm(dataDir, { recursive: true })
})

const open = (external: ExternalAddress, name = 'unused') => openDatabase({ dataDir, name, external, log })

function changed(change: (url: URL) => void): { url: string } {
  const url = new URL(server.url)
  change(url)
  return { url: url.href }
}

async function run(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}

describe('the operator’s own PostgreSQL', () => {
  it('is opened by URL, and described without its password', async () => {
    const database = await open({ url: server.url })
    expect(database).toMatchObject({ embedded: false, url: server.url })
    const { password, pathname, host } = new URL(server.url)
    expect(database.description).toMatch(/^PostgreSQL 1[5-8]\.\d+ at /)
    expect(database.description).toContain(`${host}${pathname}`)
    if (password) expect(database.description).not.toContain(password)
    await database.close()
  })

  it('is opened by its parts, whatever is in them', async () => {
    const { hostname, port, username, password, pathname } = new URL(server.url)
    const parts = { host: hostname, port: Number(port), user: username, password: decodeURIComponent(password) }
    expect((await open(parts, pathname.slice(1))).url).toBe(server.url)
    const odd = databaseUrl({ host: 'db', port: 5433, user: 'a/b@c', password: 'p:/?#&%' }, 'my db')
    expect(new pg.Client({ connectionString: odd.href })).toMatchObject({
      host: 'db',
      port: 5433,
      user: 'a/b@c',
      password: 'p:/?#&%',
      database: 'my db',
    })
    const socket = databaseUrl({ host: '/var/run/postgresql', port: 5432, user: 'root' }, 'x')
    expect(new pg.Client({ connectionString: socket.href })).toMatchObject({ host: '/var/run/postgresql', port: 5432 })
  })

  it('gets the missing database made', async () => {
    const missing = changed((url) => {
      url.pathname += '_missing'
    })
    const database = await open(missing)
    await run(database.url, 'SELECT 1')
    await run(server.url, `DROP DATABASE ${new URL(missing.url).pathname.slice(1)}`)
  })

  it('names what is wrong', async () => {
    const nobody = changed((url) => {
      url.port = '1'
    })
    await expect(open(nobody)).rejects.toThrow(/No PostgreSQL answers at .*:1\/.* \(ECONNREFUSED\)/)
    await expect(open({ host: 'no-such-host.invalid', port: 5432, user: 'x' })).rejects.toThrow(/No PostgreSQL answers/)
    const ascii = `${new URL(server.url).pathname.slice(1)}_ascii`
    await run(
      server.url,
      `CREATE DATABASE ${ascii} ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    )
    const wrong = changed((url) => {
      url.pathname = ascii
    })
    await expect(open(wrong)).rejects.toThrow('must be UTF8')
    await run(server.url, `DROP DATABASE ${ascii}`)
  })

  it.skipIf(process.env.TEST_DATABASE_URL)(
    'names a wrong password, and a role that may not make a database',
    async () => {
      const secret = 'hunter2-hunter2'
      const wrong = changed((url) => {
        url.password = secret
      })
      const refusal = await open(wrong).catch((error: Error) => error.message)
      expect(refusal).toContain('does not let us in')
      expect(refusal).not.toContain(secret)
      const { hostname, port, username } = new URL(server.url)
      await expect(open({ host: hostname, port: Number(port), user: username })).rejects.toThrow('does not let us in')

      const role = `r${Date.now()}`
      await run(server.url, `CREATE ROLE ${role} LOGIN PASSWORD '${secret}'`)
      const poor = changed((url) => {
        url.username = role
        url.password = secret
        url.pathname = 'nowhere'
      })
      await expect(open(poor)).rejects.toThrow(/cannot be made \(permission denied.*CREATE DATABASE "nowhere"/)
      await run(server.url, `DROP ROLE ${role}`)
    },
  )

  it('is refused while the data folder holds an embedded one', async () => {
    await mkdir(join(dataDir, 'pg'))
    await expect(open({ url: server.url })).rejects.toThrow('holds an embedded database')
    await rm(join(dataDir, 'pg'), { recursive: true })
  })
})
