import { externalKeyOf, type listProjects, type Page, type Project } from '@tallystick/contract'
import { invariant } from '@tallystick/rules'
import type { z } from 'zod'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'
import { projectOf } from './queries.ts'
import { indexTitles, titleQuestion } from './titles.ts'

type Query = z.output<(typeof listProjects)['query']>

/** Parts of the one statement that lists projects; what is asked for stands in its parameters only. */
interface Statement {
  tables: string[]
  conditions: string[]
  values: unknown[]
  /** By which the list is sorted: always the number of the project, from the table that knows it best. */
  number: string
}

/** Projects of which everything asked for is true, newest first. */
export async function projectPage(services: Services, query: Query): Promise<Page<Project>> {
  const limit = limitOf(query)
  const [before] = decodeCursor(NumberKey, query.cursor) ?? []
  const statement = await statementOf(services, query)
  if (!statement) return { items: [], next: null }
  const { tables, conditions, values, number } = statement
  const { rows } = await services.pool.query<{ id: string; number: string }>(
    `SELECT p.id, ${number} AS number FROM ledger_row p ${tables.join(' ')}
      WHERE p.kind = 'project' AND ${[...conditions, `${number} < $1`].join(' AND ')}
      ORDER BY ${number} DESC LIMIT $2`,
    [before ?? Number.MAX_SAFE_INTEGER, limit + 1, ...values],
  )
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

const NUMBER = `(p.row ->> 'number')::bigint`

/** The version of the description that is in force. */
const DESCRIBED = `JOIN content_description d
    ON d.project = p.id AND d.sha256 = p.row #>> '{documents,description,sha256}'`

/** Undefined where nothing can be found. */
async function statementOf(services: Services, query: Query): Promise<Statement | undefined> {
  const { state, sectoralScope, sector, externalId, owner, title } = query
  const statement: Statement = { tables: [], conditions: [], values: [], number: NUMBER }
  const { tables, conditions, values } = statement
  const place = (value: unknown) => `$${values.push(value) + 2}`
  if (state !== undefined) conditions.push(`p.row ->> 'state' = ${place(state)}`)
  if (sectoralScope !== undefined) conditions.push(`p.row ->> 'scope' = ${place(sectoralScope)}`)
  if (owner !== undefined) conditions.push(ownedBy(place(owner)))
  if (title !== undefined) {
    const question = titleQuestion(title)
    if (question === undefined) return undefined
    await indexTitles(services)
    tables.push('JOIN content_title t ON t.project = p.id')
    conditions.push(`t.words @@ ${place(question)}::tsquery`, TITLE_IS_KEPT)
    statement.number = 't.number'
  }
  if (sector !== undefined || externalId !== undefined) tables.push(DESCRIBED)
  if (sector !== undefined) {
    conditions.push(`d.sector = ${place(sector)}`)
    statement.number = title === undefined ? 'd.number' : 't.number'
  }
  if (externalId !== undefined) conditions.push(`d.external_key = ${place(externalKeyOf(externalId))}`)
  return statement
}

/** One of the owners' accounts is the organisation's. */
function ownedBy(place: string): string {
  return `p.id IN (
    SELECT o.id FROM ledger_row a
     CROSS JOIN LATERAL (
       SELECT id FROM ledger_row
        WHERE kind = 'project' AND row -> 'owners' @> jsonb_build_array(jsonb_build_object('account', a.id)) OFFSET 0) o
     WHERE a.kind = 'account' AND a.row ? 'organisation' AND a.row ->> 'organisation' = ${place})`
}

/** What was erased is not found any more. */
const TITLE_IS_KEPT = `EXISTS (SELECT FROM content_opening WHERE commitment = p.row ->> 'title')`
