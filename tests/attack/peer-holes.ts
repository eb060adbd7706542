import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { Api, type Cast, registerProject, setUpCast } from '../support/api.ts'
import { testDatabase } from '../support/database.ts'
import { type ServerProcess, startServer } from '../support/server.ts'

/** A hole that was found in another registry, and what shows that it is none here. */
export interface Hole {
  number: number
  hole: string
  /** Tried over HTTP, against a server of its own, by the test `hole N: …` beside this file. */
  isTried?: true
  /** Tests elsewhere that try it: a file, and what stands in the title. */
  coveredBy?: readonly (readonly [file: string, title: string])[]
  /** Why it cannot be here. */
  reason?: string
}

const contention = 'tests/e2e/contention.test.ts'
const crash = 'tests/e2e/crash.test.ts'
const server = 'apps/server/src'

/** Every hole, by its number. */
export const HOLES: readonly Hole[] = [
  { number: 1, hole: 'fields smuggled into a body pass the check of ownership', isTried: true },
  { number: 2, hole: 'a right on some projects is taken for a right on all', isTried: true },
  { number: 3, hole: 'an unknown API key reads what is private', isTried: true },
  { number: 4, hole: 'anybody cancels the transfers of others', isTried: true },
  { number: 5, hole: 'reads without a guard, or without asking whose it is', isTried: true },
  { number: 6, hole: 'a filter of the sender undoes the filter of the server', isTried: true },
  { number: 7, hole: 'strangers register as Root or as a ministry', isTried: true },
  {
    number: 8,
    hole: 'a suspended organisation goes on with an open session',
    isTried: true,
    coveredBy: [[`${server}/organisations/suspension.test.ts`, 'ends the sessions and links of its people at once']],
  },
  {
    number: 9,
    hole: 'people change their own role or address, or delete themselves',
    isTried: true,
    coveredBy: [[`${server}/users/users.test.ts`, 'nobody removes himself']],
  },
  {
    number: 10,
    hole: 'SQL is built out of filters, sort keys and ids',
    isTried: true,
    coveredBy: [[`${server}/hostile.test.ts`, 'whatever is asked of an operation']],
  },
  {
    number: 11,
    hole: 'passwords and keys are kept in plain text, and files overwrite what people changed',
    isTried: true,
    coveredBy: [
      [`${server}/onboarding/files/files.test.ts`, 'adds the samples of the documentation'],
      [`${server}/onboarding/files/passwords.test.ts`, 'never changes a password or a role'],
      [`${server}/sessions/passwords.test.ts`, 'what is stored lets nobody in'],
    ],
  },
  { number: 12, hole: 'secrets have defaults that everybody knows', isTried: true },
  {
    number: 13,
    hole: 'tokens can be guessed, addresses can be asked for, tries are not counted',
    isTried: true,
    coveredBy: [
      [`${server}/onboarding/registrations.test.ts`, 'is the same whether an address or a tax id is known'],
      [`${server}/sessions/passwords.test.ts`, 'is slowed down for one address'],
      [`${server}/sessions/password-links.test.ts`, 'is answered alike whether the address is'],
    ],
  },
  { number: 14, hole: 'whole requests stand in the log of the server', isTried: true },
  { number: 15, hole: 'any origin, no headers, large bodies, pictures with scripts', isTried: true },
  { number: 16, hole: 'files that spreadsheets carry out; lists that tell everybody’s address', isTried: true },
  {
    number: 17,
    hole: 'two at once spend the same',
    isTried: true,
    coveredBy: [[contention, 'contenders for one balance through two processes']],
  },
  {
    number: 18,
    hole: 'half of a change is written and the answer is success',
    isTried: true,
    coveredBy: [[crash, 'under load loses nothing and doubles nothing']],
  },
  {
    number: 19,
    hole: 'a crash between two writes leaves something stuck',
    coveredBy: [
      [crash, 'under load loses nothing and doubles nothing'],
      [`${server}/platform/notify.test.ts`, 'tells once when it is repeated'],
    ],
  },
  { number: 20, hole: 'credits are floats', isTried: true },
  { number: 21, hole: 'nobody adds up', isTried: true },
  { number: 22, hole: 'nothing said means everything; odd calls crash', isTried: true },
  { number: 23, hole: 'what was received cannot be used again; one serial for all owners', isTried: true },
  {
    number: 24,
    hole: 'the ledger can be changed, and nobody outside can tell',
    isTried: true,
    coveredBy: [
      ['tests/tamper/database.test.ts', 'found: $what'],
      ['tests/attack/role-powers.test.ts', 'what the owner cannot take away is refused by name'],
    ],
  },
  { number: 25, hole: 'authorised twice, a project gets two serials', isTried: true },
  { number: 26, hole: 'two issuances pass one cap; the sender says when', isTried: true },
  {
    number: 27,
    hole: 'whoever follows the ledger skips what was written out of order, or stops for ever',
    coveredBy: [[`${server}/platform/mail/feed.test.ts`, 'tells of each entry once, whoever feeds and however often']],
  },
  {
    number: 28,
    hole: 'counters of copies count twice when they are replayed',
    reason:
      'There is no second copy of state that counts: what is shown is read from the rows of the ledger, which are written with their entry; an index over entries has a key for each row.',
  },
  {
    number: 29,
    hole: 'mail is sent twice, or poisons the queue, or before the command is written',
    coveredBy: [
      [`${server}/platform/mail/mailer.test.ts`, 'is part of the transaction that it is given'],
      [`${server}/platform/mail/mailer.test.ts`, 'fails only the mail that the server refuses for good'],
      [`${server}/platform/mail/crash.test.ts`, 'each once to a reader who drops doubles, whatever breaks'],
    ],
  },
  {
    number: 30,
    hole: 'reads cost more with history',
    coveredBy: [
      [`${server}/reads.test.ts`, 'read by index, however much there is'],
      [`${server}/history/cost.test.ts`, 'a page is read by index, and looks at little'],
    ],
  },
  {
    number: 31,
    hole: 'schema made on the fly; countries compiled in',
    coveredBy: [
      ['packages/ledger/src/postgres/migrate.test.ts', 'an older program, and a file that was edited, are refused'],
      ['tests/presets.test.ts', 'who follows the worked example of docs/presets.md to the letter has a law'],
    ],
  },
  {
    number: 32,
    hole: 'no test of the ledger',
    reason: 'This folder, `packages/ledger/src/conformance` and `tests` are them.',
  },
  {
    number: 33,
    hole: 'limits are per process; health is always fine',
    coveredBy: [
      [`${server}/onboarding/registrations.test.ts`, 'is stopped per network'],
      [`${server}/server.test.ts`, 'is not healthy while its database cannot be reached'],
      [`${server}/system/system.test.ts`, 'is not well where nobody has signed for a minute'],
    ],
  },
  {
    number: 34,
    hole: 'times in seconds and milliseconds, days of the server’s zone',
    reason: 'Instants have one form, checked by every schema; legal days are compared in UTC (docs/decisions/0036).',
  },
  {
    number: 35,
    hole: 'an import stops at its first error and repeats itself',
    coveredBy: [[`${server}/import/import.test.ts`, 'may be said again in other words, without effect']],
  },
  { number: 36, hole: 'one language', coveredBy: [['tests/locales.test.ts', 'lists every family of texts']] },
]

