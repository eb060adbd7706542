import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import {
  Approval,
  canonicalJson,
  decodeBody,
  decodeEntry,
  type Entry,
  encodeEntry,
  issueOf,
  StreamLink,
} from './envelope.ts'
import { Hash, Id, Instant, isInstant } from './ids.ts'
import { plainEntry } from './plain-bytes.ts'
import { plainJson } from './plain-json.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'

/** Runs of each property; a long test sets more, such as 1000000. */
const RUNS = Number(process.env.TALLYSTICK_JSON_OBJECTS ?? 2_000)
vi.setConfig({ testTimeout: 120_000 + 10 * RUNS })

const Envelope = z.strictObject({
  v: z.number().int().min(1).max(1000),
  type: z.string().regex(/^[A-Z][A-Za-z]{2,39}$/),
  at: Instant,
  by: Id,
  approvals: z.array(Approval).max(8),
  key: Hash.nullable(),
  streams: z.array(StreamLink).max(128),
  body: z.record(z.string(), z.unknown()),
})

const BOUNDS = { approvals: 8, streams: 128 }

/** Both ways of reading judge the bytes as the plain way does. */
function expectJudgedPlainly(bytes: Uint8Array): Entry | Refusal {
  const found = decodeEntry(bytes)
  const expected = plainly(bytes)
  expect(found, Buffer.from(bytes).toString()).toEqual(expected)
  const part = decodeBody(bytes)
  if (isRefusal(expected)) expect(part).toEqual(expected)
  else expect(part).toMatchObject({ type: expected.type, v: expected.v, body: expected.body })
  return found
}

/** The plain way to say what an entry is: its schema, and the bytes that it must have. */
function plainly(bytes: Uint8Array): Entry | Refusal {
  let value: unknown
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
  } catch {
    return refuse('malformed', { reason: 'not JSON in UTF-8' })
  }
  const parsed = Envelope.safeParse(value)
  if (!parsed.success) return refuse('malformed', issueOf(parsed.error))
  return isCanonical(parsed.data, text)
    ? parsed.data
    : refuse('malformed', { reason: 'not in canonical form (RFC 8785)' })
}

function isCanonical(value: unknown, text: string): boolean {
  try {
    return canonicalize(value) === text
  } catch {
    return false
  }
}

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))
const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '\u2028',
    '\u007f',
    '\u0000',
    '\b\t\n\f\r"\\/',
    '\\ud',
    'é',
    'e\u0301',
    '\u{1f600}',
    '\ufeff',
    '<!--',
  ),
)
const memberName = fc.oneof(
  fc.stringMatching(/^[a-z]{1,3}$/),
  fc.constantFrom('10', '9', '1', '', '__proto__', 'toJSON', 'constructor', '\ufb33', '\u{1f600}', '\u20ac', '\r', 'A'),
)
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'json' },
    fc.oneof(
      oddText,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'json' }),
    fc.dictionary(memberName, tie('value'), { maxKeys: 4, depthIdentifier: 'json' }),
  ),
})).value

const entry: fc.Arbitrary<Entry> = fc.record({
  v: fc.constantFrom(1, 2, 1000),
  type: fc.constantFrom('CreditsTransferred', 'HoldPlaced'),
  at: fc.constantFrom('2026-01-31T09:30:00.000Z', '2024-02-29T23:59:59.999Z'),
  by: hex(32),
  approvals: fc.array(fc.record({ by: hex(32), proposal: hex(64) }), { maxLength: 2 }),
  key: fc.option(hex(64)),
  streams: fc.array(fc.tuple(hex(32), fc.integer({ min: 1 }), fc.option(hex(64))), { maxLength: 3 }),
  body: fc.dictionary(memberName, json, { maxKeys: 4 }),
})

