/** A text with places in braces, `{name}`; or its plural forms, chosen by the place `count` (Intl.PluralRules). */
export type Text = string | (Partial<Record<Intl.LDMLPluralRule, string>> & { other: string })

/** One language: what a translator hands in. A key that is missing falls back to English. */
export interface Locale {
  /** BCP 47 tag. */
  lang: string
  dir: 'ltr' | 'rtl'
  texts: Readonly<Record<string, Text>>
}

/** What a text is made of: its own words, and the places to fill. */
export type Piece = { words: string } | { place: string }

const MINUTE: Intl.DateTimeFormatOptions = {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
}

/** Texts, numbers and dates of one language. Days are those of the ledger's time zone. */
export class Speech {
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  readonly #texts: readonly Locale['texts'][]
  readonly #plural: Intl.PluralRules
  readonly #number: Intl.NumberFormat
  readonly #point: string
  readonly #day: Intl.DateTimeFormat
  readonly #legalDay: Intl.DateTimeFormat
  readonly #minute: Intl.DateTimeFormat

  /** `fallback` says what `locale` does not: English, the language that is always whole. */
  constructor(locale: Locale, fallback: Locale, timeZone: string) {
    this.lang = locale.lang
    this.dir = locale.dir
    this.#texts = [locale.texts, fallback.texts]
    this.#plural = new Intl.PluralRules(locale.lang)
    this.#number = new Intl.NumberFormat(locale.lang)
    this.#point = this.#number.formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.'
    this.#day = new Intl.DateTimeFormat(locale.lang, { dateStyle: 'long', timeZone })
    this.#legalDay = new Intl.DateTimeFormat(locale.lang, { dateStyle: 'long', timeZone: 'UTC' })
    this.#minute = new Intl.DateTimeFormat(locale.lang, { ...MINUTE, timeZone })
  }

  /** The text of `key` with its places filled; a place without a value stays empty. */
  say(key: string, places: Readonly<Record<string, string>> = {}, count?: bigint): string {
    return this.pieces(key, count)
      .map((piece) => ('words' in piece ? piece.words : (places[piece.place] ?? '')))
      .join('')
  }

  /** The text of `key` taken apart, for whoever fills its places with more than words. */
  pieces(key: string, count = 1n): Piece[] {
    const text = this.#text(key)
    const chosen = typeof text === 'string' ? text : (text[this.#plural.select(Number(count))] ?? text.other)
    return chosen.split(/(\{\w+\})/).flatMap((part): Piece[] => {
      if (part === '') return []
      return part.startsWith('{') && part.endsWith('}') ? [{ place: part.slice(1, -1) }] : [{ words: part }]
    })
  }

  has(key: string): boolean {
    return this.#texts.some((texts) => Object.hasOwn(texts, key))
  }

  /** The text of a coded word; the code as people read it where nobody has words for it, as codes are data of a country. */
  code(list: string, code: string): string {
    return this.has(`${list}.${code}`) ? this.say(`${list}.${code}`) : readable(code)
  }

  /** A role such as `developer/Admin`: the country's own words for it, else those for its second half. */
  role(role: string): string {
    return this.has(`role.${role}`) ? this.say(`role.${role}`) : this.code('role', role.slice(role.indexOf('/') + 1))
  }

  number(value: bigint): string {
    return this.#number.format(value)
  }

  /** A decimal such as `25.51`, with all of its digits. */
  decimal(text: string): string {
    const [whole = '0', fraction] = text.split('.')
    const number = this.number(BigInt(whole))
    return fraction === undefined ? number : `${number}${this.#point}${fraction}`
  }

  /** The day of an instant, in the ledger's time zone. */
  day(instant: string): string {
    return this.#day.format(new Date(instant))
  }

  /** A legal date, which is the same day everywhere. */
  legalDay(date: string): string {
    return this.#legalDay.format(new Date(`${date}T00:00:00Z`))
  }

  /** Day and time of an instant, with the name of the zone. */
  minute(instant: string): string {
    return this.#minute.format(new Date(instant))
  }

  /** `a, b and c`. */
  list(items: readonly string[]): string {
    return new Intl.ListFormat(this.lang, { type: 'conjunction' }).format(items)
  }

  #text(key: string): Text {
    for (const texts of this.#texts) {
      const text = texts[key]
      if (text !== undefined) return text
    }
    return key
  }
}

/** `inspection report` for `inspection-report`; codes with capitals or digits are names, and stay. */
function readable(code: string): string {
  return /^[a-z]+([._-][a-z]+)+$/.test(code) ? code.replace(/[._-]/g, ' ') : code
}

/** Invisible characters that set the direction of writing: marks, embeddings, overrides and isolates (UAX #9). */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** A text without such characters. */
export const NO_DIRECTIONS = /^[^\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$/

/** The text without characters that could turn what stands beside it. */
export function withoutDirections(text: string): string {
  return text.replace(DIRECTIONS, '')
}

/** The same JSON, such characters of its strings in visible escapes. */
export function visibleDirections(json: string): string {
  return json.replace(DIRECTIONS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** U+2068 and U+2069: between them a text has the direction of its own first letter and leaves its neighbours alone. */
export const ISOLATES = ['\u2068', '\u2069'] as const

/** A text that somebody wrote, to be put into a sentence. */
export function isolated(text: string): string {
  return ISOLATES.join(withoutDirections(text))
}
