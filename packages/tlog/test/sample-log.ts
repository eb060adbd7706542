import { leafHash, MemoryTree } from '../src/index.ts'
import { sha256 } from './node-crypto.ts'

/** Entry `index` of the test vectors: canonical JSON of a transfer, the first one of type genesis. */
export function sampleEntry(index: number): Uint8Array {
  const entry = {
    from: `acct:a${index % 3}`,
    project: 'LA-001',
    seq: index,
    serial: { end: String(1000 * index + 1000), start: String(1000 * index + 1) },
    to: `acct:b${index % 5}`,
    type: index === 0 ? 'genesis' : 'transfer',
    units: String(1000 + index),
    v: 1,
  }
  return new TextEncoder().encode(JSON.stringify(entry))
}

/** The tree over the first `size` sample entries. */
export function sampleTree(size: number): MemoryTree {
  const tree = new MemoryTree(sha256)
  for (let index = 0; index < size; index++) tree.append(leafHash(sha256, sampleEntry(index)))
  return tree
}
