import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plainDescription } from '../description.fixture.ts'
import { done, expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { titleQuestion, wordsOf } from './titles.ts'

let all: World
const ids: Record<string, string> = {}

beforeAll(async () => {
  all = await world('Salt Lake solar plant')
  ids.lake = all.project.id
  const { sunfield, harbour } = all
  const make = async (name: string, title: string, owner: { holding: string }, sectoralScope: string) => {
    const owners = [{ account: owner.holding, share: '100' }]
    const body = { title, sectoralScope, methodology: 'AMS-I.D', owners }
    const who = owner === sunfield ? sunfield : harbour
    ids[name] = String((await done(who.admin.post('/national/projects', body))).id)
  }
  await make('forest', 'Forêt d’Élan – reboisement', harbour, '14')
  await make('stoves', 'Cookstoves of the lake district', sunfield, '3')
  await make('rice', 'ໂຄງການ ປູກເຂົ້າ', harbour, '15')
  const describe = (name: string, change: object) => {
    const who = name === 'forest' ? harbour : sunfield
    const path = `/national/projects/${ids[name]}/description`
    return done(who.admin.put(path, { ...plainDescription(name), ...change }), 200)
  }
  const trees = { sector: 'forestry', sectoralScope: '14', typeOfMitigation: [{ type: 'forestry' }] }
  await describe('forest', trees)
  await describe('lake', { sector: 'energy' })
  await describe('stoves', { sector: 'health', sectoralScope: '3', typeOfMitigation: [{ type: 'ee-households' }] })
  await describe('stoves', { sectoralScope: '3', typeOfMitigation: [{ type: 'ee-households' }], externalId: 'St 0ves' })
})
afterAll(() => all.registry.close())

const list = async (query: string) => {
  const { body } = expectStatus(await all.registry.nobody.get(`/national/projects?${query}`), 200)
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]))
  return (body.items as { id: string }[]).map(({ id }) => names.get(id))
}

describe('projects are listed', () => {
  it('newest first, in pages', async () => {
    expect(await list('')).toEqual(['rice', 'stoves', 'forest', 'lake'])
    const first = expectStatus(await all.registry.nobody.get('/national/projects?limit=3'), 200).body
    expect(await list(`limit=3&cursor=${first.next}`)).toEqual(['lake'])
  })

  it.each([
    ['state=registered', ['lake']],
    ['state=submitted&sectoralScope=14', ['forest']],
    ['sectoralScope=15', ['rice']],
    ['sector=energy', ['stoves', 'lake']],
    ['sector=energy&state=submitted', ['stoves']],
    ['sector=health', []],
    ['externalId=ST-0VES', ['stoves']],
    ['externalId=stoves', []],
    ['externalId=--', []],
    ['title=lake', ['stoves', 'lake']],
    ['title=LAKE%20sol', ['lake']],
    ['title=foret%20elan', ['forest']],
    ['title=For%C3%AAt', ['forest']],
    ['title=%E0%BB%82%E0%BA%84%E0%BA%87%E0%BA%81%E0%BA%B2%E0%BA%99', ['rice']],
    ["title=lake'%20|%20!x%20:*%20%26", []],
    ['title=%21%21', []],
    ['title=lake&sector=energy&state=registered', ['lake']],
  ])('by %s', async (query, expected) => expect(await list(query)).toEqual(expected))

  it('by owner, alone or with others', async () => {
    expect(await list(`owner=${all.harbour.id}`)).toEqual(['rice', 'forest', 'lake'])
    expect(await list(`owner=${all.sunfield.id}&title=cook`)).toEqual(['stoves'])
    expect(await list(`owner=${'0'.repeat(32)}`)).toEqual([])
  })

  it('and follow moves, owners and descriptions at once', async () => {
    const { sunfield, harbour, approved, officer } = all
    await done(sunfield.admin.post(`/national/projects/${ids.stoves}/moves`, { move: 'withdraw' }))
    expect(await list('state=withdrawn')).toEqual(['stoves'])
    const owners = [{ account: sunfield.holding, share: '100' }]
    await approved(officer.post(`/national/projects/${ids.rice}/ownership`, { owners }))
    expect(await list(`owner=${harbour.id}`)).toEqual(['forest', 'lake'])
    await done(
      harbour.admin.post('/national/projects', {
        ...{ title: 'Lake again', sectoralScope: '1', methodology: 'AMS-I.D' },
        owners: [{ account: harbour.holding, share: '100' }],
      }),
    )
    expect((await list('title=again')).length).toBe(1)
  })

  it('an erased title is not found by its words', async () => {
    const row = await all.registry.services.ledger.row('project', ids.forest ?? '')
    await all.registry.services.openings.forget([row?.title ?? ''])
    expect(await list('title=foret')).toEqual([])
  })

  it('what is no filter is refused', async () => {
    for (const query of ['sector=magic', 'sectoralScope=16', 'owner=x', 'title=', 'order=state', 'state=a%20b']) {
      expect([query, (await all.registry.nobody.get(`/national/projects?${query}`)).status]).toEqual([query, 400])
    }
  })
})

