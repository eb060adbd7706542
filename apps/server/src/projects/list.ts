import { externalKeyOf, type listProjects, type Page, type Project } from '@tallystick/contract'
import { invariant } from '@tallystick/rules'
import type { z } from 'zod'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'
import { projectOf } from './queries.ts'
import { indexTitles, titleQuestion } from './titles.ts'

type Query = z.output<(typeof listProjects)['query']>

/**
 * So many of the newest projects are looked through first. What is found often is found there, and what is found seldom
 * is found by its index: no question reads more than a small part of the registry.
 */
const WINDOW = 2_000

/** Projects of which everything asked for is true, newest first. */
export async function projectPage(services: Services, query: Query): Promise<Page<Project>> {
  const limit = limitOf(query)
  const [cursor = Number.MAX_SAFE_INTEGER] = decodeCursor(NumberKey, query.cursor) ?? []
  const { projects, states } = (await services.ledger.row('ledger', 'ledger')) ?? { projects: 0, states: {} }
  const filters = filtersOf(query, states)
  if (!filters) return { items: [], next: null }
  if (query.title !== undefined) await indexTitles(services)
  const before = Math.min(cursor, projects + 1)
  const isDirect = filters.length === 0 || query.externalId !== undefined
  const floor = isDirect ? 0 : Math.max(0, before - WINDOW)
  const rows = await matching(services, { filters, before, floor, limit: limit + 1 })
  if (rows.length <= limit && floor > 0) {
    rows.push(...(await matching(services, { filters, before: floor, floor: 0, limit: limit + 1 - rows.length })))
  }
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

/** What a list is filtered by. In its parts, `$?` stands for the value. */
interface Filter {
  value: string
  /** A condition on the project `p`, or on what is looked up for it. */
  condition: string
  /** What is looked up for each project, by its primary key. */
  lookUp?: string
  /** Tables that have an index of their own for it: joined where PostgreSQL is to choose how to begin. */
  join?: string
  /** The projects of which it is true, by an index that leaves few of them: asked first, wherever there is one. */
  found?: string
  /** A condition besides, however it was found. */
  always?: string
}

interface Asked {
  filters: readonly Filter[]
  /** Numbers of projects, the first not included. */
  before: number
  floor: number
  limit: number
}

/** The newest projects below a number and from another on. The statement is made of our own parts only. */
async function matching({ pool }: Services, { filters, before, floor, limit }: Asked) {
  const values: (string | number)[] = [before, floor, limit]
  const filled = filters.map((filter) => {
    const place = `$${values.push(filter.value)}`
    const parts = Object.entries(filter).map(([name, part]) => [name, part.replaceAll('$?', place)])
    return Object.fromEntries(parts) as Filter
  })
  const { from, number, conditions } = floor > 0 ? lookingThrough(filled) : findingFirst(filled)
  const { rows } = await pool.query<{ id: string; number: string }>(
    `${from} WHERE p.kind = 'project' AND ${[`${number} < $1`, `${number} >= $2`, ...conditions].join(' AND ')}
      ORDER BY ${number} DESC LIMIT $3`,
    values,
  )
  return rows
}

const NUMBER = `(p.row ->> 'number')::bigint`

interface Parts {
  /** The statement up to its conditions. */
  from: string
  number: string
  conditions: string[]
}

/** Goes from project to project, the newest first, and looks up of each what is asked. */
function lookingThrough(filters: readonly Filter[]): Parts {
  const lookUps = new Set(filters.flatMap(({ lookUp }) => lookUp ?? []))
  return {
    from: `SELECT p.id, ${NUMBER} AS number FROM ledger_row p ${[...lookUps].join(' ')}`,
    number: NUMBER,
    conditions: filters.flatMap(({ condition, always }) => [condition, ...(always ? [always] : [])]),
  }
}

/** Begins with what an index finds, and looks the rest up; without such an index, PostgreSQL chooses where to begin. */
function findingFirst(filters: readonly Filter[]): Parts {
  const finding = filters.filter(({ found }) => found !== undefined)
  const others = filters.filter(({ found }) => found === undefined)
  if (finding.length === 0) {
    const joins = new Set(filters.flatMap(({ join }) => join ?? []))
    const number = joins.size > 0 ? 'd.number' : NUMBER
    const from = `SELECT p.id, ${number} AS number FROM ledger_row p ${[...joins].join(' ')}`
    return { from, number, conditions: filters.map(({ condition }) => condition) }
  }
  const found = finding.map((filter, at) => `f${at} AS MATERIALIZED (${filter.found})`)
  const all = finding.map((_, at) => (at === 0 ? 'f0' : `JOIN f${at} USING (project)`))
  const { from, number, conditions } = lookingThrough(others)
  return {
    number,
    conditions: [...conditions, ...finding.flatMap(({ always }) => always ?? [])],
    from: `WITH ${found.join(', ')} ${from.replace('FROM ledger_row p', `FROM ${all.join(' ')} ${PROJECT_FOUND}`)}`,
  }
}

// The inner selects with OFFSET 0 keep to one look into the index for each project, whatever PostgreSQL guesses.
const PROJECT_FOUND = "CROSS JOIN LATERAL (SELECT * FROM ledger_row WHERE kind = 'project' AND id = project OFFSET 0) p"

const described = {
  lookUp: `CROSS JOIN LATERAL (
    SELECT sector, external_key FROM content_description
     WHERE project = p.id AND sha256 = p.row #>> '{documents,description,sha256}' OFFSET 0) d`,
  // Nearly always the description of a project is the one in force: compared plainly, PostgreSQL would think hardly ever.
  join: `JOIN content_description d ON d.project = p.id
     AND CASE WHEN d.sha256 = p.row #>> '{documents,description,sha256}' THEN true ELSE false END`,
}

/** One of the owners' accounts is the organisation's. */
const owned = {
  condition: `EXISTS (
    SELECT FROM jsonb_array_elements(p.row -> 'owners') o
     CROSS JOIN LATERAL (SELECT row FROM ledger_row WHERE kind = 'account' AND id = o ->> 'account' OFFSET 0) a
     WHERE a.row ->> 'organisation' = $?)`,
  found: `
    SELECT DISTINCT o.id AS project FROM ledger_row a
     CROSS JOIN LATERAL (
       SELECT id FROM ledger_row
        WHERE kind = 'project' AND row -> 'owners' @> jsonb_build_array(jsonb_build_object('account', a.id)) OFFSET 0) o
     WHERE a.kind = 'account' AND a.row ? 'organisation' AND a.row ->> 'organisation' = $?`,
}

const titled = {
  condition: 't.words @@ $?::tsquery',
  lookUp: 'CROSS JOIN LATERAL (SELECT words FROM content_title WHERE project = p.id OFFSET 0) t',
  found: 'SELECT project FROM content_title WHERE words @@ $?::tsquery',
  // A title that was erased is not found any more.
  always: "EXISTS (SELECT FROM content_opening WHERE commitment = p.row ->> 'title' OFFSET 0)",
}

/** A state in which few projects are is looked for before anything else. */
const FEW = 5_000
const FOUND_BY_STATE = "SELECT id AS project FROM ledger_row WHERE kind = 'project' AND row ->> 'state' = $?"

/** Undefined where nothing can be found. */
function filtersOf(
  { state, sectoralScope, sector, externalId, owner, title }: Query,
  states: Readonly<Record<string, number>>,
): Filter[] | undefined {
  const question = title === undefined ? undefined : titleQuestion(title)
  if (title !== undefined && question === undefined) return undefined
  const key = externalId === undefined ? undefined : externalKeyOf(externalId)
  const isRare = state !== undefined && (Object.hasOwn(states, state) ? (states[state] ?? 0) : 0) <= FEW
  const byState = { condition: "p.row ->> 'state' = $?", ...(isRare ? { found: FOUND_BY_STATE } : {}) }
  const filters: (Filter | undefined)[] = [
    state === undefined ? undefined : { value: state, ...byState },
    sectoralScope === undefined ? undefined : { value: sectoralScope, condition: "p.row ->> 'scope' = $?" },
    owner === undefined ? undefined : { value: owner, ...owned },
    question === undefined ? undefined : { value: question, ...titled },
    sector === undefined ? undefined : { value: sector, condition: 'd.sector = $?', ...described },
    key === undefined ? undefined : { value: key, condition: 'd.external_key = $?', ...described },
  ]
  const given = filters.filter((filter) => filter !== undefined)
  // Of the few projects in a rare state the rest is looked up.
  return isRare ? given.map((filter) => (filter.found === FOUND_BY_STATE ? filter : lookedUp(filter))) : given
}

function lookedUp({ found: _, ...filter }: Filter): Filter {
  return filter
}
