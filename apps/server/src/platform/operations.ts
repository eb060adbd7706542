import { hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { type Access, named, type Operation, type ProposalMade } from '@tallystick/contract'
import { canonicalJson } from '@tallystick/rules'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { actorOf, refuseCrossSite, refuseOutOfScope, unlessRestricted } from './auth.ts'
import { idempotencyKeyOf, type Sender } from './idempotency.ts'
import { ProblemError, problem } from './problem.ts'
import { proposalOfKey, propose } from './proposals.ts'
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
  /** May the command wait for approvals? */
  proposable: boolean
  request: FastifyRequest
  reply: FastifyReply
}

export type Handler<
  A extends Access,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
> = (call: Call<A, z.output<P>, z.output<Q>, z.output<B>>) => Promise<z.input<R> | Readable>

/**
 * Serves an operation: who may, is it well formed, then the handler; its answer is checked against the contract. A file
 * may be sent while it is read.
 */
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
    ...(operation.takesFile ? { config: { takesFile: true } } : {}),
    schema: {
      params: operation.params,
      querystring: operation.query,
      ...(operation.body ? { body: operation.body } : {}),
      ...(operation.status === 204 || operation.media ? {} : { response: operation.answers }),
    },
    onRequest: async (request) => {
      request.actor = unlessRestricted(operation, await actorOf(services, request))
      if (operation.access === 'signed-in' && !request.actor) throw problem('not-signed-in')
      refuseOutOfScope(operation, request.actor)
      // So that the log of the server tells which program failed, and not whose it is.
      if (request.actor?.key) request.log = request.log.child({ apiKey: request.actor.key.id })
      if (operation.method !== 'GET') refuseCrossSite(services, request)
      if (operation.command) idempotencyKeyOf(request)
    },
    preValidation: (request, _reply, done) => {
      // An empty object says as much as no body, and many clients send one.
      if (!operation.body && isEmptyObject(request.body)) request.body = undefined
      request.sent = request.body
      request.body = named(request.body, operation.aliases)
      if (!operation.body && request.body !== undefined && request.body !== null) {
        throw problem('invalid-request', {}, [{ field: '', message: 'this request has no body' }])
      }
      done()
    },
    handler: async (request, reply) => {
      reply.code(operation.status).header('cache-control', 'no-store')
      if (operation.media) reply.type(operation.media)
      const call = callOf(operation, request, reply)
      const answer = await (operation.proposable ? orPropose(services, call, handler) : handler(call))
      return operation.status === 204 ? reply.send() : answer
    },
  })
}

function isEmptyObject(body: unknown): boolean {
  return typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0
}

/**
 * Carries a command out; where the ledger says that approvals are all that is missing, keeps it as a proposal and answers
 * 202 with that. A repetition of what became a proposal is answered as it was.
 */
async function orPropose<A extends Access, P, Q, B, R>(
  services: Services,
  call: Call<A, P, Q, B>,
  handler: (call: Call<A, P, Q, B>) => Promise<R>,
): Promise<R | ProposalMade> {
  const known = await proposalOfKey(services, call as Sender)
  if (known) return known
  try {
    return await handler(call)
  } catch (error) {
    const { actor } = call
    if (!(error instanceof ProblemError) || !error.waiting || !actor) throw error
    return propose(services, { ...call, actor }, error.waiting)
  }
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
    proposable: operation.proposable,
    request,
    reply,
  }
}

function requestHashOf(request: FastifyRequest): string {
  const [path = ''] = request.url.split('?', 1)
  return hash('sha256', canonicalJson([request.method, path, request.sent ?? null]))
}
