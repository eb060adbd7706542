import { Unfit } from './verdict.ts'

/** The names behind which an address stands, however they are written, and what is between: at most so much. */
const ADDRESS = /\/(?:(?:U|#55)(?:R|#52)(?:I|#49)|(?:B|#42)(?:a|#61)(?:s|#73)(?:e|#65))(?=[\s\0(<%]|$)/g
const BETWEEN = /^(?:[\s\0]|%[^\r\n]*[\r\n])*/
const ELSEWHERE = /^\d{1,10}[\s\0]+\d{1,5}[\s\0]+R/
/** So much of an address is looked at: how it begins decides what it does. */
const MOST = 512

const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

/**
 * How each address begins of those whose names stand in the first `length` letters, as a reader would have it. Refuses one that
 * stands elsewhere than behind its name, as no program writes it.
 */
export function* linksIn(piece: string, length: number): Generator<string> {
  for (const { index, 0: name } of piece.matchAll(ADDRESS)) {
    if (index >= length) return
    const behind = piece.slice(index + name.length, index + name.length + MOST - name.length)
    const told = behind.slice(BETWEEN.exec(behind)?.[0].length ?? 0)
    if (told === '' || ELSEWHERE.test(told)) throw new Unfit('unusual')
    if (told.startsWith('(')) yield narrow(literal(told.slice(1)))
    else if (/^<(?!<)/.test(told)) yield narrow(hexadecimal(told.slice(1)))
  }
}

function literal(raw: string): string {
  return raw.replace(/\\(?:([0-7]{1,3})|(\r\n|[\r\n])|([\s\S]))/g, (_, octal, line, letter) => {
    if (octal) return String.fromCharCode(Number.parseInt(octal, 8) & 255)
    return line ? '' : (LETTERS[letter] ?? letter)
  })
}

function hexadecimal(raw: string): string {
  const digits = (raw.split('>')[0] ?? '').replace(/[^0-9A-Fa-f]/g, '')
  return (digits.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('')
}

/** A text in two bytes a letter, or with the mark of UTF-8, as letters of one byte. */
function narrow(text: string): string {
  if (text.startsWith('\xef\xbb\xbf')) return text.slice(3)
  return text.startsWith('\xfe\xff') || text.startsWith('\xff\xfe') ? text.slice(2).replaceAll('\0', '') : text
}
