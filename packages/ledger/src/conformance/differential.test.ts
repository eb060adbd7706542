import { createHash } from 'node:crypto'
import { isRefusal } from '@tallystick/rules'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../tests/support/database.ts'
import { MemoryLedger } from '../memory.ts'
import { isReceipt, type Ledger, type Outcome, type Submission } from '../port.ts'
import { PostgresLedger } from '../postgres/store.ts'
import { reconcile } from '../reconcile.ts'
import { issue, issued, type TestRegistry, testRegistry } from './registry.ts'

const SECRET = Buffer.alloc(32, 7)
const SEQUENCES = Number(process.env.TALLYSTICK_SEQUENCES ?? 30)

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database?.close())

/** Every ledger of a run sees the same time. */
function ticking(): () => Date {
  let now = Date.UTC(2026, 0, 1)
  return () => {
    now += 1
    return new Date(now)
  }
}

const idFrom = (seed: string) => createHash('sha256').update(seed).digest('hex').slice(0, 32)

/** A ledger in memory that remembers what was sent to it, and the answers. */
class Recording extends MemoryLedger {
  readonly sent: { submission: Submission; outcome: Outcome }[] = []

  override async execute(submission: Submission): Promise<Outcome> {
    const outcome = await super.execute(submission)
    this.sent.push({ submission, outcome })
    return outcome
  }
}

const kinds = [
  'quantity',
  'range',
  'range',
  'pieces',
  'retire',
  'hold',
  'hold',
  'lift',
  'suspend',
  'reactivate',
  'issue',
  'mirror',
  'repeat',
] as const

const step = fc.record({
  kind: fc.constantFrom(...kinds),
  from: fc.nat(1),
  to: fc.nat(1),
  first: fc.nat(130),
  length: fc.integer({ min: 1, max: 40 }),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

test('memory and PostgreSQL write the same log for the same commands', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      fc.boolean(),
      async (steps, burst, inPieces) => {
        const memory = new Recording(ticking(), SECRET)
        const registry = await testRegistry(memory)
        const batch = await issued(registry, inPieces ? '600' : '120')
        if (inPieces) for (const from of [2, 182]) await giveEveryThird(memory, registry, batch, from)
        for (const [at, one] of steps.entries()) await take(memory, registry, batch, one, at)

        const postgres = await openEmpty()
        try {
          await postgres.found(
            registry.genesis,
            (await memory.documents()).map(({ bytes }) => bytes),
          )
          for (let at = 0; at < memory.sent.length; at += burst) {
            const part = memory.sent.slice(at, at + burst)
            const outcomes = await Promise.all(part.map(({ submission }) => postgres.execute(submission)))
            expect(outcomes.map(summary)).toEqual(part.map(({ outcome }) => summary(outcome)))
          }
          expect(await leaves(postgres)).toEqual(await leaves(memory))
          expect((await reconcile(postgres)).differences).toEqual([])
        } finally {
          await postgres.close()
        }
      },
    ),
    { numRuns: SEQUENCES },
  )
})

/** Leaves the first developer with pieces of two units: more of them than one command may take. */
async function giveEveryThird(ledger: Recording, registry: TestRegistry, batch: string, from: number) {
  const [giver, taker] = registry.developers
  if (!giver || !taker) return
  await ledger.execute({
    type: 'CreditsTransferred',
    by: giver.mandate,
    request: { batch, from: giver.holding, to: taker.holding, ranges: singles(from, 60, 3) },
    key: { sender: 'test', id: `pieces-${from}` },
    requestHash: 'pieces',
  })
}

const singles = (from: number, count: number, step: number) =>
  Array.from({ length: count }, (_, at) => [`${from + step * at + 1}`, `${from + step * at + 1}`])

