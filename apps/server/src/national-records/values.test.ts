import { inventoryCategories, type YearValues } from '@tallystick/contract'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { valuesIn, yearCsv } from './csv.ts'
import { decimalOf, isRounded, millionths } from './decimals.ts'
import { totalsOf, withEquivalents } from './values.ts'

const leaves = inventoryCategories.filter(({ leaf }) => leaf).map(({ code }) => code)
const millions = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })
const COLUMNS = ['co2', 'ch4', 'n2o', 'co2eq']

const values: fc.Arbitrary<YearValues> = fc.dictionary(
  fc.constantFrom(...leaves),
  fc.dictionary(fc.constantFrom('co2', 'ch4', 'n2o'), millions.map(decimalOf), { minKeys: 1 }),
  { minKeys: 1 },
)

it('a decimal is what it says', () => {
  fc.assert(fc.property(millions, (value) => millionths(decimalOf(value)) === value))
  expect(['0', '-0.000001', '12.5', '-40.25'].map((text) => decimalOf(millionths(text)))).toEqual([
    '0',
    '-0.000001',
    '12.5',
    '-40.25',
  ])
})

it('a decimal is rounded where it lies within half a unit of its last place', () => {
  expect(isRounded('1', millionths('1.5'))).toBe(true)
  expect(isRounded('1', millionths('1.500001'))).toBe(false)
  expect(isRounded('12.5', millionths('12.4499'))).toBe(false)
  fc.assert(fc.property(millions, (value) => isRounded(decimalOf(value), value)))
})

it('the total without land and the land make the total with it, and no leaf counts twice', () => {
  fc.assert(
    fc.property(values, (all) => {
      const whole = withEquivalents(all, 'AR5')
      const totals = new Map(totalsOf(whole).map(({ category, values: sums }) => [category, sums]))
      const land = leaves.filter((code) => inventoryCategories.find((one) => one.code === code)?.land)
      for (const gas of COLUMNS) {
        const sum = (codes: readonly string[]) =>
          codes.reduce((total, code) => total + millionths(whole[code]?.[gas] ?? '0'), 0n)
        const told = (category: string) => millionths(totals.get(category)?.[gas] ?? '0')
        expect(told('withLand')).toBe(sum(leaves))
        expect(told('withoutLand') + sum(land)).toBe(told('withLand'))
        expect(['1', '2', '3', '4', '5'].reduce((total, one) => total + told(one), 0n)).toBe(told('withLand'))
        expect(told('1A') + told('1B') + told('1C')).toBe(told('1'))
      }
    }),
  )
})

it('a year as CSV is read as what it was', () => {
  fc.assert(
    fc.property(values, (all) => {
      const whole = withEquivalents(all, 'AR4')
      const file = yearCsv(whole, COLUMNS, (code) => `=name of "${code}", ;`)
      expect(file).toContain(`"'=name of`)
      const found = Object.entries(valuesIn(file, COLUMNS)).filter(([, leaf]) => Object.keys(leaf).length > 0)
      expect(Object.fromEntries(found)).toEqual(whole)
    }),
  )
})
