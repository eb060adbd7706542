import { expect, test } from 'vitest'
import { calculate, type Options } from './calculate.ts'
import { isRefused } from './problem.ts'
import { problemText } from './texts.ts'
import { vectors } from './vectors.fixture.ts'

const q = (value: number | string, unit = '1') => ({ value: String(value), unit })

/** The inputs of a worked number, changed, and what is said to them. */
function said(id: string, changes: Record<string, unknown>, options: Options = {}): string[] {
  const vector = vectors.find((one) => one.id === id)
  const result = calculate(vector?.method ?? '', { ...vector?.inputs, ...changes }, options)
  return isRefused(result) ? result.problems.map((one) => problemText(one)) : []
}

function reduction(id: string, changes: Record<string, unknown>, options: Options = {}) {
  const vector = vectors.find((one) => one.id === id)
  const result = calculate(vector?.method ?? '', { ...vector?.inputs, ...changes }, options)
  if (isRefused(result) || result.of !== 'reduction') throw new Error(JSON.stringify(result))
  return result
}

test('a reservoir of 4 W/m2 or less is not eligible; above 10 W/m2 it has no emissions', () => {
  const lake = (m2: number) => ({ reservoirAfter: q(m2, 'm2') })
  expect(said('acm0002-hydro', lake(5_000_000))).toEqual([
    'Not eligible: the power density of the reservoir is 4 W/m2; it must be more than 4 W/m2.',
  ])
  expect(reduction('acm0002-hydro', lake(4_999_999)).pe).toBe('7200')
  expect(reduction('acm0002-hydro', lake(2_000_000)).pe).toBe('7200')
  expect(reduction('acm0002-hydro', lake(1_999_999)).pe).toBe('0')
  expect(reduction('acm0002-hydro', { ...lake(0) }).pe).toBe('0')
})

test('the gross electricity of a plant is no less than the net, also where the reservoir has no emissions', () => {
  const gross = (value: number | string, unit: string) => ({ grossElectricity: q(value, unit) })
  const words = 'Not eligible: the gross electricity is 0.001 MWh; it must be at least the net electricity, 80000 MWh.'
  expect(said('acm0002-hydro', gross(1, 'kWh'))).toEqual([words])
  expect(said('acm0002-hydro', { ...gross(1, 'kWh'), reservoirAfter: q(1, 'm2') })).toEqual([words])
  expect(said('acm0002-hydro', gross('79999999.999', 'kWh'))).toHaveLength(1)
  expect(said('acm0002-hydro', gross(80, 'GWh'))).toEqual([])
  expect(said('acm0002-hydro', { electricity: q(80, 'mWh') })[0]).toContain('MWh, Wh, kWh')
})

test('neither the units of a grid make more than it, nor does a reservoir add more than the rated capacity', () => {
  const unit = { commissioned: '2020-01-01', generation: q(11, 'MWh'), unitFactor: q(1, 'tCO2/MWh') }
  const grid = (system: number) => calculate('TOOL07-BM', { systemGeneration: q(system, 'MWh'), units: [unit] })
  const small = grid(10)
  expect(isRefused(small) && small.problems.map(({ at }) => at)).toEqual(['build-total'])
  expect(isRefused(grid(11))).toBe(false)
  const { inputs } = vectors.find(({ id }) => id === 'acm0002-hydro') ?? {}
  const plant = { ...inputs, technology: 'hydro', ratedCapacity: q(10, 'MW') }
  const wrong = calculate('AMS-I.D', plant)
  expect(isRefused(wrong) && wrong.problems.map(({ at }) => at)).toEqual(['added-capacity'])
  expect(isRefused(calculate('AMS-I.D', { ...plant, capacityBefore: q(10, 'MW'), reservoirAfter: q(1, 'km2') }))).toBe(
    false,
  )
})

test('small scale ends at 15 MW, and every gate that is closed is named', () => {
  const plant = {
    technology: 'hydro',
    ratedCapacity: q('15.001', 'MW'),
    electricity: q(1, 'MWh'),
    operatingMargin: q(0.7, 'tCO2/MWh'),
    buildMargin: q(0.45, 'tCO2/MWh'),
    capacityAfter: q(1, 'MW'),
    reservoirAfter: q(1, 'km2'),
    grossElectricity: q(1, 'MWh'),
  }
  const result = calculate('AMS-I.D', plant)
  expect(isRefused(result) && result.problems.map(({ at }) => at)).toEqual(['capacity', 'power-density'])
  const small = calculate('AMS-I.D', { ...plant, ratedCapacity: q(15_000, 'kW'), reservoirAfter: q(1, 'ha') })
  expect(isRefused(small)).toBe(false)
})

test('what a person used before is capped, and explained above the usual', () => {
  const used = (tonnes: string) => ({ personFuel: q(tonnes, 't/yr') })
  expect(said('ams-ii-g', used('1.2500001'))).toEqual([
    'Not eligible: a person used 1.2500001 t of fuel a year; at most 1.25 t may be claimed.',
  ])
  const codes = (changes: object) => reduction('ams-ii-g', { ...changes }).warnings.map(({ code }) => code)
  expect(codes(used('1.25'))).toContain('consumption-high')
  expect(codes(used('0.75'))).not.toContain('consumption-high')
  expect(codes({})).toContain('cap-not-checked')
})

