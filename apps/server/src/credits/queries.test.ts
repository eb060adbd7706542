import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
beforeAll(async () => {
  all = await world()
})
afterAll(() => all.registry.close())

it('whatever a reader waits for is found by an index', async () => {
  const { pool } = all.registry.services
  const { id: batch } = await all.issue('2024', '100')
  const end = { batch, from: all.sunfield.holding, quantity: '1', purpose: 'voluntary' }
  expectStatus(await all.sunfield.admin.post('/national/retirements', end), 201)
  const asked = new Map<string, unknown[]>()
  const query = pool.query.bind(pool)
  pool.query = ((first: string | pg.QueryConfig, values?: unknown[]) => {
    if (typeof first === 'string') asked.set(first, values ?? [])
    else asked.set(first.text, first.values ?? [])
    return query(first as string, values)
  }) as typeof pool.query

  const paths = [
    `/national/projects?limit=1`,
    `/national/projects/${all.project.id}`,
    `/national/projects/${all.project.id}/ledger`,
    `/national/batches?project=${all.project.id}`,
    `/national/batches/${batch}`,
    '/national/transfers',
    '/national/retirements/1',
    `/national/retirements?account=${all.sunfield.holding}`,
    '/national/certificates/1',
    '/national/holds',
    '/national/proposals?status=accepted',
    '/national/serials/XT-ITMO-1-001-2024-0-1-10',
    '/national/entries',
  ]
  for (const path of paths) expectStatus(await all.officer.get(path), 200)
  expectStatus(await all.sunfield.admin.post('/national/retirements', end), 201)
  pool.query = query

  expect(asked.size).toBeGreaterThan(8)
  const client = await pool.connect()
  try {
    await client.query('SET enable_seqscan = off')
    for (const [sql, values] of asked) {
      if (!/^\s*(SELECT|WITH|--)/.test(sql)) continue
      const { rows } = await client.query(`EXPLAIN ${sql.replace(/^--.*$/gm, '')}`, values)
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(`${sql}\n${plan}`).not.toMatch(/Seq Scan/)
    }
  } finally {
    client.release(true)
  }
})
