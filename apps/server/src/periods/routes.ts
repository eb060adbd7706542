import {
  certifyOutcome,
  listCreditingPeriods,
  listPeriods,
  movePeriod,
  openPeriod,
  type Page,
  type PageQuery,
  readPeriod,
  setCreditingPeriod,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type { FastifyInstance } from 'fastify'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { entryOf } from '../platform/entries.ts'
import { explained, movesNamed } from '../platform/explain.ts'
import { refuseWithoutGrounds } from '../platform/grounds.ts'
import { execute, writtenOf } from '../platform/idempotency.ts'
import { wasCarriedOut } from '../platform/judged.ts'
import { lawInForce } from '../platform/law.ts'
import { namesIn } from '../platform/names.ts'
import { refuseNegative } from '../platform/negative-results.ts'
import { handle } from '../platform/operations.ts'
import { creditingPeriodsOf, nextPeriod, periodOf, periodsOf } from '../platform/periods.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { registerFilings, subjectOf } from './filings.ts'
import { certifiedOn, periodDetails } from './queries.ts'

/** When the outcomes of projects are credited, and what was monitored, verified and certified of them. */
export function register(app: FastifyInstance, services: Services): void {
  commands(app, services)
  registerFilings(app, services)

  handle(app, services, listCreditingPeriods, async ({ params, query }) => {
    const project = await services.ledger.row('project', params.id)
    if (!project) throw problem('not-found')
    return numbered(query, async (newest) => creditingPeriodsOf(params.id, project, newest))
  })

  handle(app, services, listPeriods, async ({ params, query }) => {
    if (!(await services.ledger.row('project', params.id))) throw problem('not-found')
    return numbered(query, (newest) => periodsOf(services, params.id, newest))
  })

  handle(app, services, readPeriod, async ({ params }) => {
    const period = await periodDetails(services, params.id)
    if (!period) throw problem('not-found')
    return period
  })
}

/** A page of what is numbered within a project, the highest number first. */
async function numbered<Item extends { number: number }>(
  query: PageQuery,
  read: (newest: { limit: number; before: number | undefined }) => Promise<readonly Item[]>,
): Promise<Page<Item>> {
  const limit = limitOf(query)
  const [before] = decodeCursor(NumberKey, query.cursor) ?? []
  return pageFrom(
    await read({ limit: limit + 1, before }),
    limit,
    (item) => item,
    ({ number }) => [number],
  )
}

function commands(app: FastifyInstance, services: Services): void {
  handle(app, services, setCreditingPeriod, async (call) => {
    const request = { project: call.params.id, ...call.body }
    const receipt = await execute(services, call, { type: 'CreditingPeriodSet', request })
    const { project, kind, from, to, allotted } = entryOf('CreditingPeriodSet', receipt).body
    return { project, number: allotted.number, kind, from, to, entry: writtenOf(receipt) }
  })

  handle(app, services, openPeriod, async (call) => {
    const { preset } = await lawInForce(services.ledger)
    const before = await nextPeriod(services, call.params.id, call.body.from)
    const request = { period: randomId(), project: call.params.id, ...call.body, before }
    const receipt = await execute(services, call, { type: 'MonitoringPeriodOpened', request })
    const { period, allotted, before: _, ...body } = entryOf('MonitoringPeriodOpened', receipt).body
    const row = { ...body, number: allotted.number, state: preset.period?.initial ?? '', outcomes: {} }
    return { ...periodOf(await namesIn(services, body.project), period, row), entry: writtenOf(receipt) }
  })

  handle(app, services, movePeriod, async (call) => {
    const { period: id } = await subjectOf(services, call.params.id, 'period-unknown')
    const { preset } = await lawInForce(services.ledger)
    refuseWithoutGrounds(preset.period, call.body)
    const { text, ...asked } = call.body
    const commitment = text === undefined ? undefined : await services.openings.commit(text)
    const command = {
      type: 'MonitoringPeriodMoved',
      request: { period: id, ...asked, ...(commitment === undefined ? {} : { text: commitment }) },
      commitments: commitment === undefined ? [] : [commitment],
    } as const
    const receipt = await explained(services, movesNamed('period', asked.move), () => execute(services, call, command))
    const { period, move } = entryOf('MonitoringPeriodMoved', receipt).body
    const state = preset.period?.moves.find(({ name }) => name === move)?.to ?? ''
    return { id: period, move, state, entry: writtenOf(receipt) }
  })

  handle(app, services, certifyOutcome, async (call) => {
    const outcomes = call.body.outcomes.toSorted((a, b) => (a.vintage < b.vintage ? -1 : 1))
    const { period: id } = await subjectOf(services, call.params.id, 'period-unknown')
    const documents = call.body.documents?.map(({ kind, sha256 }) => ({ document: kind, sha256 }))
    const request = { period: id, outcomes, ...(documents ? { documents } : {}) }
    if (!(await wasCarriedOut(services, call))) await refuseNegative(services, 'OutcomeCertified', request)
    const receipt = await execute(services, call, { type: 'OutcomeCertified', request })
    const { body } = entryOf('OutcomeCertified', receipt)
    return { id: body.period, outcomes: body.outcomes, documents: certifiedOn(body), entry: writtenOf(receipt) }
  })
}
