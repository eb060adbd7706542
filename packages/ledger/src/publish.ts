import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { invariant, sha256Bytes } from '@tallystick/rules'
import {
  encodeBundle,
  encodeHex,
  logFiles,
  parseCheckpoint,
  parseNote,
  parseTilePath,
  rootOf,
  type Tile,
  TlogError,
} from '@tallystick/tlog'
import { draftOf } from './files.ts'
import { historyAt, keyHistory, keysFile } from './key-history.ts'
import type { Checkpoint, Ledger, TreeStore } from './port.ts'

/** What publishing reads of a ledger. */
export type Publishable = Pick<Ledger, 'genesis' | 'entries' | 'row' | 'document' | 'documents'> & {
  readonly tree: Pick<TreeStore, 'read' | 'checkpoint'>
}

/** One file of the public log. An immutable one never changes under its path. */
export interface PublishedFile {
  bytes: Uint8Array
  /** Media type. */
  type: string
  immutable: boolean
}

/** The folder cannot take this log, or there is nothing to export yet; the message says which, for a person. */
export class ExportError extends Error {}

const CONTENT_PATH = /^content\/([0-9a-f]{64})$/

/**
 * The file under a path such as `tile/0/001.p/7`, or undefined where the published log has none: it ends at the latest
 * checkpoint. Partial tiles are there in every width up to that.
 */
export async function publishedFile(ledger: Publishable, path: string): Promise<PublishedFile | undefined> {
  const checkpoint = await ledger.tree.checkpoint()
  if (!checkpoint) return undefined
  if (path === 'checkpoint') {
    return { bytes: new TextEncoder().encode(checkpoint.note), type: 'text/plain; charset=utf-8', immutable: false }
  }
  if (path === 'keys.json') {
    return { bytes: await keysAt(ledger, checkpoint.size), type: 'application/json', immutable: false }
  }
  const sha256 = CONTENT_PATH.exec(path)?.[1]
  if (sha256 !== undefined) {
    const bytes = await adoptedDocument(ledger, sha256, checkpoint.size)
    return bytes && { bytes, type: 'application/json', immutable: true }
  }
  const tile = tileWithin(path, checkpoint.size)
  return tile && { bytes: await tileBytes(ledger, tile), type: 'application/octet-stream', immutable: true }
}

/** What an export has done: files written now, and what the folder holds afterwards. */
export interface Exported {
  files: number
  size: number
  /** Merkle root, hex. */
  root: string
}

/**
 * Writes the public log as files, the checkpoint last. A folder that holds an earlier export of the same log is
 * brought up to date; one that holds anything else is refused with an `ExportError`, and left as it is.
 */
export async function exportLog(
  ledger: Publishable,
  folder: string,
  { onProgress }: { onProgress?: (files: number) => void } = {},
): Promise<Exported> {
  const checkpoint = await ledger.tree.checkpoint()
  if (!checkpoint) throw new ExportError('nothing to export yet: no checkpoint has been signed')
  const since = await sizeInFolder(ledger, folder, checkpoint)
  const touched = new Set<string>()
  let files = 0
  for await (const [path, bytes] of filesToWrite(ledger, checkpoint, since)) {
    if (path === 'checkpoint') await syncFolders(touched)
    await replaceFile(join(folder, path), bytes)
    touched.add(dirname(join(folder, path)))
    files += 1
    onProgress?.(files)
  }
  await syncFolders([folder])
  return { files, size: checkpoint.size, root: checkpoint.root }
}

/** The published key history of the log up to a size. */
async function keysAt(ledger: Publishable, size: number): Promise<Uint8Array> {
  return keysFile(historyAt(await keyHistory(ledger), size))
}

async function adoptedDocument(ledger: Publishable, sha256: string, size: number): Promise<Uint8Array | undefined> {
  const adopted = await ledger.row('document', sha256)
  if (!adopted || adopted.index >= size) return undefined
  return ledger.document(sha256)
}

