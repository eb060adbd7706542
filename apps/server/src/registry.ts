import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  behindText,
  Cosigners,
  type KeyRing,
  keyFolder,
  keyFromFile,
  type Ledger,
  lastSigned,
  PostgresLedger,
  SchemaError,
  type SigningKey,
  successionBegun,
} from '@tallystick/ledger'
import { invariant } from '@tallystick/rules'
import pg from 'pg'
import manifest from '../package.json' with { type: 'json' }
import { type Config, databaseOf, roleOf, urlAs } from './platform/config.ts'
import { openContent } from './platform/content.ts'
import { openFiles } from './platform/files/open.ts'
import {
  keepLedgerOfFolder,
  ledgerOfDatabase,
  ledgerOfFolder,
  refuseOtherLedger,
  withoutDatabase,
} from './platform/known-ledger.ts'
import { lawInForce } from './platform/law.ts'
import type { Log } from './platform/log.ts'
import { type Notify, outboxNotify } from './platform/notify.ts'
import { Openings } from './platform/openings.ts'
import { paperRenderer } from './platform/paper/renderer.ts'
import { installationSecret } from './platform/paper-signing/installation.ts'
import { passwordHasher } from './platform/password-hash.ts'
import { type Database, openDatabase } from './platform/postgres/database.ts'
import type { Services } from './platform/services.ts'
import { StartupError } from './platform/startup-error.ts'
import { refuseTestClock, testClock } from './platform/test-clock.ts'
import { policyWitnesses } from './platform/witnesses.ts'
import { type Founded, foundRegistry, type Setup } from './system/founding.ts'
import { presetNamed } from './system/own-preset.ts'

export interface OpenOptions {
  log: Log
  /** `upgrade` brings older schemas up to date: only the server may. */
  may?: 'create' | 'upgrade'
  /** Modules use the database with roles of their own where those are named; commands are the owner's. */
  as?: 'owner' | 'modules'
  /** Default: the outbox, which the mailer hands over. */
  notify?: Notify
}

/** A registry that is ready: database open, schemas made, founded. */
export interface Registry {
  services: Services
  founded: Founded
  /** One line for people: which database. */
  database: string
  /** The log's own keys, of the data folder. Throws StartupError where that has not the one in force. */
  keys(): Promise<KeyRing>
  /** The ledger as the integrator and the signer use it. */
  signing: Ledger
  /** Asks witnesses to cosign; undefined where none is named, or this process does not sign. */
  cosigners: Cosigners | undefined
  close(): Promise<void>
}

/** Key and memory of the signer in a data folder. */
export function signerFiles(dataDir: string): { folder: string; key: string; state: string } {
  const folder = join(dataDir, 'signer')
  return { folder, key: join(folder, 'key.pem'), state: join(folder, 'signed.json') }
}

/**
 * Opens the registry that a configuration names, and makes it ready if it is new. Close it when done. Throws
 * StartupError with a sentence for the operator.
 */
export async function openRegistry(config: Config, options: OpenOptions): Promise<Registry> {
  const { log } = options
  const role = options.as === 'modules' ? roleOf(config) : undefined
  // Only the owner makes or upgrades tables.
  const may = role === undefined ? (options.may ?? 'create') : 'create'
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one()
  }
  try {
    const database = await openOwnDatabase(config, role, log, (one) => closers.push(() => one.close()))
    const ahead = testClock(config)
    const ledger = await PostgresLedger.open(
      { connectionString: database.url },
      { may, ...(ahead && { clock: ahead }) },
    )
    closers.push(() => ledger.close())
    const pool = role === 'signer' ? signerPool(database.url) : await openContent(database.url, may)
    closers.push(() => pool.end())
    const signing = await openSigning(config, role, database.url, ledger)
    if (signing !== ledger) closers.push(() => signing.close())
    await refuseBroken(config, ledger)
    await refuseTestClock(config, ledger)
    const files = await openFiles(config)
    closers.push(async () => files.store.close())
    const papers = paperRenderer()
    closers.push(async () => papers.close())
    const clock = ahead ?? (() => new Date())
    const parts = { pool, ledger, clock, key: () => newKey(config) }
    const founded =
      role === 'signer' ? await foundBefore(ledger) : await foundRegistry(parts, await setupOf(config, ledger))
    const { genesis } = founded
    // What the country calls its codes is known from the first page on.
    if (role !== 'signer') await lawInForce(ledger)
    if (!(await ledgerOfFolder(config.DATA_DIR))) await keepLedgerOfFolder(config.DATA_DIR, genesis)
    const cosigners = await cosignersOf(config, signing)
    const services: Services = {
      pool,
      ledger,
      genesis,
      openings: new Openings(pool),
      files,
      papers,
      notify: options.notify ?? outboxNotify(pool, config.DEFAULT_LANGUAGE),
      onboarding: config.ONBOARDING,
      hasher: passwordHasher(),
      signingSecret: () => installationSecret(config.DATA_DIR, config.SIGNING_SECRET),
      clock,
      language: config.DEFAULT_LANGUAGE,
      publicUrl: config.PUBLIC_URL,
      sourceUrl: config.SOURCE_URL ?? `${config.PUBLIC_URL}/source`,
      version: manifest.version,
      modules: config.RUN_MODULE,
      witnesses: () => cosigners?.state() ?? null,
    }
    const keys = () => ownKeys(config.DATA_DIR, signing)
    return { services, founded, database: database.description, keys, signing, cosigners, close }
  } catch (error) {
    await close()
    if (!(error instanceof SchemaError)) throw error
    throw new StartupError(
      role === undefined ? `${error.message}.` : `${error.message}. The owner does: tallystick roles`,
    )
  }
}

