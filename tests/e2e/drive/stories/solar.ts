import type { Day, Story } from './story.ts'
import { rowsOf, year } from './years.ts'

/** Each year but one: 9,600 MWh at 0.625 tCO2/MWh. */
const USUAL = { be: '6000', pe: '0', le: '0' }
const SHORT = { be: '4000', pe: '0', le: '0' }

const months = (name: string, mwh: number) =>
  Array.from({ length: 12 }, (_, at) => {
    const net = Math.floor((mwh * (at + 1)) / 12) - Math.floor((mwh * at) / 12)
    return `${name}-${String(at + 1).padStart(2, '0')},${net + 4},4,${net}`
  })

const generation = ['month,export_mwh,import_mwh,net_mwh', ...months(year(0), 9600), ...months(year(1), 6400), '']

const electricity = (value: string) => ({ electricity: { value, unit: 'MWh' } })

const TWO_YEARS: [string, string][] = [
  ['2025-12-31', '2026-12-31'],
  ['31 December 2025', '31 December 2026'],
  [': 11475 tCO2e of vintage 2025', ': 6000 tCO2e of vintage 2025 and 4000 tCO2e of vintage 2026'],
]

/** A solar plant of 5.5 MW, whose second year is short. */
export const SOLAR: Story = {
  example: 'selu',
  years: Number(year(0)) - 2025,
  words: [
    ['Selu Solar Ltd', 'Sunfield Power'],
    ['Selu Grid Solar Plant', 'Salt Lake solar plant'],
    ['selu-solar.example', 'sunfield-power.example'],
    ['selu-', 'salt-lake-'],
    ['Selu', 'Salt Lake'],
    ['0.6375', '0.625'],
    ['0.45', '0.4'],
    ['18,000', '9,600'],
    ['18000', '9600'],
    ['11,475', '6,000'],
    ['11475', '6000'],
    ['57375', '30000'],
    ['10 MW', '5.5 MW'],
    ['2.5 MW', '1.4 MW'],
    ['18,200', '10,000'],
    ['9,000 households', '4,800 households'],
    ['9800000.00', '5400000.00'],
  ],
  files: { 'salt-lake-generation.csv': generation.join('\n') },
  of: {
    ENGAGEMENT: {
      values: () => ({
        'scope.sites': [{ name: 'Salt Lake plateau', location: 'Salt Lake, Northern Province' }],
        'scope.materiality': '2',
      }),
    },
    'AUTHORISATION-REQUEST': {
      values: () => ({
        'outcomes.quantity': '20000',
        'outcomes.yearly': rowsOf(0, 5, { quantity: '4000' }),
        'use.firstTransfer': 'AUTHORISATION',
      }),
    },
    ISSUANCE: {
      words: TWO_YEARS,
      values: () => ({
        'quantity.certified': rowsOf(0, 1, { certified: '6000', remainderIn: '0' }).concat(
          rowsOf(1, 1, { certified: '4000', remainderIn: '0' }),
        ),
        'quantity.requested': [...rowsOf(0, 1, { requested: '6000' }), ...rowsOf(1, 1, { requested: '4000' })],
      }),
    },
    TRANSFER: { words: [['894500SELUSOLARLTD89', '894500SUNFIELDPOWE89']], years: Number(year(0)) - 2023 },
    MR: { words: MEASURED(), values: measured },
    VERIFICATION: {
      words: [
        ['selu-generation-2025.csv', 'salt-lake-generation.csv'],
        ['supplied to the grid in 2025, by month', 'supplied to the grid in two years, by month'],
        ...TWO_YEARS,
        ['The verified amount is 11475', 'The verified amount is 10000'],
        [
          '11475 tCO2e were achieved; the design estimated 11475 tCO2e',
          '10000 tCO2e were achieved; the design estimated 12000 tCO2e',
        ],
      ],
      values: () => ({ 'emissions.yearly.0.certified': '6000', 'emissions.yearly.1.certified': '4000' }),
    },
  },
}

function MEASURED(): [string, string][] {
  return [
    ...TWO_YEARS,
    ['selu-generation-2025.csv', 'salt-lake-generation.csv'],
    ['Monthly generation of 2025', 'Monthly generation of both years'],
    ['The plant ran through the whole period with all four inverters.', 'The plant ran through both years.'],
    [
      'It gave 18,000 MWh net to the grid, as planned.',
      'It gave 9,600 MWh net to the grid in the first year, as planned, and 6,400 MWh in the second, when the substation was rebuilt for four months.',
    ],
    ['Net electricity of the period, 18,000 MWh,', 'Net electricity of the two years, 9,600 MWh and 6,400 MWh,'],
    [': 11,475 tCO2e. Project emissions', ': 6,000 and 4,000 tCO2e. Project emissions'],
    ['18,000 MWh were given to the grid.', '16,000 MWh were given to the grid in two years.'],
    ['11,475 t of CO2e were avoided.', '10,000 t of CO2e were avoided in two years.'],
  ]
}

function measured() {
  const years = [
    { year: Number(year(0)), inputs: electricity('9600') },
    { year: Number(year(1)), inputs: electricity('6400') },
  ]
  return {
    'D2.monitored.0.value': '16000',
    'E.calculation.vintages': { by: 'data', years },
    'E.yearly': [...rowsOf(0, 1, USUAL), ...rowsOf(1, 1, SHORT)],
  }
}

/** The same plant when it asks for a second crediting period of so many years. */
export function renewed(story: Story, years: number): Story {
  const crediting = { start: `${year(years)}-01-01`, end: `${year(2 * years - 1)}-12-31` }
  const more = (template: string, values: (day: Day) => Record<string, never> | object) => ({
    ...story.of[template],
    values: (day: Day) => ({ ...story.of[template]?.values?.(day), ...values(day) }),
  })
  return {
    ...story,
    of: {
      ...story.of,
      PDD: more('PDD', () => ({ 'C.crediting': crediting, 'B64.yearly': rowsOf(years, years, USUAL) })),
      VALIDATION: more('VALIDATION', () => ({
        'head.crediting': crediting,
        'emissions.yearly': rowsOf(years, years, { ...USUAL, er: USUAL.be }),
      })),
    },
  }
}
