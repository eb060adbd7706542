import {
  answerFinding,
  assessFinding,
  listDocuments,
  listFindings,
  raiseFinding,
  readFinding,
  submitDocument,
} from '@tallystick/contract'
import type { FastifyInstance } from 'fastify'
import {
  answerIn,
  assessIn,
  documentsOf,
  findingAbout,
  findingsAbout,
  raiseAbout,
  type Subject,
  submitTo,
} from '../platform/filings.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'

/** Documents of projects by kind and version, and findings about them. */
export function registerLife(app: FastifyInstance, services: Services): void {
  handle(app, services, submitDocument, (call) => submitTo(services, call, projectItself(call.params.id)))
  handle(app, services, listDocuments, async ({ params, query }) => {
    return documentsOf(services, await knownProject(services, params.id), query)
  })
  handle(app, services, raiseFinding, (call) => raiseAbout(services, call, projectItself(call.params.id)))
  handle(app, services, listFindings, async ({ params, query }) => {
    return findingsAbout(services, await knownProject(services, params.id), query)
  })
  handle(app, services, readFinding, ({ params }) => {
    return findingAbout(services, projectItself(params.id), params.finding)
  })
  handle(app, services, answerFinding, async (call) => {
    return answerIn(services, call, await subjectOf(services, call.params), call.params.finding)
  })
  handle(app, services, assessFinding, async (call) => {
    return assessIn(services, call, await subjectOf(services, call.params), call.params.finding)
  })
}

function projectItself(project: string): Subject {
  return { project, period: null }
}

async function knownProject(services: Services, id: string): Promise<Subject> {
  if (!(await services.ledger.row('project', id))) throw problem('not-found')
  return projectItself(id)
}

/** What a finding is about: the project itself, or one of its monitoring periods. */
async function subjectOf(services: Services, { id, finding }: { id: string; finding: string }): Promise<Subject> {
  const row = await services.ledger.row('finding', finding)
  return { project: id, period: row?.period ?? null }
}
