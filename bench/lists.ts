import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { externalKeyOf } from '@tallystick/contract'
import { isReceipt, randomId } from '@tallystick/ledger'
import { sha256Hex } from '@tallystick/rules'
import pg from 'pg'
import { readConfig } from '../apps/server/src/platform/config.ts'
import { consoleNotify } from '../apps/server/src/platform/notify.ts'
import { openRegistry, type Registry } from '../apps/server/src/registry.ts'
import { startServer } from '../tests/support/server.ts'
import { Connections } from './client.ts'
import { freshName, query, type Server } from './database.ts'
import type { Tell } from './ledger.ts'
import { chanceOf, quantile, times } from './load.ts'
import type { Options } from './options.ts'
import { signInAll } from './people.ts'
import { cpuSeconds } from './process.ts'
import { send } from './world.ts'

/** How many projects there are in the smaller registry. */
const FEW = 1_000
const OWNERS = 50
const CLIENTS = 400
const CHUNK = 1_000
const WARM = 30
const REQUESTS = 300
/** Every so many projects there is a finding, if the project is not decided on. */
const FINDINGS = 5
/** A read that is slow is asked for less often. */
const MOST_MS = 2_000
const LEAST_REQUESTS = 40
/** What a page may take, p95. */
export const WANTED_MS = 50

const STATES = ['submitted', 'registered', 'rejected'] as const
const SECTORS = ['energy', 'transport', 'agriculture', 'waste'] as const
const WORDS = ['Solar', 'Wind', 'Cookstoves', 'Mangrove', 'Biogas', 'Hydro', 'Forest', 'Landfill', 'Rail', 'Rice']
const PLACES = ['North', 'South', 'Lake', 'Coast', 'Hills', 'Delta', 'Plain', 'Harbour', 'Valley', 'Island']

export interface Read {
  what: string
  p50Ms: number
  p95Ms: number
  /** Processor time of one, of server and database: what else the machine does is not in it. */
  cpuMs: number
}

export interface ListsResult {
  projects: number
  reads: Read[]
  /** Fifty rows of projects by their key, read from the database alone. */
  baseline: Read
}

interface Owner {
  organisation: string
  mandate: string
  account: string
}

interface Filled {
  projects: string[]
  owners: Owner[]
  officer: string
  /** The project with many movements. */
  busy: string
  /** Units of it that went to and fro. */
  lanes: number
}

/** Lists, filters and pages of one project over HTTP, one request after the other, with few projects and with many. */
export async function measureLists(server: Server, { projects }: Options, tell: Tell): Promise<ListsResult[]> {
  const env = { DATABASE_URL: await server.create(freshName('lists')), DATA_DIR: join(server.folder, 'lists') }
  const filled: Filled = { projects: [], owners: [], officer: '', busy: '', lanes: 0 }
  const results: ListsResult[] = []
  for (const size of new Set([Math.min(FEW, projects), projects])) {
    await withRegistry(env, async (registry) => {
      await fill(registry, filled, size, tell)
      await makeBusy(registry, filled, size, tell)
    })
    await query(env.DATABASE_URL, 'ANALYZE')
    results.push({ projects: size, ...(await measure(server, env, filled, tell)) })
  }
  return results
}

async function withRegistry(env: Record<string, string>, work: (registry: Registry) => Promise<void>): Promise<void> {
  const registry = await openRegistry(readConfig({ ...env, ROOT_EMAIL: 'root@authority.example' }), {
    log: { info: () => undefined, warn: () => undefined },
    notify: consoleNotify(() => undefined),
  })
  await work(registry).finally(() => registry.close())
}

async function must(registry: Registry, by: string, type: string, request: Record<string, unknown>, approver?: string) {
  const outcome = await send(registry.services.ledger, by, type, request, approver)
  if (!isReceipt(outcome)) throw new Error(`${type} was refused: ${JSON.stringify(outcome)}`)
}

