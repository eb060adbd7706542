import { createHash } from 'node:crypto'
import { checkLaw, documentBytes, shippedSources } from '@tallystick/rules'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { DUE, IN_ORDER, projectClock } from './clock.ts'
import { done, expectStatus, type Person, type TestRegistry, testRegistry } from './registry.fixture.ts'

// biome-ignore lint/suspicious/noExplicitAny: documents are changed here in any way
type Parts = Record<string, any>

const DAY = 86_400_000
const [OFFICER, OWNER] = ['officer@example.org', 'owner@example.org'] as const

let registry: TestRegistry
let officer: Person
let owner: Person
let account: string

beforeAll(async () => {
  registry = await testRegistry({ preset: 'article6' })
  officer = await registry.join(registry.root, registry.root.organisation, 'Admin', OFFICER)
  const { id: organisation } = await registry.newOrganisation(officer, 'Sunfield Power')
  owner = await registry.join(officer, organisation, 'Admin', OWNER)
  const { accounts } = await done(officer.post('/national/accounts', { organisation }))
  account = (accounts as { id: string; kind: string }[]).find(({ kind }) => kind === 'holding')?.id ?? ''
})
afterAll(() => registry.close())

/** Days go by, and sessions with them. */
async function wait(days: number): Promise<void> {
  registry.pass(days * DAY)
  officer = await registry.signIn(OFFICER)
  owner = await registry.signIn(OWNER)
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
const read = async (id: string) => expectStatus(await registry.nobody.get(`/national/projects/${id}`), 200).body
const submit = (who: Person, id: string, kind: string) =>
  done(who.post(`/national/projects/${id}/documents`, { kind, sha256: hashOf(`${kind} ${Math.random()}`) }))
const move = (who: Person, id: string, name: string, more: object = {}) =>
  who.post(`/national/projects/${id}/moves`, { move: name, ...more })

/** A project whose concept was submitted. */
async function submitted(): Promise<string> {
  const owners = [{ account, share: '100' }]
  const asked = { title: 'Salt Lake', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const { id } = await done(owner.post('/national/projects', asked))
  await submit(owner, String(id), 'concept-note')
  await done(move(owner, String(id), 'submit-concept'))
  return String(id)
}

async function approved(): Promise<string> {
  const id = await submitted()
  await submit(officer, id, 'no-objection-letter')
  await done(move(officer, id, 'approve-concept'))
  return id
}

const rounds = async (count: number) => {
  const taken = await Promise.all(Array.from({ length: count }, () => projectClock(registry.services)()))
  return taken.reduce((sum, one) => sum + one, 0)
}

it('takes what has come by itself, as the system, once, however many processes do so at the same time', async () => {
  const [first, second] = [await approved(), await approved()]
  expect(await rounds(1)).toBe(0)
  await wait(729)
  const later = await approved()
  expect(await rounds(3)).toBe(0)
  await wait(1)
  expect(await rounds(5)).toBe(2)
  expect(await rounds(1)).toBe(0)
  for (const id of [first, second]) expect(await read(id)).toMatchObject({ state: 'lapsed' })
  expect(await read(later)).toMatchObject({ state: 'inf-approved' })
  const { items } = expectStatus(await registry.nobody.get(`/national/projects/${first}/ledger?limit=100`), 200).body
  expect((items as { sentence: string }[]).at(-1)?.sentence).toMatch(/^The registry takes the step “let it lapse”/)
})

it('goes on where an answer was lost, and one project keeps no other waiting', async () => {
  const ids = [await approved(), await approved(), await approved()]
  await wait(730)
  const { services } = registry
  const execute: typeof services.ledger.execute = async (submission) => {
    const outcome = await services.ledger.execute(submission)
    if (JSON.stringify(submission.request).includes(ids[1] ?? '')) throw new Error('the answer was lost')
    return outcome
  }
  const ledger = new Proxy(services.ledger, {
    get: (target, name) => {
      if (name === 'execute') return execute
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  await expect(projectClock({ ...services, ledger })()).rejects.toThrow('lost')
  for (const id of ids) expect(await read(id)).toMatchObject({ state: 'lapsed' })
  await rounds(2)
  const { rows } = await services.pool.query("SELECT 1 FROM ledger_entry WHERE type = 'ProjectMoved'")
  const moved = rows.length
  await rounds(1)
  expect((await services.pool.query("SELECT 1 FROM ledger_entry WHERE type = 'ProjectMoved'")).rows).toHaveLength(moved)
})

it('what somebody has moved on meanwhile stays where it is', async () => {
  const id = await approved()
  await wait(730)
  await done(move(owner, id, 'withdraw'))
  await rounds(2)
  expect(await read(id)).toMatchObject({ state: 'withdrawn' })
})

it('an appeal is taken within its days, and says until when', async () => {
  const id = await submitted()
  await submit(officer, id, 'objection-letter')
  await done(move(officer, id, 'reject-concept', { reason: 'incomplete', text: 'The baseline has no measurements.' }))
  const { since, moves } = (await read(id)) as { since: { at: string }; moves: object[] }
  const until = new Date(Date.parse(since.at) + 30 * DAY).toISOString()
  expect(moves).toMatchObject([{ move: 'appeal-concept', until, ready: false, missing: { documents: ['appeal'] } }])
  await submit(owner, id, 'appeal')
  await wait(29)
  expect(await done(move(owner, id, 'appeal-concept'))).toMatchObject({ state: 'inf-submitted' })

  await submit(officer, id, 'objection-letter')
  await done(move(officer, id, 'reject-concept', { reason: 'incomplete', text: 'The baseline has no measurements.' }))
  await wait(31)
  await submit(owner, id, 'appeal')
  expect(await move(owner, id, 'appeal-concept')).toMatchObject({
    status: 409,
    body: { code: 'too-late', facts: { until: expect.any(String) } },
  })
  expect(await read(id)).toMatchObject({ state: 'inf-rejected', moves: [{ ready: false }] })
})

it('ends the crediting of a project on the day after its last one, by the law of a country of its own', async () => {
  const { preset, permissions } = structuredClone(shippedSources.simple) as { preset: Parts; permissions: Parts }
  const { project } = preset
  project.states.push('over')
  project.ends.push('over')
  project.moves.push({ name: 'end-crediting', from: ['registered'], to: 'over', needs: { creditingEnds: 0 } })
  preset.crediting = { states: ['registered'], kinds: [{ kind: 'short', years: 1, renewals: 0 }] }
  permissions.actions['projects.move.end-crediting'] = { 'system/system': 'any' }
  permissions.actions['projects.crediting.set'] = { 'government/Admin': 'any' }
  delete permissions.approvals['projects.crediting.set']
  expect(checkLaw(preset, permissions).faults).toEqual([])
  const documents = { preset: documentBytes(preset), permissions: documentBytes(permissions) }
  const own = await testRegistry({ preset: { from: 'a folder', documents } })
  onTestFinished(() => own.close())
  const registrar = await own.join(own.root, own.root.organisation, 'Admin')
  const { id: organisation } = await own.newOrganisation(registrar, 'Sunfield Power')
  const { accounts } = await done(registrar.post('/national/accounts', { organisation }))
  const [holding] = (accounts as { id: string; kind: string }[]).filter(({ kind }) => kind === 'holding')
  const owners = [{ account: holding?.id, share: '100' }]
  const asked = { title: 'Salt Lake', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const { id } = await done(registrar.post('/national/projects', asked))
  await done(registrar.post(`/national/projects/${id}/moves`, { move: 'register' }))
  const today = new Date(own.services.clock())
  const from = today.toISOString().slice(0, 10)
  const last = new Date(Date.UTC(today.getUTCFullYear() + 1, today.getUTCMonth(), today.getUTCDate() - 1))
  const to = last.toISOString().slice(0, 10)
  await done(registrar.post(`/national/projects/${id}/crediting-periods`, { kind: 'short', from, to }))
  const round = projectClock(own.services)
  const state = async () => expectStatus(await own.nobody.get(`/national/projects/${id}`), 200).body.state
  own.pass(Date.parse(to) - Date.parse(from))
  expect([await round(), await state()]).toEqual([0, 'registered'])
  own.pass(DAY)
  expect([await round(), await state()]).toEqual([1, 'over'])
})

/** Many projects in many states: of each, most came into theirs later than asked for. */
const MUCH = [
  `INSERT INTO ledger_row SELECT 'project', md5('p' || i), jsonb_build_object('state', 's' || i % 10, 'entered',
      jsonb_build_object('index', i, 'at', to_char(timestamp '2090-01-01' + i * interval '1 s', 'YYYY-MM-DD"T"HH24:MI:SS.000Z')))
     FROM generate_series(1, 40000) i`,
  'ANALYZE ledger_row',
]

it('finds what is due by index, however many projects there are', async () => {
  const client = await registry.services.pool.connect()
  try {
    await client.query('BEGIN')
    for (const statement of [...MUCH, IN_ORDER]) await client.query(statement)
    const values = ['s3', '2090-01-01T09:00:00.000Z', '', '', 100]
    const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${DUE}`, values)
    const plan = JSON.stringify(rows)
    expect(plan).toMatch(/"Index Name":"ledger_row_state"/)
    expect(plan).not.toMatch(/"Node Type":"(Seq Scan|Sort|Incremental Sort)"/)
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
})
