import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, decodeEntry, type Entry, encodeEntry, MAX_ENTRY_BYTES, proposalHash } from './envelope.ts'
import { isRefusal } from './refusal.ts'

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))

const entry: fc.Arbitrary<Entry> = fc.record({
  v: fc.constant(1),
  type: fc.constantFrom('CreditsTransferred', 'HoldPlaced'),
  at: fc.constant('2026-01-31T09:30:00.000Z'),
  by: hex(32),
  approvals: fc.array(fc.record({ by: hex(32), proposal: hex(64) }), { maxLength: 3 }),
  key: fc.option(hex(64)),
  streams: fc.array(fc.tuple(hex(32), fc.integer({ min: 1, max: 9 }), fc.option(hex(64))), { maxLength: 4 }),
  body: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(fc.string(), fc.integer(), fc.constant(null))),
})

test('entries come back from their bytes, and the bytes are the canonical ones', () => {
  fc.assert(
    fc.property(entry, (value) => {
      const bytes = encodeEntry(value)
      const back = decodeEntry(bytes)
      expect(isRefusal(back)).toBe(false)
      if (!isRefusal(back)) expect(encodeEntry(back)).toEqual(bytes)
    }),
  )
})

test('any other spelling of the same entry is refused', () => {
  const [value] = fc.sample(entry, { numRuns: 1, seed: 7 })
  const text = canonicalJson(value)
  const spellings = [
    ` ${text}`,
    `${text}\n`,
    text.replace('"v":1', '"v":1.0'),
    text.replace('"at"', '"\\u0061t"'),
    `\uFEFF${text}`,
    canonicalJson({ ...value, body: { a: 'x' } }).replace('"x"', '"\\ud800"'),
  ]
  for (const spelling of spellings) {
    expect(decodeEntry(new TextEncoder().encode(spelling)), spelling).toMatchObject({ refused: 'malformed' })
  }
  expect(decodeEntry(new Uint8Array(MAX_ENTRY_BYTES + 1))).toMatchObject({ refused: 'too-large' })
  expect(decodeEntry(Uint8Array.of(0xff, 0xfe))).toMatchObject({ refused: 'malformed' })
})

test('whatever bytes come, the answer is an entry or a refusal', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => new TextEncoder().encode(text)),
      ),
      (bytes) => {
        expect(decodeEntry(bytes)).toBeTypeOf('object')
      },
    ),
    { numRuns: 1_000 },
  )
})

test('a proposal is the same whatever the ledger allots, and another for anything else', () => {
  const base = { v: 1, type: 'BatchIssued', by: 'a'.repeat(32), key: 'b'.repeat(64), body: { quantity: '5' } }
  const allotted = { ...base, body: { quantity: '5', allotted: { first: '1' } } }
  expect(proposalHash(allotted)).toBe(proposalHash(base))
  const others = [{ v: 2 }, { type: 'X' }, { by: 'c'.repeat(32) }, { key: null }, { body: { quantity: '6' } }]
  for (const other of others) expect(proposalHash({ ...base, ...other })).not.toBe(proposalHash(base))
})
