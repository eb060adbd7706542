import { inflateRawSync } from 'node:zlib'
import { Unfit } from './verdict.ts'

/** Most files in one archive. */
const MOST_ENTRIES = 2_000
/** Most bytes that an archive unpacks to, with the archives in it. */
export const MOST_UNPACKED_BYTES = 268_435_456
/** No entry that is larger than this unpacks to more than so many times its size. */
const MOST_RATIO = 400
const FREE_OF_RATIO_BYTES = 4_194_304

const END_BYTES = 22
const CENTRAL_BYTES = 46
const LOCAL_BYTES = 30
/** Behind an entry whose sizes were not known when it was begun: a mark, a checksum, both sizes. */
const MOST_DESCRIPTOR_BYTES = 24
const ENCRYPTED = 0x2041
const STORED = 0
const DEFLATED = 8

export interface ZipEntry {
  name: string
  /** Unpacked. */
  size: number
  /** Unpacks it. Throws `Unfit`. */
  bytes(): Buffer
}

/** How many bytes may still be unpacked. */
export interface Budget {
  left: number
}

/** Would a program that looks for an archive from its end find one here? */
export function endsAsZip(bytes: Buffer): boolean {
  const from = Math.max(0, bytes.length - END_BYTES - 65_535)
  return bytes.subarray(from).includes('PK\x05\x06')
}

/**
 * What is in an archive that is as plain as those that office programs write: from the first byte to the last, each
 * entry once, none over another, with the sizes that it says. Throws `Unfit`.
 */
export function zipEntries(bytes: Buffer, budget: Budget): ZipEntry[] {
  const end = bytes.length - END_BYTES
  const at = end < 0 ? -1 : bytes.lastIndexOf('PK\x05\x06')
  if (at < 0) throw new Unfit('broken')
  // With a comment of its own length, or something that only looks like an end, there are two ways to read it.
  if (at !== end) throw new Unfit('behind')
  const [disk, disks, here, count, size, start] = [4, 6, 8, 10]
    .map((from) => bytes.readUInt16LE(at + from))
    .concat([bytes.readUInt32LE(at + 12), bytes.readUInt32LE(at + 16)]) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (disk !== 0 || disks !== 0 || here !== count || bytes.readUInt16LE(at + 20) !== 0) throw new Unfit('unusual')
  if (count > MOST_ENTRIES) throw new Unfit('bomb')
  if (start + size !== at) throw new Unfit('unusual')
  const places: Place[] = []
  let next = start
  for (let nth = 0; nth < count; nth++) {
    if (next + CENTRAL_BYTES > at || bytes.readUInt32LE(next) !== 0x02014b50) throw new Unfit('broken')
    const place = placeAt(bytes, next)
    places.push(place)
    next += CENTRAL_BYTES + place.more
  }
  if (next !== at) throw new Unfit('unusual')
  refuseOverlaps(bytes, places, start)
  refuseNames(places)
  budget.left -= places.reduce((sum, place) => sum + place.size, 0)
  if (budget.left < 0) throw new Unfit('bomb')
  return places.map((place) => ({ name: place.name, size: place.size, bytes: () => unpacked(bytes, place) }))
}

interface Place {
  name: string
  method: number
  packed: number
  size: number
  local: number
  /** Where the packed bytes begin; known once the local header is read. */
  data: number
  /** Bytes of name, extra and comment in the directory. */
  more: number
}

function placeAt(bytes: Buffer, at: number): Place {
  const flags = bytes.readUInt16LE(at + 8)
  const [name, extra, comment] = [28, 30, 32].map((from) => bytes.readUInt16LE(at + from)) as [number, number, number]
  const place = {
    name: bytes.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + name),
    method: bytes.readUInt16LE(at + 10),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    local: bytes.readUInt32LE(at + 42),
    data: 0,
    more: name + extra + comment,
  }
  if ((flags & ENCRYPTED) !== 0) throw new Unfit('locked')
  if (place.method !== STORED && place.method !== DEFLATED) throw new Unfit('unusual')
  if (place.method === STORED && place.packed !== place.size) throw new Unfit('broken')
  if (place.size > FREE_OF_RATIO_BYTES && place.size > place.packed * MOST_RATIO) throw new Unfit('bomb')
  return place
}

/** Entries stand one behind the other, from the first byte to the directory, and nothing else between them. */
function refuseOverlaps(bytes: Buffer, places: readonly Place[], end: number): void {
  let free = 0
  for (const place of places.toSorted((one, other) => one.local - other.local)) {
    const { local, name } = place
    if (local < free) throw new Unfit('bomb')
    if (local - free > (free === 0 ? 0 : MOST_DESCRIPTOR_BYTES)) throw new Unfit('two-in-one')
    if (local + LOCAL_BYTES > end || bytes.readUInt32LE(local) !== 0x04034b50) throw new Unfit('broken')
    const length = bytes.readUInt16LE(local + 26)
    if (bytes.toString('utf8', local + LOCAL_BYTES, local + LOCAL_BYTES + length) !== name) throw new Unfit('unusual')
    place.data = local + LOCAL_BYTES + length + bytes.readUInt16LE(local + 28)
    free = place.data + place.packed
    if (free > end) throw new Unfit('broken')
  }
  if (end - free > MOST_DESCRIPTOR_BYTES) throw new Unfit('two-in-one')
}

/** Names that lead nowhere else, and each once, whatever a system takes for the same. */
function refuseNames(places: readonly Place[]): void {
  const names = new Set(places.map(({ name }) => name.toLowerCase()))
  if (names.size !== places.length) throw new Unfit('unusual')
  const isOdd = (name: string) =>
    !/^[\x20-\x7e\u00a0-\uffff]{1,250}$/.test(name) ||
    /[\\:]/.test(name) ||
    name.split('/').some((part) => part === '..' || part === '.')
  if (places.some(({ name }) => name.startsWith('/') || isOdd(name))) throw new Unfit('unusual')
}

function unpacked(bytes: Buffer, { method, data, packed, size }: Place): Buffer {
  const within = bytes.subarray(data, data + packed)
  if (method === STORED) return within
  let out: Buffer
  try {
    out = inflateRawSync(within, { maxOutputLength: Math.max(1, size) })
  } catch (error) {
    throw new Unfit((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'bomb' : 'broken')
  }
  if (out.length !== size) throw new Unfit('broken')
  return out
}
