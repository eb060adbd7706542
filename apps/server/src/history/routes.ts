import { auditCsv, readTimeline, searchAudit } from '@tallystick/contract'
import { allows } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { spokenTo } from '../platform/language.ts'
import { lawInForce } from '../platform/law.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { auditPage } from './audit.ts'
import { auditFile } from './audit-csv.ts'
import { timelinePage } from './timeline.ts'

/** What happened: the time line of a project, and the search over everybody's doings. */
export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, readTimeline, async ({ params, query, actor, request, reply }) => {
    const page = await timelinePage(services, params.id, query, { actor, language: spokenTo(request, reply) })
    if (!page) throw problem('not-found')
    return page
  })

  handle(app, services, searchAudit, async ({ query, actor, request, reply }) => {
    await refuseSearch(services, actor)
    return auditPage(services, query, { actor, language: spokenTo(request, reply) })
  })

  handle(app, services, auditCsv, async ({ query, actor, request, reply }) => {
    await refuseSearch(services, actor)
    const reader = { actor, language: spokenTo(request, reply) }
    // Whatever is wrong with the query is said before a file begins.
    await auditPage(services, { ...query, limit: 1 }, reader)
    reply.header('content-disposition', 'attachment; filename="audit.csv"')
    return auditFile(services, query, reader)
  })
}

const SEARCH = 'audit.search'

/** Who may search is the permission table's. */
async function refuseSearch(services: Services, { role, organisation }: Actor): Promise<void> {
  const { permissions } = await lawInForce(services.ledger)
  if (allows(permissions, role, organisation, { action: SEARCH, organisations: [] })) return
  throw problem('not-permitted', { role, action: SEARCH })
}
