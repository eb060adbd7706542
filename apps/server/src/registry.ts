import { join } from 'node:path'
import { keyFromFile, PostgresLedger, SchemaError, type SigningKey } from '@tallystick/ledger'
import manifest from '../package.json' with { type: 'json' }
import { type Config, databaseOf } from './platform/config.ts'
import { openContent } from './platform/content.ts'
import type { Log } from './platform/log.ts'
import { consoleNotify, type Notify } from './platform/notify.ts'
import { Openings } from './platform/openings.ts'
import { openDatabase } from './platform/postgres/database.ts'
import type { Services } from './platform/services.ts'
import { StartupError } from './platform/startup-error.ts'
import { type Founded, foundRegistry } from './system/founding.ts'

export interface OpenOptions {
  log: Log
  /** `upgrade` brings older schemas up to date: only the server may. */
  may?: 'create' | 'upgrade'
  /** Default: the console. */
  notify?: Notify
}

/** A registry that is ready: database open, schemas made, founded. */
export interface Registry {
  services: Services
  founded: Founded
  /** One line for people: which database. */
  database: string
  /** The log's own key, of the data folder. */
  key(): Promise<SigningKey>
  close(): Promise<void>
}

/** Key and memory of the signer in a data folder. */
export function signerFiles(dataDir: string): { key: string; state: string } {
  return { key: join(dataDir, 'signer', 'key.pem'), state: join(dataDir, 'signer', 'signed.json') }
}

/**
 * Opens the registry that a configuration names, and makes it ready if it is new. Close it when done. Throws
 * StartupError with a sentence for the operator.
 */
export async function openRegistry(config: Config, options: OpenOptions): Promise<Registry> {
  const { log, may = 'create', notify = consoleNotify((text) => log.info(text)) } = options
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one()
  }
  try {
    const database = await openDatabase({ ...databaseOf(config), log })
    closers.push(() => database.close())
    const ledger = await PostgresLedger.open({ connectionString: database.url }, { may })
    closers.push(() => ledger.close())
    const pool = await openContent(database.url, may)
    closers.push(() => pool.end())
    const key = () => keyFromFile(signerFiles(config.DATA_DIR).key)
    const clock = () => new Date()
    const founded = await foundRegistry({ pool, ledger, clock, key }, setupOf(config))
    const services: Services = {
      pool,
      ledger,
      genesis: founded.genesis,
      openings: new Openings(pool),
      notify,
      clock,
      publicUrl: config.PUBLIC_URL,
      sourceUrl: config.SOURCE_URL ?? `${config.PUBLIC_URL}/source`,
      version: manifest.version,
      modules: config.RUN_MODULE,
    }
    return { services, founded, database: database.description, key, close }
  } catch (error) {
    await close()
    throw error instanceof SchemaError ? new StartupError(`${error.message}.`) : error
  }
}

function setupOf(config: Config) {
  const { ROOT_EMAIL: rootEmail, systemCountryCode: code, LEDGER_TIME_ZONE: timeZone } = config
  if (code === undefined) return { rootEmail, timeZone }
  return { rootEmail, timeZone, country: { code, name: config.systemCountryName ?? englishName(code) } }
}

function englishName(code: string): string {
  return new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code
}
