/** What is known of a picture before it is read. */
export interface Picture {
  media: 'image/png' | 'image/jpeg'
  /** Of the width of the text, from 0 to 1. */
  width: number
}

const PNG = Buffer.from('89504e470d0a1a0a', 'hex')
/** Pixels that a picture may have: more would cost gigabytes, however small its file. */
const MOST_PIXELS = 25_000_000
/** Pixels to an inch below which a picture is not stretched, and the width of the text in inches. */
const COARSEST = 110
const TEXT_WIDTH = 6.7

/** Colours of a picture for screens; others have no meaning in PDF/A without the profile of a press. */
const RGB = 3

/** Takes PNG and JPEG files of a bearable size; throws for everything else. */
export function pictureOf(bytes: Uint8Array): Picture {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isPng = file.subarray(0, 8).equals(PNG)
  const size = isPng ? sizeOfPng(file) : sizeOfJpeg(file)
  if (size === undefined) throw new Error('A picture is neither PNG nor JPEG')
  if (!isPng && size[2] > RGB)
    throw new Error('A picture is in the colours of a printing press (CMYK), not in RGB or grey')
  const [width, height] = size
  if (width * height > MOST_PIXELS || width * height === 0)
    throw new Error(`A picture has ${width} by ${height} pixels`)
  const tall = Math.min(1, (1.25 * width) / height)
  return { media: isPng ? 'image/png' : 'image/jpeg', width: Math.min(1, tall, width / COARSEST / TEXT_WIDTH) }
}

/** Width, height, and how many colours a pixel is made of where that is known. */
type Size = [width: number, height: number, colours: number]

function sizeOfPng(file: Buffer): Size | undefined {
  return file.length < 24 ? undefined : [file.readUInt32BE(16), file.readUInt32BE(20), RGB]
}

/** Walks the segments up to the one that begins the frame. */
function sizeOfJpeg(file: Buffer): Size | undefined {
  if (file.length < 4 || file.readUInt16BE(0) !== 0xffd8) return undefined
  for (let at = 2; at + 9 < file.length && file[at] === 0xff; at += 2 + file.readUInt16BE(at + 2)) {
    const marker = file[at + 1] ?? 0
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return [file.readUInt16BE(at + 7), file.readUInt16BE(at + 5), file[at + 9] ?? 0]
  }
  return undefined
}
