import { createReadStream } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { type FileStore, FilesUnavailable, hashOfPlace, OWNER, placeOfFile, type ReceivedFile } from './store.ts'

export interface S3Options {
  bucket: string
  /** Of a server that is not Amazon's. */
  endpoint?: string | undefined
  region: string
  /** Without them those of the machine are used, as the SDK finds them. */
  keys?: { accessKeyId: string; secretAccessKey: string } | undefined
  /** Is the bucket a part of the path, and not of the name of the host? */
  pathStyle: boolean
  /** After so long without a byte a request has failed. */
  silenceMs?: number
}

const CONNECT_MS = 3_000
const SILENCE_MS = 10_000
const PUT_MS = 600_000
const TRIES = 3
const PREFIX = 'files/'

/**
 * Files in a bucket of a server that speaks S3. What is sent is signed together with its SHA-256, so that the server refuses
 * whatever was broken on the way; it shows an object only once all of it is there.
 */
export function s3Files(options: S3Options): FileStore {
  const { bucket: Bucket, silenceMs = SILENCE_MS } = options
  const client = new S3Client({
    region: options.region,
    forcePathStyle: options.pathStyle,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.keys ? { credentials: options.keys } : {}),
    maxAttempts: TRIES,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: silenceMs,
      throwOnRequestTimeout: true,
    },
    // What goes wrong is told by what is thrown.
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  })
  const at = (sha256: string) => ({ Bucket, Key: `${PREFIX}${placeOfFile(sha256)}` })
  const sizeOf = (sha256: string) =>
    client.send(new HeadObjectCommand(at(sha256))).then(({ ContentLength = 0 }) => ContentLength, absent)
  return {
    description: `the bucket ${Bucket}${options.endpoint === undefined ? '' : ` at ${options.endpoint}`}`,
    async put(file) {
      if ((await sizeOf(file.sha256)) === file.size) return
      await putObject(client, at(file.sha256), file, silenceMs).catch(unavailable)
    },
    async get(sha256) {
      const found = await client.send(new GetObjectCommand(at(sha256))).catch(absent)
      if (!(found?.Body instanceof Readable)) return undefined
      return { size: found.ContentLength ?? 0, bytes: failing(found.Body, silenceMs) }
    },
    has: async (sha256) => (await sizeOf(sha256)) !== undefined,
    async remove(sha256) {
      await client.send(new DeleteObjectCommand(at(sha256))).catch(unavailable)
    },
    async list(after, most) {
      const Marker = `${PREFIX}${after === '' ? '' : placeOfFile(after)}`
      const asked = new ListObjectsCommand({ Bucket, Prefix: PREFIX, Marker, MaxKeys: most })
      const { Contents = [] } = await client.send(asked).catch(unavailable)
      return Contents.flatMap(({ Key = '', LastModified }) => {
        const sha256 = hashOfPlace(Key.slice(PREFIX.length))
        return sha256 !== undefined && LastModified ? [{ sha256, at: LastModified }] : []
      })
    },
    claim: (owner) => claimBucket(client, { Bucket, Key: `${PREFIX}${OWNER}` }, owner),
    async check() {
      await client.send(new HeadBucketCommand({ Bucket })).catch(unavailable)
    },
    close: () => client.destroy(),
  }
}

const silent = () => undefined

/** Who comes second finds what the first has written; of two who come at once the last one's word stands, for both. */
async function claimBucket(client: S3Client, at: { Bucket: string; Key: string }, owner: string): Promise<string> {
  const read = async () => {
    const found = await client.send(new GetObjectCommand(at)).catch(absent)
    return found?.Body?.transformToString()
  }
  const known = await read().catch(unavailable)
  if (known !== undefined) return known
  await client.send(new PutObjectCommand({ ...at, Body: owner })).catch(unavailable)
  return (await read().catch(unavailable)) ?? ''
}

/** A body that was read cannot be read again: each try has a stream of its own. */
async function putObject(
  client: S3Client,
  at: { Bucket: string; Key: string },
  file: ReceivedFile,
  silenceMs: number,
): Promise<void> {
  for (let nth = 1; ; nth++) {
    const { bytes, signal, end } = watched(file.path, silenceMs)
    const command = new PutObjectCommand({ ...at, Body: bytes, ContentLength: file.size })
    command.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> }
        headers['x-amz-content-sha256'] = file.sha256
        return next(args)
      },
      { step: 'build', name: 'hashOfFile' },
    )
    try {
      await client.send(command, { abortSignal: signal, requestTimeout: PUT_MS })
      return
    } catch (error) {
      if (nth >= TRIES || !isPassing(error)) throw error
    } finally {
      end()
    }
  }
}

/** The bytes of a file, and a signal that is given where nobody has taken any, or answered, for so long. */
function watched(path: string, silenceMs: number) {
  const silence = new AbortController()
  let seen = Date.now()
  const bytes = new PassThrough({
    transform(piece, _encoding, done) {
      seen = Date.now()
      done(null, piece)
    },
  })
  const source = createReadStream(path).on('error', (error) => bytes.destroy(error))
  const timer = setInterval(() => Date.now() - seen > silenceMs && silence.abort(), silenceMs / 4)
  const end = () => {
    clearInterval(timer)
    source.destroy()
    bytes.destroy()
  }
  return { bytes: source.pipe(bytes), signal: silence.signal, end }
}

function isPassing(error: unknown): boolean {
  const status = statusOf(error)
  return status === undefined || status >= 500 || status === 429
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
}

function absent(error: unknown): undefined {
  if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') return undefined
  return unavailable(error)
}

/** A server that falls silent in the middle of a file fails it. */
function failing(bytes: Readable, silenceMs: number): Readable {
  let seen = Date.now()
  bytes.on('data', () => {
    seen = Date.now()
  })
  // While nobody takes what has come, it is not the server that is silent.
  const timer = setInterval(() => {
    if (bytes.isPaused()) seen = Date.now()
    else if (Date.now() - seen > silenceMs) bytes.destroy(new FilesUnavailable('the S3 server fell silent'))
  }, silenceMs / 4)
  bytes.once('close', () => clearInterval(timer))
  return bytes.pause()
}

/** What the operator reads: the code of S3 or of the connection, never keys or headers. */
function unavailable(error: unknown): never {
  if (error instanceof FilesUnavailable) throw error
  const { name, code } = error as { name?: string; code?: string }
  throw new FilesUnavailable(
    `the S3 server does not do it: ${[code ?? name, statusOf(error)].filter(Boolean).join(' ')}`,
  )
}
