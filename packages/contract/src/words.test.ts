import { Preset, shippedSources } from '@tallystick/rules'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LANGUAGES } from './languages.ts'
import { entrySpeech } from './sentences.ts'
import { WORDS } from './words.ts'

const words = {
  en: { 'state.registered': 'on the list', 'role.agency/Admin': 'head of the water agency' },
  fr: { 'state.inspected': 'inspecté par l’agence' },
}

describe('words of a country', () => {
  it('go before ours, language by language; English stands in, and then the code as people read it', () => {
    const [en, fr, es] = LANGUAGES.map((language) => entrySpeech(language, 'UTC', words))
    expect(en?.code('state', 'registered')).toBe('on the list')
    expect(fr?.code('state', 'registered')).toBe(WORDS.fr['state.registered'])
    expect(fr?.code('state', 'inspected')).toBe('inspecté par l’agence')
    expect(en?.code('state', 'inspected')).toBe('inspected')
    expect(es?.code('document', 'inspection-report')).toBe('inspection report')
    expect(en?.code('purpose', 'OIMP_OP-2')).toBe('OIMP_OP-2')
  })

  it('change nothing for a registry whose preset has none', () => {
    expect(entrySpeech('en', 'UTC').code('state', 'registered')).toBe('registered')
    expect(entrySpeech('en', 'UTC', words)).toBe(entrySpeech('en', 'UTC', words))
    expect(entrySpeech('en', 'UTC', { ...words })).not.toBe(entrySpeech('en', 'UTC', words))
  })

  it('name a role wholly, or by its second half', () => {
    const speech = entrySpeech('en', 'UTC', words)
    expect(speech.role('agency/Admin')).toBe('head of the water agency')
    expect(speech.role('developer/Admin')).toBe('administrator')
    expect(speech.role('parliament/budget-committee')).toBe('budget committee')
    expect(speech.role('system/system')).toBe('the registry itself')
  })

  it('are plain words that leave the sentence around them alone', () => {
    const withWord = (key: string, word: string, language = 'en') =>
      Preset.safeParse({ ...shippedSources.simple.preset, words: { [language]: { [key]: word } } }).success
    expect(withWord('state.registered', 'on the list')).toBe(true)
    for (const [key, word, language] of [
      ['state.registered', ''],
      ['state.registered', '{by}'],
      ['state.registered', 'two\nlines'],
      ['state.registered', 'turned \u202e round'],
      ['state.registered', ' apart '],
      ['state.registered', 'x'.repeat(101)],
      ['CreditsRetired', 'nothing happened'],
      ['government', 'somebody else'],
      ['state.', 'empty'],
      ['state.registered', 'on the list', 'English'],
    ] as const) {
      expect(withWord(key, word, language), `${key}: ${word}`).toBe(false)
    }
  })

  it('whatever they are, a word that is taken is said as it stands', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(word, (text) => {
        const given = { en: { 'state.registered': text } }
        if (!Preset.safeParse({ ...shippedSources.simple.preset, words: given }).success) return
        expect(entrySpeech('en', 'UTC', given).code('state', 'registered')).toBe(text)
      }),
    )
  })
})
