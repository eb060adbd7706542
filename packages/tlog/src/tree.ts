import { requireCount } from './encoding.ts'
import { TlogError } from './error.ts'
import { emptyRoot, HASH_BYTES, type Hash, nodeHash, type Sha256, splitHashes } from './hash.ts'

/** Tree levels between two stored levels: 2^8 = 256 hashes make one hash of the level above. */
export const TILE_HEIGHT = 8

/**
 * Consecutive stored hashes. The hash at `level` L and index n covers the complete subtree of the 256^L leaves from
 * n × 256^L on; level 0 holds the leaf hashes.
 */
export interface Run {
  readonly level: number
  readonly start: number
  readonly count: number
}

/**
 * Fetches runs in one round trip, from wherever the stored hashes are: for each run its `count` × 32 bytes, in the order
 * asked. No run asked for in this package crosses a tile, so none has more than 256 hashes. What is read is believed;
 * whoever reads from a stranger checks the result against a root that he trusts.
 */
export type HashReader = (runs: readonly Run[]) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>

/** Leaves from `start` up to, not including, `end`. */
interface Range {
  readonly start: number
  readonly end: number
}

/** The complete subtree of 2^height leaves from leaf `start` on. */
export interface Subtree {
  readonly height: number
  readonly start: number
}

/** The root of the first `size` leaves (RFC 6962 section 2.1). One call of `read`, none for size 0. */
export async function rootOf(sha256: Sha256, size: number, read: HashReader): Promise<Hash> {
  requireCount(size, 'size')
  const [root] = await rangeHashes(sha256, size === 0 ? [] : [{ start: 0, end: size }], read)
  return root ?? emptyRoot()
}

/**
 * The hashes that prove that the leaf at `index` is in the tree of `size` leaves, from the leaf's sibling up
 * (RFC 6962 section 2.1.1). One call of `read` at most.
 */
export async function inclusionProof(sha256: Sha256, index: number, size: number, read: HashReader): Promise<Hash[]> {
  requireCount(index, 'index')
  requireCount(size, 'size')
  if (index >= size) throw new TlogError('bad-argument', `no leaf ${index} in a tree of ${size} leaves`)
  return rangeHashes(sha256, inclusionRanges(index, size), read)
}

/**
 * The hashes that prove that the tree of `newSize` leaves begins with the tree of `oldSize` leaves (RFC 6962 section
 * 2.1.2). Empty where the sizes are equal or `oldSize` is 0: every tree begins with the empty one. One call of `read` at most.
 */
export async function consistencyProof(
  sha256: Sha256,
  oldSize: number,
  newSize: number,
  read: HashReader,
): Promise<Hash[]> {
  requireCount(oldSize, 'old size')
  requireCount(newSize, 'new size')
  if (oldSize > newSize)
    throw new TlogError('bad-argument', `a tree of ${newSize} leaves has no ${oldSize} to begin with`)
  return rangeHashes(sha256, oldSize === 0 ? [] : consistencyRanges(oldSize, newSize), read)
}

/** The hashes of the complete subtrees at the right edge of a tree, largest first. */
export async function edgeHashes(
  sha256: Sha256,
  size: number,
  read: HashReader,
): Promise<{ height: number; hash: Hash }[]> {
  requireCount(size, 'size')
  const subtrees = completeSubtrees({ start: 0, end: size })
  const hashes = await subtreeHashes(sha256, subtrees, read)
  return hashes.map((hash, at) => ({ hash, height: subtrees[at]?.height ?? 0 }))
}

function inclusionRanges(index: number, size: number): Range[] {
  const ranges: Range[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitPoint(end - start)
    if (index < middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
    }
  }
  return ranges.reverse()
}

function consistencyRanges(oldSize: number, newSize: number): Range[] {
  const ranges: Range[] = []
  let start = 0
  let end = newSize
  while (oldSize !== end) {
    const middle = start + splitPoint(end - start)
    if (oldSize <= middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
    }
  }
  if (start !== 0) ranges.push({ start, end })
  return ranges.reverse()
}

/** The largest power of two below `leaves`, where RFC 6962 splits a tree. */
function splitPoint(leaves: number): number {
  let half = 1
  while (half * 2 < leaves) half *= 2
  return half
}

/** Cuts a range of the tree into complete subtrees, left to right: each as large as what is left allows. */
function completeSubtrees(range: Range): Subtree[] {
  const subtrees: Subtree[] = []
  let start = range.start
  while (start < range.end) {
    let height = 0
    while (2 ** (height + 1) <= range.end - start) height++
    subtrees.push({ height, start })
    start += 2 ** height
  }
  return subtrees
}

async function rangeHashes(sha256: Sha256, ranges: readonly Range[], read: HashReader): Promise<Hash[]> {
  const cuts = ranges.map(completeSubtrees)
  const hashes = await subtreeHashes(sha256, cuts.flat(), read)
  let next = 0
  return cuts.map((subtrees) => {
    const parts = hashes.slice(next, next + subtrees.length)
    next += subtrees.length
    return parts.reduceRight((right, left) => nodeHash(sha256, left, right))
  })
}

async function subtreeHashes(sha256: Sha256, subtrees: readonly Subtree[], read: HashReader): Promise<Hash[]> {
  if (subtrees.length === 0) return []
  const runs = subtrees.map(runUnder)
  const answers = await read(runs)
  if (answers.length !== runs.length) {
    throw new TlogError('bad-read', `the reader gave ${answers.length} runs of hashes instead of ${runs.length}`)
  }
  return runs.map((run, at) => foldRun(sha256, run, answers[at] ?? new Uint8Array()))
}

/** The stored hashes right under a subtree's root: 1 to 128 of the highest stored level that is not above it. */
function runUnder(subtree: Subtree): Run {
  const level = Math.floor(subtree.height / TILE_HEIGHT)
  return { level, start: subtree.start / 256 ** level, count: 2 ** (subtree.height % TILE_HEIGHT) }
}

function foldRun(sha256: Sha256, run: Run, bytes: Uint8Array): Hash {
  if (bytes.length !== run.count * HASH_BYTES) {
    const where = `level ${run.level} from index ${run.start}`
    throw new TlogError('bad-read', `the reader gave ${bytes.length} bytes for ${run.count} hashes of ${where}`)
  }
  return foldHashes(sha256, splitHashes(bytes))
}

/** The root over a power of two of hashes. */
function foldHashes(sha256: Sha256, hashes: readonly Hash[]): Hash {
  const [left, right] = hashes
  if (left === undefined) return emptyRoot()
  if (right === undefined) return left
  const half = hashes.length / 2
  return nodeHash(sha256, foldHashes(sha256, hashes.slice(0, half)), foldHashes(sha256, hashes.slice(half)))
}
