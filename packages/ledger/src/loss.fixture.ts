import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../tests/support/database.ts'
import { scratchFolder } from '../../../tests/support/log-files.ts'
import { done, issued, type TestRegistry, testKey, testRegistry } from './conformance/registry.ts'
import { randomId } from './founding.ts'
import { Integrator } from './integrator.ts'
import { PostgresLedger } from './postgres/store.ts'
import { exportLog } from './publish.ts'
import { CheckpointSigner } from './signer.ts'
import type { KeyRing, SigningKey } from './signing-key.ts'

export interface Open {
  database: TestDatabase
  ledger: PostgresLedger
}

export async function open(database?: TestDatabase): Promise<Open> {
  const own = database ?? (await testDatabase())
  const ledger = await PostgresLedger.open({ connectionString: own.url })
  onTestFinished(() => own.close())
  onTestFinished(() => ledger.close().catch(() => undefined))
  return { database: own, ledger }
}

export async function stateFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recover-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'signed.json')
}

/** A copy of a database as it is now, as a backup restored elsewhere. */
export async function restored({ database, ledger }: Open): Promise<Open> {
  const name = new URL(database.url).pathname.slice(1)
  const copy = await testDatabase()
  const copyName = new URL(copy.url).pathname.slice(1)
  await ledger.close()
  const admin = new pg.Client({ connectionString: copy.url.replace(`/${copyName}`, '/postgres') })
  await admin.connect()
  await admin.query(`DROP DATABASE ${copyName} WITH (FORCE)`)
  await admin.query(`CREATE DATABASE ${copyName} TEMPLATE ${name}`)
  await admin.end()
  return open(copy)
}

/** Entries of many kinds: grants, an issuance, moves, a hold and its end. */
export async function live(registry: TestRegistry): Promise<void> {
  const { ledger, officer } = registry
  const batch = await issued(registry, '500')
  const [from, to] = registry.developers
  const move = { batch, from: from?.holding, to: to?.holding, quantity: '100' }
  await done(ledger, from?.mandate ?? '', 'CreditsTransferred', move)
  const hold = randomId()
  const range = { hold, reason: 'investigation', account: to?.holding, batch: null, range: null }
  await done(ledger, officer, 'HoldPlaced', range)
  await done(ledger, officer, 'HoldLifted', { hold })
  const end = { batch, from: to?.holding, to: to?.retirement, quantity: '30', purpose: 'voluntary', beneficiary: null }
  await done(ledger, to?.mandate ?? '', 'CreditsRetired', end)
}

export async function sign(
  ledger: PostgresLedger,
  file: string,
  key: SigningKey | KeyRing = testKey,
): Promise<boolean> {
  await new Integrator(ledger).catchUp()
  return new CheckpointSigner(ledger, key, file).step()
}

export interface Loss {
  old: Open
  registry: TestRegistry
  file: string
  /** Everything that was signed. */
  copy: string
  size: number
}

/** A log that went on after its backup was made: the backup is restored, the signer knows more. */
export async function lossAfterBackup(): Promise<Loss & { backup: Open }> {
  const first = await open()
  const [file, copy] = [await stateFile(), await scratchFolder()]
  const registry = await testRegistry(first.ledger)
  await live(registry)
  await sign(first.ledger, file)
  const backup = await restored(first)
  const old = await open(first.database)
  const later = { ...registry, ledger: old.ledger }
  await live(later)
  await live(later)
  await sign(old.ledger, file)
  await exportLog(old.ledger, copy)
  return { old, registry: later, file, copy, size: (await old.ledger.head()).size, backup }
}

export const entriesOf = async (ledger: PostgresLedger) =>
  (await ledger.entries(0, 10_000)).map(({ bytes }) => bytes.toString())

export async function query({ url }: TestDatabase, text: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client.query(text, values).finally(() => client.end())
}
