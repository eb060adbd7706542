import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { type Database, openDatabase } from './database.ts'
import { findPostmaster, stopPostmaster } from './postmaster.ts'

const PATIENCE = { timeout: 30_000, interval: 20 }
const quiet = { info: () => {}, warn: () => {} }

let made = ''
let dataDir = ''
let users: User[] = []

beforeAll(async () => {
  made = await mkdtemp(join(inject('runFolder'), 'data of a registry '))
  dataDir = made
  await (await open()).close()
})

afterAll(() => rm(made, { recursive: true, force: true }))

beforeEach(async () => {
  dataDir = await mkdtemp(join(inject('runFolder'), 'data of a registry '))
})

afterEach(async () => {
  for (const user of users) user.kill()
  users = []
  const left = await findPostmaster(join(dataDir, 'pg'))
  if (left) await stopPostmaster(join(dataDir, 'pg'), left.pid)
  await rm(dataDir, { recursive: true, force: true })
})

/** A cluster that was used before, without the time that making one takes. */
const reuse = () => cp(made, dataDir, { recursive: true })

type User = { process: ChildProcess; url: Promise<string>; leave(): Promise<void>; kill(): void }

/** Another process that uses the database. */
function user(): User {
  const fixture = join(import.meta.dirname, 'user.fixture.ts')
  const child = spawn(process.execPath, [fixture, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] })
  const url = once(createInterface(child.stdout), 'line').then(([line]) => String(JSON.parse(line).url))
  url.catch(() => {})
  const exit = once(child, 'exit')
  const user = {
    process: child,
    url,
    async leave() {
      child.stdin.end()
      expect(await exit).toEqual([0, null])
    },
    kill: () => void child.kill('SIGKILL'),
  }
  users.push(user)
  return user
}

const open = (): Promise<Database> => openDatabase({ dataDir, name: 'carbondbdev', log: quiet, durable: false })

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client.query(sql).then(
    ({ rows }) => client.end().then(() => rows),
    (error) => client.end().then(() => Promise.reject(error)),
  )
}

async function serverPid(): Promise<number> {
  const running = await findPostmaster(join(dataDir, 'pg'))
  if (!running) throw new Error('no server runs')
  return running.pid
}

const stopped = async () => (await findPostmaster(join(dataDir, 'pg'))) === null

