import { isRefusal, Shelf } from '@tallystick/rules'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../tests/support/database.ts'
import { randomId } from '../founding.ts'
import { MemoryLedger } from '../memory.ts'
import { isReceipt, type Ledger, type Outcome } from '../port.ts'
import { inLane, ledgerRow } from '../postgres/enter.ts'
import { Kept } from '../postgres/kept.ts'
import { type Ask, ask, load, loadForDecision } from '../postgres/load.ts'
import { LedgerBusy } from '../postgres/passing.ts'
import { PostgresLedger } from '../postgres/store.ts'
import { receiptOf } from '../receipt.ts'
import { reconcile } from '../reconcile.ts'
import { done, issued, send, type TestRegistry, testRegistry } from './registry.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database?.close())

/** Is this the writing of a group that was decided ahead? Only these are sent without waiting for others. */
function isAhead(client: pg.Client, statement: unknown): boolean {
  return 'pipeline' in client && client.pipeline === true && (statement as { name?: string }).name === 'ledger-write'
}

async function query(text: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  return client.query(text, values).finally(() => client.end())
}

async function openEmpty(): Promise<PostgresLedger> {
  await query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  return open(database.url)
}

async function open(connectionString: string): Promise<PostgresLedger> {
  const ledger = await PostgresLedger.open({ connectionString })
  onTestFinished(() => ledger.close())
  return ledger
}

function developers({ developers: [giver, taker] }: TestRegistry) {
  if (!giver || !taker) throw new Error('the test registry has two developers')
  return { giver, taker, parties: { from: giver.holding, to: taker.holding } }
}

const summary = (outcome: Outcome) =>
  isReceipt(outcome) ? outcome.entry.body.ranges : isRefusal(outcome) ? [outcome.refused, outcome.detail] : outcome

/** The same on a ledger in memory, which has all of its state at hand, and on PostgreSQL. */
async function onBoth(story: (ledger: Ledger, registry: TestRegistry) => Promise<Outcome[]>): Promise<unknown[]> {
  const results: unknown[][] = []
  for (const ledger of [new MemoryLedger(), await openEmpty()]) {
    results.push((await story(ledger, await testRegistry(ledger))).map(summary))
  }
  expect(results[1]).toEqual(results[0])
  return results[1] ?? []
}

/** Serials that leave the giver so that it keeps pieces of two: 1-2, 4-5, 7-8 and so on. */
function everyThird(from: number, count: number): string[][] {
  return Array.from({ length: count }, (_, at) => [`${3 * (from + at) + 3}`, `${3 * (from + at) + 3}`])
}

async function cutIntoPieces(ledger: Ledger, registry: TestRegistry): Promise<string> {
  const { giver, parties } = developers(registry)
  const batch = await issued(registry, '1000')
  for (const from of [0, 60, 120]) {
    await done(ledger, giver.mandate, 'CreditsTransferred', { batch, ...parties, ranges: everyThird(from, 60) })
  }
  return batch
}

async function hold({ ledger, officer }: TestRegistry, batch: string, range: string[]): Promise<string> {
  const id = randomId()
  await done(ledger, officer, 'HoldPlaced', { hold: id, reason: 'other', account: null, batch, range })
  return id
}

test('what a hold set free earlier in a group can be taken later in it', async () => {
  const [, taken] = await onBoth(async (ledger, registry) => {
    const { giver, parties } = developers(registry)
    const batch = await issued(registry, '100')
    await done(ledger, giver.mandate, 'CreditsTransferred', { batch, ...parties, ranges: [['21', '30']] })
    const id = await hold(registry, batch, ['1', '20'])
    return Promise.all([
      send(ledger, registry.officer, 'HoldLifted', { hold: id }),
      send(ledger, giver.mandate, 'CreditsTransferred', { batch, ...parties, quantity: '50' }),
    ])
  })
  expect(taken).toEqual([
    ['1', '20'],
    ['31', '60'],
  ])
})

