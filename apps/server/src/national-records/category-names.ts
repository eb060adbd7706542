import { type Family, LANGUAGES, type Language, localeOf, Speech } from '@tallystick/contract'
import en from './locales/en.json' with { type: 'json' }
import es from './locales/es.json' with { type: 'json' }
import fr from './locales/fr.json' with { type: 'json' }

const texts: Family<typeof en> = { en, fr, es }
const english = localeOf('en', en)
const speeches = new Map(
  LANGUAGES.map((language) => [language, new Speech(localeOf(language, texts[language]), english, 'UTC')]),
)

/** What a category of the IPCC guidelines is called in a language. */
export function categoryName(language: Language, code: string): string {
  return speeches.get(language)?.say(code) ?? code
}
