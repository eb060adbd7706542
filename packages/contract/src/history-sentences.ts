import type { RegistryEvent } from './history.ts'
import { type Family, type Language, localeOf } from './languages.ts'
import en from './locales/history.en.json' with { type: 'json' }
import es from './locales/history.es.json' with { type: 'json' }
import fr from './locales/history.fr.json' with { type: 'json' }
import { Speech } from './texts.ts'

const texts: Family<typeof en> = { en, fr, es }
const english = localeOf('en', en)
const speeches = new Map<Language, Speech>()

/** Of an event that is no entry: who did it, what it is about, how often. */
export interface EventPlaces {
  /** Name of the person or the organisation; null where neither is known. */
  by: string | null
  /** What it is about, in words; may be empty. */
  about: string
  times: number
}

/** The one plain sentence of an event that the registry keeps beside the log. */
export function registrySentence(event: RegistryEvent, { by, about, times }: EventPlaces, language: Language): string {
  const speech = speeches.get(language) ?? new Speech(localeOf(language, texts[language]), english, 'UTC')
  speeches.set(language, speech)
  const count = BigInt(times)
  return speech.say(event, { by: by ?? speech.say('somebody'), about, times: speech.number(count) }, count)
}
