/** Worked numbers of the domain, with the inputs as a user gives them: a method, its inputs, and what must come out. */
export interface Vector {
  readonly id: string
  readonly method: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly expect: number
  readonly tolerance?: number
  /** An output beside the result, where the number is that. */
  readonly output?: string
  readonly gwpSet?: 'AR4'
}

const q = (value: number | string, unit = '1') => ({ value: String(value), unit })

const noEmissions = { projectEmissions: q(0, 'tCO2e'), leakage: q(0, 'tCO2e') }
const stove = {
  fuelHeat: q(0.0156, 'TJ/t'),
  carbonFactor: q(112, 'tCO2/TJ'),
  otherGasFactor: q(9.46, 'tCO2e/TJ'),
  netToGross: q(0.95),
}
const mix = [
  ['food', 0.5, 0.15, 0.4],
  ['paper', 0.15, 0.4, 0.07],
  ['garden', 0.1, 0.2, 0.17],
  ['wood', 0.05, 0.43, 0.035],
  ['textiles', 0.05, 0.24, 0.07],
  ['inert', 0.15, 0, 0],
] as const
const deposits = [2022, 2023, 2024].flatMap((year) =>
  mix.map(([waste, share]) => ({ depositYear: q(year, 'yr'), waste, mass: q(50_000 * share, 't') })),
)
const written = deposits.map((row) => {
  const [, , carbon, decay] = mix.find(([waste]) => waste === row.waste) ?? []
  return { ...row, degradableCarbon: q(carbon ?? 0), decayRate: q(decay ?? 0, '1/yr') }
})
const site = { year: q(2024, 'yr'), climate: 'tropical-wet', application: 'existing', site: 'managed' }
const grid = { operatingMargin: q(0.7, 'tCO2/MWh'), buildMargin: q(0.45, 'tCO2/MWh') }

