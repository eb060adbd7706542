import { PostgresLedger, type Submission } from '@tallystick/ledger'
import { issued, type TestRegistry, testRegistry } from '../../../packages/ledger/src/conformance/registry.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { type LedgerProcess, startLedgerProcesses } from './processes.ts'

/** A registry on PostgreSQL with several OS processes that have it open. */
export interface SharedRegistry {
  database: TestDatabase
  ledger: PostgresLedger
  registry: TestRegistry
  processes: LedgerProcess[]
  close(): Promise<void>
}

export async function openSharedRegistry(count: number): Promise<SharedRegistry> {
  const database = await testDatabase()
  const ledger = await PostgresLedger.open({ connectionString: database.url })
  const registry = await testRegistry(ledger)
  const processes = await startLedgerProcesses(database.url, count)
  return {
    database,
    ledger,
    registry,
    processes,
    async close() {
      await Promise.all(processes.map((one) => one.close()))
      await ledger.close()
      await database.close()
    },
  }
}

/** A holding account and who may move what is in it. */
export interface Purse {
  account: string
  mandate: string
}

/** Opens accounts for the two developers in turns. */
export async function openPurses({ registry }: SharedRegistry, count: number): Promise<Purse[]> {
  const purses: Purse[] = []
  for (let at = 0; at < count; at += 1) {
    const developer = registry.developers[at % registry.developers.length]
    if (!developer) throw new Error('the test registry has developers')
    const account = `${at}`.padStart(32, 'a0')
    await mustExecute(registry.ledger, {
      type: 'AccountsOpened',
      by: registry.officer,
      request: { organisation: developer.organisation, accounts: [{ account, kind: 'holding' }] },
      key: { sender: 'test', id: `open ${account}` },
      requestHash: account,
    })
    purses.push({ account, mandate: developer.mandate })
  }
  return purses
}

/** Issues a batch and gives each account the same part of it. */
export async function fill(shared: SharedRegistry, purses: readonly Purse[], each: number): Promise<string> {
  const { registry } = shared
  const batch = await issued(registry, `${each * purses.length * 2}`)
  for (const [at, { account }] of purses.entries()) {
    const giver = registry.developers[at % registry.developers.length]
    if (!giver) throw new Error('the test registry has developers')
    const movement = transfer(batch, { account: giver.holding, mandate: giver.mandate }, account, each)
    await mustExecute(registry.ledger, { ...movement, key: { sender: 'test', id: `fill ${account}` } })
  }
  return batch
}

export function transfer(batch: string, from: Purse, to: string, quantity: number): Omit<Submission, 'key'> {
  const request = { batch, from: from.account, to, quantity: `${quantity}` }
  return { type: 'CreditsTransferred', by: from.mandate, request, requestHash: JSON.stringify(request) }
}

async function mustExecute(ledger: TestRegistry['ledger'], submission: Submission): Promise<void> {
  const outcome = await ledger.execute(submission)
  if (!('leaf' in outcome)) throw new Error(`${submission.type}: ${JSON.stringify(outcome)}`)
}
