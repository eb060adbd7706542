import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LANGUAGES, negotiatedLanguage } from './languages.ts'

describe('the language that a header asks for', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['fr', 'fr'],
    ['fr-CH', 'fr'],
    ['FR-ch', 'fr'],
    ['es-419', 'es'],
    ['zh-Hant-TW', 'en'],
    ['de, es', 'es'],
    ['de;q=1, es;q=0.1', 'es'],
    ['es;q=0.5, fr;q=0.9', 'fr'],
    ['fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5', 'fr'],
    ['es ; q=0.8 , fr;Q=0.9', 'fr'],
    ['es,fr', 'es'],
    ['fr;q=0.8,es;q=0.8', 'fr'],
    ['*', 'en'],
    ['en;q=0, *', 'fr'],
    ['de, *;q=0.1', 'en'],
    ['en;q=0.2, *;q=0.5', 'fr'],
    ['en;q=0', 'fr'],
    ['en;q=0, fr;q=0, es;q=0', 'en'],
    ['fr-CA;q=0, fr', 'fr'],
    ['fr;q=2', 'en'],
    ['fr;q=0.1234', 'en'],
    ['fr;q=-1', 'en'],
    ['fr;level=1', 'en'],
    ['french', 'en'],
    ['fr\0', 'en'],
    ['fr\nx: y', 'en'],
    ['ｆｒ', 'en'],
    ['fr;q=0.5;q=1', 'en'],
    ['__proto__, constructor, es', 'es'],
    ['fr_CH', 'en'],
  ])('%j is answered in %s', (header, language) => {
    expect(negotiatedLanguage(header, 'en')).toBe(language)
  })

  it('is that of the registry where nothing that is spoken is asked for', () => {
    expect(negotiatedLanguage('de', 'fr')).toBe('fr')
    expect(negotiatedLanguage('*', 'es')).toBe('es')
    expect(negotiatedLanguage('en-US', 'es')).toBe('en')
    expect(negotiatedLanguage('es;q=0', 'es')).toBe('en')
  })

  it('is one of ours, whatever is sent, and soon found', () => {
    const range = fc.constantFrom(
      'fr',
      'es-419',
      '*',
      'en',
      'de',
      'x'.repeat(9),
      `${'a-'.repeat(60)}b`,
      'fr;q=0',
      ' ',
      ';q=',
    )
    const headers = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(range, { maxLength: 60 }).map((ranges) => ranges.join(',')),
    )
    fc.assert(
      fc.property(headers, fc.constantFrom(...LANGUAGES), (header, byDefault) => {
        expect(LANGUAGES).toContain(negotiatedLanguage(header, byDefault))
      }),
    )
  })

  it('takes no longer for a header of a megabyte', () => {
    const long = ['fr;q=0.1,', 'a-', 'a', ' ', ';q=0.', ',', '*,'].map((part) => part.repeat(1_000_000 / part.length))
    const began = performance.now()
    for (const header of long) negotiatedLanguage(header, 'en')
    expect(performance.now() - began).toBeLessThan(500)
  })

  it('is not read from a range that was cut', () => {
    const header = `${'de,'.repeat(331)}es;q=0.5`
    expect(negotiatedLanguage(`fr;q=0.1,${header}`, 'en')).toBe('fr')
  })
})
