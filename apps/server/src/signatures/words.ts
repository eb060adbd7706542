import { type Family, LANGUAGES, type Language, localeOf, Speech } from '@tallystick/contract'
import { speechOf } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'
import en from './locales/en.json' with { type: 'json' }
import es from './locales/es.json' with { type: 'json' }
import fr from './locales/fr.json' with { type: 'json' }

const texts: Family<typeof en> = { en, fr, es }
export type Key = keyof typeof en

/** What a place on a document is called, for whoever reads about it. */
export interface Words {
  readonly language: Language
  say(key: Key, places?: Readonly<Record<string, string>>): string
  /** What the country calls a kind of document. */
  document(kind: string): string
}

export function wordsIn(services: Services, asked: string): Words {
  const language = LANGUAGES.find((one) => one === asked) ?? 'en'
  const { timeZone } = services.genesis
  const speech = new Speech(localeOf(language, texts[language]), localeOf('en', en), timeZone)
  const codes = speechOf(services, language)
  return {
    language,
    say: (key, places) => speech.say(key, places),
    document: (kind) => codes.code('document', kind),
  }
}
