import { type Flaw, flawAt, type Seen, type SerialElement } from './elements.ts'
import type { SerialError } from './serial.ts'

/** A printed form: fixed text and elements in order. */
export type Pattern = {
  /** The value of every element, or the refusal. */
  read(text: string): { values: Record<string, string> } | SerialError
  /** The text, or `undefined` when a value is missing. */
  write(values: Seen): string | undefined
  /** Finds the form in normalised prose: upper case, hyphens only, up to three spaces around a hyphen. */
  loose: RegExp
  /** The exact text of what `loose` captured. */
  spell(captured: readonly string[]): string
  elements: number
}

/**
 * Tag for a template that looks like the serial it describes: pattern`${country}-${first}-${last}`.
 * Two elements never adjoin, so that the character after an element tells where it ends.
 */
export function pattern(literals: TemplateStringsArray, ...elements: SerialElement[]): Pattern {
  const parts = literals.flatMap((literal, index): Part[] => {
    const element = elements[index]
    return [...(literal === '' ? [] : [literal]), ...(element ? [element] : [])]
  })
  return patternOf(parts)
}

/** The pattern of fixed texts and elements in order, for a form that is put together. */
export function patternOf(parts: readonly Part[]): Pattern {
  return {
    read: (text) => read(parts, text),
    write: (values) => write(parts, values),
    loose: looseExpression(parts),
    spell(captured) {
      const left = captured.values()
      const value = () => (left.next().value ?? '').replace(/\s/g, '')
      return parts.map((part) => (typeof part === 'string' ? part : value())).join('')
    },
    elements: parts.filter((part) => typeof part !== 'string').length,
  }
}

export type Part = string | SerialElement

function read(parts: readonly Part[], text: string): { values: Record<string, string> } | SerialError {
  const values: Record<string, string> = {}
  let at = 0
  for (const [index, part] of parts.entries()) {
    const following = parts[index + 1]
    if (typeof part === 'string') {
      const wrong = firstDifference(text, at, part)
      if (wrong) return refusal(text, labelOf(part, following), wrong)
      at += part.length
      continue
    }
    const end = part.read(text, at)
    if (typeof end !== 'number') return refusal(text, part.name, end)
    const stray = strayAfter(text, end, following)
    if (stray) return refusal(text, part.name, stray)
    const printed = text.slice(at, end)
    const flaw = part.judge(printed, values)
    if (flaw) return refusal(text, part.name, { ...flaw, position: at + flaw.position }, printed)
    values[part.name] = part.keep(printed)
    at = end
  }
  return { values }
}

function firstDifference(text: string, at: number, literal: string): Flaw | undefined {
  for (let offset = 0; offset < literal.length; offset += 1) {
    if (text.charAt(at + offset) !== literal.charAt(offset)) return flawAt(text, at + offset, `'${literal}'`)
  }
  return undefined
}

/** A character that neither belongs to the element nor to what follows it. Its value is not judged then: it is not whole. */
function strayAfter(text: string, end: number, following: Part | undefined): Flaw | undefined {
  if (end >= text.length) return undefined
  if (following === undefined) return { position: end, reason: 'trailing', expected: 'the end' }
  if (typeof following !== 'string' || text.charAt(end) === following.charAt(0)) return undefined
  return flawAt(text, end, `'${following}'`)
}

/** The fixed word in a literal such as `-VER-`; a mere separator is named after the element that it announces. */
function labelOf(literal: string, following: Part | undefined): string {
  const word = literal.replace(/^[- ]+|[- ]+$/g, '')
  return word === '' && following !== undefined && typeof following !== 'string' ? following.name : word
}

function refusal(text: string, field: string, { position, reason, expected }: Flaw, value?: string): SerialError {
  const found = position < text.length ? JSON.stringify(value ?? text.charAt(position)) : 'the end'
  return { position, field, reason, message: `${field}: expected ${expected}, found ${found} at ${position}` }
}

function write(parts: readonly Part[], values: Seen): string | undefined {
  let text = ''
  for (const part of parts) {
    const value = typeof part === 'string' ? part : values[part.name]
    if (value === undefined) return undefined
    text += typeof part === 'string' ? part : part.print(value)
  }
  return text
}

/** A serial that is not itself the middle of a longer one, with the check digits if there are any. */
function looseExpression(parts: readonly Part[]): RegExp {
  const body = parts.map((part) => (typeof part === 'string' ? looseLiteral(part) : `(${part.shape})`)).join('')
  const check = '(?:\\s{0,3}~\\s{0,3}(?<check>\\w+))?'
  return new RegExp(`(?<![A-Z0-9]|[A-Z0-9]-)${body}${check}(?![A-Z0-9]|-[A-Z0-9]|\\s{0,3}~)`, 'g')
}

function looseLiteral(literal: string): string {
  return literal.toUpperCase().replace(/ *- */g, '\\s{0,3}-\\s{0,3}').replaceAll(' ', '\\s{1,3}')
}
