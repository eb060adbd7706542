import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectStatus, type Person, type TestRegistry, testRegistry } from './registry.fixture.ts'

let registry: TestRegistry
let officer: Person
let developer: { id: string; admin: Person }
let account: string
let key: string

const ID = `md5(i::text || 'x')`

/** A registry as it is after years: many of everything. */
const YEARS = [
  `INSERT INTO ledger_row SELECT 'organisation', md5(i::text), '{"kind": "developer", "name": null, "active": true}'
   FROM generate_series(1, 20000) i`,
  `INSERT INTO ledger_row SELECT 'account', ${ID},
     jsonb_build_object('organisation', md5((i % 5000)::text), 'kind', 'holding', 'active', true)
   FROM generate_series(1, 20000) i`,
  `INSERT INTO ledger_row SELECT 'mandate', ${ID},
     jsonb_build_object('organisation', md5((i % 5000)::text), 'role', 'developer/Admin', 'active', true, 'limit', null,
                        'hand', ${ID})
   FROM generate_series(1, 15000) i`,
  `INSERT INTO content_user SELECT ${ID}, i || '@example.net', 'N', now() + i * interval '1 ms', NULL, 's', i::text
   FROM generate_series(1, 15000) i`,
  `INSERT INTO content_mandate SELECT ${ID}, ${ID} FROM generate_series(1, 15000) i`,
  `INSERT INTO content_opening SELECT md5(i::text) || md5(i::text), 'k', '"n"' FROM generate_series(1, 15000) i`,
  `INSERT INTO ledger_run SELECT 'national:XT/ITMO', i * 10, i * 10 + 9, md5(i::text), 'p/2024/ITMO', md5((i % 2000)::text), ''
   FROM generate_series(1, 20000) i`,
  `INSERT INTO ledger_balance SELECT md5((i % 2000)::text), 'p' || i || '/2024/ITMO', 0, 10, 0 FROM generate_series(1, 20000) i`,
  `INSERT INTO content_session SELECT md5(i::text), ${ID}, ${ID}, now(), now(), now() FROM generate_series(1, 15000) i`,
  `INSERT INTO content_api_key
     SELECT ${ID}, md5(i::text) || md5(i::text), ${ID}, ${ID}, md5((i % 5000)::text), 'k', '{read}', '{}',
            now() + i * interval '1 ms', now() + interval '90 days'
   FROM generate_series(1, 15000) i`,
  `INSERT INTO content_organisation SELECT md5(i::text) FROM generate_series(1, 20000) i`,
  `INSERT INTO ledger_stream SELECT ${ID}, 1, ARRAY[i + 1000000] FROM generate_series(1, 20000) i`,
  `INSERT INTO ledger_entry SELECT i + 1000000, 'X', decode(md5(i::text) || md5(i::text), 'hex'), 'x' FROM generate_series(1, 20000) i`,
  'ANALYZE',
]

beforeAll(async () => {
  registry = await testRegistry()
  officer = await registry.join(registry.root, registry.founded.genesis.authority, 'Admin')
  developer = await registry.newOrganisation(officer, 'Sunfield')
  const { body } = expectStatus(await officer.post('/national/accounts', { organisation: developer.id }), 201)
  account = (body.accounts as { id: string }[])[0]?.id ?? ''
  const made = await developer.admin.post('/national/api-keys', { name: 'A program', scopes: ['read'] })
  key = String(made.body.key)
  for (const sql of YEARS) await registry.services.pool.query(sql)
})
afterAll(() => registry.close())

type Query = string | { text: string; values?: unknown[] }

/** The plans of the queries that `work` makes, as PostgreSQL would carry them out. */
async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  const { pool } = registry.services
  const query = pool.query.bind(pool)
  const asked: { text: string; values: unknown[] }[] = []
  pool.query = ((sql: Query, values?: unknown[]) => {
    asked.push(
      typeof sql === 'string' ? { text: sql, values: values ?? [] } : { text: sql.text, values: sql.values ?? [] },
    )
    return query(sql as pg.QueryConfig, values as never)
  }) as typeof pool.query
  await work().finally(() => {
    pool.query = query as typeof pool.query
  })
  const reads = asked.filter(({ text }) => /^\s*(SELECT|WITH)/.test(text))
  return Promise.all(
    reads.map(async ({ text, values }) => {
      const { rows } = await query<{ 'QUERY PLAN': string }>({ text: `EXPLAIN ${text}`, values })
      return `${text}\n${rows.map((row) => row['QUERY PLAN']).join('\n')}`
    }),
  )
}

it.each([
  ['the organisations', () => registry.nobody.get('/national/organisations')],
  ['an organisation', () => officer.get(`/national/organisations/${developer.id}`)],
  ['all accounts', () => registry.nobody.get('/national/accounts')],
  ['the accounts of an organisation', () => registry.nobody.get(`/national/accounts?organisation=${developer.id}`)],
  ['an account', () => registry.nobody.get(`/national/accounts/${account}`)],
  ['the country ledger', () => registry.nobody.get('/national/ledgers/country')],
  ['all users', () => officer.get('/national/users')],
  ['the users of an organisation', () => developer.admin.get('/national/users')],
  ['all API keys', () => officer.get('/national/api-keys')],
  ['API keys that ended', () => officer.get('/national/api-keys?status=ended&limit=1')],
  ['the API keys of an organisation', () => developer.admin.get('/national/api-keys')],
  ['the API keys of a user', () => officer.get(`/national/api-keys?user=${account}`)],
  ['who I am', () => developer.admin.get('/national/sessions/current')],
  [
    'who asks by an API key',
    () =>
      registry.app
        .inject({ url: '/national/organisations?limit=1', headers: { api_key: key } })
        .then(({ statusCode: status, headers }) => ({ status, headers, body: {} })),
  ],
])('%s: read by index, however much there is', async (_what, read) => {
  const plans = await plansOf(async () => expectStatus(await read(), 200))
  expect(plans).not.toEqual([])
  for (const plan of plans) expect(plan).not.toMatch(/Seq Scan/)
})
