import type { Batch } from '@tallystick/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let batch: Batch
let path = ''
let id = ''

/** Nobody writes these by chance. */
const AMOUNT = '918273645'
const NOTE = 'Second half on delivery, ref. QUARTZ-77'
const SECRET = /918273645|QUARTZ/

beforeAll(async () => {
  all = await world()
  batch = await all.issue('2024', '100')
  id = await transfer('5')
  path = `/national/movements/${id}/price`
})
afterAll(() => all.registry.close())

async function transfer(quantity: string, more: object = {}): Promise<string> {
  const { sunfield, harbour } = all
  const units = { kind: 'transfer', batch: batch.id, from: sunfield.holding, to: harbour.holding, quantity }
  return String((await done(sunfield.admin.post('/national/movements', { ...units, acceptance: true, ...more }))).id)
}

const read = async (who: Person) => expectStatus(await who.get(path), 200).body
const price = { amount: AMOUNT, currency: 'EUR' }

it('both holders say their own price, and see what the other says', async () => {
  const { sunfield, harbour } = all
  expect(await read(sunfield.admin)).toEqual({ id, mine: null, theirs: null, agreed: false })
  const said = { price, paymentState: 'open', note: NOTE }
  expect(await done(sunfield.admin.put(path, said), 200)).toMatchObject({ mine: said, theirs: null, agreed: false })
  expect(await read(harbour.admin)).toMatchObject({ mine: null, theirs: said })
  await done(harbour.admin.put(path, { price: { ...price, amount: `${AMOUNT}.00` }, paymentState: 'paid' }), 200)
  expect(await read(sunfield.admin)).toMatchObject({ theirs: { paymentState: 'paid', note: null }, agreed: false })
  await done(sunfield.admin.put(path, { ...said, paymentState: 'paid' }), 200)
  expect(await read(harbour.admin)).toMatchObject({ agreed: true, mine: { note: null }, theirs: { note: NOTE } })
})

it('it stays when the transfer is over, whatever became of it', async () => {
  const { sunfield, harbour } = all
  await done(harbour.admin.post(`/national/movements/${id}/approvals`))
  expect(await read(sunfield.admin)).toMatchObject({ agreed: true })
  const declined = await transfer('2')
  await done(harbour.admin.post(`/national/movements/${declined}/decline`))
  const answer = await sunfield.admin.put(`/national/movements/${declined}/price`, {
    price: null,
    paymentState: 'disputed',
  })
  expect(answer).toMatchObject({ status: 200, body: { mine: { price: null, paymentState: 'disputed' } } })
})

it('for everybody else there is nothing, the government included', async () => {
  const { registry, officer, second, sunfield } = all
  const stranger = await registry.newOrganisation(officer, 'Stranger Ltd')
  for (const who of [officer, second, registry.root, stranger.admin]) {
    expect(await who.get(path)).toMatchObject({ status: 404, body: { code: 'not-found' } })
    expect(await who.put(path, { price, paymentState: 'paid' })).toMatchObject({ status: 404 })
  }
  expect(await registry.nobody.get(path)).toMatchObject({ status: 401 })
  const viewer = await registry.join(officer, sunfield.id, 'ViewOnly')
  expect(await viewer.get(path)).toMatchObject({ status: 200 })
  expect(await viewer.put(path, { price, paymentState: 'paid' })).toMatchObject({
    status: 403,
    body: { code: 'not-permitted' },
  })
  const unknown = `/national/movements/${'0'.repeat(32)}/price`
  expect(await sunfield.admin.get(unknown)).toMatchObject({ status: 404 })
})

it('only transfers between two organisations have one', async () => {
  const { officer, sunfield, harbour } = all
  const body = { organisation: sunfield.id, accounts: [{ kind: 'holding' }] }
  const { accounts } = await done(officer.post('/national/accounts', body))
  const to = (accounts as { id: string }[])[0]?.id
  const within = await transfer('1', { to })
  expect(await sunfield.admin.get(`/national/movements/${within}/price`)).toMatchObject({ status: 404 })
  for (const wrong of [
    { price: 5 },
    { price: { amount: '1,5', currency: 'EUR' } },
    { price, paymentState: 'late' },
    {},
  ]) {
    expect(await harbour.admin.put(path, wrong)).toMatchObject({ status: 400 })
  }
})

it('it is nowhere but in its table', async () => {
  const { registry, officer, sunfield } = all
  const { pool } = registry.services
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  )
  const holding: string[] = []
  for (const { name } of tables) {
    const { rows } = await pool.query<{ text: string }>(`SELECT t::text AS text FROM "${name}" t`)
    const bytes =
      name === 'ledger_entry' ? await pool.query<{ bytes: Buffer }>('SELECT bytes FROM ledger_entry') : undefined
    const texts = [...rows.map(({ text }) => text), ...(bytes?.rows ?? []).map((row) => row.bytes.toString('latin1'))]
    if (texts.some((text) => SECRET.test(text))) holding.push(name)
  }
  expect(holding).toEqual(['content_price'])
  const public_ = [
    '/national/movements',
    `/national/movements/${id}`,
    '/national/ledgers/country',
    `/national/batches/${batch.id}`,
  ]
  const account = `/national/accounts/${sunfield.holding}`
  for (const from of [...public_, account, `${account}/ledger`, `/national/projects/${all.project.id}/ledger.csv`]) {
    const answer = await registry.app.inject({ url: from, headers: { authorization: `Bearer ${officer.token}` } })
    expect([from, SECRET.test(answer.body)]).toEqual([from, false])
  }
  expect(registry.messages.join()).not.toMatch(SECRET)
})
