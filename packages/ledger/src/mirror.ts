import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256Hex } from '@tallystick/rules'
import {
  bundlesOf,
  decodeBundle,
  leafHash,
  rootOf,
  TILE_WIDTH,
  type Tile,
  TlogError,
  tileAt,
  tilePath,
  tileReader,
  tilesOf,
} from '@tallystick/tlog'
import { GrowingTiles } from './growing-tiles.ts'
import { replaceFile, syncFolders } from './publish.ts'
import { type StatedCheckpoint, stateOf } from './verify/checkpoint-check.ts'
import { sha256 } from './verify/inspect.ts'
import { documentsNamed } from './verify/replay.ts'
import { ahead, type LogSource } from './verify/source.ts'
import { MOST_BUNDLE_BYTES } from './verify/stretch.ts'
import { MOST_CONTENT_BYTES } from './verify/walk.ts'

const MOST_TEXT_BYTES = 1_048_576

/** Why a log is not mirrored, for a person. `isWrong`: it contradicts itself, or what was mirrored of it before. */
export class MirrorError extends Error {
  readonly isWrong: boolean

  constructor(message: string, isWrong = false) {
    super(message)
    this.isWrong = isWrong
  }
}

/** What a mirror has done: entry bundles fetched now, and what the folder holds afterwards. */
export interface Mirrored {
  fetched: number
  size: number
  /** Merkle root, hex. */
  root: string
}

type Progress = (entries: number, size: number) => void

/** From where to where, from which checkpoint (if the folder has one) to which. */
interface Task {
  source: LogSource
  folder: string
  stated: StatedCheckpoint
  earlier: StatedCheckpoint | undefined
}

/**
 * Copies a published log into a folder, as `export-log` would write it: only what has come since the last time, the
 * checkpoint last. Entries are fetched, and hash tiles made of them: a log whose entries do not lead to its own root, or
 * do not continue the checkpoint that the folder has, is refused, and what was fetched of it taken away. A run that was
 * stopped is taken up by the next. Errors: `MirrorError`.
 */
export async function mirrorLog(source: LogSource, folder: string, onProgress?: Progress): Promise<Mirrored> {
  const stated = statedIn(await fetched(source, 'checkpoint', MOST_TEXT_BYTES), source.name)
  const keys = await fetched(source, 'keys.json', MOST_TEXT_BYTES)
  const earlier = await earlierIn(folder)
  if (earlier) requireContinuation(earlier, stated)
  const task = { source, folder, stated, earlier }
  const files = new Files(folder)
  try {
    await copyEntries(task, files, onProgress)
  } catch (error) {
    if (error instanceof MirrorError && error.isWrong) await removeNew(task)
    throw error
  }
  await files.put('keys.json', keys)
  await files.sync()
  await files.put('checkpoint', stated.note)
  await files.sync()
  await removeOutgrown(task)
  return { fetched: files.bundles, size: stated.size, root: Buffer.from(stated.root).toString('hex') }
}

async function fetched(source: LogSource, path: string, mostBytes: number): Promise<Uint8Array> {
  const found = await source.read(path, mostBytes)
  if (found instanceof Uint8Array) return found
  const reason = found === undefined ? 'it is not there' : found.unreadable
  throw new MirrorError(`${source.name}/${path} cannot be had: ${reason}`)
}

function statedIn(note: Uint8Array, where: string): StatedCheckpoint {
  try {
    return stateOf(note)
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new MirrorError(`the checkpoint of ${where} cannot be read: ${error.message}`)
  }
}

/** The checkpoint that a folder has; refuses a folder with anything but a log in it. */
async function earlierIn(folder: string): Promise<StatedCheckpoint | undefined> {
  await mkdir(folder, { recursive: true })
  const names = await readdir(folder)
  const foreign = names.find((name) => !/^(checkpoint|keys\.json|tile|content)(\.[0-9a-f]{16}\.new)?$/.test(name))
  if (foreign !== undefined) throw new MirrorError(`${folder} holds something else than a log: ${foreign}`)
  return names.includes('checkpoint') ? statedIn(await readFile(join(folder, 'checkpoint')), folder) : undefined
}

function requireContinuation(earlier: StatedCheckpoint, stated: StatedCheckpoint): void {
  if (earlier.origin !== stated.origin) {
    throw new MirrorError(`the folder holds the log ${earlier.origin}, not ${stated.origin}`)
  }
  if (earlier.size > stated.size) {
    throw new MirrorError(
      `the log has become shorter: ${stated.size} entries, ${earlier.size} were signed before`,
      true,
    )
  }
}

/** Writes files, and remembers in which folders. */
class Files {
  bundles = 0
  readonly #folder: string
  readonly #touched = new Set<string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.#folder, path)
    await replaceFile(file, bytes)
    this.#touched.add(dirname(file))
  }

  /** Makes the names durable. */
  async sync(): Promise<void> {
    await syncFolders(this.#touched)
    this.#touched.clear()
  }
}

