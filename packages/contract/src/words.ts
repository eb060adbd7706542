import type { Family, Language } from './languages.ts'
import en from './locales/words.en.json' with { type: 'json' }
import es from './locales/words.es.json' with { type: 'json' }
import fr from './locales/words.fr.json' with { type: 'json' }
import type { Locale } from './texts.ts'

/** Words for the states, moves, documents, tasks and roles of the presets that ship. */
export const WORDS: Family<typeof en> = { en, fr, es }

/** What the preset in force calls its codes, by language; its words go before those that ship. */
export type CountryWords = Readonly<Record<string, Readonly<Record<string, string>>>>

const NONE: CountryWords = {}

/** Texts of a language with the words of the country among them. */
export function withCountryWords(
  texts: Locale['texts'],
  language: Language,
  words: CountryWords | undefined,
): Locale['texts'] {
  return { ...texts, ...words?.[language] }
}

/** What is dear to make is made once for each key and each set of words. */
export function oncePerWords<Made>(): (words: CountryWords | undefined, key: string, make: () => Made) => Made {
  const known = new WeakMap<CountryWords, Map<string, Made>>()
  return (words = NONE, key, make) => {
    const made = known.get(words) ?? new Map<string, Made>()
    known.set(words, made)
    const found = made.get(key) ?? make()
    made.set(key, found)
    return found
  }
}