export const vectors: readonly Vector[] = [
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
  ...(
    [
      ['ams-iii-d', 'ER', 3828.121, undefined],
      ['ams-iii-d baseline', 'BE', 4423.845, undefined],
      ['ams-iii-d baseline in AR4', 'BE', 3949.862, 'AR4'],
    ] as const
  ).map(([id, output, expect, gwpSet]) => ({
    id,
    method: 'AMS-III.D',
    inputs: {
      herds: [
        {
          herd: 'swine-other',
          animals: q(10_000),
          methanePotential: q(0.29, 'm3CH4/kgVS'),
          solids: q(0.3, 'kgVS/d'),
          system: 'lagoon-25',
          systemShare: q(1),
        },
      ],
      uncertaintyFactor: q(0.94),
      methaneDensity: q(0.00067, 'tCH4/m3CH4'),
      leakShare: q(0.1),
    },
    output,
    expect,
    ...(gwpSet ? { gwpSet } : {}),
  })),
  {
    id: 'ams-iii-h',
    method: 'AMS-III.H',
    inputs: {
      wastewater: q(500_000, 'm3'),
      demand: q(5, 'kgCOD/m3'),
      removal: q(0.8),
      lagoon: 'lagoon-deep',
      demandPotential: q(0.25, 'kgCH4/kgCOD'),
      uncertaintyFactor: q(0.89),
    },
    expect: 9968,
  },
  {
    id: 'tool04',
    method: 'TOOL04',
    inputs: {
      ...site,
      deposits: written,
      modelFactor: q(0.75),
      cover: 'covered',
      oxidation: q(0.1),
      methaneFraction: q(0.5),
      degradablePart: q(0.5),
      conversion: q(1),
    },
    expect: 23_997.166,
  },
  {
    id: 'tool04 with the parameters that ship',
    method: 'TOOL04',
    inputs: { ...site, deposits, cover: 'covered' },
    expect: 23_997.166,
  },
  {
    id: 'tool04 for disposal avoided',
    method: 'TOOL04',
    inputs: { ...site, application: 'avoided-wet', deposits, cover: 'covered' },
    expect: 27_196.788,
  },
  {
    id: 'acm0001',
    method: 'ACM0001',
    inputs: { route: 'ex-ante', ...site, deposits, capture: q(0.5), cover: 'covered', requirement: 'none' },
    expect: 11_998.583,
  },
  {
    id: 'acm0001 with capture required',
    method: 'ACM0001',
    inputs: { route: 'ex-ante', ...site, deposits, cover: 'covered', requirement: 'without-rate' },
    expect: 9332.231,
  },
  {
    id: 'ams-iii-c',
    method: 'AMS-III.C',
    inputs: {
      fleets: [
        {
          vehicles: q(500),
          distance: q(15_000, 'km'),
          fuel: 'petrol',
          fuelUse: q(59.28, 'g/km'),
          powerPerDistance: q(0.18, 'kWh/km'),
        },
      ],
      improvement: q(0.99),
      yearsSince: q(1, 'yr'),
      powerFactor: q(0.6375, 'tCO2/MWh'),
      gridLosses: q(10, '%'),
    },
    expect: 395.018,
  },
  {
    id: 'ar-root',
    method: 'AR-TOOL14-ROOT',
    inputs: { aboveGround: q(60, 't/ha') },
    expect: 0.24917,
    tolerance: 1e-6,
  },
  {
    id: 'ar-u',
    method: 'AR-TOOL14-UNCERTAINTY',
    inputs: {
      strata: [{ stratumArea: q(1, 'ha'), mean: q(45.328, 't/ha'), deviation: q(12.776, 't/ha'), plots: q(34) }],
      studentT: q(1.692),
    },
    expect: 8.179,
  },
  ...(
    [
      ['ar-disc', 'project', 57.75],
      ['ar-disc of the baseline', 'baseline', 62.25],
    ] as const
  ).map(([id, side, expect]) => ({
    id,
    method: 'AR-TOOL14-DISCOUNT',
    inputs: { side, mean: q(60, 't/ha'), halfWidth: q(9, 't/ha') },
    expect,
  })),
  {
    id: 'ar-net',
    method: 'AR-ACM0003',
    inputs: {
      forestArea: q(500, 'ha'),
      years: q(5, 'yr'),
      treesAfter: q(57.75, 't/ha'),
      shrubCover: q(0.2),
      forestBiomass: q(120, 't/ha'),
      shrubBiomassRatio: q(0.1),
      shrubRoots: q(0.4),
      carbonFraction: q(0.47),
    },
    expect: 46_866.05,
    tolerance: 0.01,
  },
  ...(
    [
      ['rice', {}, 4747.002],
      ['rice with a deduction of 15 %', { deduction: q(15, '%') }, 4034.952],
    ] as const
  ).map(([id, more, expect]) => ({
    id,
    method: 'AMS-III.AU',
    inputs: {
      area: q(1000, 'ha'),
      duration: q(110, 'd'),
      waterBefore: 'continuous',
      waterAfter: 'multiple-drainage',
      preSeason: 'dry-short',
      amendments: [{ amendment: 'straw-recent', rate: q(5, 't/ha') }],
      ...more,
    },
    expect,
  })),
  {
    id: 'rice by flat factors',
    method: 'AMS-III.AU',
    inputs: {
      route: 'flat',
      area: q(1000, 'ha'),
      duration: q(110, 'd'),
      season: 'double',
      aeration: 'multiple-drainage',
    },
    expect: 5544,
  },
  ...(
    [
      ['agri', {}, 1088.3185],
      ['agri with a deduction of 15 %', { deduction: q(0.15) }, 925.0707],
    ] as const
  ).map(([id, more, expect]) => ({
    id,
    method: 'AGRI-N2O-SOC',
    inputs: {
      area: q(1000, 'ha'),
      nitrogenBefore: q(120, 'kgN/ha'),
      nitrogenAfter: q(90, 'kgN/ha'),
      soilCarbonBefore: q(40, 'tC/ha'),
      soilCarbonAfter: q(40.25, 'tC/ha'),
      ...more,
    },
    expect,
  })),
  ...(
    [
      ['redd', 'net', 738_524],
      ['redd before the buffer', 'ER', 923_155.2],
      ['redd buffer', 'buffer', 184_631],
    ] as const
  ).map(([id, output, expect]) => ({
    id,
    method: 'REDD-JURIS',
    inputs: {
      referenceArea: q(10_000, 'ha'),
      monitoredArea: q(7500, 'ha'),
      aboveGround: q(180, 't/ha'),
      rootShoot: q(0.24),
      uncertainty: q(25, '%'),
      bufferShare: q(0.2),
    },
    output,
    expect,
  })),
  {
    id: 'npv',
    method: 'NPV',
    inputs: { yearlyFlow: q(1000, 'kUSD'), discountRate: q(0.04), assetLife: q(100, 'yr') },
    expect: 24_504.999,
  },
  {
    id: 'qha',
    method: 'BIO-QHA',
    inputs: {
      extent: q(1000, 'ha'),
      conditionBefore: q(0.5),
      conditionDecline: q(0.01),
      conditionObserved: q(0.55),
      qualityLeakage: q(5, 'ha'),
      bufferShare: q(0.2),
      unitSize: q(0.01),
    },
    expect: 4000,
  },
]

/** Worked numbers that belong to other rooms, with where they are tested. */
export const elsewhere = [
  {
    id: 'a64',
    method: 'A64-SPLIT',
    file: 'packages/rules/src/cases/issuing.cases.ts',
    contains: '11480 solar/2025/A6ER',
  },
  {
    id: 'mod97',
    method: 'MOD9710',
    file: 'packages/serials/src/serials.test.ts',
    contains: "'VU-ITMO-11-356-2022-0-27-35~70'",
  },
] as const
