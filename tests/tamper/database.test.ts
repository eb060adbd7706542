import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CheckpointSigner,
  exportLog,
  FolderSource,
  ForkError,
  Integrator,
  PostgresLedger,
  reconcile,
  verifyLog,
} from '@tallystick/ledger'
import { type Entry, sha256Bytes } from '@tallystick/rules'
import { parseCheckpoint, parseNote, parseVkey, signCheckpoint } from '@tallystick/tlog'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  done,
  issued,
  type TestRegistry,
  testKey,
  testRegistry,
} from '../../packages/ledger/src/conformance/registry.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { figure } from '../support/lengths.ts'
import { entryIn, rewriteHistory } from './rewrite.ts'

/** A database that a superuser may do anything to, with its constraints off, and all keys if need be. */
interface Loot {
  ledger: PostgresLedger
  sql(text: string, values?: unknown[]): Promise<void>
  /** Replaces entries, with everything that is computed from their bytes. */
  rewrite(change: (entry: Entry, index: number) => Entry | undefined): Promise<void>
  /** Computes the tree anew and signs it with the stolen key. */
  signAgain(): Promise<void>
}

let base: TestDatabase
let folder: string
let registry: TestRegistry
let batch: string
/** Indexes of entries by type, first to last. */
const indexes = new Map<string, number[]>()
let size = 0
const copies: string[] = []

beforeAll(async () => {
  base = await testDatabase()
  folder = await mkdtemp(join(tmpdir(), 'loot-'))
  const ledger = await PostgresLedger.open({ connectionString: base.url })
  registry = await testRegistry(ledger)
  batch = await issued(registry, '1000')
  await live()
  await new Integrator(ledger).catchUp()
  await new CheckpointSigner(ledger, testKey, join(folder, 'signed.json')).step()
  await exportLog(ledger, join(folder, 'log'))
  size = (await ledger.head()).size
  for (const stored of await ledger.entries(0, size)) {
    const { type } = entryIn(stored)
    indexes.set(type, [...(indexes.get(type) ?? []), stored.index])
  }
  await ledger.close()
})

afterAll(async () => {
  const server = new URL(base.url)
  server.pathname = '/postgres'
  await withClient(server.href, async (client) => {
    for (const name of copies) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  })
  await base?.close()
  await rm(folder, { recursive: true, force: true })
})

async function live(): Promise<void> {
  const { ledger, officer, developers } = registry
  const [giver, taker] = developers
  if (!giver || !taker) throw new Error('the test registry has two developers')
  const parties = { batch, from: giver.holding }
  for (let at = 0; at < 6; at += 1) {
    await done(ledger, giver.mandate, 'CreditsTransferred', { ...parties, to: taker.holding, quantity: '10' })
  }
  const end = { ...parties, to: giver.retirement, purpose: 'voluntary', beneficiary: null }
  await done(ledger, giver.mandate, 'CreditsRetired', { ...end, quantity: '5' })
  const hold = { hold: 'cd'.repeat(16), reason: 'court-order', account: null, batch, range: ['300', '310'] }
  await done(ledger, officer, 'HoldPlaced', hold)
  await done(ledger, giver.mandate, 'CreditsTransferred', { ...parties, to: taker.holding, quantity: '7' })
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  return work(client).finally(() => client.end())
}

