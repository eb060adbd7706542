import type { Story } from './story.ts'
import { rowsOf, year } from './years.ts'

/** 2,167 stoves, of which nine of ten are in use. */
export const STOVES: Story = {
  example: 'tamba',
  years: Number(year(0)) - 2025,
  words: [
    ['Tamba Clean Energy Ltd', 'Hearth Stoves'],
    ['Tamba Clean Cookstoves', 'Hearth cookstove programme'],
    ['tamba-clean.example', 'hearth-stoves.example'],
    ['tamba-', 'hearth-'],
    ['10,000', '2,167'],
    ['10000', '2167'],
    ['9,000 stoves', '1,950 stoves'],
    ['11,659.418', '2,526.596'],
    ['11659.418', '2526.596'],
    ['582.971', '126.33'],
    ['11,076.447', '2,400.266'],
    ['11076.447', '2400.266'],
    ['11,076 t', '2,400 t'],
    ['58 jobs', '14 jobs'],
    ['58 people', '14 people'],
    ['team of 24', 'team of six'],
    ['TB-24', 'TB-06'],
    ['640000.00', '140000.00'],
  ],
  files: {},
  of: {
    'AUTHORISATION-REQUEST': {
      values: () => ({
        'outcomes.quantity': '3000',
        'outcomes.yearly': rowsOf(0, 5, { quantity: '600' }),
      }),
    },
    ISSUANCE: {
      values: () => ({
        'quantity.certified': rowsOf(0, 1, { certified: '2400', remainderIn: '0' }),
        'quantity.requested': rowsOf(0, 1, { requested: '2400' }),
      }),
    },
    TRANSFER: {
      words: [
        ['Selu Solar Ltd', 'Hearth Stoves'],
        ['Sara Adeyemi', 'Nia Okoro'],
        ['Director of carbon projects', 'Programme manager'],
        ['sara.adeyemi@selu-solar.example', 'nia.okoro@hearth-stoves.example'],
        ['20417', '22790'],
        ['894500SELUSOLARLTD89', '894500HEARTHSTOVES60'],
        ['Plateau Road 12, Selu', 'Market Square 1, Tamba'],
        [
          'The project reduces emissions from electricity',
          'The wood that is saved is an emission reduction, not a removal',
        ],
      ],
      years: Number(year(0)) - 2023,
      values: () => ({
        'authorisation.required': false,
        'authorisation.condition': null,
        'authorisation.adjustment': 'NOT_NEEDED',
      }),
    },
    VERIFICATION: {
      words: [
        ['The verified amount is 11076.447', 'The verified amount is 2400'],
        [': 11076.447 tCO2e of vintage', ': 2400 tCO2e of vintage'],
      ],
      values: () => ({ 'emissions.yearly.0.certified': '2400' }),
    },
  },
}
