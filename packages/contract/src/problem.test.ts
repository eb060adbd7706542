import { refusalCodes } from '@tallystick/rules'
import { describe, expect, it } from 'vitest'
import { LANGUAGES } from './languages.ts'
import en from './locales/en.json' with { type: 'json' }
import { isProblemCode, Problem, type ProblemCode, problemOf, problemStatus } from './problem.ts'

describe('the list of problems', () => {
  it('has a status and a sentence for every refusal of the ledger, and no sentence for nothing', () => {
    for (const code of refusalCodes) expect(isProblemCode(code), code).toBe(true)
    expect(Object.keys(en).toSorted()).toEqual(Object.keys(problemStatus).toSorted())
  })

  it.each(Object.keys(problemStatus))('%s is told in whole sentences', (code) => {
    for (const language of LANGUAGES) {
      const { title, detail } = problemOf(code as ProblemCode, {}, [], language)
      for (const sentence of [title, detail]) expect(sentence).toMatch(/^[\p{Lu}{].*[.)]$|^\p{Lu}.*:\s\{\w+\}\.?$/u)
    }
    expect(Problem.safeParse(problemOf(code as ProblemCode)).success).toBe(true)
  })

  it('fills a sentence with the facts, or says less where one is missing', () => {
    const { detail } = problemOf('not-enough-credits', { asked: '70', available: '50' })
    expect(detail).toBe('70 units are asked for, 50 are free in the account.')
    expect(problemOf('not-enough-credits', { asked: '70' }).detail).toBe(
      'There are not enough free units in the account.',
    )
  })

  it('is told in the language that is asked for, and is the same for programs', () => {
    const facts = { asked: '70', available: '50' }
    const [english, french] = [problemOf('not-enough-credits', facts), problemOf('not-enough-credits', facts, [], 'fr')]
    expect(french.detail).toBe('70 unités sont demandées, 50 sont libres sur le compte.')
    expect({ ...french, title: english.title, detail: english.detail }).toEqual(english)
  })

  it('takes a fact for text, whatever it is', () => {
    const { detail } = problemOf('not-enough-credits', { asked: '{available}', available: '$&' })
    expect(detail).toBe('{available} units are asked for, $& are free in the account.')
  })
})
