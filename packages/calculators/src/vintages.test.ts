import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calculate } from './calculate.ts'
import { daysByYear } from './days.ts'
import { Exact } from './decimal.ts'
import { isRefused } from './problem.ts'
import { byDays, readVintages } from './vintages.ts'

const day = fc
  .date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2030-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const period = fc.tuple(day, day).map(([a, b]) => (a < b ? [a, b] : [b, a]) as [string, string])
const total = fc
  .tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.integer({ min: 0, max: 99_999 }))
  .map(([whole, part]) => new Exact(`${whole}.${String(part).padStart(5, '0')}`))

test('parts add up to the total exactly, and each is within a tonne of its share of the days', () => {
  fc.assert(
    fc.property(total, period, (er, [from, to]) => {
      const parts = byDays(er, from, to)
      const all = parts.reduce((sum, { days = 0 }) => sum + days, 0)
      expect(parts.reduce((sum, part) => sum.plus(part.er), new Exact(0)).toFixed()).toBe(er.toFixed())
      for (const [index, part] of parts.entries()) {
        const share = er.times(part.days ?? 0).div(all)
        expect(new Exact(part.er).minus(share).abs().lessThanOrEqualTo(2)).toBe(true)
        if (index < parts.length - 1) expect(new Exact(part.er).isInteger()).toBe(true)
      }
    }),
  )
})

test('the years of a period have all its days, leap days among them', () => {
  expect(daysByYear('2023-12-31', '2025-01-01')).toEqual([
    { year: 2023, days: 1 },
    { year: 2024, days: 366 },
    { year: 2025, days: 1 },
  ])
  expect(byDays(new Exact('100.5'), '2023-12-31', '2024-01-02').map(({ er }) => er)).toEqual(['33', '67.5'])
  expect(byDays(new Exact('1'), '2023-12-31', '2024-01-01').map(({ er }) => er)).toEqual(['1', '0'])
  expect(byDays(new Exact('-1.5'), '2023-12-31', '2024-01-01').map(({ er }) => er)).toEqual(['-1', '-0.5'])
})

test('a result is split by days, and its parameters are those of the last day', () => {
  const inputs = { area: { value: '50', unit: 'ha' }, duration: { value: '365', unit: 'd' } }
  const result = calculate('UNDP-AGRI-RICE', inputs, { vintages: { by: 'days', from: '2023-07-01', to: '2024-06-29' } })
  if (isRefused(result) || result.of !== 'reduction') throw new Error(JSON.stringify(result))
  expect(result.perVintage).toEqual([
    { year: 2023, er: '423', days: 184 },
    { year: 2024, er: '416.5', days: 181 },
  ])
  expect(result.on).toBe('2024-06-29')
})

test.each([
  [null, 'not-an-object', 'vintages'],
  [{}, 'not-a-choice', 'vintages.by'],
  [{ by: 'days', from: '2023-02-30', to: '2024-01-01' }, 'not-a-day', 'vintages.from'],
  [{ by: 'days', from: '2023-02-03', to: 7 }, 'not-a-day', 'vintages.to'],
  [{ by: 'days', from: '2024-01-02', to: '2024-01-01' }, 'days-turned', 'vintages'],
  [{ by: 'days', from: '1950-01-02', to: '2024-01-01' }, 'wrong-rows', 'vintages'],
  [{ by: 'days', from: '2024-01-01', to: '2024-01-01', more: 1 }, 'unknown-key', 'vintages'],
  [{ by: 'data', years: [] }, 'wrong-rows', 'vintages.years'],
  [{ by: 'data', years: Array.from({ length: 51 }, () => ({})) }, 'wrong-rows', 'vintages.years'],
  [{ by: 'data', years: [{ year: '2024', inputs: {} }] }, 'not-a-year', 'vintages.years[1].year'],
  [{ by: 'data', years: [{ year: 2024 }] }, 'not-an-object', 'vintages.years[1]'],
  [{ by: 'data', years: [2023, 2023].map((year) => ({ year, inputs: {} })) }, 'year-twice', 'vintages.years[2].year'],
])('%j is refused', (input, code, at) => {
  expect(readVintages(input).problems).toContainEqual(expect.objectContaining({ code, at }))
})

test('tools have no years', () => {
  const inputs = { flared: { value: '1', unit: 'tCH4' }, flare: 'open' }
  const vintages = { by: 'days', from: '2024-01-01', to: '2024-12-31' } as const
  expect(calculate('TOOL06', inputs, { vintages })).toMatchObject({
    problems: [{ code: 'no-vintages', at: 'vintages' }],
  })
})

test('what is wrong in a year is told at that year', () => {
  const years = [
    { year: 2023, inputs: { duration: { value: '1', unit: 'kg' } } },
    { year: 2024, inputs: {} },
  ]
  const result = calculate('UNDP-AGRI-RICE', { area: { value: '1', unit: 'ha' } }, { vintages: { by: 'data', years } })
  expect(isRefused(result) && result.problems.map(({ code, at }) => [code, at])).toEqual([
    ['wrong-unit', 'vintages.2023.inputs.duration'],
    ['missing', 'vintages.2024.inputs.duration'],
  ])
})

test('what every year has of its own is not given for all of them, whatever it is', () => {
  const quantity = (value: string) => ({ value, unit: 'd' })
  const area = { value: '1', unit: 'ha' }
  const years = [2023, 2024].map((year) => ({ year, inputs: { duration: quantity('10') } }))
  const result = (duration: unknown, more: readonly { year: number; inputs: object }[] = []) =>
    calculate('UNDP-AGRI-RICE', { area, duration }, { vintages: { by: 'data', years: [...years, ...more] } as never })
  for (const unused of [quantity('365'), { value: '1', unit: 'kg' }, 'anything', null]) {
    expect(result(unused)).toEqual({ problems: [{ code: 'replaced', at: 'inputs.duration', facts: {} }] })
  }
  // One year takes it.
  expect(result(quantity('365'), [{ year: 2025, inputs: {} }])).not.toHaveProperty('problems')
})