/** A copy of the database for one crime. */
async function loot(): Promise<Loot & { close(): Promise<void> }> {
  const original = new URL(base.url).pathname.slice(1)
  const name = `${original}_${copies.length}`
  const url = new URL(base.url)
  url.pathname = '/postgres'
  await withClient(url.href, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${original}`))
  copies.push(name)
  url.pathname = `/${name}`
  const ledger = await PostgresLedger.open({ connectionString: url.href })
  const client = new pg.Client({ connectionString: url.href })
  client.on('error', () => undefined)
  await client.connect()
  await client.query("SET session_replication_role = 'replica'")
  const sql = async (text: string, values: unknown[] = []) => {
    await client.query(text, values)
  }
  return {
    ledger,
    sql,
    async rewrite(change) {
      const rewritten = rewriteHistory(await ledger.entries(0, size), change)
      await sql('TRUNCATE ledger_entry, ledger_stream, ledger_node, ledger_integrated')
      for (const stored of rewritten) {
        const { type, streams } = entryIn(stored)
        const { index, leaf, bytes } = stored
        await sql('INSERT INTO ledger_entry (index, type, leaf, bytes) VALUES ($1, $2, $3, $4)', [
          index,
          type,
          Buffer.from(leaf, 'hex'),
          Buffer.from(bytes),
        ])
        for (const [id, revision] of streams) {
          await sql('INSERT INTO ledger_stream (id, revision, indexes) VALUES ($1, $2, ARRAY[$3::bigint])', [
            id,
            revision,
            index,
          ])
        }
      }
      await sql('UPDATE ledger_head SET size = $1', [rewritten.length])
      await new Integrator(ledger).catchUp()
    },
    async signAgain() {
      await sql('TRUNCATE ledger_checkpoint, ledger_node, ledger_integrated')
      await new Integrator(ledger).catchUp()
      const integrated = await ledger.tree.integrated()
      if (!integrated) throw new Error('there is a tree to sign')
      const { origin } = registry.genesis
      const root = Buffer.from(integrated.root, 'hex')
      const note = await signCheckpoint({ origin, size: integrated.size, root }, [testKey.signer(origin)])
      await ledger.tree.putCheckpoint({ ...integrated, note, at: new Date().toISOString() })
    },
    async close() {
      await client.end()
      await ledger.close()
    },
  }
}

const first = (type: string) => indexes.get(type)?.[0] ?? -1
const giver = () => registry.developers[0]?.holding ?? ''

/** What must be found, and by whom. */
interface Found {
  /** What `reconcile` names, and the rule where it is an entry. */
  reconcile?: { what: RegExp; rule?: string }
  /** The signer signs nothing more. */
  signer?: true
  /** What `verify` names in what the forger publishes under the stolen key. */
  verify?: { entry?: number; offset?: number; rule?: string; code?: string }
  /** `verify --since` with the checkpoint that somebody kept. */
  since?: string
}

interface Crime {
  what: string
  commit(loot: Loot): Promise<void>
  found(): Found
}

const inBody = (index: number, body: (old: Entry['body']) => Entry['body']) => (entry: Entry, at: number) =>
  at === index ? { ...entry, body: { ...entry.body, ...body(entry.body) } } : entry

/** An issuance ten times as large, in which all the numbers agree. */
function inflated(body: Entry['body']): Entry['body'] {
  const { parts } = body.allotted as { parts: [string, string, string][] }
  const [a, b] = parts
  return {
    quantity: '10000',
    certified: '10000',
    allotted: {
      itmos: null,
      first: '1',
      parts: [
        [a?.[0], '1', '6000'],
        [b?.[0], '6001', '10000'],
      ],
    },
  }
}

const crimes: Crime[] = [
  {
    what: 'an issuance made ten times as large, with all hashes, streams, tree and signature anew',
    async commit({ rewrite, signAgain }) {
      await rewrite(inBody(first('BatchIssued'), inflated))
      await signAgain()
    },
    found: () => ({
      reconcile: { what: new RegExp(`^entry ${first('BatchIssued')}$`), rule: 'approval-mismatch' },
      signer: true,
      verify: { entry: first('BatchIssued'), rule: 'approval-mismatch' },
      since: 'fork',
    }),
  },
  {
    what: 'a transfer that takes other units than it did, all computed anew',
    async commit({ rewrite, signAgain }) {
      await rewrite(inBody(first('CreditsTransferred'), () => ({ ranges: [['601', '610']] })))
      await signAgain()
    },
    found: () => ({
      reconcile: { what: new RegExp(`^entry ${first('CreditsTransferred')}$`), rule: 'not-owned' },
      signer: true,
      verify: { entry: first('CreditsTransferred'), rule: 'not-owned' },
      since: 'fork',
    }),
  },
  {
    what: 'a grant left out of the log, all computed anew',
    async commit({ rewrite, signAgain }) {
      await rewrite((entry, index) => (index === indexes.get('MandateGranted')?.at(-2) ? undefined : entry))
      await signAgain()
    },
    found: () => ({
      reconcile: { what: /^entry \d+$/, rule: 'mandate-unknown' },
      signer: true,
      verify: { rule: 'mandate-unknown' },
      since: 'rollback',
    }),
  },
  {
    what: 'a hold left out, so that what was moved against it seems lawful: only who kept a checkpoint can tell',
    async commit({ rewrite, signAgain }) {
      await rewrite((entry, index) => (index === first('HoldPlaced') ? undefined : entry))
      await signAgain()
    },
    found: () => ({ reconcile: { what: /^hold |^key |^entry / }, signer: true, since: 'rollback' }),
  },
  {
    what: 'the bytes of one entry changed under its leaf',
    commit: ({ sql }) =>
      sql(`UPDATE ledger_entry SET bytes = overlay(bytes placing 'x'::bytea from 40) WHERE index = $1`, [
        first('CreditsTransferred'),
      ]),
    found: () => ({ reconcile: { what: new RegExp(`^(leaf of )?entry ${first('CreditsTransferred')}$`) } }),
  },
  {
    what: 'a balance raised',
    async commit({ sql }) {
      await sql('ALTER TABLE ledger_balance DROP CONSTRAINT IF EXISTS ledger_balance_check')
      await sql('UPDATE ledger_balance SET credits = credits + 1000000 WHERE account = $1', [giver()])
    },
    found: () => ({ reconcile: { what: new RegExp(`^balance ${giver()}`) } }),
  },
  {
    what: 'units given to another owner',
    commit: ({ sql }) => sql('UPDATE ledger_run SET account = $1 WHERE first = 601', [giver()]),
    found: () => ({ reconcile: { what: /^run national:XT\/ITMO 601$/ } }),
  },
  {
    what: 'a batch made larger in its row alone',
    commit: ({ sql }) =>
      sql(`UPDATE ledger_row SET row = jsonb_set(row, '{last}', '"2000"') WHERE kind = 'batch' AND id = $1`, [batch]),
    found: () => ({ reconcile: { what: new RegExp(`^batch ${batch}$`) } }),
  },
  {
    what: 'a mandate given another role',
    commit: ({ sql }) =>
      sql(
        `UPDATE ledger_row SET row = jsonb_set(row, '{role}', '"government/Admin"') WHERE kind = 'mandate' AND id = $1`,
        [registry.developers[0]?.mandate],
      ),
    found: () => ({ reconcile: { what: new RegExp(`^mandate ${registry.developers[0]?.mandate}$`) } }),
  },
  {
    what: 'a hold taken away',
    commit: ({ sql }) => sql('DELETE FROM ledger_hold'),
    found: () => ({ reconcile: { what: /^hold (cd){16}$/ } }),
  },
  {
    what: 'a used idempotency key taken away',
    commit: ({ sql }) => sql('DELETE FROM ledger_key WHERE index = $1', [first('CreditsRetired')]),
    found: () => ({ reconcile: { what: /^key / } }),
  },
  {
    what: 'an entry taken out of the stream of an account',
    commit: ({ sql }) =>
      sql('DELETE FROM ledger_stream WHERE id = $1 AND $2 = ANY(indexes)', [giver(), first('CreditsTransferred')]),
    found: () => ({ reconcile: { what: new RegExp(`^entry ${first('CreditsTransferred')}$`) } }),
  },
  {
    what: 'the database put back to an older backup',
    async commit({ rewrite, sql }) {
      await rewrite((entry, index) => (index < size - 3 ? entry : undefined))
      await sql('DELETE FROM ledger_checkpoint')
    },
    found: () => ({ signer: true }),
  },
  {
    what: 'an older backup, signed again with the stolen key',
    async commit({ rewrite, signAgain }) {
      await rewrite((entry, index) => (index < size - 3 ? entry : undefined))
      await signAgain()
    },
    found: () => ({ signer: true, since: 'rollback' }),
  },
  {
    what: 'a hash of the tree replaced',
    async commit({ sql }) {
      await sql(`UPDATE ledger_entry SET leaf = sha256('another') WHERE index = $1`, [first('BatchIssued')])
    },
    found: () => ({
      reconcile: { what: new RegExp(`^leaf of entry ${first('BatchIssued')}$`) },
      verify: { code: 'tile-differs', offset: 32 * first('BatchIssued') },
    }),
  },
  {
    what: 'a root that is not that of the entries',
    commit: ({ sql }) => sql('UPDATE ledger_integrated SET root = $1', ['ab'.repeat(32)]),
    found: () => ({ signer: true }),
  },
]

async function savedCheckpoint() {
  const note = await readFile(join(folder, 'log', 'checkpoint'))
  return { ...parseCheckpoint(parseNote(note).text), note }
}

/** What a stranger finds in the log that is published from this database. */
async function published(ledger: PostgresLedger, since?: Awaited<ReturnType<typeof savedCheckpoint>>) {
  const target = await mkdtemp(join(folder, 'published-'))
  await exportLog(ledger, target)
  const vkey = parseVkey(sha256Bytes, registry.genesis.key)
  return verifyLog(new FolderSource(target), { vkey, since })
}

test('what nobody has touched is whole for all of them', async () => {
  const { ledger, close } = await loot()
  expect((await reconcile(ledger)).differences).toEqual([])
  expect(await new CheckpointSigner(ledger, testKey, join(folder, 'signed.json')).step()).toBe(false)
  expect(await published(ledger, await savedCheckpoint())).toMatchObject({ outcome: 'whole', findings: [] })
  await close()
})

let solved = 0

test.each(crimes)('found: $what', async ({ commit, found }) => {
  const crime = await loot()
  await commit(crime)
  const { reconcile: named, signer, verify, since } = found()
  if (named) {
    const { differences } = await reconcile(crime.ledger)
    const wanted = { what: expect.stringMatching(named.what), ...(named.rule ? { fromLog: named.rule } : {}) }
    expect(differences).toContainEqual(expect.objectContaining(wanted))
  }
  if (signer) {
    const step = new CheckpointSigner(crime.ledger, testKey, join(folder, 'signed.json')).step()
    await expect(step).rejects.toThrow(ForkError)
  }
  if (verify) {
    const { outcome, findings } = await published(crime.ledger)
    expect(outcome).toBe('wrong')
    const { entry, offset, ...wanted } = verify
    const where = Object.fromEntries(Object.entries({ entry, offset }).filter(([, value]) => value !== undefined))
    expect(findings).toContainEqual(expect.objectContaining({ ...wanted, where: expect.objectContaining(where) }))
  }
  if (since) {
    const { findings } = await published(crime.ledger, await savedCheckpoint())
    expect(findings.map(({ code }) => code)).toContain(since)
  }
  await crime.close()
  solved += 1
})

test('all of them', () => {
  expect(solved).toBe(crimes.length)
  figure('tamper', `${crimes.length} crimes in a database, all named`)
})
