import { beginsForeign, holdsMarkup, type Note, type Taken, Unfit } from './verdict.ts'
import { endsAsZip } from './zip.ts'

/** A picture of more is a bomb to whoever opens it. */
const MOST_PIXELS = 100_000_000
const HEAD_BYTES = 4_096
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Behind a picture that a telephone made there may be more of it; never these. */
const FOREIGN = ['PK\x03\x04', 'PK\x05\x06', '%PDF-', 'Rar!\x1a', '7z\xbc\xaf\x27', '<?php']

/** Judges a PNG or a JPEG from its first byte to its last. Throws `Unfit`. */
export function judgePicture(bytes: Buffer): Taken {
  if (holdsMarkup(bytes.toString('latin1', 0, HEAD_BYTES))) throw new Unfit('two-in-one')
  return bytes.subarray(0, 8).equals(PNG_SIGNATURE) ? judgePng(bytes) : judgeJpeg(bytes)
}

function judgePng(bytes: Buffer): Taken {
  let at = 8
  for (let nth = 0; ; nth++) {
    if (at + 12 > bytes.length) throw new Unfit('broken')
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    if (!/^[A-Za-z]{4}$/.test(type) || at + 12 + length > bytes.length) throw new Unfit('broken')
    if ((nth === 0) !== (type === 'IHDR') || (nth === 0 && length !== 13)) throw new Unfit('broken')
    if (nth === 0) refusePixels(bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12))
    at += 12 + length
    if (type === 'IEND') break
  }
  if (at !== bytes.length) throw new Unfit('behind')
  return { kind: 'png', notes: [] }
}

function refusePixels(width: number, height: number): void {
  if (width === 0 || height === 0) throw new Unfit('broken')
  if (width * height > MOST_PIXELS) throw new Unfit('pixels')
}

function judgeJpeg(bytes: Buffer): Taken {
  const end = endOfJpeg(bytes)
  if (end === bytes.length) return { kind: 'jpg', notes: [] }
  const behind = bytes.toString('latin1', end)
  if (holdsMarkup(behind) || FOREIGN.some((one) => behind.includes(one)) || endsAsZip(bytes))
    throw new Unfit('two-in-one')
  if (beginsForeign(behind)) throw new Unfit('two-in-one')
  const notes: Note[] = ['more']
  return { kind: 'jpg', notes }
}

/** Where the first picture of a JPEG ends. Throws `Unfit`. */
function endOfJpeg(bytes: Buffer): number {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) throw new Unfit('broken')
  let at = 2
  let hasSize = false
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++
    const marker = bytes[at + 1]
    if (bytes[at] !== 0xff || marker === undefined) throw new Unfit('broken')
    if (marker === 0xd9) {
      if (!hasSize) throw new Unfit('broken')
      return at + 2
    }
    if (at + 4 > bytes.length) throw new Unfit('broken')
    const length = bytes.readUInt16BE(at + 2)
    if (length < 2 || at + 2 + length > bytes.length) throw new Unfit('broken')
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      refusePixels(bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5))
      hasSize = true
    }
    at += 2 + length
    if (marker === 0xda) at = nextMarker(bytes, at)
  }
}

/** The next marker behind a scan: in it 0xFF is followed by 0x00 or by the number of a restart. */
function nextMarker(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1]
    if (marker === undefined) break
    if (marker !== 0 && marker !== 0xff && (marker < 0xd0 || marker > 0xd7)) return at
  }
  throw new Unfit('broken')
}