it('words are found without accents and capitals, and nothing in them asks for more', () => {
  expect(wordsOf('Énergie  ÉNERGIE, “(2)”')).toEqual(['energie', '2'])
  expect(titleQuestion("a' | b:* & !c")).toBe("'a':* & 'b':* & 'c':*")
  expect(titleQuestion(' … ')).toBeUndefined()
})

/** A registry as it is after years; one organisation owns a third of its projects. */
const MANY = 20_000
const YEARS = [
  `INSERT INTO content_opening SELECT md5(i::text) || md5(i::text), 'k', to_jsonb('Solar plant no. ' || i) FROM generate_series(1, ${MANY}) i`,
  `INSERT INTO ledger_row SELECT 'account', md5('a' || i),
     jsonb_build_object('organisation', md5('o' || i % 4000), 'kind', 'holding', 'active', true)
   FROM generate_series(1, 8000) i`,
  `INSERT INTO ledger_row SELECT 'project', md5('p' || i), jsonb_build_object(
     'number', i + 1000, 'state', CASE WHEN i % 2 = 0 THEN 'registered' ELSE 'submitted' END, 'scope', (i % 15 + 1)::text,
     'title', md5(i::text) || md5(i::text), 'methodology', 'AMS-I.D', 'certifiers', '{}'::jsonb,
     'owners', jsonb_build_array(jsonb_build_object('account', CASE WHEN i % 3 = 0 THEN md5('great') ELSE md5('a' || (i % 8000 + 1)) END, 'share', '100')),
     'documents', jsonb_build_object('description', jsonb_build_object('version', 1, 'index', 1, 'sha256', md5('d' || i))))
   FROM generate_series(1, ${MANY}) i`,
  `INSERT INTO content_description SELECT md5('p' || i), md5('d' || i), i + 1000,
     CASE WHEN i % 10 = 0 THEN 'waste' ELSE 'energy' END, 'KEY' || i, 'x', now() FROM generate_series(1, ${MANY}) i`,
  `INSERT INTO ledger_row SELECT 'account', md5('great'), row || jsonb_build_object('organisation', md5('great')) FROM ledger_row WHERE id = md5('a1')`,
  `INSERT INTO content_concern SELECT CASE WHEN i % 3 = 0 THEN md5('great') ELSE md5('o' || (i % 8000 + 1) % 4000) END, true, i + 1000, md5('p' || i) FROM generate_series(1, ${MANY}) i`,
  `UPDATE ledger_row SET row = row || '{"projects": ${MANY + 1000}, "states": {"registered": ${MANY / 2}, "submitted": ${MANY / 2}}}' WHERE kind = 'ledger'`,
  `UPDATE ledger_head SET turn = 'many'`,
  'ANALYZE',
]

type Node = Record<string, unknown> & { Plans?: Node[] }

