import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  isReceipt,
  keyFolder,
  keyFromFile,
  newGenesis,
  PostgresLedger,
  randomId,
  verifyEd25519,
} from '@tallystick/ledger'
import { type Genesis, leafOf, sha256Bytes } from '@tallystick/rules'
import { openCheckpoint, parseVkey, rootOf } from '@tallystick/tlog'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { Dice } from '../../support/ledger-fixture.ts'
import { figure, lengths } from '../../support/lengths.ts'
import { scratchFolder } from '../../support/log-files.ts'

const PROCESS = fileURLToPath(new URL('signer-process.ts', import.meta.url))
const seed = process.env.TEST_SEED ?? String(Date.now())
console.log(`TEST_SEED=${seed}`)
const dice = new Dice(seed)

interface Signed {
  size: number
  root: string
  note: string
}
interface Run {
  signed: Signed[]
  published: boolean | undefined
  refused: string | undefined
  killed: boolean
}

let database: TestDatabase
let admin: pg.Client
let genesis: Genesis
const made: string[] = []

beforeAll(async () => {
  database = await testDatabase()
  admin = new pg.Client({ connectionString: new URL('/postgres', database.url).href })
  await admin.connect()
})

afterAll(async () => {
  for (const name of made) await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await admin.end()
  await database.close()
})

