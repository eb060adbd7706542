import {
  EmissionValues,
  type GwpSet,
  GwpSet as GwpSets,
  inventoryCategories,
  inventoryOperations,
  type Language,
  listInventoryCategories,
  ProjectionValues,
  projectionOperations,
  type YearOperations,
  type YearValues,
} from '@tallystick/contract'
import { canonicalJson, invariant } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import { z } from 'zod'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { executeOnce, type Sender } from '../platform/idempotency.ts'
import { spokenTo } from '../platform/language.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { requirePermitted } from '../platform/permitted.ts'
import { checked, problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { categoryName } from './category-names.ts'
import { valuesIn, yearCsv } from './csv.ts'
import { seesAll } from './sight.ts'
import { keepStatement } from './statements.ts'
import {
  addVersion,
  type Made,
  makeRecord,
  refuseOwnWord,
  refuseStale,
  stepsOf,
  VERSIONED,
  type Versioned,
  versionOf,
} from './store.ts'
import { saidOf, totalsOf, withEquivalents } from './values.ts'

interface Series {
  kind: 'inventory' | 'projection'
  operations: YearOperations
  schema: z.ZodType<YearValues>
  columns: readonly string[]
}

const inventory: Series = {
  kind: 'inventory',
  operations: inventoryOperations,
  schema: EmissionValues,
  columns: ['co2', 'ch4', 'n2o', 'co2eq'],
}

const projection: Series = {
  kind: 'projection',
  operations: projectionOperations,
  schema: ProjectionValues,
  columns: ['bau', 'conditionalNdc', 'unconditionalNdc'],
}

/** What a version of a year says. */
const YearContent = z.strictObject({
  gwp: GwpSets,
  remark: z.string().optional(),
  values: z.record(z.string(), z.record(z.string(), z.string())),
})
type YearContent = z.infer<typeof YearContent>

/** Greenhouse gas inventories and projections: a version at a time, until a year is finalised. */
export function registerYears(app: FastifyInstance, services: Services): void {
  for (const series of [inventory, projection]) {
    reads(app, services, series)
    writes(app, services, series)
    finalising(app, services, series)
  }

  handle(app, services, listInventoryCategories, async ({ request, reply }) => {
    const language = spokenTo(request, reply)
    return {
      items: inventoryCategories.map(({ code, path, parent, leaf, land }) => {
        return { code, name: categoryName(language, code), path, parent, leaf, land }
      }),
    }
  })
}

function reads(app: FastifyInstance, services: Services, series: Series): void {
  const { kind, operations, columns } = series
  handle(app, services, operations.list, async ({ query, actor }) => {
    const limit = limitOf(query)
    const [before = Number.MAX_SAFE_INTEGER] = decodeCursor(NumberKey, query.cursor) ?? []
    const { rows } = await services.pool.query<Versioned>({
      name: 'years-seen',
      text: `${LAST} WHERE r.kind = $1 AND lower(r.years) < $2::bigint
                AND ($3 OR r.organisation = $4 OR r.status = 'finalised')
              ORDER BY lower(r.years) DESC LIMIT $5`,
      values: [kind, before, await seesAll(services, actor, kind), actor?.organisation ?? '', limit + 1],
    })
    const names = await namesOf(services, rows)
    return pageFrom(
      rows,
      limit,
      (row) => headOf(names, row),
      (row) => [yearOf(row)],
    )
  })

  handle(app, services, operations.read, async ({ params, actor }) =>
    shown(services, await seenYear(services, series, actor, params.year)),
  )

  handle(app, services, operations.exportCsv, async ({ params, actor, request, reply }) => {
    const row = await seenYear(services, series, actor, params.year)
    const language: Language = spokenTo(request, reply)
    reply.header('content-disposition', `attachment; filename="${kind}-${yearOf(row)}.csv"`)
    return yearCsv(YearContent.parse(row.content).values, columns, (code) => categoryName(language, code))
  })

  handle(app, services, operations.versions, async ({ params, actor }) => {
    const row = await seenYear(services, series, actor, params.year)
    if (!(await isParty(services, actor, row))) throw problem('not-found')
    return stepsOf(services, row.id)
  })
}

function writes(app: FastifyInstance, services: Services, series: Series): void {
  const { operations, schema, columns } = series
  handle(app, services, operations.write, ({ body, ...call }) => {
    const { revision, gwp, remark, values } = body
    return write(services, call, series, revision, contentOf(series, gwp, remark, values))
  })

  handle(app, services, operations.importCsv, ({ body, ...call }) => {
    const { revision, gwp, remark, csv } = body
    const parsed = checked(z.strictObject({ csv: schema }), { csv: valuesIn(csv, columns) })
    if ('error' in parsed) throw parsed.error
    return write(services, call, series, revision, contentOf(series, gwp, remark, parsed.value.csv))
  })
}

function contentOf(series: Series, gwp: GwpSet, remark: string | undefined, values: YearValues): YearContent {
  const said = saidOf(values)
  const whole = series.kind === 'inventory' ? withEquivalents(said, gwp) : said
  return YearContent.parse({ gwp, ...(remark === undefined ? {} : { remark }), values: whole })
}

interface YearCall extends Sender {
  actor: Actor
  params: { year: string }
}

/** Keeps a version of a year, under the permission of whoever began it. */
async function write(services: Services, call: YearCall, series: Series, revision: number, content: YearContent) {
  const { kind } = series
  const year = Number(call.params.year)
  const latest = services.clock().getUTCFullYear()
  if (kind === 'inventory' && year > latest) throw problem('date-wrong', { latest: String(latest) })
  const known = await yearRow(services.pool, series, year)
  const organisation = known?.organisation ?? call.actor.organisation
  await requirePermitted(services, call.actor, {
    action: 'inventory.write',
    organisations: [organisation],
    interests: [],
  })
  const made = await executeOnce(services, call, async (client) => {
    const row = await lockedYear(client, series, year)
    if (row) return nextVersion(client, services, call.actor, row, revision, content)
    if (revision !== 0) throw problem('revision-stale', { revision: '0' })
    const wanted = { kind, organisation, years: [year, year] as const, status: 'saved', content }
    const made = await makeRecord(client, services, call.actor, wanted)
    if (!made) throw problem('revision-stale', { revision: '1' })
    return made
  })
  return shown(services, await versionOf(services, made))
}

function nextVersion(
  client: pg.PoolClient,
  services: Services,
  actor: Actor,
  row: Versioned,
  revision: number,
  content: YearContent,
): Promise<Made> {
  if (row.status === 'finalised') throw problem('already-final')
  refuseStale(row, revision)
  if (canonicalJson(row.content) === canonicalJson(content)) throw problem('nothing-changes')
  return addVersion(client, services, actor, row, 'changed', { status: 'saved', content })
}

function finalising(app: FastifyInstance, services: Services, series: Series): void {
  const { kind, operations } = series
  handle(app, services, operations.finalise, async (call) => {
    const year = Number(call.params.year)
    const known = await yearRow(services.pool, series, year)
    const organisations = known ? [known.organisation] : []
    await requirePermitted(services, call.actor, { action: 'inventory.finalise', organisations, interests: [] })
    const made = await executeOnce(services, call, async (client) => {
      const row = await lockedYear(client, series, year)
      if (!row) throw problem('not-found')
      if (row.status === 'finalised') throw problem('already-final')
      refuseStale(row, call.body.revision)
      refuseOwnWord(call.actor, row)
      const content = YearContent.parse(row.content)
      const country = services.genesis.country.code
      const about = { v: 1, of: kind, country, year, unit: 'kt', revision: row.version }
      const sha256 = await keepStatement(client, { ...about, ...content, totals: totalsOf(content.values) })
      return addVersion(client, services, call.actor, row, 'finalised', { status: 'finalised', content, sha256 })
    })
    return shown(services, await versionOf(services, made))
  })
}

const LAST = `SELECT ${VERSIONED} FROM content_record r
  JOIN content_record_version v ON v.record = r.id AND v.version = r.version`

async function yearRow(
  queries: Pick<pg.Pool | pg.PoolClient, 'query'>,
  { kind }: Series,
  year: number,
): Promise<Versioned | undefined> {
  const { rows } = await queries.query<Versioned>(`${LAST} WHERE r.kind = $1 AND r.years @> $2::int`, [kind, year])
  return rows[0]
}

/** The same, locked until the end of the transaction. */
async function lockedYear(client: pg.PoolClient, series: Series, year: number): Promise<Versioned | undefined> {
  const about = [series.kind, year]
  await client.query('SELECT FROM content_record WHERE kind = $1 AND years @> $2::int FOR UPDATE', about)
  return yearRow(client, series, year)
}

async function seenYear(
  services: Services,
  series: Series,
  actor: Actor | undefined,
  year: string,
): Promise<Versioned> {
  const row = await yearRow(services.pool, series, Number(year))
  if (!row) throw problem('not-found')
  if (row.status !== 'finalised' && !(await isParty(services, actor, row))) throw problem('not-found')
  return row
}

async function isParty(
  services: Services,
  actor: Actor | undefined,
  { kind, organisation }: Versioned,
): Promise<boolean> {
  return actor?.organisation === organisation || seesAll(services, actor, kind)
}

function yearOf({ first_year: year }: Versioned): number {
  invariant(year !== null, 'an inventory and a projection are of a year')
  return year
}

function namesOf(services: Services, rows: readonly Versioned[]): Promise<KnownNames> {
  return namesIn(
    services,
    rows.map(({ organisation }) => organisation),
  )
}

function headOf(names: KnownNames, row: Versioned) {
  const isFinal = row.said === 'finalised'
  return {
    year: yearOf(row),
    state: isFinal ? ('finalised' as const) : ('saved' as const),
    revision: row.revision,
    organisation: names.organisationRef(row.organisation),
    at: row.at.toISOString(),
    gwp: YearContent.parse(row.content).gwp,
    sha256: isFinal ? row.sha256 : null,
  }
}

async function shown(services: Services, row: Versioned) {
  const { remark = null, values } = YearContent.parse(row.content)
  const head = headOf(await namesOf(services, [row]), row)
  return { ...head, unit: 'kt' as const, remark, values, totals: totalsOf(values) }
}