/** What a list costs, as PostgreSQL carries out its statements: blocks of 8 kB that are looked at, and the plans. */
async function costOf(query: string): Promise<{ blocks: number; plans: string }> {
  const { pool } = all.registry.services
  const ask = pool.query.bind(pool)
  const asked: { text: string; values: unknown[] }[] = []
  pool.query = (async (sql: string | { text: string; values?: unknown[] }, values?: unknown[]) => {
    const one =
      typeof sql === 'string' ? { text: sql, values: values ?? [] } : { text: sql.text, values: sql.values ?? [] }
    if (/AS number FROM/.test(one.text)) asked.push(one)
    return ask(sql as string, values)
  }) as typeof pool.query
  const answer = await all.registry.nobody.get(`/national/projects?${query}`).finally(() => {
    pool.query = ask as typeof pool.query
  })
  expectStatus(answer, 200)
  expect(asked.length).toBeGreaterThan(0)
  const plans = await Promise.all(
    asked.map(async ({ text, values }) => {
      const explain = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`
      const { rows } = await ask<{ 'QUERY PLAN': { Plan: Node }[] }>({ text: explain, values })
      return rows[0]?.['QUERY PLAN'][0]?.Plan ?? {}
    }),
  )
  const blocks = plans.map((plan) => Number(plan['Shared Hit Blocks']) + Number(plan['Shared Read Blocks']))
  return { blocks: blocks.reduce((sum, one) => sum + one, 0), plans: JSON.stringify(plans) }
}

/** A few for each project that is shown, and the way to them. */
const MOST_BLOCKS = 1_500

describe(`with ${MANY} projects`, () => {
  beforeAll(async () => {
    const { pool } = all.registry.services
    for (const sql of YEARS) await pool.query(sql)
    await list('title=solar&limit=1')
    await list(`owner=${all.harbour.id}`)
    await pool.query('ANALYZE')
  })

  const cursor = Buffer.from(JSON.stringify([MANY / 2])).toString('base64url')
  const owner = createHash('md5').update('o1').digest('hex')
  const great = createHash('md5').update('great').digest('hex')

  it.each([
    ...['', `cursor=${cursor}`, 'state=rejected', 'state=registered', 'sectoralScope=4', 'sector=waste', 'title=solar'],
    ...['title=77', 'title=plant%2019', 'externalId=key77', 'state=registered&sectoralScope=4'],
    ...['sector=waste&state=registered', 'title=77&state=registered', `owner=${owner}`, `owner=${great}`],
    ...[`owner=${great}&cursor=${cursor}`, `owner=${great}&state=registered`],
    ...['limit=200', 'state=registered&limit=200', 'sectoralScope=4&limit=200', 'sector=waste&limit=200'],
    ...['state=registered&sectoralScope=4&limit=200', 'title=solar&limit=200', `owner=${great}&limit=200`],
  ])('a page by %s looks at little', async (query) => {
    const { blocks, plans } = await costOf(query)
    expect(plans.match(/Seq Scan/)).toBeNull()
    expect(blocks).toBeLessThan(MOST_BLOCKS * (query.endsWith('limit=200') ? 4 : 1))
  })

  it.each([
    `owner=${great}&title=solar&sector=waste`,
    'title=solar&sector=waste',
    'title=solar&state=registered&sector=waste',
  ])(
    'where of all that the first filter leaves another leaves a tenth, %s looks through ten times as many',
    async (query) => {
      const { blocks, plans } = await costOf(query)
      expect(plans.match(/Seq Scan/)).toBeNull()
      expect(blocks).toBeLessThan(10 * MOST_BLOCKS)
    },
  )

  /** Every project as it is, the newest first. */
  async function everyProject(): Promise<Known[]> {
    const { rows } = await all.registry.services.pool.query<Known>(
      `SELECT p.id, (p.row ->> 'number')::integer AS number, p.row ->> 'state' AS state, p.row ->> 'scope' AS "sectoralScope",
              d.sector, lower(o.value ->> 0) AS title,
              ARRAY(SELECT a.row ->> 'organisation' FROM jsonb_array_elements(p.row -> 'owners') w
                      JOIN ledger_row a ON a.kind = 'account' AND a.id = w ->> 'account') AS owners
         FROM ledger_row p
         LEFT JOIN content_description d ON d.project = p.id AND d.sha256 = p.row #>> '{documents,description,sha256}'
         LEFT JOIN content_opening o ON o.commitment = p.row ->> 'title'
        WHERE p.kind = 'project' ORDER BY number DESC`,
    )
    return rows
  }

  it('finds what looking at each finds, whatever is asked for', { timeout: 60_000 }, async () => {
    const one = (...values: string[]) => fc.option(fc.constantFrom(...values), { nil: null })
    const every = await everyProject()
    const asked = fc.record({
      before: fc.oneof(fc.integer({ min: 1, max: MANY + 2_000 }), fc.constant(Number.MAX_SAFE_INTEGER)),
      limit: fc.integer({ min: 1, max: 200 }),
      state: one('registered', 'submitted', 'rejected'),
      sectoralScope: one('1', '4', '15'),
      sector: one('waste', 'energy', 'forestry'),
      owner: one(owner, great, all.sunfield.id, '0'.repeat(32)),
      title: one('solar', '77', '1', 'plant', 'forest', '19999'),
    })
    await fc.assert(
      fc.asyncProperty(asked, async ({ before, limit, ...filters }) => {
        const given = Object.entries(filters).flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]))
        const from = Buffer.from(JSON.stringify([before])).toString('base64url')
        const path = `/national/projects?${[`limit=${limit}`, `cursor=${from}`, ...given].join('&')}`
        const { items } = expectStatus(await all.registry.nobody.get(path), 200).body
        const { owner: whose, title, ...same } = filters
        const fits = (known: Known) =>
          known.number < before &&
          Object.entries(same).every(([name, value]) => value === null || known[name as keyof Known] === value) &&
          (whose === null || known.owners.includes(whose)) &&
          (title === null || new RegExp(`(^|\\W)${title}`).test(known.title ?? ''))
        const expected = every.filter(fits).slice(0, limit)
        expect((items as { id: string }[]).map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
      }),
      { numRuns: Number(process.env.RUNS ?? 40) },
    )
  })
})

type Known = Record<'id' | 'state' | 'sectoralScope', string> & {
  number: number
  sector: string | null
  /** Null: it was erased. */
  title: string | null
  owners: string[]
}
