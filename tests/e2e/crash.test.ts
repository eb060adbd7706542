import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stderrLog } from '../../apps/server/src/platform/log.ts'
import { type Embedded, openEmbedded } from '../../apps/server/src/platform/postgres/embedded.ts'
import { type Api, type Cast, issue, registerProject, setUpCast, until } from '../support/api.ts'
import { Dice } from '../support/ledger-fixture.ts'
import { figure, lengths } from '../support/lengths.ts'
import { freePort, type ServerProcess, startServer } from '../support/server.ts'
import { tallystick } from '../support/tallystick.ts'

const CLIENTS = 16
const PAGE = 200

const seed = process.env.TEST_SEED ?? String(Date.now())
console.log(`TEST_SEED=${seed}`)
const dice = new Dice(seed)

/** Two servers, of which one also prints mail, a process that integrates and signs, and a database, each with its own folder. */
const processes = {
  one: { modules: 'national,mailer', port: '' },
  two: { modules: 'national', port: '' },
  signer: { modules: 'integrator,signer', port: '' },
}
type Name = keyof typeof processes
type Victim = Name | 'database' | 'all'
const victims: readonly Victim[] = ['one', 'signer', 'database', 'two', 'all']

let folder: string
let database: Embedded
let url: string
const running = new Map<Name, ServerProcess>()
let cast: Cast
let batch: string

/** Every command that was acknowledged, with the index of its entry. */
const acknowledged = new Map<string, number>()
/** Indexes of the transfers in the log, as far as it was read. */
const logged = new Set<number>()
let read = 0
const sums = { kills: 0, resent: 0 }

async function start(name: Name): Promise<ServerProcess> {
  const { modules, port } = processes[name]
  const env = { DATABASE_URL: url, DATA_DIR: join(folder, name), RUN_MODULE: modules, PORT: port }
  // While there is no database a process ends with a message, and whoever watches over it starts it again.
  const server = await until(`start of ${name}`, () =>
    startServer(env, [], { answers: name !== 'signer' }).catch((error: unknown) => {
      if (String(error).includes('No PostgreSQL answers')) return undefined
      throw error
    }),
  )
  running.set(name, server)
  return server
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crash-'))
  database = await openEmbedded({ dataDir: join(folder, 'database'), log: stderrLog })
  url = database.url('crash')
  for (const one of Object.values(processes)) one.port = String(await freePort())
  await start('signer')
  const one = await start('one')
  await start('two')
  const root = 'root@authority.example'
  const linkFor = (email: string) => (email === root ? rootLink() : one.linkFor(email))
  cast = await setUpCast(one.url, linkFor, root)
  const { authorisation } = await registerProject(cast, ['100', '0'], '1000000')
  batch = (await issue(cast, authorisation.id, '2024', '1000000')).id
})

afterAll(async () => {
  await Promise.all([...running.values()].map((server) => server.kill('SIGKILL')))
  await database?.close()
  await rm(folder, { recursive: true, force: true })
})

/** The link of the first person was sent by whichever process founded the ledger. */
function rootLink(): Promise<string> {
  return Promise.any([...running.values()].map((server) => server.linkFor('root@authority.example')))
}

/** The same person at one server or the other. */
function anyServer(api: Api): Api {
  const server = running.get(dice.pick(['one', 'two'] as const))
  return server ? api.at(server.url) : api
}

/** Sends one command until it is acknowledged, as a careful client would: the same key each time, whoever answers. */
async function untilAcknowledged(key: string): Promise<number> {
  const [from, to] = cast.developers
  const body = { batch, from: from.holding, to: to.holding, quantity: '1' }
  for (;;) {
    const answer = await anyServer(from.api)
      .send('POST', '/national/transfers', body, key)
      .catch(() => undefined)
    if (answer?.status === 201) return answer.body.entry.index
    if (answer && answer.status < 500) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
    sums.resent += 1
    await delay(20)
  }
}

/** Keeps sending until told to stop; what was begun is brought to its end. */
function load(round: number): { stop(): Promise<void> } {
  let stopped = false
  const client = async (at: number) => {
    for (let number = 0; !stopped; number += 1) {
      const key = `crash-${round}-${at}-${number}`
      acknowledged.set(key, await untilAcknowledged(key))
    }
  }
  const clients = Array.from({ length: CLIENTS }, (_, at) => client(at))
  return {
    async stop() {
      stopped = true
      await Promise.all(clients)
    },
  }
}

async function kill(victim: Victim): Promise<void> {
  const names: Name[] = victim === 'all' ? ['one', 'two', 'signer'] : victim === 'database' ? [] : [victim]
  if (victim === 'database' || victim === 'all') process.kill(database.pid, 'SIGKILL')
  sums.kills += names.length + (victim === 'database' || victim === 'all' ? 1 : 0)
  await Promise.all(names.map((name) => running.get(name)?.kill('SIGKILL')))
  await Promise.all(names.map(start))
}

/** Each acknowledged command is in the log where it was said to be, each once, and nothing else is. */
async function checkAcknowledged(): Promise<number> {
  const { size } = await cast.officer.get('/national/health')
  for (; read < size; read = Math.min(size, read + PAGE)) {
    const { items } = await cast.officer.get(`/national/entries?from=${read}&limit=${PAGE}`)
    for (const { index, type } of items) if (type === 'CreditsTransferred') logged.add(index)
  }
  const indexes = new Set(acknowledged.values())
  expect(indexes.size).toBe(acknowledged.size)
  expect(logged).toEqual(indexes)
  return size
}

async function checkWhole(size: number): Promise<void> {
  await until('everything signed', async () => {
    return ((await cast.officer.get('/national/health')).checkpoint?.size ?? 0) >= size
  })
  const env = { DATABASE_URL: url, DATA_DIR: join(folder, 'one') }
  expect(await tallystick(['reconcile', '--json'], env)).toMatchObject({ exitCode: 0, json: { differences: [] } })
  const exported = await tallystick(['export-log', join(folder, 'log'), '--json'], env)
  expect(exported, exported.stderr).toMatchObject({ exitCode: 0 })
  const verified = await tallystick(['verify', join(folder, 'log'), '--vkey', exported.json.vkey], {})
  expect(verified, verified.stdout).toMatchObject({ exitCode: 0 })
}

for (let round = 1; round <= lengths.crashes; round += 1) {
  const victim = victims[(round - 1) % victims.length] ?? 'all'
  test(`round ${round}: kill -9 of ${victim} under load loses nothing and doubles nothing`, async () => {
    const before = acknowledged.size
    const under = load(round)
    await until('commands acknowledged', async () => acknowledged.size > before + dice.below(3 * CLIENTS))
    await delay(dice.below(200))
    const atKill = acknowledged.size
    await kill(victim)
    await until('commands acknowledged again', async () => acknowledged.size >= atKill + 2 * CLIENTS)
    await under.stop()
    const size = await checkAcknowledged()
    await checkWhole(size)
    console.log(`round ${round} (${victim}): ${acknowledged.size - before} acknowledged, each in the log once`)
  })
}

test('afterwards: how many were killed, and how many commands survived', () => {
  expect(sums.kills).toBeGreaterThanOrEqual(lengths.crashes)
  figure(
    'crash',
    `${lengths.crashes} rounds, ${sums.kills} kills, ${acknowledged.size} commands acknowledged, ${sums.resent} sent again, ` +
      `0 lost, 0 doubled, verifier green after each`,
  )
})
