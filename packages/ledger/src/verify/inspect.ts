import { hash } from 'node:crypto'
import { decodeEntry, type Entry, isRefusal, type Refusal } from '@tallystick/rules'
import { HASH_BYTES, leafHash, type Sha256 } from '@tallystick/tlog'

export const sha256: Sha256 = (data) => hash('sha256', data, 'buffer')

/** Why a bundle could not be cut further. */
export interface Flaw {
  offset: number
  reason: string
}

/** What a bundle's bytes say of themselves, before anything is compared with them. */
export interface Inspected {
  /** Start and end of each entry that could be cut out, one pair after the other. */
  spans: Uint32Array
  /** Leaf hashes of those entries, 32 bytes each. */
  leaves: Uint8Array
  flaw: Flaw | undefined
  /** The entries up to the first that does not have the published form. */
  entries: Entry[]
  formless: Refusal | undefined
}

/** Cuts a bundle of `width` entries, hashes each and reads those that have the published form. */
export function inspectBundle(bytes: Uint8Array, width: number): Inspected {
  const { spans, flaw } = cutBundle(bytes, width)
  const count = spans.length / 2
  const leaves = new Uint8Array(count * HASH_BYTES)
  const entries: Entry[] = []
  let formless: Refusal | undefined
  for (let at = 0; at < count; at += 1) {
    const entryBytes = bytes.subarray(spans[2 * at], spans[2 * at + 1])
    leaves.set(leafHash(sha256, entryBytes), at * HASH_BYTES)
    if (formless) continue
    const entry = decodeEntry(entryBytes)
    if (isRefusal(entry)) formless = entry
    else entries.push(entry)
  }
  return { spans, leaves, flaw, entries, formless }
}

function cutBundle(bytes: Uint8Array, width: number): { spans: Uint32Array; flaw: Flaw | undefined } {
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
