import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Witness } from '@tallystick/ledger'
import { MAX_ADD_CHECKPOINT_BYTES } from '@tallystick/tlog'

const PLAIN = 'text/plain; charset=utf-8'
const HEADERS_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 10_000
const MOST_CONNECTIONS = 500

interface Answer {
  status: number
  body: string
  type?: string
  headers?: Record<string, string>
}

/** The HTTP interface of a witness (C2SP tlog-witness): `add-checkpoint`, the latest checkpoints, and a page that says what it is. */
export function witnessServer(witness: Witness, onError: (error: unknown) => void): Server {
  const server = createServer((request, response) => {
    answerTo(witness, request).then(
      (answer) => send(response, answer),
      (error: unknown) => {
        if (!request.complete) return // the client went away
        onError(error)
        send(response, { status: 500, body: 'the witness failed; nothing was cosigned\n' })
      },
    )
  })
  server.headersTimeout = HEADERS_TIMEOUT_MS
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.maxConnections = MOST_CONNECTIONS
  return server
}

async function answerTo(witness: Witness, request: IncomingMessage): Promise<Answer> {
  const path = (request.url ?? '').replace(/\?.*$/, '')
  if (path === '/add-checkpoint') {
    if (request.method !== 'POST') return wrongMethod('POST')
    const body = await boundedBody(request)
    if (!body) {
      const reason = `a request has at most ${MAX_ADD_CHECKPOINT_BYTES} bytes\n`
      return { status: 413, body: reason, headers: { connection: 'close' } }
    }
    return witness.addCheckpoint(body)
  }
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const hash = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path)?.[1]
  if (hash === undefined && path !== '/') return { status: 404, body: 'no such page\n' }
  if (!isRead) return wrongMethod('GET, HEAD')
  const body = hash === undefined ? page(witness) : witness.latest(hash)
  return body === undefined ? { status: 404, body: 'nothing was cosigned for such a log\n' } : { status: 200, body }
}

/** The key, then a line for each log that is watched. */
function page(witness: Witness): string {
  const logs = witness
    .logs()
    .map(({ origin, hash, size, at }) => `${origin}\n  ${size ?? '-'} ${at ?? '-'} /${hash}/checkpoint\n`)
  return `${witness.vkey}\n\n${logs.join('')}`
}

function wrongMethod(allow: string): Answer {
  return { status: 405, body: `only ${allow}\n`, headers: { allow } }
}

/** Undefined where the body is too large; the rest of it is not read then. */
async function boundedBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  // The connection must live on for the answer.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    bytes += part.length
    if (bytes > MAX_ADD_CHECKPOINT_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function send(response: ServerResponse, { status, body, type = PLAIN, headers = {} }: Answer): void {
  if (response.destroyed) return
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(body)
}
