import { isRefusal } from '@tallystick/rules'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../tests/support/database.ts'
import { figure, lengths } from '../../../../tests/support/lengths.ts'
import { MemoryLedger } from '../memory.ts'
import { isReceipt, type Ledger, type Outcome, type Submission } from '../port.ts'
import { PostgresLedger } from '../postgres/store.ts'
import { reconcile } from '../reconcile.ts'
import { arbitraryLife, live } from './model/play.ts'
import { testRegistry } from './registry.ts'

const SECRET = Buffer.alloc(32, 7)

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

/** A ledger in memory that remembers what was sent to it, and the answers. */
class Recording extends MemoryLedger {
  readonly sent: { submission: Submission; outcome: Outcome }[] = []

  override async execute(submission: Submission): Promise<Outcome> {
    const outcome = await super.execute(submission)
    this.sent.push({ submission, outcome })
    return outcome
  }
}

test('a naive model, the ledger in memory and PostgreSQL agree on every command and on the log', async () => {
  const answers = new Map<string, number>()
  const count = (answer: string) => answers.set(answer, (answers.get(answer) ?? 0) + 1)
  await fc.assert(
    fc.asyncProperty(arbitraryLife, async (life) => {
      const memory = new Recording(ticking(), SECRET)
      const registry = await testRegistry(memory)
      await live(memory, registry, life)
      for (const { submission, outcome } of memory.sent) count(`${submission.type} ${answerOf(outcome)}`)

      const postgres = await openEmpty()
      try {
        await postgres.found(
          registry.genesis,
          (await memory.documents()).map(({ bytes }) => bytes),
        )
        for (let at = 0; at < memory.sent.length; at += life.burst) {
          const part = memory.sent.slice(at, at + life.burst)
          const outcomes = await Promise.all(part.map(({ submission }) => postgres.execute(submission)))
          expect(outcomes.map(summary)).toEqual(part.map(({ outcome }) => summary(outcome)))
        }
        expect(await leaves(postgres)).toEqual(await leaves(memory))
        expect((await reconcile(postgres)).differences).toEqual([])
      } finally {
        await postgres.close()
      }
    }),
    { numRuns: lengths.sequences },
  )
  const sent = [...answers.values()].reduce((sum, times) => sum + times, 0)
  figure('model', `${lengths.sequences} sequences, ${sent} commands, ${answers.size} kinds of answer, 0 divergences`)
  if (process.env.TALLYSTICK_ANSWERS) console.log([...answers].sort())
})

function answerOf(outcome: Outcome): string {
  return isReceipt(outcome) ? 'carried out' : isRefusal(outcome) ? outcome.refused : 'key-reused'
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
