import { afterAll, beforeAll, expect, it } from 'vitest'
import { csvCell } from '../platform/ledger-export.ts'
import { expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let batch: string

beforeAll(async () => {
  all = await world('=HYPERLINK("https://example.org"), plant')
  batch = (await all.issue('2024', '1000')).id
  const { sunfield, harbour } = all
  const move = { batch, from: sunfield.holding, to: harbour.holding }
  const ranges = [
    { first: '1', last: '10' },
    { first: '21', last: '30' },
  ]
  expectStatus(await sunfield.admin.post('/national/transfers', { ...move, ranges }), 201)
})
afterAll(() => all.registry.close())

async function download(path: string) {
  const answer = await all.registry.app.inject(path)
  return { status: answer.statusCode, headers: answer.headers, text: answer.body }
}

interface Row {
  index: number
  type: string
  sentence: string
  from: string
  to: string
  first: string
  last: string
  quantity: string
}

async function rows(path: string): Promise<Row[]> {
  const { text } = await download(path)
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

it('the account ledger is a file whose rows add up to the balance', async () => {
  const { sunfield, harbour } = all
  for (const account of [sunfield.holding, harbour.holding]) {
    const lines = await rows(`/national/accounts/${account}/ledger.jsonl`)
    const sum = lines.reduce((total, { from, to, quantity }) => {
      const units = BigInt(quantity || '0')
      return total + (to === account ? units : 0n) - (from === account ? units : 0n)
    }, 0n)
    const { body } = expectStatus(await all.registry.nobody.get(`/national/accounts/${account}`), 200)
    expect(`${sum}`).toBe((body.balances as { balance: string }[])[0]?.balance)
    for (const { from, to, quantity } of lines) expect(quantity === '' || from === account || to === account).toBe(true)
  }
})

it('the project ledger as CSV is exact, and safe for spreadsheets', async () => {
  const path = `/national/projects/${all.project.id}/ledger`
  const { headers, text } = await download(`${path}.csv`)
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="project-${all.project.id}-ledger.csv"`,
  })
  const [head, ...lines] = text.trimEnd().split('\r\n')
  expect(head).toBe('index,leaf,at,type,sentence,from,to,first,last,quantity')
  const listed = expectStatus(await all.registry.nobody.get(path), 200).body.items as { index: number }[]
  const told = await rows(`${path}.jsonl`)
  expect([...new Set(told.map(({ index }) => index))]).toEqual(listed.map(({ index }) => index))
  expect(lines).toHaveLength(told.length)
  expect(lines.at(-1)).toMatch(/,21,30,10$/)
  expect(told.filter(({ type }) => type === 'BatchIssued').map(({ quantity }) => quantity)).toEqual(['600', '400'])
  expect(text).toContain('""https://example.org""')
})

it('the country ledger is a file, and nothing is one of what is not there', async () => {
  const { registry, officer } = all
  const organisation = registry.founded.genesis.authority
  expectStatus(await officer.post('/national/accounts', { organisation }), 201)
  expect(await rows('/national/ledgers/country.jsonl')).toMatchObject([{ type: 'AccountsOpened', quantity: '' }])
  expect((await download('/national/ledgers/country.csv')).text.split('\r\n')).toHaveLength(3)
  for (const thing of ['accounts', 'projects']) {
    for (const format of ['csv', 'jsonl']) {
      expect((await download(`/national/${thing}/${'0'.repeat(32)}/ledger.${format}`)).status).toBe(404)
    }
  }
})

it('a long ledger comes whole, in parts that are read one after the other', async () => {
  const { sunfield, harbour, registry } = all
  const move = (from: string, to: string, who = sunfield.admin) =>
    who.post('/national/transfers', { batch, from, to, quantity: '1' })
  for (let round = 0; round < 26; round += 1) {
    await Promise.all(Array.from({ length: 20 }, () => move(sunfield.holding, harbour.holding)))
  }
  const path = `/national/accounts/${harbour.holding}/ledger.jsonl`
  const lines = await rows(path)
  const { rows: counted } = await registry.services.pool.query<{ count: string }>(
    'SELECT sum(cardinality(indexes)) AS count FROM ledger_stream WHERE id = $1',
    [harbour.holding],
  )
  expect(new Set(lines.map(({ index }) => index)).size).toBe(Number(counted[0]?.count))
  expect(lines.length).toBeGreaterThan(520)
})

it('a list goes on in the middle of what was written at once', async () => {
  const { harbour, registry } = all
  const { rows: stored } = await registry.services.pool.query<{ index: string; most: string }>(
    `SELECT e.index, (SELECT max(cardinality(indexes)) FROM ledger_stream WHERE id = $1) AS most
       FROM ledger_stream s JOIN ledger_entry e ON e.index = ANY(s.indexes)
      WHERE s.id = $1 AND e.type = 'CreditsTransferred' ORDER BY e.index DESC`,
    [harbour.holding],
  )
  expect(Number(stored[0]?.most)).toBeGreaterThan(7)
  const listed: number[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path: string = `/national/transfers?account=${harbour.holding}&limit=7${cursor && `&cursor=${cursor}`}`
    const { body } = expectStatus(await registry.nobody.get(path), 200)
    listed.push(...(body.items as { entry: { index: number } }[]).map(({ entry }) => entry.index))
    cursor = body.next as string | null
  }
  expect(listed).toEqual(stored.map(({ index }) => Number(index)))
})

it.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['a "b", c', '"a ""b"", c"'],
  ['=a,b', '"\'=a,b"'],
  [999_999_999_999_999, '999999999999999'],
  ['', ''],
])('a cell %j is written as %j', (value, cell) => {
  expect(csvCell(value)).toBe(cell)
})
