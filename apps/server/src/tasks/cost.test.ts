import type { Task } from '@tallystick/contract'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

const MANY = 20_000
/** Blocks of 8 kB that a statement may look at: a few for each task that is shown, and the way to them. */
const MOST_BLOCKS = 1_500

let all: World

beforeAll(async () => {
  all = await world()
  const { sunfield, harbour, registry } = all
  const { pool } = registry.services
  const owners = [{ account: harbour.holding, share: '100' }]
  const body = { title: 'Wind park', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const project = String((await done(harbour.admin.post('/national/projects', body))).id)
  // As if others had registered projects ever since: a third of them waits, each has a finding, most of them closed.
  await pool.query(
    `INSERT INTO ledger_row (kind, id, row)
     SELECT 'project', md5('p' || n), p.row || jsonb_build_object('number', n + 1000,
              'state', (ARRAY['submitted', 'registered', 'rejected'])[n % 3 + 1],
              'owners', jsonb_build_array(jsonb_build_object('account', $2::text, 'share', '100')))
       FROM ledger_row p, generate_series(1, ${MANY}) n WHERE p.kind = 'project' AND p.id = $1`,
    [project, sunfield.holding],
  )
  await pool.query(
    `INSERT INTO ledger_row (kind, id, row)
     SELECT 'finding', md5('f' || n), jsonb_build_object('project', md5('p' || n), 'period', NULL, 'kind', 'CL', 'number', 1,
              'state', (ARRAY['open', 'answered', 'closed', 'closed', 'closed'])[n % 5 + 1])
       FROM generate_series(1, ${MANY}) n`,
  )
  const raised = { kind: 'CAR', section: null, text: 'Why?' }
  await done(all.officer.post(`/national/projects/${project}/findings`, raised))
  await pool.query(`UPDATE ledger_head SET turn = 'changed'`)
  await pool.query('ANALYZE')
}, 120_000)
afterAll(() => all?.registry.close())

type Node = Record<string, unknown> & { Plans?: Node[] }

interface Asked {
  name: string
  text: string
  values: unknown[]
}

/** The statements over projects, periods and findings that `work` makes. */
async function statementsOf(work: () => Promise<unknown>): Promise<Asked[]> {
  const { pool } = all.registry.services
  const query = pool.query.bind(pool)
  const asked: Asked[] = []
  pool.query = ((sql: string | pg.QueryConfig, values?: unknown[]) => {
    if (typeof sql !== 'string' && /^task-(projects|periods|findings)$/.test(sql.name ?? '')) {
      asked.push({ name: sql.name ?? '', text: sql.text, values: sql.values ?? [] })
    }
    return query(sql as pg.QueryConfig, values as never)
  }) as typeof pool.query
  await work().finally(() => {
    pool.query = query as typeof pool.query
  })
  return asked
}

/** A value as it stands in a statement. */
function literal(value: unknown): string {
  return pg.escapeLiteral(Array.isArray(value) ? `{${value.join(',')}}` : String(value))
}

/** How PostgreSQL carries a statement out that it has planned once for all values, as it does after some time, or for these. */
async function planOf({ name, text, values }: Asked, mode: 'force_generic_plan' | 'force_custom_plan'): Promise<Node> {
  const client = await all.registry.services.pool.connect()
  try {
    await client.query(`SET plan_cache_mode = ${mode}`)
    await client.query(`PREPARE "cost-${name}" AS ${text}`)
    const execute = `EXECUTE "cost-${name}" (${values.map(literal).join(', ')})`
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Node }[] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${execute}`,
    )
    return rows[0]?.['QUERY PLAN'][0]?.Plan ?? {}
  } finally {
    client.release(true)
  }
}

describe(`among ${MANY} projects`, () => {
  const people: [string, () => Person, number][] = [
    ['an officer', () => all.officer, 50],
    ['an owner of few', () => all.harbour.admin, 1],
  ]
  it.each(people)('the tasks of %s are read by index, and look at little', async (_who, person, least) => {
    const asked = await statementsOf(async () => {
      for (const kind of ['project', 'finding']) {
        const { body } = expectStatus(await person().get(`/national/tasks?kind=${kind}`), 200)
        const found = (body.items as Task[]).length
        if (kind === 'finding') expect(found).toBeGreaterThanOrEqual(least)
      }
    })
    expect(asked).not.toEqual([])
    for (const one of asked) {
      for (const mode of ['force_generic_plan', 'force_custom_plan'] as const) {
        const plan = await planOf(one, mode)
        const blocks = Number(plan['Shared Hit Blocks']) + Number(plan['Shared Read Blocks'])
        expect([one.name, mode, /Seq Scan","[^}]*"ledger_row"/.test(JSON.stringify(plan))]).toEqual([
          one.name,
          mode,
          false,
        ])
        expect(blocks, `${one.name} ${mode}`).toBeLessThan(MOST_BLOCKS)
      }
    }
  })
})
