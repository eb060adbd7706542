import { equalBytes, requireCount } from './encoding.ts'
import { TlogError } from './error.ts'
import { emptyRoot, type Hash, nodeHash, requireHash, type Sha256 } from './hash.ts'

export interface InclusionClaim {
  /** Leaf hash of the entry. */
  readonly leaf: Hash
  readonly index: number
  readonly size: number
  readonly root: Hash
  readonly proof: readonly Hash[]
}

export interface ConsistencyClaim {
  readonly oldSize: number
  readonly oldRoot: Hash
  readonly newSize: number
  readonly newRoot: Hash
  readonly proof: readonly Hash[]
}

/**
 * Passes if `proof` shows that `leaf` is at `index` of the tree with `size` leaves and `root` (RFC 9162 section 2.1.3.2),
 * throws `bad-proof` otherwise. Size and root must come from a signed checkpoint: a proof alone does not bind the size.
 */
export function verifyInclusion(sha256: Sha256, claim: InclusionClaim): void {
  requireCount(claim.index, 'index')
  requireCount(claim.size, 'size')
  if (claim.index >= claim.size) throw new TlogError('bad-proof', `no leaf ${claim.index} in a tree of ${claim.size}`)

  let position = claim.index
  let last = claim.size - 1
  let hash = requireHash(claim.leaf, 'the leaf hash')
  for (const sibling of claim.proof) {
    if (last === 0) throw new TlogError('bad-proof', 'the inclusion proof has more hashes than the tree has levels')
    if (isOdd(position) || position === last) {
      hash = nodeHash(sha256, sibling, hash)
      while (!isOdd(position) && position !== 0) {
        position = half(position)
        last = half(last)
      }
    } else {
      hash = nodeHash(sha256, hash, sibling)
    }
    position = half(position)
    last = half(last)
  }
  if (last !== 0) throw new TlogError('bad-proof', 'the inclusion proof has fewer hashes than the tree needs')
  if (!equalBytes(hash, claim.root)) {
    throw new TlogError(
      'bad-proof',
      `the proof does not lead from entry ${claim.index} to the root of size ${claim.size}`,
    )
  }
}

/**
 * Passes if `proof` shows that the new tree begins with the old one (RFC 9162 section 2.1.4.2), throws `bad-proof`
 * otherwise. Of the empty old tree only the empty root and the empty proof pass.
 */
export function verifyConsistency(sha256: Sha256, claim: ConsistencyClaim): void {
  requireCount(claim.oldSize, 'old size')
  requireCount(claim.newSize, 'new size')
  requireHash(claim.oldRoot, 'the old root')
  requireHash(claim.newRoot, 'the new root')
  if (claim.oldSize > claim.newSize) {
    throw new TlogError('bad-proof', `the log shrank from ${claim.oldSize} to ${claim.newSize} entries`)
  }
  if (claim.oldSize === 0 || claim.oldSize === claim.newSize) {
    verifyTrivially(claim)
    return
  }
  const roots = rootsByProof(sha256, claim)
  if (!equalBytes(roots.old, claim.oldRoot)) {
    throw new TlogError('bad-proof', `the proof does not lead to the old root of size ${claim.oldSize}`)
  }
  if (!equalBytes(roots.new, claim.newRoot)) {
    throw new TlogError('bad-proof', `the proof does not lead to the new root of size ${claim.newSize}`)
  }
}

function verifyTrivially(claim: ConsistencyClaim): void {
  if (claim.proof.length > 0) {
    throw new TlogError('bad-proof', `from size ${claim.oldSize} to ${claim.newSize} nothing is to be proved`)
  }
  if (claim.oldSize === 0 && !equalBytes(claim.oldRoot, emptyRoot())) {
    throw new TlogError('bad-proof', 'the old root of size 0 is not that of the empty tree')
  }
  if (claim.newSize === 0 && !equalBytes(claim.newRoot, emptyRoot())) {
    throw new TlogError('bad-proof', 'the new root of size 0 is not that of the empty tree')
  }
  if (claim.oldSize === claim.newSize && !equalBytes(claim.oldRoot, claim.newRoot)) {
    throw new TlogError('bad-proof', `two roots for the same size ${claim.oldSize}: the log was forked`)
  }
}

function rootsByProof(sha256: Sha256, claim: ConsistencyClaim): { old: Hash; new: Hash } {
  let position = claim.oldSize - 1
  let last = claim.newSize - 1
  while (isOdd(position)) {
    position = half(position)
    last = half(last)
  }
  const oldIsComplete = position === 0
  const [seed, ...rest] = oldIsComplete ? [claim.oldRoot, ...claim.proof] : claim.proof
  if (seed === undefined) throw new TlogError('bad-proof', 'the consistency proof is empty')

  let oldHash = seed
  let newHash = seed
  for (const sibling of rest) {
    if (last === 0) throw new TlogError('bad-proof', 'the consistency proof has more hashes than the tree has levels')
    if (isOdd(position) || position === last) {
      oldHash = nodeHash(sha256, sibling, oldHash)
      newHash = nodeHash(sha256, sibling, newHash)
      while (!isOdd(position) && position !== 0) {
        position = half(position)
        last = half(last)
      }
    } else {
      newHash = nodeHash(sha256, newHash, sibling)
    }
    position = half(position)
    last = half(last)
  }
  if (last !== 0) throw new TlogError('bad-proof', 'the consistency proof has fewer hashes than the tree needs')
  return { old: oldHash, new: newHash }
}

/** Bit operators cut numbers at 32 bits, and sizes go to 53. */
function isOdd(value: number): boolean {
  return value % 2 === 1
}

function half(value: number): number {
  return Math.floor(value / 2)
}
