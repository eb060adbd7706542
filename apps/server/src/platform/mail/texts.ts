import { type Family, LANGUAGES, localeOf, Speech, withoutDirections } from '@tallystick/contract'
import type { Genesis } from '@tallystick/rules'
import en from './locales/en.json' with { type: 'json' }
import es from './locales/es.json' with { type: 'json' }
import fr from './locales/fr.json' with { type: 'json' }

/** The words of each language, with one way to write each. English stands in for what another lacks. */
export const TEXTS: Family<typeof en.texts> = { en: en.texts, fr: fr.texts, es: es.texts }

/** What a place in a text is filled with; how it is written depends on the language. */
export type Value =
  | string
  | { readonly number: string }
  | { readonly instant: string }
  /** A coded word, such as the state of a project. */
  | { readonly code: string; readonly list: 'movement' | 'state' }
  /** Null: the name was erased. */
  | { readonly organisation: string | null; readonly authority: boolean }
  | { readonly organisations: readonly { readonly organisation: string | null; readonly authority: boolean }[] }
  | { readonly project: number; readonly title: string | null }

export type Values = Readonly<Record<string, Value>>

type Where = Pick<Genesis, 'country' | 'timeZone'>

/** A language's words, numbers and dates; the registry's own where it is none of ours. */
export function speechIn(language: string, { timeZone }: Where): Speech {
  const known = `${language} ${timeZone}`
  const spoken = LANGUAGES.find((one) => one === language) ?? 'en'
  const english = localeOf('en', TEXTS.en)
  const speech = speeches.get(known) ?? new Speech(localeOf(spoken, TEXTS[spoken]), english, timeZone)
  speeches.set(known, speech)
  return speech
}

const speeches = new Map<string, Speech>()

const MOST_CHARACTERS = 200
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g

/**
 * A text that somebody wrote, as it stands in a mail: on one line, with nothing that turns what stands beside it, and not
 * longer than a name or a title need be.
 */
export function harmless(text: string, most = MOST_CHARACTERS): string {
  const line = withoutDirections(text.toWellFormed()).replace(CONTROL, ' ').trim()
  const characters = [...line]
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`
}

/** A value in words. */
export function wordsOf(speech: Speech, where: Where, value: Value): string {
  // A sentence may name several things.
  if (typeof value === 'string') return harmless(value, 5 * MOST_CHARACTERS)
  if ('number' in value) return speech.number(BigInt(value.number))
  if ('instant' in value) return speech.minute(value.instant)
  if ('code' in value) return harmless(speech.code(value.list, value.code))
  if ('organisations' in value) return speech.list(value.organisations.map((one) => wordsOf(speech, where, one)))
  if ('organisation' in value) {
    if (value.authority) return speech.say('government', { country: harmless(where.country.name) })
    return value.organisation === null ? speech.say('organisation.unnamed') : harmless(value.organisation)
  }
  const number = String(value.project)
  if (value.title === null) return speech.say('project.unnamed', { number })
  return speech.say('project', { number, title: harmless(value.title) })
}