/** One thing done to a text: most break it, or spell the same otherwise. */
const spelling: fc.Arbitrary<(text: string) => string> = fc
  .tuple(
    fc.nat(),
    fc.constantFrom<(text: string, at: number) => string>(
      (text, at) => `${text.slice(0, at)} ${text.slice(at)}`,
      (text, at) => `${text.slice(0, at)}\n${text.slice(at)}`,
      (text, at) => text.slice(0, at) + text.slice(at + 1),
      (text, at) => text.slice(0, at) + text.charAt(at) + text.slice(at),
      (text, at) => text.slice(0, at) + text.charAt(at).toUpperCase() + text.slice(at + 1),
      (text, at) => `${text.slice(0, at)}\\u${hex4(text.charCodeAt(at))}${text.slice(at + 1)}`,
      (text, at) => `${text.slice(0, at)}\\u${hex4(text.charCodeAt(at)).toUpperCase()}${text.slice(at + 1)}`,
      (text, at) => `${text.slice(0, at)}\\ud83d${text.slice(at)}`,
      (text, at) => `${text.slice(0, at)}\\${text.slice(at)}`,
      (text, at) => nearest(text, at, /\d+/g, (digits) => `${digits}.0`),
      (text, at) => nearest(text, at, /\d+/g, (digits) => `${digits}e0`),
      (text, at) => nearest(text, at, /\d+/g, (digits) => `0${digits}`),
      (text, at) => nearest(text, at, /[[:,]\d+/g, (digits) => `${digits.charAt(0)}-${digits.slice(1)}`),
      (text, at) => nearest(text, at, /[[:,]\d+/g, (digits) => `${digits.charAt(0)}-0`),
      (text, at) => nearest(text, at, /"v":\d+/g, (member) => `${member},${member}`),
      (text, at) => nearest(text, at, /"[a-z]+":\d+,/g, (member) => `${member}${member}`),
      (text) => text.replace(/("by":"[^"]*"),("key":[^,]*)/, '$2,$1'),
      (text) => text.replace(/\//g, '\\/'),
      (text) => text.normalize('NFD'),
      (text) => text.normalize('NFC'),
      (text) => `\ufeff${text}`,
      (text) => text.replace('T', 't'),
      (text) => text.replace('-01-31', '-02-30').replace('-02-29', '-02-31'),
      (text) => text.replace('09:30', '24:00'),
    ),
  )
  .map(
    ([at, change]) =>
      (text: string) =>
        change(text, at % (text.length + 1)),
  )

function hex4(code: number): string {
  return (Number.isNaN(code) ? 0 : code).toString(16).padStart(4, '0')
}

function nearest(text: string, at: number, pattern: RegExp, change: (found: string) => string): string {
  const found = [...text.matchAll(pattern)]
  const match = found[at % Math.max(1, found.length)]
  return match ? text.slice(0, match.index) + change(match[0]) + text.slice(match.index + match[0].length) : text
}

describe('bytes of an entry', () => {
  test('are judged as by schema and canonical form, whatever was done to them', () => {
    let taken = 0
    fc.assert(
      fc.property(entry, fc.array(spelling, { maxLength: 2 }), (value, changes) => {
        const bytes = Buffer.from(changes.reduce((text, change) => change(text), canonicalJson(value)))
        const found = expectJudgedPlainly(bytes)
        if (isRefusal(found)) return
        taken += 1
        expect(Buffer.from(encodeEntry(found)).equals(bytes)).toBe(true)
      }),
      { numRuns: RUNS },
    )
    expect(taken).toBeGreaterThan(RUNS / 5)
  })

  test('are judged so after any byte is changed', () => {
    fc.assert(
      fc.property(entry, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, difference) => {
        const bytes = Buffer.from(encodeEntry(value))
        const place = at % bytes.length
        bytes[place] = (bytes[place] ?? 0) ^ difference
        expectJudgedPlainly(bytes)
      }),
      { numRuns: RUNS },
    )
  })

  test('are judged so at the bounds of each part', () => {
    const whole = fc.sample(entry, { numRuns: 1, seed: 3 })[0]
    const parts: unknown[] = [
      ...[0, 1001, 1.5, '1', null].map((v) => ({ v })),
      ...['Ab', 'abc', `A${'b'.repeat(40)}`, 'A1b', 7].map((type) => ({ type })),
      ...['2026-1-01T00:00:00.000Z', '2026-01-01T00:00:00Z', '', 1].map((at) => ({ at })),
      ...['a'.repeat(31), 'A'.repeat(32), `${'a'.repeat(32)}\n`, null].map((by) => ({ by })),
      ...['a'.repeat(63), '', 0].map((key) => ({ key })),
      ...[{}, [1], [['a'.repeat(32), 0, null]], [['a'.repeat(32), 1]], [['a'.repeat(32), 1, null, null]]].map(
        (streams) => ({ streams }),
      ),
      ...[['a'.repeat(32), 2 ** 53, null], ['a'.repeat(32), 1, 'b'], 'link'].map((link) => ({ streams: [link] })),
      { streams: Array.from({ length: 129 }, () => ['a'.repeat(32), 1, null]) },
      { approvals: Array.from({ length: 9 }, () => ({ by: 'a'.repeat(32), proposal: 'b'.repeat(64) })) },
      { approvals: [{ by: 'a'.repeat(32), proposal: 'b'.repeat(64), signature: 'QQ==' }] },
      { approvals: [{ by: 'a'.repeat(32), proposal: 'b'.repeat(64), more: 1 }] },
      ...[null, [], 'text', JSON.parse('{"__proto__":1}'), { deep: nested(200) }].map((body) => ({ body })),
      { more: 1 },
    ]
    for (const part of parts) {
      const bytes = Buffer.from(canonicalJson({ ...whole, ...(part as object) }))
      expectJudgedPlainly(bytes)
    }
    for (const text of ['null', '[]', '1', '"x"', '{}', canonicalJson([whole])]) {
      expectJudgedPlainly(Buffer.from(text))
    }
  })
})

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth))
}

