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

async function open(mostInGroup?: number, clock?: () => Date): Promise<PostgresLedger> {
  const groups = mostInGroup === undefined ? {} : { mostInGroup }
  const ledger = await PostgresLedger.open({ connectionString: database.url }, { ...groups, ...(clock && { clock }) })
  onTestFinished(() => ledger.close())
  return ledger
}

/** Two processes on one ledger, each of which knows all that the registry is made of. */
async function two(
  mostInGroup?: number,
  clock?: () => Date,
): Promise<{ one: PostgresLedger; other: PostgresLedger; registry: TestRegistry; batch: string }> {
  await query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  const one = await open(mostInGroup, clock)
  const registry = await testRegistry(one)
  const batch = await issued(registry, '1000')
  return { one, other: await open(mostInGroup, clock), registry, batch }
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
      const commits = values[0] === 'COMMIT' || wordOf(values[0]) === 'ledger-write'
      if (!commits || failures > 0) return real.apply(this, values)
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

/** What a connection is told to do, in a word. */
function wordOf(statement: unknown): string {
  if (typeof statement !== 'string') return (statement as { name?: string }).name ?? ''
  return statement.slice(0, 6).trim()
}

type Told = () => Promise<unknown>

/** Whatever a connection is told goes through `turn`, which may wait, fail, or let it happen and fail then. */
function standBetween(turn: (word: string, tell: Told, values: unknown[]) => Promise<unknown>): void {
  const real = Client.prototype.query as (...values: unknown[]) => Promise<unknown>
  const spy = vi.spyOn(Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...values: unknown[]) {
    const told = typeof values.at(-1) === 'function' ? undefined : wordOf(values[0])
    const given = (values[0] as { values?: unknown[] }).values ?? []
    return told === undefined ? real.apply(this, values) : turn(told, () => real.apply(this, values), given)
  })
  onTestFinished(() => spy.mockRestore())
}

const lost = () => Promise.reject(new Error('Connection terminated unexpectedly'))

/** With groups so small each command is worth one beside those under way. */
const ONE_BY_ONE = 4

/** Groups that were written and committed in a row by one process, so that it decides the next one ahead. */
async function settled(ledger: PostgresLedger, transfer: (ledger: PostgresLedger) => Promise<Outcome>): Promise<void> {
  for (let at = 0; at < 3; at += 1) expect(refusal(await transfer(ledger))).toBe('done')
}

test.for([
  { what: 'is committed', end: (commit: Told) => commit(), outcomes: ['done', 'not-enough-credits'] },
  { what: 'fails', end: lost, outcomes: ['done', 'not-enough-credits'] },
  {
    what: 'is committed and not confirmed',
    end: (commit: Told) => commit().then(lost),
    outcomes: ['done', 'not-enough-credits'],
  },
])(
  'a group decided on one that is being written is right whatever comes of that: it $what',
  async ({ end, outcomes }) => {
    const { one, registry, batch } = await two(ONE_BY_ONE)
    await settled(one, move(registry, batch, '1'))
    const [committing, decided, release] = [0, 0, 0].map(() => Promise.withResolvers<void>())
    let commits = 0
    standBetween(async (word, tell) => {
      if (word === 'ledger-load' && commits === 1) decided?.resolve()
      if (word !== 'ledger-write') return tell()
      commits += 1
      if (commits > 1) return tell()
      committing?.resolve()
      await release?.promise
      return end(tell)
    })
    // The giver owns 600 of the 1,000, less the three.
    const first = move(registry, batch, '597')(one)
    await committing?.promise
    const second = move(registry, batch, '597')(one)
    await decided?.promise
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(commits).toBe(1)
    release?.resolve()
    expect([await first, await second].map(refusal).sort()).toEqual(outcomes)
    expect((await reconcile(one)).differences).toEqual([])
  },
)

test.for([
  { what: 'is committed', end: (commit: Promise<unknown>) => commit },
  { what: 'is committed and not confirmed', end: (commit: Promise<unknown>) => commit.then(lost) },
])('groups sent one behind the other are right whatever comes of the first: it $what', async ({ end }) => {
  const { one, registry, batch } = await two(ONE_BY_ONE)
  await settled(one, move(registry, batch, '1'))
  const [committing, followed, release] = [0, 0, 0].map(() => Promise.withResolvers<void>())
  let writings = 0
  standBetween(async (word, tell) => {
    if (word !== 'ledger-write') return tell()
    writings += 1
    const told = tell()
    if (writings > 1) followed?.resolve()
    if (writings !== 1) return told
    committing?.resolve()
    await release?.promise
    return end(told)
  })
  const first = move(registry, batch, '300')(one)
  await committing?.promise
  const second = move(registry, batch, '290')(one)
  // It is sent though the first is not answered.
  await followed?.promise
  release?.resolve()
  expect([await first, await second].map(refusal)).toEqual(['done', 'done'])
  expect([await first, await second].map((outcome) => isReceipt(outcome) && outcome.repeated)).toEqual([false, false])
  expect((await reconcile(one)).differences).toEqual([])
})

