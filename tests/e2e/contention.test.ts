import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, type Api, type Cast, issue, registerProject, setUpCast } from '../support/api.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { type ServerProcess, startServer } from '../support/server.ts'
import { tallystick } from '../support/tallystick.ts'

const ROUNDS = Number(process.env.TALLYSTICK_ROUNDS ?? 20)
const BALANCE_CONTENDERS = 200
const RANGE_CONTENDERS = 50

let folder: string
let database: TestDatabase
let servers: ServerProcess[] = []
let cast: Cast
let authorisation: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'contention-'))
  database = await testDatabase()
  const start = (name: string, modules: string) =>
    startServer({ DATABASE_URL: database.url, DATA_DIR: join(folder, name), RUN_MODULE: modules })
  servers = [await start('one', 'national,integrator,signer'), await start('two', 'national')]
  const [first] = servers
  if (!first) throw new Error('no server')
  cast = await setUpCast(first.url, first.linkFor, 'root@authority.example')
  authorisation = (await registerProject(cast, ['100', '0'], '1000000')).authorisation.id
})

afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill()))
  await database?.close()
  await rm(folder, { recursive: true, force: true })
})

/** The same person at each of the servers. */
function everywhere(api: Api): Api[] {
  return servers.map((server) => api.at(server.url))
}

async function contend(contenders: number, body: (at: number) => object): Promise<Answer[]> {
  const apis = everywhere(cast.developers[0].api)
  return Promise.all(
    Array.from({ length: contenders }, (_, at) =>
      (apis[at % apis.length] ?? cast.officer).command('/national/transfers', body(at)),
    ),
  )
}

function statuses(answers: Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

test(`${BALANCE_CONTENDERS} contenders for one balance through two processes, ${ROUNDS} rounds: the lawful ones win`, async () => {
  const [from, to] = cast.developers
  for (let round = 0; round < ROUNDS; round += 1) {
    const batch = await issue(cast, authorisation, '2024', '100')
    const quantity = 1 + (round % 9)
    const answers = await contend(BALANCE_CONTENDERS, () => ({
      batch: batch.id,
      from: from.holding,
      to: to.holding,
      quantity: `${quantity}`,
    }))
    const winners = Math.floor(100 / quantity)
    expect(statuses(answers)).toEqual({ 201: winners, 409: BALANCE_CONTENDERS - winners })
    const { runs } = await cast.officer.get(`/national/batches/${batch.id}`)
    expect(sumBy(runs, to.holding)).toBe(BigInt(winners * quantity))
    expect(sumBy(runs, from.holding)).toBe(BigInt(100 - winners * quantity))
  }
})

test(`${RANGE_CONTENDERS} contenders for overlapping ranges, ${ROUNDS} rounds: winners never overlap, each loser met one`, async () => {
  const [from, to] = cast.developers
  for (let round = 0; round < ROUNDS; round += 1) {
    const batch = await issue(cast, authorisation, '2023', '200')
    const first = Number(batch.block.first)
    const range = (at: number): [number, number] => {
      const start = first + ((at * 37 + round * 11) % 180)
      return [start, Math.min(start + 5 + ((at * 13) % 25), first + 199)]
    }
    const answers = await contend(RANGE_CONTENDERS, (at) => ({
      batch: batch.id,
      from: from.holding,
      to: to.holding,
      ranges: [{ first: `${range(at)[0]}`, last: `${range(at)[1]}` }],
    }))
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([])
    const won = answers.flatMap(({ status }, at) => (status === 201 ? [range(at)] : []))
    const lost = answers.flatMap(({ status }, at) => (status === 409 ? [range(at)] : []))
    const meets = ([a, b]: [number, number], [c, d]: [number, number]) => a <= d && c <= b
    const overlaps = won.filter((one, at) => won.some((other, there) => there < at && meets(one, other)))
    expect(overlaps).toEqual([])
    expect(lost.filter((one) => !won.some((other) => meets(one, other)))).toEqual([])
  }
})

test('afterwards the state is what the log says, and the log is whole', async () => {
  const env = { DATABASE_URL: database.url, DATA_DIR: join(folder, 'one') }
  expect(await tallystick(['reconcile', '--json'], env)).toMatchObject({ exitCode: 0, json: { differences: [] } })
  const exported = await tallystick(['export-log', join(folder, 'log'), '--json'], env)
  expect(exported.exitCode).toBe(0)
  const verified = await tallystick(['verify', join(folder, 'log'), '--vkey', exported.json.vkey, '--json'], {})
  expect(verified).toMatchObject({ exitCode: 0 })
})

function sumBy(runs: { owner: { account: string }; quantity: string }[], account: string): bigint {
  return runs.filter(({ owner }) => owner.account === account).reduce((sum, { quantity }) => sum + BigInt(quantity), 0n)
}
