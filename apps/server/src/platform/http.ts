import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import type { Operation } from '@tallystick/contract'
import { doubledMember } from '@tallystick/ledger'
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify'
import type { z } from 'zod'
import { withoutApiKeys } from './api-key.ts'
import { answerError, clientErrors, onFrameworkError } from './http-errors.ts'
import { addMethodRoutes, watchRoutes } from './http-methods.ts'
import { spokenTo } from './language.ts'
import { missingPage } from './layout.ts'
import { withNames } from './named-problem.ts'
import { sendHtml } from './pages.ts'
import { checked, problem } from './problem.ts'
import type { Services } from './services.ts'
import { refuseOddText } from './text.ts'

/** A part of the server with its routes. */
export type Capability = (app: FastifyInstance, services: Services) => void | Promise<void>

export interface HttpOptions {
  /** Fastify's logger options; `false` for none. */
  logger?: FastifyServerOptions['logger']
  /** Whose `X-Forwarded-*` headers are believed: none by default. */
  trustProxy?: FastifyServerOptions['trustProxy']
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every operation that is served, in the order of registration. */
    operations: Operation[]
  }
  interface FastifyContextConfig {
    /** The request brings a file, which may take longer to arrive. */
    takesFile?: true
  }
}

export const MAX_BODY_BYTES = 1_048_576
const MAX_PARAM_LENGTH = 300
/** A request must have arrived whole within this time; one that brings a file has longer. */
const REQUEST_MS = 30_000
const FILE_MS = 900_000

/** The HTTP server with everything that no capability owns, and these capabilities. Not yet listening. */
export async function createHttp(
  services: Services,
  capabilities: readonly Capability[],
  options: HttpOptions = {},
): Promise<FastifyInstance> {
  const app = fastify({
    logger: options.logger === undefined ? false : options.logger,
    trustProxy: options.trustProxy ?? false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: FILE_MS,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: onFrameworkError,
    clientErrorHandler: clientErrors(services.language),
    forceCloseConnections: 'idle',
  })
  app.server.headersTimeout = REQUEST_MS
  app.decorate('operations', [])
  app.decorate('language', services.language)
  app.setValidatorCompiler(
    ({ schema }) =>
      (data) =>
        checked(schema as unknown as z.ZodType, data),
  )
  app.setSerializerCompiler(
    ({ schema }) =>
      (data) =>
        JSON.stringify((schema as unknown as z.ZodType).parse(data)),
  )
  app.setErrorHandler(async (error, request, reply) => answerError(await withNames(services, error), request, reply))
  app.setNotFoundHandler((request, reply) => {
    if (/\btext\/html\b/.test(request.headers.accept ?? ''))
      return sendHtml(reply, missingPage(services, spokenTo(request, reply)), 404)
    throw problem('not-found')
  })
  readJsonOnly(app)
  const security = await securityHeaders(services.publicUrl.startsWith('https:'))
  app.addHook('onRequest', (request, reply, done) => {
    for (const [name, value] of security) reply.raw.setHeader(name, value)
    reply.header('x-request-id', request.id)
    if (!request.routeOptions.config.takesFile) arriveInTime(app, request, reply)
    done()
  })
  await app.register(cookie)
  app.addHook('preValidation', (request, _reply, done) => {
    refuseOddText(request.params)
    refuseOddText(request.query)
    refuseOddText(request.body)
    done()
  })
  const routes = watchRoutes(app)
  for (const capability of capabilities) await app.register(async (scope) => capability(scope, services))
  addMethodRoutes(app, routes)
  return app
}

/** Ends a request whose body does not arrive in time, as the server itself ends one whose head does not. */
function arriveInTime(app: FastifyInstance, { raw }: FastifyRequest, reply: FastifyReply): void {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = raw.headers
  if (length === '0' && coding === undefined) return
  const timer = setTimeout(() => {
    const late = Object.assign(new Error('the request did not arrive in time'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
    // Whoever was answered before his body came in gets no second answer.
    if (reply.raw.writableEnded) raw.destroy()
    else app.server.emit('clientError', late, raw.socket)
  }, REQUEST_MS).unref()
  for (const over of ['end', 'close']) raw.once(over, () => clearTimeout(timer))
}

/** JSON in UTF-8 is the only body; an empty one is none. Invalid bytes are refused rather than replaced. */
function readJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined)
    let text: string
    try {
      text = utf8.decode(Buffer.from(body))
    } catch {
      return done(problem('invalid-request', {}, [{ field: '', message: 'the body is not UTF-8' }]))
    }
    return parse(request, text, (error, value) => {
      if (error) return done(problem('invalid-request', {}, [{ field: '', message: 'the body is not JSON' }]))
      const field = doubledMember(text)
      if (field === undefined) return done(null, value)
      return done(problem('invalid-request', {}, [{ field, message: 'stands twice in one object' }]))
    })
  })
}

/** The headers of every answer that say what a browser may do with it. Always the same, so they are worked out once. */
async function securityHeaders(https: boolean): Promise<[string, string][]> {
  const sample = fastify()
  await sample.register(helmet, securityPolicy(https))
  sample.get('/', async (_request, reply) => reply.raw.getHeaders())
  const answer = await sample.inject('/')
  await sample.close()
  return Object.entries(answer.json<Record<string, string>>())
}

/** Pages carry no script; styles, pictures and fonts are served by us. */
function securityPolicy(https: boolean) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'same-origin' as const },
    strictTransportSecurity: https,
    crossOriginOpenerPolicy: https,
    originAgentCluster: https,
  }
}

/** What the log of the server says of requests and failures: no address, no query, no header, no body, no values. */
export const quietSerializers = {
  req: (request: { id: string; method: string; url: string }) => ({
    id: request.id,
    method: request.method,
    path: withoutApiKeys(request.url.split('?', 1)[0] ?? ''),
  }),
  err: (error: Error & { code?: string }) => ({
    type: error.name,
    code: error.code ?? '',
    message: withoutApiKeys(error.message),
    stack: withoutApiKeys(error.stack ?? ''),
  }),
}
