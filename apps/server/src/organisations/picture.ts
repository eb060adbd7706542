import { crc32 } from 'node:zlib'

export interface Picture {
  media: 'image/png' | 'image/jpeg'
  bytes: Buffer
}

const MOST_PIXELS = 2000
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** What of a PNG is the picture; texts, profiles, animations and whatever else may hide there are left out. */
const PNG_PARTS = new Set(['IHDR', 'PLTE', 'tRNS', 'sRGB', 'gAMA', 'IDAT', 'IEND'])

/** The picture that some bytes are, with nothing besides; undefined where they are no PNG or JPEG of a fit size. */
export function pictureOf(bytes: Buffer): Picture | undefined {
  const png = pngOf(bytes)
  if (png) return { media: 'image/png', bytes: png }
  const jpeg = jpegOf(bytes)
  return jpeg && { media: 'image/jpeg', bytes: jpeg }
}

function fits(width: number, height: number): boolean {
  return width >= 1 && height >= 1 && width <= MOST_PIXELS && height <= MOST_PIXELS
}

function pngOf(bytes: Buffer): Buffer | undefined {
  if (!bytes.subarray(0, PNG.length).equals(PNG)) return undefined
  const kept: Buffer[] = [PNG]
  const seen = new Set<string>()
  for (let at = PNG.length; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const end = at + 12 + length
    if (end > bytes.length) return undefined
    const type = bytes.toString('latin1', at + 4, at + 8)
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return undefined
    if ((type === 'IHDR') !== (seen.size === 0)) return undefined
    if (type === 'IHDR' && (length !== 13 || !fits(bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12)))) {
      return undefined
    }
    if (PNG_PARTS.has(type)) kept.push(bytes.subarray(at, end))
    // An upper-case first letter says that the picture cannot be shown without it.
    else if (/^[A-Z]/.test(type)) return undefined
    seen.add(type)
    if (type === 'IEND') return seen.has('IDAT') ? Buffer.concat(kept) : undefined
    at = end
  }
  return undefined
}

const [SOI, EOI, SOS] = [0xd8, 0xd9, 0xda]
const TABLES = new Set([0xdb, 0xc4, 0xdd])
const FRAMES = new Set([0xc0, 0xc1, 0xc2])
/** JFIF, and Adobe's word on colours. Others carry where and by whom a photograph was taken. */
const NOTES = new Set([0xe0, 0xee])

function jpegOf(bytes: Buffer): Buffer | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return undefined
  const kept: Buffer[] = [bytes.subarray(0, 2)]
  let hasFrame = false
  let hasScan = false
  for (let at = 2; at + 4 <= bytes.length || bytes[at + 1] === EOI; ) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1] ?? 0
    if (marker === EOI) {
      return hasFrame && hasScan ? Buffer.concat([...kept, Buffer.from([0xff, EOI])]) : undefined
    }
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    if (end > bytes.length || end < at + 4) return undefined
    if (FRAMES.has(marker)) {
      if (hasFrame || end < at + 9 || !fits(bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5))) return undefined
      hasFrame = true
    }
    const next = marker === SOS ? scanEnd(bytes, end) : end
    if (marker === SOS && !hasFrame) return undefined
    hasScan ||= marker === SOS
    const isPicture = FRAMES.has(marker) || TABLES.has(marker) || marker === SOS || NOTES.has(marker)
    if (isPicture) kept.push(bytes.subarray(at, next))
    else if (!(marker >= 0xe0 && marker <= 0xef) && marker !== 0xfe) return undefined
    at = next
  }
  return undefined
}

/** Where the data of a scan ends: at the first marker that is no restart and no escaped byte. */
function scanEnd(bytes: Buffer, from: number): number {
  let at = from
  for (;;) {
    at = bytes.indexOf(0xff, at)
    if (at < 0 || at + 1 >= bytes.length) return bytes.length
    const next = bytes[at + 1] ?? 0
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at
    at += 2
  }
}
