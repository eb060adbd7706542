import type { Operation } from '@tallystick/contract'
import fc from 'fast-check'
import { z } from 'zod'

/** Texts that no store holds, numbers at the ends of what a store counts to, instants at the ends of time. */
export const oddTexts: readonly string[] = [
  ...['', ' ', '0', '-0', '-1', '1e3', '0x10', '1.5', 'NaN', 'null', 'undefined', 'true', '..', '../../etc/passwd'],
  ...['\u0000', 'a\u0000b', '\ud800', '\udfff\ud800', '\u202e', '\ufeff', '\uffff', '\u{10ffff}', '\u0130', '%', '%00'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    "'; DROP TABLE ledger_entry; --",
    '$1',
    '\\',
    '"',
    '<script>',
    '{}',
    '[]',
  ],
  ...[2n ** 31n, 2n ** 31n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 63n - 1n, 2n ** 64n, -(2n ** 63n) - 1n].map(String),
  ...[15, 16, 19, 40, 131_073].map((digits) => '9'.repeat(digits)),
  ...[
    '0000-01-01',
    '0001-01-01',
    '9999-12-31',
    '+275760-09-13',
    '-000001-01-01',
    '2026-02-30',
    '2026-13-01',
    '2000',
    '2099',
  ],
  ...['0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '2016-12-31T23:59:60Z', '294277-01-01T00:00:00Z'],
  ...['x'.repeat(201), 'é'.repeat(300), '\u{1f332}'.repeat(150), 'f'.repeat(32), 'F'.repeat(32), '0'.repeat(64)],
]

const oddValues: readonly unknown[] = [null, true, 0, -1, 1.5, 1e300, -0, 2 ** 53, [], {}, [null], { a: { b: [] } }]

type Json = Readonly<Record<string, unknown>>

/** What means something in a registry: texts, and those of them that fields of a name hold. */
export interface Known {
  readonly texts: readonly string[]
  /** By the name of a field; by `{accounts}` for an id in a path after `/accounts/`. */
  readonly fields: Readonly<Record<string, readonly string[]>>
}

/** Anything that an address or a header may hold: a known text, an odd one, any at all. */
export function anyText(known: Known): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: fc.constantFrom(...known.texts), weight: 4 },
    { arbitrary: fc.constantFrom(...oddTexts), weight: 3 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 40 }), weight: 2 },
  )
}

