import { externalKeyOf, type listProjects, type Page, type Project } from '@tallystick/contract'
import { invariant } from '@tallystick/rules'
import type { z } from 'zod'
import { followConcerns, owns } from '../platform/concerns.ts'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'
import { projectOf } from './queries.ts'
import { indexTitles, titleQuestion } from './titles.ts'

type Query = z.output<(typeof listProjects)['query']>

/** Projects of which everything asked for is true, newest first. */
export async function projectPage(services: Services, query: Query): Promise<Page<Project>> {
  const limit = limitOf(query)
  const [before = Number.MAX_SAFE_INTEGER] = decodeCursor(NumberKey, query.cursor) ?? []
  const values = valuesOf(query)
  if (!values) return { items: [], next: null }
  const { states } = (await services.ledger.row('ledger', 'ledger')) ?? { states: {} }
  if (query.title !== undefined) await indexTitles(services)
  if (query.owner !== undefined) await followConcerns(services)
  const rows = await found(services, { values, first: firstOf(values, states), before, limit: limit + 1 })
  const names = await namesIn(
    services,
    rows.map(({ id }) => id),
  )
  const itemOf = ({ id }: { id: string }) => {
    const project = projectOf(names, id)
    invariant(project, 'a registered project has its row')
    return project
  }
  return pageFrom(rows, limit, itemOf, (row) => [Number(row.number)])
}

type Name = 'state' | 'scope' | 'owner' | 'title' | 'sector' | 'externalId'
type Values = ReadonlyMap<Name, string>

/** What is asked for, as the database compares it. Undefined where nothing can be found. */
function valuesOf({ state, sectoralScope, sector, externalId, owner, title }: Query): Values | undefined {
  const question = title === undefined ? undefined : titleQuestion(title)
  if (title !== undefined && question === undefined) return undefined
  const asked: [Name, string | undefined][] = [
    ['state', state],
    ['scope', sectoralScope],
    ['owner', owner],
    ['title', question],
    ['sector', sector],
    ['externalId', externalId === undefined ? undefined : externalKeyOf(externalId)],
  ]
  return new Map(asked.flatMap(([name, value]): [Name, string][] => (value === undefined ? [] : [[name, value]])))
}

/** A condition for each filter, on the project `p` or on what is looked up for it; `$?` stands for the value. */
const CONDITIONS: Readonly<Record<Name, { condition: string; on?: 'title' | 'description' }>> = {
  state: { condition: "p.row ->> 'state' = $?" },
  scope: { condition: "p.row ->> 'scope' = $?" },
  owner: { condition: owns('$?') },
  title: {
    on: 'title',
    // A title that was erased is not found any more.
    condition: `t.words @@ $?::tsquery
      AND EXISTS (SELECT FROM content_opening WHERE commitment = p.row ->> 'title' OFFSET 0)`,
  },
  sector: { on: 'description', condition: 'd.sector = $?' },
  externalId: { on: 'description', condition: 'd.external_key = $?' },
}

// The inner selects with OFFSET 0 keep to one look into the index for each project, whatever PostgreSQL guesses.
const PROJECT = (id: string) =>
  `CROSS JOIN LATERAL (SELECT id, row FROM ledger_row WHERE kind = 'project' AND ledger_row.id = ${id} OFFSET 0) p`
const LOOK_UPS = {
  title: 'CROSS JOIN LATERAL (SELECT words FROM content_title WHERE project = p.id OFFSET 0) t',
  description: `CROSS JOIN LATERAL (
    SELECT sector, external_key FROM content_description
     WHERE project = p.id AND sha256 = p.row #>> '{documents,description,sha256}' OFFSET 0) d`,
}

/** Where a question begins: rows of an index in the order of the numbers of projects, each with its project. */
interface Beginning {
  /** Ends with the project `p`. */
  from: string
  number: string
  conditions: readonly string[]
  /** What need not be looked up any more. */
  has?: 'title' | 'description'
}

/** Which filter leads: the others are asked of each project that it finds, until there are enough. */
type First = 'project' | 'owner' | 'title' | 'sector' | 'externalId'

const BEGINNINGS: Readonly<Record<Exclude<First, 'title'>, Beginning>> = {
  // State and scope have indexes in this order, each and both.
  project: { from: 'ledger_row p', number: "(p.row ->> 'number')::bigint", conditions: ["p.kind = 'project'"] },
  owner: {
    from: `content_concern c ${PROJECT('c.project')}`,
    number: 'c.number',
    conditions: ['c.organisation = $? AND c.owns'],
  },
  sector: ofDescriptions(),
  externalId: ofDescriptions(),
}

