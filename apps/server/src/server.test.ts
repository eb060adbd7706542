import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Health } from '@tallystick/contract'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../tests/support/database.ts'
import { readConfig } from './platform/config.ts'
import { type Started, startServer } from './server.ts'

let database: TestDatabase
let folder: string
const log = { info: () => undefined, warn: () => undefined }

beforeAll(async () => {
  database = await testDatabase()
  folder = await mkdtemp(join(tmpdir(), 'server-'))
})
afterAll(async () => {
  await database.close()
  await rm(folder, { recursive: true, force: true })
})

async function start(environment: Record<string, string> = {}, dataDir = 'data') {
  const said: string[] = []
  const config = readConfig(
    {
      DATABASE_URL: database.url,
      DATA_DIR: join(folder, dataDir),
      PORT: '0',
      ROOT_EMAIL: 'root@example.org',
      ...environment,
    },
    folder,
  )
  const server = await startServer({ config, log, print: (text) => said.push(text) })
  return { server, said: said.join('\n') }
}

async function stop(server: Started) {
  if (server.started) await server.close()
}

async function health(url: string) {
  const answer = await fetch(`${url}/national/health`)
  expect(answer.status).toBe(200)
  return Health.parse(await answer.json())
}

async function until<T>(what: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await what()
    if (found !== undefined) return found
  }
}

/** An address of the database behind which there is nothing any more once it is cut. */
async function wayToDatabase() {
  const { hostname, port } = new URL(database.url)
  const open = new Set<Socket>()
  const way = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      open.add(from)
      from.on('error', () => undefined).on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  const listen = (at: number) => new Promise<void>((resolve) => way.listen(at, '127.0.0.1', resolve))
  await listen(0)
  const here = (way.address() as AddressInfo).port
  const cut = async () => {
    const closed = new Promise((resolve) => way.close(resolve))
    for (const socket of open) socket.destroy()
    open.clear()
    await closed
  }
  onTestFinished(cut)
  const url = new URL(database.url)
  url.host = `127.0.0.1:${here}`
  return { url: url.href, cut, mend: () => listen(here) }
}

