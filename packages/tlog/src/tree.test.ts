import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { sha256 } from '../test/node-crypto.ts'
import { sampleTree } from '../test/sample-log.ts'
import {
  consistencyProof,
  encodeHex,
  type Hash,
  type HashReader,
  inclusionProof,
  leafHash,
  type MemoryTree,
  nodeHash,
  RightEdge,
  rootOf,
  type Tile,
  type TreeHash,
  tilePath,
  tileReader,
  tilesOf,
  verifyConsistency,
  verifyInclusion,
} from './index.ts'

const LARGEST = 65_537
const SMALL_SIZES = Array.from({ length: 1_026 }, (_, size) => size)
const LARGE_SIZES = [65_535, 65_536, 65_537]

let tree: MemoryTree
let leaves: Hash[]

beforeAll(() => {
  tree = sampleTree(LARGEST)
  leaves = tree
    .read([{ level: 0, start: 0, count: LARGEST }])
    .flatMap((bytes) => Array.from({ length: LARGEST }, (_, at) => bytes.subarray(at * 32, at * 32 + 32)))
})

/** RFC 6962 section 2.1 word for word, with no regard for time. */
function naiveRoot(start: number, end: number): Hash {
  const leaf = leaves[start]
  if (leaf === undefined || end === start) return sha256(new Uint8Array())
  if (end - start === 1) return leaf
  const middle = start + 2 ** Math.ceil(Math.log2(end - start) - 1)
  return nodeHash(sha256, naiveRoot(start, middle), naiveRoot(middle, end))
}

/** RFC 6962 section 2.1.1, PATH. */
function naivePath(index: number, start: number, end: number): Hash[] {
  if (end - start === 1) return []
  const middle = start + 2 ** Math.ceil(Math.log2(end - start) - 1)
  return index < middle
    ? [...naivePath(index, start, middle), naiveRoot(middle, end)]
    : [...naivePath(index, middle, end), naiveRoot(start, middle)]
}

/** RFC 6962 section 2.1.2, SUBPROOF. */
function naiveSubproof(oldSize: number, start: number, end: number, isOldRoot: boolean): Hash[] {
  if (oldSize === end) return isOldRoot ? [] : [naiveRoot(start, end)]
  const middle = start + 2 ** Math.ceil(Math.log2(end - start) - 1)
  return oldSize <= middle
    ? [...naiveSubproof(oldSize, start, middle, isOldRoot), naiveRoot(middle, end)]
    : [...naiveSubproof(oldSize, middle, end, false), naiveRoot(start, middle)]
}

/** A reader over exactly the tile files of one size, cut from the tree. */
function readerOfTiles(size: number): HashReader {
  const files = new Map<string, Uint8Array>()
  for (const tile of tilesOf(size)) {
    const [bytes] = tree.read([{ level: Number(tile.level), start: tile.index * 256, count: tile.width }])
    if (bytes) files.set(tilePath(tile), bytes)
  }
  return tileReader(size, (tile: Tile) => {
    const bytes = files.get(tilePath(tile))
    if (!bytes) throw new Error(`${tilePath(tile)} is not a file of size ${size}`)
    return bytes
  })
}

const hex = (hashes: readonly Hash[]) => hashes.map(encodeHex)

/** Each with one bit flipped, one hash fewer, one hash more, two hashes swapped. */
function mutations(proof: readonly Hash[], bit: number): Hash[][] {
  const flipped = proof.map((_, at) => proof.map((hash, other) => (other === at ? flipBit(hash, bit) : hash)))
  const swapped = proof.length < 2 ? [] : [[...proof.slice(1, 2), ...proof.slice(0, 1), ...proof.slice(2)]]
  const shortened = proof.length === 0 ? [] : [proof.slice(1), proof.slice(0, -1)]
  return [...flipped, ...swapped, ...shortened, [...proof, naiveRoot(0, 1)], [naiveRoot(0, 1), ...proof]]
}

function flipBit(hash: Hash, bit: number): Hash {
  return hash.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
}

const refused = expect.objectContaining({ name: 'TlogError', code: 'bad-proof' })
const bits = fc.integer({ min: 0, max: 255 })
const sizes = fc.oneof(fc.integer({ min: 1, max: 1_025 }), fc.constantFrom(...LARGE_SIZES))

