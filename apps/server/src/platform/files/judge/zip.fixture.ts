import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipPart {
  name: string
  content: string | Buffer
  /** What the directory says of it, where that is not so. */
  size?: number
  /** Where it says that it stands, likewise. */
  local?: number
  stored?: boolean
  flags?: number
}

/** An archive as office programs write them, with whatever lies are wanted. */
export function zipOf(parts: readonly ZipPart[], { before = '', comment = '', between = '' } = {}): Buffer {
  const pieces: Buffer[] = [Buffer.from(before, 'latin1')]
  const directory: Buffer[] = []
  let at = before.length
  for (const part of parts) {
    const content = Buffer.isBuffer(part.content) ? part.content : Buffer.from(part.content)
    const packed = part.stored ? content : deflateRawSync(content)
    const name = Buffer.from(part.name)
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    const about = Buffer.alloc(26)
    about.writeUInt16LE(20, 0)
    about.writeUInt16LE(part.flags ?? 0, 2)
    about.writeUInt16LE(part.stored ? 0 : 8, 4)
    about.writeUInt32LE(crc32(content), 10)
    about.writeUInt32LE(packed.length, 14)
    about.writeUInt32LE(part.size ?? content.length, 18)
    about.writeUInt16LE(name.length, 22)
    about.copy(head, 4)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(20, 4)
    about.copy(entry, 6)
    entry.writeUInt32LE(part.local ?? at, 42)
    directory.push(entry, name)
    const pad = Buffer.from(between, 'latin1')
    pieces.push(head, name, packed, pad)
    at += head.length + name.length + packed.length + pad.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(at, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...pieces, listed, end, Buffer.from(comment, 'latin1')])
}
