import { CH4, gridFactor, lights, lookUp, N2O, near, type P, type Second, total } from './common.fixture.ts'

function manure(p: P, gwp: string): Second {
  const B0 = {
    'swine-developed': 0.45,
    'swine-other': 0.29,
    'dairy-developed': 0.24,
    'dairy-other': 0.13,
    'cattle-developed': 0.18,
    'cattle-other': 0.1,
  }
  const MCF = { 'lagoon-10': 0.66, 'lagoon-15': 0.74, 'lagoon-20': 0.78, 'lagoon-25': 0.79, 'lagoon-28': 0.8 }
  const d = p.n('methaneDensity', 0.00067)
  const g = lookUp(CH4, gwp)
  let treated = 0
  let all = 0
  for (const row of p.rows('herds')) {
    const gas =
      row.n('methanePotential', lookUp(B0, row.s('herd'))) *
      row.n('animals') *
      row.n('solids', 0.3) *
      365 *
      row.n('systemShare')
    treated += row.n('conversion', lookUp(MCF, row.s('system'))) * gas
    all += gas
  }
  const baseline = g * d * p.n('uncertaintyFactor', 0.94) * treated
  const power = lights(p)
  const flare = p.n('flared', 0) * (1 - p.n('flareEfficiency', p.s('flare', 'open') === 'open' ? 0.5 : 0.9)) * g
  const pe = p.n('leakShare', 0.1) * g * d * all + flare + power + p.n('projectEmissions', 0)
  const reduction = p.has('destroyed') ? Math.min(baseline - pe, p.n('destroyed') * g - power) : baseline - pe
  return { be: reduction + pe, pe, le: p.n('leakage', 0), scale: baseline + pe + p.n('destroyed', 0) * g }
}

function wastewater(p: P, gwp: string): Second {
  const g = lookUp(CH4, gwp)
  const mcf = lookUp({ 'lagoon-shallow': 0.2, 'lagoon-deep': 0.8, reactor: 0.8 }, p.s('lagoon'))
  const be = p.n('wastewater') * p.n('demand') * p.n('removal') * p.n('conversion', mcf) * p.n('demandPotential', 0.25)
  const flare = p.n('flared', 0) * (1 - p.n('flareEfficiency', p.s('flare', 'open') === 'open' ? 0.5 : 0.9)) * g
  return {
    be: be * p.n('uncertaintyFactor', 0.89) * g,
    pe: flare + lights(p) + p.n('projectEmissions', 0),
    le: p.n('leakage', 0),
  }
}

const DOC = { wood: 0.43, paper: 0.4, food: 0.15, textiles: 0.24, garden: 0.2, inert: 0 }

const K: Record<string, Record<string, number>> = {
  'temperate-dry': { food: 0.06, sludge: 0.06, garden: 0.05, paper: 0.04, textiles: 0.04, wood: 0.02, inert: 0 },
  'temperate-wet': { food: 0.185, sludge: 0.185, garden: 0.1, paper: 0.06, textiles: 0.06, wood: 0.03, inert: 0 },
  'tropical-dry': { food: 0.085, sludge: 0.085, garden: 0.065, paper: 0.045, textiles: 0.045, wood: 0.025, inert: 0 },
  'tropical-wet': { food: 0.4, sludge: 0.4, garden: 0.17, paper: 0.07, textiles: 0.07, wood: 0.035, inert: 0 },
}

/** Tonnes of methane that a site gives off in a year, before oxidation. */
function siteMethane(p: P): number {
  const phi = lookUp({ existing: 0.75, 'avoided-wet': 0.85, 'avoided-dry': 0.8 }, p.s('application'))
  const mcf = lookUp({ managed: 1, 'semi-aerobic': 0.5, 'unmanaged-deep': 0.8, 'unmanaged-shallow': 0.4 }, p.s('site'))
  let decayed = 0
  for (const row of p.rows('deposits')) {
    const age = p.n('year') - row.n('depositYear')
    if (age < 0) continue
    const k = row.n('decayRate', lookUp(K[p.s('climate')] ?? {}, row.s('waste')))
    decayed +=
      row.n('mass') * row.n('degradableCarbon', lookUp(DOC, row.s('waste'))) * Math.exp(-k * age) * -Math.expm1(-k)
  }
  const fractions = p.n('methaneFraction', 0.5) * p.n('degradablePart', 0.5) * p.n('conversion', mcf)
  return (p.n('modelFactor', phi) * 16 * fractions * decayed) / 12
}

function landfill(p: P, gwp: string): Second {
  const flare = p.n('flareEfficiency', p.s('flare') === 'enclosed' ? 0.9 : 0.5)
  const captured =
    p.s('route') === 'ex-ante'
      ? p.n('capture', 0.5) * siteMethane(p)
      : p.n('gas') * p.n('gasMethane') * p.n('methaneDensity', 0.00067) * flare
  const needed = { none: 0, 'without-rate': 0.2, rate: p.n('requiredShare') }[p.s('requirement')] ?? Number.NaN
  const oxidised = p.n('oxidation', p.s('cover') === 'covered' ? 0.1 : 0)
  const route = p.s('gridRoute', 'none')
  const sold = route === 'none' ? 0 : p.n('electricity') * gridFactor(p, 'other', route)
  const methane = captured * lookUp(CH4, gwp)
  return {
    be: methane * (1 - oxidised - needed) + sold,
    pe: lights(p) + p.n('projectEmissions', 0),
    le: p.n('leakage', 0),
    scale: methane + sold,
  }
}

