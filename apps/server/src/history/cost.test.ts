import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done, expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { followLog } from './acted.ts'

const MOVEMENTS = 100_000
/** Blocks of 8 kB that a statement may look at: a few for each entry that is shown, and the way to them. */
const MOST_BLOCKS = 700

let all: World
let head = 0

beforeAll(async () => {
  all = await world()
  const { sunfield, harbour, project, registry } = all
  const { pool, ledger } = registry.services
  const batch = await all.issue('2024', '1000')
  const units = { batch: batch.id, from: sunfield.holding, to: harbour.holding, quantity: '1' }
  await done(sunfield.admin.post('/national/transfers', units))
  head = (await ledger.head()).size
  await followLog(registry.services)
  const stream = await ledger.row('stream', project.id)
  // As if units of this project had been moved ever since.
  await pool.query(
    `INSERT INTO ledger_entry (index, type, leaf, bytes)
     SELECT $1::bigint + i, e.type, e.leaf, e.bytes FROM ledger_entry e, generate_series(0, $2::bigint - 1) i WHERE e.index = $1 - 1`,
    [head, MOVEMENTS],
  )
  for (const id of [project.id, sunfield.holding]) {
    await pool.query(
      `INSERT INTO ledger_stream (id, revision, indexes)
       SELECT $1, $2::bigint + i + 1, ARRAY[$3::bigint + i] FROM generate_series(0, $4::bigint - 1) i`,
      [id, stream?.revision ?? 0, head, MOVEMENTS],
    )
  }
  await pool.query(
    `INSERT INTO content_acted (mandate, index, organisation)
     SELECT a.mandate, $1::bigint + i, a.organisation
       FROM content_acted a, generate_series(0, $2::bigint - 1) i WHERE a.index = $1 - 1`,
    [head, MOVEMENTS],
  )
  await pool.query(
    `INSERT INTO content_sign_in (id, at, outcome, user_id, organisation, network)
     SELECT md5(i::text), now() - i * interval '1 second', 'sign-in', NULL, md5((i % 50)::text), md5('n') || md5('n')
       FROM generate_series(1, $1::bigint) i`,
    [MOVEMENTS],
  )
  await pool.query('UPDATE ledger_head SET size = $1, turn = $2', [head + MOVEMENTS, 'another'])
  await pool.query('UPDATE content_audited SET next = $1', [head + MOVEMENTS])
  await pool.query('ANALYZE')
})
afterAll(() => all.registry.close())

interface Cost {
  text: string
  plan: string
  blocks: number
}

type Node = Record<string, unknown> & { Plans?: Node[] }

/** What the statements cost that `work` makes: those that read, as PostgreSQL carries them out. */
async function costsOf(work: () => Promise<unknown>): Promise<Cost[]> {
  const { pool } = all.registry.services
  const query = pool.query.bind(pool)
  const asked: { text: string; values: unknown[] }[] = []
  pool.query = ((sql: string | pg.QueryConfig, values?: unknown[]) => {
    asked.push(
      typeof sql === 'string' ? { text: sql, values: values ?? [] } : { text: sql.text, values: sql.values ?? [] },
    )
    return query(sql as pg.QueryConfig, values as never)
  }) as typeof pool.query
  await work().finally(() => {
    pool.query = query as typeof pool.query
  })
  return Promise.all(
    asked
      .filter(({ text }) => /^\s*(SELECT|WITH)/.test(text))
      .map(async ({ text, values }) => {
        const { rows } = await query<{ 'QUERY PLAN': { Plan: Node }[] }>({
          text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
          values,
        })
        const plan = rows[0]?.['QUERY PLAN'][0]?.Plan
        const blocks = Number(plan?.['Shared Hit Blocks']) + Number(plan?.['Shared Read Blocks'])
        return { text, plan: JSON.stringify(plan), blocks }
      }),
  )
}

const cursor = (...key: (string | number)[]) => Buffer.from(JSON.stringify(key)).toString('base64url')
const somewhere = MOVEMENTS / 2

describe(`with ${MOVEMENTS} movements of one project`, () => {
  const line = () => `/national/projects/${all.project.id}/timeline`
  it.each([
    ['the newest events', () => `${line()}?limit=50`],
    ['events from the middle', () => `${line()}?limit=50&cursor=${cursor(somewhere)}`],
    ['the oldest events', () => `${line()}?limit=50&order=oldest`],
    ['the oldest events, from the middle', () => `${line()}?limit=50&order=oldest&cursor=${cursor(somewhere)}`],
    ['who did what', () => '/national/audit?limit=50'],
    ['who did what, from the middle', () => `/national/audit?limit=50&cursor=${cursor(somewhere, '', '')}`],
    ['by project', () => `/national/audit?limit=50&project=${all.project.id}&cursor=${cursor(somewhere, '', '')}`],
    ['by account', () => `/national/audit?limit=50&account=${all.sunfield.holding}`],
    ['by organisation', () => `/national/audit?limit=50&organisation=${all.sunfield.id}`],
    ['by type', () => '/national/audit?limit=50&type=CreditsTransferred'],
    ['by a rare type', () => '/national/audit?limit=50&type=BatchIssued'],
    ['by action', () => `/national/audit?limit=50&action=credits.transfer&cursor=${cursor(somewhere, '', '')}`],
    ['sign-ins', () => '/national/audit?limit=50&type=sign-in'],
    ['by words', () => '/national/audit?limit=50&text=salt'],
  ])('%s: a page is read by index, and looks at little', async (_what, path) => {
    const costs = await costsOf(async () => {
      const { body } = expectStatus(await all.officer.get(path()), 200)
      expect((body.items as unknown[]).length).toBeGreaterThan(0)
    })
    expect(costs).not.toEqual([])
    for (const { text, plan, blocks } of costs) {
      const tables = [...plan.matchAll(/"Node Type":"Seq Scan"[^}]*?"Relation Name":"(\w+)"/g)].map(([, name]) => name)
      const long = ['ledger_entry', 'ledger_stream', 'content_acted', 'content_sign_in']
      expect(
        tables.filter((name) => long.includes(name ?? '')),
        text,
      ).toEqual([])
      expect(blocks, `${text}\n${plan}`).toBeLessThan(MOST_BLOCKS)
    }
  })
})
