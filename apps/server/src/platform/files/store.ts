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
  /** So many of the files that are here, in the order of their hashes, from the first one after that hash on. */
  list(after: string, most: number): Promise<StoredFile[]>
  /** Writes down whose files these are, where nobody has; answers whose they are. */
  claim(owner: string): Promise<string>
  /** Throws `FilesUnavailable` where files can be neither kept nor read now. */
  check(): Promise<void>
  close(): void
}

/** A file in a store, and since when it is there. */
export interface StoredFile {
  sha256: string
  at: Date
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

/** The hash of the file that has this name in a store; undefined where it is the name of something else. */
export function hashOfPlace(place: string): string | undefined {
  const sha256 = /^[0-9a-f]{2}\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(place)?.[1]
  return sha256 !== undefined && placeOfFile(sha256) === place ? sha256 : undefined
}

/** The name under which a store keeps whose files it has. */
export const OWNER = 'owner'

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
