import { decodeEntry, entryTypes, isRefusal } from '@tallystick/rules'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../tests/support/database.ts'
import { figure, lengths } from '../../../../tests/support/lengths.ts'
import { MemoryLedger } from '../memory.ts'
import { isReceipt, type Ledger, type Outcome, type Submission } from '../port.ts'
import { PostgresLedger } from '../postgres/store.ts'
import { reconcile } from '../reconcile.ts'
import { Replay } from '../verify/replay.ts'
import { inconsistenciesOf } from '../verify/units.ts'
import { again, testClock } from './model/clock.ts'
import { commands } from './model/commands.ts'
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

/** A ledger in memory that remembers what was sent to it, and the answers. */
class Recording extends MemoryLedger {
  readonly sent: { submission: Submission; outcome: Outcome }[] = []

  override async execute(submission: Submission): Promise<Outcome> {
    const outcome = await super.execute(submission)
    this.sent.push({ submission, outcome })
    return outcome
  }
}

test('every entry type but genesis has its place in the model', () => {
  const known = commands.map(({ type }) => type)
  expect(known.sort()).toEqual(
    entryTypes
      .map(({ type }) => type)
      .filter((type) => type !== 'Genesis')
      .sort(),
  )
})

test('a naive model, the ledger in memory and PostgreSQL agree on every command and on the log', async () => {
  const tries = new Tries()
  let sent = 0
  await fc.assert(
    fc.asyncProperty(arbitraryLife, async (life) => {
      const clock = testClock()
      const memory = new Recording(() => clock.look(), SECRET)
      const registry = await testRegistry(memory)
      await live({ ledger: memory, clock, count: (type, answer) => tries.count(type, answer) }, registry, life)
      sent += memory.sent.length
      expect(await inconsistencies(memory)).toEqual([])

      const servers = await openServers(life, again(clock.told))
      const [postgres] = servers
      try {
        await postgres.found(
          registry.genesis,
          (await memory.documents()).map(({ bytes }) => bytes),
        )
        for (let at = 0; at < memory.sent.length; at += life.burst) {
          const part = memory.sent.slice(at, at + life.burst)
          const server = servers[(at / life.burst) % servers.length] ?? postgres
          const outcomes = await Promise.all(part.map(({ submission }) => told(server, submission)))
          expect(outcomes.map(summary)).toEqual(part.map(({ outcome }) => summary(outcome)))
        }
        expect(await leaves(postgres)).toEqual(await leaves(memory))
        expect((await reconcile(postgres)).differences).toEqual([])
      } finally {
        await Promise.all(servers.map((server) => server.close()))
      }
    }),
    // The seed and the path that it prints are enough to go on with; to shrink a life takes longer than a test may.
    { numRuns: lengths.sequences, endOnFailure: true },
  )
  figure('model', `${lengths.sequences} sequences, ${sent} commands, ${tries.kinds} kinds of answer, 0 divergences`)
  if (process.env.TALLYSTICK_ANSWERS) console.log(tries.told())
})

/** A failure names the command that it came from. */
async function told(ledger: Ledger, submission: Submission): Promise<Outcome> {
  try {
    return await ledger.execute(submission)
  } catch (cause) {
    throw new Error(`${cause}, at ${JSON.stringify(submission)}`, { cause })
  }
}

/** How often each command was tried, and how it ended. */
class Tries {
  readonly #answers = new Map<string, Map<string, number>>()

  count(type: string, answer: string): void {
    const answers = this.#answers.get(type) ?? new Map<string, number>()
    this.#answers.set(type, answers.set(answer, (answers.get(answer) ?? 0) + 1))
  }

  get kinds(): number {
    return [...this.#answers.values()].reduce((sum, answers) => sum + answers.size, 0)
  }

  /** One line for each command: how many of its tries succeeded, and why the others did not. */
  told(): string {
    const lines = [...this.#answers].map(([type, answers]) => {
      const all = [...answers.values()].reduce((sum, times) => sum + times, 0)
      const done = answers.get('carried out') ?? 0
      const refused = [...answers].filter(([answer]) => answer !== 'carried out').sort(([, a], [, b]) => b - a)
      const why = refused.map(([answer, times]) => `${answer} ${times}`).join(', ')
      return `${`${Math.round((100 * done) / all)}`.padStart(3)} % of ${all} ${type}: ${why}`
    })
    return lines.sort().join('\n')
  }
}

/** What is counted differently in a second way, in the state that the log makes. */
async function inconsistencies(ledger: Ledger): Promise<unknown[]> {
  const replay = new Replay()
  for (const { sha256, bytes } of await ledger.documents()) replay.shelve(sha256, bytes)
  for (const { bytes, leaf } of await ledger.entries(0, 10_000)) {
    const entry = decodeEntry(bytes)
    const broken = isRefusal(entry) ? entry : replay.take(entry, leaf)
    if (broken) return [broken]
  }
  return inconsistenciesOf(replay.state)
}

function summary(outcome: Outcome): unknown {
  if (isReceipt(outcome)) return { index: outcome.index, leaf: outcome.leaf, repeated: outcome.repeated }
  return isRefusal(outcome) ? { refused: outcome.refused, detail: outcome.detail } : outcome
}

async function leaves(ledger: Ledger): Promise<string[]> {
  return (await ledger.entries(0, 10_000)).map(({ leaf }) => leaf)
}

/**
 * As many servers on one new ledger, which know nothing of each other. With small groups some of them are under way at the
 * same time.
 */
async function openServers(
  { servers, mostInGroup }: { servers: number; mostInGroup: number },
  clock: () => Date,
): Promise<[PostgresLedger, ...PostgresLedger[]]> {
  await emptyDatabase()
  const open = () => PostgresLedger.open({ connectionString: database.url }, { clock, mostInGroup })
  return [await open(), ...(await Promise.all(Array.from({ length: servers - 1 }, open)))]
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
