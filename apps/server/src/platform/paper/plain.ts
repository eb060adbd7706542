import { ISOLATES } from '@tallystick/contract'
import type { Coverage } from './glyphs.ts'

/** Stands for what the fonts do not have. */
export const UNPRINTABLE = '\u25a1'

/**
 * Control characters, invisible marks of direction, and what else has no place on paper. New lines, joiners of letters
 * and isolates stay, and so do signs of Arabic that embrace numbers.
 */
const STRAY = /(?![\n\u2068\u2069\u0600-\u0605\u06dd\u08e2]|\u200c|\u200d)[\p{Cc}\p{Cf}]|\p{Variation_Selector}/gu
const PLAIN = /^[\n -~\u00a0-\u00ac\u00ae-\u017f]*$/
const JOINERS = new Set([0x200c, 0x200d, 0x2068, 0x2069, 0x0a])
const MARKS = /\p{M}|\u200d/u
const [OPEN, CLOSE] = ISOLATES

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** A token that is longer than this gets places where a line may break. */
const LONGEST = 24
const PIECE = 12
const ZERO_WIDTH_SPACE = '\u200b'

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

  /** The same on one line, without isolates: for the file's own title. */
  line(text: string): string {
    return this.#printable(
      cleaned(text)
        .replace(/\s+/g, ' ')
        .replace(/[\u2068\u2069]/g, ''),
    )
  }

  /** Isolates stay where what is inside is written the other way. Others would only be in the way of who copies the words. */
  #isolated(text: string): string {
    const [, other] = lettersOf(this.#direction)
    return text.replace(/\u2068([^\u2069]*)\u2069/g, (isolate, inside: string) =>
      other.test(inside) ? isolate : inside,
    )
  }

  #printable(text: string): string {
    if (PLAIN.test(text)) return text
    if (!MARKS.test(text)) return Array.from(text, (character) => this.#known(character)).join('')
    return Array.from(graphemes.segment(text), ({ segment }) => this.#known(segment)).join('')
  }

  /** One letter with its marks; the letter alone where no family has both. */
  #known(letter: string): string {
    const characters = Array.from(letter, (character) => character.codePointAt(0) ?? 0).filter(
      (one) => !JOINERS.has(one),
    )
    if (this.#coverage.some((family) => characters.every((character) => family.has(character)))) return letter
    this.isLacking = true
    const [base = ''] = letter
    return this.#coverage.some((family) => family.has(base.codePointAt(0) ?? 0)) && !/\p{M}/u.test(base)
      ? base + UNPRINTABLE
      : UNPRINTABLE
  }
}

/** Without what has no place on paper or on a page, isolates in pairs, none within another. */
export function cleaned(text: string): string {
  const lines = text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll('\t', ' ')
  return pairedIsolates(lines.replace(STRAY, ''))
}

type Direction = 'ltr' | 'rtl'

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u
/** Digits go with the letters of the paper that reads from the left. */
const LEFT_TO_RIGHT =
  /(?![\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}])[\p{L}\p{Nd}]/u

/** Of a paper: those that go with it, and those that go the other way. */
function lettersOf(direction: Direction): readonly [RegExp, RegExp] {
  return direction === 'ltr' ? [LEFT_TO_RIGHT, RIGHT_TO_LEFT] : [RIGHT_TO_LEFT, LEFT_TO_RIGHT]
}

/** Are words all written the other way than their paper? Digits alone are, on a paper that reads from the right. */
export function isOtherWay(texts: readonly string[], direction: Direction): boolean {
  const [same, other] = lettersOf(direction)
  return !texts.some((text) => same.test(text)) && texts.some((text) => other.test(text))
}

/** Words that are all written the other way than their paper are isolated as one: signs at their ends stay with them. */
function apart(texts: readonly string[], direction: Direction): readonly string[] {
  if (!isOtherWay(texts, direction)) return texts
  const bare = texts.map((text) => text.replace(/[\u2068\u2069]/g, ''))
  return bare.map((text, at) => `${at === 0 ? OPEN : ''}${text}${at === bare.length - 1 ? CLOSE : ''}`)
}

/** Isolates that have their partner; what stands alone goes, so that it does not turn what follows. */
function pairedIsolates(text: string): string {
  if (!text.includes(OPEN) && !text.includes(CLOSE)) return text
  let depth = 0
  const closed = text.replace(/[\u2068\u2069]/g, (mark) => {
    if (mark === CLOSE && depth === 0) return ''
    depth += mark === OPEN ? 1 : -1
    return depth === (mark === OPEN ? 1 : 0) ? mark : ''
  })
  return depth > 0 ? closed + CLOSE : closed
}

/** Long tokens, such as addresses and hashes, may break after a sign, or else anywhere. `typst/parts.typ` reads the marks. */
function breakable(text: string): string {
  return text.replace(/[^\s\u200b]{25,}/gu, (token) =>
    token
      .replace(/[-/_.,:;@=&?+](?=.)/gu, `$&${ZERO_WIDTH_SPACE}`)
      .split(ZERO_WIDTH_SPACE)
      .map((piece) => (piece.length > LONGEST ? cut(piece) : piece))
      .join(ZERO_WIDTH_SPACE),
  )
}

function cut(piece: string): string {
  const letters = /^[ -~]*$/.test(piece)
    ? Array.from(piece)
    : Array.from(graphemes.segment(piece), ({ segment }) => segment)
  const every = /^[ -~]*$/.test(piece) ? PIECE : 2 * LONGEST
  return letters.map((letter, at) => (at > 0 && at % every === 0 ? ZERO_WIDTH_SPACE + letter : letter)).join('')
}
