import { canonicalJson } from '@tallystick/rules'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyOfSeed, publish } from '../../../../tests/support/ledger-fixture.ts'
import { liveLedger } from '../../../../tests/support/ledger-life.ts'
import { filesOf, MemorySource } from '../../../../tests/support/log-files.ts'
import type { KeyTerm } from '../key-history.ts'
import { signRotation } from '../rotation.ts'
import { keyOf } from './checkpoint-check.ts'
import { formatReport } from './format.ts'
import { verifyLog } from './log.ts'

const fixture = await liveLedger('keys', 40)
const { size } = await publish(fixture.ledger, fixture.key)
const source = new MemorySource(await filesOf(fixture.ledger))
const vkey = keyOf(fixture.vkey)
const { ledger, origin } = fixture.genesis
const own = Buffer.from(source.files.get('keys.json') ?? []).toString()
const keyOf32 = (byte: number) => keyOfSeed(Buffer.alloc(32, byte))
const [second, third, evil] = [keyOf32(2), keyOf32(3), keyOf32(66)]
type Key = ReturnType<typeof keyOfSeed>

const verify = (keys: string | Uint8Array) => verifyLog(source.with('keys.json', Buffer.from(keys)), { vkey })

/** The term of a key that another one hands over to. */
async function term(previous: Key, next: Key, from: number, about = { ledger, origin }): Promise<KeyTerm> {
  const { next: text, signatures } = await signRotation(about, previous, next)
  return { from, vkey: text, signatures }
}

const goingOn = (...terms: object[]) => canonicalJson([...JSON.parse(own), ...terms])

test('a key appended without the hand-over of the one in force, and junk, are found', async () => {
  const vkeyOfEvil = evil.vkey(origin)
  const { signatures } = await term(evil, evil, size)
  const good = await term(fixture.key, second, size)
  const wrong = {
    'a bare key': goingOn({ from: size, vkey: vkeyOfEvil }),
    'a bare key and junk': `${own.slice(0, -1)},{"from":${size},"vkey":"${vkeyOfEvil}"},{"from":${size + 1},"junk":"☠"}]`,
    'a number and junk': `${own.slice(0, -1)},{"from":${size}, "x": ["anything"]}]`,
    'signed by itself': goingOn({ from: size, vkey: vkeyOfEvil, signatures }),
    'another key under the signatures': goingOn({ ...good, vkey: vkeyOfEvil }),
    'signatures the other way round': goingOn({
      ...good,
      signatures: { previous: good.signatures?.next, next: good.signatures?.previous },
    }),
    'for another log': goingOn(await term(fixture.key, second, size, { ledger, origin: `${origin}x` })),
    'for another ledger': goingOn(await term(fixture.key, second, size, { ledger: 'f'.repeat(32), origin })),
    'back to the same key': goingOn(await term(fixture.key, fixture.key, size)),
    'back to an earlier key': goingOn(good, await term(second, fixture.key, size + 1)),
    'within the log, where no entry names it': goingOn({ ...good, from: size - 1 }),
    'not after the one before': goingOn(good, await term(second, third, size)),
    'not by the one before': goingOn(good, await term(fixture.key, third, size + 1)),
    'from half an entry': goingOn({ ...good, from: size + 0.5 }),
    'another member': goingOn({ ...good, note: '' }),
    'another member among the signatures': goingOn({ ...good, signatures: { ...good.signatures, note: '' } }),
    'other spacing': goingOn(good).replace(',{', ', {'),
    'a newline': `${goingOn(good)}\n`,
    'a byte order mark': `\ufeff${goingOn(good)}`,
    'a member twice': goingOn(good).replace('{"from":0', '{"from":0,"from":0'),
    'a first key that is no text': own.replace(fixture.vkey, '\\ud800'),
    'no list': '{"length":1}',
    'nothing in it': '[]',
    'no key': '[null]',
    'not in its end': own.slice(0, -1),
  }
  for (const [what, keys] of Object.entries(wrong)) {
    const { findings, notices, outcome } = await verify(keys)
    expect([what, outcome, findings.map(({ code }) => code), notices]).toEqual([what, 'wrong', ['keys-differ'], []])
  }
})

test('keys beyond the checkpoint that were handed over to are told, and not trusted', async () => {
  const next = await term(fixture.key, second, size)
  const report = await verify(goingOn(next, await term(second, third, size + 7)))
  expect(report).toMatchObject({ outcome: 'whole', findings: [], keys: [{ vkey: fixture.vkey }] })
  expect(report.notices).toEqual([
    { code: 'key-beyond-checkpoint', detail: { vkey: second.vkey(origin), from: `${size}` } },
    { code: 'key-beyond-checkpoint', detail: { vkey: third.vkey(origin), from: `${size + 7}` } },
  ])
  expect(formatReport(report)).toContain(`to the key ${second.vkey(origin)}, from entry ${size} on`)
  const given = await verifyLog(source.with('keys.json', Buffer.from(goingOn(next))), {
    vkey: keyOf(second.vkey(origin)),
  })
  expect(given.outcome).toBe('wrong')
})

test('no byte of keys.json changes without a finding, nor, beyond the checkpoint, unless only where a key begins', async () => {
  const next = await term(fixture.key, second, size)
  const longer = Buffer.from(goingOn(next))
  const digits = longer.indexOf(`"from":${size}`) + '"from":'.length
  await fc.assert(
    fc.asyncProperty(fc.nat(longer.length - 1), fc.integer({ min: 1, max: 255 }), async (offset, mask) => {
      const changed = Buffer.from(longer)
      changed[offset] = (changed[offset] ?? 0) ^ mask
      const { findings, notices } = await verify(changed)
      const isOfFrom = offset >= digits && offset < digits + `${size}`.length
      if (isOfFrom && findings.length === 0) expect(notices[0]?.detail.from).not.toBe(`${size}`)
      else expect(findings).toMatchObject([{ code: 'keys-differ' }])
    }),
    { numRuns: 60 },
  )
})
