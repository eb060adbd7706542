import type { Rows } from './rows.ts'

type KeyRow = Rows['key']

/** A key of 256 bits and the leaf of its entry, eight words each, and the entry's index. */
const WORDS = 8
const RECORD_WORDS = 2 * WORDS + 2
const INDEX = 2 * WORDS

/** Records in one piece of memory. */
const PIECE_RECORDS = 16_384

const FIRST_SLOTS = 1_024

/**
 * The idempotency keys of a whole log: one for each entry, so they are kept as numbers outside the engine's heap, a few
 * pieces of memory instead of millions of objects. A key is found by its hash, and is the one asked for only if all of
 * its 256 bits are.
 */
export class KeyTable {
  /** Number of a record plus 1, at the place where its hash points or the next free one; at most half are taken. */
  #slots = new Int32Array(FIRST_SLOTS)
  readonly #pieces: Uint32Array[] = []
  #count = 0
  readonly #seed: Uint32Array
  readonly #key = new Uint32Array(WORDS)
  /** What `#key` holds: the same one is asked for, and then set. */
  #read: string | undefined
  readonly #leaf = new Uint32Array(WORDS)

  /** `seed`: eight words that whoever writes the log cannot know, so that keys cannot be made to all point to one place. */
  constructor(seed: Uint32Array = new Uint32Array(WORDS)) {
    this.#seed = seed
  }

  get size(): number {
    return this.#count
  }

  get(id: string): KeyRow | undefined {
    if (!this.#readKey(id)) return undefined
    const number = (this.#slots[this.#slotOf(this.#key)] ?? 0) - 1
    return number < 0 ? undefined : this.#row(number)
  }

  /** Answers false for a key or a leaf that is no SHA-256 in lower-case hex, which is not kept. */
  set(id: string, { index, leaf }: KeyRow): boolean {
    if (!Number.isSafeInteger(index) || index < 0 || !readHex(leaf, this.#leaf) || !this.#readKey(id)) return false
    const slot = this.#slotOf(this.#key)
    const known = (this.#slots[slot] ?? 0) - 1
    const number = known < 0 ? this.#count : known
    const [piece, at] = this.#place(number)
    piece.set(this.#key, at)
    piece.set(this.#leaf, at + WORDS)
    piece[at + INDEX] = index
    piece[at + INDEX + 1] = Math.floor(index / 2 ** 32)
    if (known < 0) {
      this.#slots[slot] = number + 1
      this.#count += 1
      if (2 * this.#count > this.#slots.length) this.#grow()
    }
    return true
  }

  /** In the order in which they came. */
  *entries(): Iterable<[id: string, row: KeyRow]> {
    for (let number = 0; number < this.#count; number += 1) {
      const [piece, at] = this.#place(number)
      yield [hexOf(piece, at), this.#row(number)]
    }
  }

  #readKey(id: string): boolean {
    if (id === this.#read) return true
    const isHex = readHex(id, this.#key)
    this.#read = isHex ? id : undefined
    return isHex
  }

  #row(number: number): KeyRow {
    const [piece, at] = this.#place(number)
    const index = (piece[at + INDEX] ?? 0) + (piece[at + INDEX + 1] ?? 0) * 2 ** 32
    return { index, leaf: hexOf(piece, at + WORDS) }
  }

  #place(number: number): [piece: Uint32Array, at: number] {
    const which = Math.floor(number / PIECE_RECORDS)
    const piece = this.#pieces[which] ?? new Uint32Array(PIECE_RECORDS * RECORD_WORDS)
    this.#pieces[which] = piece
    return [piece, (number % PIECE_RECORDS) * RECORD_WORDS]
  }

  /** Where the key stands, or would. */
  #slotOf(key: Uint32Array): number {
    const mask = this.#slots.length - 1
    let slot = this.#hash(key, 0) & mask
    for (let number = this.#slots[slot] ?? 0; number > 0; number = this.#slots[slot] ?? 0) {
      const [piece, at] = this.#place(number - 1)
      if (isSame(piece, at, key)) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  #hash(words: Uint32Array, at: number): number {
    let hash = 0
    for (let word = 0; word < WORDS; word += 1) {
      hash = Math.imul(hash ^ (words[at + word] ?? 0) ^ (this.#seed[word] ?? 0), 0x9e3779b1)
      hash ^= hash >>> 15
    }
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return (hash ^ (hash >>> 16)) >>> 0
  }

  #grow(): void {
    const slots = new Int32Array(2 * this.#slots.length)
    const mask = slots.length - 1
    for (let number = 0; number < this.#count; number += 1) {
      const [piece, at] = this.#place(number)
      let slot = this.#hash(piece, at) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = number + 1
    }
    this.#slots = slots
  }
}

function isSame(words: Uint32Array, at: number, key: Uint32Array): boolean {
  for (let word = 0; word < WORDS; word += 1) if (words[at + word] !== key[word]) return false
  return true
}

const HEX_DIGITS_OF_WORD = 8

/** By character code; NOT_A_DIGIT for what is no lower-case hex digit. */
const NOT_A_DIGIT = 0x80
const digits = new Uint8Array(128).fill(NOT_A_DIGIT)
for (let digit = 0; digit < 16; digit += 1) digits[digit.toString(16).charCodeAt(0)] = digit

/** Reads 64 lower-case hex digits into eight words; answers false for any other text. */
function readHex(text: string, words: Uint32Array): boolean {
  if (text.length !== WORDS * HEX_DIGITS_OF_WORD) return false
  let seen = 0
  for (let word = 0; word < WORDS; word += 1) {
    let value = 0
    for (let at = word * HEX_DIGITS_OF_WORD; at < (word + 1) * HEX_DIGITS_OF_WORD; at += 1) {
      const digit = digits[text.charCodeAt(at)] ?? NOT_A_DIGIT
      seen |= digit
      value = (value << 4) | digit
    }
    words[word] = value
  }
  return seen < NOT_A_DIGIT
}

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hexOf(words: Uint32Array, at: number): string {
  let text = ''
  for (let word = 0; word < WORDS; word += 1) {
    const value = words[at + word] ?? 0
    for (const shift of BYTES_OF_WORD) text += pairs[(value >>> shift) & 0xff]
  }
  return text
}

const BYTES_OF_WORD = [24, 16, 8, 0]
