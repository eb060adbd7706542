import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { template } from '@tallystick/templates'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, type Cast, setUpCast, signIn, until } from '../support/api.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { Dice } from '../support/ledger-fixture.ts'
import { freePort, type ServerProcess, startServer } from '../support/server.ts'
import { tallystick } from '../support/tallystick.ts'

const EXAMPLES = new URL('../../packages/templates/src/examples/', import.meta.url)
const KILLS_AT_RANDOM = Number(process.env.TALLYSTICK_DRAFT_KILLS ?? 2)
const HOLDER = 'holder of locks'
const seed = process.env.TEST_SEED ?? String(Date.now())
console.log(`TEST_SEED=${seed}`)
const dice = new Dice(seed)

let folder = ''
let database: TestDatabase
let env: Record<string, string> = {}
let server: ServerProcess
let cast: Cast
let writer: Api
/** Two connections of somebody who holds what the server waits for. */
let holders: [pg.Client, pg.Client]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drafts-crash-'))
  database = await testDatabase({ durable: true })
  env = { DATABASE_URL: database.url, DATA_DIR: folder, PORT: String(await freePort()) }
  const holder = { connectionString: database.url, application_name: HOLDER }
  holders = [new pg.Client(holder), new pg.Client(holder)]
  server = await startServer(env)
  for (const one of holders) await one.connect()
  cast = await setUpCast(server.url, (email) => server.linkFor(email), 'root@authority.example')
  const [{ organisation }] = cast.developers
  const email = 'writer@developer.example'
  await cast.officer.done('/national/users', { email, name: 'Writer', organisation, role: 'Admin' })
  writer = await signIn(server.url, await server.linkFor(email))
})
afterAll(async () => {
  await server?.kill('SIGKILL')
  for (const one of holders ?? []) await one.end()
  await database?.close()
  await rm(folder, { recursive: true, force: true })
})

interface Draft {
  id: string
  project: string
  revision: number
}

