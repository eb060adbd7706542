import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FONT_FILES } from './files.ts'
import { coverageOf } from './glyphs.ts'
import { cleaned, Plain } from './plain.ts'

const coverage = coverageOf(FONT_FILES)
const printed = (text: string, direction: 'ltr' | 'rtl' = 'ltr') => new Plain(coverage, direction).text(text)

describe('a text on paper', () => {
  it.each([
    ['NUL\0 and bell\u0007', 'NUL and bell'],
    ['a\tb\r\nc\u2028d', 'a b\nc\nd'],
    ['admin\u202Egnp.exe\u202C', 'admingnp.exe'],
    ['\u2067open, \u2066twice\u2069', 'open, twice'],
    ['closed\u2069 alone', 'closed alone'],
    ['half \ud800', 'half \ufffd'],
    ['zero\u200bwidth\ufeff', 'zerowidth'],
    ['e\u0301', 'é'],
    ['😀', '□'],
    ['👨‍👩‍👧‍👦 family', '□ family'],
    ['中文', '□□'],
    ['✓ → ≤ ∑ CO₂ −5', '✓ → ≤ ∑ CO₂ −5'],
    ['Ünïcödé Ελληνικά Українська Қазақ Tiếng Việt', 'Ünïcödé Ελληνικά Українська Қазақ Tiếng Việt'],
    ['क्षत्रिय', 'क्षत्रिय'],
    ['\u06dd123', '\u06dd123'],
  ])('%j is printed as %j', (text, expected) => {
    expect(printed(text)).toBe(expected)
  })

  it('keeps what is written the other way apart, and nothing else', () => {
    expect(printed('by \u2068Sunfield\u2069 250')).toBe('by Sunfield 250')
    expect(printed('by \u2068شركة\u2069 250')).toBe('by \u2068شركة\u2069 250')
    expect(printed('شركة \u2068Sunfield\u2069 250', 'rtl')).toBe('شركة \u2068Sunfield\u2069 250')
    expect(printed('12 Harbour Road', 'rtl')).toBe('\u206812 Harbour Road\u2069')
    expect(printed('12 شارع الميناء', 'rtl')).toBe('12 شارع الميناء')
    expect(printed('(شركة)')).toBe('\u2068(شركة)\u2069')
    expect(printed('...', 'rtl')).toBe('...')
  })

  it('may break where a token is long, after a sign first', () => {
    expect(printed('XT-ITMO-1-042-2024-0-1201-1450').split('\u200b').join('|')).toBe(
      'XT-|ITMO-|1-|042-|2024-|0-|1201-|1450',
    )
    expect(printed('x'.repeat(30)).split('\u200b')).toEqual(['x'.repeat(16), 'x'.repeat(14)])
    expect(printed('an ordinary sentence of ordinary words')).not.toContain('\u200b')
  })

  it('has only characters that one family of our fonts has, whatever was written', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.constantFrom('\u0301', '\u094d', '\u200d', '\u202e', '\u2068', '\u2069', 'क', 'ع', 'a', '\ud83d', ' ', '\n'),
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), fc.constantFrom('ltr', 'rtl'), (pieces, direction) => {
        const text = printed(pieces.join(''), direction)
        const inFonts = (character: string) => coverage.some((family) => family.has(character.codePointAt(0) ?? 0))
        expect(Array.from(text).filter((one) => one !== '\n' && !inFonts(one))).toEqual([])
        expect(text.split('\u2068').length).toBe(text.split('\u2069').length)
        expect(text).not.toMatch(/[\u202a-\u202e\u2066\u2067]/)
      }),
      { numRuns: 2000 },
    )
  })

  it('remembers that something could not be printed', () => {
    const plain = new Plain(coverage, 'ltr')
    plain.text('abc')
    expect(plain.isLacking).toBe(false)
    plain.text('中 a 😀')
    expect(plain.isLacking).toBe(true)
  })

  it('takes no longer for a hundred thousand characters', () => {
    const began = performance.now()
    for (const one of ['x', 'क्ष', 'e\u0301', '\u2068', '😀', '- ', 'ع']) printed(one.repeat(100_000 / one.length))
    expect(performance.now() - began).toBeLessThan(20_000)
  })
})

describe('cleaning', () => {
  it('leaves clean what is clean', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => cleaned(cleaned(text)) === cleaned(text)))
  })
})