/** A registry in a process of its own, with people, a project and units; and a look into its database. */
export interface Stage {
  url: string
  server: ServerProcess
  cast: Cast
  nobody: Api
  project: string
  authorisation: string
  pool: pg.Pool
  /** How many entries the log has. */
  size(): Promise<number>
  /** Of the server. */
  dataDir: string
  databaseUrl: string
  close(): Promise<void>
}

export async function openStage(env: Record<string, string> = {}): Promise<Stage> {
  const dataDir = await mkdtemp(join(tmpdir(), 'peer-holes-'))
  const database = await testDatabase()
  const running = await startServer({ DATABASE_URL: database.url, DATA_DIR: dataDir, ...env })
  const cast = await setUpCast(running.url, running.linkFor, 'root@authority.example')
  const { project, authorisation } = await registerProject(cast, ['60', '40'], '10000')
  const pool = new pg.Pool({ connectionString: database.url, max: 2 })
  pool.on('error', () => undefined)
  return {
    url: running.url,
    server: running,
    cast,
    nobody: new Api(running.url),
    project: project.id,
    authorisation: authorisation.id,
    pool,
    dataDir,
    databaseUrl: database.url,
    async size() {
      const { rows } = await pool.query<{ size: string }>('SELECT size FROM ledger_head')
      return Number(rows[0]?.size)
    },
    async close() {
      await pool.end()
      await running.kill()
      await database.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** One operation of the OpenAPI document. */
export interface Described {
  id: string
  method: string
  path: string
  needsSignIn: boolean
  parameters: { name: string; in: 'path' | 'query' }[]
}

/** What the server says that it does. */
export async function operationsOf({ nobody }: Pick<Stage, 'nobody'>): Promise<Described[]> {
  const { paths } = await nobody.get('/national/openapi.json')
  type Operation = { operationId: string; security?: unknown[]; parameters?: Described['parameters'] }
  return Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, security = [], parameters = [] }]) => ({
      id: operationId,
      method: method.toUpperCase(),
      path,
      needsSignIn: security.length > 0,
      parameters: parameters.filter((one) => one.in === 'path' || one.in === 'query'),
    })),
  )
}

/** The address of an operation with something in each place of its path. */
export function addressOf({ path }: Pick<Described, 'path'>, value: string): string {
  return path.replace(/\{\w+\}/g, encodeURIComponent(value))
}
