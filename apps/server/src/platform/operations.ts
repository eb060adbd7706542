import { createHash } from 'node:crypto'
import type { Access, Operation } from '@tallystick/contract'
import { canonicalJson } from '@tallystick/rules'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { actorOf, refuseCrossSite } from './auth.ts'
import { idempotencyKeyOf } from './idempotency.ts'
import { problem } from './problem.ts'
import type { Actor, Services } from './services.ts'

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor | undefined
    /** The body as it was sent, before defaults and transformations. */
    sent: unknown
  }
}

/** What a handler is given: checked input, and who asks. */
export interface Call<A extends Access, Params, Query, Body> {
  params: Params
  query: Query
  body: Body
  actor: A extends 'signed-in' ? Actor : Actor | undefined
  /** Whose idempotency keys these are: the user. Empty for somebody unknown. */
  sender: string
  /** Of a command; empty for everything else. */
  idempotencyKey: string
  /** SHA-256, hex, of method, path and body as they were sent. */
  requestHash: string
  request: FastifyRequest
  reply: FastifyReply
}

export type Handler<
  A extends Access,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
> = (call: Call<A, z.output<P>, z.output<Q>, z.output<B>>) => Promise<z.input<R>>

/** Serves an operation: who may, is it well formed, then the handler; its answer is checked against the contract. */
export function handle<
  A extends Access,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
>(
  app: FastifyInstance,
  services: Services,
  operation: Operation<A, P, Q, B, R>,
  handler: Handler<A, P, Q, B, R>,
): void {
  app.operations.push(operation)
  app.route({
    method: operation.method,
    url: operation.path.replace(/\{(\w+)\}/g, ':$1'),
    schema: {
      params: operation.params,
      querystring: operation.query,
      ...(operation.body ? { body: operation.body } : {}),
      ...(operation.status === 204 || operation.media ? {} : { response: operation.answers }),
    },
    onRequest: async (request) => {
      request.actor = await actorOf(services, request)
      if (operation.access === 'signed-in' && !request.actor) throw problem('not-signed-in')
      if (operation.method !== 'GET') refuseCrossSite(services, request)
      if (operation.command) idempotencyKeyOf(request)
    },
    preValidation: async (request) => {
      request.sent = request.body
      if (operation.body) return
      if (request.body !== undefined && request.body !== null) {
        throw problem('invalid-request', {}, [{ field: '', message: 'this request has no body' }])
      }
    },
    handler: async (request, reply) => {
      reply.code(operation.status).header('cache-control', 'no-store')
      if (operation.media) reply.type(operation.media)
      const answer = await handler(callOf(operation, request, reply))
      return operation.status === 204 ? reply.send() : answer
    },
  })
}

function callOf<A extends Access, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  operation: Operation<A, P, Q, B>,
  request: FastifyRequest,
  reply: FastifyReply,
): Call<A, z.output<P>, z.output<Q>, z.output<B>> {
  return {
    params: request.params as z.output<P>,
    query: request.query as z.output<Q>,
    body: request.body as z.output<B>,
    actor: request.actor as A extends 'signed-in' ? Actor : Actor | undefined,
    sender: request.actor?.user ?? '',
    idempotencyKey: operation.command ? idempotencyKeyOf(request) : '',
    requestHash: operation.command ? requestHashOf(request) : '',
    request,
    reply,
  }
}

function requestHashOf(request: FastifyRequest): string {
  const [path = ''] = request.url.split('?', 1)
  const asked = canonicalJson([request.method, path, request.sent ?? null])
  return createHash('sha256').update(asked).digest('hex')
}
