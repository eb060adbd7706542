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
let emptyDatabase: () => Promise<void>
let onEnd: (() => Promise<void>) | undefined
beforeAll(async () => {
  database = await testDatabase()
  emptyDatabase = await prepareDatabase()
})
afterAll(async () => {
  await onEnd?.()
  await database?.close()
})

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

      const servers = await openServers(life.servers)
      const [postgres] = servers
      try {
        await postgres.found(
          registry.genesis,
          (await memory.documents()).map(({ bytes }) => bytes),
        )
        for (let at = 0; at < memory.sent.length; at += life.burst) {
          const part = memory.sent.slice(at, at + life.burst)
          const server = servers[(at / life.burst) % servers.length] ?? postgres
          const outcomes = await Promise.all(part.map(({ submission }) => server.execute(submission)))
          expect(outcomes.map(summary)).toEqual(part.map(({ outcome }) => summary(outcome)))
        }
        expect(await leaves(postgres)).toEqual(await leaves(memory))
        expect((await reconcile(postgres)).differences).toEqual([])
      } finally {
        await Promise.all(servers.map((server) => server.close()))
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

/** As many servers on one new ledger, which know nothing of each other. */
async function openServers(count: number): Promise<[PostgresLedger, ...PostgresLedger[]]> {
  await emptyDatabase()
  const clock = ticking()
  const open = () => PostgresLedger.open({ connectionString: database.url }, { clock })
  return [await open(), ...(await Promise.all(Array.from({ length: count - 1 }, open)))]
}

/** Makes the schema and the secret that all ledgers of the run have; tells how to come back to that. */
async function prepareDatabase(): Promise<() => Promise<void>> {
  await (await PostgresLedger.open({ connectionString: database.url })).close()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  onEnd = () => client.end()
  await client.query(`INSERT INTO ledger_secret (name, value) VALUES ('idempotency', $1)`, [SECRET])
  const { rows } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  )
  const tables = rows.map(({ name }) => name)
  const fresh: [table: string, content: string][] = []
  for (const table of tables) {
    const found = await client.query(`SELECT coalesce(json_agg(t), '[]')::text AS content FROM ${table} t`)
    if (found.rows[0].content !== '[]') fresh.push([table, found.rows[0].content])
  }
  return async () => {
    await client.query(`TRUNCATE ${tables.join(', ')}`)
    for (const [table, content] of fresh) {
      await client.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [content])
    }
  }
}
