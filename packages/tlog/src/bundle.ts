import { TlogError } from './error.ts'
import { TILE_WIDTH } from './tile.ts'

/** An entry's length travels as a uint16. */
export const MAX_ENTRY_BYTES = 65_535

const LENGTH_BYTES = 2

/** The bytes of an entry bundle: each of its 1 to 256 entries after its big-endian uint16 length (C2SP tlog-tiles). */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length < 1 || entries.length > TILE_WIDTH) {
    throw new TlogError('bad-argument', `a bundle holds 1 to ${TILE_WIDTH} entries, not ${entries.length}`)
  }
  const bytes = new Uint8Array(entries.reduce((length, entry) => length + LENGTH_BYTES + entry.length, 0))
  let at = 0
  for (const [number, entry] of entries.entries()) {
    if (entry.length > MAX_ENTRY_BYTES) {
      throw new TlogError(
        'bad-argument',
        `entry ${number} has ${entry.length} bytes, the format allows ${MAX_ENTRY_BYTES}`,
      )
    }
    bytes[at] = entry.length >> 8
    bytes[at + 1] = entry.length & 0xff
    bytes.set(entry, at + LENGTH_BYTES)
    at += LENGTH_BYTES + entry.length
  }
  return bytes
}

/** The `width` entries of a bundle, as views of its bytes. Missing, cut or surplus bytes are `bad-bundle`. */
export function decodeBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = []
  let at = 0
  while (entries.length < width) {
    const [high, low] = bytes.subarray(at, at + LENGTH_BYTES)
    if (high === undefined || low === undefined) {
      throw new TlogError(
        'bad-bundle',
        `the bundle ends at byte ${bytes.length}, before entry ${entries.length} of ${width}`,
      )
    }
    const start = at + LENGTH_BYTES
    const end = start + high * 256 + low
    if (end > bytes.length) {
      throw new TlogError(
        'bad-bundle',
        `the bundle ends at byte ${bytes.length}, inside entry ${entries.length} of ${width}`,
      )
    }
    entries.push(bytes.subarray(start, end))
    at = end
  }
  if (at < bytes.length) {
    throw new TlogError('bad-bundle', `the bundle has ${bytes.length - at} bytes after its ${width} entries`)
  }
  return entries
}
