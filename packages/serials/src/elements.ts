import type { SerialReason } from './serial.ts'

/** What is wrong, and where, counted from the start of the text that was given. */
export type Flaw = { position: number; reason: SerialReason; expected: string }

/** Values of the elements to the left, by name. */
export type Seen = Readonly<Record<string, string>>

/** One variable part of a printed serial. */
export type SerialElement = {
  name: string
  /** Source of a regular expression that finds the element in prose, where rules are not yet applied. */
  shape: string
  /** Looks at characters only: the offset after the element, or the first character that cannot belong to it. */
  read(text: string, at: number): number | Flaw
  /** Looks at the value, once its characters are right. */
  judge(printed: string, seen: Seen): Flaw | undefined
  /** From the printed form to the fact, and back. */
  keep(printed: string): string
  print(kept: string): string
}

const DIGIT = /\d/

const asIs = (text: string) => text

const plain = { judge: () => undefined, keep: asIs, print: asIs }

/** The flaw of a place where something else was due: `missing` at the end of the text, else `unexpected`. */
export function flawAt(text: string, position: number, expected: string): Flaw {
  return { position, reason: position >= text.length ? 'missing' : 'unexpected', expected }
}

function endOfRun(text: string, at: number, characters: RegExp, atMost: number): number {
  let end = at
  while (end < text.length && end - at < atMost && characters.test(text.charAt(end))) end += 1
  return end
}

/** A number without leading zeros, from `min` to `max`, and not below the element named `notBelow`. */
export function number(name: string, bounds: { min?: bigint; max?: bigint; notBelow?: string } = {}): SerialElement {
  const { min = 1n, max = 999_999_999n, notBelow } = bounds
  const digits = max.toString().length
  return {
    ...plain,
    name,
    shape: `\\d{1,${digits}}`,
    read(text, at) {
      const end = endOfRun(text, at, DIGIT, Number.POSITIVE_INFINITY)
      if (end === at) return flawAt(text, at, 'a digit')
      if (end - at > 1 && text.charAt(at) === '0') {
        return { position: at, reason: 'leading-zero', expected: 'a number without leading zeros' }
      }
      if (end - at > digits) {
        return { position: at + digits, reason: 'out-of-range', expected: `at most ${digits} digits` }
      }
      return end
    },
    judge(printed, seen) {
      const value = BigInt(printed)
      if (value < min || value > max) return { position: 0, reason: 'out-of-range', expected: `${min} to ${max}` }
      const least = notBelow === undefined ? undefined : seen[notBelow]
      if (least === undefined || value >= BigInt(least)) return undefined
      return { position: 0, reason: 'end-before-start', expected: `${least} or more` }
    },
  }
}

/** A number of at least three digits, filled with zeros in front up to three, at most nine. */
export function paddedNumber(name: string): SerialElement {
  const least = 3
  const most = 9
  return {
    ...plain,
    name,
    shape: `\\d{${least},${most}}`,
    read(text, at) {
      const end = endOfRun(text, at, DIGIT, Number.POSITIVE_INFINITY)
      if (end - at < least) return flawAt(text, end, `a digit (at least ${least})`)
      if (end - at > least && text.charAt(at) === '0') {
        return { position: at, reason: 'leading-zero', expected: `zeros in front up to ${least} digits only` }
      }
      if (end - at > most) return { position: at + most, reason: 'out-of-range', expected: `at most ${most} digits` }
      return end
    },
    judge: (printed) =>
      BigInt(printed) > 0n ? undefined : { position: 0, reason: 'out-of-range', expected: '1 or more' },
  }
}

/** From `least` to `most` characters of a class written as in a regular expression, such as `A-Z`. */
export function code(name: string, characters: string, least: number, most: number): SerialElement {
  const member = new RegExp(`[${characters}]`)
  return {
    ...plain,
    name,
    shape: `[${characters}]{${least},${most}}`,
    read(text, at) {
      const end = endOfRun(text, at, member, most)
      return end - at < least ? flawAt(text, end, `one of ${characters}`) : end
    },
  }
}

