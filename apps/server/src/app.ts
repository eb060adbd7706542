import type { FastifyInstance } from 'fastify'
import { register as accounts } from './accounts/routes.ts'
import { register as apiKeys } from './api-keys/routes.ts'
import { batchDetails } from './credits/batches.ts'
import { register as credits } from './credits/routes.ts'
import { serialReport } from './credits/serials.ts'
import { register as independence } from './independence/routes.ts'
import { newestListed, shownEntry } from './log/entries.ts'
import { register as log } from './log/routes.ts'
import { register as onboarding } from './onboarding/routes.ts'
import { register as organisations } from './organisations/routes.ts'
import { type Capability, createHttp, type HttpOptions } from './platform/http.ts'
import { register as mail } from './platform/mail/routes.ts'
import type { Services } from './platform/services.ts'
import { projectDetails } from './projects/queries.ts'
import { register as projects } from './projects/routes.ts'
import { register as proposals } from './proposals/routes.ts'
import { register as sessions } from './sessions/routes.ts'
import { publicPages } from './site/routes.ts'
import { register as system } from './system/routes.ts'
import { register as users } from './users/routes.ts'

/** The public pages show what the capabilities answer. */
const site = publicPages((services) => ({
  serial: (text) => serialReport(services, text),
  batch: (id) => batchDetails(services, id),
  project: (id) => projectDetails(services, id),
  entry: (index, language) => shownEntry(services, index, language),
  newest: (count, language) => newestListed(services, count, language),
}))

/** Everything that the national API and the public site serve. */
const capabilities: readonly Capability[] = [
  system,
  sessions,
  organisations,
  independence,
  users,
  onboarding,
  apiKeys,
  accounts,
  projects,
  proposals,
  credits,
  log,
  mail,
  site,
]

/** The server of these services. Not yet listening: `inject` requests, or `listen`. */
export function createApp(services: Services, options: HttpOptions = {}): Promise<FastifyInstance> {
  return createHttp(services, capabilities, options)
}
