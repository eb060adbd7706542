import { inflateSync, constants as zlib } from 'node:zlib'
import { refuseLink } from './links.ts'
import { linksIn } from './pdf-links.ts'
import { holdsMarkup, type Note, type Taken, Unfit } from './verdict.ts'
import { endsAsZip } from './zip.ts'

/** Names that make a reader do something: actions that run, fetch or hand over, and files within the file. */
const FORBIDDEN = {
  active: ['JavaScript', 'Launch', 'SubmitForm', 'ImportData', 'Rendition', 'RichMedia', 'XFA', 'OnInstantiate'],
  remote: ['GoToR', 'GoToE'],
  embedded: ['EmbeddedFile', 'EmbeddedFiles', 'FileAttachment'],
  locked: ['Encrypt'],
} as const
/** A reader finds objects within streams by these. */
const PACKED = ['ObjStm', 'XRef']
/** Codings in which a stream of objects could hide from us. */
const ODD_CODINGS = [
  'ASCIIHexDecode',
  'AHx',
  'ASCII85Decode',
  'A85',
  'LZWDecode',
  'LZW',
  'RunLengthDecode',
  'RL',
  'Crypt',
]
const OPENING = 'OpenAction'
const LINK = 'URI'
const KNOWN = new Set<string>([...Object.values(FORBIDDEN).flat(), ...PACKED, ...ODD_CODINGS, OPENING, LINK])

const HEADER = /^%PDF-[12]\.\d/
const DELIMITER = '[\\s\\0()<>\\[\\]{}/%]|$'
const PLAIN = new RegExp(`/(${[...KNOWN].join('|')})(?=${DELIMITER})`, 'g')
/** A name of which letters are written as numbers: `/J#61vaScript`. */
const ESCAPED = /\/[^\s\0()<>[\]{}/%]{0,127}#[0-9A-Fa-f]{2}[^\s\0()<>[\]{}/%]{0,127}/g
/** A file within the file needs no name that says so. */
const FILE_WITHIN = /\/EF[\s\0]*<</

const PIECE_BYTES = 1_048_576
const OVERLAP_BYTES = 512
/** The beginning of a file, where browsers look for what it is, and more. */
const HEAD_BYTES = 4_096
const MOST_STREAM_BYTES = 134_217_728
const MOST_UNPACKED_BYTES = 536_870_912
const MOST_STREAMS = 50_000
/** Rows of differences are added up in streams of at most so many bytes: those of objects are much smaller. */
const MOST_SUMMED_BYTES = 16_777_216

/**
 * Judges a PDF by every byte of it and of what is packed in it, wherever its table of objects leads: what is hidden from one
 * reader is found by another. Throws `Unfit`.
 */
export function judgePdf(bytes: Buffer): Taken {
  const text = (from: number, to?: number) => bytes.toString('latin1', from, to)
  if (!HEADER.test(text(0, 16))) throw new Unfit('broken')
  if (holdsMarkup(text(0, HEAD_BYTES))) throw new Unfit('two-in-one')
  const end = bytes.lastIndexOf('%%EOF')
  if (end < 0) throw new Unfit('broken')
  if (endsAsZip(bytes)) throw new Unfit('two-in-one')
  if (/[^\s\0]/.test(text(end + 5))) throw new Unfit('behind')
  const names = namesIn(bytes)
  refuse(names)
  if (PACKED.some((name) => names.has(name))) {
    if (ODD_CODINGS.some((name) => names.has(name))) throw new Unfit('unusual')
    for (const unpacked of streamsOf(bytes)) {
      const within = namesIn(unpacked)
      refuse(within)
      for (const name of [OPENING, LINK]) if (within.has(name)) names.add(name)
    }
  }
  const notes: Note[] = [
    ...(names.has(LINK) ? (['links'] as const) : []),
    ...(names.has(OPENING) ? (['opens'] as const) : []),
  ]
  return { kind: 'pdf', notes }
}

function refuse(names: ReadonlySet<string>): void {
  for (const [fault, forbidden] of Object.entries(FORBIDDEN)) {
    if (forbidden.some((name) => names.has(name))) throw new Unfit(fault as keyof typeof FORBIDDEN)
  }
}

