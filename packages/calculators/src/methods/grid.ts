import type { Calculation } from '../calculation.ts'
import { Exact, shown } from '../decimal.ts'
import { choice, type Method, number, table } from '../method.ts'
import type { Row } from '../reading.ts'
import { COMBINED, FUEL, fuelTable, gridInputs, gridStep, otherEmissions, weightInputs } from './pieces.ts'

const TOOL07 = 'CDM TOOL07, tool to calculate the emission factor for an electricity system'
const generation = number('energy', 'MWh', { max: '10000000000' })

export const operatingMargin: Method = {
  id: 'TOOL07-OM',
  version: 1,
  of: 'value',
  result: { step: 'EF_OM', unit: 'tCO2/MWh' },
  scopes: [],
  source: { document: TOOL07, place: 'simple operating margin' },
  inputs: {
    units: table(
      {
        fuelMass: number('mass', 't', { max: '1000000000' }),
        heatValue: number('heat-per-mass', 'GJ/t', { above: '0', max: '150' }),
        fuelFactor: number('emissions-per-heat', 'tCO2/GJ', { max: '0.25' }),
        generation,
      },
      { max: 1000 },
    ),
    lowCostShare: number('ratio', '1', { max: '1', default: { value: '0' }, assumed: true }),
  },
  parameters: ['tool07.low-cost-limit'],
  gates: ['low-cost-share'],
  formula(c) {
    if (!c.number('lowCostShare').isZero()) {
      const limit = c.parameter('lowCostLimit', 'tool07.low-cost-limit', '1')
      const share = c.number('lowCostShare')
      c.gate('low-cost-share', share.lessThan(limit), { value: shown(share), limit: shown(limit) })
    }
    c.sum('emitted', c.rows('units'), FUEL, 'tCO2')
    c.sum('generated', c.rows('units'), 'generation', 'MWh')
    c.step('EF_OM', 'emitted / generated', 'tCO2/MWh')
  },
}

const NEWEST = 5

