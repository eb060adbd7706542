import type { Serial, SerialError, SerialReason } from '@tallystick/serials'

/**
 * How a registry writes its serial numbers: fixed text with elements in braces, such as
 * `AB-{country}-{project}-{year}-{first} to {last}`. `{first}` and `{last}` are the numbers (zeros in front do not
 * matter; without `{last}` each text is one unit); the others are letters, digits, `.`, `_` and `/`. `space` names,
 * from the others, the sequence in which a number is given once.
 */
export interface SerialPattern {
  text: string
  space: string
}

const ELEMENT = /(\{[A-Za-z][A-Za-z0-9]*\})/
const NUMBERS: readonly string[] = ['first', 'last']

function elementsOf(template: string): string[] {
  return template.split(ELEMENT).flatMap((piece, at) => (at % 2 === 1 ? [piece.slice(1, -1)] : []))
}

function fixedOf(template: string): string {
  return template
    .split(ELEMENT)
    .flatMap((piece, at) => (at % 2 === 0 ? [piece] : []))
    .join('')
}

/** What is wrong with a pattern, or undefined; `facts` are the elements that columns are compared with. */
export function patternFlaw({ text, space }: SerialPattern, facts: readonly string[]): string | undefined {
  const elements = elementsOf(text)
  const named = new Set(elements.filter((name) => !NUMBERS.includes(name)))
  const inSpace = elementsOf(space).find((name) => !named.has(name))
  const inFacts = facts.find((name) => !named.has(name))
  if (/[{}]/.test(fixedOf(text))) return 'text: braces are for elements such as {first}'
  if (new Set(elements).size < elements.length) return 'text: an element stands twice'
  if (!elements.includes('first')) return 'text: must have {first}, and {last} if a text can be about several units'
  if (text.includes('}{')) return 'text: there must be fixed characters between two elements'
  if (inSpace !== undefined) return `space: {${inSpace}} is no element of the text, or is a number of the range`
  if (inFacts !== undefined) return `agrees.${inFacts}: is no element of the text, or is a number of the range`
  if (space !== '' && /^[A-Za-z0-9/._-]*$/.test(fixedOf(space))) return undefined
  return 'space: must be made of elements, letters, digits, / . _ -'
}

/** Makes a reader of such texts; the space is named after the registry. Never throws for a text. */
export function patternReader(id: string, registry: string, { text: pattern, space }: SerialPattern) {
  const pieces = pattern.split(ELEMENT)
  return (text: string): Serial | SerialError => {
    const values: Record<string, string> = {}
    let at = 0
    for (const [place, piece] of pieces.entries()) {
      if (place % 2 === 0) {
        const length = commonLength(piece, text.slice(at))
        if (length < piece.length) return refusal(text, at + length, piece.trim() || 'text')
        at += length
        continue
      }
      const name = piece.slice(1, -1)
      const end = endOf(text, at, NUMBERS.includes(name) ? /\d/ : /[A-Za-z0-9._/]/, pieces[place + 1]?.charAt(0))
      if (end === at) return refusal(text, at, name)
      values[name] = text.slice(at, end)
      at = end
    }
    if (at < text.length) return { ...refusal(text, at, 'text'), reason: 'trailing' }
    const { first = '', last = first, ...facts } = values
    const wrong = rangeFlaw(BigInt(first), BigInt(last))
    if (wrong) return { ...refusal(text, text.lastIndexOf(last), 'last'), reason: wrong }
    const filled = space.replace(/\{(\w+)\}/g, (_, name: string) => facts[name] ?? '')
    return { format: id, space: `${registry}:${filled}`, range: { first: BigInt(first), last: BigInt(last) }, facts }
  }
}

function commonLength(expected: string, found: string): number {
  let length = 0
  while (length < expected.length && expected.charAt(length) === found.charAt(length)) length += 1
  return length
}

function endOf(text: string, start: number, allowed: RegExp, stop: string | undefined): number {
  let at = start
  while (at < text.length && text.charAt(at) !== stop && allowed.test(text.charAt(at))) at += 1
  return at
}

function rangeFlaw(first: bigint, last: bigint): SerialReason | undefined {
  if (last > 999_999_999_999_999n) return 'out-of-range'
  return last < first ? 'end-before-start' : undefined
}

function refusal(text: string, position: number, field: string): SerialError {
  const reason = position < text.length ? 'unexpected' : 'missing'
  return { position, field, reason, message: `${field}: ${reason} at ${position}` }
}
