import { isReceipt, reconcile } from '@tallystick/ledger'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Dice } from '../../support/ledger-fixture.ts'
import { figure, lengths } from '../../support/lengths.ts'
import { fill, openPurses, openSharedRegistry, type Purse, type SharedRegistry, transfer } from './registry.ts'

const PROCESSES = 3
const CLIENTS = 8
const PURSES = 10
const EACH = 1_000

let shared: SharedRegistry
let purses: Purse[]
let batch: string
beforeAll(async () => {
  shared = await openSharedRegistry(PROCESSES)
  purses = await openPurses(shared, PURSES)
  batch = await fill(shared, purses, EACH)
})
afterAll(() => shared?.close())

/** Sums of one moment: of balances, of runs, and the lowest balance. */
async function snapshot(
  client: pg.Client,
): Promise<{ balances: bigint; runs: bigint; lowest: bigint; unequal: number }> {
  const accounts = [purses.map(({ account }) => account)]
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const balances = await client.query<{ account: string; balance: string }>(
    'SELECT account, sum(credits - debits)::text AS balance FROM ledger_balance WHERE account = ANY($1) GROUP BY account',
    accounts,
  )
  const runs = await client.query<{ account: string; units: string }>(
    'SELECT account, sum(last - first + 1)::text AS units FROM ledger_run WHERE account = ANY($1) GROUP BY account',
    accounts,
  )
  await client.query('COMMIT')
  const units = new Map(runs.rows.map((row) => [row.account, BigInt(row.units)]))
  const held = balances.rows.map((row) => BigInt(row.balance))
  return {
    balances: held.reduce((sum, balance) => sum + balance, 0n),
    runs: [...units.values()].reduce((sum, one) => sum + one, 0n),
    lowest: held.reduce((low, balance) => (balance < low ? balance : low), held[0] ?? 0n),
    unequal: balances.rows.filter((row) => (units.get(row.account) ?? 0n) !== BigInt(row.balance)).length,
  }
}

test(`${PROCESSES} processes transfer for ${lengths.seconds} s: whoever looks sees the same total, and nobody below zero`, async () => {
  const until = Date.now() + lengths.seconds * 1_000
  const counts = { transfers: 0, refused: 0, snapshots: 0 }
  const client = async (number: number) => {
    const dice = new Dice(`bank ${number} ${Date.now()}`)
    for (let at = 0; Date.now() < until; at += 1) {
      const from = dice.pick(purses)
      const to = dice.pick(purses.filter((one) => one !== from))
      const submission = transfer(batch, from, to.account, 1 + dice.below(EACH / 2))
      const key = { sender: `client ${number}`, id: `${at}` }
      const outcome = await dice.pick(shared.processes).execute({ ...submission, key })
      counts[isReceipt(outcome) ? 'transfers' : 'refused'] += 1
    }
  }
  const reader = async () => {
    const session = new pg.Client({ connectionString: shared.database.url })
    await session.connect()
    while (Date.now() < until) {
      const total = BigInt(PURSES * EACH)
      const { lowest, ...sums } = await snapshot(session)
      expect(sums).toEqual({ balances: total, runs: total, unequal: 0 })
      expect(lowest).toBeGreaterThanOrEqual(0n)
      counts.snapshots += 1
    }
    await session.end()
  }
  await Promise.all([...Array.from({ length: CLIENTS }, (_, at) => client(at)), reader()])
  expect(counts.transfers).toBeGreaterThan(0)
  expect(counts.snapshots).toBeGreaterThan(1)
  expect((await reconcile(shared.ledger)).differences).toEqual([])
  const { transfers, refused, snapshots } = counts
  figure('bank', `${transfers} transfers, ${refused} refused, ${snapshots} snapshots with the same total, 0 below zero`)
})