async function fill(registry: Registry, filled: Filled, size: number, tell: Tell): Promise<void> {
  if (filled.owners.length === 0) await makePeople(registry, filled)
  const chance = chanceOf(size)
  const pick = <T>(from: readonly T[]) => from[Math.floor(chance() * from.length)] as T
  while (filled.projects.length < size) {
    const from = filled.projects.length
    const titles = Array.from({ length: Math.min(CHUNK, size - from) }, (_, at) => {
      return `${pick(PLACES)} ${pick(WORDS)} ${from + at}`
    })
    const commitments = await registry.services.openings.commitAll(titles)
    const projects = titles.map(() => randomId())
    const described: { project: string; sha256: string; number: number; sector: string; key: string }[] = []
    let next = 0
    await times(projects.length, CLIENTS, async () => {
      const at = next++
      const [project, owner] = [projects[at] ?? '', pick(filled.owners)]
      const owners = [{ account: owner.account, share: '100' }]
      const scope = String(1 + Math.floor(chance() * 15))
      const asked = { project, title: commitments[at], scope, methodology: 'AMS-I.D', owners }
      await must(registry, owner.mandate, 'ProjectRegistered', asked)
      const state = pick(STATES)
      if (state === 'submitted') return at % FINDINGS !== 0 || raise(registry, filled, project, commitments[at])
      await must(registry, filled.officer, 'ProjectMoved', {
        project,
        move: state === 'registered' ? 'register' : 'reject',
        ...(state === 'rejected' ? { reason: 'not-eligible' } : {}),
      })
      return true
    })
    filled.projects.push(...projects)
    await describe(registry, projects, pick, described)
    if (filled.projects.length % 20_000 === 0) tell(`lists: ${filled.projects.length} of ${size} projects`)
  }
}

/** A finding that waits for its owner. */
async function raise(registry: Registry, { officer }: Filled, project: string, text = '') {
  await must(registry, officer, 'FindingRaised', { finding: randomId(), project, kind: 'CL', section: null, text })
  return true
}

/** Sectors and external ids, as if each project had handed in a description of which this is in force. */
async function describe(
  { services }: Registry,
  projects: readonly string[],
  pick: <T>(from: readonly T[]) => T,
  described: unknown[],
): Promise<void> {
  const { rows } = await services.pool.query<{ id: string; number: string }>(
    `SELECT id, row ->> 'number' AS number FROM ledger_row WHERE kind = 'project' AND id = ANY($1)`,
    [projects],
  )
  described.push(
    ...rows.map(({ id, number }) => ({
      project: id,
      sha256: sha256Hex(id),
      number,
      sector: pick(SECTORS),
      key: externalKeyOf(`EXT-${number}`),
    })),
  )
  await services.pool.query(
    `INSERT INTO content_description (project, sha256, number, sector, external_key, bytes, created_at)
     SELECT k.project, k.sha256, k.number, k.sector, k.key, '{}', now()
       FROM jsonb_to_recordset($1::jsonb) AS k(project text, sha256 text, number bigint, sector text, key text)`,
    [JSON.stringify(described)],
  )
  await services.pool.query(
    `UPDATE ledger_row r SET row = jsonb_set(row, '{documents,description}', jsonb_build_object('sha256', d.sha256, 'version', 1, 'index', 0))
       FROM content_description d WHERE d.project = r.id AND r.kind = 'project' AND r.id = ANY($1)`,
    [projects],
  )
  // Whoever changes rows by hand tells the processes that know them.
  await services.pool.query('UPDATE ledger_head SET turn = $1', [randomBytes(8).toString('hex')])
}

