import { type Clock, isReceipt, type Ledger, newGenesis, randomId } from '@tallystick/ledger'
import { type Genesis, invariant, type LawDocuments, type ShippedPreset, sha256Hex } from '@tallystick/rules'
import type pg from 'pg'
import { StartupError } from '../platform/startup-error.ts'
import { inTransaction } from '../platform/transaction.ts'
import { documentsOf, lawNotes } from './law-notes.ts'

/** The made-up country of a test ledger. */
const TEST_COUNTRY = { code: 'XT', name: 'Exampleland' }
const UNNAMED_ROOT = 'root@localhost'

/** What an operator says of the registry, the first time and at every start. */
export interface Setup {
  /** Of the Root user; one is made up where nothing is said. */
  rootEmail?: string | undefined
  /** Undefined where nothing is said: a new ledger is then a test ledger of a made-up country. */
  country?: { code: string; name: string } | undefined
  timeZone?: string | undefined
  /** What a new ledger adopts: a preset that ships, or documents of the country's own and what the operator calls them. */
  preset?: ShippedPreset | OwnPreset | undefined
}

/** A country's own documents, and where they come from. */
export interface OwnPreset {
  from: string
  documents: LawDocuments
}

export interface Founded {
  genesis: Genesis
  /** The one Root user. */
  root: { user: string; email: string; name: string }
  /** The ledger did not exist before. */
  founded: boolean
  /** What the operator said that does not change an existing registry, in sentences. */
  notes: string[]
}

interface Parts {
  pool: pg.Pool
  ledger: Ledger
  clock: Clock
  /** The log's own key; asked for only when a log is founded, as the first question may make it. */
  key(): Promise<{ vkey(origin: string): string }>
}

/**
 * Makes sure that the registry has its first entry and its Root user. Safe to repeat, from several processes at once.
 * Throws StartupError where the operator now names another country or time zone than the ledger was founded with.
 */
export async function foundRegistry(parts: Parts, setup: Setup): Promise<Founded> {
  const known = await parts.ledger.genesis()
  const genesis = known ?? (await foundLedger(parts, setup))
  refuseChange(genesis, setup)
  const root = await ensureRoot(parts, setup.rootEmail ?? UNNAMED_ROOT)
  await grantRoot(parts, genesis, root.mandate)
  return {
    genesis,
    root: { user: root.user, email: root.email, name: root.name },
    founded: known === undefined,
    notes: [...notesOf(genesis, root.email, setup), ...(await lawNotes(parts.ledger, genesis, setup.preset))],
  }
}

async function foundLedger(parts: Parts, { country, timeZone = 'UTC', preset }: Setup): Promise<Genesis> {
  const { ledger } = parts
  const key = await parts.key()
  const keyFor = (origin: string) => key.vkey(origin)
  const adopted = { documents: documentsOf(preset), keyFor }
  const founding = { country: country ?? TEST_COUNTRY, timeZone, test: country === undefined, ...adopted }
  const { genesis, documents } = newGenesis(founding)
  return ledger.found(genesis, documents)
}

function refuseChange(genesis: Genesis, { country, timeZone }: Setup): void {
  if (country && country.code !== genesis.country.code) {
    const { code, name } = genesis.country
    throw new StartupError(
      `This ledger is that of ${name} (${code}) since its first entry, and stays so: every serial number carries it. ` +
        `For ${country.name} (${country.code}) start with an empty database and another data folder.`,
    )
  }
  if (timeZone !== undefined && timeZone !== genesis.timeZone) {
    throw new StartupError(
      `The days of this ledger are those of ${genesis.timeZone} since its first entry; LEDGER_TIME_ZONE cannot become ${timeZone}.`,
    )
  }
}

function notesOf(genesis: Genesis, email: string, { rootEmail, country }: Setup): string[] {
  const notes: string[] = []
  if (rootEmail !== undefined && email.toLowerCase() !== rootEmail.toLowerCase()) {
    notes.push(
      `The Root user of this registry is ${email}. The e-mail address given now, ${rootEmail}, changes nothing.`,
    )
  }
  if (country && country.name !== genesis.country.name) {
    notes.push(
      `The ledger names its country ${genesis.country.name}. The name given now, ${country.name}, changes nothing.`,
    )
  }
  return notes
}

interface Root {
  user: string
  mandate: string
  email: string
  name: string
}

const READ_ROOT = `
  SELECT u.id AS user, u.email, u.name, m.mandate
  FROM content_root r JOIN content_user u ON u.id = r.user_id JOIN content_mandate m ON m.user_id = u.id`

/** The Root user; the first of several processes makes it. */
async function ensureRoot({ pool, clock }: Parts, email: string): Promise<Root> {
  const existing = (await pool.query<Root>(READ_ROOT)).rows[0]
  if (existing) return existing
  return inTransaction(pool, async (client) => {
    await client.query('LOCK TABLE content_root IN EXCLUSIVE MODE')
    return (await client.query<Root>(READ_ROOT)).rows[0] ?? (await insertRoot(client, clock(), email))
  })
}

async function insertRoot(client: pg.PoolClient, now: Date, email: string): Promise<Root> {
  const root = { user: randomId(), mandate: randomId(), email, name: 'Root' }
  await client.query(
    `INSERT INTO content_user (id, email, name, created_at, key_sender, key_id) VALUES ($1, $2, $3, $4, $5, $6)`,
    [root.user, root.email, root.name, now, ROOT_KEY.sender, ROOT_KEY.id],
  )
  await client.query('INSERT INTO content_mandate (mandate, user_id) VALUES ($1, $2)', [root.mandate, root.user])
  await client.query('INSERT INTO content_root (user_id) VALUES ($1)', [root.user])
  return root
}

const ROOT_KEY = { sender: 'system', id: 'root-user' }

/** The system's own mandate grants the Root mandate, once; afterwards this only reads. */
async function grantRoot({ ledger, pool }: Parts, genesis: Genesis, mandate: string): Promise<void> {
  const organisation = genesis.authority
  await pool.query('INSERT INTO content_organisation (organisation) VALUES ($1) ON CONFLICT DO NOTHING', [organisation])
  if (await ledger.row('mandate', mandate)) return
  const outcome = await ledger.execute({
    type: 'MandateGranted',
    by: genesis.system,
    key: ROOT_KEY,
    requestHash: sha256Hex(JSON.stringify(ROOT_KEY)),
    request: { mandate, organisation, role: 'government/Root', limit: null },
  })
  invariant(isReceipt(outcome), `the system may grant the Root mandate: ${JSON.stringify(outcome)}`)
}
