import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, type Cast, issue, registerProject, setUpCast } from '../support/api.ts'
import { freePort, type ServerProcess, startServer } from '../support/server.ts'
import { tallystick } from '../support/tallystick.ts'

const ROUNDS = Number(process.env.TALLYSTICK_CRASHES ?? 5)
const CLIENTS = 16

let folder: string
let port: number
let server: ServerProcess
let cast: Cast
let batch: string

const data = () => join(folder, 'data')
const start = () => startServer({ DATA_DIR: data(), PORT: String(port) })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crash-'))
  port = await freePort()
  server = await start()
  cast = await setUpCast(server.url, server.linkFor, 'root@authority.example')
  const { authorisation } = await registerProject(cast, ['100', '0'], '1000000')
  batch = (await issue(cast, authorisation.id, '2024', '1000000')).id
})

afterAll(async () => {
  await server?.kill()
  await rm(folder, { recursive: true, force: true })
})

/** Sends one command until it is acknowledged, as a careful client would: the same key each time. */
async function untilAcknowledged(api: Api, key: string): Promise<number> {
  const [from, to] = cast.developers
  const body = { batch, from: from.holding, to: to.holding, quantity: '1' }
  for (;;) {
    const answer = await api.command('/national/transfers', body, key).catch(() => undefined)
    if (answer?.status === 201) return answer.body.entry.index
    if (answer && answer.status < 500) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
    await delay(50)
  }
}

/** Keeps sending until told to stop; what was begun is brought to its end. */
function load(round: number): { acknowledged: Map<string, number>; stop(): Promise<void> } {
  const acknowledged = new Map<string, number>()
  let stopped = false
  const client = async (at: number) => {
    for (let number = 0; !stopped; number += 1) {
      const key = `crash-${round}-${at}-${number}`
      acknowledged.set(key, await untilAcknowledged(cast.developers[0].api, key))
    }
  }
  const clients = Array.from({ length: CLIENTS }, (_, at) => client(at))
  return {
    acknowledged,
    async stop() {
      stopped = true
      await Promise.all(clients)
    },
  }
}

const all = new Map<string, number>()

async function checkWhole(): Promise<void> {
  const { size } = await cast.officer.get('/national/health')
  let transfers = 0
  for (let from = 0; from < size; from += 200) {
    const { items } = await cast.officer.get(`/national/entries?from=${from}&limit=200`)
    transfers += items.filter(({ type }: { type: string }) => type === 'CreditsTransferred').length
  }
  expect(new Set(all.values()).size).toBe(all.size)
  expect(transfers).toBe(all.size)
  const env = { DATA_DIR: data(), PORT: String(port) }
  expect(await tallystick(['reconcile', '--json'], env)).toMatchObject({ exitCode: 0, json: { differences: [] } })
  const exported = await tallystick(['export-log', join(folder, 'log'), '--json'], env)
  expect(exported).toMatchObject({ exitCode: 0 })
  const verified = await tallystick(['verify', join(folder, 'log'), '--vkey', exported.json.vkey], {})
  expect(verified, verified.stdout).toMatchObject({ exitCode: 0 })
}

for (let round = 1; round <= ROUNDS; round += 1) {
  const victim = round % 2 === 1 ? 'server' : 'database'
  test(`round ${round}: kill -9 of the ${victim} under load loses nothing and doubles nothing`, async () => {
    const under = load(round)
    await delay(700 + 130 * round)
    const before = under.acknowledged.size
    if (victim === 'server') {
      await server.kill('SIGKILL')
      server = await start()
    } else {
      const pid = Number.parseInt(await readFile(join(data(), 'pg', 'postmaster.pid'), 'utf8'), 10)
      process.kill(pid, 'SIGKILL')
    }
    while (under.acknowledged.size < before + 2 * CLIENTS) await delay(20)
    await under.stop()
    for (const [key, index] of under.acknowledged) all.set(key, index)
    expect(before).toBeGreaterThan(0)
    await checkWhole()
    console.log(`round ${round} (${victim}): ${under.acknowledged.size} commands acknowledged, each in the log once`)
  })
}
