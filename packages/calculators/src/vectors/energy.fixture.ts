import { q, type Vector } from './vector.fixture.ts'

const noEmissions = { projectEmissions: q(0, 'tCO2e'), leakage: q(0, 'tCO2e') }
const stove = {
  fuelHeat: q(0.0156, 'TJ/t'),
  carbonFactor: q(112, 'tCO2/TJ'),
  otherGasFactor: q(9.46, 'tCO2e/TJ'),
  netToGross: q(0.95),
}
const grid = { operatingMargin: q(0.7, 'tCO2/MWh'), buildMargin: q(0.45, 'tCO2/MWh') }

/** Electricity, lighting and stoves. */
export const energyVectors: readonly Vector[] = [
  {
    id: 'undp-rice-1',
    method: 'UNDP-AGRI-RICE',
    inputs: { area: q(16, 'ha'), duration: q(120, 'd'), areaFactor: q(0.046, 'tCO2e/ha/d') },
    expect: 88.32,
  },
  { id: 'undp-rice-2', method: 'UNDP-AGRI-RICE', inputs: { area: q(50, 'ha'), duration: q(365, 'd') }, expect: 839.5 },
  {
    id: 'undp-rice in km2 and hours',
    method: 'UNDP-AGRI-RICE',
    inputs: { area: q(0.16, 'km2'), duration: q(2880, 'h') },
    expect: 88.32,
  },
  {
    id: 'undp-solar-1',
    method: 'UNDP-SOLAR',
    inputs: {
      consumer: 'household',
      yearlyEnergy: q(20, 'kWh/yr'),
      firstBand: q(55, 'kWh/yr'),
      firstFactor: q(6.8, 'tCO2/MWh'),
      furtherFactor: q(1.3, 'tCO2/MWh'),
    },
    expect: 0.136,
  },
  {
    id: 'undp-solar-2',
    method: 'UNDP-SOLAR',
    inputs: { consumer: 'household', yearlyEnergy: q(105, 'kWh/yr') },
    expect: 0.439,
  },
  ...(
    [
      ['health-centre', '820', 'kWh/year/unit', 5.576],
      ['health-centre', '825', 'kWh/yr', 5.61],
      ['health-centre', '1', 'MWh/yr', 5.8375],
      ['health-centre', '3600000', 'kJ/yr', 5.8375],
      ['school', '300', 'kWh/yr', 1.9025],
      ['bus-stop', '250', 'kWh/yr', 1.425],
      ['household', '100', 'MWh/yr', 130.3025],
      ['trading-place', '8520000000', 'Wh/yr', 11080.5375],
    ] as const
  ).map(([consumer, value, unit, expect]) => ({
    id: `undp-solar ${consumer} ${value} ${unit}`,
    method: 'UNDP-SOLAR',
    inputs: { consumer, yearlyEnergy: q(value, unit) },
    expect,
    tolerance: 1e-12,
  })),
  { id: 'biochar', method: 'UNDP-BIOCHAR', inputs: { biochar: q(100, 't') }, expect: 366 },
  {
    id: 'stoves in Namibia',
    method: 'UNDP-STOVES-NAMIBIA',
    inputs: { duration: q(365, 'd'), persons: q(5) },
    expect: 182.5,
  },
  {
    id: 'tool07-om',
    method: 'TOOL07-OM',
    inputs: {
      units: [
        [300_000, 25.8, 0.0946, 800_000],
        [80_000, 48, 0.0561, 480_000],
        [50_000, 43, 0.0741, 210_000],
      ].map(([mass = 0, heat = 0, factor = 0, generated = 0]) => ({
        fuelMass: q(mass, 't'),
        heatValue: q(heat, 'GJ/t'),
        fuelFactor: q(factor, 'tCO2/GJ'),
        generation: q(generated, 'MWh'),
      })),
      lowCostShare: q(0.3),
    },
    expect: 0.742915,
    tolerance: 1e-6,
  },
  {
    id: 'tool07-cm',
    method: 'TOOL07-CM',
    inputs: { technology: 'solar', ...grid },
    expect: 0.6375,
    tolerance: 1e-12,
  },
  {
    id: 'acm0002-solar',
    method: 'ACM0002',
    inputs: {
      technology: 'solar',
      electricity: q(18_000, 'MWh'),
      ...grid,
      operatingWeight: q(0.75),
      ...noEmissions,
    },
    expect: 11_475,
  },
  {
    id: 'acm0002-hydro',
    method: 'ACM0002-HYDRO',
    inputs: {
      electricity: q(80_000, 'MWh'),
      ...grid,
      operatingWeight: q(0.5),
      capacityAfter: q(20_000_000, 'W'),
      reservoirAfter: q(4_000_000, 'm2'),
      grossElectricity: q(80_000, 'MWh'),
    },
    expect: 38_800,
  },
  {
    id: 'ams-i-a',
    method: 'AMS-I.A',
    inputs: { electricity: q(120, 'MWh'), dieselFactor: q(0.8, 'tCO2/MWh'), gridLosses: q(0.1) },
    expect: 106.6667,
  },
  { id: 'ams-i-a without losses', method: 'AMS-I.A', inputs: { electricity: q(120, 'MWh') }, expect: 96 },
  ...(
    [
      ['ams-i-l', 150, 1000, 497.5],
      ['ams-i-l 20', 20, 1, 0.136],
      ['ams-i-l 105', 105, 1, 0.439],
      ['ams-i-l-3', 400, 1, 0.7775],
    ] as const
  ).map(([id, energy, n, expect]) => ({
    id,
    method: 'AMS-I.L',
    inputs: { groups: [{ yearlyEnergy: q(energy, 'kWh/yr'), consumers: q(n) }] },
    expect,
  })),
  ...(
    [
      ['ams-iii-bb', 105, 0.1896],
      ['ams-iii-bb 400', 400, 0.4256],
    ] as const
  ).map(([id, energy, expect]) => ({
    id,
    method: 'AMS-III.BB',
    inputs: { groups: [{ customer: 'residential', yearlyEnergy: q(energy, 'kWh/yr'), consumers: q(1) }] },
    expect,
  })),
  {
    id: 'ams-iii-ar',
    method: 'AMS-III.AR',
    inputs: { lamps: q(10_000), lampFactor: q(0.092, 'tCO2e/yr'), operatingShare: q(1) },
    expect: 920,
  },
  {
    id: 'tpddtec',
    method: 'TPDDTEC',
    inputs: {
      technologyDays: q(365_000),
      usage: q(0.9),
      fuelSaved: q(0.001, 't/d'),
      ...stove,
      nonRenewable: q(0.8),
    },
    expect: 482.2607,
  },
  {
    id: 'ams-ii-g',
    method: 'AMS-II.G',
    inputs: {
      fuelBefore: q(3, 't/yr'),
      efficiencyBefore: q(0.1),
      efficiencyAfter: q(0.28),
      stoves: q(10_000),
      operatingShare: q(0.9),
      ...stove,
      nonRenewable: q(0.3),
    },
    expect: 11_076.447,
  },
]
