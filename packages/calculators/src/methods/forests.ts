import type { Calculation } from '../calculation.ts'
import type { Exact } from '../decimal.ts'
import { choice, type Method, number, table } from '../method.ts'

const TOOL14 = 'CDM AR-TOOL14 4.2, estimation of carbon stocks and change in carbon stocks of trees and shrubs'
const ratio = (max = '1') => number('ratio', '1', { max })
const zero = { default: { value: '0' } }

export const rootShoot: Method = {
  id: 'AR-TOOL14-ROOT',
  version: 1,
  of: 'value',
  result: { step: 'R', unit: '1' },
  scopes: [14],
  source: { document: TOOL14, place: 'root-shoot ratio by above-ground biomass' },
  inputs: { aboveGround: number('mass-per-area', 't/ha', { above: '0', max: '2000' }) },
  parameters: ['ar.root.constant', 'ar.root.slope'],
  formula(c) {
    c.parameter('constant', 'ar.root.constant', '1')
    c.parameter('slope', 'ar.root.slope', '1')
    c.step('R', 'exp(constant + slope * ln(aboveGround)) / aboveGround', '1')
  },
}

export const uncertainty: Method = {
  id: 'AR-TOOL14-UNCERTAINTY',
  version: 1,
  of: 'value',
  result: { step: 'U', unit: '%' },
  outputs: [
    { step: 'meanBiomass', unit: 't/ha' },
    { step: 'halfWidth', unit: 't/ha' },
  ],
  scopes: [14],
  source: { document: TOOL14, place: 'uncertainty of mean biomass over strata' },
  inputs: {
    strata: table(
      {
        stratumArea: number('area', 'ha', { above: '0', max: '100000000' }),
        mean: number('mass-per-area', 't/ha', { above: '0', max: '2000' }),
        deviation: number('mass-per-area', 't/ha', { max: '2000' }),
        plots: number('count', '1', { min: '2', max: '100000', whole: true }),
      },
      { max: 500 },
    ),
    studentT: number('ratio', '1', { above: '0', max: '100' }),
  },
  formula(c) {
    const strata = c.rows('strata')
    c.sum('wholeArea', strata, 'stratumArea', 'ha')
    c.sum('meanBiomass', strata, 'stratumArea / wholeArea * mean', 't/ha')
    c.sum('variance', strata, '(stratumArea / wholeArea) ^ 2 * deviation ^ 2 / plots', '1')
    c.step('halfWidth', 'studentT * sqrt(variance)', 't/ha')
    c.step('U', '100 * halfWidth / meanBiomass', '%')
  },
}

/** The parameter of the first band whose limit is not exceeded: `[limit, last part of its key]`. */
function bandOf(value: Exact, bands: readonly (readonly [limit: string, key: string])[]): string {
  return bands.find(([limit]) => value.lessThanOrEqualTo(limit))?.[1] ?? 'more'
}

const AR_BANDS = [
  ['0.10', '10'],
  ['0.15', '15'],
  ['0.20', '20'],
  ['0.30', '30'],
] as const

export const discount: Method = {
  id: 'AR-TOOL14-DISCOUNT',
  version: 1,
  of: 'value',
  result: { step: 'conservative', unit: 't/ha' },
  scopes: [14],
  source: { document: TOOL14, place: 'discount for uncertainty: off the project, onto the baseline' },
  inputs: {
    side: choice(['project', 'baseline']),
    mean: number('mass-per-area', 't/ha', { above: '0', max: '2000' }),
    halfWidth: number('mass-per-area', 't/ha', { max: '2000' }),
  },
  parameters: ['ar.discount.*'],
  formula(c) {
    const relative = c.step('uncertainty', 'halfWidth / mean', '1')
    c.parameter('discount', `ar.discount.${bandOf(relative, AR_BANDS)}`, '1')
    const sign = c.choice('side') === 'project' ? '-' : '+'
    c.step('conservative', `mean ${sign} discount * halfWidth`, 't/ha')
  },
}

const POOLS = ['none', 'tropical-dry', 'tropical-moist', 'tropical-wet', 'tropical-high', 'temperate']

export const afforestation: Method = {
  id: 'AR-ACM0003',
  version: 1,
  of: 'reduction',
  scopes: [14],
  source: {
    document: 'CDM AR-ACM0003, afforestation and reforestation of lands except wetlands, with AR-TOOL12, 14, 15 and 16',
    place: 'actual net removals, baseline net removals and leakage',
  },
  inputs: {
    forestArea: number('area', 'ha', { max: '100000000' }),
    years: number('years', 'yr', { above: '0', max: '100' }),
    treesBefore: number('mass-per-area', 't/ha', { max: '2000', ...zero }),
    treesAfter: number('mass-per-area', 't/ha', { max: '2000' }),
    carbonFraction: number('ratio', '1', { max: '1', default: { parameter: 'ar.carbon-fraction' } }),
    projectShrubs: number('emissions', 'tCO2e', { min: '-1000000000', max: '1000000000', ...zero }),
    deadPools: choice(POOLS, { default: { value: 'none' } }),
    soilGain: number('carbon-per-area-and-year', 'tC/ha/yr', { min: '-50', max: '50', ...zero }),
    fire: number('emissions', 'tCO2e', { max: '1000000000', ...zero, assumed: true }),
    shrubCover: ratio(),
    forestBiomass: number('mass-per-area', 't/ha', { max: '2000' }),
    shrubBiomassRatio: number('ratio', '1', { max: '1', default: { parameter: 'ar.shrub.biomass-ratio' } }),
    shrubRoots: number('ratio', '1', { max: '3', default: { parameter: 'ar.shrub.root-shoot' } }),
    shrubCarbon: number('ratio', '1', { max: '1', default: { parameter: 'ar.shrub.carbon-fraction' } }),
    baselineTreeCover: number('ratio', '1', { max: '1', ...zero }),
    baselineGrowth: number('mass-per-area', 't/ha', { max: '2000', ...zero }),
    leakage: number('emissions', 'tCO2e', { max: '1000000000', ...zero, assumed: true }),
  },
  parameters: ['ar.shrub.least-cover', 'ar.baseline.root-shoot', 'ar.dead-wood.*', 'ar.litter.*', 'ar.soil.most'],
  formula(c) {
    actualSteps(c)
    baselineSteps(c)
    c.step('BE', '-(baselineShrubs + baselineTrees)', 'tCO2e')
    c.step('PE', '-actual', 'tCO2e')
    c.step('LE', 'leakage', 'tCO2e')
  },
}

