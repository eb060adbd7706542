import {
  type BatchName,
  type Block,
  entrySpeech,
  type Names,
  type OrganisationRef,
  type Party,
  type ProjectRef,
  type Speech,
} from '@tallystick/contract'
import { invariant, type Range, type Rows } from '@tallystick/rules'
import { count, isSerialError, nationalSerial, parse, print } from '@tallystick/serials'
import type pg from 'pg'
import { Gathered } from './gathered.ts'
import { knownWords } from './law.ts'
import type { Opening } from './openings.ts'
import type { Services } from './services.ts'

/** Rows that have a name, or lead to one. */
type NamedKind = 'organisation' | 'mandate' | 'account' | 'project' | 'period' | 'authorisation' | 'batch' | 'reversal'

const KINDS: ReadonlySet<string> = new Set<NamedKind>([
  'organisation',
  'mandate',
  'account',
  'project',
  'period',
  'authorisation',
  'batch',
  'reversal',
])

/** An entry leads to a batch, that to a project, that to its owners' accounts, those to organisations. */
const MAX_ROUNDS = 4

/** Batch as it is printed: with what its serial numbers say. */
export interface KnownBatch extends BatchName {
  id: string
  authorisation: string
  space: string
}

export type KnownProject = Omit<Rows['project'], 'title'> & {
  id: string
  title: string | null
  titleCommitment: string
}

/** What ids and commitments stand for, loaded at once for all that a piece of work names. */
export class KnownNames implements Names {
  readonly country: string
  readonly #countryCode: string
  readonly #authority: string
  readonly #authorityName: string
  readonly #rows: ReadonlyMap<string, unknown>
  readonly #openings: ReadonlyMap<string, Opening>

  constructor(services: Services, rows: ReadonlyMap<string, unknown>, openings: ReadonlyMap<string, Opening>) {
    this.country = services.genesis.country.name
    this.#countryCode = services.genesis.country.code
    this.#authority = services.genesis.authority
    this.#authorityName = speechOf(services).say('government', { country: this.country })
    this.#rows = rows
    this.#openings = openings
  }

  mandate(id: string): Rows['mandate'] | undefined {
    return this.#row('mandate', id)
  }

  /** Is the mandate in force, and its organisation active? */
  inForce(mandate: string): boolean {
    const row = this.mandate(mandate)
    return row?.active === true && this.#row('organisation', row.organisation)?.active === true
  }

  account(id: string): Rows['account'] | undefined {
    return this.#row('account', id)
  }

