import { choice, type Method, number, table } from '../method.ts'
import { FUEL, FUELS, POWER } from './pieces.ts'

export const fuel: Method = {
  id: 'TOOL03',
  version: 1,
  of: 'value',
  result: { step: 'emitted', unit: 'tCO2' },
  scopes: [],
  source: {
    document: 'CDM TOOL03, CO2 emissions from fossil fuel combustion',
    place: 'by mass, heat value and emission factor',
  },
  inputs: {
    burnt: table(
      {
        fuel: choice([...FUELS, 'other']),
        fuelMass: number('mass', 't', { max: '100000000' }),
        heatValue: number('heat-per-mass', 'GJ/t', {
          above: '0',
          max: '150',
          default: { parameter: 'tool03.heat.{fuel}' },
        }),
        fuelFactor: number('emissions-per-heat', 'tCO2/GJ', {
          max: '0.25',
          default: { parameter: 'tool03.co2.{fuel}' },
        }),
      },
      { max: 200 },
    ),
  },
  formula: (c) => void c.sum('emitted', c.rows('burnt'), FUEL, 'tCO2'),
}

export const power: Method = {
  id: 'TOOL05',
  version: 1,
  of: 'value',
  result: { step: 'emitted', unit: 'tCO2' },
  scopes: [],
  source: {
    document: 'CDM TOOL05, emissions from electricity consumption',
    place: 'by consumption, emission factor and losses',
  },
  inputs: {
    side: choice(['project', 'baseline']),
    powerUse: number('energy', 'MWh', { max: '1000000000' }),
    powerFactor: number('emissions-per-power', 'tCO2/MWh', {
      max: '3',
      default: { parameter: 'tool05.captive-diesel' },
    }),
    powerLosses: number('ratio', '1', { max: '0.9', default: { parameter: 'tool05.losses.{side}' } }),
  },
  formula: (c) => void c.step('emitted', POWER, 'tCO2'),
}

export const flare: Method = {
  id: 'TOOL06',
  version: 1,
  of: 'value',
  result: { step: 'escaped', unit: 'tCO2e' },
  scopes: [],
  source: {
    document: 'CDM TOOL06, project emissions from flaring',
    place: 'default efficiencies of open and enclosed flares',
  },
  inputs: {
    flared: number('methane', 'tCH4', { max: '100000000' }),
    flare: choice(['open', 'enclosed']),
    flareEfficiency: number('ratio', '1', { max: '1', default: { parameter: 'tool06.flare.{flare}' } }),
  },
  gases: ['CH4'],
  formula(c) {
    c.gwp('GWP_CH4', 'CH4')
    c.step('escaped', 'flared * (1 - flareEfficiency) * GWP_CH4', 'tCO2e')
  },
}

export const sampling: Method = {
  id: 'SAMPLING',
  version: 1,
  of: 'value',
  result: { step: 'sample', unit: '1' },
  scopes: [],
  source: {
    document: 'CDM standard on sampling and surveys',
    place: 'simple random sample, 90 % confidence, 10 % precision',
  },
  inputs: {
    population: number('count', '1', { min: '1', max: '1000000000', whole: true }),
    variation: number('ratio', '1', { max: '10' }),
  },
  parameters: ['sampling.confidence', 'sampling.precision', 'sampling.least'],
  formula(c) {
    c.parameter('z', 'sampling.confidence', '1')
    c.parameter('precision', 'sampling.precision', '1')
    c.parameter('least', 'sampling.least', '1')
    c.step('needed', 'z ^ 2 * population * variation ^ 2', '1')
    // A population of one that does not vary needs no sample by the formula; who is asked is everybody, then.
    const isAlone = c.number('population').equals(1) && c.number('variation').isZero()
    c.step('counted', isAlone ? '1' : 'needed / ((population - 1) * precision ^ 2 + z ^ 2 * variation ^ 2)', '1')
    c.step('sample', 'min(population, max(least, ceil(counted)))', '1')
  },
}
