import type { Calculation } from '../calculation.ts'
import { shown } from '../decimal.ts'
import { choice, type Method, number } from '../method.ts'

/** What both methods need to know of the fuel. Only of the CO2 counts what is not renewable. */
const fuelInputs = {
  stoveFuel: choice(['wood', 'charcoal', 'charcoal-kiln-6', 'charcoal-kiln-4'], { default: { value: 'wood' } }),
  fuelHeat: number('heat-per-mass', 'TJ/t', {
    above: '0',
    max: '0.1',
    default: { parameter: 'stove.heat.{stoveFuel}' },
  }),
  nonRenewable: number('ratio', '1', { max: '1', default: { parameter: 'fnrb' } }),
  carbonFactor: number('emissions-per-heat', 'tCO2/TJ', {
    max: '1000',
    default: { parameter: 'stove.co2.{stoveFuel}' },
  }),
  otherGasFactor: number('emissions-per-heat', 'tCO2e/TJ', {
    max: '500',
    default: { parameter: 'stove.non-co2.{stoveFuel}.{gwpSet}' },
  }),
  netToGross: number('ratio', '1', { max: '1', default: { parameter: 'stove.net-to-gross' } }),
}

const PER_FUEL = 'fuelHeat * (nonRenewable * carbonFactor + otherGasFactor)'

/** What a person used of the fuel before, against what may be claimed. */
const capInputs = {
  personFuel: number('mass-per-year', 't/yr', { max: '100', optional: true }),
}

const CAP_PARAMETERS = ['stove.cap.{stoveFuel}', 'stove.justify.{stoveFuel}']

function capGate(c: Calculation): void {
  if (!c.has('personFuel')) {
    c.warn('cap-not-checked')
    return
  }
  const used = c.number('personFuel')
  const fuel = c.choice('stoveFuel')
  const cap = c.parameter('personCap', `stove.cap.${fuel}`, 't/yr')
  c.gate('consumption-cap', used.lessThanOrEqualTo(cap), { value: shown(used), limit: shown(cap) })
  const usual = c.parameter('personUsual', `stove.justify.${fuel}`, 't/yr')
  if (used.greaterThan(usual)) c.warn('consumption-high', { value: shown(used), limit: shown(usual) })
}

export const perDay: Method = {
  id: 'TPDDTEC',
  version: 1,
  of: 'reduction',
  scopes: [3],
  source: {
    document:
      'Gold Standard TPDDTEC 4.0, technologies and practices to displace decentralized thermal energy consumption',
    place: 'method 1: fuel saved per day of a technology',
  },
  inputs: {
    technologyDays: number('count', '1', { max: '100000000000' }),
    usage: number('ratio', '1', { max: '1' }),
    fuelSaved: number('mass-per-day', 't/d', { min: '-1', max: '1' }),
    ...fuelInputs,
    ...capInputs,
  },
  parameters: CAP_PARAMETERS,
  gates: ['consumption-cap'],
  formula(c) {
    capGate(c)
    c.step('BE', `technologyDays * usage * fuelSaved * ${PER_FUEL}`, 'tCO2e')
    c.step('LE', 'BE * (1 - netToGross)', 'tCO2e')
  },
}

const SAVINGS = {
  efficiency: 'fuelBefore * (1 - efficiencyBefore / efficiencyAfter)',
  measured: 'fuelBefore - fuelAfter',
  after: 'fuelAfter * (efficiencyAfter / efficiencyBefore - 1)',
}

const isRoute = (route: string): route is keyof typeof SAVINGS => Object.hasOwn(SAVINGS, route)
const routes = (...is: (keyof typeof SAVINGS)[]) => ({ when: { input: 'savingsRoute', is } })

export const perStove: Method = {
  id: 'AMS-II.G',
  version: 1,
  of: 'reduction',
  scopes: [3],
  source: {
    document: 'CDM AMS-II.G, energy efficiency measures in thermal applications of non-renewable biomass',
    place: 'biomass saved by water-boiling test, by kitchen performance test, or by efficiency of what is used after',
  },
  inputs: {
    savingsRoute: choice(Object.keys(SAVINGS), { default: { value: 'efficiency' } }),
    stoves: number('count', '1', { max: '1000000000', whole: true }),
    operatingShare: number('ratio', '1', { max: '1' }),
    fuelBefore: number('mass-per-year', 't/yr', { max: '100', ...routes('efficiency', 'measured') }),
    fuelAfter: number('mass-per-year', 't/yr', { max: '100', ...routes('measured', 'after') }),
    oldStove: choice(['three-stone', 'other'], { optional: true, ...routes('efficiency', 'after') }),
    efficiencyBefore: number('ratio', '1', {
      above: '0',
      max: '1',
      default: { parameter: 'stove.efficiency.{oldStove}' },
      ...routes('efficiency', 'after'),
    }),
    efficiencyAfter: number('ratio', '1', { above: '0', max: '1', ...routes('efficiency', 'after') }),
    ...fuelInputs,
    ...capInputs,
  },
  parameters: CAP_PARAMETERS,
  gates: ['consumption-cap'],
  formula(c) {
    capGate(c)
    const route = c.choice('savingsRoute')
    c.step('saved', isRoute(route) ? SAVINGS[route] : '0', 't/yr')
    c.step('BE', `saved * stoves * operatingShare * ${PER_FUEL}`, 'tCO2e')
    c.step('LE', 'BE * (1 - netToGross)', 'tCO2e')
  },
}