function tileWithin(path: string, size: number): Tile | undefined {
  try {
    const tile = parseTilePath(path)
    const leaves = (tile.index * 256 + tile.width) * (tile.level === 'entries' ? 1 : 256 ** tile.level)
    return leaves <= size ? tile : undefined
  } catch (error) {
    if (error instanceof TlogError) return undefined
    throw error
  }
}

async function tileBytes(ledger: Publishable, { level, index, width }: Tile): Promise<Uint8Array> {
  if (level === 'entries') {
    const entries = await ledger.entries(index * 256, width)
    return encodeBundle(entries.map(({ bytes }) => bytes))
  }
  const [hashes] = await ledger.tree.read([{ level, start: index * 256, count: width }])
  invariant(hashes?.length === width * 32, 'the tree has what was signed')
  return hashes
}

/** In the order in which they must be written: who we are first, the checkpoint after all that it speaks of. */
async function* filesToWrite(
  ledger: Publishable,
  checkpoint: Checkpoint,
  since: number,
): AsyncGenerator<readonly [path: string, bytes: Uint8Array]> {
  const keys = await keysAt(ledger, checkpoint.size)
  if (since === 0 || !isSame(keys, await keysAt(ledger, since))) yield ['keys.json', keys]
  for (const { sha256, bytes } of await ledger.documents()) {
    const adopted = await ledger.row('document', sha256)
    if (adopted && adopted.index >= since && adopted.index < checkpoint.size) yield [`content/${sha256}`, bytes]
  }
  yield* logFiles({
    checkpoint: checkpoint.note,
    since,
    readHashes: (runs) => ledger.tree.read(runs),
    readEntries: async (start, count) => (await ledger.entries(start, count)).map(({ bytes }) => bytes),
  })
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** Is it the key history of this log, as it is now or was before one of its rotations? */
async function isOfThisLog(ledger: Publishable, keys: Uint8Array): Promise<boolean> {
  const history = await keyHistory(ledger)
  return history.some((_, at) => isSame(keys, keysFile(history.slice(0, at + 1))))
}

/** How much of this log the folder holds already; refuses a folder that holds anything else. */
async function sizeInFolder(ledger: Publishable, folder: string, checkpoint: Checkpoint): Promise<number> {
  await mkdir(folder, { recursive: true })
  const found = await readdir(folder, { withFileTypes: true })
  if (found.length === 0) return 0
  const names = found.filter((entry) => entry.isFile()).map(({ name }) => name)
  const keys = names.includes('keys.json') ? await readFile(join(folder, 'keys.json')) : undefined
  if (!keys) throw new ExportError(`${folder} is not empty and holds no exported log`)
  if (!(await isOfThisLog(ledger, keys))) throw new ExportError(`${folder} holds another log`)
  if (!found.some(({ name }) => name === 'checkpoint')) return 0
  if (!names.includes('checkpoint')) throw new ExportError(`${folder} has a checkpoint that is not a file`)
  const earlier = readCheckpoint(await readFile(join(folder, 'checkpoint'), 'utf8'), folder)
  if (earlier.size > checkpoint.size) {
    throw new ExportError(`${folder} holds ${earlier.size} entries, this log has ${checkpoint.size} signed`)
  }
  const root = await rootOf(sha256Bytes, earlier.size, (runs) => ledger.tree.read(runs))
  if (encodeHex(root) !== encodeHex(earlier.root)) throw new ExportError(`${folder} holds another history of this log`)
  return earlier.size
}

function readCheckpoint(note: string, folder: string) {
  try {
    return parseCheckpoint(parseNote(note).text)
  } catch (error) {
    throw new ExportError(`${folder} has a checkpoint that cannot be read`, { cause: error })
  }
}

/** Replaces a file, whose content is on disk on return; its name is with `syncFolders`. */
export async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const draft = draftOf(file)
  const handle = await open(draft, 'w', 0o644)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
}

export async function syncFolders(folders: Iterable<string>): Promise<void> {
  for (const folder of folders) {
    const handle = await open(folder, 'r')
    await handle.sync().finally(() => handle.close())
  }
}
