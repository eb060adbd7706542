import {
  type CountryWords,
  entrySpeech,
  type Family,
  type Language,
  localeOf,
  oncePerWords,
  Speech,
} from '@tallystick/contract'
import { knownWords } from '../platform/law.ts'
import { Html, html, written } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import en from './locales/en.json' with { type: 'json' }
import es from './locales/es.json' with { type: 'json' }
import fr from './locales/fr.json' with { type: 'json' }

export type TextKey = keyof typeof en

const texts: Family<typeof en> = { en, fr, es }

/** The words of the public pages, and those of entries. */
export class SiteSpeech {
  readonly texts: Speech
  /** Words for entries: purposes, reasons, registries. */
  readonly entries: Speech

  readonly #own: (key: string) => boolean

  constructor(language: Language, timeZone: string, words?: CountryWords) {
    this.texts = new Speech(localeOf(language, texts[language]), localeOf('en', en), timeZone)
    this.entries = entrySpeech(language, timeZone, words)
    this.#own = (key) => Object.hasOwn(words?.[language] ?? {}, key)
  }

  say(key: TextKey, places: Readonly<Record<string, string>> = {}, count?: bigint): string {
    return this.texts.say(key, places, count)
  }

  /** A text with markup in its places. Words and plain values are escaped. */
  html(key: TextKey, places: Readonly<Record<string, Html | string>> = {}, count?: bigint): Html {
    const pieces = this.texts.pieces(key, count)
    return html`${pieces.map((piece) => ('words' in piece ? html`${piece.words}` : html`${places[piece.place]}`))}`
  }

  /** A text that stands under a coded word, such as `state.held`. */
  under(list: string, code: string): string {
    return this.texts.code(list, code)
  }

  /** The state of a monitoring period; the country's own word for it goes before ours. */
  periodState(state: string): string {
    const isOurs = this.texts.has(`period-state.${state}`) && !this.#own(`state.${state}`)
    return isOurs ? this.under('period-state', state) : this.entries.code('state', state)
  }

  /** A text that counts: `{count}` is the number in words of the language. */
  counted(key: TextKey, count: bigint): string {
    return this.say(key, { count: this.number(count) }, count)
  }

  number(value: bigint | number | string): string {
    return this.texts.number(BigInt(value))
  }

  registry(code: string): string {
    return this.entries.code('registry', code)
  }
}

const speechOnce = oncePerWords<SiteSpeech>()

export function siteSpeech({ genesis: { timeZone }, ledger }: Services, language: Language): SiteSpeech {
  const words = knownWords(ledger)
  return speechOnce(words, `${language} ${timeZone}`, () => new SiteSpeech(language, timeZone, words))
}

/** Words in bold. */
export function strong(text: Html | string): Html {
  return html`<strong>${text}</strong>`
}

/** What an organisation is called; other words where its name is no longer kept. */
export function nameOf(speech: SiteSpeech, organisation: { name: string | null } | undefined): Html {
  return organisation?.name ? written(organisation.name) : html`${speech.say('unnamed')}`
}

/** A moment that programs can read too. */
export function moment(instant: string, shown: string): Html {
  return html`<time datetime="${instant}">${shown}</time>`
}

export const nothing = new Html('')