function ofDescriptions(): Beginning {
  return {
    from: `content_description d ${PROJECT('d.project')}`,
    number: 'd.number',
    // Nearly always the description of a project is the one in force: compared plainly, PostgreSQL would think hardly ever.
    conditions: ["CASE WHEN d.sha256 = p.row #>> '{documents,description,sha256}' THEN true ELSE false END"],
    has: 'description',
  }
}

/** In so few projects a state is rare: it is asked first, before anything that may be true of many. */
const RARE = 200

function firstOf(values: Values, states: Readonly<Record<string, number>>): First {
  const state = values.get('state')
  const isRare = state !== undefined && (Object.hasOwn(states, state) ? (states[state] ?? 0) : 0) <= RARE
  if (values.has('externalId')) return 'externalId'
  if (isRare) return 'project'
  return (['owner', 'title', 'sector'] as const).find((name) => values.has(name)) ?? 'project'
}

interface Asked {
  values: Values
  first: First
  /** The number of the project after which the page begins. */
  before: number
  limit: number
}

interface Row {
  id: string
  number: string
}

/** Words that stand in no more titles than these are found by their index, and sorted. */
const FEW_TITLES = 500
/** So many of the newest titles are looked through for words that stand in more. */
const WINDOW = 1_000

/**
 * Words have no index in the order of numbers. What stands in few titles is read by the index of words; what stands in many
 * is found among the newest, and if it is not, it does not stand in so many of the rest.
 */
async function found(services: Services, asked: Asked): Promise<Row[]> {
  const { first, before, limit } = asked
  if (first !== 'title') return matching(services, asked, BEGINNINGS[first])
  if (await isInFewTitles(services, asked)) return matching(services, asked, BY_WORDS)
  const { projects } = (await services.ledger.row('ledger', 'ledger')) ?? { projects: 0 }
  const top = Math.min(before, projects + 1)
  const floor = Math.max(0, top - WINDOW)
  const newest = await matching(services, { ...asked, before: top }, amongNewest(floor))
  if (newest.length === limit || floor === 0) return newest
  return [...newest, ...(await matching(services, { ...asked, before: floor, limit: limit - newest.length }, BY_WORDS))]
}

async function isInFewTitles({ pool }: Services, { values, before }: Asked): Promise<boolean> {
  const { rowCount } = await pool.query(
    'SELECT FROM content_title WHERE words @@ $1::tsquery AND number < $2 LIMIT $3',
    [values.get('title'), before, FEW_TITLES + 1],
  )
  return (rowCount ?? 0) <= FEW_TITLES
}

function amongNewest(floor: number): Beginning {
  const titles = `SELECT project, number, words FROM content_title WHERE number < $1 AND number >= ${floor}`
  return { ...BY_WORDS, from: `(${titles} ORDER BY number DESC OFFSET 0) t ${PROJECT('t.project')}` }
}

const BY_WORDS: Beginning = {
  from: `(SELECT project, number, words FROM content_title
           WHERE words @@ $?::tsquery AND number < $1 ORDER BY number DESC OFFSET 0) t ${PROJECT('t.project')}`,
  number: 't.number',
  conditions: [],
  has: 'title',
}

/**
 * The newest projects before a number of which all is true. The statement is made of our own parts only. It does not tell
 * PostgreSQL how many are asked for: believing that there are no more, it would read and sort all that fits.
 */
async function matching({ pool }: Services, { values, first, before, limit }: Asked, beginning: Beginning) {
  const parameters: (string | number)[] = [before, limit]
  const places = new Map([...values].map(([name, value]) => [name, `$${parameters.push(value)}`]))
  const filters = [...places].map(([name, place]) => ({ ...CONDITIONS[name], place }))
  const filled = (text: string, place = '') => text.replaceAll('$?', place)
  const place = first === 'project' ? undefined : places.get(first)
  const lookUps = new Set(filters.flatMap(({ on }) => (on === undefined || on === beginning.has ? [] : [LOOK_UPS[on]])))
  const conditions = [
    `${beginning.number} < $1`,
    ...beginning.conditions.map((condition) => filled(condition, place)),
    ...filters.map((filter) => filled(filter.condition, filter.place)),
  ]
  const { rows } = await pool.query<Row>(
    `SELECT p.id, ${beginning.number} AS number FROM ${filled(beginning.from, place)} ${[...lookUps].join(' ')}
      WHERE ${conditions.join(' AND ')} ORDER BY ${beginning.number} DESC LIMIT (SELECT $2::bigint)`,
    parameters,
  )
  return rows
}