describe('roots', () => {
  test('by accumulator, by stored hashes, by tiles and by definition agree for sizes 0 to 1,025', async () => {
    const edge = new RightEdge(sha256)
    for (const size of SMALL_SIZES) {
      const expected = encodeHex(naiveRoot(0, size))
      expect(encodeHex(edge.root())).toBe(expected)
      expect(encodeHex(await rootOf(sha256, size, tree.read))).toBe(expected)
      expect(encodeHex(await rootOf(sha256, size, readerOfTiles(size)))).toBe(expected)
      edge.append(leaves[size] ?? new Uint8Array())
    }
  })

  test('and around 65,536, where level 2 begins', async () => {
    for (const size of LARGE_SIZES) {
      const expected = encodeHex(naiveRoot(0, size))
      expect(encodeHex((await RightEdge.load(sha256, size, tree.read)).root())).toBe(expected)
      expect(encodeHex(await rootOf(sha256, size, readerOfTiles(size)))).toBe(expected)
    }
    expect(encodeHex(tree.root())).toBe(encodeHex(naiveRoot(0, LARGEST)))
  })
})

describe('RightEdge', () => {
  test('reports each complete subtree of 256^L leaves once, when its last leaf comes', () => {
    const edge = new RightEdge(sha256)
    const stored: TreeHash[] = []
    for (const leaf of leaves) {
      const completed = edge.append(leaf)
      expect(completed.length).toBe(edge.size % 65_536 === 0 ? 3 : edge.size % 256 === 0 ? 2 : 1)
      stored.push(...completed.slice(1))
    }
    expect(stored.map(({ level, index }) => `${level}/${index}`)).toEqual([
      ...Array.from({ length: 256 }, (_, index) => `1/${index}`),
      '2/0',
    ])
    for (const { level, index, hash } of stored.filter((_, at) => at % 50 === 0 || at === 256)) {
      expect(encodeHex(hash)).toBe(encodeHex(naiveRoot(index * 256 ** level, (index + 1) * 256 ** level)))
    }
  })

  test('goes on from any size as if it had never stopped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 300 }), async (size, more) => {
        const edge = await RightEdge.load(sha256, size, tree.read)
        for (const leaf of leaves.slice(size, size + more)) edge.append(leaf)
        expect(edge.size).toBe(size + more)
        expect(encodeHex(edge.root())).toBe(encodeHex(await rootOf(sha256, size + more, tree.read)))
      }),
    )
  })
})

describe('inclusion proofs', () => {
  test('of all entries in all sizes to 70 are those of the RFC, and verify', async () => {
    for (let size = 1; size <= 70; size++) {
      const root = naiveRoot(0, size)
      for (const [index, leaf] of leaves.slice(0, size).entries()) {
        const proof = await inclusionProof(sha256, index, size, tree.read)
        expect(hex(proof)).toEqual(hex(naivePath(index, 0, size)))
        verifyInclusion(sha256, { leaf, index, size, root, proof })
      }
    }
  })

  test('of sampled entries verify, out of memory and out of tiles, and no mutation of them does', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), bits, async (size, seed, bit) => {
        const index = seed % size
        const leaf = naiveRoot(index, index + 1)
        const root = await rootOf(sha256, size, tree.read)
        const proof = await inclusionProof(sha256, index, size, tree.read)
        expect(hex(await inclusionProof(sha256, index, size, readerOfTiles(size)))).toEqual(hex(proof))

        const claim = { leaf, index, size, root, proof }
        verifyInclusion(sha256, claim)
        const broken = [
          ...mutations(proof, bit).map((mutated) => ({ ...claim, proof: mutated })),
          { ...claim, leaf: flipBit(leaf, bit) },
          { ...claim, root: flipBit(root, bit) },
          { ...claim, index: size },
          ...[index - 1, index + 1]
            .filter((other) => other >= 0 && other < size)
            .map((other) => ({ ...claim, index: other })),
        ]
        for (const each of broken) expect(() => verifyInclusion(sha256, each)).toThrow(refused)
      }),
    )
  })
})

