import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { errorCode } from '../error-code.ts'
import { FilesUnavailable, type ReceivedFile } from './store.ts'

/** Why a file did not arrive: it is larger than is taken, or whoever sends it broke off or fell silent. */
export class NotReceived extends Error {
  override readonly name = 'NotReceived'
  readonly reason: 'too-large' | 'broken-off' | 'silent'

  constructor(reason: NotReceived['reason']) {
    super(`the file did not arrive: ${reason}`)
    this.reason = reason
  }
}

export interface ReceiveOptions {
  maxBytes: number
  /** So long nothing may come; then it is broken off. */
  silenceMs: number
}

/**
 * Writes what comes to a file of its own that nobody reads, and hashes it on the way; never more than `maxBytes` of it. Whatever goes
 * wrong, nothing of it stays. The stream is left where reading stopped. Throws `NotReceived` and `FilesUnavailable`.
 */
export async function receiveFile(
  folder: string,
  from: Readable,
  options: ReceiveOptions,
): Promise<ReceivedFile & { discard(): Promise<void> }> {
  const path = join(folder, randomUUID())
  // Whenever it breaks: what is missing is seen where it is read.
  from.on('error', () => undefined)
  const file = await open(path, 'wx', 0o600).catch(unavailable)
  const hash = createHash('sha256')
  let size = 0
  try {
    for await (const piece of pieces(from, options.silenceMs)) {
      size += piece.length
      if (size > options.maxBytes) throw new NotReceived('too-large')
      hash.update(piece)
      await file.write(piece).catch(unavailable)
    }
    await file.sync().catch(unavailable)
    await file.close()
    const discard = () => rm(path, { force: true })
    return { path, sha256: hash.digest('hex'), size, discard }
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(path, { force: true })
    throw error
  }
}

/** What a stream gives, without ending it where nobody reads on. Throws `NotReceived`. */
async function* pieces(from: Readable, silenceMs: number): AsyncGenerator<Buffer> {
  const ended = new AbortController()
  let wake = () => undefined as unknown
  let state: 'open' | 'ended' | 'broken' = 'open'
  const on = (event: string, next?: 'ended' | 'broken') => {
    const listener = () => {
      if (next !== undefined && state === 'open') state = next
      wake()
    }
    from.on(event, listener)
    ended.signal.addEventListener('abort', () => from.off(event, listener))
  }
  on('readable')
  on('end', 'ended')
  on('error', 'broken')
  on('close', from.readableEnded ? 'ended' : 'broken')
  if (from.readableEnded) state = 'ended'
  else if (from.destroyed) state = 'broken'
  try {
    for (;;) {
      const piece: unknown = from.read()
      if (piece !== null) {
        yield Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece))
        continue
      }
      if (state === 'ended') return
      if (state === 'broken') throw new NotReceived('broken-off')
      await somethingComes(silenceMs, (resolve) => {
        wake = resolve
      })
    }
  } finally {
    ended.abort()
  }
}

function somethingComes(silenceMs: number, waitWith: (resolve: () => undefined) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NotReceived('silent')), silenceMs)
    waitWith(() => {
      clearTimeout(timer)
      resolve()
      return undefined
    })
  })
}

/** Makes the folder for what arrives. */
export async function openQuarantine(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(unavailable)
}

/** Removes what a process left that was killed: whatever lies there longer than any file takes to arrive. */
export async function emptyQuarantine(folder: string, olderThanMs: number, now = Date.now()): Promise<number> {
  let removed = 0
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (!found || now - found.mtimeMs < olderThanMs) continue
    await rm(path, { force: true })
    removed += 1
  }
  return removed
}

function unavailable(error: unknown): never {
  throw new FilesUnavailable(`the folder of files cannot be written: ${errorCode(error) || error}`)
}