/** Cursors that no list gave out: sort keys of every shape, in the exact form of a cursor, and no cursors at all. */
export function anyCursor(known: Known): fc.Arbitrary<string> {
  const number = fc.oneof(
    fc.constantFrom(0, 1, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 1e21, 1e300, -1, 0.5),
    fc.maxSafeNat(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  const instant = fc
    .date({ noInvalidDate: true, min: new Date('-000001-01-01'), max: new Date('+012000-01-01') })
    .map((date) => date.toISOString())
  const part = fc.oneof(number, anyText(known), instant, fc.jsonValue({ maxDepth: 1 }))
  return fc.oneof(
    { arbitrary: fc.array(part, { maxLength: 3 }).map(cursorOf), weight: 8 },
    { arbitrary: fc.jsonValue().map(cursorOf), weight: 1 },
    { arbitrary: anyText(known), weight: 1 },
  )
}

function cursorOf(key: unknown): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** What a schema describes, mostly: one field in some is given what it does not take. `known` are texts that exist. */
export function anyInput(schema: z.ZodType, known: Known): fc.Arbitrary<unknown> {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json
  return describedBy(root, { root, known, field: '' })
}

interface About {
  /** Where the definitions stand. */
  root: Json
  known: Known
  /** Name of the field that the schema is of. */
  field: string
}

function describedBy(schema: Json, about: About): fc.Arbitrary<unknown> {
  const odd = fc.oneof(anyText(about.known), fc.constantFrom(...oddValues), fc.jsonValue({ maxDepth: 2 }))
  return fc.oneof({ arbitrary: meantBy(schema, about), weight: 30 }, { arbitrary: odd, weight: 1 })
}

function meantBy(schema: Json, about: About): fc.Arbitrary<unknown> {
  const { $ref, anyOf, oneOf, enum: values, const: only, type, items } = schema
  if (typeof $ref === 'string') return meantBy(definitionIn(about.root, $ref), about)
  const choices = anyOf ?? oneOf
  if (Array.isArray(choices)) return fc.oneof(...choices.map((choice: Json) => describedBy(choice, about)))
  if (Array.isArray(values)) return fc.constantFrom<unknown>(...values)
  if (only !== undefined) return fc.constant(only)
  if (type === 'object') return objectOf(schema, about)
  if (type === 'array') return fc.array(describedBy((items ?? {}) as Json, about), { maxLength: 4 })
  if (type === 'string') return textMeantBy(schema, about)
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  return fc.jsonValue({ maxDepth: 2 })
}

function objectOf(schema: Json, about: About): fc.Arbitrary<unknown> {
  const { properties = {}, required = [] } = schema as { properties?: Record<string, Json>; required?: string[] }
  const fields = Object.entries(properties).map(([name, property]) => {
    const [present, absent] = required.includes(name) ? [40, 1] : [1, 1]
    const missing = { arbitrary: fc.constant(undefined), weight: absent }
    return [name, fc.oneof({ arbitrary: describedBy(property, { ...about, field: name }), weight: present }, missing)]
  })
  return fc.record(Object.fromEntries(fields)).map((value) => {
    return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
  })
}

function definitionIn(root: Json, $ref: string): Json {
  const name = $ref.replace('#/$defs/', '')
  return (root.$defs as Record<string, Json> | undefined)?.[name] ?? {}
}

/** Texts of the field, mostly; otherwise any that fit. */
function textMeantBy(schema: Json, { known, field }: About): fc.Arbitrary<string> {
  const fit = fc.constantFrom(...fitting(schema, known))
  const own = known.fields[field]
  return own ? fc.oneof({ arbitrary: fc.constantFrom(...own), weight: 5 }, { arbitrary: fit, weight: 1 }) : fit
}

/** Those of all texts that a schema of texts takes; all of them where it takes none. */
function fitting(schema: Json, known: Known): string[] {
  const patterns = [schema, ...((schema.allOf ?? []) as Json[])].flatMap(({ pattern }) => pattern ?? [])
  const all = [...known.texts, ...oddTexts]
  const fit = all.filter((text) => patterns.every((pattern) => new RegExp(String(pattern), 'u').test(text)))
  return fit.length > 0 ? fit : all
}

/** A request of an operation, as far as its own schemas say what it takes. */
export interface HostileRequest {
  operation: Operation
  url: string
  body: unknown
}

/** Requests of an operation: addresses, queries and bodies that it takes, nearly takes, and does not take. */
export function anyRequest(operation: Operation, known: Known): fc.Arbitrary<HostileRequest> {
  const takesCursor = operation.query instanceof z.ZodObject && 'cursor' in operation.query.shape
  return fc
    .record({
      params: anyInput(operation.params, knownInPath(operation, known)).map(textsOf),
      query: anyInput(operation.query, known).map(textsOf),
      cursor: takesCursor ? now(anyCursor(known), 2) : fc.constant(undefined),
      more: now(fc.tuple(anyText(known), anyText(known)), 20),
      body: operation.body ? anyInput(operation.body, known) : fc.constant(undefined),
    })
    .map(({ params, query: { cursor: _, ...query }, cursor, more, body }) => {
      const path = operation.path.replace(/\{(\w+)\}/g, (_name, name: string) => percent(params[name] ?? ''))
      const asked = Object.entries({ ...query, ...(cursor === undefined ? {} : { cursor }) })
      const search = [...asked, ...(more ? [more] : [])].map((pair) => pair.map(percent).join('=')).join('&')
      return { operation, url: search === '' ? path : `${path}?${search}`, body }
    })
}

/** An id in a path is of what stands before it. */
function knownInPath({ path }: Operation, known: Known): Known {
  const [, things = ''] = /\/([^/]+)\/\{id\}/.exec(path) ?? []
  const ids = known.fields[`{${things}}`]
  return ids ? { ...known, fields: { ...known.fields, id: ids } } : known
}

/** Once in so many times, otherwise nothing. */
function now<T>(arbitrary: fc.Arbitrary<T>, times: number): fc.Arbitrary<T | undefined> {
  return fc.oneof({ arbitrary, weight: 1 }, { arbitrary: fc.constant(undefined), weight: times - 1 })
}

function textsOf(value: unknown): Record<string, string> {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return Object.fromEntries(
    members.map(([name, member]) => [name, typeof member === 'string' ? member : JSON.stringify(member)]),
  )
}

/** Percent-encoded; a lone surrogate, which has no UTF-8, as the bytes that careless programs send for it. */
export function percent(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : text.replace(/[^!-~]|[%&#?/]/g, percentCareless)
}

function percentCareless(unit: string): string {
  const code = unit.charCodeAt(0)
  const bytes = [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]
  return bytes.map((byte) => `%${byte.toString(16)}`).join('')
}
