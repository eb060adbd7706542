import { choice, type Method, number, table } from '../method.ts'
import { FUELS, otherEmissions } from './pieces.ts'

export const electricVehicles: Method = {
  id: 'AMS-III.C',
  version: 1,
  of: 'reduction',
  scopes: [7],
  source: {
    document: 'CDM AMS-III.C, emission reductions by electric and hybrid vehicles',
    place: 'baseline and project emissions by distance',
  },
  inputs: {
    fleets: table(
      {
        vehicles: number('count', '1', { max: '100000000', whole: true }),
        distance: number('distance', 'km', { max: '1000000' }),
        fuel: choice([...FUELS, 'other']),
        fuelUse: number('mass-per-distance', 'g/km', { max: '2000' }),
        heatValue: number('heat-per-mass', 'GJ/t', {
          above: '0',
          max: '150',
          default: { parameter: 'tool03.heat.{fuel}' },
        }),
        fuelFactor: number('emissions-per-heat', 'tCO2/GJ', {
          max: '0.25',
          default: { parameter: 'tool03.co2.{fuel}' },
        }),
        powerPerDistance: number('energy-per-distance', 'kWh/km', { max: '10' }),
      },
      { max: 200 },
    ),
    improvement: number('ratio', '1', { min: '0.5', max: '1', default: { parameter: 'ams-iii-c.improvement' } }),
    yearsSince: number('years', 'yr', { max: '50', whole: true }),
    powerFactor: number('emissions-per-power', 'tCO2/MWh', {
      max: '3',
      default: { parameter: 'grid.combined-margin' },
    }),
    gridLosses: number('ratio', '1', { max: '0.9', default: { parameter: 'ams-iii-c.losses' } }),
    ...otherEmissions,
  },
  formula(c) {
    const fleets = c.rows('fleets')
    const driven = 'distance * vehicles / 1000000'
    c.sum('BE', fleets, `fuelUse * heatValue * fuelFactor * improvement ^ yearsSince * ${driven}`, 'tCO2e')
    c.sum('PE_driving', fleets, `powerPerDistance * powerFactor / (1 - gridLosses) * 1000 * ${driven}`, 'tCO2e')
    c.step('PE', 'PE_driving + projectEmissions', 'tCO2e')
    c.step('LE', 'leakage', 'tCO2e')
  },
}