test('pieces that several holds cover together do not hide those behind them', async () => {
  const [taken] = await onBoth(async (ledger, registry) => {
    const { giver, parties } = developers(registry)
    const batch = await cutIntoPieces(ledger, registry)
    for (let at = 0; at < 105; at += 1) {
      for (const serial of [`${3 * at + 1}`, `${3 * at + 2}`]) await hold(registry, batch, [serial, serial])
    }
    return [await send(ledger, giver.mandate, 'CreditsTransferred', { batch, ...parties, quantity: '10' })]
  })
  expect(taken).toMatchObject({ 0: ['316', '317'] })
})

test('what earlier commands of a group took does not hide what is left', async () => {
  const [, , taken] = await onBoth(async (ledger, registry) => {
    const { giver, parties } = developers(registry)
    const batch = await cutIntoPieces(ledger, registry)
    const pieces = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => [`${3 * (from + at) + 1}`, `${3 * (from + at) + 2}`])
    const wishes = [{ ranges: pieces(0, 60) }, { ranges: pieces(60, 115) }, { quantity: '10' }, { quantity: '300' }]
    return Promise.all(
      wishes.map((wish) => send(ledger, giver.mandate, 'CreditsTransferred', { batch, ...parties, ...wish })),
    )
  })
  expect(taken).toMatchObject({ 0: ['346', '347'] })
})

test('the lowest units are taken though a neighbour in the group named higher ones', async () => {
  await onBoth(async (ledger, registry) => {
    const { giver, taker, parties } = developers(registry)
    const batch = await cutIntoPieces(ledger, registry)
    for (let at = 0; at < 102; at += 1) await hold(registry, batch, [`${3 * at + 1}`, `${3 * at + 2}`])
    const back = { batch, from: taker.holding, to: giver.holding, ranges: [['540', '540']] }
    return Promise.all([
      send(ledger, taker.mandate, 'CreditsTransferred', back),
      send(ledger, giver.mandate, 'CreditsTransferred', { batch, ...parties, quantity: '2' }),
    ])
  })
})

test('a decision loads no more runs than it may look at', async () => {
  const ledger = await openEmpty()
  const registry = await testRegistry(ledger)
  const { giver, parties } = developers(registry)
  const batch = await issued(registry, '100000')
  await query('DELETE FROM ledger_run WHERE batch = $1', [batch])
  await query(
    `INSERT INTO ledger_run
     SELECT 'national:XT/ITMO', n, n, $1, 'c', CASE n % 2 WHEN 0 THEN $2 ELSE $3 END, '' FROM generate_series(1, 100000) n`,
    [batch, parties.from, parties.to],
  )
  await query('ANALYZE ledger_run')
  const shelf = new Shelf()
  for (const { bytes } of await ledger.documents()) shelf.add(bytes)
  const pool = new pg.Pool({ connectionString: database.url })
  pool.on('error', () => undefined)
  onTestFinished(() => pool.end())
  const loadedRuns = (wish: object) =>
    inLane(pool, { checkClock: false }, async (client, head) => {
      const kept = new Kept(head, await ledgerRow(client))
      const law = shelf.inForce(kept.state.ledger())
      if (!law) throw new Error('the ledger has its documents')
      const request = { batch, ...parties, ...wish }
      const command = { type: 'CreditsTransferred', by: giver.mandate, approvals: [], key: 'k', request }
      const askFor: Ask = (wanted) => ask(client, wanted)
      await load(kept, [command], law, askFor)
      await loadForDecision(kept, command, law, askFor)
      return kept.state.runs(batch).size
    })
  expect(await loadedRuns({ ranges: [['1', '100000']] })).toBeLessThanOrEqual(102)
  expect(await loadedRuns({ quantity: '40000' })).toBeLessThanOrEqual(3 * 101)

  await query(`INSERT INTO ledger_hold VALUES ('h', $1, 1, 90001, NULL, 'other')`, [batch])
  expect(await loadedRuns({ quantity: '10' })).toBeLessThanOrEqual(6 * 101)
  await query('DELETE FROM ledger_hold')
  await query(`UPDATE ledger_head SET turn = 'by hand'`)

  const wide = { batch, ...parties, ranges: [['1', '100000']] }
  expect(await send(ledger, giver.mandate, 'CreditsTransferred', wide)).toMatchObject({
    refused: 'too-fragmented',
    detail: { fits: '100' },
  })
  const many = { batch, ...parties, quantity: '101' }
  expect(await send(ledger, giver.mandate, 'CreditsTransferred', many)).toMatchObject({
    refused: 'too-fragmented',
    detail: { fits: '100' },
  })
})