/** A copy of a database as it is now: a backup, or the restore of one. */
async function copyOf(url: string): Promise<string> {
  const name = `${new URL(database.url).pathname.slice(1)}_${randomBytes(4).toString('hex')}`
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${new URL(url).pathname.slice(1)}`)
  made.push(name)
  return new URL(`/${name}`, database.url).href
}

async function withLedger<T>(url: string, work: (ledger: PostgresLedger) => Promise<T>): Promise<T> {
  const ledger = await PostgresLedger.open({ connectionString: url })
  return work(ledger).finally(() => ledger.close())
}

/** Entries that no other database has. */
function grow(url: string, count = 1 + dice.below(4)): Promise<void> {
  return withLedger(url, async (ledger) => {
    for (let at = 0; at < count; at += 1) {
      const request = { mandate: randomId(), organisation: genesis.authority, role: 'government/Root', limit: null }
      const key = { sender: 'test', id: randomId() }
      const outcome = await ledger.execute({
        type: 'MandateGranted',
        by: genesis.system,
        key,
        requestHash: '',
        request,
      })
      if (!isReceipt(outcome)) throw new Error(JSON.stringify(outcome))
    }
  })
}

/** The owner of the database rewrites an entry, its leaf and every hash above it. */
async function rewrite(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ index: string; bytes: Buffer }>(
    'SELECT index, bytes FROM ledger_entry ORDER BY index',
  )
  const row = dice.pick(rows.slice(1))
  const bytes = Buffer.from(row.bytes.toString().replace('"limit":null', '"limit":"1"'))
  await client.query('UPDATE ledger_entry SET bytes = $2, leaf = $3 WHERE index = $1', [
    row.index,
    bytes,
    Buffer.from(leafOf(bytes), 'hex'),
  ])
  for (const table of ['ledger_node', 'ledger_integrated']) await client.query(`DELETE FROM ${table}`)
  if (dice.below(2) === 0) await client.query('DELETE FROM ledger_checkpoint')
  await client.end()
}

function runSigner(url: string, folder: string, killAt = ''): Promise<Run> {
  const child = spawn(process.execPath, [PROCESS, url, folder, killAt], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (data) => {
    output += String(data)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (_code, signal) => {
      const lines = output
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
      resolve({
        signed: lines.flatMap(({ signed }) => signed ?? []),
        published: lines.find((line) => 'published' in line)?.published,
        refused: lines.find((line) => 'refused' in line)?.refused,
        killed: signal === 'SIGKILL',
      })
    })
  })
}

/** Every checkpoint that was ever signed is one of the true log, and none says anything else of the same size. */
async function expectOneHistory(url: string, signed: readonly Signed[]): Promise<void> {
  const vkey = parseVkey(sha256Bytes, genesis.key)
  await withLedger(url, async (ledger) => {
    for (const { size, root, note } of signed) {
      expect(await openCheckpoint(note, { vkeys: [vkey], verifyEd25519 })).toMatchObject({ size })
      const own = await rootOf(sha256Bytes, size, (runs) => ledger.tree.read(runs))
      expect(Buffer.from(own).toString('hex'), `the checkpoint of size ${size}`).toBe(root)
    }
  })
}

test('whatever is done to databases and processes, one history is signed', async () => {
  const folder = join(await scratchFolder(), 'signer')
  await keyFromFile(join(folder, 'key.pem'))
  const key = await keyFromFile(join(folder, 'key.pem'))
  const founding = newGenesis({
    country: { code: 'XT', name: 'Exampleland' },
    timeZone: 'UTC',
    test: true,
    keyFor: key.vkey,
  })
  genesis = founding.genesis
  expect(await keyFolder(folder).find(genesis.key)).toBeDefined()
  let truth = database.url
  await withLedger(truth, (ledger) => ledger.found(genesis, founding.documents))
  await grow(truth)
  const signed: Signed[] = (await runSigner(truth, folder)).signed
  expect(signed).toHaveLength(1)
  const [counts, refusals] = [new Map<string, number>(), new Set(['ForkError', 'BehindError'])]
  const attack = async (name: string, url: string, killAt = '') => {
    const run = await runSigner(url, folder, killAt)
    counts.set(name, (counts.get(name) ?? 0) + 1)
    expect(run, name).toMatchObject({ signed: [], published: undefined, killed: false })
    expect(refusals, name).toContain(run.refused)
  }

  for (let round = 0; round < lengths.crashes; round += 1) {
    const backup = await copyOf(truth)
    await grow(truth)
    switch (round % 5) {
      case 0: {
        // Restored, and written to: shorter, as long, or longer than what was signed.
        signed.push(...(await runSigner(truth, folder)).signed)
        if (dice.below(2) === 0) await grow(backup, 1 + dice.below(8))
        await attack('restored', backup)
        break
      }
      case 1: {
        signed.push(...(await runSigner(truth, folder)).signed)
        const altered = await copyOf(truth)
        await rewrite(altered)
        await grow(altered)
        await attack('rewritten', altered)
        break
      }
      case 2: {
        // Killed between what is on its disk and what it publishes; then the older database comes back, and the true one.
        const dead = await runSigner(truth, folder, 'publish')
        expect(dead).toMatchObject({ killed: true })
        signed.push(...dead.signed)
        await grow(backup, 1 + dice.below(8))
        await attack('killed before publishing', backup)
        const again = await runSigner(truth, folder)
        expect(again).toMatchObject({ published: true })
        signed.push(...again.signed)
        break
      }
      case 3: {
        const dead = await runSigner(truth, folder, dice.pick(['sign', 'published']))
        expect(dead.killed).toBe(true)
        signed.push(...dead.signed)
        break
      }
      default: {
        // Two signers with one key folder at once, each with a history of its own: one of them is signed, for good.
        await grow(backup, 1 + dice.below(4))
        const runs = await Promise.all([runSigner(truth, folder), runSigner(backup, folder)])
        const first = runs.findIndex((run) => run.signed.length > 0)
        expect(runs.filter((run) => run.signed.length > 0)).toHaveLength(1)
        expect(refusals).toContain(runs[1 - first]?.refused)
        counts.set('two at once', (counts.get('two at once') ?? 0) + 1)
        signed.push(...(runs[first]?.signed ?? []))
        // Whichever was signed first is the true history from now on.
        if (first === 1) truth = backup
      }
    }
  }
  await grow(truth)
  const last = await runSigner(truth, folder)
  expect(last).toMatchObject({ published: true })
  await expectOneHistory(truth, [...signed, ...last.signed])
  const attacks = [...counts].map(([name, count]) => `${name} ${count}`).join(', ')
  figure(
    'fork and rollback',
    `${lengths.crashes} rounds, ${signed.length + 1} checkpoints signed, 0 forks (${attacks})`,
  )
})
