import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDurably } from '@tallystick/ledger'
import pg from 'pg'
import { z } from 'zod'
import { ensureDataDir } from './data-dir.ts'
import { errorCode } from './error-code.ts'
import { StartupError } from './startup-error.ts'

const KnownLedger = z.object({ ledger: z.string(), origin: z.string() })
/** Which ledger it is: its id, and the name of its log. */
export type KnownLedger = z.infer<typeof KnownLedger>

/** The ledger that a data folder belongs to; undefined for a new one. Throws StartupError for a file without sense. */
export async function ledgerOfFolder(dataDir: string): Promise<KnownLedger | undefined> {
  const file = fileOf(dataDir)
  try {
    return KnownLedger.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw new StartupError(`${file}, which says to which ledger this data folder belongs, cannot be read. Restore it.`)
  }
}

/** Ties a data folder to a ledger, durably. */
export async function keepLedgerOfFolder(dataDir: string, { ledger, origin }: KnownLedger): Promise<void> {
  await ensureDataDir(dataDir)
  await writeDurably(fileOf(dataDir), `${JSON.stringify({ ledger, origin })}\n`)
}

/** The ledger that is in a database; undefined where there is none. Only reads. */
export async function ledgerOfDatabase(url: string): Promise<KnownLedger | undefined> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const table = await client.query<{ there: boolean }>(`SELECT to_regclass('ledger_entry') IS NOT NULL AS there`)
    if (!table.rows[0]?.there) return undefined
    const { rows } = await client.query<{ bytes: Buffer }>('SELECT bytes FROM ledger_entry WHERE index = 0')
    return rows[0] && Genesis.parse(JSON.parse(rows[0].bytes.toString())).body
  } finally {
    await client.end()
  }
}

const Genesis = z.object({ body: KnownLedger })

/** Throws StartupError where a data folder belongs to another ledger than the database has. */
export function refuseOtherLedger(dataDir: string, known: KnownLedger, found: KnownLedger | undefined): void {
  if (found?.ledger === known.ledger) return
  const instead = found ? `the database has the ledger ${found.origin}` : 'the database is empty'
  throw new StartupError(`${belonging(dataDir, known)}, and ${instead}. Nothing was changed. ${WHAT_TO_DO}`)
}

/** What to say where the database of a data folder's ledger is not there at all. */
export function withoutDatabase(dataDir: string, known: KnownLedger): string {
  return `${belonging(dataDir, known)}. Nothing was changed. ${WHAT_TO_DO}`
}

const WHAT_TO_DO =
  'Is DB_NAME, DB_HOST or DATABASE_URL another than before? Set it right, or set DATA_DIR to the folder of that ledger, or to a new one for a new ledger.'

function belonging(dataDir: string, { origin }: KnownLedger): string {
  return `The data folder ${dataDir} belongs to the ledger ${origin}`
}

function fileOf(dataDir: string): string {
  return join(dataDir, 'ledger.json')
}
