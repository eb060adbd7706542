import { describe, expect, it } from 'vitest'
import { LANGUAGES } from './languages.ts'
import { isolating, type Names, type Statement } from './phrases.ts'
import { entrySpeech, sentenceOf } from './sentences.ts'

const names: Names = {
  country: 'Namibia',
  mandate: (id) => ({ organisation: id === 'officer' ? 'dna' : id, role: 'government/Admin' }),
  account: (id) => ({ organisation: id, kind: 'holding' }),
  organisation: (id) => {
    if (id === 'dna') return { name: 'Government of Namibia', authority: true }
    return { name: id === 'forgotten' ? null : 'Sunfield <b>', authority: false }
  },
  project: () => ({ number: 42, title: null }),
  batch: () => ({ project: 'p', vintage: '2024', unitType: 'ITMO', first: 0n, last: 99_999n }),
  authorisation: () => ({ project: 'p', unitType: 'ITMO' }),
  opened: () => undefined,
}

const transfer = {
  type: 'CreditsTransferred',
  by: 'officer',
  body: { batch: 'b', from: 'sunfield', to: 'forgotten', ranges: [['0', '1233']], pending: null },
} as unknown as Statement
const suspension = {
  type: 'OrganisationSuspended',
  by: 'officer',
  body: { organisation: 'sunfield', reason: 'court-order' },
} as unknown as Statement

const moved = {
  type: 'ProjectMoved',
  by: 'officer',
  body: { project: 'p', move: 'return-concept', reason: 'incomplete', text: null },
} as unknown as Statement
const submitted = {
  type: 'DocumentSubmitted',
  by: 'officer',
  body: { project: 'p', period: null, document: 'no-objection-letter', sha256: 'c', name: null },
} as unknown as Statement

const say = (language: string, statement: Statement) => sentenceOf(statement, names, entrySpeech(language, 'UTC'))

describe('a sentence in a language', () => {
  it('has the words of steps, documents and reasons, not their codes', () => {
    expect(say('fr', moved)).toBe(
      'Gouvernement (Namibia) franchit l’étape «\u00a0renvoyer le concept\u00a0» pour le projet 42\u00a0; motif\u00a0: incomplet.',
    )
    expect(say('es', submitted)).toContain('«carta de no objeción»')
    expect(say('en', submitted)).toContain('“letter of no objection”')
  })

  it('has its words, its numbers, and its name of the government', () => {
    expect(say('fr', transfer)).toBe(
      'Sunfield <b> transfère à une organisation dont le nom n’est pas conservé\u00a0: 1\u202f234 ITMO, millésime 2024, ' +
        'issus de\u00a0: le projet 42\u00a0; numéros 0 à 1\u202f233.',
    )
    expect(say('es', suspension)).toBe('Gobierno (Namibia) suspende Sunfield <b>: orden judicial.')
    expect(say('en', suspension)).toBe('Government of Namibia suspends Sunfield <b>: court order.')
  })

  it('is told in English where the language is not ours', () => {
    for (const language of ['de', '', '__proto__', 'fr-CH'])
      expect(say(language, suspension)).toBe(say('en', suspension))
  })

  it('isolates what people wrote, in every language', () => {
    for (const language of LANGUAGES) {
      const sentence = sentenceOf(suspension, isolating(names), entrySpeech(language, 'UTC'))
      expect(sentence).toContain('\u2068Sunfield <b>\u2069')
    }
  })
})