test('a range that was in too many runs and is so no more, is seen whole', async () => {
  const ledger = await openEmpty()
  const registry = await testRegistry(ledger)
  const [a, b] = registry.developers
  if (!a || !b) throw new Error('the test registry has two developers')
  const batch = await issued(registry, '500')
  const move = (from: typeof a, to: typeof a, ranges: string[][]) =>
    send(ledger, from.mandate, 'CreditsTransferred', { batch, from: from.holding, to: to.holding, ranges })
  const every = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => [`${from + 2 * at}`, `${from + 2 * at}`])
  const all = [['1', '150']]
  expect(await move(a, b, every(2, 75))).toMatchObject({ repeated: false })
  // From now on the process knows nothing, and loads what it is asked for.
  await query(`UPDATE ledger_head SET turn = 'by hand'`)
  expect(await move(a, b, all)).toMatchObject({ refused: 'too-fragmented', detail: { fits: '100' } })
  expect(await move(b, a, every(2, 50))).toMatchObject({ repeated: false })
  expect(await move(a, b, all)).toMatchObject({ refused: 'not-owned', detail: { held: '125' } })
  expect(await move(b, a, every(102, 25))).toMatchObject({ repeated: false })
  expect(await move(a, b, all)).toMatchObject({ repeated: false })
})

test('a command that breaks does not take its neighbours along', async () => {
  const ledger = await openEmpty()
  const registry = await testRegistry(ledger)
  const { giver, parties } = developers(registry)
  const batch = await issued(registry, '100')
  const broken = await issued(registry, '100')
  // A defect of the store is stood in for by a row that the database does not take.
  await query(`ALTER TABLE ledger_run ADD CHECK (batch <> '${broken}' OR account <> '${parties.to}') NOT VALID`)
  const { size } = await ledger.head()
  const outcomes = await Promise.allSettled(
    [batch, broken, batch].map((id) =>
      send(ledger, giver.mandate, 'CreditsTransferred', { batch: id, ...parties, quantity: '1' }),
    ),
  )
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect((await ledger.head()).size).toBe(size + 2)
})