export const buildMargin: Method = {
  id: 'TOOL07-BM',
  version: 1,
  of: 'value',
  result: { step: 'EF_BM', unit: 'tCO2/MWh' },
  scopes: [],
  source: {
    document: TOOL07,
    place: 'build margin: the larger of the five newest units and the newest that make 20 %',
  },
  inputs: {
    systemGeneration: number('energy', 'MWh', { above: '0', max: '100000000000' }),
    units: table(
      {
        commissioned: { type: 'day' },
        generation,
        unitFactor: number('emissions-per-power', 'tCO2/MWh', { max: '3' }),
      },
      { max: 1000 },
    ),
  },
  parameters: ['tool07.build-margin.share'],
  gates: ['build-total', 'build-sample'],
  formula(c) {
    c.parameter('share', 'tool07.build-margin.share', '1')
    const wanted = c.step('sampleGeneration', 'share * systemGeneration', 'MWh')
    const newest = c.rows('units').toSorted((a, b) => compare(b.choice('commissioned'), a.choice('commissioned')))
    const sums = newest.map((_, index) => generated(newest.slice(0, index + 1)))
    const enough = sums.findIndex((sum) => sum.greaterThanOrEqualTo(wanted))
    const all = sums.at(-1) ?? new Exact(0)
    const system = c.number('systemGeneration')
    c.gate('build-total', all.lessThanOrEqualTo(system), { value: shown(all), limit: shown(system) })
    c.gate('build-sample', enough >= 0, { value: shown(all), limit: shown(wanted) })
    // Both sets are the newest first, so the larger is the longer one.
    const sample = newest.slice(0, Math.max(NEWEST, enough + 1))
    c.sum('emitted', sample, 'generation * unitFactor', 'tCO2')
    c.sum('generated', sample, 'generation', 'MWh')
    c.step('EF_BM', 'emitted / generated', 'tCO2/MWh')
  },
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const generated = (rows: readonly Row[]) => rows.reduce((sum, row) => sum.plus(row.number('generation')), new Exact(0))

const TECHNOLOGIES = ['solar', 'wind', 'hydro', 'geothermal', 'other']

export const combinedMargin: Method = {
  id: 'TOOL07-CM',
  version: 1,
  of: 'value',
  result: { step: 'EF_CM', unit: 'tCO2/MWh' },
  scopes: [],
  source: { document: TOOL07, place: 'combined margin' },
  inputs: {
    technology: choice(TECHNOLOGIES),
    operatingMargin: number('emissions-per-power', 'tCO2/MWh', {
      max: '3',
      default: { parameter: 'grid.operating-margin' },
    }),
    buildMargin: number('emissions-per-power', 'tCO2/MWh', { max: '3', default: { parameter: 'grid.build-margin' } }),
    ...weightInputs(),
  },
  formula: (c) => void c.step('EF_CM', COMBINED, 'tCO2/MWh'),
}

/** What every plant on a grid is asked for. A capacity that is added counts with what exceeds history and its deviation. */
const plantInputs = (technology?: string) => ({
  electricity: number('energy', 'MWh', { max: '1000000000' }),
  historicElectricity: number('energy', 'MWh', { max: '1000000000', default: { value: '0' } }),
  historicDeviation: number('energy', 'MWh', { max: '1000000000', default: { value: '0' } }),
  ...gridInputs,
  ...weightInputs(technology),
  burnt: fuelTable({ optional: true }),
})

const PLANT = 'electricity - (historicElectricity + historicDeviation)'

function plantSteps(c: Calculation): void {
  gridStep(c)
  c.step('EG', PLANT, 'MWh')
  c.step('BE', 'EG * EF_CM', 'tCO2e')
  c.sum('PE_fuel', c.rows('burnt'), FUEL, 'tCO2e')
}

const ACM0002 = 'CDM ACM0002, grid-connected electricity generation from renewable sources'

export const renewable: Method = {
  id: 'ACM0002',
  version: 1,
  of: 'reduction',
  scopes: [1],
  source: {
    document: ACM0002,
    place: 'baseline emissions of new plants and added capacity; project emissions of fuel and of geothermal steam',
  },
  inputs: {
    technology: choice(['solar', 'wind', 'geothermal', 'other']),
    ...plantInputs(),
    steam: number('mass', 't', { max: '10000000000', when: { input: 'technology', is: ['geothermal'] } }),
    steamCarbon: number('ratio', '1', { max: '1', when: { input: 'technology', is: ['geothermal'] } }),
    steamMethane: number('ratio', '1', { max: '1', when: { input: 'technology', is: ['geothermal'] } }),
    ...otherEmissions,
  },
  gases: ['CH4'],
  formula(c) {
    plantSteps(c)
    if (c.choice('technology') === 'geothermal') {
      c.gwp('GWP_CH4', 'CH4')
      c.step('PE_steam', 'steam * (steamCarbon + steamMethane * GWP_CH4)', 'tCO2e')
      c.step('PE', 'PE_fuel + PE_steam + projectEmissions', 'tCO2e')
    } else c.step('PE', 'PE_fuel + projectEmissions', 'tCO2e')
    c.step('LE', 'leakage', 'tCO2e')
  },
}

const RESERVOIR_PARAMETERS = ['acm0002.power-density-least', 'acm0002.power-density-free', 'acm0002.reservoir-factor']

/** Inputs about a reservoir, where the technology is `hydro` if it can be another. */
function reservoirInputs(when: { when?: { input: string; is: string[] } }) {
  return {
    capacityAfter: number('power', 'W', { above: '0', max: '100000000000', ...when }),
    capacityBefore: number('power', 'W', { max: '100000000000', default: { value: '0' }, ...when }),
    reservoirAfter: number('area', 'm2', { max: '100000000000', ...when }),
    reservoirBefore: number('area', 'm2', { max: '100000000000', default: { value: '0' }, ...when }),
    grossElectricity: number('energy', 'MWh', { max: '1000000000', ...when }),
  }
}

/** Names the emissions of a reservoir, `PE_reservoir`, by its power density. One that did not grow has none. */
function reservoirSteps(c: Calculation): void {
  const [net, gross] = [c.number('electricity'), c.number('grossElectricity')]
  c.gate('gross-electricity', gross.greaterThanOrEqualTo(net), { value: shown(gross), limit: shown(net) })
  const area = c.step('addedArea', 'reservoirAfter - reservoirBefore', 'm2')
  if (!area.greaterThan(0)) {
    c.step('PE_reservoir', '0', 'tCO2e')
    return
  }
  const density = c.step('powerDensity', '(capacityAfter - capacityBefore) / addedArea', 'W/m2')
  const least = c.parameter('leastDensity', 'acm0002.power-density-least', 'W/m2')
  c.gate('power-density', density.greaterThan(least), { value: shown(density), limit: shown(least) })
  const free = c.parameter('freeDensity', 'acm0002.power-density-free', 'W/m2')
  if (density.greaterThan(free)) c.step('PE_reservoir', '0', 'tCO2e')
  else {
    c.parameter('reservoirFactor', 'acm0002.reservoir-factor', 'kgCO2e/MWh')
    c.step('PE_reservoir', 'reservoirFactor * grossElectricity / 1000', 'tCO2e')
  }
}

export const hydro: Method = {
  id: 'ACM0002-HYDRO',
  version: 1,
  of: 'reduction',
  scopes: [1],
  source: { document: ACM0002, place: 'baseline emissions; project emissions of reservoirs by power density' },
  inputs: {
    ...plantInputs('hydro'),
    ...reservoirInputs({}),
    ...otherEmissions,
  },
  parameters: RESERVOIR_PARAMETERS,
  gates: ['gross-electricity', 'power-density'],
  formula(c) {
    plantSteps(c)
    reservoirSteps(c)
    c.step('PE', 'PE_fuel + PE_reservoir + projectEmissions', 'tCO2e')
    c.step('LE', 'leakage', 'tCO2e')
  },
}

export const smallRenewable: Method = {
  id: 'AMS-I.D',
  version: 1,
  of: 'reduction',
  scopes: [1],
  source: {
    document: 'CDM AMS-I.D, grid-connected renewable electricity generation',
    place: 'baseline, project emissions and leakage; limit of small scale',
  },
  inputs: {
    technology: choice(TECHNOLOGIES),
    ratedCapacity: number('power', 'MW', { above: '0', max: '100000' }),
    ...plantInputs(),
    ...reservoirInputs({ when: { input: 'technology', is: ['hydro'] } }),
    ...otherEmissions,
  },
  parameters: ['ams-i-d.capacity-limit', ...RESERVOIR_PARAMETERS],
  gates: ['capacity', 'added-capacity', 'gross-electricity', 'power-density'],
  formula(c) {
    const limit = c.parameter('capacityLimit', 'ams-i-d.capacity-limit', 'MW')
    const capacity = c.number('ratedCapacity')
    c.gate('capacity', capacity.lessThanOrEqualTo(limit), { value: shown(capacity), limit: shown(limit) })
    plantSteps(c)
    if (c.choice('technology') === 'hydro') {
      const added = c.number('capacityAfter').minus(c.number('capacityBefore')).dividedBy(1_000_000)
      c.gate('added-capacity', added.lessThanOrEqualTo(capacity), { value: shown(added), limit: shown(capacity) })
      reservoirSteps(c)
      c.step('PE', 'PE_fuel + PE_reservoir + projectEmissions', 'tCO2e')
    } else c.step('PE', 'PE_fuel + projectEmissions', 'tCO2e')
    c.step('LE', 'leakage', 'tCO2e')
  },
}
