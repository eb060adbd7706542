/** One value of DER: its tag, and what stands in it. */
export interface Der {
  tag: number
  content: Uint8Array
  /** With tag and length. */
  whole: Uint8Array
}

const MOST_VALUES = 10_000

/** Reads the first value, whatever follows it. Undefined where the bytes are none of DER. */
export function readDer(bytes: Uint8Array): Der | undefined {
  const [tag, first] = bytes
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined
  const more = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || more > 4) return undefined
  const length = more === 0 ? first : bytes.subarray(2, 2 + more).reduce((sum, byte) => sum * 256 + byte, 0)
  const from = 2 + more
  if (bytes.length < from + length) return undefined
  return { tag, content: bytes.subarray(from, from + length), whole: bytes.subarray(0, from + length) }
}

/** The values in another, in their order. Undefined where they do not fill it. */
export function partsOf({ content }: Pick<Der, 'content'>): Der[] | undefined {
  const parts: Der[] = []
  for (let rest = content; rest.length > 0; ) {
    const part = readDer(rest)
    if (!part || parts.length >= MOST_VALUES) return undefined
    parts.push(part)
    rest = rest.subarray(part.whole.length)
  }
  return parts
}

/** An object identifier in dots. */
export function oidOf({ tag, content }: Der): string | undefined {
  if (tag !== 0x06 || content.length === 0) return undefined
  const numbers: number[] = []
  let number = 0
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      numbers.push(number)
      number = 0
    }
  }
  const [first = 0, ...others] = numbers
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...others].join('.')
}