test('what is written every day is not in doubt', () => {
  const everyday = fc.record({
    v: fc.integer({ min: 1, max: 1000 }),
    type: fc.stringMatching(/^[A-Z][A-Za-z]{2,39}$/),
    at: fc.constant('2024-02-29T23:59:59.999Z'),
    by: hex(32),
    approvals: fc.array(fc.record({ by: hex(32), proposal: hex(64) }), { maxLength: 8 }),
    key: fc.option(hex(64)),
    streams: fc.array(fc.tuple(hex(32), fc.integer({ min: 1, max: 999_999_999_999_999 }), fc.option(hex(64)))),
    body: fc.dictionary(
      fc.stringMatching(/^[a-z][A-Za-z0-9-]{0,9}$/),
      fc.oneof(
        hex(32),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.constantFrom('São Paulo "1"\n', '\u2028', '\x7f'),
        fc.array(hex(4)),
      ),
    ),
  })
  fc.assert(
    fc.property(everyday, (value) => {
      const bytes = encodeEntry(value)
      const found = plainEntry(bytes, BOUNDS)
      expect(found).toMatchObject({ type: value.type, v: value.v })
      expect(Buffer.from(bytes.subarray(found?.from, found?.to)).toString()).toBe(canonicalize(value.body))
    }),
    { numRuns: RUNS },
  )
})

test('bytes that end anywhere, or are any others, are in doubt', () => {
  const bytes = encodeEntry(fc.sample(entry, { numRuns: 1, seed: 3 })[0] as Entry)
  for (let end = 0; end < bytes.length; end += 1) {
    expect(plainEntry(bytes.slice(0, end), BOUNDS)).toBeUndefined()
    // Nor is what stands behind in the same memory looked at.
    expect(plainEntry(bytes.subarray(0, end), BOUNDS)).toBeUndefined()
  }
  for (const more of ['}', ' ', '\n', '\0']) {
    expect(plainEntry(Buffer.concat([bytes, Buffer.from(more)]), BOUNDS)).toBeUndefined()
  }
})

test('the quick way to write is that of the library, for whatever value', () => {
  const anything = fc.oneof(
    json,
    fc.anything({ withDate: true, withMap: true, withSparseArray: true, withNullPrototype: true }),
    entry,
  )
  fc.assert(
    fc.property(anything, (value) => {
      const text = plainJson(value)
      if (text !== undefined) expect(text).toBe(canonicalize(value))
    }),
    { numRuns: RUNS },
  )
  for (const text of ['{"a":[1,{"b":"\\n","c":null}],"b":-1.5e-7}', '[]', '"é"', '1e+21', '{}']) {
    expect(plainJson(JSON.parse(text)), text).toBe(text)
  }
  expect(plainJson({ b: [{ d: 1, c: { b: 1, a: 2 } }, 1], a: -0 })).toBe('{"a":0,"b":[{"c":{"a":2,"b":1},"d":1},1]}')
  const odd = [undefined, Number.NaN, [undefined], { a: undefined }, { toJSON: () => 1 }, new Date(0), { 10: 1, 9: 2 }]
  for (const value of [...odd, '\ud800', { '\udead': 1 }, 1n, Object.create({ a: 1 }), JSON.parse('{"__proto__":1}')]) {
    expect(plainJson(value)).toBeUndefined()
  }
})

test('instants are those that the calendar has', () => {
  const slow = (text: string) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text
  const two = (value: number) => String(value).padStart(2, '0')
  fc.assert(
    fc.property(
      fc.oneof(fc.integer({ min: 0, max: 9999 }), fc.constantFrom(0, 1900, 2000, 2024, 2100)),
      fc.tuple(fc.nat(13), fc.nat(32), fc.nat(25), fc.nat(60), fc.nat(61)),
      (year, [month, day, hour, minute, second]) => {
        const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
        const text = `${date}T${two(hour)}:${two(minute)}:${two(second)}.999Z`
        expect(isInstant(text), text).toBe(slow(text))
      },
    ),
    { numRuns: RUNS },
  )
  for (const text of ['2026-01-31T09:30:00.000', '2026-01-31 09:30:00.000Z', '+02026-01-31T09:30:00.000Z', '']) {
    expect(isInstant(text), text).toBe(false)
  }
})

/** RFC 8785, appendix B: the bits of a double, and its text. */
const numbers: [bits: string, text: string][] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
]

describe('RFC 8785', () => {
  test.each(numbers)('the double %s is %s', (bits, text) => {
    const value = Buffer.from(bits, 'hex').readDoubleBE()
    expect(canonicalJson(value)).toBe(text)
    expect(canonicalize(value)).toBe(text)
  })

  test('its example of section 3.2.2', () => {
    const source = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`
    const canonical = String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`
    expect(canonicalJson(JSON.parse(source))).toBe(canonical)
    expect(plainJson(JSON.parse(source))).toBe(canonical)
  })

  test('its example of section 3.2.3: members in the order of their UTF-16 code units', () => {
    const source = String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`
    const canonical = canonicalJson(JSON.parse(source))
    expect([...canonical.matchAll(/:"([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  test('half of a surrogate pair has no canonical form', () => {
    for (const text of ['"\\ud800"', '{"\\udead":1}', '["\\ud83dx"]']) {
      expect(() => canonicalJson(JSON.parse(text))).toThrow()
      expect(plainJson(JSON.parse(text))).toBeUndefined()
    }
  })
})
