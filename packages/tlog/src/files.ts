import { encodeBundle } from './bundle.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { encodeUtf8 } from './encoding.ts'
import { TlogError } from './error.ts'
import { parseNote } from './note.ts'
import { bundlesOf, requireTileBytes, TILE_WIDTH, type Tile, tilePath, tilesOf } from './tile.ts'
import type { HashReader } from './tree.ts'

/** Gives the bytes of `count` consecutive entries, at most 256, from index `start` on. */
export type EntryReader = (start: number, count: number) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>

export interface LogFilesOptions {
  /** The signed checkpoint; its size says which files there are. Its signatures are not checked here. */
  readonly checkpoint: string
  readonly readHashes: HashReader
  readonly readEntries: EntryReader
  /** Size for which the files were written already: only what has come since is given. */
  readonly since?: number
}

const TILES_A_READ = 64

/**
 * All files of a log as path and bytes: entry bundles, then tiles, and the checkpoint last, so that whoever writes them in
 * this order never publishes a checkpoint before what it speaks of.
 */
export async function* logFiles(options: LogFilesOptions): AsyncGenerator<[path: string, bytes: Uint8Array]> {
  const { size } = parseCheckpoint(parseNote(options.checkpoint).text)
  for (const bundle of bundlesOf(size, options.since)) yield [tilePath(bundle), await readBundle(bundle, options)]
  for (const tiles of inGroups(tilesOf(size, options.since), TILES_A_READ)) yield* readTiles(tiles, options.readHashes)
  yield ['checkpoint', encodeUtf8(options.checkpoint)]
}

async function readBundle(bundle: Tile, { readEntries }: LogFilesOptions): Promise<Uint8Array> {
  const entries = await readEntries(bundle.index * TILE_WIDTH, bundle.width)
  if (entries.length === bundle.width) return encodeBundle(entries)
  throw new TlogError('bad-read', `${entries.length} entries instead of ${bundle.width} for ${tilePath(bundle)}`)
}

async function* readTiles(tiles: readonly Tile[], readHashes: HashReader): AsyncGenerator<[string, Uint8Array]> {
  const runs = tiles.map(({ level, index, width }) => ({
    level: Number(level),
    start: index * TILE_WIDTH,
    count: width,
  }))
  const answers = await readHashes(runs)
  for (const [at, tile] of tiles.entries()) {
    yield [tilePath(tile), requireTileBytes(tile, answers[at] ?? new Uint8Array())]
  }
}

function* inGroups<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let group: T[] = []
  for (const item of items) {
    group.push(item)
    if (group.length === size) {
      yield group
      group = []
    }
  }
  if (group.length > 0) yield group
}
