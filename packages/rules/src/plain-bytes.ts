import { isInstant } from './ids.ts'

/** Deeper than any entry of ours; beyond it the stack is not to be trusted. */
const MOST_DEPTH = 32

/** A number of more digits may not be the one that is read. */
const MOST_DIGITS = 15

const [ID_DIGITS, HASH_DIGITS, INSTANT_BYTES] = [32, 64, 24]
const [LEAST_TYPE_LETTERS, MOST_TYPE_LETTERS] = [3, 40]
const MOST_VERSION = 1_000

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const ZERO = 0x30
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const UNDERSCORE = 0x5f
const LETTER_F = 0x66
const LETTER_N = 0x6e
const LETTER_T = 0x74
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const DELETE = 0x7f

const codesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** 1 for the bytes that are in a set. */
function setOf(text: string): Uint8Array {
  const set = new Uint8Array(256)
  for (const code of codesOf(text)) set[code] = 1
  return set
}

const hexDigits = setOf('0123456789abcdef')
const digits = setOf('0123456789')
const capitals = setOf('ABCDEFGHIJKLMNOPQRSTUVWXYZ')
const letters = setOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')

/** What stands for itself in a string, if it is UTF-8: all but control characters, quote and backslash. */
const plain = new Uint8Array(256).fill(1, 0x20)
plain[QUOTE] = 0
plain[BACKSLASH] = 0

/** What stands after a backslash: the control characters that have a short form, quote and backslash. */
const escaped = setOf('"\\bfnrt')

/** Printable ASCII of names: among these the order of bytes is that of UTF-16 code units. */
const ofName = plain.slice().fill(0, DELETE)

const [TRUE, FALSE, NULL] = [codesOf('true'), codesOf('false'), codesOf('null')]
const [APPROVALS, AT, BODY] = [codesOf('{"approvals":'), codesOf(',"at":"'), codesOf('","body":')]
const [BY, KEY, STREAMS] = [codesOf(',"by":"'), codesOf('","key":'), codesOf(',"streams":')]
const [TYPE, VERSION, END] = [codesOf(',"type":"'), codesOf('","v":'), codesOf('}')]
const [APPROVAL_BY, APPROVAL_OF, APPROVAL_END] = [codesOf('{"by":"'), codesOf('","proposal":"'), codesOf('"}')]
const [LINK, LINK_REVISION, LINK_LEAF] = [codesOf('["'), codesOf('",'), codesOf(',')]

/** Answered instead of a place where what was looked for is not, or not in a form that is plain. */
const DOUBT = -1

/** How many of each list an envelope may have. */
export interface Bounds {
  approvals: number
  streams: number
}

/** Where the body of an entry begins and ends, and what it is. */
export interface PlainEntry {
  from: number
  to: number
  type: string
  v: number
}

/**
 * Are these bytes, if they are UTF-8, surely an entry in canonical form (RFC 8785), its envelope of the published form?
 * What is not ASCII stands in the body alone. Sure is only what is written every day: undefined means doubt, and whoever
 * asks must look by other means. In doubt are decimal numbers and those of many digits, characters written as `\u…`,
 * member names beyond ASCII, and approvals with a signature.
 */
export function plainEntry(bytes: Uint8Array, bounds: Bounds): PlainEntry | undefined {
  let at = list(bytes, literal(bytes, 0, APPROVALS), bounds.approvals, approval)
  at = instant(bytes, literal(bytes, at, AT))
  const from = literal(bytes, at, BODY)
  if (from === DOUBT || bytes[from] !== OPEN_OBJECT) return undefined
  const to = value(bytes, from, MOST_DEPTH)
  at = hex(bytes, literal(bytes, to, BY), ID_DIGITS)
  at = hashOrNull(bytes, literal(bytes, at, KEY))
  const type = literal(bytes, list(bytes, literal(bytes, at, STREAMS), bounds.streams, streamLink), TYPE)
  const typeEnd = typeName(bytes, type)
  const version = literal(bytes, typeEnd, VERSION)
  const versionEnd = naturalNumber(bytes, version)
  if (literal(bytes, versionEnd, END) !== bytes.length) return undefined
  const v = Number(textOf(bytes, version, versionEnd))
  return v >= 1 && v <= MOST_VERSION ? { from, to, type: textOf(bytes, type, typeEnd), v } : undefined
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at += 1) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}

// Each of these takes the place where something begins, or a doubt, and answers where it ends, or a doubt.

type Scan = (bytes: Uint8Array, at: number) => number

function literal(bytes: Uint8Array, at: number, expected: Uint8Array): number {
  const end = at + expected.length
  if (at < 0 || end > bytes.length) return DOUBT
  for (let next = 0; next < expected.length; next += 1) if (bytes[at + next] !== expected[next]) return DOUBT
  return end
}

function hex(bytes: Uint8Array, at: number, count: number): number {
  const end = at + count
  if (at < 0 || end > bytes.length) return DOUBT
  for (let next = at; next < end; next += 1) if (hexDigits[bytes[next] ?? 0] !== 1) return DOUBT
  return end
}

function hashOrNull(bytes: Uint8Array, at: number): number {
  if (at < 0 || bytes[at] !== QUOTE) return literal(bytes, at, NULL)
  const end = hex(bytes, at + 1, HASH_DIGITS)
  return end >= 0 && bytes[end] === QUOTE ? end + 1 : DOUBT
}

