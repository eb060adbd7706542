import {
  type CountryWords,
  type Family,
  LANGUAGES,
  type Language,
  localeOf,
  oncePerWords,
  Speech,
  WORDS,
  withCountryWords,
  withoutDirections,
} from '@tallystick/contract'
import type { Genesis } from '@tallystick/rules'
import en from './locales/en.json' with { type: 'json' }
import es from './locales/es.json' with { type: 'json' }
import fr from './locales/fr.json' with { type: 'json' }

/** The words of each language, with one way to write each. English stands in for what another lacks. */
export const TEXTS: Family<typeof en.texts & typeof WORDS.en> = {
  en: { ...WORDS.en, ...en.texts },
  fr: { ...WORDS.fr, ...fr.texts },
  es: { ...WORDS.es, ...es.texts },
}

/** What a place in a text is filled with; how it is written depends on the language. */
export type Value =
  | string
  | { readonly number: string }
  | { readonly instant: string }
  /** A legal date. */
  | { readonly day: string }
  /** A coded word, such as the state of a project. */
  | { readonly code: string; readonly list: 'movement' | 'state' | 'document' | 'task' }
  /** What somebody may do next. */
  | { readonly steps: readonly Step[] }
  /** Null: the name was erased. */
  | { readonly organisation: string | null; readonly authority: boolean }
  | { readonly organisations: readonly { readonly organisation: string | null; readonly authority: boolean }[] }
  | { readonly project: number; readonly title: string | null }
  /** Lines of their own below the text, and how many more there were. */
  | { readonly items: readonly Item[]; readonly more: number }

/** Of somebody who may act. */
interface Step {
  readonly kind: 'move' | 'document' | 'signature' | 'assignment' | 'certification' | 'crediting'
  readonly name: string
}

/** A line of a mail that says several things: a text with its places filled, and where it leads. */
export interface Item {
  readonly text: string
  readonly places: Values
  readonly link: string
}

export type Values = Readonly<Record<string, Value>>

type Where = Pick<Genesis, 'country' | 'timeZone'>

/** A language's words, also those of the country, its numbers and dates; English where it is none of ours. */
export function speechIn(language: string, { timeZone }: Where, words?: CountryWords): Speech {
  const spoken = LANGUAGES.find((one) => one === language) ?? 'en'
  const textsIn = (one: Language) => localeOf(one, withCountryWords(TEXTS[one], one, words))
  return speechOnce(words, `${spoken} ${timeZone}`, () => new Speech(textsIn(spoken), textsIn('en'), timeZone))
}

const speechOnce = oncePerWords<Speech>()

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
  if ('day' in value) return speech.legalDay(value.day)
  if ('code' in value) return harmless(speech.code(value.list, value.code))
  if ('steps' in value) return stepsInWords(speech, value.steps)
  if ('items' in value) return ''
  if ('organisations' in value) return speech.list(value.organisations.map((one) => wordsOf(speech, where, one)))
  if ('organisation' in value) {
    if (value.authority) return speech.say('government', { country: harmless(where.country.name) })
    return value.organisation === null ? speech.say('organisation.unnamed') : harmless(value.organisation)
  }
  const number = String(value.project)
  if (value.title === null) return speech.say('project.unnamed', { number })
  return speech.say('project', { number, title: harmless(value.title) })
}

/** So many steps are named; where there are more, the thing itself tells. */
const MOST_STEPS = 8

function stepsInWords(speech: Speech, steps: readonly Step[]) {
  const words = steps.slice(0, MOST_STEPS).map(({ kind, name }) => {
    if (kind === 'move') return harmless(speech.code('move', name))
    if (kind === 'document' || kind === 'signature') {
      const [document = ''] = name.split('/')
      return speech.say(`step.${kind}`, { document: harmless(speech.code('document', document)) })
    }
    return speech.say(`step.${kind}`, { task: harmless(speech.code('task', name)) })
  })
  // Two places on one document are one thing to do.
  return speech.list([...new Set(words)])
}

/** An item in words. */
export function itemInWords(speech: Speech, where: Where, { text, places }: Item): string {
  const words = Object.entries(places).map(([name, value]) => [name, wordsOf(speech, where, value)] as const)
  return harmless(speech.say(text, Object.fromEntries(words)), 5 * MOST_CHARACTERS)
}