/** The integrator and the signer have a role of their own beside the national API's. */
async function openSigning(
  config: Config,
  role: 'writer' | 'signer' | undefined,
  url: string,
  ledger: PostgresLedger,
): Promise<PostgresLedger> {
  if (role !== 'writer' || config.DB_USER_SIGNER === undefined || !mayFound(config)) return ledger
  return PostgresLedger.open({ connectionString: urlAs(url, 'signer', config) })
}

function signerPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 1 })
  pool.on('error', () => undefined)
  return pool
}

/** The signer's role reads the ledger, and nothing of people. */
async function foundBefore(ledger: Ledger): Promise<Founded> {
  const genesis = await ledger.genesis()
  if (!genesis) throw new StartupError(`The ledger is not founded. ${NOT_BY_THIS_ROLE}`)
  return { genesis, root: { user: '', email: '', name: '' }, founded: false, notes: [] }
}

const NOT_BY_THIS_ROLE =
  'A process with a database role of its own makes none: run `tallystick setup` and then `tallystick roles` with the owner in DB_USER or DATABASE_URL, and with the data folder of the signer.'

async function cosignersOf(config: Config, ledger: Ledger): Promise<Cosigners | undefined> {
  const { WITNESSES, WITNESS_POLICY: policy } = config
  if (!config.RUN_MODULE.includes('signer')) return undefined
  const targets = policy === undefined ? (WITNESSES ?? []) : await policyWitnesses(policy)
  return targets.length === 0 ? undefined : new Cosigners(ledger, targets)
}

/** The database, if the data folder may be used with it. Only a process that signs makes what is not there. */
async function openOwnDatabase(
  config: Config,
  role: 'writer' | 'signer' | undefined,
  log: Log,
  onOpen: (database: Database) => void,
): Promise<Database> {
  const { DATA_DIR: dataDir } = config
  const known = await ledgerOfFolder(dataDir)
  const mustExist = known ? withoutDatabase(dataDir, known) : mayFound(config) ? undefined : NOT_FOUNDED
  const database = await openDatabase({ ...databaseOf(config, role), log, mustExist })
  onOpen(database)
  const found = await ledgerOfDatabase(database.url)
  if (role !== undefined && !found) throw new StartupError(`The database has no ledger. ${NOT_BY_THIS_ROLE}`)
  if (known) refuseOtherLedger(dataDir, known, found)
  else if (!found && !mayFound(config)) throw new StartupError(`The database is empty. ${NOT_FOUNDED}`)
  return database
}

/** A process that signs does not let anybody write into a ledger that is not whole. */
async function refuseBroken(config: Config, ledger: Ledger): Promise<void> {
  if (!mayFound(config)) return
  const { folder, state } = signerFiles(config.DATA_DIR)
  if (await successionBegun(folder)) {
    throw new StartupError(`A successor was begun in ${folder} and is not finished. Run: tallystick successor`)
  }
  const signed = await lastSigned(state).catch(() => undefined)
  const { size } = await ledger.head()
  if (signed && size < signed.size) throw new StartupError(`${behindText(size, signed.size)}.`)
}

function mayFound({ RUN_MODULE }: Config): boolean {
  return RUN_MODULE.includes('signer')
}

const NOT_FOUNDED =
  'A ledger is founded by the process that signs, as its key stands in the first entry. Start the process with signer in RUN_MODULE first, or run `tallystick setup` with its data folder and RUN_MODULE.'

/** The key of a ledger that is founded now. */
async function newKey(config: Config): Promise<SigningKey> {
  if (!mayFound(config)) throw new StartupError(NOT_FOUNDED)
  return keyFromFile(signerFiles(config.DATA_DIR).key)
}

async function ownKeys(dataDir: string, ledger: Ledger): Promise<KeyRing> {
  const row = await ledger.row('ledger', 'ledger')
  invariant(row, 'a ledger that is open has its genesis')
  const { origin, key: vkey } = row
  const { folder, key: file } = signerFiles(dataDir)
  const keys = keyFolder(folder)
  if (await keys.find(vkey)) return keys
  const known = await stat(file).catch(() => undefined)
  throw new StartupError(
    `${file} ${known ? 'is not the key' : 'is missing: it would be the key'} of the ledger ${origin}. ` +
      'Set DATA_DIR to the data folder with which the ledger was founded, restore the file from there, or take signer out of RUN_MODULE.',
  )
}

/** What the operator says of the registry. The files of a preset are read once, for a ledger that is not founded yet. */
async function setupOf(config: Config, ledger: Ledger): Promise<Setup> {
  const { ROOT_EMAIL: rootEmail, systemCountryCode: code, LEDGER_TIME_ZONE: timeZone, PRESET: named } = config
  const isFounded = (await ledger.genesis()) !== undefined
  const preset = named === undefined ? undefined : await presetNamed(named, isFounded)
  if (code === undefined) return { rootEmail, timeZone, preset }
  return { rootEmail, timeZone, preset, country: { code, name: config.systemCountryName ?? englishName(code) } }
}

function englishName(code: string): string {
  return new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code
}
