import type { FastifyInstance } from 'fastify'
import { register as accounts } from './accounts/routes.ts'
import { register as credits } from './credits/routes.ts'
import { register as log } from './log/routes.ts'
import { register as organisations } from './organisations/routes.ts'
import { type Capability, createHttp, type HttpOptions } from './platform/http.ts'
import type { Services } from './platform/services.ts'
import { register as projects } from './projects/routes.ts'
import { register as sessions } from './sessions/routes.ts'
import { register as system } from './system/routes.ts'
import { register as users } from './users/routes.ts'

/** Everything that the national API and the public site serve. */
const capabilities: readonly Capability[] = [system, sessions, organisations, users, accounts, projects, credits, log]

/** The server of these services. Not yet listening: `inject` requests, or `listen`. */
export function createApp(services: Services, options: HttpOptions = {}): Promise<FastifyInstance> {
  return createHttp(services, capabilities, options)
}
