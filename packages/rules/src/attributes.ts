/**
 * What differs among units of one class: words joined by commas, in alphabetical order, so that runs with equal words
 * join. A word may carry a value after a colon. The empty text has none.
 */
export function wordsOf(attributes: string): string[] {
  return attributes === '' ? [] : attributes.split(',')
}

/** The value of a word such as `first:1204`; undefined where it does not stand. */
export function wordOf(attributes: string, name: string): string | undefined {
  const word = wordsOf(attributes).find((one) => one === name || one.startsWith(`${name}:`))
  return word?.slice(name.length + 1)
}

/** Puts a word in, in place of one of the same name. */
export function withWord(attributes: string, name: string, value = ''): string {
  const word = value === '' ? name : `${name}:${value}`
  return [...wordsOf(withoutWord(attributes, name)), word].sort().join(',')
}

export function withoutWord(attributes: string, name: string): string {
  return wordsOf(attributes)
    .filter((one) => one !== name && !one.startsWith(`${name}:`))
    .join(',')
}

/** `first:<index>`: the units were first transferred (2/CMA.3 annex, para 2) by the entry of that index. */
export const FIRST_TRANSFER = 'first'
/**
 * `itmo:<approach>:<offset>`: serial number plus offset is the number in the ITMO identifier. An offset instead of a
 * number, so that neighbours have equal words.
 */
export const ITMO = 'itmo'
/** Units of another registry, cancelled there, in whose place units were issued here. */
export const CONVERTED = 'converted'
