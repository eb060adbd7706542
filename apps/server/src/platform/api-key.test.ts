import { randomId } from '@tallystick/ledger'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { apiKeyId, apiKeyOf, withoutApiKeys } from './api-key.ts'
import { newToken } from './auth.ts'

it('a key has a form that a scanner tells, 256 random bits, and a checksum that other programs can make', () => {
  const id = randomId()
  const key = apiKeyOf(id, newToken())
  expect(key).toMatch(/^tsk_[0-9a-f]{32}_[A-Za-z0-9_-]{43}[0-9a-f]{8}$/)
  expect(apiKeyId(key)).toBe(id)
  const known = apiKeyOf('00112233445566778899aabbccddeeff', 'A'.repeat(43))
  expect(known).toBe(`tsk_00112233445566778899aabbccddeeff_${'A'.repeat(43)}f344a748`)
})

it('whatever is changed in a key, cut off or added, it is none', () => {
  const key = apiKeyOf(randomId(), newToken())
  for (let at = 0; at < key.length; at += 1) {
    expect(apiKeyId(key.slice(0, at)), `first ${at}`).toBeUndefined()
    expect(apiKeyId(key.slice(at + 1)), `after ${at}`).toBeUndefined()
    for (const other of 'aZ09_- \n\0é'.replace(key[at] ?? '', '')) {
      expect(apiKeyId(key.slice(0, at) + other + key.slice(at + 1)), `${other} at ${at}`).toBeUndefined()
    }
  }
  for (const more of ['0', '\n', ' ', ',', key]) {
    expect(apiKeyId(key + more)).toBeUndefined()
    expect(apiKeyId(more + key)).toBeUndefined()
  }
  expect(apiKeyId(key.toUpperCase())).toBeUndefined()
})

it('a text that is shown holds no secret of a key', () => {
  const secret = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString('base64url'))
  fc.assert(
    fc.property(
      fc.string(),
      secret,
      fc.string({ unit: fc.constantFrom('/', ' ', '"', '&', '\n') }),
      (before, token, after) => {
        const key = apiKeyOf('00112233445566778899aabbccddeeff', token)
        const shown = withoutApiKeys(`${before}${key}${after}`)
        expect(shown).not.toContain(token)
        expect(shown).toContain('tsk_')
      },
    ),
  )
})
