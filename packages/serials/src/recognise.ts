import { splitCheck } from './check-digits.ts'
import { formats, print } from './registry.ts'
import { isSerialError, type Serial } from './serial.ts'

/** Longer texts are not searched: a cut could leave half a number standing. */
export const MAX_SEARCH_LENGTH = 2000

/** Longest forms first, so that a range is not taken for a shorthand of its first unit. */
const searched = Object.values(formats)
  .flatMap((format) => format.searched)
  .toSorted((a, b) => b.pattern.elements - a.pattern.elements)

/**
 * The serials in what somebody typed or pasted, in order, each once. Lower case, any dash, spaces and line ends around
 * dashes, full-width characters and words before and after do not matter. A single national unit may leave out its end.
 * A serial with wrong check digits, and one that breaks a rule of its format, is not recognised. Never throws.
 */
export function recognise(text: string): Serial[] {
  if (text.length > MAX_SEARCH_LENGTH) return []
  let rest = normalise(text)
  const found = new Map<string, { at: number; serial: Serial }>()
  for (const { pattern, parse } of searched) {
    for (const match of rest.matchAll(pattern.loose)) {
      const exact = pattern.spell(match.slice(1, -1))
      const serial = parse(exact)
      if (isSerialError(serial) || !checkHolds(exact, match.groups?.check)) continue
      const key = print(serial)
      if (match.index < (found.get(key)?.at ?? Number.POSITIVE_INFINITY)) found.set(key, { at: match.index, serial })
    }
    rest = rest.replace(pattern.loose, (match) => ' '.repeat(match.length))
  }
  return [...found.values()].toSorted((a, b) => a.at - b.at).map(({ serial }) => serial)
}

function checkHolds(exact: string, check: string | undefined): boolean {
  return check === undefined || splitCheck(`${exact}~${check}`).check === 'right'
}

/** Upper case, `-` for every dash, half width, without characters that print nothing. */
function normalise(text: string): string {
  return text
    .replace(/\u00ad|\u200b|\u200c|\u200d|\u2060|\ufeff/g, '')
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[\p{Dash_Punctuation}\u2043\u2212]/gu, '-')
    .toUpperCase()
}
