import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { anySerialText, range, serialTexts } from './arbitraries.fixture.ts'
import { splitCheck, withCheck } from './check-digits.ts'
import { nationalSerial } from './formats/national.ts'
import { recognise } from './recognise.ts'
import { type FormatId, formats, isFormatId, parse, print, subrange } from './registry.ts'
import { count, isSerialError, type Serial } from './serial.ts'

const RUNS = { numRuns: 2000 }

const ids = Object.keys(formats).filter(isFormatId)

function accepted(format: FormatId, text: string): Serial {
  const result = parse(format, text)
  if (isSerialError(result)) throw new Error(`${format} refused ${text}: ${result.message}`)
  return result
}

describe.each(Object.entries(serialTexts))('%s', (id, texts) => {
  const format = ids.find((known) => known === id)
  if (!format) throw new Error(`no format ${id}`)

  it('prints what it read, and reads what it printed', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const serial = accepted(format, text)
        expect(print(serial)).toBe(text)
        expect(parse(format, print(serial))).toEqual(serial)
      }),
      RUNS,
    )
  })

  it('refuses an impossible character exactly where it stands', () => {
    fc.assert(
      fc.property(
        texts,
        fc.nat(),
        fc.constantFrom('?', 'a', 'É', '\u2013', '\n', '\u0000'),
        (text, anywhere, wrong) => {
          const position = anywhere % text.length
          const result = parse(format, `${text.slice(0, position)}${wrong}${text.slice(position + 1)}`)
          expect(result).toMatchObject({ position })
        },
      ),
      RUNS,
    )
  })

  it('takes parts that count up to the whole', () => {
    fc.assert(
      fc.property(texts, fc.bigInt({ min: 0n, max: 99_999n }), (text, anywhere) => {
        const serial = accepted(format, text)
        const { first, last } = serial.range
        const cut = first + (anywhere % count(serial.range))
        const head = accepted(format, subrange(serial, first, cut))
        expect(head).toMatchObject({ space: serial.space, range: { first, last: cut } })
        if (cut === last) {
          expect(print(head)).toBe(text)
          return
        }
        const tail = accepted(format, subrange(serial, cut + 1n, last))
        expect(tail).toMatchObject({ space: serial.space, facts: serial.facts })
        expect(count(head.range) + count(tail.range)).toBe(count(serial.range))
      }),
      RUNS,
    )
  })
})

const mutation = fc.record({
  kind: fc.constantFrom('replace', 'insert', 'delete', 'cut'),
  at: fc.nat(),
  character: fc.oneof(
    fc.constantFrom(...'0123456789AGRSV- ~'),
    fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
  ),
})

function mutate(text: string, { kind, at, character }: { kind: string; at: number; character: string }): string {
  const position = at % text.length
  if (kind === 'cut') return text.slice(0, position)
  const [before, after] = [text.slice(0, position), text.slice(kind === 'insert' ? position : position + 1)]
  return `${before}${kind === 'delete' ? '' : character}${after}`
}

test('a text with one change is another serial, or is refused at a place in the text', () => {
  const seen = { serial: 0, refusal: 0 }
  fc.assert(
    fc.property(anySerialText, mutation, ({ format, text }, change) => {
      const changed = mutate(text, change)
      const result = parse(format, changed)
      if (isSerialError(result)) {
        seen.refusal += 1
        expect(result.position).toBeGreaterThanOrEqual(0)
        expect(result.position).toBeLessThanOrEqual(changed.length)
        expect(result.reason === 'missing').toBe(result.position === changed.length && result.reason !== 'ends-differ')
      } else {
        seen.serial += 1
        expect(print(result)).toBe(changed)
        if (changed !== text) expect(result).not.toEqual(accepted(format, text))
      }
    }),
    { numRuns: 20_000 },
  )
  expect(seen.serial).toBeGreaterThan(1000)
  expect(seen.refusal).toBeGreaterThan(1000)
})

test('no text, however odd, makes a parser or the search throw', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('-', ' - ', '0', '5', 'GS1-1-', 'XT', '2024', 'VCS-VCU'),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('')
      for (const format of ids) parse(format, text)
      recognise(text)
    }),
    RUNS,
  )
})

