import type { Remark, RemarkCode } from '@tallystick/rules'
import { type Family, LANGUAGES, type Language, localeOf } from './languages.ts'
import en from './locales/law.en.json' with { type: 'json' }
import es from './locales/law.es.json' with { type: 'json' }
import fr from './locales/law.fr.json' with { type: 'json' }
import { Speech } from './texts.ts'

/** A remark without a sentence does not compile. */
const texts: Family<typeof en> & { en: Readonly<Record<RemarkCode, string>> } = { en, fr, es }
const english = localeOf('en', en)
const speeches = Object.fromEntries(
  LANGUAGES.map((language) => [language, new Speech(localeOf(language, texts[language]), english, 'UTC')]),
) as Record<Language, Speech>

/** What is wrong with a preset or a permission table, or what may not be meant, in one sentence for people. */
export function lawSentence({ code, facts }: Pick<Remark, 'code' | 'facts'>, language: Language = 'en'): string {
  const speech = speeches[language]
  const { at, why = '' } = facts
  const thing = speech.say(facts.of === 'period' ? 'of.period' : 'of.project')
  const key = speech.has(`${code}.${why}`) ? `${code}.${why}` : code
  return speech.say(key, { ...facts, thing, at: at === '' ? speech.say('whole') : (at ?? '') })
}
