import { ISOLATES } from '@tallystick/contract'
import type { Coverage } from './glyphs.ts'
import type { Paper, Prose, Value } from './paper.ts'

/** Stands for what the fonts do not have. */
const UNPRINTABLE = '\u25a1'

/**
 * Control characters, invisible marks of direction, and what else has no place on paper. New lines, joiners of letters
 * and isolates stay, and so do signs of Arabic that embrace numbers.
 */
const STRAY = /(?![\n\u2068\u2069\u0600-\u0605\u06dd\u08e2]|\u200c|\u200d)[\p{Cc}\p{Cf}]|\p{Variation_Selector}/gu
const PLAIN = /^[\n -~\u00a0-\u00ac\u00ae-\u017f]*$/
const JOINERS = /[\n\u200c\u2068\u2069]|\u200d/g
const [OPEN, CLOSE] = ISOLATES
/** A pair of isolates, or one that stands alone: that would turn what follows. */
const ISOLATE = /\u2068([^\u2068\u2069]*)\u2069|[\u2068\u2069]/g

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Where a long token may break. */
const BREAKS =
  /(?:[-/_.,:;@=&?+]|(?:[^-/_.,:;@=&?+\p{M}\u200c\u200d][\p{M}\u200c\u200d]*){16})(?=[^\p{M}\u200c\u200d])/gu
/** The sign for it, which `typst/paper.typ` knows. */
const ZERO_WIDTH_SPACE = '\u200b'

type Direction = Paper['direction']

/** Makes texts printable, and remembers whether the fonts lacked anything. */
export class Plain {
  readonly #coverage: Coverage
  readonly #direction: Direction
  isLacking = false

  constructor(coverage: Coverage, direction: Direction) {
    this.#coverage = coverage
    this.#direction = direction
  }

  /** The text in characters that the fonts have, of one family per letter and its marks. */
  text(text: string): string {
    return this.words([text])[0] ?? ''
  }

  /** Words that follow each other. */
  words(texts: readonly string[]): readonly string[] {
    const printable = texts.map((text) => breakable(this.#isolated(this.#printable(cleaned(text)))))
    return apart(printable, this.#direction)
  }

  /** Isolates stay where what is inside is written the other way. Others would only be in the way of who copies the words. */
  #isolated(text: string): string {
    const [, other] = LETTERS[this.#direction]
    return text.replace(ISOLATE, (isolate, inside: string) => (other.test(inside) ? isolate : inside))
  }

  #printable(text: string): string {
    if (PLAIN.test(text)) return text
    return Array.from(graphemes.segment(text), ({ segment }) => this.#known(segment)).join('')
  }

  /** One letter with its marks; the letter alone where no family has both. */
  #known(letter: string): string {
    const characters = Array.from(letter.replace(JOINERS, ''), (one) => one.codePointAt(0) ?? 0)
    if (this.#coverage.some((family) => characters.every((one) => family.has(one)))) return letter
    this.isLacking = true
    const [base = ''] = letter
    const isKnown = this.#coverage.some((family) => family.has(base.codePointAt(0) ?? 0))
    return isKnown && !/\p{M}/u.test(base) ? base + UNPRINTABLE : UNPRINTABLE
  }
}

/** Without what has no place on paper or on a page, isolates in pairs, none within another. */
export function cleaned(text: string): string {
  const lines = text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll('\t', ' ')
  return lines.replace(STRAY, '').replace(ISOLATE, (mark, inside?: string) => (inside === undefined ? '' : mark))
}

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u
/** Digits go with the letters of the paper that reads from the left. */
const LEFT_TO_RIGHT =
  /(?![\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}])[\p{L}\p{Nd}]/u

/** Of a paper: those that go with it, and those that go the other way. */
const LETTERS = { ltr: [LEFT_TO_RIGHT, RIGHT_TO_LEFT], rtl: [RIGHT_TO_LEFT, LEFT_TO_RIGHT] } as const

/** Are words all written the other way than their paper? Digits alone are, on a paper that reads from the right. */
export function isOtherWay(texts: readonly string[], direction: Direction): boolean {
  const [same, other] = LETTERS[direction]
  return !texts.some((text) => same.test(text)) && texts.some((text) => other.test(text))
}

/** Words that are all written the other way than their paper are isolated as one: signs at their ends stay with them. */
function apart(texts: readonly string[], direction: Direction): readonly string[] {
  if (!isOtherWay(texts, direction)) return texts
  const bare = texts.map((text) => text.replace(/[\u2068\u2069]/g, ''))
  return bare.map((text, at) => `${at === 0 ? OPEN : ''}${text}${at === bare.length - 1 ? CLOSE : ''}`)
}

/**
 * Long tokens, such as addresses and hashes, may break after a sign, or else after so many letters with their marks.
 * After a hyphen anything may, with the sign: where there is none, typesetters of Spanish and others print a second hyphen.
 */
function breakable(text: string): string {
  const mark = `$&${ZERO_WIDTH_SPACE}`
  const tokens = text.replace(/[^\s\u200b]{25,}/gu, (token) => token.replace(BREAKS, mark))
  return tokens.replace(/(?<=\p{L})-(?=\p{L})/gu, mark)
}

export function isProse(value: Value): value is readonly Prose[] {
  return typeof value !== 'string' && value.some((one) => 'block' in one)
}

/** What a value says, whatever its type. */
export function wordsOf(value: Value): string {
  if (typeof value === 'string') return value
  const words = value.map((one) => ('items' in one ? one.items.map(wordsOf).join('\n') : wordsOf(one.text)))
  return words.join(isProse(value) ? '\n' : '')
}
