import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inputTextIn } from './input.ts'
import { LANGUAGES } from './languages.ts'
import { lawSentence } from './law-sentences.ts'

/** What the schemas of both documents say where something is not as it must be. */
const messages = ['preset', 'permissions'].flatMap((file) => {
  const text = readFileSync(new URL(`../../rules/src/${file}.ts`, import.meta.url), 'utf8')
  const found = text.matchAll(/^ *'([a-zA-Z][^'\n]* [^'\n]* [^'\n]*)',?\)?$|, '([a-z][^'\n]* [^'\n]* [^'\n]*)'\)/gm)
  return [...found].map(([, alone, behind]) => alone ?? behind ?? '')
})

describe('what is wrong with a preset or a permission table', () => {
  it('is found in their schemas', () => {
    expect(messages.length).toBeGreaterThan(25)
  })

  it.each(LANGUAGES.filter((language) => language !== 'en'))('is told in %s, too', (language) => {
    expect(messages.filter((message) => inputTextIn(language, message) === message)).toEqual([])
  })

  it.each(LANGUAGES)('has its places filled in %s', (language) => {
    const strands = { code: 'preset-strands', facts: { state: 'draft', why: 'no-end', of: 'period' } } as const
    expect(lawSentence(strands, language)).toMatch(/draft/)
    const form = { code: 'form', facts: { at: '', reason: 'x' } } as const
    for (const one of [strands, form]) expect(lawSentence(one, language)).not.toMatch(/[{}]|undefined/)
  })
})
