import {
  burnt,
  CH4,
  gridFactor,
  HEAT,
  KG_PER_GJ,
  lights,
  lookUp,
  N2O,
  near,
  type P,
  type Second,
  total,
} from './common.fixture.ts'

/** A plant on the grid, without what is special to a technology. */
function plant(p: P, technology: string) {
  const past = p.n('historicElectricity', 0) + p.n('historicDeviation', 0)
  const factor = gridFactor(p, technology)
  const pe = total(p.rows('burnt').map(burnt)) + p.n('projectEmissions', 0)
  return {
    be: (p.n('electricity') - past) * factor,
    pe,
    le: p.n('leakage', 0),
    scale: (p.n('electricity') + past) * factor,
  }
}

/** Emissions of a reservoir: 90 kg per MWh from 4 to 10 W/m2, none above, no project below. */
function reservoir(p: P): number | 'refused' | 'undecided' {
  const [net, gross] = [p.n('electricity'), p.n('grossElectricity')]
  if (near(net, gross)) return 'undecided'
  if (net > gross) return 'refused'
  const [after, before] = [p.n('reservoirAfter'), p.n('reservoirBefore', 0)]
  if (after <= before) return 0
  const density = (p.n('capacityAfter') - p.n('capacityBefore', 0)) / (after - before)
  if (near(density, 4) || near(density, 10)) return 'undecided'
  if (density <= 4) return 'refused'
  return density > 10 ? 0 : 0.09 * p.n('grossElectricity')
}

function withReservoir(p: P): Second {
  const lake = reservoir(p)
  if (typeof lake === 'string') return lake
  const { pe, ...rest } = plant(p, 'hydro')
  return { ...rest, pe: pe + lake }
}

function buildMargin(p: P): Second {
  const order = p
    .rows('units')
    .toSorted((a, b) =>
      a.s('commissioned') > b.s('commissioned') ? -1 : a.s('commissioned') < b.s('commissioned') ? 1 : 0,
    )
  const fifth = p.n('systemGeneration') / 5
  const listed = total(order.map((unit) => unit.n('generation')))
  if (near(listed, 5 * fifth)) return 'undecided'
  if (listed > 5 * fifth) return 'refused'
  let running = 0
  let needed = 0
  for (const [index, unit] of order.entries()) {
    running += unit.n('generation')
    if (near(running, fifth)) return 'undecided'
    if (needed === 0 && running >= fifth) needed = index + 1
  }
  if (needed === 0) return 'refused'
  const five = order.slice(0, 5)
  const share = order.slice(0, needed)
  const weight = (list: P[]) => total(list.map((unit) => unit.n('generation')))
  const sample = weight(five) >= weight(share) ? five : share
  if (weight(sample) === 0) return 'refused'
  return { value: total(sample.map((unit) => unit.n('generation') * unit.n('unitFactor'))) / weight(sample) }
}

/** Emission per tonne of stove fuel, and the cap on what a person used. */
function stoveFuel(p: P, gwp: string) {
  const kind = p.s('stoveFuel', 'wood')
  const isWood = kind === 'wood'
  const co2 = lookUp({ wood: 112, charcoal: 112, 'charcoal-kiln-6': 355.36, 'charcoal-kiln-4': 236.91 }, kind)
  const others = isWood
    ? 0.3 * lookUp(CH4, gwp) + 0.004 * lookUp(N2O, gwp)
    : lookUp({ charcoal: 5.87, 'charcoal-kiln-6': 89.68, 'charcoal-kiln-4': 61.74 }, kind)
  const heat = p.n('fuelHeat', isWood ? 0.0156 : 0.0295)
  const perTonne = heat * (p.n('nonRenewable') * p.n('carbonFactor', co2) + p.n('otherGasFactor', others))
  return { perTonne, isOver: p.n('personFuel', 0) > (isWood ? 1.25 : 0.4), net: p.n('netToGross', 0.95) }
}

function stoves(tonnes: number, p: P, gwp: string, scale: number): Second {
  const { perTonne, isOver, net } = stoveFuel(p, gwp)
  if (isOver) return 'refused'
  const gross = tonnes * perTonne
  return { be: gross, pe: 0, le: gross - net * gross, scale: Math.abs(scale * perTonne) }
}

function savedPerStove(p: P): [number, number] {
  const [before, after] = [p.n('fuelBefore'), p.n('fuelAfter')]
  const old = p.n('efficiencyBefore', p.s('oldStove') === 'three-stone' ? 0.1 : 0.2)
  const fresh = p.n('efficiencyAfter')
  const route = p.s('savingsRoute', 'efficiency')
  if (route === 'measured') return [before - after, before + after]
  if (route === 'after') return [after * (fresh / old - 1), after * (fresh / old + 1)]
  return [before * (1 - old / fresh), before * (1 + old / fresh)]
}

function vehicles(p: P): Second {
  let be = 0
  let pe = 0
  for (const car of p.rows('fleets')) {
    const km = car.n('vehicles') * car.n('distance')
    const grams =
      car.n('fuelUse') *
      car.n('heatValue', lookUp(HEAT, car.s('fuel'))) *
      car.n('fuelFactor', lookUp(KG_PER_GJ, car.s('fuel')) / 1000)
    be += grams * p.n('improvement', 0.99) ** p.n('yearsSince') * km * 1e-6
    pe += ((car.n('powerPerDistance') * p.n('powerFactor')) / (1 - p.n('gridLosses', 0.2))) * 1000 * km * 1e-6
  }
  return { be, pe: pe + p.n('projectEmissions', 0), le: p.n('leakage', 0) }
}