test('a text belongs to one format only, and so does a number space', () => {
  fc.assert(
    fc.property(anySerialText, ({ format, text }) => {
      for (const other of ids) {
        const result = parse(other, text)
        if (!isSerialError(result)) expect(result.format).toBe(format)
      }
      const { space } = accepted(format, text)
      expect(space.startsWith(`${format}:`)).toBe(true)
      expect(space).toMatch(/^[!-~]{1,120}$/)
    }),
    RUNS,
  )
})

test('the space depends on what numbers the units, and on nothing else', () => {
  fc.assert(
    fc.property(serialTexts.national, serialTexts.national, (a, b) => {
      const [one, two] = [accepted('national', a), accepted('national', b)]
      const issuer = ({ facts }: Serial) => `${facts.country} ${facts.type}`
      expect(one.space === two.space).toBe(issuer(one) === issuer(two))
      const moved = accepted(
        'national',
        print({ ...two, space: one.space, facts: { ...two.facts, ...pick(one.facts) } }),
      )
      expect(moved.space).toBe(one.space)
    }),
    RUNS,
  )
})

const pick = ({ country = '', type = '' }: Serial['facts']) => ({ country, type })

test('the parts of a national serial make the text that gives them back', () => {
  const parts = fc.record({
    country: fc.constantFrom('XT', 'ZZ'),
    type: fc.constantFrom('ITMO', 'MCU'),
    scope: fc.integer({ min: 1, max: 15 }),
    project: fc.bigInt({ min: 1n, max: 999_999_999n }),
    vintage: fc.integer({ min: 2000, max: 2099 }),
    range,
  })
  fc.assert(
    fc.property(parts, (given) => {
      const serial = nationalSerial(given)
      if (isSerialError(serial)) throw new Error(serial.message)
      expect(serial.range).toEqual(given.range)
      expect(BigInt(serial.facts.project ?? '')).toBe(given.project)
      expect(serial.facts).toMatchObject({ scope: `${given.scope}`, vintage: `${given.vintage}`, blank: '0' })
    }),
    RUNS,
  )
})

test('the search finds a serial however it was typed', () => {
  const dash = fc.constantFrom(
    '-',
    '\u2010',
    '\u2011',
    '\u2013',
    '\u2014',
    '\u2212',
    ' - ',
    '- ',
    ' \u2013\u00a0',
    '-\n',
  )
  fc.assert(
    fc.property(anySerialText, fc.array(dash, { minLength: 1 }), fc.boolean(), ({ format, text }, dashes, lower) => {
      let turn = 0
      const typed = text.replaceAll(' - ', '-').replaceAll('-', () => dashes[turn++ % dashes.length] ?? '-')
      const found = recognise(`No. ${lower ? typed.toLowerCase() : typed}, retired.`)
      expect(found).toEqual([accepted(format, text)])
    }),
    RUNS,
  )
})

test('check digits hold, and find every wrong digit and every swap of neighbouring digits', () => {
  fc.assert(
    fc.property(anySerialText, fc.nat(), fc.integer({ min: 1, max: 9 }), ({ text }, anywhere, more) => {
      const checked = withCheck(text)
      expect(splitCheck(checked)).toEqual({ text, check: 'right' })
      const digits = [...text.replace(/[- ]/g, '')].map((character) => Number.parseInt(character, 36)).join('')
      expect(BigInt(`${digits}${checked.slice(-2)}`) % 97n).toBe(1n)

      const places = [...text.matchAll(/\d/g)].map(({ index }) => index)
      const at = places[anywhere % places.length] ?? 0
      const other = (Number(text[at]) + more) % 10
      expect(splitCheck(`${text.slice(0, at)}${other}${checked.slice(at + 1)}`).check).toBe('wrong')
      const swapped = checked.replace(/(\d)(?!\1)(\d)/, '$2$1')
      if (swapped !== checked) expect(splitCheck(swapped).check).toBe('wrong')
    }),
    RUNS,
  )
})
