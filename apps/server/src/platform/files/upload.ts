import type { FastifyInstance, FastifyRequest } from 'fastify'
import { problem } from '../problem.ts'
import type { Services } from '../services.ts'
import { NotReceived, receiveFile } from './quarantine.ts'
import type { ReceivedFile } from './store.ts'

/** Files that one person sends at the same time, and that one process receives. */
const MOST_OF_ONE = 4
const MOST_AT_ONCE = 32
const SILENCE_MS = 30_000
/** Whoever goes on sending what is refused has so long to read why, and sends no more than so much. */
const LINGER_MS = 2_000
const LINGER_BYTES = 16_777_216
const MB = 1_048_576

/** A part of the server in which bodies are files: nothing reads them but `uploadOf`. */
export function forUploads(app: FastifyInstance, routes: (scope: FastifyInstance) => void): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (request, _payload, done) => {
      const type = request.headers['content-type'] ?? ''
      if (/^(multipart\/|application\/x-www-form-urlencoded)/i.test(type)) {
        return done(
          problem('unsupported-media-type', {}, [{ field: '', message: 'must be the file itself, not a form' }]),
        )
      }
      return done(null, undefined)
    })
    scope.addHook('onResponse', (request, _reply, done) => {
      endUnread(request)
      done()
    })
    routes(scope)
  })
}

/** What was not read of a body that is refused is read away for a moment, as otherwise nobody could read the answer. */
function endUnread({ raw }: FastifyRequest): void {
  if (raw.complete || raw.readableEnded || raw.destroyed) return
  let left = LINGER_BYTES
  raw.on('error', () => undefined)
  raw.on('data', (piece: Buffer) => {
    left -= piece.length
    if (left < 0) raw.destroy()
  })
  const timer = setTimeout(() => raw.destroy(), LINGER_MS)
  raw.once('close', () => clearTimeout(timer))
}

/**
 * Receives the body of a request as a file that lies aside, and gives it to `work`; afterwards nothing lies there any more.
 * Throws a problem for one that is too large, or does not arrive whole.
 */
export async function uploadOf<Result>(
  { files }: Services,
  request: FastifyRequest,
  work: (file: ReceivedFile) => Promise<Result>,
): Promise<Result> {
  if (Number(request.headers['content-length'] ?? 0) > files.maxBytes) throw tooLarge(files.maxBytes)
  const leave = enter(request.actor?.user ?? '')
  try {
    const file = await receiveFile(files.incoming, request.raw, { maxBytes: files.maxBytes, silenceMs: SILENCE_MS })
    try {
      return await work(file)
    } finally {
      await file.discard()
    }
  } catch (error) {
    if (!(error instanceof NotReceived)) throw error
    if (error.reason === 'too-large') throw tooLarge(files.maxBytes)
    throw problem('invalid-request', {}, [{ field: '', message: 'did not arrive whole' }])
  } finally {
    leave()
  }
}

function tooLarge(maxBytes: number) {
  const allowed = `at most ${Math.floor(maxBytes / MB)} MiB`
  return problem('too-large', {}, [{ field: '', message: 'is larger than is taken', allowed }])
}

const sending = new Map<string, number>()

function enter(user: string): () => void {
  const own = sending.get(user) ?? 0
  const all = [...sending.values()].reduce((sum, one) => sum + one, 0)
  if (own >= MOST_OF_ONE || all >= MOST_AT_ONCE) throw problem('too-many-requests', { seconds: '5' })
  sending.set(user, own + 1)
  return () => {
    const left = (sending.get(user) ?? 1) - 1
    if (left > 0) sending.set(user, left)
    else sending.delete(user)
  }
}