function actualSteps(c: Calculation): void {
  c.step('trees', '44 / 12 * carbonFraction * forestArea * (treesAfter - treesBefore)', 'tCO2e')
  const pools = c.choice('deadPools')
  if (pools === 'none') c.step('dead', '0', 'tCO2e')
  else {
    c.parameter('deadWood', `ar.dead-wood.${pools}`, '1')
    c.parameter('litter', `ar.litter.${pools}`, '1')
    c.step('dead', 'trees * (deadWood + litter)', 'tCO2e')
  }
  if (c.number('soilGain').isZero()) c.step('soil', 'soilGain', 'tCO2e')
  else {
    c.parameter('soilMost', 'ar.soil.most', 'tC/ha/yr')
    c.step('soil', '44 / 12 * forestArea * min(soilGain, soilMost) * years', 'tCO2e')
  }
  c.step('actual', 'trees + projectShrubs + dead + soil - fire', 'tCO2e')
}

function baselineSteps(c: Calculation): void {
  const least = c.parameter('leastCover', 'ar.shrub.least-cover', '1')
  if (c.number('shrubCover').lessThan(least)) c.step('baselineShrubs', '0', 'tCO2e')
  else {
    const shrubs = 'shrubBiomassRatio * forestBiomass * shrubCover'
    c.step('baselineShrubs', `44 / 12 * shrubCarbon * (1 + shrubRoots) * forestArea * ${shrubs}`, 'tCO2e')
  }
  if (c.number('baselineTreeCover').isZero()) {
    c.step('baselineTrees', '0', 'tCO2e')
    return
  }
  c.parameter('baselineRoots', 'ar.baseline.root-shoot', '1')
  const grown = 'baselineGrowth * (1 + baselineRoots) * baselineTreeCover * forestArea'
  c.step('baselineTrees', `44 / 12 * carbonFraction * ${grown}`, 'tCO2e')
}

const REDD_BANDS = [
  ['0.15', '15'],
  ['0.30', '30'],
  ['0.60', '60'],
  ['1', '100'],
] as const

export const deforestation: Method = {
  id: 'REDD-JURIS',
  version: 1,
  of: 'reduction',
  outputs: [
    { step: 'buffer', unit: 'tCO2e' },
    { step: 'net', unit: 'tCO2e' },
  ],
  scopes: [14],
  source: {
    document: 'Jurisdictional avoided deforestation against a reference level',
    place: 'area and stock, discount for uncertainty, buffer',
  },
  inputs: {
    referenceArea: number('area', 'ha', { max: '1000000000' }),
    monitoredArea: number('area', 'ha', { max: '1000000000' }),
    aboveGround: number('mass-per-area', 't/ha', { max: '2000' }),
    rootShoot: ratio('3'),
    deadBiomass: number('mass-per-area', 't/ha', { max: '2000', ...zero }),
    soilLoss: number('carbon-per-area', 'tC/ha', { max: '2000', ...zero }),
    carbonFraction: number('ratio', '1', { max: '1', default: { parameter: 'redd.carbon-fraction' } }),
    displacement: number('emissions', 'tCO2e', { max: '1000000000', ...zero, assumed: true }),
    uncertainty: ratio('10'),
    bufferShare: ratio(),
  },
  parameters: ['redd.discount.*'],
  formula(c) {
    c.step(
      'lossPerArea',
      '((aboveGround * (1 + rootShoot) + deadBiomass) * carbonFraction + soilLoss) * 44 / 12',
      'tCO2e/ha',
    )
    c.parameter('discount', `redd.discount.${bandOf(c.number('uncertainty'), REDD_BANDS)}`, '1')
    c.step('BE', 'referenceArea * lossPerArea * (1 - discount)', 'tCO2e')
    c.step('PE', 'monitoredArea * lossPerArea * (1 - discount)', 'tCO2e')
    c.step('LE', 'displacement * (1 - discount)', 'tCO2e')
    // Whole tonnes only: the buffer is rounded up, and what the holder gets is what is left.
    c.step('whole', 'max(floor(BE - PE - LE), 0)', 'tCO2e')
    c.step('buffer', 'ceil(whole * bufferShare)', 'tCO2e')
    c.step('net', 'whole - buffer', 'tCO2e')
  },
}