/** A design document that could be submitted, of a project of its own. */
async function newDraft(title: string): Promise<Draft> {
  const owners = [{ account: cast.developers[0].holding, share: '100' }]
  const about = { title, sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const { id: project } = await writer.done('/national/projects', about)
  const document = JSON.parse(await readFile(new URL('selu.pdd.json', EXAMPLES), 'utf8'))
  for (const name of new Set(JSON.stringify(document).match(/(?<="name":")selu-[^"]+(?=")/g))) {
    const bytes = await readFile(new URL(`files/${name}`, EXAMPLES))
    const sent = await writer.sendFile(
      `/national/projects/${project}/attachments?name=${name}&public=true`,
      bytes,
      randomUUID(),
    )
    expect(sent.status, name).toBe(201)
  }
  const { id, revision } = await writer.done('/national/drafts', { project, kind: 'project-design' })
  const changes = (template('PDD')?.sections ?? []).flatMap(({ key, fields }) =>
    fields.flatMap((field) => {
      const value = document.values[key]?.[field.key]
      return field.auto || value === undefined ? [] : [{ path: `${key}.${field.key}`, value }]
    }),
  )
  const saved = await writer.send('PUT', `/national/drafts/${id}/values`, { revision, changes })
  expect(saved.status, JSON.stringify(saved.body)).toBe(200)
  return { id, project, revision: saved.body.revision }
}

const submit = ({ id, revision }: Draft, key: string) =>
  writer.send('POST', `/national/drafts/${id}/submission`, { revision }, key)
const versionsOf = async ({ project }: Draft) => (await writer.get(`/national/projects/${project}/documents`)).items
const keptOf = async ({ project }: Draft): Promise<string | undefined> => {
  const asked = 'SELECT sha256 FROM content_document WHERE project = $1'
  return (await holders[1].query(asked, [project])).rows[0]?.sha256
}
const isLogged = async (sha256: string) => {
  const asked = `SELECT 1 FROM ledger_entry WHERE type = 'DocumentSubmitted' AND position($1::bytea IN bytes) > 0`
  return ((await holders[0].query(asked, [Buffer.from(sha256)])).rowCount ?? 0) > 0
}

/** The submission is under way; it has kept its bytes, and waits for the log. Nobody hears of what comes of it. */
async function heldBeforeItsEntry(draft: Draft, key: string): Promise<string> {
  await holders[0].query('BEGIN')
  await holders[0].query('SELECT 1 FROM ledger_head WHERE one = 1 FOR UPDATE')
  submit(draft, key).catch(() => undefined)
  return until('the bytes of the version', () => keptOf(draft), 20_000)
}

/** With the server go its sessions: what it had asked PostgreSQL for, and what that had not begun, is never done. */
async function killed(): Promise<void> {
  await server.kill('SIGKILL')
  const others = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> $1`
  await holders[0].query(others, [HOLDER])
  for (const one of holders) await one.query('ROLLBACK')
  server = await startServer(env)
}

async function isWhole(draft: Draft, sha256: string): Promise<void> {
  expect(await versionsOf(draft)).toMatchObject([{ version: 1, sha256, template: 'PDD@1' }])
  expect(await writer.get(`/national/documents/${sha256}`)).toMatchObject({ version: 1, withheld: [] })
  expect(await writer.send('GET', `/national/drafts/${draft.id}`)).toMatchObject({ status: 404 })
}

test('kill -9 between the bytes and the entry: nothing was submitted, and all of it is when it is sent again', async () => {
  const draft = await newDraft('Killed before')
  const key = randomUUID()
  const sha256 = await heldBeforeItsEntry(draft, key)
  await killed()
  expect(await versionsOf(draft)).toEqual([])
  expect(await writer.send('GET', `/national/documents/${sha256}`)).toMatchObject({ status: 404 })
  expect(await writer.get(`/national/drafts/${draft.id}`)).toMatchObject({ revision: draft.revision, problems: [] })
  expect(await submit(draft, key)).toMatchObject({ status: 201, body: { version: 1, sha256 } })
  await isWhole(draft, sha256)
}, 120_000)

test('kill -9 between the entry and its answer: it was submitted, its bytes are there, and the draft is gone', async () => {
  const draft = await newDraft('Killed after')
  const key = randomUUID()
  const sha256 = await heldBeforeItsEntry(draft, key)
  await holders[1].query('BEGIN')
  await holders[1].query('SELECT 1 FROM content_draft WHERE id = $1 FOR UPDATE', [draft.id])
  await holders[0].query('ROLLBACK')
  await until('the entry of the version', () => isLogged(sha256), 20_000)
  expect((await holders[1].query('SELECT 1 FROM content_draft WHERE id = $1', [draft.id])).rowCount).toBe(1)
  await killed()
  await isWhole(draft, sha256)
  expect(await submit(draft, key)).toMatchObject({ status: 201, body: { version: 1, sha256 } })
  await isWhole(draft, sha256)
}, 120_000)

test('kill -9 at any moment: it was submitted whole, or not at all, and once', async () => {
  const outcomes: string[] = []
  for (let nth = 0; nth < KILLS_AT_RANDOM; nth += 1) {
    const draft = await newDraft(`Killed at random ${nth}`)
    const key = randomUUID()
    const answer = submit(draft, key).then(
      ({ status }) => String(status),
      () => 'no answer',
    )
    await delay(dice.below(120))
    await killed()
    const before = await versionsOf(draft)
    outcomes.push(`${await answer}, ${before.length === 1 ? 'submitted' : 'not submitted'}`)
    if ((await answer) === '201') expect(before.length).toBe(1)
    if (before.length === 1) await isWhole(draft, before[0].sha256)
    const again = await submit(draft, key)
    expect(again.status).toBe(201)
    await isWhole(draft, again.body.sha256)
  }
  console.log(`killed at random: ${outcomes.join('; ')}`)
  const found = await tallystick(['reconcile', '--json'], { DATABASE_URL: database.url, DATA_DIR: folder })
  expect(found, found.stderr).toMatchObject({ exitCode: 0, json: { differences: [] } })
}, 240_000)