test('what was sent behind a writing that the database refused writes nothing, and is decided anew', async () => {
  const { one, registry, batch } = await two(ONE_BY_ONE)
  await settled(one, move(registry, batch, '1'))
  const { size } = await one.head()
  await query(`ALTER TABLE ledger_entry ADD CHECK (index <> ${size}) NOT VALID`)
  const [committing, followed] = [0, 0].map(() => Promise.withResolvers<void>())
  let writings = 0
  standBetween(async (word, tell) => {
    if (word !== 'ledger-write') return tell()
    writings += 1
    const told = tell()
    told.catch(() => undefined) // told below
    if (writings > 1) followed?.resolve()
    if (writings !== 1) return told
    committing?.resolve()
    await followed?.promise
    return told
  })
  const transfer = move(registry, batch, '1')
  const first = transfer(one).catch(() => 'broken')
  await committing?.promise
  const second = transfer(one).catch(() => 'broken')
  expect([await first, await second]).toEqual(['broken', 'broken'])
  expect((await one.head()).size).toBe(size)
  await query(`ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_index_check`)
  expect(refusal(await transfer(one))).toBe('done')
  expect((await reconcile(one)).differences).toEqual([])
})

test('a refusal is not answered before the group is committed that it was judged on', async () => {
  const { one, registry, batch } = await two(ONE_BY_ONE)
  await settled(one, move(registry, batch, '1'))
  const [committing, release] = [0, 0].map(() => Promise.withResolvers<void>())
  let [commits, answered] = [0, 0]
  standBetween(async (word, tell) => {
    if (word !== 'ledger-write') return tell()
    commits += 1
    if (commits === 1) {
      committing?.resolve()
      await release?.promise
    }
    return tell()
  })
  const first = move(registry, batch, '597')(one)
  await committing?.promise
  const second = move(
    registry,
    batch,
    '1',
  )(one).finally(() => {
    answered += 1
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(answered).toBe(0)
  release?.resolve()
  expect([await first, await second].map(refusal)).toEqual(['done', 'not-enough-credits'])
})

/** The first group to be written is held back until `release`; `reached`: it is. */
function holdFirstWriting(): { reached: Promise<void>; release: () => void } {
  const reached = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  let entered = 0
  standBetween(async (word, tell) => {
    if (word !== 'ledger-write') return tell()
    entered += 1
    if (entered === 1) {
      reached.resolve()
      await released.promise
    }
    return tell()
  })
  return { reached: reached.promise, release: released.resolve }
}

test('who was overtaken between deciding and the lane decides anew', async () => {
  const { one, other, registry, batch } = await two(ONE_BY_ONE)
  const account = registry.developers[0]?.holding
  await settled(one, move(registry, batch, '1'))
  const { reached, release } = holdFirstWriting()
  const overtaken = move(registry, batch, '1')(one)
  await reached
  await done(other, registry.officer, 'AccountSuspended', { account, reason: 'other' })
  release()
  expect(refusal(await overtaken)).toBe('account-not-active')
  expect((await reconcile(one)).differences).toEqual([])
})

test('who was overtaken by the same command, in the same millisecond, answers that it is repeated', async () => {
  const { one, other, registry, batch } = await two(ONE_BY_ONE, () => new Date('2026-01-01T00:00:00Z'))
  const [giver, taker] = registry.developers
  const request = { batch, from: giver?.holding, to: taker?.holding, quantity: '1' }
  await settled(one, move(registry, batch, '1'))
  const { reached, release } = holdFirstWriting()
  const sent = (ledger: PostgresLedger) =>
    send(ledger, giver?.mandate ?? '', 'CreditsTransferred', request, 'sent to both')
  const overtaken = sent(one)
  await reached
  const first = await sent(other)
  release()
  const second = await overtaken
  expect(first).toMatchObject({ repeated: false })
  expect(second).toEqual({ ...first, repeated: true })
})

test('a key that is sent again while its group is being written has one entry', async () => {
  const { one, registry, batch } = await two(ONE_BY_ONE)
  const [giver, taker] = registry.developers
  await settled(one, move(registry, batch, '1'))
  const request = { batch, from: giver?.holding, to: taker?.holding, quantity: '1' }
  const { size } = await one.head()
  const outcomes: Outcome[] = []
  await Promise.all(
    Array.from({ length: 60 }, async (_, at) => {
      await new Promise((resolve) => setTimeout(resolve, at % 20))
      outcomes.push(await send(one, giver?.mandate ?? '', 'CreditsTransferred', request, `key ${at % 7}`))
    }),
  )
  expect(outcomes.filter((outcome) => isReceipt(outcome) && !outcome.repeated)).toHaveLength(7)
  expect(outcomes.filter(isReceipt)).toHaveLength(60)
  expect((await one.head()).size).toBe(size + 7)
  expect((await reconcile(one)).differences).toEqual([])
})

test('processes that overtake each other while the same keys come again and again write each command once', async () => {
  const { one, other, registry, batch } = await two(ONE_BY_ONE)
  const [giver, taker] = registry.developers
  const request = { batch, from: giver?.holding, to: taker?.holding, quantity: '1' }
  const { size } = await one.head()
  const answers = new Map<string, Outcome[]>()
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const sender = async (ledger: PostgresLedger, at: number, busy: boolean) => {
    for (let round = 0; round < 60; round += 1) {
      const key = `${busy ? 'a' : 'b'} ${(round * 7 + at) % 100}`
      const outcome = await send(ledger, giver?.mandate ?? '', 'CreditsTransferred', request, key)
      answers.set(key, [...(answers.get(key) ?? []), outcome])
      await pause(busy ? (round * at) % 4 : 5 + ((round + at) % 30))
    }
  }
  const senders = Array.from({ length: 14 }, (_, at) => (at < 12 ? sender(one, at, true) : sender(other, at, false)))
  await Promise.all(senders)
  for (const outcomes of answers.values()) {
    const receipts = outcomes.filter(isReceipt)
    expect(receipts).toHaveLength(outcomes.length)
    expect(new Set(receipts.map(({ index }) => index)).size).toBe(1)
    expect(receipts.filter(({ repeated }) => !repeated)).toHaveLength(1)
  }
  expect((await one.head()).size).toBe(size + answers.size)
  expect((await reconcile(one)).differences).toEqual([])
}, 60_000)

test('runs that are loaded for everybody at once leave each account its lowest units', async () => {
  await query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  const one = await open()
  const registry = await testRegistry(one)
  const [giver] = registry.developers
  if (!giver) throw new Error('the test registry has developers')
  const batch = await issued(registry, '10000')
  const [first] = (await one.runs('national:XT/ITMO', { first: 0n, last: 1n }, 1)).map((run) => run.first)
  const accounts = Array.from({ length: 120 }, () => ({ id: randomId(), units: [] as bigint[] }))
  await Promise.all(
    accounts.map(({ id }) =>
      done(one, registry.officer, 'AccountsOpened', {
        organisation: giver.organisation,
        accounts: [{ kind: 'holding', account: id }],
      }),
    ),
  )
  // Every other unit of the giver's: more runs than are loaded at once.
  const give = async (to: { id: string; units: bigint[] }, at: number) => {
    for (let n = 0; n < 25; n += 1) to.units.push((first ?? 0n) + BigInt(2 * (n * accounts.length + at)))
    const ranges = to.units.map((unit) => [String(unit), String(unit)])
    await done(one, giver.mandate, 'CreditsTransferred', { batch, from: giver.holding, to: to.id, ranges })
  }
  await Promise.all(accounts.map(give))
  const other = await open()
  const asked: unknown[] = []
  standBetween((word, tell, values) => {
    if (word === 'ledger-load') asked.push(...(values[10] as number[]))
    return tell()
  })
  for (let round = 0; round < 6; round += 1) {
    await Promise.all(
      accounts.map(async ({ id, units }) => {
        const request = { batch, from: id, to: giver.holding, quantity: '4' }
        const outcome = await send(other, giver.mandate, 'CreditsTransferred', request)
        const ranges = isReceipt(outcome) ? (outcome.entry.body.ranges as [string, string][]) : []
        const expected = units.splice(0, 4).map((unit) => [String(unit), String(unit)])
        expect(ranges).toEqual(expected)
      }),
    )
  }
  expect(asked.filter((most) => most === 4_000).length).toBeGreaterThan(1)
  expect((await reconcile(one)).differences).toEqual([])
})
