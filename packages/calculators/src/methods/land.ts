import type { Calculation } from '../calculation.ts'
import { choice, type Method, number, table } from '../method.ts'

const EDITIONS = ['2019', '2006']
const WATER = ['continuous', 'single-drainage', 'multiple-drainage', 'rainfed', 'drought-prone', 'deep-water']
const TIER = { when: { input: 'route', is: ['factors'] } }
const FLAT = { when: { input: 'route', is: ['flat'] } }
const added = { default: { value: '0' }, assumed: true } as const

const amendments = (more: { optional: true }) =>
  table(
    {
      amendment: choice(['straw-recent', 'straw-early', 'compost', 'manure', 'green']),
      rate: number('mass-per-area', 't/ha', { max: '100' }),
      amendmentFactor: number('ratio', '1', {
        max: '2',
        default: { parameter: 'rice.amendment.{edition}.{amendment}' },
      }),
    },
    { max: 20, ...more, ...TIER },
  )

const scale = (parameter: string) => number('ratio', '1', { max: '5', default: { parameter }, ...TIER })

export const rice: Method = {
  id: 'AMS-III.AU',
  version: 1,
  of: 'reduction',
  scopes: [15],
  source: {
    document: 'CDM AMS-III.AU, methane emission reduction by adjusted water management in rice cultivation',
    place: 'IPCC Tier 1 factors, or flat factors of saving',
  },
  inputs: {
    route: choice(['factors', 'flat'], { default: { value: 'factors' } }),
    area: number('area', 'ha', { max: '100000000' }),
    duration: number('duration', 'd', { max: '366' }),
    edition: choice(EDITIONS, { default: { value: '2019' }, ...TIER }),
    baseFactor: number('methane-per-area-and-day', 'kgCH4/ha/d', {
      max: '10',
      default: { parameter: 'rice.base.{edition}' },
      ...TIER,
    }),
    waterBefore: choice(WATER, TIER),
    waterAfter: choice(WATER, TIER),
    waterFactorBefore: scale('rice.water.{edition}.{waterBefore}'),
    waterFactorAfter: scale('rice.water.{edition}.{waterAfter}'),
    preSeason: choice(['dry-short', 'dry-long', 'dry-year', 'flooded'], TIER),
    preSeasonFactor: scale('rice.before.{edition}.{preSeason}'),
    amendments: amendments({ optional: true }),
    projectAmendments: amendments({ optional: true }),
    season: choice(['single', 'double'], FLAT),
    aeration: choice(['single-drainage', 'multiple-drainage'], FLAT),
    savedFactor: number('methane-per-area-and-day', 'kgCH4/ha/d', {
      max: '10',
      default: { parameter: 'rice.flat.{season}.{aeration}' },
      ...FLAT,
    }),
    deduction: number('ratio', '1', { max: '1', ...added }),
    projectEmissions: number('emissions', 'tCO2e', { max: '1000000000', ...added }),
    leakage: number('emissions', 'tCO2e', { max: '1000000000', ...added }),
  },
  parameters: ['rice.amendment-exponent'],
  gases: ['CH4'],
  formula(c) {
    c.gwp('GWP_CH4', 'CH4')
    if (c.choice('route') === 'flat') {
      c.step('BE', 'savedFactor * duration * area / 1000 * GWP_CH4 * (1 - deduction)', 'tCO2e')
      c.step('PE', 'projectEmissions', 'tCO2e')
    } else {
      organicSteps(c)
      const field = 'baseFactor * preSeasonFactor * duration * area / 1000'
      c.step('methaneBefore', `${field} * waterFactorBefore * organicBefore`, 'tCH4')
      c.step('methaneAfter', `${field} * waterFactorAfter * organicAfter`, 'tCH4')
      c.step('BE', 'methaneBefore * GWP_CH4 * (1 - deduction)', 'tCO2e')
      c.step('PE', 'methaneAfter * GWP_CH4 * (1 - deduction) + projectEmissions', 'tCO2e')
    }
    c.step('LE', 'leakage', 'tCO2e')
  },
}

/** Names the scaling factors of what is put on the field, `organicBefore` and `organicAfter`; the same unless told. */
function organicSteps(c: Calculation): void {
  c.parameter('exponent', 'rice.amendment-exponent', '1')
  c.sum('amended', c.rows('amendments'), 'rate * amendmentFactor', 't/ha')
  c.step('organicBefore', '(1 + amended) ^ exponent', '1')
  if (!c.has('projectAmendments')) {
    c.step('organicAfter', 'organicBefore', '1')
    return
  }
  c.sum('amendedAfter', c.rows('projectAmendments'), 'rate * amendmentFactor', 't/ha')
  c.step('organicAfter', '(1 + amendedAfter) ^ exponent', '1')
}

const nitrogen = () => number('nitrogen-per-area', 'kgN/ha', { max: '2000' })
const share = (part: string) => number('ratio', '1', { max: '1', default: { parameter: `n2o.{edition}.${part}` } })
const carbon = () => number('carbon-per-area', 'tC/ha', { max: '2000' })

export const soils: Method = {
  id: 'AGRI-N2O-SOC',
  version: 1,
  of: 'reduction',
  outputs: [{ step: 'reversible', unit: 'tCO2e' }],
  scopes: [15],
  source: {
    document: 'Fertiliser and soil carbon in the manner of VM0042, with IPCC factors',
    place: 'direct and indirect N2O; change of soil organic carbon on equal soil mass, 30 cm',
  },
  inputs: {
    area: number('area', 'ha', { max: '100000000' }),
    nitrogenBefore: nitrogen(),
    nitrogenAfter: nitrogen(),
    edition: choice(EDITIONS, { default: { value: '2019' } }),
    directShare: share('direct'),
    volatilisedShare: share('volatilised'),
    depositedShare: share('deposited'),
    leachedShare: share('leached'),
    leachingShare: share('leaching'),
    soilCarbonBefore: carbon(),
    soilCarbonAfter: carbon(),
    deduction: number('ratio', '1', { max: '1', ...added }),
    projectEmissions: number('emissions', 'tCO2e', { max: '1000000000', ...added }),
    leakage: number('emissions', 'tCO2e', { max: '1000000000', ...added }),
  },
  gases: ['N2O'],
  formula(c) {
    c.gwp('GWP_N2O', 'N2O')
    const part = 'directShare + volatilisedShare * depositedShare + leachedShare * leachingShare'
    c.step('perNitrogen', `(${part}) * 44 / 28 * GWP_N2O / 1000`, 'tCO2e/kgN')
    c.step('BE', 'area * nitrogenBefore * perNitrogen * (1 - deduction)', 'tCO2e')
    c.step('reversible', 'area * (soilCarbonAfter - soilCarbonBefore) * 44 / 12 * (1 - deduction)', 'tCO2e')
    c.step('PE_nitrogen', 'area * nitrogenAfter * perNitrogen * (1 - deduction)', 'tCO2e')
    c.step('PE', 'PE_nitrogen - reversible + projectEmissions', 'tCO2e')
    c.step('LE', 'leakage', 'tCO2e')
  },
}
