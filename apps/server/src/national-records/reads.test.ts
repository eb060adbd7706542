import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { organisationOf } from './records.fixture.ts'

let all: World
let people: { nobody: Person; officer: Person; owner: Person; ministry: Person }

const COUNT = 12_000

const CONTENT = `CASE kind
  WHEN 'activity' THEN '{"kind": "enablement", "title": "School", "enablement": {"type": "financial"}}'
  WHEN 'ndc-action' THEN '{"objective": "Water", "kpi": "5", "unit": "wells"}'
  WHEN 'financing' THEN '{"instruments": ["grant"], "type": "public", "level": "national", "stream": "carbon-market",
    "from": "2026-01-01", "to": "2027-01-01", "amount": "5", "currency": "USD", "investorName": "A fund"}'
  ELSE '{}' END::jsonb`

/** Records as they are after years: many of everything, one in fifty waits. */
async function years({ registry, project }: World): Promise<void> {
  const { pool } = registry.services
  await pool.query(
    `INSERT INTO content_record (id, kind, organisation, years, status, version, created_at)
     SELECT md5('period' || i), 'ndc-period', md5('ministry' || i), int4range(3000 + i, 3000 + i, '[]'), 'open', 1,
            now() + i * interval '1 ms' FROM generate_series(1, 200) i`,
  )
  await pool.query(
    `INSERT INTO content_record (id, kind, number, project, period, organisation, status, version, approved, created_at)
     SELECT md5('record' || i), k.kind, CASE k.kind WHEN 'activity' THEN 'n' || i END,
            CASE k.kind WHEN 'activity' THEN $1 END, CASE k.kind WHEN 'ndc-action' THEN md5('period' || 1 + i % 200) END,
            md5('organisation' || i % 500), s.status, 1, CASE s.status WHEN 'approved' THEN 1 END,
            now() + i * interval '1 ms'
       FROM generate_series(1, ${COUNT}) i
      CROSS JOIN LATERAL (SELECT (ARRAY['activity', 'ndc-action', 'financing'])[1 + i % 3] AS kind) k
      CROSS JOIN LATERAL (SELECT CASE WHEN i % 50 = 0 THEN 'pending' ELSE 'approved' END AS status) s`,
    [project.id],
  )
  await pool.query(
    `INSERT INTO content_record_version (record, version, step, status, content, by_mandate, organisation, at)
     SELECT id, 1, 'made', status, ${CONTENT}, $1, $2, created_at FROM content_record`,
    [registry.founded.genesis.system, registry.founded.genesis.authority],
  )
  await pool.query('ANALYZE')
}

beforeAll(async () => {
  all = await world()
  const { registry, officer, sunfield } = all
  const ministry = await organisationOf(all, 'ministry', 'Ministry of Water')
  people = { nobody: registry.nobody, officer, owner: sunfield.admin, ministry: ministry.admin }
  await years(all)
})
afterAll(() => all.registry.close())

type Query = string | { text: string; values?: unknown[] }

/** The plans of what `work` asks of the tables of records, as PostgreSQL would carry it out. */
async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  const { pool } = all.registry.services
  const query = pool.query.bind(pool)
  const asked: { text: string; values: unknown[] }[] = []
  pool.query = ((sql: Query, values?: unknown[]) => {
    const { text, values: own } = typeof sql === 'string' ? { text: sql, values } : sql
    asked.push({ text, values: own ?? [] })
    return query(sql as pg.QueryConfig, values as never)
  }) as typeof pool.query
  await work().finally(() => {
    pool.query = query as typeof pool.query
  })
  const reads = asked.filter(({ text }) => /^\s*(SELECT|WITH)/.test(text) && text.includes('content_record'))
  return Promise.all(
    reads.map(async ({ text, values }) => {
      const { rows } = await query<{ 'QUERY PLAN': string }>({ text: `EXPLAIN ${text}`, values })
      return `${text}\n${rows.map((row) => row['QUERY PLAN']).join('\n')}`
    }),
  )
}

it.each([
  ['NDC actions that everybody sees', 'nobody', '/national/ndc-actions'],
  ['NDC actions of an owner', 'owner', '/national/ndc-actions'],
  ['NDC actions that wait', 'officer', '/national/ndc-actions?status=pending'],
  ['an NDC action by its number', 'officer', '/national/ndc-actions?number=n3'],
  ['financing that everybody sees', 'nobody', '/national/financing'],
  ['financing for the government', 'officer', '/national/financing'],
  ['the periods of the register', 'nobody', '/national/ndc-periods'],
  ['inventories', 'ministry', '/national/inventories'],
  ['what waits for the government', 'officer', '/national/tasks?kind=record'],
  ['what waits for an owner', 'owner', '/national/tasks?kind=record'],
  ['all that was done', 'officer', '/national/audit?type=record-entered'],
] as const)('%s: read by index, however much there is', async (_what, who, path) => {
  const plans = await plansOf(async () => expectStatus(await people[who].get(path), 200))
  expect(plans).not.toEqual([])
  for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on content_/)
})

it('a period of the register is read by index', async () => {
  const { rows } = await all.registry.services.pool.query<{ id: string }>(`SELECT md5('period5') AS id`)
  const plans = await plansOf(async () =>
    expectStatus(await people.ministry.get(`/national/ndc-periods/${rows[0]?.id}`), 200),
  )
  expect(plans).toHaveLength(2)
  for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on content_/)
})
