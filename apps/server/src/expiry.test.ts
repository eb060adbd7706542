import { afterAll, beforeAll, expect, it } from 'vitest'
import { endings, expireDue } from './expiry.ts'
import { expectStatus, type Person } from './registry.fixture.ts'
import { type World, world } from './world.fixture.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let all: World
let batch: string

beforeAll(async () => {
  all = await world()
  batch = (await all.issue('2024', '1000')).id
})
afterAll(() => all.registry.close())

const done = async (answer: ReturnType<Person['post']>) => expectStatus(await answer, 201).body
const entriesOf = async (type: string) => {
  const { rows } = await all.registry.services.pool.query('SELECT 1 FROM ledger_entry WHERE type = $1', [type])
  return rows.length
}
const inHours = (hours: number) => new Date(all.registry.services.clock().getTime() + hours * HOUR).toISOString()

it('ends what is due as the system, once, however many processes do so at the same time', async () => {
  const { sunfield, harbour, officer, registry } = all
  await done(sunfield.admin.post(`/national/accounts/${sunfield.holding}/policy`, policy({ secondAbove: '10' })))
  const movement = { kind: 'transfer', batch, from: sunfield.holding, to: harbour.holding }
  const long = await done(sunfield.admin.post('/national/movements', { ...movement, quantity: '40' }))
  expect(Date.parse(String(long.expiresAt)) - registry.services.clock().getTime()).toBeGreaterThan(13.9 * DAY)
  const first = { ...movement, quantity: '50', expiresAt: inHours(5) }
  const waits = await done(sunfield.admin.post('/national/movements', first))
  const later = { ...movement, quantity: '20', expiresAt: inHours(9) }
  const stays = await done(sunfield.admin.post('/national/movements', later))
  const pledge = { batch, account: harbour.holding, to: sunfield.id, reason: 'collateral', quantity: '30' }
  await done(harbour.admin.post('/national/pledges', { ...pledge, expiresAt: inHours(5) }))
  await done(harbour.admin.post('/national/pledges', { ...pledge, quantity: '1' }))
  const hold = { account: harbour.holding, reason: 'investigation' }
  await done(officer.post('/national/holds', { ...hold, expiresAt: inHours(3) }))
  const stands = { batch, range: { first: '999', last: '1000' }, reason: 'investigation' }
  await done(officer.post('/national/holds', stands))

  expect(await expireDue(registry.services)).toBe(0)
  registry.pass(6 * HOUR)
  const rounds = await Promise.all(Array.from({ length: 5 }, () => expireDue(registry.services)))
  expect(rounds.reduce((sum, ended) => sum + ended, 0)).toBe(3)
  expect(await Promise.all(['MovementExpired', 'PledgeExpired', 'HoldExpired'].map(entriesOf))).toEqual([1, 1, 1])
  expect(await expireDue(registry.services)).toBe(0)

  const over = expectStatus(await registry.nobody.get(`/national/movements/${waits.id}`), 200)
  expect(over.body).toMatchObject({ state: 'expired' })
  expect(expectStatus(await registry.nobody.get(`/national/movements/${stays.id}`), 200).body).toMatchObject({
    next: 'approve',
    quantity: '20',
  })
  const { items } = expectStatus(await registry.nobody.get('/national/pledges'), 200).body
  expect(items).toMatchObject([{ standing: true }, { standing: false }])
  registry.pass(4 * HOUR)
  const spare = await registry.join(all.second, sunfield.id, 'Admin')
  expect(await spare.post(`/national/movements/${stays.id}/approvals`)).toMatchObject({
    status: 409,
    body: { code: 'expired' },
  })
  expect(await expireDue(registry.services)).toBe(1)
})

it('ends many in rounds', async () => {
  const { officer, registry } = all
  const hold = { batch, range: { first: '1', last: '2' }, reason: 'investigation', expiresAt: inHours(1) }
  await Promise.all(Array.from({ length: 130 }, () => done(officer.post('/national/holds', hold))))
  registry.pass(2 * HOUR)
  expect(await expireDue(registry.services)).toBe(100)
  expect(await expireDue(registry.services)).toBe(30)
})

/** A registry in which much waits: of each kind most without an end, or with a later one. */
const MUCH = [
  `INSERT INTO ledger_row SELECT kind, md5(kind || i), jsonb_build_object('expiresAt',
      CASE WHEN i % 2 = 0 THEN to_char(timestamp '2090-01-01' + i * interval '1 s', 'YYYY-MM-DD"T"HH24:MI:SS.000Z') END)
     FROM generate_series(1, 20000) i, unnest(ARRAY['pending', 'pledge', 'ended']) kind`,
  `INSERT INTO ledger_hold SELECT md5('hold' || i) || CASE WHEN i % 3 = 0 THEN '/0' ELSE '' END, 'b', 1, 2, NULL, 'r',
      CASE WHEN i % 2 = 0 THEN to_char(timestamp '2090-01-01' + i * interval '1 s', 'YYYY-MM-DD"T"HH24:MI:SS.000Z') END
     FROM generate_series(1, 20000) i`,
  'ANALYZE ledger_row',
  'ANALYZE ledger_hold',
]

it('finds what is due by index, however much waits', async () => {
  const client = await all.registry.services.pool.connect()
  try {
    await client.query('BEGIN')
    for (const statement of MUCH) await client.query(statement)
    for (const { due, field } of endings) {
      const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${due}`, ['2090-01-01T00:10:00.000Z', 100])
      const plan = JSON.stringify(rows)
      expect(plan, field).toMatch(/"Index Name":"ledger_(row|hold)_due"/)
      expect(plan, field).not.toMatch(/"Node Type":"(Seq Scan|Sort|Incremental Sort)"/)
    }
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
})

function policy(changed: object) {
  return { secondAbove: null, acceptance: false, trustedOnly: false, ...changed }
}
