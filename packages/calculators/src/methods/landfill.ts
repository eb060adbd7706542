import type { Calculation } from '../calculation.ts'
import { choice, type Method, number, table } from '../method.ts'
import { flareInputs } from './methane.ts'
import { gridInputs, gridStep, otherEmissions, powerInputs, powerStep, weightInputs } from './pieces.ts'

const TOOL04 = 'CDM TOOL04, emissions from solid waste disposal sites'
const WASTES = ['wood', 'paper', 'food', 'textiles', 'garden', 'sludge', 'inert', 'other']
const CLIMATES = ['temperate-dry', 'temperate-wet', 'tropical-dry', 'tropical-wet']

type When = { when?: { input: string; is: string[] } }

/** What is asked for about the site and what lies in it. */
const decayInputs = (when: When) => ({
  year: number('years', 'yr', { min: '1900', max: '2200', whole: true, ...when }),
  climate: choice(CLIMATES, when),
  deposits: table(
    {
      depositYear: number('years', 'yr', { min: '1900', max: '2200', whole: true }),
      waste: choice(WASTES),
      mass: number('mass', 't', { max: '100000000' }),
      degradableCarbon: number('ratio', '1', { max: '1', default: { parameter: 'tool04.carbon.{waste}' } }),
      decayRate: number('decay', '1/yr', { max: '1', default: { parameter: 'tool04.decay.{waste}.{climate}' } }),
    },
    { max: 1000, ...when },
  ),
  application: choice(['existing', 'avoided-wet', 'avoided-dry'], when),
  modelFactor: number('ratio', '1', { max: '1', default: { parameter: 'tool04.model.{application}' }, ...when }),
  site: choice(['managed', 'semi-aerobic', 'unmanaged-deep', 'unmanaged-shallow'], when),
  conversion: number('ratio', '1', { max: '1', default: { parameter: 'tool04.mcf.{site}' }, ...when }),
  methaneFraction: number('ratio', '1', { max: '1', default: { parameter: 'tool04.methane-fraction' }, ...when }),
  degradablePart: number('ratio', '1', { max: '1', default: { parameter: 'tool04.degradable-part' }, ...when }),
})

/** What was deposited up to the year, decayed in that very year: tonnes of degradable carbon. */
const DECAYED = 'mass * degradableCarbon * exp(-decayRate * (year - depositYear)) * (1 - exp(-decayRate))'
const METHANE = 'modelFactor * 16 / 12 * methaneFraction * degradablePart * conversion * decayed'

function decaySteps(c: Calculation): void {
  const year = c.number('year')
  const present = c.rows('deposits').filter((row) => row.number('depositYear').lessThanOrEqualTo(year))
  c.sum('decayed', present, DECAYED, 't')
}

const cover = choice(['covered', 'uncovered'])
const oxidation = number('ratio', '1', { max: '1', default: { parameter: 'tool04.oxidation.{cover}' } })

export const disposal: Method = {
  id: 'TOOL04',
  version: 1,
  of: 'value',
  result: { step: 'BE_site', unit: 'tCO2e' },
  scopes: [13],
  source: { document: TOOL04, place: 'first-order decay' },
  inputs: {
    ...decayInputs({}),
    cover,
    oxidation,
    capturedBefore: number('ratio', '1', { max: '1', default: { value: '0' } }),
  },
  gases: ['CH4'],
  formula(c) {
    decaySteps(c)
    c.gwp('GWP_CH4', 'CH4')
    c.step('BE_site', `(1 - capturedBefore) * GWP_CH4 * (1 - oxidation) * ${METHANE}`, 'tCO2e')
  },
}

const EX_ANTE = { when: { input: 'route', is: ['ex-ante'] } }
const EX_POST = { when: { input: 'route', is: ['ex-post'] } }
const POWERED = { when: { input: 'gridRoute', is: ['margins', 'combined'] } }

export const landfillGas: Method = {
  id: 'ACM0001',
  version: 1,
  of: 'reduction',
  scopes: [13],
  source: {
    document: 'CDM ACM0001, flaring or use of landfill gas',
    place: 'baseline by methane captured, estimated by TOOL04 without oxidation, or measured; electricity by the grid',
  },
  inputs: {
    route: choice(['ex-ante', 'ex-post']),
    ...decayInputs(EX_ANTE),
    capture: number('ratio', '1', { max: '1', default: { parameter: 'acm0001.capture' }, ...EX_ANTE }),
    gas: number('volume', 'm3', { max: '10000000000', ...EX_POST }),
    gasMethane: number('ratio', '1', { max: '1', ...EX_POST }),
    methaneDensity: number('methane-density', 'tCH4/m3CH4', {
      min: '0.0005',
      max: '0.0009',
      default: { parameter: 'methane.density' },
      ...EX_POST,
    }),
    flare: choice(['open', 'enclosed'], { optional: true, ...EX_POST }),
    flareEfficiency: { ...flareInputs.flareEfficiency, ...EX_POST },
    cover,
    oxidation,
    requirement: choice(['none', 'without-rate', 'rate']),
    requiredShare: number('ratio', '1', { max: '1', when: { input: 'requirement', is: ['rate'] } }),
    ...gridInputs,
    gridRoute: choice(['none', 'margins', 'combined'], { default: { value: 'none' } }),
    electricity: number('energy', 'MWh', { max: '1000000000', ...POWERED }),
    ...weightInputs('other'),
    ...powerInputs,
    ...otherEmissions,
  },
  parameters: ['acm0001.required-share'],
  gases: ['CH4'],
  formula(c) {
    c.gwp('GWP_CH4', 'CH4')
    if (c.choice('route') === 'ex-ante') {
      decaySteps(c)
      c.step('siteMethane', METHANE, 'tCH4')
      c.step('captured', 'capture * siteMethane', 'tCH4')
    } else c.step('captured', 'gas * gasMethane * methaneDensity * flareEfficiency', 'tCH4')
    requiredStep(c)
    c.step('BE_methane', '((1 - oxidation) * captured - required) * GWP_CH4', 'tCO2e')
    if (c.choice('gridRoute') !== 'none') {
      gridStep(c)
      c.step('BE', 'BE_methane + electricity * EF_CM', 'tCO2e')
    } else c.step('BE', 'BE_methane', 'tCO2e')
    powerStep(c)
    c.step('PE', 'PE_power + projectEmissions', 'tCO2e')
    c.step('LE', 'leakage', 'tCO2e')
  },
}

/** Names the methane that would be captured without the project, because it is required. */
function requiredStep(c: Calculation): void {
  const requirement = c.choice('requirement')
  if (requirement === 'without-rate') c.parameter('usualShare', 'acm0001.required-share', '1')
  const shares: Record<string, string> = { 'without-rate': 'usualShare', rate: 'requiredShare' }
  c.step('required', `${shares[requirement] ?? '0'} * captured`, 'tCH4')
}
