import { publishedFile } from '@tallystick/ledger'
import type { FastifyInstance } from 'fastify'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { registerEntries } from './entries.ts'

/** What may be kept for ever, and what changes with every checkpoint. */
const IMMUTABLE = 'public, max-age=31536000, immutable'
const CHANGING = 'public, max-age=2'

/** The public log: its entries in words, and the files that anybody checks. */
export function register(app: FastifyInstance, services: Services): void {
  registerEntries(app, services)

  app.get<{ Params: { '*': string } }>('/log/*', async (request, reply) => {
    const file = await publishedFile(services.ledger, request.params['*'])
    if (!file) throw problem('not-found')
    reply
      .type(file.type)
      .header('cache-control', file.immutable ? IMMUTABLE : CHANGING)
      .header('access-control-allow-origin', '*')
    return reply.send(Buffer.from(file.bytes))
  })
}
