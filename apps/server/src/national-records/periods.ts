import {
  createNdcPeriod,
  finaliseNdcPeriod,
  listNdcPeriods,
  type NdcPeriod,
  NdcPeriodStatus,
  NdcTarget,
  readNdcPeriod,
  withdrawNdcPeriod,
} from '@tallystick/contract'
import { invariant } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import { CreatedKey, decodeCursor, limitOf, pageFrom } from '../platform/cursor.ts'
import { executeOnce } from '../platform/idempotency.ts'
import { namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { requirePermitted } from '../platform/permitted.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { lockedPeriod, shownTargets } from './register.ts'
import { seenOfPeriod } from './sight.ts'
import { keepStatement } from './statements.ts'
import {
  addVersion,
  lastVersion,
  lockedRecord,
  makeRecord,
  refuseStale,
  VERSIONED,
  type Versioned,
  versionOf,
} from './store.ts'

/** Periods of the NDC register. A finalised one is never changed. */
export function registerPeriods(app: FastifyInstance, services: Services): void {
  reads(app, services)
  opening(app, services)
  ending(app, services)
}

const DECIDE = { action: 'ndc.register.decide', organisations: [], interests: [] } as const

function reads(app: FastifyInstance, services: Services): void {
  handle(app, services, listNdcPeriods, async ({ query }) => {
    const limit = limitOf(query)
    const [at = 'infinity', id = ''] = decodeCursor(CreatedKey, query.cursor) ?? []
    const { rows } = await services.pool.query<Versioned>({
      name: 'ndc-periods',
      text: `SELECT ${VERSIONED} FROM content_record r
               JOIN content_record_version v ON v.record = r.id AND v.version = r.version
              WHERE r.kind = 'ndc-period' AND r.status <> 'withdrawn' AND (r.created_at, r.id) < ($1, $2)
              ORDER BY r.created_at DESC, r.id DESC LIMIT $3`,
      values: [at, id, limit + 1],
    })
    return pageFrom(rows, limit, await shownIn(services, rows), ({ created_at, id }) => [created_at.toISOString(), id])
  })

  handle(app, services, readNdcPeriod, async ({ params, actor }) => {
    const period = await lastVersion(services.pool, 'ndc-period', params.id)
    if (!period) throw problem('not-found')
    const rows = await seenOfPeriod(services, actor, period.id)
    const action = await shownTargets(services, rows)
    return { ...(await shown(services, period)), actions: rows.map(action) }
  })
}

function opening(app: FastifyInstance, services: Services): void {
  handle(app, services, createNdcPeriod, async (call) => {
    const { actor, body } = call
    await requirePermitted(services, actor, DECIDE)
    const years = [body.startYear, body.endYear] as const
    const made = await executeOnce(services, call, async (client) => {
      const wanted = {
        kind: 'ndc-period',
        organisation: actor.organisation,
        years,
        status: 'open',
        content: {},
      } as const
      const made = await makeRecord(client, services, actor, wanted)
      if (!made) throw problem('years-overlap')
      return made
    })
    return shown(services, await versionOf(services, made))
  })
}

function ending(app: FastifyInstance, services: Services): void {
  handle(app, services, withdrawNdcPeriod, async (call) => {
    await requirePermitted(services, call.actor, DECIDE)
    const made = await executeOnce(services, call, async (client) => {
      const id = await lockedPeriod(client, call.params.id)
      const row = await lockedRecord(client, 'ndc-period', id)
      refuseStale(row, call.body.revision)
      const { rowCount } = await client.query('SELECT FROM content_record WHERE period = $1 LIMIT 1', [id])
      if (rowCount !== 0) throw problem('status-wrong')
      const said = { status: 'withdrawn', content: {}, reason: call.body.reason }
      return addVersion(client, services, call.actor, row, 'withdrawn', said)
    })
    return shown(services, await versionOf(services, made))
  })

  handle(app, services, finaliseNdcPeriod, async (call) => {
    await requirePermitted(services, call.actor, DECIDE)
    const made = await executeOnce(services, call, async (client) => {
      const id = await lockedPeriod(client, call.params.id)
      const row = await lockedRecord(client, 'ndc-period', id)
      refuseStale(row, call.body.revision)
      const actions = await decidedActions(client, id)
      const { first_year: startYear, last_year: endYear } = row
      const country = services.genesis.country.code
      const sha256 = await keepStatement(client, { v: 1, of: 'ndc-period', country, startYear, endYear, id, actions })
      return addVersion(client, services, call.actor, row, 'finalised', { status: 'finalised', content: {}, sha256 })
    })
    return shown(services, await versionOf(services, made))
  })
}

interface DecidedRow {
  id: string
  parent: string | null
  organisation: string
  status: string
  content: unknown
}

/** What was approved in a period. Throws a problem where anything waits, or nothing was approved. */
async function decidedActions(client: pg.PoolClient, period: string) {
  const { rows } = await client.query<DecidedRow>(
    `SELECT r.id, r.parent, r.organisation, r.status, v.content FROM content_record r
       LEFT JOIN content_record_version v ON v.record = r.id AND v.version = r.approved
      WHERE r.period = $1 ORDER BY r.created_at, r.id`,
    [period],
  )
  const approved = rows.filter(({ content }) => content !== null)
  const waiting = rows.filter(({ status }) => status === 'pending').length
  if (waiting > 0 || approved.length === 0) throw problem('period-incomplete', { waiting: String(waiting) })
  return approved.map(({ id, parent, organisation, content }) => {
    return { id, parent, ministry: organisation, ...NdcTarget.parse(content) }
  })
}

async function shown(services: Services, row: Versioned): Promise<NdcPeriod> {
  return (await shownIn(services, [row]))(row)
}

async function shownIn(services: Services, rows: readonly Versioned[]): Promise<(row: Versioned) => NdcPeriod> {
  const names = await namesIn(
    services,
    rows.map(({ organisation }) => organisation),
  )
  return (row) => {
    const { first_year: startYear, last_year: endYear } = row
    invariant(startYear !== null && endYear !== null, 'a period has years')
    const status = NdcPeriodStatus.parse(row.said)
    return {
      id: row.id,
      startYear,
      endYear,
      finalised: status === 'finalised',
      status,
      sha256: status === 'finalised' ? row.sha256 : null,
      createdAt: row.created_at.toISOString(),
      revision: row.revision,
      organisation: names.organisationRef(row.organisation),
      at: row.at.toISOString(),
    }
  }
}
