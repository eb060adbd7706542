import {
  certifyOutcome,
  listCreditingPeriods,
  listPeriods,
  movePeriod,
  openPeriod,
  readPeriod,
  setCreditingPeriod,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type { FastifyInstance } from 'fastify'
import { decodeCursor, limitOf, NumberKey } from '../platform/cursor.ts'
import { entryOf } from '../platform/entries.ts'
import { execute, writtenOf } from '../platform/idempotency.ts'
import { lawInForce } from '../platform/law.ts'
import { namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { creditingPeriodOf, creditingPeriodsOf, periodOf, periodsOf } from '../platform/periods.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { registerFilings } from './filings.ts'
import { periodDetails } from './queries.ts'

/** When the outcomes of projects are credited, and what was monitored, verified and certified of them. */
export function register(app: FastifyInstance, services: Services): void {
  commands(app, services)
  registerFilings(app, services)

  handle(app, services, listCreditingPeriods, async ({ params, query }) => {
    if (!(await services.ledger.row('project', params.id))) throw problem('not-found')
    const [before] = decodeCursor(NumberKey, query.cursor) ?? []
    return creditingPeriodsOf(services, params.id, { limit: limitOf(query), before })
  })

  handle(app, services, listPeriods, async ({ params, query }) => {
    if (!(await services.ledger.row('project', params.id))) throw problem('not-found')
    const [before] = decodeCursor(NumberKey, query.cursor) ?? []
    return periodsOf(services, params.id, { limit: limitOf(query), before })
  })

  handle(app, services, readPeriod, async ({ params }) => {
    const period = await periodDetails(services, params.id)
    if (!period) throw problem('not-found')
    return period
  })
}

function commands(app: FastifyInstance, services: Services): void {
  handle(app, services, setCreditingPeriod, async (call) => {
    const request = { project: call.params.id, ...call.body }
    const receipt = await execute(services, call, { type: 'CreditingPeriodSet', request })
    return creditingPeriodOf({ ...receipt, entry: entryOf('CreditingPeriodSet', receipt) })
  })

  handle(app, services, openPeriod, async (call) => {
    const { preset } = await lawInForce(services.ledger)
    const request = { period: randomId(), project: call.params.id, ...call.body }
    const receipt = await execute(services, call, { type: 'MonitoringPeriodOpened', request })
    const row = { ...receipt, entry: entryOf('MonitoringPeriodOpened', receipt) }
    const names = await namesIn(services, row.entry)
    return periodOf(names, row, { state: preset.period?.initial ?? '', outcomes: {} })
  })

  handle(app, services, movePeriod, async (call) => {
    const { preset } = await lawInForce(services.ledger)
    const { text, ...asked } = call.body
    const commitment = text === undefined ? undefined : await services.openings.commit(text)
    const receipt = await execute(services, call, {
      type: 'MonitoringPeriodMoved',
      request: { period: call.params.id, ...asked, ...(commitment === undefined ? {} : { text: commitment }) },
      commitments: commitment === undefined ? [] : [commitment],
    })
    const { period, move } = entryOf('MonitoringPeriodMoved', receipt).body
    const state = preset.period?.moves.find(({ name }) => name === move)?.to ?? ''
    return { id: period, move, state, entry: writtenOf(receipt) }
  })

  handle(app, services, certifyOutcome, async (call) => {
    const outcomes = call.body.outcomes.toSorted((a, b) => (a.vintage < b.vintage ? -1 : 1))
    const request = { period: call.params.id, outcomes }
    const receipt = await execute(services, call, { type: 'OutcomeCertified', request })
    const { body } = entryOf('OutcomeCertified', receipt)
    return { id: body.period, outcomes: body.outcomes, entry: writtenOf(receipt) }
  })
}
