/** A value in a PDF: names and texts apart, dictionaries as maps, references to other objects. */
export type PdfValue = null | boolean | number | PdfName | PdfText | PdfRef | PdfValue[] | PdfDictionary
export interface PdfName {
  name: string
}
export interface PdfText {
  text: string
}
export interface PdfRef {
  ref: number
}
export type PdfDictionary = Map<string, PdfValue>

export interface PdfObject {
  value: PdfValue
  /** Where its stream stands in the file, if it has one. */
  stream?: { start: number; end: number }
}

/** A PDF that was read as a whole: every byte of it belongs to one of its objects, or to its one table of them. */
export interface PdfFile {
  objects: ReadonlyMap<number, PdfObject>
  catalog: PdfDictionary
}

/** The file is not of the one form that is read here; the message says where. */
export class PdfFormError extends Error {}

/** Values in values: a page has about ten. */
const MOST_DEPTH = 40
const MOST_OBJECTS = 100_000

/**
 * Reads a PDF as the registry makes it, from the first byte to the last: one header, objects one behind the other, each number once
 * and in the open, one table that has the place of each, one trailer. So there is one way to read it, and no program can see
 * other objects in it: no updates, no second table, no objects in streams, nothing between, before or behind. Throws `PdfFormError`.
 */
export function readPdf(text: string): PdfFile {
  const at = matched(text, 0, /%PDF-[12]\.\d\r?\n(?:%[^\r\n]{0,20}\r?\n)?/y, 'it does not begin as a PDF')
  const { objects, offsets, end } = objectsFrom(text, at)
  const table = tableFrom(text, end, offsets)
  const { value: trailer, end: after } = valueAt(text, table, 0)
  if (!isDictionary(trailer)) throw formError('its trailer is no dictionary', table)
  for (const key of ['Prev', 'XRefStm', 'Encrypt']) {
    if (trailer.has(key)) throw formError(`its trailer has /${key}: it was changed after it was made`, table)
  }
  const last = /\s{0,9}startxref\s{1,9}(\d{1,10})\s{1,9}%%EOF(\r?\n)?/y
  last.lastIndex = after
  const found = last.exec(text)
  if (!found) throw formError('it has no end', after)
  if (last.lastIndex !== text.length) throw formError('something stands behind its end', last.lastIndex)
  if (Number(found[1]) !== end) throw formError('its end names another table', after)
  const root = trailer.get('Root')
  const catalog = isRef(root) ? objects.get(root.ref)?.value : undefined
  if (!isDictionary(catalog) || nameOf(catalog.get('Type')) !== 'Catalog') throw formError('it has no catalog', table)
  if (trailer.get('Size') !== objects.size + 1) throw formError('its trailer counts other objects', table)
  return { objects, catalog }
}

export function isDictionary(value: PdfValue | undefined): value is PdfDictionary {
  return value instanceof Map
}

export function isRef(value: PdfValue | undefined): value is PdfRef {
  return typeof value === 'object' && value !== null && 'ref' in value
}

export function nameOf(value: PdfValue | undefined): string | undefined {
  return typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined
}

/** What a reference leads to, or the value itself. */
export function resolved({ objects }: Pick<PdfFile, 'objects'>, value: PdfValue | undefined): PdfValue | undefined {
  return isRef(value) ? objects.get(value.ref)?.value : value
}

function formError(what: string, at: number): PdfFormError {
  return new PdfFormError(`${what} (byte ${at})`)
}

/** Where a pattern ends that must stand here. */
function matched(text: string, at: number, pattern: RegExp, otherwise: string): number {
  pattern.lastIndex = at
  if (!pattern.test(text)) throw formError(otherwise, at)
  return pattern.lastIndex
}

function blank(text: string, at: number): number {
  return matched(text, at, /[ \t\r\n\f\0]*/y, '')
}

function objectsFrom(text: string, start: number) {
  const objects = new Map<number, PdfObject>()
  const offsets = new Map<number, number>()
  const head = /([1-9]\d{0,6}) 0 obj(?![A-Za-z0-9])/y
  let at = blank(text, start)
  for (;;) {
    head.lastIndex = at
    const found = head.exec(text)
    if (!found) return { objects, offsets, end: at }
    const number = Number(found[1])
    if (offsets.has(number)) throw formError(`it has object ${number} twice`, at)
    if (offsets.size >= MOST_OBJECTS) throw formError(`it has more than ${MOST_OBJECTS} objects`, at)
    offsets.set(number, at)
    const { object, end } = objectAt(text, head.lastIndex)
    objects.set(number, object)
    at = blank(text, end)
  }
}

function objectAt(text: string, start: number): { object: PdfObject; end: number } {
  const { value, end } = valueAt(text, start, 0)
  const next = blank(text, end)
  if (!text.startsWith('stream', next)) {
    return { object: { value }, end: matched(text, next, /endobj(?![A-Za-z])/y, 'an object has no end') }
  }
  const length = isDictionary(value) ? value.get('Length') : undefined
  if (!isDictionary(value) || typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) {
    throw formError('a stream does not state its length', next)
  }
  const kind = nameOf(value.get('Type'))
  if (kind === 'ObjStm' || kind === 'XRef') throw formError(`objects are hidden in a stream (/${kind})`, next)
  const from = matched(text, next, /stream\r?\n/y, 'a stream has no beginning')
  const to = from + length
  const after = matched(text, to, /\r?\n?endstream\s{1,9}endobj(?![A-Za-z])/y, 'a stream has no end')
  if (LOOKS_LIKE_OBJECTS.test(text.slice(from, to))) throw formError('objects are hidden in a stream', from)
  return { object: { value, stream: { start: from, end: to } }, end: after }
}

