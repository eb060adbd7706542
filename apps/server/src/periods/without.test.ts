import { afterAll, beforeAll, expect, it } from 'vitest'
import { PERIODS_OF_PROJECT } from '../platform/periods.ts'
import { expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World

beforeAll(async () => {
  all = await world()
})
afterAll(() => all?.registry.close())

const period = 'f'.repeat(32)
const read = async (path: string) => expectStatus(await all.registry.nobody.get(path), 200).body

it('a country that keeps no periods has none, and issues without them', async () => {
  const { officer, sunfield, project, authorisation } = all
  const path = `/national/projects/${project.id}`
  const days = { from: '2024-01-01', to: '2024-12-31' }
  const none = { items: [], next: null }
  expect(await read(`${path}/periods`)).toEqual(none)
  expect(await read(`${path}/crediting-periods`)).toEqual(none)
  expect(await read(path)).toMatchObject({ periods: [], creditingPeriods: [] })
  const refusal = { status: 422, body: { code: 'periods-not-kept' } }
  expect(await sunfield.admin.post(`${path}/periods`, days)).toMatchObject(refusal)
  expect(await officer.post(`${path}/crediting-periods`, { ...days, kind: 'fixed' })).toMatchObject(refusal)
  const wish = { authorisation, vintage: '2024', quantity: '5' }
  expect(await officer.post('/national/batches', { ...wish, period })).toMatchObject(refusal)
  expect(await all.issue('2024', '5')).toMatchObject({ period: null, monitoringPeriod: null })
})

it('the periods of a project are found by an index, however many others there are', async () => {
  const client = await all.registry.services.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query(
      `INSERT INTO ledger_row (kind, id, row)
       SELECT 'period', md5(n::text), jsonb_build_object('project', md5((n % 5000)::text), 'number', n / 5000)
         FROM generate_series(0, 19999) n`,
    )
    await client.query('ANALYZE ledger_row')
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${PERIODS_OF_PROJECT}`, [period, 9, 21])
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('ledger_row_project')
    expect(plan).not.toContain('Seq Scan')
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
})

it('a period that there is not is told of as such, whatever is asked of it', async () => {
  const { sunfield } = all
  const path = `/national/periods/${period}`
  const commands: [string, object][] = [
    ['moves', { move: 'submit-report' }],
    ['outcomes', { outcomes: [{ vintage: '2024', certified: '5' }] }],
    ['documents', { kind: 'monitoring-report', sha256: '0'.repeat(64) }],
    ['findings', { kind: 'CL', text: 'Why?' }],
    [`findings/${period}/answers`, { text: 'So.' }],
    [`findings/${period}/assessments`, { text: 'So.', outcome: 'closed' }],
  ]
  for (const [what, body] of commands) {
    expect(await sunfield.admin.post(`${path}/${what}`, body), what).toMatchObject({
      status: 404,
      body: { code: 'period-unknown', facts: { period } },
    })
  }
  for (const what of ['', '/documents', '/findings', `/findings/${period}`]) {
    expect(await sunfield.admin.get(`${path}${what}`), what).toMatchObject({ status: 404, body: { code: 'not-found' } })
  }
})
