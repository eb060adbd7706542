import calculateEn from './locales/calculate.en.json' with { type: 'json' }
import calculateEs from './locales/calculate.es.json' with { type: 'json' }
import calculateFr from './locales/calculate.fr.json' with { type: 'json' }
import texts from './locales/en.json' with { type: 'json' }

/** A text of the command for people, with its places filled. */
export function text(key: keyof typeof texts, values: Record<string, string | number> = {}): string {
  return filledIn(texts[key], values)
}

const CALCULATE: Record<'en' | 'fr' | 'es', typeof calculateEn> = { en: calculateEn, fr: calculateFr, es: calculateEs }
export type SpokenLanguage = keyof typeof CALCULATE
export const SPOKEN = ['en', 'fr', 'es'] as const satisfies readonly SpokenLanguage[]

export type CalculateText = (key: keyof typeof calculateEn, values?: Record<string, string | number>) => string

/** Texts of `calculate`, which speaks several languages, in one of them. */
export function calculateTexts(language: SpokenLanguage): CalculateText {
  return (key, values = {}) => filledIn(CALCULATE[language][key], values)
}

function filledIn(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place))
}
