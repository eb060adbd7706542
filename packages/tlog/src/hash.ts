import { TlogError } from './error.ts'

/** 32 bytes of SHA-256. */
export type Hash = Uint8Array

/**
 * SHA-256 of `data`, given by the caller so that the package needs neither Node nor a library. It must not keep `data`,
 * whose memory is used again for the next hash.
 */
export type Sha256 = (data: Uint8Array) => Uint8Array

export const HASH_BYTES = 32

/** Input of a node hash and of most leaf hashes, kept because allocating it takes as long as hashing it. */
const nodeInput = Uint8Array.of(0x01, ...new Uint8Array(2 * HASH_BYTES))
const leafInput = new Uint8Array(16_384)

/** The hash of the tree without leaves, SHA-256 of nothing. */
const EMPTY_ROOT = [
  0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
  0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]

/** SHA-256(0x00 ‖ entry), RFC 6962 section 2.1. */
export function leafHash(sha256: Sha256, entry: Uint8Array): Hash {
  const length = 1 + entry.length
  const data = length <= leafInput.length ? leafInput.subarray(0, length) : new Uint8Array(length)
  data.set(entry, 1)
  return requireHash(sha256(data), 'the result of sha256')
}

/** SHA-256(0x01 ‖ left ‖ right), RFC 6962 section 2.1. */
export function nodeHash(sha256: Sha256, left: Hash, right: Hash): Hash {
  nodeInput.set(requireHash(left, 'the left hash'), 1)
  nodeInput.set(requireHash(right, 'the right hash'), 1 + HASH_BYTES)
  return requireHash(sha256(nodeInput), 'the result of sha256')
}

/** The root of a tree of size 0. */
export function emptyRoot(): Hash {
  return Uint8Array.from(EMPTY_ROOT)
}

export function requireHash(hash: Uint8Array, name: string): Hash {
  if (hash.length === HASH_BYTES) return hash
  throw new TlogError('bad-argument', `${name} must be ${HASH_BYTES} bytes, not ${hash.length}`)
}

/** The hashes of a run or tile, as views of its bytes. Refuses bytes that are no whole number of hashes. */
export function splitHashes(bytes: Uint8Array): Hash[] {
  if (bytes.length % HASH_BYTES !== 0) {
    throw new TlogError('bad-tile', `${bytes.length} bytes are not a whole number of ${HASH_BYTES}-byte hashes`)
  }
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
    bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  )
}

/** The bytes of a run or tile: its hashes one after the other. */
export function joinHashes(hashes: readonly Hash[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES)
  hashes.forEach((hash, at) => {
    bytes.set(requireHash(hash, `hash ${at}`), at * HASH_BYTES)
  })
  return bytes
}
