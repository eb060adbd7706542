import { connect as connectTo, createServer, type Socket } from 'node:net'
import type pg from 'pg'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../tests/support/database.ts'
import { isReceipt, type Outcome } from '../port.ts'
import { PostgresLedger } from '../postgres/store.ts'
import { reconcile } from '../reconcile.ts'
import { issued, send, type TestRegistry, testRegistry } from './registry.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database?.close())

/** A registry on an empty ledger, and one of its batches. */
async function opened(connection: pg.PoolConfig) {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public').finally(() => client.end())
  const ledger = await PostgresLedger.open(connection)
  onTestFinished(() => ledger.close())
  const registry = await testRegistry(ledger)
  return { ledger, move: await mover(ledger, registry) }
}

/** Transfers between the two developers; the first one has 600 units. */
async function mover(ledger: PostgresLedger, registry: TestRegistry) {
  const batch = await issued(registry, '1000')
  const [first, second] = registry.developers
  if (!first || !second) throw new Error('the test registry has two developers')
  return (quantity: string, { back = false, key }: { back?: boolean; key?: string } = {}): Promise<Outcome> => {
    const [from, to] = back ? [second, first] : [first, second]
    return send(
      ledger,
      from.mandate,
      'CreditsTransferred',
      { batch, from: from.holding, to: to.holding, quantity },
      key,
    )
  }
}

/** A way to the database on which the connections of now can be made silent: nothing passes, and nobody is told. */
async function wayThatFallsSilent() {
  const { port, hostname } = new URL(database.url)
  const silent = new Set<Socket>()
  const open = new Set<Socket>()
  const proxy = createServer((near) => {
    const far = connectTo(Number(port), hostname)
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      open.add(from)
      from.on('data', (data) => silent.has(near) || to.write(data))
      from.on('error', () => undefined)
      from.on('close', () => to.destroy())
    }
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    proxy.close()
  })
  const address = proxy.address()
  const url = new URL(database.url)
  url.host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const fallSilent = () => {
    for (const socket of open) silent.add(socket)
  }
  return { url: url.href, fallSilent }
}

test('where the network falls silent, a command is written on a new connection, once', async () => {
  const { url, fallSilent } = await wayThatFallsSilent()
  const { ledger, move } = await opened({ connectionString: url, query_timeout: 2_000 })
  for (let at = 0; at < 4; at += 1) expect(isReceipt(await move('1'))).toBe(true)
  const { size } = await ledger.head()
  fallSilent()
  const outcomes = await Promise.all(Array.from({ length: 40 }, () => move('1')))
  expect(outcomes.every(isReceipt)).toBe(true)
  const reader = await PostgresLedger.open({ connectionString: database.url })
  onTestFinished(() => reader.close())
  expect((await reader.head()).size).toBe(size + 40)
  expect((await reconcile(reader)).differences).toEqual([])
})

test('the first answer to a command never says that it came again, whatever fails after the writing', async () => {
  const { move } = await opened({ connectionString: database.url })
  for (let at = 0; at < 4; at += 1) await move('1', { key: `known ${at}` })
  const real = Client.prototype.query as (...values: unknown[]) => unknown
  let [written, failed] = [false, false]
  const spy = vi.spyOn(Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...values: unknown[]) {
    const [asked] = values as [{ name?: string }]
    if (asked.name === 'ledger-write') {
      return (real.apply(this, values) as Promise<unknown>).then((result) => {
        written = true
        return result
      })
    }
    if (!written || failed) return real.apply(this, values)
    failed = true
    const error = new Error('Connection terminated unexpectedly')
    const callback = values.at(-1)
    if (typeof callback !== 'function') return Promise.reject(error)
    setImmediate(() => callback(error))
  } as typeof Client.prototype.query)
  onTestFinished(() => spy.mockRestore())
  const [fresh] = await Promise.all([move('1', { key: 'new' }), move('1', { key: 'known 1' })])
  expect(failed).toBe(true)
  expect(fresh).toMatchObject({ repeated: false })
})

test('commands are decided in the order in which they were called, also behind those that write nothing', async () => {
  const { move } = await opened({ connectionString: database.url })
  for (let at = 0; at < 4; at += 1) await move('1', { back: at % 2 === 1 })
  const won = (outcomes: Outcome[]) => outcomes.filter(isReceipt).length
  for (let round = 0; round < 15; round += 1) {
    const groups = (quantity: string, options = {}) => Array.from({ length: 100 }, () => move(quantity, options))
    // Of 600, 100 leave; then 520 are not there; only what comes back afterwards would make them so.
    const calls = [groups('99999'), groups('1'), groups('520'), groups('1', { back: true })]
    const answers = await Promise.all(calls.map((of) => Promise.all(of)))
    expect(answers.map(won)).toEqual([0, 100, 0, 100])
  }
})
