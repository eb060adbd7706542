import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DUE, IN_ORDER, projectClock } from './clock.ts'
import { done, expectStatus, type Person, type TestRegistry, testRegistry } from './registry.fixture.ts'

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
  expect((items as { sentence: string }[]).at(-1)?.sentence).toMatch(/^The registry takes the step “lapse”/)
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
  await done(move(officer, id, 'reject-concept', { reason: 'incomplete' }))
  const { since, moves } = (await read(id)) as { since: { at: string }; moves: object[] }
  const until = new Date(Date.parse(since.at) + 30 * DAY).toISOString()
  expect(moves).toMatchObject([{ move: 'appeal-concept', until, ready: false, missing: { documents: ['appeal'] } }])
  await submit(owner, id, 'appeal')
  await wait(29)
  expect(await done(move(owner, id, 'appeal-concept'))).toMatchObject({ state: 'inf-submitted' })

  await submit(officer, id, 'objection-letter')
  await done(move(officer, id, 'reject-concept', { reason: 'incomplete' }))
  await wait(31)
  await submit(owner, id, 'appeal')
  expect(await move(owner, id, 'appeal-concept')).toMatchObject({
    status: 409,
    body: { code: 'too-late', facts: { until: expect.any(String) } },
  })
  expect(await read(id)).toMatchObject({ state: 'inf-rejected', moves: [{ ready: false }] })
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