  organisation(id: string): { name: string | null; authority: boolean } | undefined {
    const row = this.#row('organisation', id)
    return row && { name: (row.name && this.opened(row.name)) ?? null, authority: id === this.#authority }
  }

  project(id: string): KnownProject | undefined {
    const row = this.#row('project', id)
    return row && { ...row, id, title: this.opened(row.title) ?? null, titleCommitment: row.title }
  }

  period(id: string): Rows['period'] | undefined {
    return this.#row('period', id)
  }

  batch(id: string): KnownBatch | undefined {
    const row = this.#row('batch', id)
    return row && { ...row, id, first: BigInt(row.first), last: BigInt(row.last), party: partyOf(row.space) }
  }

  authorisation(id: string): Rows['authorisation'] | undefined {
    const row = this.#row('authorisation', id)
    return row && { ...row, quantity: BigInt(row.quantity), issued: BigInt(row.issued) }
  }

  reversal(id: string): Rows['reversal'] | undefined {
    return this.#row('reversal', id)
  }

  opened(commitment: string): string | undefined {
    const value = this.opening(commitment)?.value
    if (typeof value === 'string') return value
    const named = typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined
    return typeof named === 'string' ? named : undefined
  }

  opening(commitment: string): Opening | undefined {
    return this.#openings.get(commitment)
  }

  /** The government has the name of its country. */
  organisationRef(id: string): OrganisationRef {
    const known = this.organisation(id)
    return { id, name: known?.authority ? this.#authorityName : (known?.name ?? null) }
  }

  /** An account that an entry names, and whose it is. */
  party(account: string): Party {
    const row = this.account(account)
    invariant(row, 'an account that an entry names is known')
    return { account, kind: row.kind, organisation: this.organisationRef(row.organisation) }
  }

  projectRef(id: string): ProjectRef {
    const project = this.project(id)
    invariant(project, 'a project that an entry names is known')
    return { id, number: project.number, title: project.title }
  }

  /** The project of a batch; ITMOs of another Party have none here. */
  projectOf(batch: BatchName): ProjectRef | null {
    return batch.project === '' ? null : this.projectRef(batch.project)
  }

  /** A part of a batch as it is printed. */
  block(batchId: string, range: Range): Block {
    const batch = this.batch(batchId)
    if (batch?.party) return itmoBlock(batch.space, range)
    const project = batch && this.project(batch.project)
    invariant(batch && project, 'a batch that an entry names is known, and its project')
    const serial = nationalSerial({
      country: this.#countryCode,
      type: batch.unitType,
      scope: Number(project.scope),
      project: BigInt(project.number),
      vintage: Number(batch.vintage),
      range,
    })
    invariant(!isSerialError(serial), 'units issued here have a national serial number')
    const { first, last } = range
    return { first: `${first}`, last: `${last}`, quantity: `${count(range)}`, serial: print(serial) }
  }

  #row<Kind extends NamedKind>(kind: Kind, id: string): Rows[Kind] | undefined {
    return this.#rows.get(`${kind} ${id}`) as Rows[Kind] | undefined
  }
}

/** Of a space of ITMOs of another Party: that Party. */
function partyOf(space: string): string | null {
  return space.startsWith('itmo:') ? (space.split('-')[2] ?? '') : null
}

/** Consecutive ITMOs of one series, by their identifiers. */
export function itmoBlock(space: string, { first, last }: Range): Block {
  const [approach = '', registry = '', party = '', vintage = ''] = space.slice('itmo:'.length).split('-')
  const one = (number: bigint) => `${approach}-${registry}-${party}-${number}-${vintage}`
  const serial = parse('itmo', first === last ? one(first) : `${one(first)} - ${one(last)}`)
  invariant(!isSerialError(serial), 'ITMOs that are known here have identifiers')
  return { first: `${first}`, last: `${last}`, quantity: `${last - first + 1n}`, serial: print(serial) }
}

/** Loads the names of everything that these values mention by id or by commitment. */
export async function namesIn(services: Services, ...values: readonly unknown[]): Promise<KnownNames> {
  const commitments = new Set<string>()
  const ids = mentions(values, new Set(), commitments)
  return readerOf(services).get([...ids, ...commitments])
}

/** Every request asks for names, so those of many requests are asked for at once; they share what was found. */
const readers = new WeakMap<Services, Gathered<KnownNames>>()

function readerOf(services: Services): Gathered<KnownNames> {
  const known = readers.get(services) ?? new Gathered((keys) => readNames(services, keys))
  readers.set(services, known)
  return known
}

/** Reads what ids and commitments stand for, and all that this leads to. */
async function readNames(services: Services, keys: string[]): Promise<KnownNames> {
  const rows = new Map<string, unknown>()
  const openings = new Map<string, Opening>()
  const seen = new Set<string>()
  const commitments = new Set<string>()
  let waiting = mentions(keys, seen, commitments)
  for (let round = 0; waiting.length > 0 && round < MAX_ROUNDS; round += 1) {
    const found = await rowsLedTo(services.pool, waiting)
    for (const { kind, id, row, commitment, key, value } of found) {
      seen.add(id)
      rows.set(`${kind} ${id}`, row)
      if (commitment !== null && key !== null) openings.set(commitment, { key, value })
    }
    waiting = mentions(
      found.map(({ row }) => row),
      seen,
      commitments,
    )
  }
  const closed = [...commitments].filter((commitment) => !openings.has(commitment))
  for (const [commitment, opening] of await services.openings.open(closed)) openings.set(commitment, opening)
  return new KnownNames(services, rows, openings)
}

interface NamedRow {
  kind: string
  id: string
  row: unknown
  /** Of its name or title, with the opening of that; null where it has none. */
  commitment: string | null
  key: string | null
  value: unknown
}

/** Rows by id, with those that they lead to, each with the opening of its name or title. */
async function rowsLedTo(pool: pg.Pool, ids: string[]): Promise<NamedRow[]> {
  const { rows } = await pool.query<NamedRow>({ name: 'names-rows', text: ROWS_LED_TO, values: [ids, [...KINDS]] })
  return rows
}

// The inner selects with OFFSET 0 keep to one look into the index for each id, however many rows there are.
const ROWS_LED_TO = `
  WITH RECURSIVE named AS (
    SELECT r.kind, r.id, r.row
      FROM unnest($1::text[]) k(id)
     CROSS JOIN LATERAL (SELECT * FROM ledger_row WHERE ledger_row.id = k.id OFFSET 0) r
     WHERE r.kind = ANY($2)
    UNION
    SELECT r.kind, r.id, r.row
      FROM named
     CROSS JOIN LATERAL (
       VALUES (named.row ->> 'organisation'), (named.row ->> 'project'), (named.row ->> 'authorisation')
        UNION ALL
       SELECT owner ->> 'account'
         FROM jsonb_array_elements(CASE named.kind WHEN 'project' THEN named.row -> 'owners' END) owner) k(id)
     CROSS JOIN LATERAL (SELECT * FROM ledger_row WHERE ledger_row.id = k.id OFFSET 0) r
     WHERE r.kind = ANY($2)
  )
  SELECT named.kind, named.id, named.row, o.commitment, o.key, o.value
    FROM named
    LEFT JOIN LATERAL (
      SELECT * FROM content_opening
       WHERE commitment = coalesce(named.row ->> 'name', named.row ->> 'title') OFFSET 0) o ON true`

/** Ids that were not seen before in the strings of a value; commitments are gathered aside. */
function mentions(value: unknown, seen: Set<string>, commitments: Set<string>): string[] {
  if (typeof value === 'string') {
    if (value.length === 64 && HEX.test(value)) commitments.add(value)
    if (value.length !== 32 || seen.has(value) || !HEX.test(value)) return []
    seen.add(value)
    return [value]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    silent.has(name) ? [] : mentions(name === 'streams' ? streamIds(member) : member, seen, commitments),
  )
}

const HEX = /^[0-9a-f]*$/

/** Of a stream's link only the id names something. */
function streamIds(streams: unknown): unknown[] {
  return Array.isArray(streams) ? streams.map((link) => (Array.isArray(link) ? link[0] : undefined)) : []
}

/** Members of entries and rows that name nothing, or nothing that is spoken of. */
const silent: ReadonlySet<string> = new Set([
  ...['facts', 'key', 'approvals', 'permissions', 'preset', 'sha256'],
  // Monitoring periods beside one, and the last one of a project: not what is spoken of.
  ...['previous', 'next', 'last'],
])

/** The words for entries in a language, also those of the preset in force; English where none was asked for. */
export function speechOf(services: Services, lang = 'en'): Speech {
  return entrySpeech(lang, services.genesis.timeZone, knownWords(services.ledger))
}
