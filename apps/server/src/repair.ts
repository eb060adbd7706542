import { PostgresLedger, SchemaError } from '@tallystick/ledger'
import { type Config, databaseOf } from './platform/config.ts'
import { claimInstance } from './platform/instance.ts'
import { type KnownLedger, keepLedgerOfFolder, ledgerOfFolder } from './platform/known-ledger.ts'
import type { Log } from './platform/log.ts'
import { openDatabase } from './platform/postgres/database.ts'
import { StartupError } from './platform/startup-error.ts'

/** A ledger that is to be mended: nothing founds it, nothing else runs on its data folder. */
export interface Broken {
  ledger: PostgresLedger
  /** For connections of one's own. It contains the password: never log it. */
  url: string
  /** The ledger that the data folder belongs to, whatever the database holds. */
  known: KnownLedger | undefined
  /** Ties the data folder to the ledger as it is now. */
  keepKnown(ledger: KnownLedger): Promise<void>
}

/** Opens the database of a configuration for mending. Throws StartupError, also while a server runs on the data folder. */
export async function withBroken<T>(config: Config, log: Log, work: (broken: Broken) => Promise<T>): Promise<T> {
  const { DATA_DIR: dataDir } = config
  const claim = await claimInstance(dataDir, config.PUBLIC_URL)
  if (!claim.claimed)
    throw new StartupError(
      `The server at ${claim.url} runs on ${dataDir}. Stop it, and every other process of this registry.`,
    )
  try {
    const database = await openDatabase({ ...databaseOf(config), log })
    try {
      const known = await ledgerOfFolder(dataDir)
      const ledger = await PostgresLedger.open({ connectionString: database.url })
      try {
        return await work({ ledger, url: database.url, known, keepKnown: (one) => keepLedgerOfFolder(dataDir, one) })
      } finally {
        await ledger.close()
      }
    } finally {
      await database.close()
    }
  } catch (error) {
    throw error instanceof SchemaError ? new StartupError(`${error.message}.`) : error
  } finally {
    await claim.release()
  }
}