it('starts, welcomes, signs in by its link, signs the log, and starts again where it was', async () => {
  const { server, said } = await start()
  expect(server.started).toBe(true)
  expect(said).toContain('root@example.org')
  expect(said).toContain(server.url)
  expect(said).toContain('no separation of duties')
  const link = /http:\S+\/sign-in\?token=\S+/.exec(said)?.[0]
  const answer = await fetch(`${server.url}/national/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: link }),
  })
  expect(answer.status).toBe(201)
  const first = await until(async () => {
    const found = await health(server.url)
    return found.checkpoint?.size === 2 ? found : undefined
  })
  expect(first).toMatchObject({ size: 2, test: true, modules: ['national', 'integrator', 'signer', 'mailer'] })
  await stop(server)
  await expect(fetch(`${server.url}/national/health`)).rejects.toThrow()
  expect(await readdir(join(folder, 'data'))).toEqual(['files', 'ledger.json', 'signer'])

  const again = await start()
  expect(await health(again.server.url)).toMatchObject({ ledgerId: first.ledgerId, size: 2 })
  await stop(again.server)
})

it('a second one on the same data folder says where the first is, and touches nothing', async () => {
  const first = await start()
  const second = await start()
  expect(second.server).toEqual({ started: false, url: first.server.url, pid: process.pid })
  expect(second.said).toBe('')
  await stop(first.server)
})

it('modules run apart: one serves, another signs', async () => {
  const serving = await start({ RUN_MODULE: 'national' }, 'one')
  const { size } = await health(serving.server.url)
  const signing = await start({ RUN_MODULE: 'integrator,signer' })
  expect(signing.said).not.toContain('token=')
  await until(async () => ((await health(serving.server.url)).checkpoint?.size === size ? true : undefined))
  await stop(signing.server)
  await stop(serving.server)
})

it('is not healthy while its database cannot be reached, and is again by itself', async () => {
  const way = await wayToDatabase()
  const { server } = await start({ DATABASE_URL: way.url, RUN_MODULE: 'national' }, 'one')
  const status = async () => (await fetch(`${server.url}/national/health`)).status
  expect(await status()).toBe(200)
  await way.cut()
  const answer = await fetch(`${server.url}/national/health`)
  expect([answer.status, await answer.json()]).toEqual([503, expect.objectContaining({ code: 'ledger-busy' })])
  expect(await status()).toBe(503)
  await way.mend()
  await until(async () => ((await status()) === 200 ? true : undefined))
  await stop(server)
})

it('says that a port is taken', async () => {
  const first = await start()
  const port = new URL(first.server.url).port
  await expect(start({ PORT: port, RUN_MODULE: 'national' }, 'other')).rejects.toThrow(new RegExp(`port ${port}`))
  await stop(first.server)
})

it('tells what is said anew and changes nothing, and refuses another country', async () => {
  const { server, said } = await start({ ROOT_EMAIL: 'other@example.org' })
  expect(said).toMatch(/Root user of this registry is root@example\.org/)
  await stop(server)
  await expect(start({ systemCountryCode: 'NA' })).rejects.toThrow(/Exampleland \(XT\)/)
})

describe('a data folder', () => {
  const isEmpty = async (url: string) => {
    const pool = new pg.Pool({ connectionString: url })
    pool.on('error', () => undefined)
    const { rows } = await pool.query(`SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`)
    await pool.end()
    return rows[0].count === '0'
  }

  it('belongs to one ledger: with an empty database, another or none, nothing starts and nothing is written', async () => {
    const empty = await testDatabase()
    await expect(start({ DATABASE_URL: empty.url })).rejects.toThrow(/belongs to the ledger .*the database is empty/)
    expect(await isEmpty(empty.url)).toBe(true)
    const other = await start({ DATABASE_URL: empty.url }, 'of another')
    await stop(other.server)
    await expect(start({}, 'of another')).rejects.toThrow(/belongs to the ledger .*the database has the ledger/)
    const missing = new URL(empty.url)
    missing.pathname += '_missing'
    for (let round = 0; round < 2; round += 1) {
      await expect(start({ DATABASE_URL: missing.href })).rejects.toThrow(
        /There is no database .*belongs to the ledger/,
      )
    }
    await expect(start({ DATABASE_URL: '' })).rejects.toThrow(/There is no database in .*belongs to the ledger/)
    await empty.close()
  })

  it('from before is tied to its ledger', async () => {
    const file = join(folder, 'data', 'ledger.json')
    const before = await readFile(file, 'utf8')
    await rm(file)
    await stop((await start()).server)
    expect(await readFile(file, 'utf8')).toBe(before)
  })
})

it('a process that does not sign founds no ledger and makes no key', async () => {
  const empty = await testDatabase()
  for (const RUN_MODULE of ['national', 'integrator', 'national,integrator']) {
    const refused = start({ DATABASE_URL: empty.url, RUN_MODULE }, 'signs nothing')
    await expect(refused).rejects.toThrow(
      /Start the process with signer in RUN_MODULE first, or run `tallystick setup`/,
    )
  }
  expect(await readdir(join(folder, 'signs nothing'))).toEqual([])
  const pool = new pg.Pool({ connectionString: empty.url })
  pool.on('error', () => undefined)
  expect((await pool.query(`SELECT to_regclass('ledger_entry') AS found`)).rows).toEqual([{ found: null }])
  await pool.end()
  await empty.close()
})

it('a process that signs with another key, or with none, does not start', async () => {
  await expect(start({ RUN_MODULE: 'signer' }, 'no key')).rejects.toThrow(/signer.key\.pem is missing/)
  expect((await readdir(join(folder, 'no key'))).sort()).toEqual(['files', 'ledger.json'])
  const own = join(folder, 'data', 'signer', 'key.pem')
  const pem = await readFile(own)
  await writeFile(own, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }))
  await expect(start()).rejects.toThrow(/signer.key\.pem is not the key of the ledger/)
  await writeFile(own, pem)
  await stop((await start()).server)
})
