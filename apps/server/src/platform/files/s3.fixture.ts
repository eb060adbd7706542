import { createHash, createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import S3rver from 's3rver'

export const BUCKET = 'registry-files'
export const KEYS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }

/** A server that speaks S3, with one bucket, behind a gate: the server itself looks neither at signatures nor at hashes. */
export async function testS3() {
  const directory = await mkdtemp(join(tmpdir(), 's3-'))
  const configureBuckets = [{ name: BUCKET, configs: [] }]
  const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets })
  const { port: inner } = await server.run()
  const gate = createHttpServer(async (request, response) => {
    const body = await buffer(request).catch(() => undefined)
    if (!body) return response.destroy()
    const wrong = wrongSignature(request, body)
    if (wrong !== undefined) return response.writeHead(wrong).end()
    const { method, url: path, headers } = request
    const forward = httpRequest({ port: inner, host: '127.0.0.1', method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    forward.on('error', () => response.destroy())
    // Whoever hangs up reads no more: the server behind must not wait for him when it closes.
    response.on('close', () => forward.destroy())
    return forward.end(body)
  })
  const url = await urlOf(gate)
  return {
    port: Number(new URL(url).port),
    url,
    async close() {
      gate.closeAllConnections()
      await new Promise((resolve) => gate.close(resolve))
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** The status with which S3 refuses a request that is not signed by our key together with the SHA-256 of its body. */
function wrongSignature({ method, url = '', headers }: IncomingMessage, body: Buffer): number | undefined {
  const told = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/
  const [, key, scope = '', names = '', signature] = told.exec(headers.authorization ?? '') ?? []
  if (key !== KEYS.accessKeyId) return 403
  const { 'x-amz-content-sha256': stated, 'x-amz-date': at } = headers
  const [path = '', query = ''] = url.split('?')
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const asked = [method, path, query.split('&').sort().join('&'), lines.join(''), names, stated].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', at, scope, sha256(asked)].join('\n')
  const signed = [...scope.split('/'), toSign].reduce<Buffer>(
    (by, part) => createHmac('sha256', by).update(part).digest(),
    Buffer.from(`AWS4${KEYS.secretAccessKey}`),
  )
  if (signed.toString('hex') !== signature) return 403
  return stated === sha256(body) ? undefined : 400
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

export interface Line {
  url: string
  /** Cuts so many connections, each after it has carried so many bytes to the server. */
  cut(times: number, afterBytes: number): void
  /** From now on nothing is carried from the server any more. */
  silence(): void
  /** How many connections there were. */
  connections(): number
  close(): Promise<void>
}

/** A line to a server, with its faults. */
export async function lineTo(port: number): Promise<Line> {
  const sockets = new Set<Socket>()
  let cuts = 0
  let after = 0
  let silent = false
  let count = 0
  const server = createServer((near) => {
    count += 1
    const limit = cuts > 0 ? after : undefined
    if (limit !== undefined) cuts -= 1
    const far = connect(port, '127.0.0.1')
    let carried = 0
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (piece) => {
      carried += piece.length
      far.write(piece)
      if (limit !== undefined && carried > limit) near.destroy()
    })
    far.on('data', (piece) => silent || near.write(piece))
  })
  return {
    url: await urlOf(server),
    cut(times, afterBytes) {
      cuts = times
      after = afterBytes
    },
    silence() {
      silent = true
    },
    connections: () => count,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A server that answers so, whatever it is asked; how often it was. */
export async function answering(status: number, afterMs = 0) {
  let asked = 0
  const server = createHttpServer((request, response) => {
    asked += 1
    request.resume()
    setTimeout(() => response.writeHead(status).end(), afterMs)
  })
  return {
    url: await urlOf(server),
    asked: () => asked,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function urlOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