describe('consistency proofs', () => {
  test('between all sizes to 70 are those of the RFC, and verify', async () => {
    const roots = SMALL_SIZES.slice(0, 71).map((size) => naiveRoot(0, size))
    for (const [newSize, newRoot] of roots.entries()) {
      for (const [oldSize, oldRoot] of roots.slice(0, newSize + 1).entries()) {
        const proof = await consistencyProof(sha256, oldSize, newSize, tree.read)
        expect(hex(proof)).toEqual(oldSize === 0 ? [] : hex(naiveSubproof(oldSize, 0, newSize, true)))
        verifyConsistency(sha256, { oldSize, oldRoot, newSize, newRoot, proof })
      }
    }
  })

  test('between sampled sizes verify, out of memory and out of tiles, and no mutation of them does', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), bits, async (newSize, seed, bit) => {
        const oldSize = seed % (newSize + 1)
        const oldRoot = await rootOf(sha256, oldSize, tree.read)
        const newRoot = await rootOf(sha256, newSize, tree.read)
        const proof = await consistencyProof(sha256, oldSize, newSize, tree.read)
        expect(hex(await consistencyProof(sha256, oldSize, newSize, readerOfTiles(newSize)))).toEqual(hex(proof))

        const claim = { oldSize, oldRoot, newSize, newRoot, proof }
        verifyConsistency(sha256, claim)
        const broken = [
          ...mutations(proof, bit).map((mutated) => ({ ...claim, proof: mutated })),
          { ...claim, oldRoot: flipBit(oldRoot, bit) },
          ...(oldSize === 0 ? [] : [{ ...claim, newRoot: flipBit(newRoot, bit) }]),
          { ...claim, oldSize: newSize + 1 },
        ]
        for (const each of broken) expect(() => verifyConsistency(sha256, each)).toThrow(refused)
      }),
    )
  })

  test('a fork at the same size and a forged empty tree are refused', () => {
    const root = naiveRoot(0, 8)
    const fork = { oldSize: 8, oldRoot: root, newSize: 8, newRoot: flipBit(root, 0), proof: [] }
    expect(() => verifyConsistency(sha256, fork)).toThrow('forked')
    const forged = { oldSize: 0, oldRoot: root, newSize: 8, newRoot: root, proof: [] }
    expect(() => verifyConsistency(sha256, forged)).toThrow('empty tree')
  })
})

describe('bounds', () => {
  test('an entry of any length is hashed behind one zero byte', () => {
    for (const length of [0, 1, 16_383, 16_384, 65_535]) {
      const entry = new Uint8Array(length).fill(7)
      expect(encodeHex(leafHash(sha256, entry))).toBe(encodeHex(sha256(Uint8Array.of(0, ...entry))))
    }
  })

  test('arguments outside the tree are refused by name', async () => {
    const refusal = (message: string) => expect.objectContaining({ code: 'bad-argument', message })
    await expect(inclusionProof(sha256, 8, 8, tree.read)).rejects.toEqual(refusal('no leaf 8 in a tree of 8 leaves'))
    await expect(consistencyProof(sha256, 9, 8, tree.read)).rejects.toMatchObject({ code: 'bad-argument' })
    for (const size of [-1, 1.5, Number.NaN, 2 ** 53]) {
      await expect(rootOf(sha256, size, tree.read)).rejects.toMatchObject({ code: 'bad-argument' })
    }
    expect(() => new RightEdge(sha256).append(new Uint8Array(31))).toThrow('32 bytes')
  })

  test('a reader that gives too few hashes is refused', async () => {
    await expect(rootOf(sha256, 3, () => [])).rejects.toMatchObject({ code: 'bad-read' })
    await expect(rootOf(sha256, 3, () => [new Uint8Array(32), new Uint8Array(32)])).rejects.toMatchObject({
      code: 'bad-read',
    })
    await expect(rootOf(sha256, LARGEST + 1, tree.read)).rejects.toMatchObject({ code: 'bad-read' })
  })

  test('the largest sizes ask for few hashes and stay exact', async () => {
    const size = Number.MAX_SAFE_INTEGER
    let asked = 0
    const zeroes: HashReader = (runs) => {
      asked += 1
      for (const { level, start, count } of runs) {
        expect(Number.isSafeInteger(start) && count <= 128).toBe(true)
        expect(start + count).toBeLessThanOrEqual(Math.floor(size / 256 ** level))
      }
      return runs.map((run) => new Uint8Array(run.count * 32))
    }
    const root = await rootOf(sha256, size, zeroes)
    for (const index of [0, 2 ** 52 - 1, 2 ** 52, size - 1]) {
      const proof = await inclusionProof(sha256, index, size, zeroes)
      expect(proof.length).toBeLessThanOrEqual(53)
      expect(root).toHaveLength(32)
    }
    expect(asked).toBe(5)
  })
})
