import { TlogError } from './error.ts'
import { emptyRoot, HASH_BYTES, type Hash, nodeHash, requireHash, type Sha256 } from './hash.ts'
import { edgeHashes, type HashReader, type Run, TILE_HEIGHT } from './tree.ts'

/** One hash to store: see `Run` for what level and index mean. */
export interface TreeHash {
  readonly level: number
  readonly index: number
  readonly hash: Hash
}

/** A growing tree that remembers only its right edge: at most 53 hashes, whatever its size. */
export class RightEdge {
  readonly #sha256: Sha256
  /** Complete subtrees, largest first; heights fall strictly. */
  readonly #subtrees: { height: number; hash: Hash }[]
  #size: number

  constructor(sha256: Sha256) {
    this.#sha256 = sha256
    this.#subtrees = []
    this.#size = 0
  }

  /** Takes up a tree of `size` leaves from its stored hashes, in one call of `read`. */
  static async load(sha256: Sha256, size: number, read: HashReader): Promise<RightEdge> {
    const edge = new RightEdge(sha256)
    edge.#subtrees.push(...(await edgeHashes(sha256, size, read)))
    edge.#size = size
    return edge
  }

  get size(): number {
    return this.#size
  }

  /** Appends a leaf hash. Returns the hashes that are now final and to be stored: the leaf, then higher levels. */
  append(leaf: Hash): TreeHash[] {
    return this.appendSubtree(0, leaf)
  }

  /**
   * Appends the hash of a complete subtree of 256^level leaves, where the tree so far is of whole ones. Returns what
   * `append` would of this level and those above.
   */
  appendSubtree(level: number, subtree: Hash): TreeHash[] {
    const leaves = 2 ** (level * TILE_HEIGHT)
    const index = this.#size / leaves
    if (!Number.isInteger(index)) throw new TlogError('bad-argument', `the tree is not of whole subtrees of ${leaves}`)
    if (this.#size + leaves > Number.MAX_SAFE_INTEGER) {
      throw new TlogError('bad-argument', 'a tree holds at most 2^53 − 1 leaves')
    }
    const completed: TreeHash[] = [{ level, index, hash: requireHash(subtree, 'the hash') }]
    let height = level * TILE_HEIGHT
    let hash = subtree
    for (let left = this.#subtrees.at(-1); left?.height === height; left = this.#subtrees.at(-1)) {
      this.#subtrees.pop()
      hash = nodeHash(this.#sha256, left.hash, hash)
      height++
      if (height % TILE_HEIGHT === 0) {
        completed.push({ level: height / TILE_HEIGHT, index: Math.floor(this.#size / 2 ** height), hash })
      }
    }
    this.#subtrees.push({ height, hash })
    this.#size += leaves
    return completed
  }

  root(): Hash {
    const hashes = this.#subtrees.map((subtree) => subtree.hash)
    return hashes.length === 0 ? emptyRoot() : hashes.reduceRight((right, left) => nodeHash(this.#sha256, left, right))
  }
}

/** A growing tree that keeps all stored hashes in memory; `read` answers for the present size and every earlier one. */
export class MemoryTree {
  readonly #edge: RightEdge
  readonly #levels: Uint8Array[] = []

  constructor(sha256: Sha256) {
    this.#edge = new RightEdge(sha256)
  }

  get size(): number {
    return this.#edge.size
  }

  append(leaf: Hash): void {
    for (const { level, index, hash } of this.#edge.append(leaf)) this.#store(level, index, hash)
  }

  root(): Hash {
    return this.#edge.root()
  }

  /** A `HashReader`, bound so that it can be passed on. */
  readonly read = (runs: readonly Run[]): Uint8Array[] => runs.map((run) => this.#run(run))

  #run({ level, start, count }: Run): Uint8Array {
    if (start + count > Math.floor(this.size / 256 ** level)) {
      throw new TlogError(
        'bad-read',
        `no hashes ${start} to ${start + count - 1} of level ${level} at size ${this.size}`,
      )
    }
    return (this.#levels[level] ?? new Uint8Array()).slice(start * HASH_BYTES, (start + count) * HASH_BYTES)
  }

  #store(level: number, index: number, hash: Hash): void {
    let bytes = this.#levels[level] ?? new Uint8Array(256 * HASH_BYTES)
    const at = index * HASH_BYTES
    if (at >= bytes.length) {
      const grown = new Uint8Array(bytes.length * 2)
      grown.set(bytes)
      bytes = grown
    }
    bytes.set(hash, at)
    this.#levels[level] = bytes
  }
}