describe('the embedded PostgreSQL', () => {
  it('starts in an empty folder whose path has spaces, and stops at close', async () => {
    const database = await open()
    expect(await query(database.url, 'SELECT current_database() AS name')).toEqual([{ name: 'carbondbdev' }])
    expect(database).toMatchObject({ embedded: true, description: expect.stringContaining(join(dataDir, 'pg')) })
    expect(database.url).toContain('@127.0.0.1:')
    await database.close()
    expect(await stopped()).toBe(true)
  })

  it('sorts by code point and asks for a password', async () => {
    await reuse()
    const database = await open()
    const names =
      "SELECT string_agg(n, '' ORDER BY n) AS sorted, lower('ÉΩ') AS low FROM unnest(ARRAY['b','a','B','é']) n"
    expect(await query(database.url, names)).toEqual([{ sorted: 'Babé', low: 'éω' }])
    const url = new URL(database.url)
    url.password = 'wrong'
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed')
    await database.close()
  })

  it('keeps its password to the owner of the folder, and out of log and description', async () => {
    await reuse()
    const database = await open()
    const password = await readFile(join(dataDir, 'pg.password'), 'utf8')
    expect(database.url).toContain(password)
    await database.close()
    expect(await readFile(join(dataDir, 'pg.log'), 'utf8')).not.toContain(password)
    expect(database.description).not.toContain(password)
  })

  it('is shared by processes that start at the same moment; the last one out stops it', async () => {
    const [one, two, three] = [user(), user(), user()]
    const urls = await Promise.all([one.url, two.url, three.url])
    expect(new Set(urls).size).toBe(1)
    await Promise.all([one.leave(), two.leave()])
    await query(urls[0], 'SELECT 1')
    await three.leave()
    expect(await stopped()).toBe(true)
  })

  it('is there for whoever comes while the last one leaves', async () => {
    await reuse()
    for (let round = 0; round < 5; round += 1) {
      const first = await open()
      const [next] = await Promise.all([open(), first.close()])
      await query(next.url, 'SELECT 1')
      await next.close()
      expect(await stopped()).toBe(true)
    }
  })

  it('outlives a killed process, is taken over by the next, and has lost nothing', async () => {
    await reuse()
    const killed = user()
    await query(await killed.url, 'CREATE TABLE kept AS SELECT 1 AS x')
    const pid = await serverPid()
    killed.kill()
    await once(killed.process, 'exit')
    const next = await open()
    expect(await serverPid()).toBe(pid)
    expect(await query(next.url, 'SELECT x FROM kept')).toEqual([{ x: 1 }])
    await next.close()
    expect(await stopped()).toBe(true)
  })

  it('comes back at the same address when it is killed', async () => {
    await reuse()
    const [database, other] = [await open(), user()]
    await other.url
    await query(database.url, 'CREATE TABLE kept AS SELECT 1 AS x')
    process.kill(await serverPid(), 'SIGKILL')
    await vi.waitFor(async () => {
      expect(await query(database.url, 'SELECT x FROM kept')).toEqual([{ x: 1 }])
    }, PATIENCE)
    await other.leave()
    // Who leaves while we still join again may be the last one out: then the server is started once more.
    await vi.waitFor(() => query(database.url, 'SELECT 1'), PATIENCE)
    await database.close()
    await vi.waitFor(async () => expect(await stopped()).toBe(true), PATIENCE)
  })

  it('recovers when server and process were killed, even if the pid belongs to another program now', async () => {
    await reuse()
    const killed = user()
    await query(await killed.url, 'CREATE TABLE kept AS SELECT 1 AS x')
    const pidFile = join(dataDir, 'pg', 'postmaster.pid')
    const lines = (await readFile(pidFile, 'utf8')).split('\n')
    const pid = await serverPid()
    killed.kill()
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(async () => expect(await stopped()).toBe(true), PATIENCE)
    await writeFile(pidFile, [process.pid, ...lines.slice(1)].join('\n'))
    const next = await open()
    expect(await query(next.url, 'SELECT x FROM kept')).toEqual([{ x: 1 }])
    await next.close()
  })

  it.each([1, 3, 6])(
    'starts afresh when the first start was killed while it made the cluster (%i)',
    async (folders) => {
      const killed = user()
      await vi.waitFor(async () => {
        const names = await readdir(dataDir)
        // On a machine that lets us wait, the cluster may be made before we look: then it is killed just after.
        if (names.includes('pg')) return
        const [aside = ''] = names.filter((name) => name.startsWith('pg.new-'))
        expect((await readdir(join(dataDir, aside, 'cluster'))).length).toBeGreaterThanOrEqual(folders)
      }, PATIENCE)
      killed.kill()
      await once(killed.process, 'exit')
      const next = await open()
      await query(next.url, 'SELECT 1')
      await next.close()
      expect((await readdir(dataDir)).sort()).toEqual(['pg', 'pg.log', 'pg.password'])
    },
  )

  it('refuses a folder that is no cluster, and a cluster without its password', async () => {
    await mkdir(join(dataDir, 'pg'))
    await writeFile(join(dataDir, 'pg', 'notes.txt'), 'mine')
    await expect(open()).rejects.toThrow('is not a PostgreSQL cluster')
    await rm(join(dataDir, 'pg'), { recursive: true })
    await reuse()
    await rm(join(dataDir, 'pg.password'))
    await expect(open()).rejects.toThrow('pg.password is missing')
  })

  it('tells in PostgreSQL’s own words why it does not start', async () => {
    await reuse()
    await writeFile(join(dataDir, 'pg', 'PG_VERSION'), '12\n')
    await expect(open()).rejects.toThrow('not compatible')
  })
})