/** What programs look for, line by line, that try to save a PDF in which they find something amiss. */
const LOOKS_LIKE_OBJECTS = /(?:^|[\r\n])[ \t\f\0]*(?:\d+\s+\d+\s+obj|trailer|startxref|xref)(?![A-Za-z0-9])/

/** The one table behind the objects. Answers where the trailer's dictionary begins. */
function tableFrom(text: string, start: number, offsets: ReadonlyMap<number, number>): number {
  const head = /xref\r?\n0 (\d{1,7})\r?\n/y
  head.lastIndex = start
  const found = head.exec(text)
  if (!found) throw formError('something stands between its objects and their table', start)
  const size = Number(found[1])
  let at = head.lastIndex
  at = matched(text, at, /0000000000 65535 f(?:\r\n| \n| \r)/y, 'its table begins otherwise')
  const entry = /(\d{10}) 00000 n(?:\r\n| \n| \r)/y
  for (let number = 1; number < size; number += 1) {
    entry.lastIndex = at
    const found = entry.exec(text)
    if (!found || offsets.get(number) !== Number(found[1])) {
      throw formError(`its table names another place of object ${number}`, at)
    }
    at = entry.lastIndex
  }
  if (size !== offsets.size + 1) throw formError('its table leaves out objects', at)
  return matched(text, at, /trailer\s{1,9}(?=<<)/y, 'its table goes on')
}

const DELIMITED = '(?=[\\s\\0()<>\\[\\]{}/%]|$)'
const PLAIN: readonly [pattern: RegExp, value: (found: RegExpExecArray) => PdfValue][] = [
  [new RegExp(`(\\d{1,7})\\s{1,9}0\\s{1,9}R${DELIMITED}`, 'y'), ([, number]) => ({ ref: Number(number) })],
  [new RegExp(`[+-]?(?:\\d{1,20}\\.?\\d{0,20}|\\.\\d{1,20})${DELIMITED}`, 'y'), ([all]) => Number(all)],
  [/\/([^\s\0()<>[\]{}/%]{0,200})/y, ([, name = '']) => ({ name: unescaped(name) })],
  [new RegExp(`true${DELIMITED}`, 'y'), () => true],
  [new RegExp(`false${DELIMITED}`, 'y'), () => false],
  [new RegExp(`null${DELIMITED}`, 'y'), () => null],
  [
    /<([0-9A-Fa-f\s]*)>/y,
    ([, digits = '']) => ({ text: Buffer.from(digits.replace(/\s/g, ''), 'hex').toString('latin1') }),
  ],
]

/** A name as it is meant: `/E#46` is `/EF`. */
function unescaped(name: string): string {
  return name.replace(/#([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

function valueAt(text: string, start: number, depth: number): { value: PdfValue; end: number } {
  if (depth > MOST_DEPTH) throw formError('its values are nested too deep', start)
  const at = blank(text, start)
  if (text.startsWith('<<', at)) return dictionaryAt(text, at + 2, depth)
  if (text.startsWith('[', at)) return listAt(text, at + 1, depth)
  if (text.startsWith('(', at)) return textAt(text, at)
  for (const [pattern, value] of PLAIN) {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) return { value: value(found), end: pattern.lastIndex }
  }
  throw formError('a value cannot be read', at)
}

function dictionaryAt(text: string, start: number, depth: number): { value: PdfDictionary; end: number } {
  const value: PdfDictionary = new Map()
  let at = blank(text, start)
  while (!text.startsWith('>>', at)) {
    const key = valueAt(text, at, depth + 1)
    const name = nameOf(key.value)
    if (name === undefined) throw formError('a dictionary has a key that is no name', at)
    if (value.has(name)) throw formError(`a dictionary has /${name} twice`, at)
    const member = valueAt(text, key.end, depth + 1)
    value.set(name, member.value)
    at = blank(text, member.end)
  }
  return { value, end: at + 2 }
}

function listAt(text: string, start: number, depth: number): { value: PdfValue[]; end: number } {
  const value: PdfValue[] = []
  let at = blank(text, start)
  while (!text.startsWith(']', at)) {
    const member = valueAt(text, at, depth + 1)
    value.push(member.value)
    at = blank(text, member.end)
  }
  return { value, end: at + 1 }
}

/** A text in round brackets, which may hold others; what is behind a backslash closes none. Its escapes are left as they are. */
function textAt(text: string, start: number): { value: PdfText; end: number } {
  const special = /[()\\]/g
  special.lastIndex = start
  let open = 0
  for (let found = special.exec(text); found; found = special.exec(text)) {
    if (found[0] === '\\') special.lastIndex += 1
    else open += found[0] === '(' ? 1 : -1
    if (open > 0) continue
    const inside = text.slice(start + 1, special.lastIndex - 1)
    if (/[\r\n]/.test(inside)) throw formError('a text has more than one line', start)
    return { value: { text: inside }, end: special.lastIndex }
  }
  throw formError('a text has no end', start)
}