async function makePeople(registry: Registry, filled: Filled): Promise<void> {
  const { genesis, openings } = registry.services
  const grant = async (by: string, organisation: string, role: string) => {
    const mandate = randomId()
    await must(registry, by, 'MandateGranted', { mandate, organisation, role, limit: null })
    return mandate
  }
  const root = await grant(genesis.system, genesis.authority, 'government/Root')
  filled.officer = await grant(root, genesis.authority, 'government/Admin')
  const names = await openings.commitAll(Array.from({ length: OWNERS }, (_, at) => `Owner ${at} Ltd`))
  for (const name of names) {
    const [organisation, account] = [randomId(), randomId()]
    await must(registry, filled.officer, 'OrganisationRegistered', { organisation, kind: 'developer', name })
    const accounts = [{ account, kind: 'holding' }]
    await must(registry, filled.officer, 'AccountsOpened', { organisation, accounts })
    filled.owners.push({ organisation, account, mandate: await grant(filled.officer, organisation, 'developer/Admin') })
  }
  const second = await grant(root, genesis.authority, 'government/Admin')
  const [owner] = filled.owners
  const project = randomId()
  const [title = ''] = await openings.commitAll(['A project with many movements'])
  const owners = [{ account: owner?.account, share: '100' }]
  const asked = { project, title, scope: '1', methodology: 'AMS-I.D', owners }
  await must(registry, owner?.mandate ?? '', 'ProjectRegistered', asked)
  await must(registry, filled.officer, 'ProjectMoved', { project, move: 'register' })
  const authorisation = randomId()
  const terms = { quantity: '1000000', purposes: ['NDC'], firstTransfer: null, cooperativeApproach: null }
  await must(registry, filled.officer, 'QuantityAuthorised', { authorisation, project, unitType: 'ITMO', ...terms })
  const batch = { batch: randomId(), authorisation, vintage: '2024', quantity: '1000000', monitoringPeriod: null }
  await must(registry, filled.officer, 'BatchIssued', batch, second)
  filled.projects.push(project)
  filled.busy = project
}

/** Units of one project go to and fro. */
async function makeBusy(registry: Registry, filled: Filled, movements: number, tell: Tell): Promise<void> {
  const { busy, owners } = filled
  const { rows } = await registry.services.pool.query<{ id: string; first: string }>(
    `SELECT id, row ->> 'first' AS first FROM ledger_row
      WHERE kind = 'batch' AND row ? 'project' AND row ->> 'project' = $1`,
    [busy],
  )
  const [batch] = rows
  const [one, other] = owners
  if (!batch || !one || !other) throw new Error('there is a batch, and who holds it')
  const lanes = Array.from({ length: CLIENTS }, (_, at) => ({
    serial: `${BigInt(batch.first) + BigInt(filled.lanes + at)}`,
    isAway: false,
  }))
  filled.lanes += CLIENTS
  const free = [...lanes]
  await times(movements, CLIENTS, async () => {
    const lane = free.pop()
    if (!lane) throw new Error('there is a unit for each client')
    const [from, to] = lane.isAway ? [other, one] : [one, other]
    const ranges = [[lane.serial, lane.serial]]
    await must(registry, from.mandate, 'CreditsTransferred', {
      batch: batch.id,
      from: from.account,
      to: to.account,
      ranges,
    })
    lane.isAway = !lane.isAway
    free.push(lane)
    return true
  })
  tell(`lists: ${movements} movements of one project`)
}

