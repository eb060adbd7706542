import { type Entry, type Refusal, refuseFormless, sha256Bytes } from '@tallystick/rules'
import { HASH_BYTES, leafHash, RightEdge, type Sha256, TILE_WIDTH } from '@tallystick/tlog'

export const sha256: Sha256 = sha256Bytes

/** Why a bundle could not be cut further. */
export interface Flaw {
  offset: number
  reason: string
}

/** What a bundle's bytes say of themselves, before anything is compared with them. */
export interface Inspected {
  /** Start and end of each entry that could be cut out, one pair after the other. */
  spans: Uint32Array<ArrayBuffer>
  /** Leaf hashes of those entries, 32 bytes each. */
  leaves: Uint8Array<ArrayBuffer>
  /** The hash of the tree of a whole bundle's entries. */
  subtree: Uint8Array | undefined
  flaw: Flaw | undefined
  /** How many entries, from the first on, have the published form, their body that of its type. */
  formed: number
  /** What the next one breaks. */
  formless: Refusal | undefined
}

/** Cuts a bundle of `width` entries, hashes each, and reads them as long as they have the published form. */
export function inspectBundle(bytes: Uint8Array, width: number): Inspected {
  const { spans, flaw } = cutBundle(bytes, width)
  const count = spans.length / 2
  const leaves = new Uint8Array(count * HASH_BYTES)
  let formed = 0
  let formless: Refusal | undefined
  const edge = new RightEdge(sha256)
  for (let at = 0; at < count; at += 1) {
    const entryBytes = bytes.subarray(spans[2 * at], spans[2 * at + 1])
    const leaf = leafHash(sha256, entryBytes)
    leaves.set(leaf, at * HASH_BYTES)
    edge.append(leaf)
    if (formless) continue
    formless = refuseFormless(entryBytes)
    if (!formless) formed += 1
  }
  const subtree = count === TILE_WIDTH ? Uint8Array.from(edge.root()) : undefined
  return { spans, leaves, subtree, flaw, formed, formless }
}

const utf8 = new TextDecoder()

/**
 * Reads again an entry that was found to have the published form, which is the canonical form of what is read here.
 * Whichever thread inspected the bundle, what is judged was read in the same way.
 */
export function rereadEntry(bytes: Uint8Array, { spans }: Inspected, at: number): Entry {
  return JSON.parse(utf8.decode(bytes.subarray(spans[2 * at], spans[2 * at + 1])))
}

function cutBundle(bytes: Uint8Array, width: number): { spans: Uint32Array<ArrayBuffer>; flaw: Flaw | undefined } {
  const spans = new Uint32Array(2 * width)
  let offset = 0
  for (let at = 0; at < width; at += 1) {
    const start = offset + 2
    const length = (bytes[offset] ?? 0) * 256 + (bytes[offset + 1] ?? 0)
    if (start + length > bytes.length || start > bytes.length) {
      const reason = `it ends at byte ${bytes.length}, before the end of entry ${at} of ${width}`
      return { spans: spans.slice(0, 2 * at), flaw: { offset, reason } }
    }
    spans[2 * at] = start
    spans[2 * at + 1] = start + length
    offset = start + length
  }
  const flaw = offset < bytes.length ? { offset, reason: `bytes follow after its ${width} entries` } : undefined
  return { spans, flaw }
}