test.each(['charcoal', 'charcoal-kiln-6', 'charcoal-kiln-4'])('%s has a cap of its own', (stoveFuel) => {
  const used = (tonnes: string) => ({ stoveFuel, personFuel: q(tonnes, 't/yr') })
  expect(said('ams-ii-g', used('0.4001'))[0]).toContain('at most 0.4 t may be claimed')
  expect(said('ams-ii-g', used('0.4'))).toEqual([])
  const codes = (tonnes: string) => reduction('ams-ii-g', used(tonnes)).warnings.map(({ code }) => code)
  expect(codes('0.2001')).toContain('consumption-high')
  expect(codes('0.2')).not.toContain('consumption-high')
})

test('charcoal has other factors than AR5 only where they are given', () => {
  const charcoal = { stoveFuel: 'charcoal', otherGasFactor: undefined }
  const { otherGasFactor: _, ...inputs } = { ...vectors.find(({ id }) => id === 'tpddtec')?.inputs, ...charcoal }
  expect(isRefused(calculate('TPDDTEC', inputs))).toBe(false)
  const result = calculate('TPDDTEC', inputs, { gwpSet: 'AR6' })
  expect(isRefused(result) && result.problems).toMatchObject([
    { code: 'missing-parameter', at: 'inputs.otherGasFactor' },
  ])
})

test('grid data must suffice for the margin that is asked for', () => {
  expect(said('tool07-om', { lowCostShare: q(50, '%') })[0]).toMatch(/^Not eligible: the share of low-cost/)
  const unit = { commissioned: '2020-01-01', generation: q(1, 'MWh'), unitFactor: q(1, 'tCO2/MWh') }
  const result = calculate('TOOL07-BM', { systemGeneration: q(10, 'MWh'), units: [unit] })
  expect(isRefused(result) && result.problems.map(({ at }) => at)).toEqual(['build-sample'])
})

test('the newest units are taken whatever their order in the table, five at least', () => {
  const unit = (day: string, factor: number, mwh = 10) => ({
    commissioned: day,
    generation: q(mwh, 'MWh'),
    unitFactor: q(factor, 'tCO2/MWh'),
  })
  const old = (mwh: number) => unit('1990-01-01', 3, mwh)
  const fresh = ['2011', '2015', '2013', '2012', '2014'].map((year, index) => unit(`${year}-06-30`, index / 10))
  const bm = (units: object[], system: number) => {
    const result = calculate('TOOL07-BM', { systemGeneration: q(system, 'MWh'), units })
    return isRefused(result) || result.of !== 'value' ? 'refused' : result.value
  }
  expect(bm([old(50), ...fresh], 100)).toBe('0.2')
  expect(bm([...fresh, old(900)], 1000)).toBe('2.852631578947368421052631578947368421053')
})

test('the reduction of manure is never more than what was destroyed', () => {
  const all = reduction('ams-iii-d', {})
  const capped = reduction('ams-iii-d', { destroyed: q(100, 'tCH4') })
  expect(all.er).toBe('3828.1211388')
  expect(capped.er).toBe('2800')
  expect(reduction('ams-iii-d', { destroyed: q(1000, 'tCH4') }).er).toBe(all.er)
})

test('a negative reduction comes back as it is, and blocks issuance', () => {
  const worse = reduction('acm0002-solar', { projectEmissions: q(11_476, 'tCO2e') })
  expect(worse).toMatchObject({ er: '-1', blocksIssuance: true })
  expect(worse.warnings).toContainEqual({ code: 'negative', facts: { value: '-1' } })
  expect(reduction('acm0002-solar', { projectEmissions: q(11_475, 'tCO2e') })).toMatchObject({
    er: '0',
    blocksIssuance: false,
  })
  expect(reduction('rice', { waterBefore: 'multiple-drainage', waterAfter: 'continuous' }).blocksIssuance).toBe(true)
})

test('a year that is negative blocks issuance, though the whole is not', () => {
  const { electricity: _, ...common } = vectors.find(({ id }) => id === 'acm0002-solar')?.inputs ?? {}
  const years = [
    { year: 2023, inputs: { electricity: q(18_000, 'MWh') } },
    { year: 2024, inputs: { electricity: q(1, 'MWh'), leakage: q(2, 'tCO2e') } },
  ]
  const result = calculate('ACM0002', common, { vintages: { by: 'data', years } })
  if (isRefused(result) || result.of !== 'reduction') throw new Error(JSON.stringify(result))
  expect(result.perVintage.map(({ year, er }) => [year, er])).toEqual([
    [2023, '11475'],
    [2024, '-1.3625'],
  ])
  expect(result).toMatchObject({ er: '11473.6375', blocksIssuance: true })
  expect(new Set(result.trace.map(({ vintage }) => vintage))).toEqual(new Set([2023, 2024, undefined]))
})

test('what cannot be computed is said, not thrown', () => {
  const unit = { fuelMass: q(1, 't'), heatValue: q(1, 'GJ/t'), fuelFactor: q(0, 'tCO2/GJ'), generation: q(0, 'MWh') }
  expect(calculate('TOOL07-OM', { units: [unit] })).toMatchObject({
    problems: [{ code: 'not-computable', at: 'EF_OM' }],
  })
})
