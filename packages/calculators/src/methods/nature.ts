import { type Method, number } from '../method.ts'

/** What natural capital is worth, and units of biodiversity: their own kind of unit, never tonnes. */

export const presentValue: Method = {
  id: 'NPV',
  version: 1,
  of: 'value',
  result: { step: 'presentValue', unit: 'kUSD' },
  scopes: [],
  source: { document: 'SEEA Ecosystem Accounting', place: 'net present value of a constant yearly flow' },
  inputs: {
    yearlyFlow: number('money', 'kUSD', { min: '-1000000000000', max: '1000000000000' }),
    discountRate: number('ratio', '1', { max: '1' }),
    assetLife: number('years', 'yr', { min: '1', max: '1000', whole: true }),
  },
  formula(c) {
    if (c.number('discountRate').isZero()) c.step('presentValue', 'yearlyFlow * assetLife', 'kUSD')
    else c.step('presentValue', 'yearlyFlow * (1 - (1 + discountRate) ^ -assetLife) / discountRate', 'kUSD')
  },
}

export const habitat: Method = {
  id: 'BIO-QHA',
  version: 1,
  of: 'value',
  result: { step: 'credits', unit: '1' },
  outputs: [{ step: 'netQuality', unit: 'ha' }],
  scopes: [],
  source: {
    document: 'Quality hectares in the manner of the SD VISta Nature Framework',
    place: 'extent by condition against a baseline, leakage and buffer, whole credits',
  },
  inputs: {
    extent: number('area', 'ha', { max: '100000000' }),
    conditionBefore: number('ratio', '1', { max: '1' }),
    conditionDecline: number('ratio', '1', { min: '-1', max: '1', default: { value: '0' } }),
    conditionObserved: number('ratio', '1', { max: '1' }),
    qualityLeakage: number('area', 'ha', { max: '100000000', default: { value: '0' }, assumed: true }),
    bufferShare: number('ratio', '1', { max: '1' }),
    unitSize: number('ratio', '1', { above: '0', max: '1', default: { parameter: 'nature.unit-size' } }),
  },
  formula(c) {
    c.step('baselineQuality', 'extent * conditionBefore * (1 - conditionDecline)', 'ha')
    c.step('netQuality', 'extent * conditionObserved - baselineQuality - qualityLeakage', 'ha')
    c.step('credits', 'floor(netQuality * (1 - bufferShare) / unitSize)', '1')
  },
}
