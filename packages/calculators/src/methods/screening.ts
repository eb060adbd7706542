import { choice, type Method, number } from '../method.ts'

/** Estimates of an older open registry, for results that compare with its own. No methodologies of a crediting programme. */

const CALCULATOR = 'UNDP carbon registry, credit calculator library'

export const rice: Method = {
  id: 'UNDP-AGRI-RICE',
  version: 1,
  of: 'reduction',
  scopes: [15],
  source: { document: CALCULATOR, place: 'agriculture, rice crops' },
  isScreening: true,
  inputs: {
    area: number('area', 'ha', { max: '100000000' }),
    duration: number('duration', 'd', { max: '36525' }),
    areaFactor: number('emissions-per-area-and-day', 'tCO2e/ha/d', {
      max: '1',
      default: { parameter: 'undp.rice.factor' },
    }),
  },
  formula: (c) => void c.step('BE', 'area * duration * areaFactor', 'tCO2e'),
}

const CONSUMERS = [
  'household',
  'health-centre',
  'dispensary',
  'school',
  'primary-school',
  'secondary-school',
  'public-administration',
  'trading-place',
  'bus-stop',
]

export const solar: Method = {
  id: 'UNDP-SOLAR',
  version: 1,
  of: 'reduction',
  scopes: [1],
  source: { document: CALCULATOR, place: 'energy, solar by group of consumers' },
  isScreening: true,
  inputs: {
    consumer: choice(CONSUMERS),
    yearlyEnergy: number('energy-per-year', 'kWh/yr', { max: '1000000000000' }),
    firstBand: number('energy-per-year', 'kWh/yr', {
      max: '1000000',
      default: { parameter: 'undp.solar.threshold.{consumer}' },
    }),
    firstFactor: number('emissions-per-power', 'tCO2/MWh', { max: '20', default: { parameter: 'undp.solar.first' } }),
    furtherFactor: number('emissions-per-power', 'tCO2/MWh', {
      max: '20',
      default: { parameter: 'undp.solar.further' },
    }),
  },
  formula: (c) =>
    void c.step(
      'BE',
      '(min(yearlyEnergy, firstBand) * firstFactor + max(yearlyEnergy - firstBand, 0) * furtherFactor) / 1000',
      'tCO2e',
    ),
}

export const biochar: Method = {
  id: 'UNDP-BIOCHAR',
  version: 1,
  of: 'reduction',
  scopes: [15],
  source: { document: CALCULATOR, place: 'soil enrichment by biochar, later versions' },
  isScreening: true,
  inputs: {
    biochar: number('mass', 't', { max: '100000000' }),
    biocharFactor: number('emissions-per-mass', 'tCO2e/t', { max: '5', default: { parameter: 'undp.biochar.factor' } }),
  },
  formula: (c) => void c.step('BE', 'biochar * biocharFactor', 'tCO2e'),
}

export const stoves: Method = {
  id: 'UNDP-STOVES-NAMIBIA',
  version: 1,
  of: 'reduction',
  scopes: [3],
  source: { document: CALCULATOR, place: 'stoves, houses in Namibia, later versions' },
  isScreening: true,
  inputs: {
    duration: number('duration', 'd', { max: '36525' }),
    persons: number('count', '1', { max: '1000', whole: true }),
    personFactor: number('emissions-per-day', 'tCO2e/d', { max: '1', default: { parameter: 'undp.stoves.factor' } }),
  },
  formula(c) {
    c.step('BE', 'duration * persons * personFactor', 'tCO2e')
    // A person would save 36.5 t a year, many times what cooking on wood emits: the unit of the factor may be another.
    c.warn('doubtful-size')
  },
}
