const SEPARATORS = /[- ]/g

/** A serial with an optional display suffix `~NN`, ISO 7064 MOD 97-10; the suffix is no part of the identity. */
export type CheckedText = { text: string; check: 'absent' | 'right' | 'wrong' }

/**
 * `VU-ITMO-11-356-2022-0-27-35` becomes `VU-ITMO-11-356-2022-0-27-35~70`. Throws a RangeError for what stands in no
 * serial: anything but `A-Z 0-9 - space` and a `to` between two numbers.
 */
export function withCheck(text: string): string {
  const digits = checkDigits(text)
  if (digits === undefined) throw new RangeError('check digits need a text of A-Z, 0-9, hyphens and spaces')
  return `${text}~${digits}`
}

/** Takes the suffix off and says whether it was right. */
export function splitCheck(text: string): CheckedText {
  const at = text.lastIndexOf('~')
  if (at < 0) return { text, check: 'absent' }
  const serial = text.slice(0, at)
  return { text: serial, check: checkDigits(serial) === text.slice(at + 1) ? 'right' : 'wrong' }
}

/** Separators are left out, A = 10 to Z = 35 (`to` as `TO`), `00` behind, 98 less the remainder by 97. */
function checkDigits(text: string): string | undefined {
  const characters = text.replace(SEPARATORS, '')
  if (!/^[A-Z0-9]+(?:to[0-9]+)?$/.test(characters)) return undefined
  let remainder = 0
  for (const character of `${characters}00`) {
    const value = Number.parseInt(character, 36)
    remainder = (remainder * (value < 10 ? 10 : 100) + value) % 97
  }
  return `${98 - remainder}`.padStart(2, '0')
}
