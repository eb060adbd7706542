import { z } from 'zod'
import type { Locale } from './texts.ts'

/** The languages that errors and messages are told in. The first is the one that is always whole. */
export const LANGUAGES = ['en', 'fr', 'es'] as const
export const Language = z
  .enum(LANGUAGES)
  .meta({ description: 'The language in which messages to this person are written.' })
export type Language = z.infer<typeof Language>

/** How each is written, and which tag its numbers and dates follow. */
const forms = {
  en: { lang: 'en-GB', dir: 'ltr' },
  fr: { lang: 'fr', dir: 'ltr' },
  es: { lang: 'es', dir: 'ltr' },
} as const satisfies Record<Language, Omit<Locale, 'texts'>>

/** The texts of a language, ready for a `Speech`. */
export function localeOf(language: Language, texts: Locale['texts']): Locale {
  return { ...forms[language], texts }
}

/** The same keys in each language, for a family of texts; a language that lacks a key of English does not compile. */
export type Family<Texts> = Readonly<Record<Language, { readonly [Key in keyof Texts]: Locale['texts'][string] }>>

/** One language range with its weight: RFC 9110, 12.5.4. */
const RANGE = /^([a-z]{1,8}(?:-[a-z0-9]{1,8}){0,8}|\*)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i
/** What lies beyond is not read: no person has so many languages. */
const MAX_HEADER = 1000
const MAX_RANGES = 40

interface Wish {
  /** The language of the range, without its region. */
  primary: string
  quality: number
  /** A bare language, such as `fr`; `fr-CA` says nothing of the rest of French. */
  isWhole: boolean
}

/**
 * The language that an `Accept-Language` header asks for (RFC 9110, 12.5.4; lookup as in RFC 4647): `fr-CH` finds `fr`.
 * What cannot be read counts as not said; where nothing that we speak is asked for, `byDefault`.
 */
export function negotiatedLanguage(header: string | undefined, byDefault: Language): Language {
  const wishes = wishesOf(header ?? '')
  const refused = new Set(
    wishes.filter(({ quality, isWhole }) => quality === 0 && isWhole).map(({ primary }) => primary),
  )
  const spoken = [byDefault, ...LANGUAGES].filter((language) => !refused.has(language))
  for (const { primary } of wishes.filter(({ quality }) => quality > 0).toSorted(byQuality)) {
    if (primary === '*') return otherThanNamed(spoken, wishes) ?? spoken[0] ?? byDefault
    const found = spoken.find((language) => language === primary)
    if (found) return found
  }
  return spoken[0] ?? byDefault
}

function wishesOf(header: string): Wish[] {
  const read = header.length > MAX_HEADER ? header.slice(0, header.lastIndexOf(',', MAX_HEADER)) : header
  const ranges = read.slice(0, MAX_HEADER).split(',', MAX_RANGES)
  return ranges.flatMap((range) => {
    const [, tag, quality = '1'] = RANGE.exec(range.trim()) ?? []
    if (tag === undefined) return []
    const [primary = ''] = tag.toLowerCase().split('-', 1)
    return [{ primary, quality: Number(quality), isWhole: primary === tag.toLowerCase() }]
  })
}

/** Sorting keeps the order of equals: what stands first is wished first. */
function byQuality(a: Wish, b: Wish): number {
  return b.quality - a.quality
}

/** `*` stands for what no other range names. */
function otherThanNamed(spoken: readonly Language[], wishes: readonly Wish[]): Language | undefined {
  return spoken.find((language) => !wishes.some(({ primary }) => primary === language))
}