/** Which of the names that matter stand in it, however they are written. */
function namesIn(bytes: Buffer): Set<string> {
  const found = new Set<string>()
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    const piece = bytes.toString('latin1', from, from + PIECE_BYTES + OVERLAP_BYTES)
    for (const [, name = ''] of piece.matchAll(PLAIN)) found.add(name)
    if (FILE_WITHIN.test(piece)) found.add('EmbeddedFile')
    for (const target of linksIn(piece, PIECE_BYTES)) refuseLink(target)
    if (!piece.includes('#')) continue
    for (const [escaped] of piece.matchAll(ESCAPED)) {
      const name = escaped
        .slice(1)
        .replace(/#([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
      if (KNOWN.has(name)) found.add(name)
      if (name === 'EF') found.add('EmbeddedFile')
    }
  }
  return found
}

/** What every packed stream unpacks to, also as it is where its rows are differences. */
function* streamsOf(bytes: Buffer): Generator<Buffer> {
  let total = 0
  let streams = 0
  for (let at = bytes.indexOf('stream'); at >= 0; at = bytes.indexOf('stream', at + 6)) {
    if (bytes.toString('latin1', at - 3, at) === 'end') continue
    const start = afterLineEnd(bytes, at + 6)
    const unpacked = unpack(bytes.subarray(start))
    if (!unpacked) continue
    total += unpacked.length
    streams += 1
    if (total > MOST_UNPACKED_BYTES || streams > MOST_STREAMS) throw new Unfit('bomb')
    yield unpacked
    const about = bytes.toString('latin1', Math.max(0, at - HEAD_BYTES), at)
    if (unpacked.length <= MOST_SUMMED_BYTES && /Predictor/.test(about)) yield* summed(unpacked, about)
  }
}

function afterLineEnd(bytes: Buffer, at: number): number {
  if (bytes[at] === 13) return bytes[at + 1] === 10 ? at + 2 : at + 1
  return bytes[at] === 10 ? at + 1 : at
}

/** Undefined where it is not packed as PDF packs objects. */
function unpack(packed: Buffer): Buffer | undefined {
  const [first = 0, second = 0] = packed
  if ((first & 15) !== 8 || (first * 256 + second) % 31 !== 0) return undefined
  try {
    return inflateSync(packed, { maxOutputLength: MOST_STREAM_BYTES, finishFlush: zlib.Z_SYNC_FLUSH })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new Unfit('bomb')
    return undefined
  }
}

/** Rows as PNG filters them, for every width of a row that stands near the stream. */
function* summed(rows: Buffer, about: string): Generator<Buffer> {
  const numbers = (name: string, otherwise: number) => {
    const given = [...about.matchAll(new RegExp(`/${name}\\s+(\\d{1,5})`, 'g'))].slice(-4).map(([, one]) => Number(one))
    return [...new Set(given.length > 0 ? given : [otherwise])]
  }
  for (const columns of numbers('Columns', 1))
    for (const colors of numbers('Colors', 1))
      for (const bits of numbers('BitsPerComponent', 8)) {
        const pixel = Math.max(1, (colors * bits) >> 3)
        const width = (columns * colors * bits + 7) >> 3
        if (width > 0 && width < rows.length) yield unfiltered(rows, width, pixel)
      }
}

function unfiltered(rows: Buffer, width: number, pixel: number): Buffer {
  const count = Math.floor(rows.length / (width + 1))
  const out = Buffer.alloc(count * width)
  for (let row = 0; row < count; row++) {
    const filter = rows[row * (width + 1)] ?? 0
    for (let column = 0; column < width; column++) {
      const at = row * width + column
      const left = column >= pixel ? (out[at - pixel] ?? 0) : 0
      const up = row > 0 ? (out[at - width] ?? 0) : 0
      const corner = row > 0 && column >= pixel ? (out[at - width - pixel] ?? 0) : 0
      out[at] = (rows[row * (width + 1) + 1 + column] ?? 0) + predicted(filter, left, up, corner)
    }
  }
  return out
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  if (filter !== 4) return 0
  const guess = left + up - corner
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  if (toLeft <= toUp && toLeft <= toCorner) return left
  return toUp <= toCorner ? up : corner
}
