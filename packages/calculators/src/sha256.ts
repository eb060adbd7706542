/**
 * SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits. Our own, so that the package runs in a browser as in Node,
 * gives its answers at once, and needs no other package.
 */
export function sha256(text: string): string {
  const bytes = padded(new TextEncoder().encode(text))
  const view = new DataView(bytes.buffer)
  const state = Uint32Array.from(START)
  for (let at = 0; at < bytes.length; at += 64) compress(state, view, at)
  return [...state].map((word) => word.toString(16).padStart(8, '0')).join('')
}

/** The first 32 bits of the fractional part of a root of a prime. */
function constants(count: number, root: (prime: number) => number): Uint32Array {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n += 1) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return Uint32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32)
}

const START = constants(8, Math.sqrt)
const ROUND = constants(64, Math.cbrt)

function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array((((bytes.length + 8) >> 6) + 1) * 64)
  whole.set(bytes)
  whole[bytes.length] = 0x80
  new DataView(whole.buffer).setBigUint64(whole.length - 8, BigInt(bytes.length) * 8n)
  return whole
}

const turn = (word: number, by: number) => (word >>> by) | (word << (32 - by))

function compress(state: Uint32Array, view: DataView, at: number): void {
  const w = new Uint32Array(64)
  const word = (index: number) => w[index] ?? 0
  for (let i = 0; i < 64; i += 1) {
    if (i < 16) {
      w[i] = view.getUint32(at + i * 4)
      continue
    }
    const [before, last] = [word(i - 15), word(i - 2)]
    const s0 = turn(before, 7) ^ turn(before, 18) ^ (before >>> 3)
    const s1 = turn(last, 17) ^ turn(last, 19) ^ (last >>> 10)
    w[i] = word(i - 16) + s0 + word(i - 7) + s1
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let i = 0; i < 64; i += 1) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
    const first = (h + s1 + ((e & f) ^ (~e & g)) + (ROUND[i] ?? 0) + word(i)) | 0
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0]
  }
  for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] ?? 0) + value
}