async function measure(server: Server, env: { DATABASE_URL: string; DATA_DIR: string }, filled: Filled, tell: Tell) {
  const people = await signInAll(env.DATABASE_URL, [filled.officer, filled.owners[0]?.mandate ?? ''])
  const [officer, owner] = people.map(({ token }) => ({ authorization: `Bearer ${token}` }))
  const running = await startServer(env)
  const connections = new Connections(running.url, 2)
  try {
    const ask = async (path: string, who = officer) => {
      const { status, body } = await connections.send('GET', path, who ?? {})
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${body.slice(0, 300)}`)
      return JSON.parse(body) as { next?: string | null; behind?: number }
    }
    while (((await ask('/national/audit?limit=1')).behind ?? 0) > 0) tell('lists: the audit reads the log')
    const cpu = async () => cpuSeconds([running.child.pid ?? 0, ...(await server.pids())])
    const reads: Read[] = []
    for (const [what, pathOf, who] of pathsOver(filled)) {
      reads.push(await timed(what, () => ask(pathOf(), who === 'owner' ? owner : officer), cpu))
      tell(`lists: ${filled.projects.length} projects, ${what}: p95 ${reads.at(-1)?.p95Ms.toFixed(1)} ms`)
    }
    return { reads, baseline: await baselineOf(env.DATABASE_URL, cpu) }
  } finally {
    connections.close()
    await running.kill()
    await query(env.DATABASE_URL, 'DELETE FROM content_user WHERE key_sender = $1', ['bench'])
  }
}

/** What is asked for, each time something else; by an officer, or by the owner of some projects. */
function pathsOver({ projects, owners, officer, busy }: Filled): [string, () => string, 'owner'?][] {
  const chance = chanceOf(7)
  const pick = <T>(from: readonly T[]) => from[Math.floor(chance() * from.length)] as T
  const cursorOf = (place: number) => Buffer.from(JSON.stringify([place])).toString('base64url')
  const anywhere = () => cursorOf(1 + Math.floor(chance() * projects.length))
  const list = '/national/projects?'
  const line = `/national/projects/${busy}/timeline?`
  return [
    ['list, newest', () => list],
    ['list, anywhere', () => `${list}cursor=${anywhere()}`],
    ['list, 200 at once', () => `${list}limit=200&cursor=${anywhere()}`],
    ['filter by state', () => `${list}state=${pick(STATES)}`],
    ['filter by scope', () => `${list}sectoralScope=${1 + Math.floor(chance() * 15)}`],
    ['filter by state and scope', () => `${list}state=${pick(STATES)}&sectoralScope=${1 + Math.floor(chance() * 15)}`],
    ['filter by sector', () => `${list}sector=${pick(SECTORS)}`],
    ['filter by external id', () => `${list}externalId=EXT-${1 + Math.floor(chance() * projects.length)}`],
    ['filter by owner', () => `${list}owner=${pick(owners).organisation}`],
    ['filter by owner and state', () => `${list}owner=${pick(owners).organisation}&state=${pick(STATES)}`],
    ['filter by sector and state', () => `${list}sector=${pick(SECTORS)}&state=${pick(STATES)}`],
    ['filter by title', () => `${list}title=${pick(PLACES)}%20${pick(WORDS)}`],
    ['filter by a rare title', () => `${list}title=${Math.floor(chance() * projects.length)}`],
    ['filter by title and state', () => `${list}title=${pick(PLACES)}%20${pick(WORDS)}&state=${pick(STATES)}`],
    ['open a project', () => `/national/projects/${pick(projects)}`],
    ['tasks of an officer', () => '/national/tasks'],
    ['tasks of an officer, 200 at once', () => '/national/tasks?limit=200'],
    ['tasks of an owner', () => '/national/tasks', 'owner'],
    ['time line, newest', () => `${line}limit=50`],
    ['time line, anywhere', () => `${line}limit=50&cursor=${anywhere()}`],
    ['time line from the oldest', () => `${line}order=oldest&limit=50`],
    ['audit, newest', () => '/national/audit?'],
    ['audit by actor', () => `/national/audit?actor=${pick([officer, ...owners.map(({ mandate }) => mandate)])}`],
    ['audit by organisation', () => `/national/audit?organisation=${pick(owners).organisation}`],
    ['audit by project', () => `/national/audit?project=${pick([busy, ...projects.slice(0, 20)])}`],
    ['audit by account and type', () => `/national/audit?account=${pick(owners).account}&type=ProjectRegistered`],
    ['audit by words', () => `/national/audit?text=Owner%20${Math.floor(chance() * OWNERS)}`],
  ]
}

async function timed(what: string, work: () => Promise<unknown>, cpu: () => Promise<number>): Promise<Read> {
  const samples: number[] = []
  let before = 0
  const start = performance.now()
  for (let at = 0; at < WARM + REQUESTS; at += 1) {
    if (at === WARM) before = await cpu()
    const began = performance.now()
    if (samples.length >= LEAST_REQUESTS && began - start > MOST_MS) break
    await work()
    if (at >= WARM) samples.push(performance.now() - began)
  }
  const cpuMs = (((await cpu()) - before) * 1000) / samples.length
  return { what, p50Ms: quantile(samples, 0.5), p95Ms: quantile(samples, 0.95), cpuMs }
}

/** The same number of rows, by key, without a server between. */
async function baselineOf(url: string, cpu: () => Promise<number>): Promise<Read> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const text = `SELECT id, row FROM ledger_row WHERE kind = 'project' AND id > $1 ORDER BY id LIMIT 50`
  return timed('50 rows by key', () => client.query({ name: 'rows', text, values: [randomId()] }), cpu).finally(() =>
    client.end(),
  )
}
