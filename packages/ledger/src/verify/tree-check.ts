import { HASH_BYTES, type Hash, RightEdge, TILE_WIDTH, type Tile, type TreeHash, tilePath } from '@tallystick/tlog'
import { sha256 } from './inspect.ts'
import { isUnreadable, type LogSource, type ReadOutcome, type Unreadable } from './source.ts'

/** A tile that is not what the leaves make. */
export type TileFlaw =
  | { tile: Tile; kind: 'missing' }
  | { tile: Tile; kind: 'length'; bytes: number; expected: number }
  | { tile: Tile; kind: 'unreadable'; found: Unreadable }
  /** Which of its hashes differ. */
  | { tile: Tile; kind: 'differs'; positions: number[]; offset: number }

export const TILE_BYTES = TILE_WIDTH * HASH_BYTES

/** Flaws kept of one tree; one is enough to call a log wrong. */
const MOST_FLAWS = 1_000

/**
 * Grows the tree from leaf hashes and compares every tile that it completes with the source's: whole ones, those at the
 * right edge, and partial ones that stand beside them. Keeps one tile of hashes a level.
 */
export class TreeCheck {
  readonly flaws: TileFlaw[] = []
  /** Roots at the sizes asked for. */
  readonly roots = new Map<number, Hash>()
  readonly #edge = new RightEdge(sha256)
  readonly #levels: { bytes: Uint8Array; count: number; index: number }[] = []
  readonly #complete: { tile: Tile; bytes: Uint8Array }[] = []
  readonly #source: Pick<LogSource, 'partialWidths'>
  readonly #readTile: (tile: Tile) => Promise<ReadOutcome>
  readonly #rootsAt: ReadonlySet<number>

  constructor(
    source: Pick<LogSource, 'partialWidths'>,
    readTile: (tile: Tile) => Promise<ReadOutcome>,
    rootsAt: readonly number[],
  ) {
    this.#source = source
    this.#readTile = readTile
    this.#rootsAt = new Set(rootsAt)
    this.#noteRoot()
  }

  append(leaf: Hash): void {
    this.#take(this.#edge.append(leaf))
  }

  #take(completed: readonly TreeHash[]): void {
    for (const { level, hash } of completed) {
      let tile = this.#levels[level]
      if (!tile) {
        tile = { bytes: new Uint8Array(TILE_BYTES), count: 0, index: 0 }
        this.#levels[level] = tile
      }
      tile.bytes.set(hash, tile.count * HASH_BYTES)
      tile.count += 1
      if (tile.count < TILE_WIDTH) continue
      this.#complete.push({ tile: { level, index: tile.index, width: TILE_WIDTH }, bytes: tile.bytes })
      this.#levels[level] = { bytes: new Uint8Array(TILE_BYTES), count: 0, index: tile.index + 1 }
    }
    this.#noteRoot()
  }

  /** Appends the leaves of a whole tile, whose tree has the hash `subtree`. */
  appendTile(leaves: Uint8Array, subtree: Hash): void {
    const first = this.#edge.size
    const rootInside = [...this.#rootsAt].some((size) => size > first && size < first + TILE_WIDTH)
    if (first % TILE_WIDTH !== 0 || rootInside) {
      for (let at = 0; at < TILE_BYTES; at += HASH_BYTES) this.append(leaves.subarray(at, at + HASH_BYTES))
      return
    }
    const index = first / TILE_WIDTH
    this.#complete.push({ tile: { level: 0, index, width: TILE_WIDTH }, bytes: leaves })
    this.#levels[0] = { bytes: new Uint8Array(TILE_BYTES), count: 0, index: index + 1 }
    this.#take(this.#edge.appendSubtree(1, subtree))
  }

  root(): Hash {
    return this.#edge.root()
  }

  /** Compares the tiles completed since the last call. */
  async settle(): Promise<void> {
    for (const { tile, bytes } of this.#complete.splice(0)) await this.#compare(tile, bytes)
  }

  /** Compares what is left, the right edge too. */
  async finish(): Promise<void> {
    await this.settle()
    for (const [level, { bytes, count, index }] of this.#levels.entries()) {
      if (count > 0) await this.#compare({ level, index, width: count }, bytes.subarray(0, count * HASH_BYTES))
    }
  }

  #noteRoot(): void {
    if (this.#rootsAt.has(this.#edge.size)) this.roots.set(this.#edge.size, this.#edge.root())
  }

  async #compare(tile: Tile, bytes: Uint8Array): Promise<void> {
    this.#judge(tile, bytes, await this.#readTile(tile))
    for (const width of await this.#source.partialWidths(tilePath({ ...tile, width: TILE_WIDTH }))) {
      if (width >= tile.width) continue
      const partial = { ...tile, width }
      this.#judge(partial, bytes.subarray(0, width * HASH_BYTES), await this.#readTile(partial))
    }
  }

  #judge(tile: Tile, bytes: Uint8Array, found: ReadOutcome): void {
    const flaw = flawOf(tile, bytes, found)
    if (flaw && this.flaws.length < MOST_FLAWS) this.flaws.push(flaw)
  }
}

function flawOf(tile: Tile, bytes: Uint8Array, found: ReadOutcome): TileFlaw | undefined {
  if (found === undefined) return { tile, kind: 'missing' }
  if (isUnreadable(found)) return { tile, kind: 'unreadable', found }
  if (found.length !== bytes.length) return { tile, kind: 'length', bytes: found.length, expected: bytes.length }
  if (Buffer.compare(found, bytes) === 0) return undefined
  const differing = Array.from(bytes.keys()).filter((at) => found[at] !== bytes[at])
  const positions = [...new Set(differing.map((at) => Math.floor(at / HASH_BYTES)))]
  return { tile, kind: 'differs', positions, offset: differing[0] ?? 0 }
}
