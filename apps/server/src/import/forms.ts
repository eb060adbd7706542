/** A way of writing dates. `read` gives `yyyy`, `yyyy-mm` or `yyyy-mm-dd`, as far as the pattern goes. */
export interface DateForm {
  pattern: string
  /** Does the pattern name a day, or only a year or a month? */
  whole: boolean
  /** Undefined for a text that is not written like this, or is no day of the calendar. */
  read(text: string): string | undefined
}

/** A way of writing whole numbers; `read` gives undefined for anything else, and for more than 15 digits. */
export interface NumberForm {
  example: string
  read(text: string): bigint | undefined
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const dateParts: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  mmm: `(?<name>${MONTHS.join('|')})`,
  mm: '(?<month>\\d{2})',
  m: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{2})',
  d: '(?<day>\\d{1,2})',
  '*': '[\\d:.,+ TZAPM-]*',
}

export const DATE_HELP =
  'must be made of yyyy, mm or m or mmm (Jan), dd or d, the characters - / . , space T, and * for a time of day that is not read, such as yyyy-mm-ddT*'

/** Reads a pattern such as `yyyy-mm-dd`, `m/d/yyyy`, `dd mmm yyyy`, `yyyy-mm-ddT*`; undefined if it is none. */
export function dateForm(pattern: string): DateForm | undefined {
  const pieces = pattern.split(/(yyyy|mmm|mm|m|dd|d|\*)/)
  const kinds = pieces.filter((piece) => piece in dateParts).map((piece) => (piece === '*' ? '*' : piece.charAt(0)))
  const others = pieces.filter((piece) => !(piece in dateParts)).join('')
  const whole = kinds.includes('d')
  const consistent = kinds.includes('y') && new Set(kinds).size === kinds.length && (!whole || kinds.includes('m'))
  if (!consistent || !/^[-/., T]*$/.test(others)) return undefined
  const source = pieces.map((piece) => dateParts[piece] ?? piece.replace(/[/.-]/g, '\\$&')).join('')
  const expression = new RegExp(`^${source}$`, 'i')
  return { pattern, whole, read: (text) => readDate(expression.exec(text)?.groups) }
}

function readDate(groups: Record<string, string | undefined> | undefined): string | undefined {
  if (groups === undefined) return undefined
  const { year = '', name } = groups
  const month = name === undefined ? groups.month : String(MONTHS.indexOf(name.toLowerCase()) + 1)
  if (!isDay(Number(year), Number(month ?? 1), Number(groups.day ?? 1))) return undefined
  return [year, month, groups.day].flatMap((part) => (part === undefined ? [] : [part.padStart(2, '0')])).join('-')
}

/** Years that records can be of: a year, month or day as `read` gives it, from 1900 to 2099. */
export function isBounded(date: string): boolean {
  const year = date.slice(0, 4)
  return year >= '1900' && year <= '2099'
}

function isDay(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

const BLANK = '[ \\u00a0\\u202f]'
const APOSTROPHE = "['\\u2019]"

/** What stands between the thousands, and what before decimals, which may only be zeros. */
const numberMarks: Readonly<Record<string, readonly [thousands: string, decimals: string]>> = {
  '1234': ['', ''],
  '1,234': [',', ''],
  '1.234': ['\\.', ''],
  '1 234': [BLANK, ''],
  "1'234": [APOSTROPHE, ''],
  '1234.0': ['', '\\.'],
  '1234,0': ['', ','],
  '1,234.0': [',', '\\.'],
  '1.234,0': ['\\.', ','],
  '1 234,0': [BLANK, ','],
  "1'234.0": [APOSTROPHE, '\\.'],
}

export const NUMBER_HELP = `must show how a thousand is written: one of ${Object.keys(numberMarks).join(' | ')}`

/** The way of writing that `example` shows: how 1,234 looks. Numbers without separators are read in every form. */
export function numberForm(example: string): NumberForm | undefined {
  const marks = numberMarks[example]
  if (marks === undefined) return undefined
  const [separator, point] = marks
  const grouped = separator === '' ? '' : `|[1-9]\\d{0,2}(${separator}\\d{3})+`
  // Not three zeros: they would be the thousands of somebody who writes them otherwise.
  const decimals = point === '' ? '' : `(?:${point}0{1,2})?`
  const expression = new RegExp(`^(0|[1-9]\\d*${grouped})${decimals}$`)
  return {
    example,
    read(text) {
      const digits = expression.exec(text)?.[1]?.replace(/\D/g, '') ?? ''
      return digits === '' || digits.length > 15 ? undefined : BigInt(digits)
    },
  }
}

/**
 * What a text stands for by a list of words. A word may have one `*`, which stands for any characters; a word without one
 * goes first, then the one with most characters.
 */
export function meaningOf<Meaning>(words: Readonly<Record<string, Meaning>>, text: string): Meaning | undefined {
  if (Object.hasOwn(words, text)) return words[text]
  const fitting = Object.keys(words).filter((word) => fits(word, text))
  const longest = fitting.toSorted((a, b) => b.length - a.length)[0]
  return longest === undefined ? undefined : words[longest]
}

function fits(word: string, text: string): boolean {
  const [start = '', end] = word.split('*')
  return end !== undefined && text.length >= word.length - 1 && text.startsWith(start) && text.endsWith(end)
}
