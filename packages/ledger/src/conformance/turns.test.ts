import type pg from 'pg'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../tests/support/database.ts'
import { randomId } from '../founding.ts'
import { isReceipt, type Outcome } from '../port.ts'
import { PostgresLedger } from '../postgres/store.ts'
import { reconcile } from '../reconcile.ts'
import { done, issued, send, type TestRegistry, testRegistry } from './registry.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database?.close())

async function query(text: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  return client.query(text, values).finally(() => client.end())
}

async function open(): Promise<PostgresLedger> {
  const ledger = await PostgresLedger.open({ connectionString: database.url })
  onTestFinished(() => ledger.close())
  return ledger
}

/** Two processes on one ledger, each of which knows all that the registry is made of. */
async function two(): Promise<{ one: PostgresLedger; other: PostgresLedger; registry: TestRegistry; batch: string }> {
  await query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  const one = await open()
  const registry = await testRegistry(one)
  const batch = await issued(registry, '1000')
  return { one, other: await open(), registry, batch }
}

function move({ developers: [giver, taker] }: TestRegistry, batch: string, quantity: string) {
  if (!giver || !taker) throw new Error('the test registry has two developers')
  return (ledger: PostgresLedger): Promise<Outcome> =>
    send(ledger, giver.mandate, 'CreditsTransferred', { batch, from: giver.holding, to: taker.holding, quantity })
}

const refusal = (outcome: Outcome) => ('refused' in outcome ? outcome.refused : 'done')

test('what another process has written meanwhile is seen, whoever comes next', async () => {
  const { one, other, registry, batch } = await two()
  const account = registry.developers[0]?.holding
  const transfer = move(registry, batch, '10')
  const place = { hold: randomId(), reason: 'other', account, batch: null, range: null }
  expect(refusal(await transfer(one))).toBe('done')
  expect(refusal(await transfer(other))).toBe('done')
  await done(other, registry.officer, 'HoldPlaced', place)
  expect(refusal(await transfer(one))).toBe('on-hold')
  await done(one, registry.officer, 'HoldLifted', { hold: place.hold })
  expect(refusal(await transfer(other))).toBe('done')
  await done(one, registry.officer, 'AccountSuspended', { account, reason: 'other' })
  expect(refusal(await transfer(other))).toBe('account-not-active')
  expect((await reconcile(one)).differences).toEqual([])
})

test('processes that take turns command by command move every unit once', async () => {
  const { one, other, registry, batch } = await two()
  const transfer = move(registry, batch, '7')
  const outcomes: string[] = []
  for (let at = 0; at < 50; at += 1) {
    outcomes.push(...(await Promise.all([transfer(one), transfer(other), transfer(one)])).map(refusal))
  }
  // The giver owns 600 of the 1,000.
  expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(85)
  expect(outcomes.filter((outcome) => outcome === 'not-enough-credits')).toHaveLength(65)
  expect((await reconcile(one)).differences).toEqual([])
})

test('after a restored backup nothing is believed that was known before, though the log has the same length again', async () => {
  const { one, other, registry, batch } = await two()
  const [account] = registry.developers.map(({ holding }) => holding)
  const tables = (await query(`SELECT tablename FROM pg_tables WHERE tablename LIKE 'ledger_%'`)).rows
  for (const { tablename } of tables) await query(`CREATE TABLE backup_${tablename} AS TABLE ${tablename}`)
  expect(refusal(await move(registry, batch, '600')(one))).toBe('done')
  const { size } = await one.head()
  for (const { tablename } of tables) {
    await query(`TRUNCATE ${tablename}; INSERT INTO ${tablename} SELECT * FROM backup_${tablename}`)
  }
  await done(other, registry.officer, 'AccountSuspended', { account, reason: 'other' })
  expect((await one.head()).size).toBe(size)
  expect(refusal(await move(registry, batch, '1')(one))).toBe('account-not-active')
  await done(one, registry.officer, 'AccountReactivated', { account, reason: 'other' })
  expect(refusal(await move(registry, batch, '600')(one))).toBe('done')
  expect((await reconcile(one)).differences).toEqual([])
})

test.for([false, true])(
  'a group whose commit failed leaves nothing behind; committed all the same: %s',
  async (committed) => {
    const { one, registry, batch } = await two()
    const transfer = move(registry, batch, '100')
    expect(refusal(await transfer(one))).toBe('done')
    const real = Client.prototype.query as (...values: unknown[]) => Promise<unknown>
    let failures = 0
    const spy = vi.spyOn(Client.prototype, 'query').mockImplementation(function (
      this: pg.Client,
      ...values: unknown[]
    ) {
      if (values[0] !== 'COMMIT' || failures > 0) return real.apply(this, values)
      failures += 1
      const lost = () => Promise.reject(new Error('Connection terminated unexpectedly'))
      return committed ? real.apply(this, values).then(lost) : lost()
    })
    onTestFinished(() => spy.mockRestore())
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => transfer(one)))
    expect(failures).toBe(1)
    expect(outcomes.filter(isReceipt)).toHaveLength(5)
    expect((await reconcile(one)).differences).toEqual([])
  },
)

test('a group is written in parts, and all of it or nothing', async () => {
  const { one, registry, batch } = await two()
  const { size } = await one.head()
  // The row that the database does not take comes in a later part than the first.
  await query(`ALTER TABLE ledger_entry ADD CHECK (index <> ${size + 120}) NOT VALID`)
  const transfer = move(registry, batch, '1')
  const outcomes = await Promise.allSettled(Array.from({ length: 160 }, () => transfer(one)))
  // Alone, the command that would get that index breaks, and so do all after it: nothing else can have it.
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(120)
  expect((await one.head()).size).toBe(size + 120)
  expect((await reconcile(one)).differences).toEqual([])
})
