import type { FastifyInstance } from 'fastify'
import { type Capability, createHttp, type HttpOptions } from './platform/http.ts'
import type { Services } from './platform/services.ts'

/** Everything that the national API and the public site serve. */
const capabilities: readonly Capability[] = []

/** The server of these services. Not yet listening: `inject` requests, or `listen`. */
export function createApp(services: Services, options: HttpOptions = {}): Promise<FastifyInstance> {
  return createHttp(services, capabilities, options)
}