/** One random command, lawful or not. */
async function take(
  ledger: Recording,
  registry: TestRegistry,
  batch: string,
  { kind, from, to, first, length }: Step,
  at: number,
) {
  const [giver, taker] = [registry.developers[from], registry.developers[to]]
  if (!giver || !taker) return
  const send = (by: string, type: string, request: unknown) =>
    ledger.execute({
      type,
      by,
      request,
      key: { sender: 'test', id: `step-${at}` },
      requestHash: JSON.stringify(request),
    })
  const ranges = [[`${first + 1}`, `${first + length}`]]
  const movement = { batch, from: giver.holding, to: taker.holding }
  const quantity = `${length % 4 === 0 ? 6 * length : length}`
  if (kind === 'quantity') await send(giver.mandate, 'CreditsTransferred', { ...movement, quantity })
  if (kind === 'pieces') {
    const pieces = singles(2 * first, length, 1 + (first % 3))
    await send(giver.mandate, 'CreditsTransferred', { ...movement, ranges: length % 2 ? pieces : ranges })
  }
  if (kind === 'range') await send(giver.mandate, 'CreditsTransferred', { ...movement, ranges })
  if (kind === 'retire') {
    const end = { ...movement, to: giver.retirement, purpose: 'voluntary', beneficiary: null }
    await send(giver.mandate, 'CreditsRetired', length % 2 ? { ...end, ranges } : { ...end, quantity: `${length}` })
  }
  if (kind === 'hold') {
    const target = length % 3 === 0 ? { account: giver.holding, batch: null } : { account: null, batch }
    const wide = [`${first + 1}`, `${first + 6 * length}`]
    const range = length % 3 === 0 || length === 1 ? null : length % 3 === 1 ? ranges[0] : wide
    await send(registry.officer, 'HoldPlaced', { hold: idFrom(`hold ${first % 9}`), reason: 'other', range, ...target })
  }
  if (kind === 'lift') await send(registry.officer, 'HoldLifted', { hold: idFrom(`hold ${first % 9}`) })
  if (kind === 'suspend' || kind === 'reactivate') {
    const type = kind === 'suspend' ? 'AccountSuspended' : 'AccountReactivated'
    await send(registry.officer, type, { account: giver.holding, reason: 'other' })
  }
  if (kind === 'issue') await issue(registry, `${length}`, { batch: idFrom(`batch ${at}`) })
  if (kind === 'mirror') await sendMirror(send, registry, first, length)
  const earlier = ledger.sent.at(-1 - (first % 10))
  if (kind === 'repeat' && earlier) await ledger.execute(earlier.submission)
}

async function sendMirror(
  send: (by: string, type: string, request: unknown) => Promise<Outcome>,
  { genesis }: TestRegistry,
  first: number,
  length: number,
) {
  const accounts = { active: idFrom('active'), retired: idFrom('retired'), cancelled: idFrom('cancelled') }
  if (first % 7 === 0) return send(genesis.system, 'MirrorOpened', { registry: 'elsewhere', ...accounts })
  const fate = ['active', 'retired', 'cancelled'][length % 3]
  return send(genesis.system, 'MirrorRecorded', {
    registry: 'elsewhere',
    space: 'elsewhere:S',
    range: [`${first}`, `${first + length}`],
    project: { id: idFrom(`project ${length}`), code: '77' },
    vintage: first % 11 === 0 ? '2021' : '2020',
    unitType: 'VCU',
    issued: fate === 'active' || length % 2 === 0,
    issuedOn: null,
    fate,
    fateOn: null,
    facts: createHash('sha256').update(`${first}`).digest('hex'),
  })
}

function summary(outcome: Outcome): unknown {
  if (isReceipt(outcome)) return { index: outcome.index, leaf: outcome.leaf, repeated: outcome.repeated }
  return isRefusal(outcome) ? { refused: outcome.refused, detail: outcome.detail } : outcome
}

async function leaves(ledger: Ledger): Promise<string[]> {
  return (await ledger.entries(0, 10_000)).map(({ leaf }) => leaf)
}

async function openEmpty(): Promise<PostgresLedger> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  const ledger = await PostgresLedger.open({ connectionString: database.url }, { clock: ticking() })
  await client.query(`INSERT INTO ledger_secret (name, value) VALUES ('idempotency', $1)`, [SECRET])
  await client.end()
  return ledger
}
