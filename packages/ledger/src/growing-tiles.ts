import { type Hash, type HashReader, joinHashes, RightEdge, splitHashes, TILE_WIDTH, type Tile } from '@tallystick/tlog'
import { sha256 } from './verify/inspect.ts'

/** The hashes that a level's last tile has so far. */
interface Row {
  index: number
  hashes: Hash[]
}

/** Grows a tree by leaves and gives its hash tiles as they become whole. Keeps one tile of hashes a level. */
export class GrowingTiles {
  readonly #edge: RightEdge
  readonly #rows: Row[]
  #whole: { tile: Tile; bytes: Uint8Array }[] = []

  private constructor(edge: RightEdge, rows: Row[]) {
    this.#edge = edge
    this.#rows = rows
  }

  /** Takes up a tree of `size` leaves from its stored hashes. */
  static async load(size: number, read: HashReader): Promise<GrowingTiles> {
    const rows: Row[] = []
    for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
      const index = Math.floor(count / TILE_WIDTH)
      const run = { level, start: index * TILE_WIDTH, count: count % TILE_WIDTH }
      const [bytes] = run.count === 0 ? [] : await read([run])
      rows[level] = { index, hashes: splitHashes(bytes ?? new Uint8Array()) }
    }
    return new GrowingTiles(await RightEdge.load(sha256, size, read), rows)
  }

  get size(): number {
    return this.#edge.size
  }

  root(): Hash {
    return this.#edge.root()
  }

  append(leaf: Hash): void {
    for (const { level, hash } of this.#edge.append(leaf)) {
      const row = this.#rows[level] ?? { index: 0, hashes: [] }
      this.#rows[level] = row
      row.hashes.push(hash)
      if (row.hashes.length < TILE_WIDTH) continue
      this.#whole.push({ tile: { level, index: row.index, width: TILE_WIDTH }, bytes: joinHashes(row.hashes) })
      this.#rows[level] = { index: row.index + 1, hashes: [] }
    }
  }

  /** The tiles that have become whole since the last call. */
  takeWhole(): { tile: Tile; bytes: Uint8Array }[] {
    const whole = this.#whole
    this.#whole = []
    return whole
  }

  /** The tiles at the right edge that are not whole. */
  partial(): { tile: Tile; bytes: Uint8Array }[] {
    return this.#rows.flatMap(({ index, hashes }, level) =>
      hashes.length === 0 ? [] : [{ tile: { level, index, width: hashes.length }, bytes: joinHashes(hashes) }],
    )
  }
}
