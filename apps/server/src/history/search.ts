import type { LoggedEntry } from '@tallystick/contract'
import { type LogRow, logRowOf } from '../platform/entries.ts'
import { fieldProblem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { actorsOf, firstAt } from './acted.ts'
import { actionsOf, isAsked, isEntryType, typesFor } from './actions.ts'
import { indexesInStreams } from './streams.ts'

/** Most entries that one page looks through: the next one goes on from there. */
const MOST_LOOKED = 5_000
const MOST_A_READ = 1_000

/** What is looked for in the log. */
export interface LogAsked {
  mandates?: readonly string[] | undefined
  organisation?: string | undefined
  action?: string | undefined
  type?: string | undefined
  project?: string | undefined
  account?: string | undefined
  from?: string | undefined
  to?: string | undefined
  said?: Said | undefined
}

/** What a text is found in. */
export interface Said {
  /** Entries that commit to such a text. */
  indexes: readonly number[]
  organisations: readonly string[]
  projects: readonly string[]
  mandates: readonly string[]
}

export interface LogFound {
  rows: LogRow[]
  /** Everything from here on was looked at. */
  position: number
  /** When the entry there was written: what is older was not looked at. */
  at: string
  /** Is there nothing before? */
  isOver: boolean
}

/** Answers indexes of entries before one, newest first: fewer than were asked for where there are no more. */
type Driver = (before: number, most: number) => Promise<number[]>

/** The newest entries before an index that fit, as many as `most`. Reads by one index, and looks at what that finds. */
export async function searchLog(services: Services, asked: LogAsked, before: number, most: number): Promise<LogFound> {
  const types = typesAsked(asked)
  const least = asked.from === undefined ? 0 : await firstAt(services, asked.from)
  const start = Math.min(before, asked.to === undefined ? before : await firstAt(services, asked.to))
  const found: LogFound = { rows: [], position: start, at: asked.to ?? END_OF_TIME, isOver: false }
  if (types?.length === 0 || start <= least) return { ...found, isOver: true }
  const next = driverOf(services, asked, types)
  let [size, looked] = [most, 0]
  while (found.rows.length < most && looked < MOST_LOOKED && !found.isOver) {
    const all = await next(found.position, size)
    const indexes = all.filter((index) => index >= least)
    const rows = await entriesAt(services, indexes)
    const fits = await fitting(services, rows, asked, types)
    for (const row of rows) {
      found.position = row.index
      found.at = row.entry.at
      if (fits(row)) found.rows.push(row)
      if (found.rows.length === most) return found
    }
    looked += all.length
    found.isOver = all.length < size || indexes.length < all.length
    size = Math.min(size * 4, MOST_A_READ)
  }
  return found
}

/** After every instant that is written so. */
const END_OF_TIME = '9999-12-31T23:59:59.999Z'

/** The entry types that fit; undefined for all of them. */
function typesAsked({ type, action }: LogAsked): string[] | undefined {
  const ofAction = action === undefined ? undefined : typesFor(action)
  if (type === undefined) return ofAction
  if (!isEntryType(type)) return []
  return ofAction === undefined || ofAction.includes(type) ? [type] : []
}

/** The index by which entries are read: that of the filter which leaves least, as far as one can tell beforehand. */
function driverOf(services: Services, asked: LogAsked, types: readonly string[] | undefined): Driver {
  const { account, project, mandates, organisation, said } = asked
  const stream = account ?? project
  if (stream !== undefined) return (before, most) => indexesInStreams(services, [stream], before, most)
  if (mandates !== undefined) return acted(services, 'mandate', mandates)
  if (said !== undefined) return sayers(services, said)
  if (organisation !== undefined) return acted(services, 'organisation', [organisation])
  if (types !== undefined) return ofTypes(services, types)
  return async (before, most) => Array.from({ length: Math.min(before, most) }, (_, at) => before - 1 - at)
}

/** Entries in which any of these acted. */
function acted({ pool }: Services, column: 'mandate' | 'organisation', ids: readonly string[]): Driver {
  return async (before, most) => {
    const { rows } = await pool.query<{ index: string }>({
      name: `acted-${column}`,
      text: `SELECT DISTINCT a.index
               FROM unnest($1::text[]) k(id) CROSS JOIN LATERAL (
                 SELECT DISTINCT index FROM content_acted
                  WHERE ${column} = k.id AND index < $2 ORDER BY index DESC LIMIT $3) a
              ORDER BY a.index DESC LIMIT $3`,
      values: [ids, before, most],
    })
    return rows.map(({ index }) => Number(index))
  }
}

function ofTypes({ pool }: Services, types: readonly string[]): Driver {
  return async (before, most) => {
    const { rows } = await pool.query<{ index: string }>({
      name: 'entries-of-types',
      // So that the index by type is read, however rare the type is: another one has not this order.
      text: `SELECT e.index
               FROM unnest($1::text[]) k(type) CROSS JOIN LATERAL (
                 SELECT index FROM ledger_entry
                  WHERE (type, index) < (k.type, $2::bigint) AND type >= k.type
                  ORDER BY type DESC, index DESC LIMIT $3) e
              ORDER BY e.index DESC LIMIT $3`,
      values: [types, before, most],
    })
    return rows.map(({ index }) => Number(index))
  }
}

/** Entries that say it, and those of whoever and whatever is called so. */
function sayers(services: Services, { indexes, organisations, projects, mandates }: Said): Driver {
  const newest = indexes.toSorted((a, b) => b - a)
  const drivers: Driver[] = [
    async (before, most) => newest.filter((index) => index < before).slice(0, most),
    ...(organisations.length > 0 ? [acted(services, 'organisation', organisations)] : []),
    ...(mandates.length > 0 ? [acted(services, 'mandate', mandates)] : []),
    ...(projects.length > 0
      ? [(before: number, most: number) => indexesInStreams(services, projects, before, most)]
      : []),
  ]
  return async (before, most) => {
    const found = await Promise.all(drivers.map((one) => one(before, most)))
    return [...new Set(found.flat())].sort((a, b) => b - a).slice(0, most)
  }
}

/** Entries by their indexes, newest first. */
async function entriesAt({ pool }: Services, indexes: readonly number[]): Promise<LogRow[]> {
  if (indexes.length === 0) return []
  const { rows } = await pool.query<{ index: string; leaf: Buffer; bytes: Buffer }>({
    name: 'entries-at',
    text: 'SELECT index, leaf, bytes FROM ledger_entry WHERE index = ANY($1) ORDER BY index DESC',
    values: [indexes],
  })
  return rows.map(({ index, leaf, bytes }) => logRowOf({ index: Number(index), leaf: leaf.toString('hex'), bytes }))
}

/** Does an entry meet every filter? All are asked again, whichever of them led to it. */
async function fitting(
  services: Services,
  rows: readonly LogRow[],
  asked: LogAsked,
  types: readonly string[] | undefined,
): Promise<(row: LogRow) => boolean> {
  const { action, organisation, said } = asked
  const named = rows.flatMap(({ entry }) => [...actorsOf(entry), ...mandateNamedIn(entry)])
  const mustKnow = action !== undefined || organisation !== undefined || said !== undefined
  const mandates = mustKnow ? await services.ledger.rows('mandate', [...new Set(named)]) : new Map()
  const organisationOf = (mandate: string): string | undefined => mandates.get(mandate)?.organisation
  const roleOf = (mandate: string): string | undefined => mandates.get(mandate)?.role
  return ({ index, entry }) => {
    const actors = actorsOf(entry)
    const inStream = (id: string | undefined) => id === undefined || entry.streams.some(([stream]) => stream === id)
    return (
      (types === undefined || types.includes(entry.type)) &&
      (asked.mandates === undefined || actors.some((one) => asked.mandates?.includes(one))) &&
      (organisation === undefined || actors.some((one) => organisationOf(one) === organisation)) &&
      (action === undefined || actionsOf(entry, roleOf).some((one) => isAsked(one, action))) &&
      inStream(asked.project) &&
      inStream(asked.account) &&
      (said === undefined || isSaidBy(said, index, entry, organisationOf))
    )
  }
}

function isSaidBy(
  { indexes, organisations, projects, mandates }: Said,
  index: number,
  entry: LoggedEntry,
  organisationOf: (mandate: string) => string | undefined,
): boolean {
  const actors = actorsOf(entry)
  return (
    indexes.includes(index) ||
    actors.some((one) => mandates.includes(one) || organisations.includes(organisationOf(one) ?? '')) ||
    entry.streams.some(([stream]) => projects.includes(stream))
  )
}

/** A mandate that an entry gives, confirms or takes: its role is the action. */
function mandateNamedIn({ body }: LoggedEntry): string[] {
  return 'mandate' in body && typeof body.mandate === 'string' ? [body.mandate] : []
}

/** Most names and texts that a search may be found in. */
const MOST_SAID = 1_000
const MOST_NAMED = 50

/** In which entries these words stand, and what is called so. Throws a problem where they stand nearly everywhere. */
export async function saidIn(services: Services, words: string, mandatesOfUsers: readonly string[]): Promise<Said> {
  const { rows } = await services.pool.query<{ index: string }>({
    name: 'stated-with',
    text: 'SELECT index FROM content_stated WHERE words @@ $1::tsquery LIMIT $2',
    values: [words, MOST_SAID + 1],
  })
  if (rows.length > MOST_SAID) throw tooBroad()
  const indexes = [...new Set(rows.map(({ index }) => Number(index)))]
  const entries = (await entriesAt(services, indexes)).map(({ entry }) => entry)
  const organisations = entries.flatMap((entry) =>
    entry.type === 'OrganisationRegistered' ? [entry.body.organisation] : [],
  )
  const projects = entries.flatMap((entry) => (entry.type === 'ProjectRegistered' ? [entry.body.project] : []))
  if (organisations.length > MOST_NAMED || projects.length > MOST_NAMED) throw tooBroad()
  return { indexes, organisations, projects, mandates: mandatesOfUsers }
}

/** The words stand in too many texts to be looked for. */
export function tooBroad() {
  return fieldProblem('text', 'stands in too many names and texts: add a word')
}
