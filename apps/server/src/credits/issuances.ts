import {
  type CarriedOutcome,
  type Conversion,
  carryOutcome,
  convertUnits,
  listCarriedOutcomes,
  listConversions,
  listRemainders,
  type Remainder,
  readCarriedOutcome,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { homeClass, invariant, toWire } from '@tallystick/rules'
import { recognise, type Serial } from '@tallystick/serials'
import type { FastifyInstance } from 'fastify'
import { entryAt, entryOf, isOf, type LogRow, placeOf } from '../platform/entries.ts'
import { execute } from '../platform/idempotency.ts'
import type { KnownNames } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { fieldProblem, problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { batchOf } from './answers.ts'
import { each, pageOfEntries, shown } from './lists.ts'
import { classOf } from './serials.ts'

/** Outcomes that are carried forward, and units that are issued in the place of others. */
export function registerIssuances(app: FastifyInstance, services: Services): void {
  handle(app, services, carryOutcome, async (call) => {
    const receipt = await execute(services, call, { type: 'OutcomeCarried', request: call.body })
    return shown(services, { ...receipt, entry: entryOf('OutcomeCarried', receipt) }, each(carriedOf))
  })
  handle(app, services, listCarriedOutcomes, ({ query }) =>
    pageOfEntries(services, 'OutcomeCarried', query, each(carriedOf)),
  )

  handle(app, services, readCarriedOutcome, async ({ params }) => {
    const row = await entryAt(services, params.index)
    if (!row || !isOf(row, 'OutcomeCarried')) throw problem('not-found')
    return shown(services, row, each(carriedOf))
  })
  handle(app, services, listRemainders, async ({ params }) => {
    if (!(await services.ledger.row('project', params.id))) throw problem('not-found')
    return { items: await remaindersOf(services, params.id) }
  })

  handle(app, services, convertUnits, async (call) => {
    const { serials, ...body } = call.body
    const request = { batch: randomId(), ...body, source: await sourceOf(services, serials) }
    const receipt = await execute(services, call, { type: 'UnitsConverted', request })
    return shown(services, { ...receipt, entry: entryOf('UnitsConverted', receipt) }, each(conversionOf))
  })
  handle(app, services, listConversions, ({ query }) =>
    pageOfEntries(services, 'UnitsConverted', query, each(conversionOf)),
  )
}

function carriedOf(row: LogRow<'OutcomeCarried'>, names: KnownNames): CarriedOutcome {
  const { authorisation, vintage, certified, period, monitoringPeriod } = row.entry.body
  const ground = names.authorisation(authorisation)
  invariant(ground, 'an outcome has its authorisation')
  return {
    id: row.index,
    authorisation,
    project: names.projectRef(ground.project),
    unitType: ground.unitType,
    vintage,
    certified,
    period,
    monitoringPeriod,
    entry: placeOf(row),
  }
}

/** First vintage that an issuance can have. */
const FIRST_VINTAGE = 2000
const MICRO = 1_000_000n

/** What is carried of a project: of each type of unit that was authorised, a fraction for each vintage and a deficit. */
async function remaindersOf(services: Services, project: string): Promise<Remainder[]> {
  const { rows: types } = await services.pool.query<{ type: string }>({
    name: 'unit-types-of-project',
    text: `SELECT DISTINCT row ->> 'unitType' AS type FROM ledger_row
            WHERE kind = 'authorisation' AND row ? 'project' AND row ->> 'project' = $1 ORDER BY 1`,
    values: [project],
  })
  const years = services.clock().getUTCFullYear() - FIRST_VINTAGE + 1
  const vintages = Array.from({ length: years }, (_, at) => `${FIRST_VINTAGE + at}`)
  const asked = types.flatMap(({ type }) => [
    ...vintages.map((vintage) => ({ id: homeClass(project, vintage, type), unitType: type, vintage })),
    { id: `${project}/${type}`, unitType: type, vintage: null },
  ])
  const found = await services.ledger.rows(
    'remainder',
    asked.map(({ id }) => id),
  )
  return asked.flatMap(({ id, unitType, vintage }) => {
    const micro = found.get(id)?.micro ?? 0n
    return micro === 0n ? [] : [{ unitType, vintage, carried: decimal(micro) }]
  })
}

/** Millionths as a decimal without needless zeros. */
function decimal(micro: bigint): string {
  const size = micro < 0n ? -micro : micro
  const fraction = `${size % MICRO}`.padStart(6, '0').replace(/0+$/, '')
  return `${micro < 0n ? '-' : ''}${size / MICRO}${fraction === '' ? '' : `.${fraction}`}`
}

function conversionOf(row: LogRow<'UnitsConverted'>, names: KnownNames): Conversion {
  const { to, reason, source } = row.entry.body
  const ranges = source.ranges.map(([first, last]) => ({ first, last }))
  return { ...batchOf(row, names), to, reason, source: { ...source, ranges } }
}

/** The units of another registry that serial numbers mean. Throws a problem where nothing is on record of them. */
async function sourceOf(services: Services, texts: readonly string[]) {
  const serials = texts.map((text, at) => foreign(text, at))
  const [first] = serials
  if (!first) throw fieldProblem('serials', 'must have at least one item')
  const other = serials.findIndex(({ space }) => space !== first.space)
  if (other >= 0) throw fieldProblem(`serials.${other}`, 'must be of the same numbers as the first', first.space)
  const { range, space } = first
  const [run] = await services.ledger.runs(space, { first: range.first, last: range.first }, 1)
  const registry = run && run.batch === '' ? classOf(run).registry : null
  if (registry === null) {
    throw problem('serial-unknown', {}, [{ field: 'serials.0', message: 'is not on record of another registry' }])
  }
  return { registry, space, ranges: serials.map((serial) => toWire(serial.range)) }
}

function foreign(text: string, at: number): Serial {
  const found = recognise(text)
  const [serial] = found
  if (serial && found.length === 1 && serial.format !== 'national') return serial
  throw problem('serial-unclear', {}, [
    { field: `serials.${at}`, message: 'must be one serial number or range of another registry' },
  ])
}
