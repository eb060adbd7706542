import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Exact, isDecimal, roundHalfUp } from './decimal.ts'
import { expression, NotComputable } from './expression.ts'
import { converted, dimensionsOf, fits, kinds, unitsOf } from './units.ts'

test('units of one kind measure the same, and no unit is in two kinds that do not', () => {
  for (const kind of kinds()) {
    expect(new Set(unitsOf(kind).map(dimensionsOf)).size, kind).toBe(1)
    expect(new Set(unitsOf(kind)).size, kind).toBe(unitsOf(kind).length)
  }
})

test.each([
  ['1', 'km2', 'ha', '100'],
  ['1', 'ac', 'm2', '4046.8564224'],
  ['1', 'mi2', 'ha', '258.9988110336'],
  ['1', 'Mi2', 'ac', '640'],
  ['1', 'ft2', 'in2', '144'],
  ['1', 'MWh', 'GJ', '3.6'],
  ['3600000', 'kJ/year/unit', 'kWh/yr', '1000'],
  ['1', 'lb', 'g', '453.59237'],
  ['2880', 'h', 'd', '120'],
  ['1', 'ft3', 'L', '28.316846592'],
  ['800', 'gCO2/kWh', 'tCO2/MWh', '0.8'],
  ['74.1', 'kgCO2/GJ', 'tCO2/TJ', '74.1'],
  ['15.6', 'GJ/t', 'TJ/t', '0.0156'],
  ['5000', 'mgCOD/L', 'tCOD/m3', '0.005'],
  ['1', 'gCH4/m2/d', 'kgCH4/ha/d', '10'],
  ['1', 'kg/m2', 't/ha', '10'],
  ['1', 'MW/km2', 'W/m2', '1'],
  ['12', '%', '1', '0.12'],
  ['1', 'kWh/mi', 'kWh/km', '0.6213711922373339696174341843633182215859'],
])('%s %s is %s %s', (value, from, to, wanted) => {
  const [target, result] = [to, wanted]
  expect(converted(new Exact(value), from, target).toFixed()).toBe(result)
})

test('no unit differs from another one by capital letters alone, in what is accepted for a number', () => {
  for (const kind of kinds()) {
    const small = unitsOf(kind).map((unit) => unit.toLowerCase())
    expect(new Set(small).size, kind).toBe(small.length)
  }
  for (const unit of ['mWh', 'mwh', 'MWH', 'mWh/year/unit', 'mW']) {
    for (const kind of kinds()) expect(fits(unit, kind), `${unit}, ${kind}`).toBe(false)
  }
})

test('there and back again is where one was, to the last of 38 digits', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds()), fc.nat(), fc.nat(), fc.integer({ min: 1 }), (kind, a, b, number) => {
      const units = unitsOf(kind)
      const [from = '', to = ''] = [units[a % units.length], units[b % units.length]]
      const back = converted(converted(new Exact(number), from, to), to, from)
      expect(back.toSignificantDigits(38).toFixed()).toBe(String(number))
      expect(fits(from, kind)).toBe(true)
    }),
  )
})

test('half goes up, away from zero', () => {
  expect(['1.425', '5.8375', '-0.5', '25.51', '0.4999999999999999999', '2'].map((one) => roundHalfUp(one, 0))).toEqual([
    '1',
    '6',
    '-1',
    '26',
    '0',
    '2',
  ])
  expect([roundHalfUp('1.425', 2), roundHalfUp('1.005', 2), roundHalfUp('-1.005', 2)]).toEqual([
    '1.43',
    '1.01',
    '-1.01',
  ])
})

test('decimal numbers are written one way', () => {
  for (const text of ['0', '-0', '1', '-1.50', '0.1', '1'.repeat(18)]) expect(isDecimal(text)).toBe(true)
  for (const text of ['', '1.', '.1', '1e1', '00', '1 ', '1'.repeat(19), `0.${'1'.repeat(21)}`])
    expect(isDecimal(text)).toBe(false)
})

const value = (text: string, names: Record<string, string> = {}) =>
  expression(text)
    .evaluate((name) => new Exact(names[name] ?? 'NaN'))
    .toFixed()

test.each([
  ['1 + 2 * 3', '7'],
  ['(1 + 2) * 3', '9'],
  ['2 - 3 - 4', '-5'],
  ['24 / 4 / 3', '2'],
  ['-2 ^ 2', '-4'],
  ['2 ^ -1', '0.5'],
  ['2 ^ 3 ^ 2', '512'],
  ['--1', '1'],
  ['min(3, 1, 2) + max(0, -1)', '1'],
  ['floor(-0.5) + ceil(0.5)', '0'],
  ['exp(0) + ln(1) + sqrt(9)', '4'],
  ['1 / 3', '0.3333333333333333333333333333333333333333'],
  ['exp(1)', '2.718281828459045235360287471352662497757'],
])('%s = %s', (text, wanted) => expect(value(text)).toBe(wanted))

test('what is no formula is refused when it is read', () => {
  for (const text of [
    '',
    '1 +',
    '(1',
    '1)',
    'a b',
    '1 1',
    'sin(1)',
    'min()',
    'constructor(1)',
    'a $ b',
    '1e5',
    '^2',
    ',',
  ]) {
    expect(() => expression(text), text).toThrow()
  }
})

test('what has no number is said to be none', () => {
  for (const text of ['1 / 0', '0 / 0', 'ln(0)', 'ln(-1)', 'sqrt(-1)', '(-8) ^ (1 / 3)', 'min(1, 1 / 0)']) {
    expect(() => value(text), text).toThrow(NotComputable)
  }
  expect(expression('a * b + a').names).toEqual(['a', 'b'])
})