function forest(p: P): Second {
  const a = p.n('forestArea')
  const c = 44 / 12
  const cf = p.n('carbonFraction', 0.47)
  const trees = c * cf * a * (p.n('treesAfter') - p.n('treesBefore', 0))
  const pools: Record<string, number> = {
    none: 0,
    'tropical-dry': 0.06,
    'tropical-moist': 0.02,
    'tropical-wet': 0.07,
    'tropical-high': 0.08,
    temperate: 0.12,
  }
  const soil = c * a * Math.min(p.n('soilGain', 0), 0.8) * p.n('years')
  const actual = trees * (1 + lookUp(pools, p.s('deadPools', 'none'))) + soil + p.n('projectShrubs', 0) - p.n('fire', 0)
  const cover = p.n('shrubCover')
  const shrubs =
    cover < 0.05
      ? 0
      : c *
        p.n('shrubCarbon', 0.47) *
        (1 + p.n('shrubRoots', 0.4)) *
        a *
        p.n('shrubBiomassRatio', 0.1) *
        p.n('forestBiomass') *
        cover
  const grown = c * cf * p.n('baselineGrowth', 0) * 1.25 * p.n('baselineTreeCover', 0) * a
  const size = c * cf * a * (p.n('treesAfter') + p.n('treesBefore', 0)) * 1.2 + Math.abs(soil) + p.n('fire', 0)
  return { be: -(shrubs + grown), pe: -actual, le: p.n('leakage', 0), scale: size + Math.abs(p.n('projectShrubs', 0)) }
}

function jurisdiction(p: P): Second {
  const u = p.n('uncertainty')
  const d = u <= 0.15 ? 0 : u <= 0.3 ? 0.04 : u <= 0.6 ? 0.08 : u <= 1 ? 0.12 : 0.15
  const biomass = p.n('aboveGround') * (1 + p.n('rootShoot')) + p.n('deadBiomass', 0)
  const perHectare = (biomass * p.n('carbonFraction', 0.47) * 44) / 12 + (p.n('soilLoss', 0) * 44) / 12
  return {
    be: p.n('referenceArea') * perHectare * (1 - d),
    pe: p.n('monitoredArea') * perHectare * (1 - d),
    le: p.n('displacement', 0) * (1 - d),
  }
}

const WATER: Record<string, Record<string, number>> = {
  2019: {
    continuous: 1,
    'single-drainage': 0.71,
    'multiple-drainage': 0.55,
    rainfed: 0.54,
    'drought-prone': 0.16,
    'deep-water': 0.06,
  },
  2006: {
    continuous: 1,
    'single-drainage': 0.6,
    'multiple-drainage': 0.52,
    rainfed: 0.28,
    'drought-prone': 0.25,
    'deep-water': 0.31,
  },
}

const BEFORE: Record<string, Record<string, number>> = {
  2019: { 'dry-short': 1, 'dry-long': 0.89, 'dry-year': 0.59, flooded: 2.41 },
  2006: { 'dry-short': 1, 'dry-long': 0.68, flooded: 1.9 },
}

const CFOA: Record<string, Record<string, number>> = {
  2019: { 'straw-recent': 1, 'straw-early': 0.19, compost: 0.17, manure: 0.21, green: 0.45 },
  2006: { 'straw-recent': 1, 'straw-early': 0.29, compost: 0.05, manure: 0.14, green: 0.5 },
}

function paddies(p: P, gwp: string): Second {
  const tonnesPer = (p.n('area') * p.n('duration')) / 1000
  const keep = (1 - p.n('deduction', 0)) * lookUp(CH4, gwp)
  const le = p.n('leakage', 0)
  const other = p.n('projectEmissions', 0)
  if (p.s('route', 'factors') === 'flat') {
    const flat = {
      'double single-drainage': 1.5,
      'double multiple-drainage': 1.8,
      'single single-drainage': 0.6,
      'single multiple-drainage': 0.72,
    }
    return {
      be: p.n('savedFactor', lookUp(flat, `${p.s('season')} ${p.s('aeration')}`)) * tonnesPer * keep,
      pe: other,
      le,
    }
  }
  const year = p.s('edition', '2019')
  const from = (table: Record<string, Record<string, number>>, key: string) => lookUp(table[year] ?? {}, key)
  const organic = (key: string) =>
    (1 + total(p.rows(key).map((row) => row.n('rate') * row.n('amendmentFactor', from(CFOA, row.s('amendment')))))) **
    0.59
  const before = organic('amendments')
  const after = p.has('projectAmendments') ? organic('projectAmendments') : before
  const base =
    p.n('baseFactor', year === '2019' ? 1.19 : 1.3) *
    p.n('preSeasonFactor', from(BEFORE, p.s('preSeason'))) *
    tonnesPer *
    keep
  return {
    be: base * before * p.n('waterFactorBefore', from(WATER, p.s('waterBefore'))),
    pe: base * after * p.n('waterFactorAfter', from(WATER, p.s('waterAfter'))) + other,
    le,
  }
}

