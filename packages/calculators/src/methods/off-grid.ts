import { choice, type Method, number, table } from '../method.ts'
import { otherEmissions, powerInputs, powerStep } from './pieces.ts'

const factor = (parameter: string) => number('emissions-per-power', 'tCO2/MWh', { max: '20', default: { parameter } })
const band = (parameter: string) => number('energy-per-year', 'kWh/yr', { max: '10000', default: { parameter } })
const consumers = number('count', '1', { max: '1000000000', whole: true })
const yearlyEnergy = number('energy-per-year', 'kWh/yr', { max: '1000000000' })

export const user: Method = {
  id: 'AMS-I.A',
  version: 1,
  of: 'reduction',
  scopes: [1],
  source: {
    document: 'CDM AMS-I.A, electricity generation by the user',
    place: 'baseline by the electricity supplied',
  },
  inputs: {
    electricity: number('energy', 'MWh', { max: '1000000000' }),
    dieselFactor: number('emissions-per-power', 'tCO2/MWh', { max: '3', default: { parameter: 'ams-i-a.factor' } }),
    gridLosses: number('ratio', '1', { max: '0.5', default: { value: '0' } }),
    ...otherEmissions,
  },
  formula(c) {
    c.step('BE', 'electricity * dieselFactor / (1 - gridLosses)', 'tCO2e')
    c.step('PE', 'projectEmissions', 'tCO2e')
    c.step('LE', 'leakage', 'tCO2e')
  },
}

export const rural: Method = {
  id: 'AMS-I.L',
  version: 1,
  of: 'reduction',
  scopes: [1],
  source: {
    document: 'CDM AMS-I.L, electrification of rural communities using renewable energy',
    place: 'baseline by three bands of a consumer’s yearly electricity',
  },
  inputs: {
    groups: table({ yearlyEnergy, consumers }, { max: 1000 }),
    firstBand: band('ams-i-l.first-band'),
    secondBand: band('ams-i-l.second-band'),
    firstFactor: factor('ams-i-l.first'),
    secondFactor: factor('ams-i-l.second'),
    thirdFactor: factor('ams-i-l.third'),
    ...otherEmissions,
  },
  gates: ['bands'],
  formula(c) {
    c.gate('bands', c.number('firstBand').lessThanOrEqualTo(c.number('secondBand')))
    const groups = c.rows('groups')
    const needsThird = groups.some((group) => group.number('yearlyEnergy').greaterThan(c.number('secondBand')))
    const lower =
      'min(yearlyEnergy, firstBand) * firstFactor + max(min(yearlyEnergy, secondBand) - firstBand, 0) * secondFactor'
    const upper = needsThird ? ' + max(yearlyEnergy - secondBand, 0) * thirdFactor' : ''
    c.sum('BE', groups, `consumers * (${lower}${upper}) / 1000`, 'tCO2e')
    c.step('PE', 'projectEmissions', 'tCO2e')
    c.step('LE', 'leakage', 'tCO2e')
  },
}

export const community: Method = {
  id: 'AMS-III.BB',
  version: 1,
  of: 'reduction',
  scopes: [1],
  source: {
    document: 'CDM AMS-III.BB, electrification of communities through grid extension or mini-grids',
    place: 'baseline by kind of customer, as an operator of mini-grids uses it',
  },
  inputs: {
    groups: table({ customer: choice(['residential', 'other']), yearlyEnergy, consumers }, { max: 1000 }),
    firstBand: band('ams-iii-bb.first-band'),
    residentialFactor: factor('ams-iii-bb.residential'),
    furtherFactor: factor('ams-iii-bb.above'),
    otherFactor: factor('ams-iii-bb.other'),
    ...otherEmissions,
  },
  formula(c) {
    const [homes, others] = ['residential', 'other'].map((kind) =>
      c.rows('groups').filter((row) => row.choice('customer') === kind),
    )
    const home = 'min(yearlyEnergy, firstBand) * residentialFactor + max(yearlyEnergy - firstBand, 0) * furtherFactor'
    c.sum('BE_homes', homes ?? [], `consumers * (${home}) / 1000`, 'tCO2e')
    c.sum('BE_others', others ?? [], 'consumers * yearlyEnergy * otherFactor / 1000', 'tCO2e')
    c.step('BE', 'BE_homes + BE_others', 'tCO2e')
    c.step('PE', 'projectEmissions', 'tCO2e')
    c.step('LE', 'leakage', 'tCO2e')
  },
}

export const lamps: Method = {
  id: 'AMS-III.AR',
  version: 1,
  of: 'reduction',
  scopes: [1, 3],
  source: {
    document: 'CDM AMS-III.AR, substituting fossil-fuel lighting with LED or CFL lighting',
    place: 'default emission factor of a lamp and year',
  },
  inputs: {
    lamps: number('count', '1', { max: '1000000000', whole: true }),
    lampFactor: number('emissions-per-year', 'tCO2e/yr', { max: '1', default: { parameter: 'ams-iii-ar.lamp' } }),
    operatingShare: number('ratio', '1', { max: '1', default: { value: '1' }, assumed: true }),
    ...powerInputs,
    ...otherEmissions,
  },
  formula(c) {
    c.step('BE', 'lamps * lampFactor * operatingShare', 'tCO2e')
    powerStep(c)
    c.step('PE', 'PE_power + projectEmissions', 'tCO2e')
    c.step('LE', 'leakage', 'tCO2e')
  },
}