test('in the lane a connection has its settings, whatever the URL says', async () => {
  await openEmpty()
  const url = new URL(database.url)
  url.searchParams.set('options', '-c synchronous_commit=off -c default_transaction_isolation=serializable')
  const pool = new pg.Pool({ connectionString: url.href })
  pool.on('error', () => undefined)
  onTestFinished(() => pool.end())
  const names = [
    'synchronous_commit',
    'lock_timeout',
    'idle_in_transaction_session_timeout',
    'transaction_isolation',
  ] as const
  const settings = await inLane(pool, { checkClock: true }, async (client) => {
    const { rows } = await client.query(`SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`)}`)
    return rows[0]
  })
  expect(names.map((name) => settings[name])).toEqual(['on', '2s', '2s', 'read committed'])
})

test('several processes may open an empty database at once', async () => {
  for (let round = 0; round < 5; round += 1) {
    await query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    await Promise.all(Array.from({ length: 4 }, () => open(database.url)))
  }
})

test('a schema that needs no change is only read', async () => {
  await openEmpty()
  const url = new URL(database.url)
  url.searchParams.set('options', '-c default_transaction_read_only=on')
  expect(await (await open(url.href)).head()).toEqual({ size: 0, at: '' })
})

test('a process whose clock is wrong writes nothing', async () => {
  const ledger = await openEmpty()
  const registry = await testRegistry(ledger)
  const { size } = await ledger.head()
  const place = () =>
    send(ledger, registry.officer, 'HoldPlaced', {
      hold: randomId(),
      reason: 'other',
      account: developers(registry).giver.holding,
      batch: null,
      range: null,
    })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
  onTestFinished(() => void vi.useRealTimers())
  const refused = await Promise.allSettled([place(), place()])
  for (const outcome of refused) expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(LedgerBusy) })
  expect(refused[0]).toMatchObject({ reason: { message: expect.stringMatching(/3600 s ahead of the database's/) } })
  expect((await ledger.head()).size).toBe(size)
  vi.useRealTimers()
  expect(isReceipt(await place())).toBe(true)
})

test('a commit whose answer was lost is answered as the first time, and repeated only after that', async () => {
  const ledger = await openEmpty()
  const registry = await testRegistry(ledger)
  const place = (key: string, holdId: string) => {
    const account = developers(registry).giver.holding
    const request = { hold: holdId, reason: 'other', account, batch: null, range: null }
    return send(ledger, registry.officer, 'HoldPlaced', request, key)
  }
  const query = pg.Client.prototype.query as (...values: unknown[]) => Promise<unknown>
  let lost = 0
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...values: unknown[]
  ) {
    const answer = query.apply(this, values)
    if ((values[0] !== 'COMMIT' && !isAhead(this, values[0])) || lost >= 2) return answer
    lost += 1
    return answer.then(() => Promise.reject(new Error('Connection terminated unexpectedly')))
  })
  onTestFinished(() => spy.mockRestore())
  const id = randomId()
  const outcomes = await Promise.all([place('lost', id), place('lost', id)])
  expect(lost).toBe(2)
  expect(outcomes.map((outcome) => isReceipt(outcome) && outcome.repeated)).toEqual([false, true])
  expect(await place('lost', id)).toMatchObject({ repeated: true })
})

test('an entry that is hidden from its stream, or listed under another type, is a difference', async () => {
  const ledger = await openEmpty()
  const registry = await testRegistry(ledger)
  const { giver, parties } = developers(registry)
  const batch = await issued(registry, '100')
  const moved = await done(ledger, giver.mandate, 'CreditsTransferred', { batch, ...parties, quantity: '1' })
  expect((await reconcile(ledger)).differences).toEqual([])
  await query('DELETE FROM ledger_stream WHERE id = $1 AND indexes[1] = $2', [giver.holding, moved.index])
  await query(`UPDATE ledger_entry SET type = 'HoldPlaced' WHERE index = 5`)
  await query(`INSERT INTO ledger_stream VALUES ('x', 1, '{1000000}')`)
  const { differences } = await reconcile(ledger)
  const expected = ['entry 5', `entry ${moved.index}`, 'entry 1000000', `stream ${giver.holding}`, 'stream x']
  expect(differences.map(({ what }) => what)).toEqual(expected)
  expect(differences[1]?.inStore).not.toContain(giver.holding)
  expect(differences[1]?.fromLog).toContain(giver.holding)
})

test('a stream is read from any revision on, however its entries were written', async () => {
  const ledger = await openEmpty()
  const registry = await testRegistry(ledger)
  const { giver, parties } = developers(registry)
  const batch = await issued(registry, '1000')
  const move = () => done(ledger, giver.mandate, 'CreditsTransferred', { batch, ...parties, quantity: '1' })
  await move()
  await Promise.all(Array.from({ length: 60 }, move))
  await move()
  const { rows } = await query('SELECT max(cardinality(indexes)) AS most FROM ledger_stream WHERE id = $1', [batch])
  expect(Number(rows[0]?.most)).toBeGreaterThan(20)
  const whole = await ledger.stream(batch, 0, 1_000)
  const revisions = whole.map((stored) => receiptOf(stored).entry.streams.find(([id]) => id === batch)?.[1])
  expect(revisions).toEqual(whole.map((_, at) => at + 1))
  for (let after = 0; after <= whole.length; after += 1) {
    expect(await ledger.stream(batch, after, 7)).toEqual(whole.slice(after, after + 7))
  }
})

test('founding is tried again when the database goes away', async () => {
  const ledger = await openEmpty()
  const query = pg.Client.prototype.query as (...values: unknown[]) => Promise<unknown>
  let failures = 0
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...values: unknown[]
  ) {
    if (values[0] !== 'COMMIT' || failures >= 3) return query.apply(this, values)
    failures += 1
    return Promise.reject(Object.assign(new Error('the server shuts down'), { code: '57P01' }))
  })
  onTestFinished(() => spy.mockRestore())
  const { genesis } = await testRegistry(ledger)
  expect(failures).toBe(3)
  expect(await ledger.genesis()).toEqual(genesis)
})
