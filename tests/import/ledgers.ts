import { generateKeyPairSync } from 'node:crypto'
import { type Ledger, MemoryLedger, migrate, newGenesis, PostgresLedger, signingKey } from '@tallystick/ledger'
import { EVIDENCED, type Run, wordsOf } from '@tallystick/rules'
import pg from 'pg'
import type { ImportServices } from '../../apps/server/src/import/command.ts'
import { Openings } from '../../apps/server/src/platform/openings.ts'
import { testDatabase } from '../support/database.ts'

/** A founded ledger with a content store, to import into. */
export interface Target extends ImportServices {
  /** How many openings the content store holds. */
  openingsKept(): Promise<number>
  close(): Promise<void>
}

const key = signingKey(generateKeyPairSync('ed25519').privateKey)

async function found<L extends Ledger>(ledger: L): Promise<L> {
  const country = { code: 'XT', name: 'Exampleland' }
  const { genesis, documents } = newGenesis({ country, timeZone: 'UTC', test: true, keyFor: key.vkey })
  await ledger.found(genesis, documents)
  return ledger
}

/** Openings are kept as they are given, so that a test can read them. */
export class MemoryOpenings {
  readonly kept: unknown[] = []

  async commitAll(values: readonly unknown[]): Promise<string[]> {
    return values.map((value) => (this.kept.push(value) - 1).toString(16).padStart(64, '0'))
  }
}

export async function memoryTarget(): Promise<Target & { openings: MemoryOpenings }> {
  const openings = new MemoryOpenings()
  const ledger = await found(new MemoryLedger())
  return { ledger, openings, openingsKept: async () => openings.kept.length, close: async () => {} }
}

const contentMigrations = new URL('../../apps/server/src/platform/migrations/', import.meta.url)

/** `processes` ledgers on one database, as two processes would open them. */
export async function postgresTargets(processes: number): Promise<Target[]> {
  const database = await testDatabase()
  const pool = new pg.Pool({ connectionString: database.url, max: 4 })
  pool.on('error', () => undefined)
  const ledgers: PostgresLedger[] = []
  for (let opened = 0; opened < processes; opened += 1) {
    ledgers.push(await found(await PostgresLedger.open({ connectionString: database.url })))
  }
  await migrate(pool, 'content', contentMigrations, 'create')
  const close = async (): Promise<void> => {
    for (const ledger of ledgers.splice(0)) await ledger.close()
    await pool.end()
    await database.close()
  }
  const openingsKept = async (): Promise<number> => {
    const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM content_opening')
    return Number(rows[0]?.count)
  }
  return ledgers.map((ledger) => ({ ledger, openings: new Openings(pool), openingsKept, close }))
}

export async function postgresTarget(): Promise<Target> {
  const [target] = await postgresTargets(1)
  if (!target) throw new Error('one process was asked for')
  return target
}

/**
 * What the ledger knows of all units and projects abroad: serial numbers, lots, projects and balances with their debits and
 * credits, without the random names that differ from ledger to ledger.
 */
export async function knowledge(ledger: Ledger): Promise<string[]> {
  const { rows, runs } = await ledger.dump()
  const kinds = new Map(rows.flatMap((put) => (put.kind === 'account' && put.row ? [[put.id, put.row.kind]] : [])))
  const told = rows.flatMap((put): string[] => {
    if (put.row === null) return []
    if (put.kind === 'foreign') return [`project ${put.id} ${put.row.registered ? 'registered' : 'met'}`]
    if (put.kind === 'lot') {
      return [`lot ${put.id} issued ${put.row.quantity} serials ${put.row.numbered} evidenced ${put.row.evidenced}`]
    }
    if (put.kind !== 'balance') return []
    const [account = '', unitClass = ''] = put.id.split('|')
    return [`balance ${unitClass} ${kinds.get(account)} +${put.row.credits} -${put.row.debits}`]
  })
  return [...serialsKnown(runs, kinds), ...told].toSorted()
}

/** Of the serial numbers alone. */
export async function knownSerials(ledger: Ledger): Promise<string[]> {
  const { rows, runs } = await ledger.dump()
  const kinds = new Map(rows.flatMap((put) => (put.kind === 'account' && put.row ? [[put.id, put.row.kind]] : [])))
  return serialsKnown(runs, kinds).toSorted()
}

function serialsKnown(runs: readonly Run[], kinds: ReadonlyMap<string, string>): string[] {
  return runs.map((run) => {
    const seen = wordsOf(run.attributes).includes(EVIDENCED) ? 'evidenced' : 'issued'
    return `${run.space} ${run.first}-${run.last} ${run.class} ${kinds.get(run.account)} ${seen}`
  })
}