function fields(p: P, gwp: string): Second {
  const is2019 = p.s('edition', '2019') === '2019'
  const [gas, leach, ef5] = is2019 ? [0.11, 0.24, 0.011] : [0.1, 0.3, 0.0075]
  const shares =
    p.n('directShare', 0.01) +
    p.n('volatilisedShare', gas) * p.n('depositedShare', 0.01) +
    p.n('leachedShare', leach) * p.n('leachingShare', ef5)
  const keep = 1 - p.n('deduction', 0)
  const perKg = (shares * 44 * lookUp(N2O, gwp)) / 28 / 1000
  const soil = (p.n('area') * (p.n('soilCarbonAfter') - p.n('soilCarbonBefore')) * keep * 44) / 12
  const fertiliser = p.n('area') * p.n('nitrogenAfter') * perKg * keep
  return {
    be: p.n('area') * p.n('nitrogenBefore') * perKg * keep,
    pe: fertiliser - soil + p.n('projectEmissions', 0),
    le: p.n('leakage', 0),
    scale:
      fertiliser + p.n('area') * (p.n('soilCarbonAfter') + p.n('soilCarbonBefore')) * 4 + p.n('projectEmissions', 0),
    more: { reversible: soil },
  }
}

function sampleSize(p: P): Second {
  const n = p.n('population')
  const z = 1.645 ** 2 * p.n('variation') ** 2
  const raw = n === 1 ? 1 : (z * n) / ((n - 1) * 0.01 + z)
  return { value: Math.min(n, Math.max(30, Math.ceil(raw))), nearly: raw }
}

function habitat(p: P): Second {
  const start = p.n('extent') * p.n('conditionBefore')
  const net =
    p.n('extent') * p.n('conditionObserved') - start * (1 - p.n('conditionDecline', 0)) - p.n('qualityLeakage', 0)
  const raw = (net * (1 - p.n('bufferShare'))) / p.n('unitSize', 0.01)
  const scale = (p.n('extent') * 3 + p.n('qualityLeakage', 0)) / p.n('unitSize', 0.01)
  return { value: Math.floor(raw), nearly: raw, scale }
}

function strata(p: P): Second {
  const area = total(p.rows('strata').map((row) => row.n('stratumArea')))
  let mean = 0
  let variance = 0
  for (const row of p.rows('strata')) {
    const w = row.n('stratumArea') / area
    mean += w * row.n('mean')
    variance += (w * w * row.n('deviation') ** 2) / row.n('plots')
  }
  return { value: (100 * p.n('studentT') * Math.sqrt(variance)) / mean }
}

function conservative(p: P): Second {
  const u = p.n('halfWidth') / p.n('mean')
  if ([0.1, 0.15, 0.2, 0.3].some((limit) => near(u, limit))) return 'undecided'
  const part = u <= 0.1 ? 0 : u <= 0.15 ? 0.25 : u <= 0.2 ? 0.5 : u <= 0.3 ? 0.75 : 1
  const off = part * p.n('halfWidth')
  return { value: p.s('side') === 'project' ? p.n('mean') - off : p.n('mean') + off, scale: p.n('mean') + off }
}

/** Waste, animals, forests, fields and what is left. */
export const land: Record<string, (p: P, gwp: string) => Second> = {
  'AMS-III.D': manure,
  'AMS-III.H': wastewater,
  TOOL04: (p, gwp) => {
    const oxidised = p.n('oxidation', p.s('cover') === 'covered' ? 0.1 : 0)
    return { value: siteMethane(p) * lookUp(CH4, gwp) * (1 - oxidised) * (1 - p.n('capturedBefore', 0)) }
  },
  ACM0001: landfill,
  'AR-TOOL14-ROOT': (p) => ({ value: Math.exp(-1.085 + 0.9256 * Math.log(p.n('aboveGround'))) / p.n('aboveGround') }),
  'AR-TOOL14-UNCERTAINTY': strata,
  'AR-TOOL14-DISCOUNT': conservative,
  'AR-ACM0003': forest,
  'REDD-JURIS': jurisdiction,
  'AMS-III.AU': paddies,
  'AGRI-N2O-SOC': fields,
  TOOL06: (p, gwp) => ({
    value: p.n('flared') * (1 - p.n('flareEfficiency', p.s('flare') === 'open' ? 0.5 : 0.9)) * lookUp(CH4, gwp),
  }),
  SAMPLING: sampleSize,
  NPV: (p) => {
    const [flow, r, years] = [p.n('yearlyFlow'), p.n('discountRate'), p.n('assetLife')]
    return { value: r === 0 ? flow * years : (flow * -Math.expm1(-years * Math.log1p(r))) / r }
  },
  'BIO-QHA': habitat,
}
