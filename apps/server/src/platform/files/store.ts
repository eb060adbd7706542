import { createHash } from 'node:crypto'
import { type Readable, Transform } from 'node:stream'

/** A file that was received whole, and lies aside. */
export interface ReceivedFile {
  path: string
  /** SHA-256 of its bytes, lower-case hex. */
  sha256: string
  size: number
}

/**
 * Where the bytes of files are kept, each under its SHA-256 and nothing else. Every call may be repeated, and made for the
 * same file by several at once. Whoever cannot do it throws `FilesUnavailable`.
 */
export interface FileStore {
  /** For the operator: where that is. */
  readonly description: string
  /** Keeps a file for good: all of it or nothing, also where the process is killed. It may take it away from `path`. */
  put(file: ReceivedFile): Promise<void>
  /** Its bytes, as they were kept; undefined where they are not here. Read through `checkedBytes`. */
  get(sha256: string): Promise<{ size: number; bytes: Readable } | undefined>
  has(sha256: string): Promise<boolean>
  /** Forgets it; nothing happens where it is not here. */
  remove(sha256: string): Promise<void>
  /** Throws `FilesUnavailable` where files can be neither kept nor read now. */
  check(): Promise<void>
  close(): void
}

/** The store does not answer, refuses, or has no room: the same may work later. */
export class FilesUnavailable extends Error {
  override readonly name = 'FilesUnavailable'
}

/** The name of a file in a store: it comes from the hash alone. Throws for what is no hash. */
export function placeOfFile(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('a file is named by its SHA-256')
  return `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`
}

/**
 * The same bytes, held back by one piece: where they are not those of the hash the stream fails before its end, so that
 * nobody takes what was changed in the store for the file.
 */
export function checkedBytes(bytes: Readable, sha256: string): Readable {
  const hash = createHash('sha256')
  let held: Buffer | undefined
  const checked = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece)
      const ready = held
      held = piece
      done(null, ready)
    },
    flush(done) {
      if (hash.digest('hex') === sha256) done(null, held)
      else done(new FilesUnavailable(`the file ${sha256} is not what was kept`))
    },
  })
  bytes.once('error', (error) => checked.destroy(error))
  checked.once('close', () => bytes.destroy())
  return bytes.pipe(checked)
}
