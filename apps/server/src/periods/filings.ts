import {
  answerPeriodFinding,
  assessPeriodFinding,
  listPeriodDocuments,
  listPeriodFindings,
  raisePeriodFinding,
  readPeriodFinding,
  submitPeriodDocument,
} from '@tallystick/contract'
import type { FastifyInstance } from 'fastify'
import {
  answerIn,
  assessIn,
  documentsOf,
  findingAbout,
  findingsAbout,
  raiseAbout,
  submitTo,
} from '../platform/filings.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'

/** Documents of monitoring periods by kind and version, and findings about them. */
export function registerFilings(app: FastifyInstance, services: Services): void {
  const named = (id: string) => subjectOf(services, id, 'period-unknown')
  const found = (id: string) => subjectOf(services, id, 'not-found')

  handle(app, services, submitPeriodDocument, async (call) => {
    return submitTo(services, call, await named(call.params.id))
  })
  handle(app, services, listPeriodDocuments, async ({ params, query }) => {
    return documentsOf(services, await found(params.id), query)
  })
  handle(app, services, raisePeriodFinding, async (call) => {
    return raiseAbout(services, call, await named(call.params.id))
  })
  handle(app, services, listPeriodFindings, async ({ params, query }) => {
    return findingsAbout(services, await found(params.id), query)
  })
  handle(app, services, readPeriodFinding, async ({ params }) => {
    return findingAbout(services, await found(params.id), params.finding)
  })
  handle(app, services, answerPeriodFinding, async (call) => {
    return answerIn(services, call, await named(call.params.id), call.params.finding)
  })
  handle(app, services, assessPeriodFinding, async (call) => {
    return assessIn(services, call, await named(call.params.id), call.params.finding)
  })
}

/** A monitoring period with its project. Throws a problem where there is none. */
export async function subjectOf(
  services: Services,
  id: string,
  missing: 'period-unknown' | 'not-found',
): Promise<{ project: string; period: string }> {
  const row = await services.ledger.row('period', id)
  if (!row) throw problem(missing, missing === 'not-found' ? {} : { period: id })
  return { project: row.project, period: id }
}
