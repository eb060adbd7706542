import type { Calculation } from '../calculation.ts'
import { type ChoiceInput, choice, type NumberInput, number, type TableInput, table } from '../method.ts'

/** Inputs and steps that several methods share. */

export const FUELS = ['diesel', 'petrol', 'lpg', 'kerosene', 'natural-gas', 'bituminous-coal', 'fuel-oil'] as const

/** Emissions of which the method computes nothing: zero, and said so, where they are not given. */
export const otherEmissions = {
  projectEmissions: number('emissions', 'tCO2e', { max: '1000000000', default: { value: '0' }, assumed: true }),
  leakage: number('emissions', 'tCO2e', { max: '1000000000', default: { value: '0' }, assumed: true }),
}

/** Electricity that the project takes from a grid or a generator (TOOL05). */
export const powerInputs = {
  powerUse: number('energy', 'MWh', { max: '1000000000', default: { value: '0' }, assumed: true }),
  powerFactor: number('emissions-per-power', 'tCO2/MWh', { max: '3', default: { parameter: 'tool05.captive-diesel' } }),
  powerLosses: number('ratio', '1', { max: '0.9', default: { parameter: 'tool05.losses.project' } }),
}

export const POWER = 'powerUse * powerFactor * (1 + powerLosses)'

/** Names the emissions of the electricity used, `PE_power`; a factor is asked for only where there was any. */
export function powerStep(c: Calculation): void {
  if (c.number('powerUse').isZero()) c.step('PE_power', 'powerUse', 'tCO2e')
  else c.step('PE_power', POWER, 'tCO2e')
}

/** Fossil fuel that is burnt (TOOL03). */
export const fuelTable = (limits: { optional?: true } = {}): TableInput =>
  table(
    {
      fuel: choice([...FUELS, 'other']),
      fuelMass: number('mass', 't', { max: '100000000' }),
      heatValue: number('heat-per-mass', 'GJ/t', {
        above: '0',
        max: '150',
        default: { parameter: 'tool03.heat.{fuel}' },
      }),
      fuelFactor: number('emissions-per-heat', 'tCO2/GJ', { max: '0.25', default: { parameter: 'tool03.co2.{fuel}' } }),
    },
    { max: 200, ...limits },
  )

export const FUEL = 'fuelMass * heatValue * fuelFactor'

/** Operating and build margin of a grid, or a combined margin that the country has published. */
export const gridInputs: Record<
  'gridRoute' | 'operatingMargin' | 'buildMargin' | 'combinedMargin',
  NumberInput | ChoiceInput
> = {
  gridRoute: choice(['margins', 'combined'], { default: { value: 'margins' } }),
  operatingMargin: number('emissions-per-power', 'tCO2/MWh', {
    max: '3',
    default: { parameter: 'grid.operating-margin' },
    when: { input: 'gridRoute', is: ['margins'] },
  }),
  buildMargin: number('emissions-per-power', 'tCO2/MWh', {
    max: '3',
    default: { parameter: 'grid.build-margin' },
    when: { input: 'gridRoute', is: ['margins'] },
  }),
  combinedMargin: number('emissions-per-power', 'tCO2/MWh', {
    max: '3',
    default: { parameter: 'grid.combined-margin' },
    when: { input: 'gridRoute', is: ['combined'] },
  }),
}

/** The weight of the operating margin, by technology and crediting period. */
export const weightInputs = (technology = '{technology}') => ({
  creditingPeriod: choice(['first', 'later'], { default: { value: 'first' } }),
  operatingWeight: number('ratio', '1', {
    max: '1',
    default: { parameter: `tool07.om-weight.${technology}.{creditingPeriod}` },
  }),
})

export const COMBINED = 'operatingWeight * operatingMargin + (1 - operatingWeight) * buildMargin'

/** Names the emission factor of the grid, `EF_CM`. */
export function gridStep(c: Calculation): void {
  c.step('EF_CM', c.choice('gridRoute') === 'combined' ? 'combinedMargin' : COMBINED, 'tCO2/MWh')
}