function bands(p: P): Second {
  const [first, second] = [p.n('firstBand', 55), p.n('secondBand', 250)]
  if (first > second) return 'refused'
  const [a, b, c] = [p.n('firstFactor', 6.8), p.n('secondFactor', 1.3), p.n('thirdFactor', 1)]
  const each = (e: number) =>
    e <= first ? a * e : e <= second ? a * first + b * (e - first) : a * first + b * (second - first) + c * (e - second)
  const be = total(p.rows('groups').map((row) => (row.n('consumers') * each(row.n('yearlyEnergy'))) / 1000))
  return { be, pe: p.n('projectEmissions', 0), le: p.n('leakage', 0) }
}

function customers(p: P): Second {
  const each = (row: P) => {
    const e = row.n('yearlyEnergy')
    if (row.s('customer') === 'other') return p.n('otherFactor', 0.8) * e
    const first = p.n('firstBand', 55)
    return p.n('residentialFactor', 2.72) * Math.min(e, first) + p.n('furtherFactor', 0.8) * Math.max(0, e - first)
  }
  const be = total(p.rows('groups').map((row) => (row.n('consumers') * each(row)) / 1000))
  return { be, pe: p.n('projectEmissions', 0), le: p.n('leakage', 0) }
}

function consumers(p: P): Second {
  const usual = {
    household: 55,
    'health-centre': 825,
    dispensary: 825,
    school: 275,
    'primary-school': 275,
    'secondary-school': 275,
    'public-administration': 55,
    'trading-place': 825,
    'bus-stop': 200,
  }
  const [x, y] = [p.n('yearlyEnergy'), p.n('firstBand', lookUp(usual, p.s('consumer')))]
  const [a, b] = [p.n('firstFactor', 6.8), p.n('furtherFactor', 1.3)]
  return only((x < y ? x * a : y * a + (x - y) * b) / 1000)
}

const only = (be: number): Second => ({ be, pe: 0, le: 0 })

/** Electricity, stoves, vehicles and fuel. */
export const energy: Record<string, (p: P, gwp: string) => Second> = {
  'UNDP-AGRI-RICE': (p) => only(p.n('area') * p.n('duration') * p.n('areaFactor', 0.046)),
  'UNDP-SOLAR': consumers,
  'UNDP-BIOCHAR': (p) => only(p.n('biochar') * p.n('biocharFactor', 3.66)),
  'UNDP-STOVES-NAMIBIA': (p) => only(p.n('personFactor', 0.1) * p.n('duration') * p.n('persons')),
  'TOOL07-OM': (p) => {
    if (p.n('lowCostShare', 0) >= 0.5) return 'refused'
    const made = total(p.rows('units').map((unit) => unit.n('generation')))
    if (made === 0) return 'refused'
    return { value: total(p.rows('units').map((u) => u.n('fuelMass') * u.n('heatValue') * u.n('fuelFactor'))) / made }
  },
  'TOOL07-BM': buildMargin,
  'TOOL07-CM': (p) => ({ value: gridFactor(p, p.s('technology')) }),
  ACM0002: (p, gwp) => {
    const { pe, ...rest } = plant(p, p.s('technology'))
    const gases = p.n('steamCarbon', 0) + p.n('steamMethane', 0) * lookUp(CH4, gwp)
    return { ...rest, pe: pe + p.n('steam', 0) * gases }
  },
  'ACM0002-HYDRO': withReservoir,
  'AMS-I.D': (p) => {
    if (p.n('ratedCapacity') > 15) return 'refused'
    if (p.s('technology') !== 'hydro') return plant(p, p.s('technology'))
    const [added, rated] = [p.n('capacityAfter') - p.n('capacityBefore', 0), p.n('ratedCapacity') * 1e6]
    if (near(added, rated)) return 'undecided'
    return added > rated ? 'refused' : withReservoir(p)
  },
  'AMS-I.A': (p) => ({
    be: (p.n('electricity') * p.n('dieselFactor', 0.8)) / (1 - p.n('gridLosses', 0)),
    pe: p.n('projectEmissions', 0),
    le: p.n('leakage', 0),
  }),
  'AMS-I.L': bands,
  'AMS-III.BB': customers,
  'AMS-III.AR': (p) => ({
    be: p.n('lamps') * p.n('lampFactor', 0.092) * p.n('operatingShare', 1),
    pe: lights(p) + p.n('projectEmissions', 0),
    le: p.n('leakage', 0),
  }),
  TPDDTEC: (p, gwp) => {
    const tonnes = p.n('technologyDays') * p.n('usage') * p.n('fuelSaved')
    return stoves(tonnes, p, gwp, tonnes)
  },
  'AMS-II.G': (p, gwp) => {
    const [saved, scale] = savedPerStove(p)
    const many = p.n('stoves') * p.n('operatingShare')
    return stoves(saved * many, p, gwp, scale * many)
  },
  'AMS-III.C': vehicles,
  TOOL03: (p) => ({ value: total(p.rows('burnt').map(burnt)) }),
  TOOL05: (p) => ({
    value: p.n('powerUse') * p.n('powerFactor', 1.3) * (1 + p.n('powerLosses', p.s('side') === 'project' ? 0.2 : 0.03)),
  }),
}
