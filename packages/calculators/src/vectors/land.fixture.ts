import { q, type Vector } from './vector.fixture.ts'

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

/** Waste, vehicles, forests and fields. */
export const landVectors: readonly Vector[] = [
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
