import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Language, Problem } from '@tallystick/contract'
import { isPassing, LedgerBusy } from '@tallystick/ledger'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { FilesUnavailable } from './files/store.ts'
import { spokenTo } from './language.ts'
import { ProblemError, problem } from './problem.ts'

const RETRY_AFTER_S = '1'
/** SQLSTATE of a statement that took too long. */
const STATEMENT_CANCELLED = '57014'

/** Every refusal and every failure leaves as problem+json. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const found = problemErrorOf(error)
  if (found.problem.status >= 500) request.log.error({ err: error }, found.problem.code)
  for (const [name, value] of Object.entries(found.headers)) reply.header(name, value)
  if (found.problem.status === 503) reply.header('retry-after', RETRY_AFTER_S)
  if (found.problem.status === 401) reply.header('www-authenticate', 'Bearer realm="tallystick"')
  return sendProblem(found.in(spokenTo(request, reply)), request, reply)
}

/** What the router itself cannot read: a malformed address. */
export function onFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  answerError(error, request, reply)
}

function sendProblem(document: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(document.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send({ ...document, instance: `urn:uuid:${request.id}` })
}

function problemErrorOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (!(error instanceof Error)) return problem('internal')
  if (error instanceof LedgerBusy) return problem('ledger-busy')
  if (error instanceof FilesUnavailable) return problem('files-unavailable')
  const { code = '', statusCode = 500 } = error as FastifyError
  // The database waits, restarts, or cannot be reached: the same request may be sent again.
  if (isPassing(error) || code === STATEMENT_CANCELLED) return problem('ledger-busy')
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return problem('too-large', {}, [{ field: '', message: 'the body is too large', allowed: 'at most 1 MiB' }])
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return problem('unsupported-media-type')
  const odd = oddAddresses.get(code)
  if (odd !== undefined) return problem('invalid-request', {}, [{ field: '', message: odd }])
  if (statusCode >= 400 && statusCode < 500) return problem('invalid-request', {}, [{ field: '', message: UNREADABLE }])
  return problem('internal')
}

/** What the router says of an address that it cannot take. */
const oddAddresses: ReadonlyMap<string, string> = new Map([
  ['FST_ERR_BAD_URL', 'the address is not well-formed percent-encoding'],
  ['FST_ERR_MAX_PARAM_LENGTH', 'a part of the address is too long'],
])

const UNREADABLE = 'the server could not read this request'

/** What came before there was a request: the parser of HTTP stopped. Nobody could say which language he reads. */
const broken: ReadonlyMap<string, { status: number; reason: string; error: () => ProblemError }> = new Map([
  [
    'HPE_HEADER_OVERFLOW',
    {
      status: 431,
      reason: 'Request Header Fields Too Large',
      error: () => problem('too-large', {}, [{ field: '', message: 'the headers are too large' }]),
    },
  ],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    {
      status: 408,
      reason: 'Request Timeout',
      error: () => problem('invalid-request', {}, [{ field: '', message: 'the request did not arrive in time' }]),
    },
  ],
])

const notHttp = {
  status: 400,
  reason: 'Bad Request',
  error: () => problem('invalid-request', {}, [{ field: '', message: UNREADABLE }]),
}

/** Answers, in the language of the registry, bytes that are no HTTP request, and closes the connection. */
export function clientErrors(language: Language): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return
    if (!socket.writable) return void socket.destroy()
    const { status, reason, error: made } = broken.get(error.code ?? '') ?? notHttp
    const body = JSON.stringify({ ...made().in(language), status, instance: `urn:uuid:${randomUUID()}` })
    const head = [
      `HTTP/1.1 ${status} ${reason}`,
      'content-type: application/problem+json',
      `content-language: ${language}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'cache-control: no-store',
      'connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  }
}