/** Writes bundles from the last whole one on, the tiles that they make, and the documents that they adopt. */
async function copyEntries(task: Task, files: Files, onProgress: Progress | undefined): Promise<void> {
  const { source, folder, stated, earlier } = task
  const since = earlier?.size ?? 0
  const tiles = await tilesIn(folder, earlier)
  const documents = new Set<string>()
  for await (const bundle of ahead(bundlesOf(stated.size, tiles.size), source.ahead, (tile) => bundleOf(task, tile))) {
    for (const entry of entriesOf(bundle)) {
      if (tiles.size === since) requireRoot(tiles, earlier)
      tiles.append(leafHash(sha256, entry))
      for (const name of documentsNamed(entry)) documents.add(name)
    }
    const made = [...tiles.takeWhole(), ...(bundle.isNew ? [bundle] : [])]
    await Promise.all(made.map(({ tile, bytes }) => files.put(tilePath(tile), bytes)))
    if (bundle.isNew) files.bundles += 1
    onProgress?.(tiles.size, stated.size)
  }
  if (tiles.size === since) requireRoot(tiles, earlier)
  requireRoot(tiles, stated)
  for (const { tile, bytes } of tiles.partial()) await files.put(tilePath(tile), bytes)
  for (const name of documents) await copyDocument(task, files, name)
}

/** The tree of the whole bundles that the folder has, from its tiles. */
async function tilesIn(folder: string, earlier: StatedCheckpoint | undefined): Promise<GrowingTiles> {
  const since = earlier?.size ?? 0
  const read = tileReader(since, (tile) => readFile(join(folder, tilePath(tile))))
  try {
    const root = await rootOf(sha256, since, read)
    if (earlier && Buffer.compare(root, earlier.root) !== 0) throw new Error('its tiles do not make its root')
    return await GrowingTiles.load(since - (since % TILE_WIDTH), read)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new MirrorError(`the log in ${folder} is damaged, mirror into another folder: ${reason}`)
  }
}

interface Bundle {
  tile: Tile
  bytes: Uint8Array
  isNew: boolean
}

/** A whole bundle that a stopped run has left is not fetched again. */
async function bundleOf({ source, folder }: Task, tile: Tile): Promise<Bundle> {
  const path = tilePath(tile)
  const left = tile.width === TILE_WIDTH ? await readFile(join(folder, path)).catch(() => undefined) : undefined
  return { tile, bytes: left ?? (await fetched(source, path, MOST_BUNDLE_BYTES)), isNew: left === undefined }
}

function entriesOf({ tile, bytes }: Bundle): Uint8Array[] {
  try {
    return decodeBundle(bytes, tile.width)
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new MirrorError(`${tilePath(tile)} is no bundle of ${tile.width} entries: ${error.message}`, true)
  }
}

function requireRoot(tiles: GrowingTiles, checkpoint: StatedCheckpoint | undefined): void {
  if (!checkpoint || Buffer.compare(tiles.root(), checkpoint.root) === 0) return
  const roots = `they make ${Buffer.from(tiles.root()).toString('base64')}`
  const stated = Buffer.from(checkpoint.root).toString('base64')
  throw new MirrorError(
    `the entries do not lead to the root of the checkpoint of size ${checkpoint.size}: ${roots}, it states ${stated}`,
    true,
  )
}

async function copyDocument({ source, folder }: Task, files: Files, name: string): Promise<void> {
  const path = `content/${name}`
  if (existsSync(join(folder, path))) return
  const bytes = await fetched(source, path, MOST_CONTENT_BYTES)
  if (sha256Hex(bytes) !== name) throw new MirrorError(`${path} is not what its name says`, true)
  await files.put(path, bytes)
}

/** Takes away what is not of the checkpoint that the folder has. */
async function removeNew({ folder, stated, earlier }: Task): Promise<void> {
  const since = earlier?.size ?? 0
  for (const tiles of [bundlesOf(stated.size, since), tilesOf(stated.size, since)]) {
    for (const tile of tiles) await rm(join(folder, tilePath(tile)), { force: true })
  }
}

/** Takes away the partial tiles and bundle of the earlier checkpoint, where wider ones are there now. */
async function removeOutgrown({ folder, stated, earlier }: Task): Promise<void> {
  for (let level = 0, size = earlier?.size ?? 0; size > 0; level += 1, size = Math.floor(size / TILE_WIDTH)) {
    const [index, width] = [Math.floor(size / TILE_WIDTH), size % TILE_WIDTH]
    if (width === 0 || tileAt(level, index, stated.size)?.width === width) continue
    for (const kind of level === 0 ? ([0, 'entries'] as const) : [level]) {
      const file = join(folder, tilePath({ level: kind, index, width }))
      await rm(file, { force: true })
      await rmdir(dirname(file)).catch(() => undefined) // others may be in it
    }
  }
}
