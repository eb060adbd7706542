import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Health } from '@tallystick/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
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
  expect(first).toMatchObject({ size: 2, test: true, modules: ['national', 'integrator', 'signer'] })
  await stop(server)
  await expect(fetch(`${server.url}/national/health`)).rejects.toThrow()
  expect(await readdir(join(folder, 'data'))).toEqual(['signer'])

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

it('says that a port is taken', async () => {
  const first = await start()
  const port = new URL(first.server.url).port
  await expect(start({ PORT: port }, 'other')).rejects.toThrow(new RegExp(`port ${port}`))
  await stop(first.server)
})

it('tells what is said anew and changes nothing, and refuses another country', async () => {
  const { server, said } = await start({ ROOT_EMAIL: 'other@example.org' })
  expect(said).toMatch(/Root user of this registry is root@example\.org/)
  await stop(server)
  await expect(start({ systemCountryCode: 'NA' })).rejects.toThrow(/Exampleland \(XT\)/)
})
