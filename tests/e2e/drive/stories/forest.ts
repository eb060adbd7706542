import type { Story } from './story.ts'
import { rowsOf, year } from './years.ts'

const YEARS = Number(year(0)) - 2021
/** What was measured is told of five years; here it is told of two. */
const MEASURED = YEARS - 3

const SAMPLED =
  'Stratified random sample of 34 permanent plots. The half-width of the mean is 15 % at 90 % confidence, above 10 %; the discount of AR-TOOL14 was applied.'

/** 100 ha of native forest: what two years removed, less a fifth of it for the buffer. */
export const FOREST: Story = {
  example: 'marrow',
  years: YEARS,
  words: [
    ['Marrow Hills Forestry Ltd', 'Highland Forestry'],
    ['Marrow Hills Afforestation', 'Highland forest'],
    ['Oru Valley Cooperative', 'Valley Cooperative'],
    ['marrow-hills.example', 'highland-forestry.example'],
    ['Marrow Hills', 'Oru Highlands'],
    ['marrow-', 'highland-'],
    ['Marrow', 'Highland'],
    ['500', '100'],
    ['550,000', '110,000'],
    ['60,000', '12,000'],
    ['49,761.25', '9,952.25'],
    ['2,895.20', '579.04'],
    ['46,866.05', '9,373.21'],
    ['9,373.21', '1,874.64'],
    ['9373.21', '1874.64'],
    ['-9952.25', '-1990.45'],
    ['-579.04', '-115.81'],
    ['9,373 t', '1,874 t'],
    ['1350000.00', '290000.00'],
  ],
  files: {},
  of: {
    ENGAGEMENT: {
      words: [['Tamba Clean Energy Ltd', 'Highland Forestry']],
      values: () => ({ 'scope.sites': [{ name: 'Oru Highlands', location: 'Highland, Hill Province' }] }),
    },
    'AUTHORISATION-REQUEST': {
      values: () => ({
        'outcomes.quantity': '5000',
        'outcomes.yearly': rowsOf(0, 5, { quantity: '1000' }),
        'use.lastYear': year(4),
      }),
    },
    ISSUANCE: {
      years: MEASURED,
      words: [['2021-01-01', '2024-01-01']],
      values: () => ({
        'quantity.certified': [
          ...rowsOf(0, 1, { certified: '1000', remainderIn: '0' }),
          ...rowsOf(1, 1, { certified: '500', remainderIn: '0' }),
        ],
        'quantity.requested': [...rowsOf(0, 1, { requested: '1000' }), ...rowsOf(1, 1, { requested: '500' })],
      }),
    },
    TRANSFER: {
      words: [
        ['Selu Solar Ltd', 'Highland Forestry'],
        ['Sara Adeyemi', 'Tomas Berg'],
        ['Director of carbon projects', 'Forest manager'],
        ['sara.adeyemi@selu-solar.example', 'tomas.berg@highland-forestry.example'],
        ['20417', '18830'],
        ['894500SELUSOLARLTD89', '894500HIGHLANDFORE07'],
        ['Plateau Road 12, Selu', 'Forest Road 3, Upper Oru'],
        [
          'The project reduces emissions from electricity: there is no risk of reversal.',
          'The buffer takes 20 % of each issuance.',
        ],
      ],
      years: Number(year(0)) - 2023,
      values: () => ({
        'authorisation.required': false,
        'authorisation.condition': null,
        'authorisation.adjustment': 'NOT_NEEDED',
      }),
    },
    MR: {
      years: MEASURED,
      words: [
        ['2021-01-01', '2024-01-01'],
        ['2023-02-19', '2024-02-19'],
        ['fire in 2023', 'fire in 2024'],
        ['2022-11-18', '2024-11-18'],
        ['November 2022', 'November 2024'],
      ],
      values: measured,
    },
    VERIFICATION: {
      years: MEASURED,
      words: [
        ['2021-01-01', '2024-01-01'],
        ['1 January 2021', '1 January 2024'],
        ['2020 and 2021', '2023 and 2024'],
        ['The verified amount is 46866.05', 'The verified amount is 1500'],
        [
          '46866.05 tCO2e were achieved; the design estimated 46866.05 tCO2e',
          '1501.02 tCO2e were achieved; the design estimated 3749.28 tCO2e',
        ],
      ],
      values: () => ({
        'areas.areas.sampling.conclusion': SAMPLED,
        'means.sampling': SAMPLED,
        'certification.statement': `Northern Audit certifies that the project “Highland forest” achieved from 1 January ${year(0)} to 31 December ${year(1)}: 1000 tCO2e of vintage ${year(0)} and 500 tCO2e of vintage ${year(1)}.`,
        'emissions.yearly.0.certified': '1000',
        'emissions.yearly.1.certified': '500',
      }),
    },
  },
}

function measured() {
  return {
    'D2.monitored.0.value': '12.07',
    'D2.monitored.2.value': '2',
    'D3.samples.0.mean': '12.54',
    'D3.samples.0.lower': '10.659',
    'D3.samples.0.upper': '14.421',
    'D3.samples.0.remedy':
      'The half-width of 15 % lies above 10 %: a quarter of it, 0.47 t/ha, is taken off, which leaves 12.07 t/ha (AR-TOOL14).',
    'E.calculation.inputs.treesAfter': { value: '12.07', unit: 't/ha' },
    'E.calculation.inputs.years': { value: '2', unit: 'yr' },
    'E.explanation':
      'Biomass of trees after discount, 12.07 t/ha on 100 ha, gives removals of 2,080.06 tCO2e in two years; 579.04 tCO2e that shrubs would have stored are taken off. Net: 1,501.02 tCO2e, put to the years by measured growth. The second year was dry.',
    'E.yearly': [
      { vintage: year(0), be: '-289.52', pe: '-1290.02', le: '0' },
      { vintage: year(1), be: '-289.52', pe: '-790.04', le: '0' },
    ],
    'G.sdg.goal13.outcome': '1,501 t of CO2e were removed in two years.',
  }
}