/** The shape of an ISO 3166-1 alpha-2 code; whether the country exists is not asked. */
export const country = code('country', 'A-Z', 2, 2)

/** Four digits from `from` to `to`. */
export function year(name: string, from: number, to: number): SerialElement {
  return {
    ...code(name, '0-9', 4, 4),
    judge(printed) {
      const value = Number(printed)
      if (value >= from && value <= to) return undefined
      return { position: 0, reason: 'out-of-range', expected: `${from} to ${to}` }
    },
  }
}

const iso = (ddmmyyyy: string) => `${ddmmyyyy.slice(4)}-${ddmmyyyy.slice(2, 4)}-${ddmmyyyy.slice(0, 2)}`

/** A day of the calendar from 1900 to 2099 printed `ddmmyyyy`, kept `YYYY-MM-DD`, not before the element `notBefore`. */
export function date(name: string, notBefore?: string): SerialElement {
  return {
    ...code(name, '0-9', 8, 8),
    keep: iso,
    print: (kept) => kept.split('-').reverse().join(''),
    judge(printed, seen) {
      const flaw = calendarFlaw(printed)
      if (flaw) return flaw
      const least = notBefore === undefined ? undefined : seen[notBefore]
      if (least === undefined || iso(printed) >= least) return undefined
      return { position: 0, reason: 'end-before-start', expected: `${least} or later` }
    },
  }
}

function calendarFlaw(ddmmyyyy: string): Flaw | undefined {
  const day = Number(ddmmyyyy.slice(0, 2))
  const month = Number(ddmmyyyy.slice(2, 4))
  const inYear = Number(ddmmyyyy.slice(4))
  const wrongDay: Flaw = { position: 0, reason: 'no-such-date', expected: 'a day of that month' }
  if (day < 1 || day > 31) return wrongDay
  if (month < 1 || month > 12) return { position: 2, reason: 'no-such-date', expected: 'a month from 01 to 12' }
  if (inYear < 1900 || inYear > 2099) return { position: 4, reason: 'out-of-range', expected: '1900 to 2099' }
  return day > new Date(Date.UTC(inYear, month, 0)).getUTCDate() ? wrongDay : undefined
}

/** A day of the calendar from 1900 to 2099, printed `yyyy-mm-dd`. */
export function isoDate(name: string): SerialElement {
  const form = 'dddd-dd-dd'
  return {
    ...plain,
    name,
    shape: '\\d{4}\\s{0,3}-\\s{0,3}\\d{2}\\s{0,3}-\\s{0,3}\\d{2}',
    read(text, at) {
      for (const [offset, kind] of [...form].entries()) {
        const character = text.charAt(at + offset)
        if (kind === 'd' ? !DIGIT.test(character) : character !== kind) return flawAt(text, at + offset, 'yyyy-mm-dd')
      }
      return at + form.length
    },
    judge(printed) {
      const flaw = calendarFlaw(printed.split('-').reverse().join(''))
      return flaw && { ...flaw, position: [8, 0, 5, 0, 0][flaw.position] ?? 0 }
    },
  }
}

/** An element to the left, written a second time; anything else is `ends-differ` at the first other character. */
export function again(element: SerialElement): SerialElement {
  return {
    ...element,
    judge(printed, seen) {
      const before = element.print(seen[element.name] ?? '')
      if (printed === before) return undefined
      let position = 0
      while (position < before.length && printed.charAt(position) === before.charAt(position)) position += 1
      return { position, reason: 'ends-differ', expected: `'${before}' again` }
    },
  }
}

/** The numbers of the range; every pattern has `first`, and `last` unless it prints one unit. */
export const first = number('first', { max: 999_999_999_999_999n })
export const last = number('last', { max: 999_999_999_999_999n, notBelow: 'first' })
