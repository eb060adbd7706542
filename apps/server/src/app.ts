import type { FastifyInstance } from 'fastify'
import { register as accounts } from './accounts/routes.ts'
import { register as apiKeys } from './api-keys/routes.ts'
import { register as attachments } from './attachments/routes.ts'
import { register as calculations } from './calculations/routes.ts'
import { register as certifications } from './certifications/routes.ts'
import { commentsOnPage } from './comments/queries.ts'
import { register as comments } from './comments/routes.ts'
import { batchDetails } from './credits/batches.ts'
import { register as credits } from './credits/routes.ts'
import { serialReport } from './credits/serials.ts'
import { descriptionInForce } from './descriptions/queries.ts'
import { register as descriptions } from './descriptions/routes.ts'
import { register as documents } from './documents/routes.ts'
import { mayReadWhole, wholePaper } from './documents/whole.ts'
import { register as history } from './history/routes.ts'
import { timelinePage } from './history/timeline.ts'
import { register as independence } from './independence/routes.ts'
import { newestListed, shownEntry } from './log/entries.ts'
import { register as log } from './log/routes.ts'
import { register as nationalRecords } from './national-records/routes.ts'
import { register as onboarding } from './onboarding/routes.ts'
import { register as organisations } from './organisations/routes.ts'
import { paperPage } from './papers/list.ts'
import { shownPaper } from './papers/page.ts'
import { register as papers } from './papers/routes.ts'
import { register as periods } from './periods/routes.ts'
import { type Capability, createHttp, type HttpOptions } from './platform/http.ts'
import { register as mail } from './platform/mail/routes.ts'
import type { Services } from './platform/services.ts'
import { register as prices } from './prices/routes.ts'
import { projectDetails } from './projects/queries.ts'
import { register as projects } from './projects/routes.ts'
import { register as proposals } from './proposals/routes.ts'
import { register as sessions } from './sessions/routes.ts'
import { signatureRoutes } from './signatures/routes.ts'
import { publicPages } from './site/routes.ts'
import { register as system } from './system/routes.ts'
import { taskSources } from './task-sources.ts'
import { taskRoutes } from './tasks/routes.ts'
import { register as users } from './users/routes.ts'

/** The public pages show what the capabilities answer. */
const site = publicPages((services) => ({
  serial: (text) => serialReport(services, text),
  batch: (id) => batchDetails(services, id),
  project: (id) => projectDetails(services, id),
  description: (id) => descriptionInForce(services, id),
  comments: (id) => commentsOnPage(services, id),
  timeline: (id, language, query) => timelinePage(services, id, query, { language, actor: undefined, isolated: true }),
  papers: async (id, limit) => (await paperPage(services, id, { limit })).items,
  paper: (index, language) => shownPaper(services, index, language),
  entry: (index, language) => shownEntry(services, index, language),
  newest: (count, language) => newestListed(services, count, language),
}))

/** Everything that the national API and the public site serve. */
const capabilities: readonly Capability[] = [
  system,
  sessions,
  organisations,
  independence,
  certifications,
  users,
  onboarding,
  apiKeys,
  accounts,
  projects,
  periods,
  descriptions,
  documents,
  signatureRoutes({ whole: wholePaper, mayRead: mayReadWhole }),
  attachments,
  comments,
  calculations,
  proposals,
  credits,
  papers,
  prices,
  nationalRecords,
  log,
  history,
  taskRoutes(taskSources),
  mail,
  site,
]

/** The server of these services. Not yet listening: `inject` requests, or `listen`. */
export function createApp(services: Services, options: HttpOptions = {}): Promise<FastifyInstance> {
  return createHttp(services, capabilities, options)
}
