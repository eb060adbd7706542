import { requireCount } from './encoding.ts'
import { TlogError } from './error.ts'
import { HASH_BYTES } from './hash.ts'
import type { HashReader, Run } from './tree.ts'

/** Hashes of a full tile, entries of a full bundle. */
export const TILE_WIDTH = 256

/** One file of a log: a tile of hashes at a level, or a bundle of entries; partial where `width` is below 256. */
export interface Tile {
  readonly level: number | 'entries'
  readonly index: number
  /** 1 to 256. */
  readonly width: number
}

/** `tile/<L>/<N>` or `tile/entries/<N>`, with `.p/<W>` where partial: `tile/0/x001/x234/067.p/5` (C2SP tlog-tiles). */
export function tilePath(tile: Tile): string {
  const flaw = tileFlaw(tile)
  if (flaw) throw new TlogError('bad-argument', flaw)
  const digits = String(tile.index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? []
  const number = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${tile.level}/${number}${tile.width === TILE_WIDTH ? '' : `.p/${tile.width}`}`
}

const TILE_PATH = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5})([0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/

/** Reads a path that `tilePath` could have written; throws `bad-tile-path` for any other spelling. */
export function parseTilePath(path: string): Tile {
  const [, level, upper = '', lower = '', width] = TILE_PATH.exec(path) ?? []
  if (level === undefined) throw new TlogError('bad-tile-path', `not a tile path: ${shorten(path)}`)
  const tile: Tile = {
    level: level === 'entries' ? level : Number(level),
    index: Number(upper.replaceAll(/[x/]/g, '') + lower),
    width: width === undefined ? TILE_WIDTH : Number(width),
  }
  const flaw = tileFlaw(tile)
  if (flaw) throw new TlogError('bad-tile-path', `${flaw}: ${path}`)
  if (tilePath(tile) !== path) throw new TlogError('bad-tile-path', `not the canonical path ${tilePath(tile)}: ${path}`)
  return tile
}

/** The tile or bundle `index` of a tree of `size` leaves, as wide as that size makes it; `undefined` beyond its edge. */
export function tileAt(level: Tile['level'], index: number, size: number): Tile | undefined {
  const width = Math.min(TILE_WIDTH, hashesAt(level, size) - index * TILE_WIDTH)
  return width > 0 ? { level, index, width } : undefined
}

/**
 * The hash tiles that a tree of `size` leaves needs, level by level; with `since`, only those that a tree of `since`
 * leaves does not have already.
 */
export function* tilesOf(size: number, since = 0): Generator<Tile> {
  requireCount(size, 'size')
  requireCount(since, 'since')
  for (let level = 0; hashesAt(level, size) > 0; level++) yield* tilesAt(level, size, since)
}

/** The entry bundles of a tree of `size` leaves; with `since`, only those that a tree of `since` leaves does not have. */
export function* bundlesOf(size: number, since = 0): Generator<Tile> {
  requireCount(size, 'size')
  requireCount(since, 'since')
  yield* tilesAt('entries', size, since)
}

/**
 * Reads stored hashes out of the tiles of a tree of `size` leaves. `readTile` gives a tile's bytes; each tile is fetched
 * once a call. A tile that is not `width` × 32 bytes is `bad-tile`.
 */
export function tileReader(size: number, readTile: (tile: Tile) => Uint8Array | Promise<Uint8Array>): HashReader {
  return async (runs) => {
    const tiles = new Map(runs.flatMap((run) => tilesUnder(run, size)).map((tile) => [tilePath(tile), tile]))
    const fetched = await Promise.all(
      [...tiles].map(async ([path, tile]) => [path, requireTileBytes(tile, await readTile(tile))] as const),
    )
    const bytesOf = new Map(fetched)
    return runs.map((run) => {
      const bytes = new Uint8Array(run.count * HASH_BYTES)
      for (const tile of tilesUnder(run, size)) {
        const offset = (tile.index * TILE_WIDTH - run.start) * HASH_BYTES
        const source = bytesOf.get(tilePath(tile)) ?? new Uint8Array()
        bytes.set(source.subarray(Math.max(0, -offset), bytes.length - offset), Math.max(0, offset))
      }
      return bytes
    })
  }
}

/** Passes a tile's bytes if they are exactly as many as its width asks for, throws `bad-tile` otherwise. */
export function requireTileBytes(tile: Tile, bytes: Uint8Array): Uint8Array {
  if (bytes.length === tile.width * HASH_BYTES) return bytes
  const expected = `${tile.width * HASH_BYTES} bytes`
  throw new TlogError('bad-tile', `${tilePath(tile)} has ${bytes.length} bytes instead of ${expected}`)
}

function tilesUnder(run: Run, size: number): Tile[] {
  if (run.start + run.count > hashesAt(run.level, size)) {
    throw new TlogError(
      'bad-read',
      `a tree of ${size} leaves has no hash ${run.start + run.count - 1} at level ${run.level}`,
    )
  }
  const first = Math.floor(run.start / TILE_WIDTH)
  const last = Math.floor((run.start + run.count - 1) / TILE_WIDTH)
  return Array.from({ length: last - first + 1 }, (_, at) => tileAt(run.level, first + at, size)).filter(
    (tile) => tile !== undefined,
  )
}

function* tilesAt(level: Tile['level'], size: number, since: number): Generator<Tile> {
  const had = hashesAt(level, since)
  if (had >= hashesAt(level, size)) return
  for (let index = Math.floor(had / TILE_WIDTH); ; index++) {
    const tile = tileAt(level, index, size)
    if (!tile) return
    yield tile
  }
}

/** Complete subtrees of 256^level leaves in a tree of `size`. */
function hashesAt(level: Tile['level'], size: number): number {
  return Math.floor(size / leavesUnder(level))
}

function leavesUnder(level: Tile['level']): number {
  return level === 'entries' ? 1 : TILE_WIDTH ** level
}

function tileFlaw({ level, index, width }: Tile): string | undefined {
  if (level !== 'entries' && !(Number.isInteger(level) && level >= 0 && level <= 63)) return 'a level is 0 to 63'
  if (!(Number.isSafeInteger(index) && index >= 0)) return 'a tile index is 0 to 2^53 − 1'
  if (!(Number.isInteger(width) && width >= 1 && width <= TILE_WIDTH)) return 'a tile is 1 to 256 wide'
  if ((index * TILE_WIDTH + width) * leavesUnder(level) > Number.MAX_SAFE_INTEGER) {
    return 'no tree of up to 2^53 − 1 leaves has this tile'
  }
  return undefined
}

function shorten(path: string): string {
  return path.length > 100 ? `${path.slice(0, 100)}…` : path
}
