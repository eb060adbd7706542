import type { Calculation } from '../calculation.ts'
import { choice, type Method, number, table } from '../method.ts'
import { otherEmissions, powerInputs, powerStep } from './pieces.ts'

const HERDS = [
  'swine-developed',
  'swine-other',
  'dairy-developed',
  'dairy-other',
  'cattle-developed',
  'cattle-other',
  'other',
]
const LAGOONS = ['lagoon-10', 'lagoon-15', 'lagoon-20', 'lagoon-25', 'lagoon-28', 'other']

/** Methane that is burnt in a flare, of which a part escapes (TOOL06). */
export const flareInputs = {
  flared: number('methane', 'tCH4', { max: '100000000', default: { value: '0' }, assumed: true }),
  flare: choice(['open', 'enclosed'], { default: { value: 'open' } }),
  flareEfficiency: number('ratio', '1', { max: '1', default: { parameter: 'tool06.flare.{flare}' } }),
}

/** Names what escapes from the flare, `PE_flare`. `GWP_CH4` has its name already. */
export function flareStep(c: Calculation): void {
  if (c.number('flared').isZero()) c.step('PE_flare', 'flared', 'tCO2e')
  else c.step('PE_flare', 'flared * (1 - flareEfficiency) * GWP_CH4', 'tCO2e')
}

/** Methane of a row of animals in one system, in m3 a year, before the conversion factor of the system. */
const POTENTIAL = 'methanePotential * animals * solids * 365 * systemShare'

export const manure: Method = {
  id: 'AMS-III.D',
  version: 1,
  of: 'reduction',
  scopes: [13, 15],
  source: {
    document: 'CDM AMS-III.D, methane recovery in animal manure management',
    place: 'baseline by volatile solids; leaks, flare and power; never more than the methane destroyed',
  },
  inputs: {
    herds: table(
      {
        herd: choice(HERDS),
        animals: number('count', '1', { max: '1000000000' }),
        methanePotential: number('methane-per-solids', 'm3CH4/kgVS', {
          max: '1',
          default: { parameter: 'ams-iii-d.b0.{herd}' },
        }),
        solids: number('solids-per-day', 'kgVS/d', { max: '20', default: { parameter: 'ams-iii-d.solids.{herd}' } }),
        system: choice(LAGOONS),
        conversion: number('ratio', '1', { max: '1', default: { parameter: 'ams-iii-d.mcf.{system}' } }),
        systemShare: number('ratio', '1', { max: '1' }),
      },
      { max: 200 },
    ),
    uncertaintyFactor: number('ratio', '1', { max: '1', default: { parameter: 'ams-iii-d.uncertainty' } }),
    methaneDensity: number('methane-density', 'tCH4/m3CH4', {
      min: '0.0005',
      max: '0.0009',
      default: { parameter: 'methane.density' },
    }),
    leakShare: number('ratio', '1', { max: '1', default: { parameter: 'ams-iii-d.leak' } }),
    destroyed: number('methane', 'tCH4', { max: '100000000', optional: true }),
    ...flareInputs,
    ...powerInputs,
    ...otherEmissions,
  },
  gases: ['CH4'],
  formula(c) {
    c.gwp('GWP_CH4', 'CH4')
    c.sum('treated', c.rows('herds'), `conversion * ${POTENTIAL}`, 'm3CH4')
    c.sum('potential', c.rows('herds'), POTENTIAL, 'm3CH4')
    c.step('BE_manure', 'GWP_CH4 * methaneDensity * uncertaintyFactor * treated', 'tCO2e')
    c.step('PE_leak', 'leakShare * GWP_CH4 * methaneDensity * potential', 'tCO2e')
    flareStep(c)
    powerStep(c)
    c.step('PE', 'PE_leak + PE_flare + PE_power + projectEmissions', 'tCO2e')
    if (c.has('destroyed')) c.step('BE', 'min(BE_manure, destroyed * GWP_CH4 - PE_power + PE)', 'tCO2e')
    else {
      c.step('BE', 'BE_manure', 'tCO2e')
      c.warn('destruction-not-measured')
    }
    c.step('LE', 'leakage', 'tCO2e')
  },
}

export const wastewater: Method = {
  id: 'AMS-III.H',
  version: 1,
  of: 'reduction',
  scopes: [13],
  source: {
    document: 'CDM AMS-III.H, methane recovery in wastewater treatment',
    place: 'baseline emissions of an open lagoon',
  },
  inputs: {
    wastewater: number('volume', 'm3', { max: '10000000000' }),
    demand: number('demand-per-volume', 'tCOD/m3', { max: '1' }),
    removal: number('ratio', '1', { max: '1' }),
    lagoon: choice(['lagoon-shallow', 'lagoon-deep', 'reactor', 'other']),
    conversion: number('ratio', '1', { max: '1', default: { parameter: 'ams-iii-h.mcf.{lagoon}' } }),
    demandPotential: number('methane-per-demand', 'kgCH4/kgCOD', {
      max: '0.35',
      default: { parameter: 'ams-iii-h.b0' },
    }),
    uncertaintyFactor: number('ratio', '1', { max: '1', default: { parameter: 'ams-iii-h.uncertainty' } }),
    ...flareInputs,
    ...powerInputs,
    ...otherEmissions,
  },
  gases: ['CH4'],
  formula(c) {
    c.gwp('GWP_CH4', 'CH4')
    c.step('BE', 'wastewater * demand * removal * conversion * demandPotential * uncertaintyFactor * GWP_CH4', 'tCO2e')
    flareStep(c)
    powerStep(c)
    c.step('PE', 'PE_flare + PE_power + projectEmissions', 'tCO2e')
    c.step('LE', 'leakage', 'tCO2e')
  },
}
