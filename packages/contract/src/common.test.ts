import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Id, line, Quantity } from './common.ts'
import { PageQuery } from './page.ts'

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success

describe('a quantity', () => {
  it('is every whole number from 1 to 999999999999999 as it is printed, and nothing else', () => {
    fc.assert(fc.property(fc.bigInt({ min: 1n, max: 999_999_999_999_999n }), (n) => accepts(Quantity, n.toString())))
    for (const wrong of [
      1,
      1n,
      1.5,
      '0',
      '01',
      '-1',
      '+1',
      '1.0',
      '1e3',
      ' 1',
      '1 ',
      '',
      '1000000000000000',
      '１',
      null,
    ]) {
      expect(accepts(Quantity, wrong), String(wrong)).toBe(false)
    }
  })
})

describe('a line of text', () => {
  it('is one line that can be read', () => {
    const name = line(20)
    for (const right of ['a', 'Sunfield Power', '日照', 'Ω', '👩‍🌾 Farm', 'a  b'])
      expect(accepts(name, right), right).toBe(true)
    for (const wrong of ['', ' ', ' a', 'a ', 'a\nb', 'a\tb', '\u0085', 'x'.repeat(21), 7]) {
      expect(accepts(name, wrong), JSON.stringify(wrong)).toBe(false)
    }
  })
})

describe('a line of text that turns direction', () => {
  const name = line(40)

  it('is refused with a clear message', () => {
    for (const code of [
      0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069,
    ]) {
      const parsed = name.safeParse(`held ${String.fromCodePoint(code)}674`)
      expect(parsed.error?.issues[0]?.message).toBe('must not contain invisible marks of direction such as U+202E')
    }
  })

  it('is taken in every script, with the joiners that scripts need', () => {
    for (const right of ['شركة الطاقة 476', 'חברת חשמל', 'می\u200cخواهم', 'क्\u200dष']) {
      expect(accepts(name, right), right).toBe(true)
    }
  })
})

describe('an id', () => {
  it('is 32 lower-case hex digits', () => {
    expect(accepts(Id, '0123456789abcdef'.repeat(2))).toBe(true)
    for (const wrong of ['', 'f'.repeat(31), 'f'.repeat(33), 'F'.repeat(32), `${'f'.repeat(32)}\n`]) {
      expect(accepts(Id, wrong), JSON.stringify(wrong)).toBe(false)
    }
  })
})

describe('the size of a page', () => {
  it('is 1 to 200', () => {
    for (let limit = 1; limit <= 200; limit += 1) expect(PageQuery.parse({ limit: String(limit) }).limit).toBe(limit)
    for (const wrong of ['0', '201', '1000', '05', '1.5', '', 5, ['5']]) {
      expect(accepts(PageQuery, { limit: wrong }), String(wrong)).toBe(false)
    }
  })
})