function instant(bytes: Uint8Array, at: number): number {
  const end = at + INSTANT_BYTES
  if (at < 0 || end > bytes.length) return DOUBT
  return isInstant(textOf(bytes, at, end)) ? end : DOUBT
}

/** Of at most `most` items. */
function list(bytes: Uint8Array, start: number, most: number, item: Scan): number {
  if (start < 0 || bytes[start] !== OPEN_LIST) return DOUBT
  let at = start + 1
  if (bytes[at] === CLOSE_LIST) return at + 1
  for (let count = 1; count <= most; count += 1) {
    at = item(bytes, at)
    if (at < 0) return DOUBT
    if (bytes[at] === CLOSE_LIST) return at + 1
    if (bytes[at] !== COMMA) return DOUBT
    at += 1
  }
  return DOUBT
}

/** Without a signature. */
function approval(bytes: Uint8Array, at: number): number {
  const of = literal(bytes, hex(bytes, literal(bytes, at, APPROVAL_BY), ID_DIGITS), APPROVAL_OF)
  return literal(bytes, hex(bytes, of, HASH_DIGITS), APPROVAL_END)
}

function streamLink(bytes: Uint8Array, at: number): number {
  const revision = literal(bytes, hex(bytes, literal(bytes, at, LINK), ID_DIGITS), LINK_REVISION)
  if (revision < 0 || bytes[revision] === ZERO) return DOUBT
  const end = hashOrNull(bytes, literal(bytes, naturalNumber(bytes, revision), LINK_LEAF))
  return end >= 0 && bytes[end] === CLOSE_LIST ? end + 1 : DOUBT
}

function typeName(bytes: Uint8Array, at: number): number {
  if (at < 0 || capitals[bytes[at] ?? 0] !== 1) return DOUBT
  let end = at + 1
  while (end < bytes.length && letters[bytes[end] ?? 0] === 1) end += 1
  return end - at >= LEAST_TYPE_LETTERS && end - at <= MOST_TYPE_LETTERS ? end : DOUBT
}

/** A whole number from 0 without needless zeros. */
function naturalNumber(bytes: Uint8Array, at: number): number {
  if (at < 0 || at >= bytes.length) return DOUBT
  if (bytes[at] === ZERO) return at + 1
  let end = at
  while (end < bytes.length && digits[bytes[end] ?? 0] === 1) end += 1
  return end > at && end - at <= MOST_DIGITS ? end : DOUBT
}

/** A JSON value, none within it deeper than `depth`. */
function value(bytes: Uint8Array, at: number, depth: number): number {
  if (at < 0 || at >= bytes.length) return DOUBT
  const first = bytes[at]
  if (first === QUOTE) return string(bytes, at)
  if (first === OPEN_OBJECT) return object(bytes, at, depth - 1)
  if (first === OPEN_LIST) return values(bytes, at, depth - 1)
  if (first === LETTER_N) return literal(bytes, at, NULL)
  if (first === LETTER_T) return literal(bytes, at, TRUE)
  if (first === LETTER_F) return literal(bytes, at, FALSE)
  if (first === MINUS) return bytes[at + 1] === ZERO ? DOUBT : naturalNumber(bytes, at + 1)
  return naturalNumber(bytes, at)
}

function string(bytes: Uint8Array, at: number): number {
  let end = at + 1
  for (; end < bytes.length; end += 1) {
    const code = bytes[end] ?? 0
    if (plain[code] === 1) continue
    if (code === QUOTE) return end + 1
    end += 1
    if (code !== BACKSLASH || escaped[bytes[end] ?? 0] !== 1) return DOUBT
  }
  return DOUBT
}

/** A member's name. One that begins with an underscore is in doubt: `__proto__` is read in ways of its own. */
function name(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE || bytes[at + 1] === UNDERSCORE) return DOUBT
  let end = at + 1
  while (end < bytes.length && ofName[bytes[end] ?? 0] === 1) end += 1
  return end < bytes.length && bytes[end] === QUOTE ? end + 1 : DOUBT
}

function values(bytes: Uint8Array, start: number, depth: number): number {
  if (depth < 0) return DOUBT
  let at = start + 1
  if (bytes[at] === CLOSE_LIST) return at + 1
  for (;;) {
    at = value(bytes, at, depth)
    if (at < 0) return DOUBT
    if (bytes[at] === CLOSE_LIST) return at + 1
    if (bytes[at] !== COMMA) return DOUBT
    at += 1
  }
}

/** The names of its members ascend. */
function object(bytes: Uint8Array, start: number, depth: number): number {
  if (depth < 0) return DOUBT
  let at = start + 1
  if (bytes[at] === CLOSE_OBJECT) return at + 1
  let previous = DOUBT
  for (;;) {
    const end = name(bytes, at)
    if (end < 0 || bytes[end] !== COLON) return DOUBT
    if (previous >= 0 && !isBefore(bytes, previous, at)) return DOUBT
    previous = at
    at = value(bytes, end + 1, depth)
    if (at < 0) return DOUBT
    if (bytes[at] === CLOSE_OBJECT) return at + 1
    if (bytes[at] !== COMMA) return DOUBT
    at += 1
  }
}

/** Of two names, by the places of their opening quotes: does the left one come before the right one? */
function isBefore(bytes: Uint8Array, left: number, right: number): boolean {
  for (let next = 1; ; next += 1) {
    const [a = 0, b = 0] = [bytes[left + next], bytes[right + next]]
    if (b === QUOTE) return false
    if (a === QUOTE) return true
    if (a !== b) return a < b
  }
}
