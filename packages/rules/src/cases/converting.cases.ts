import { EVIDENCED } from '../entries/mirrors.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { allotted, authorise, type Body, type Forge, foreignRecord, groundCases } from './issuing.fixture.ts'
import { byBoth, suspend, suspendCompany } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

const convert = (world: World, { source, ...change }: Body = {}, forge?: Forge) => {
  world.do('MirrorRecorded', foreignRecord(world))
  world.do('MirrorRecorded', foreignRecord(world, { range: ['101', '110'], fate: 'active' }))
  return converting(world, { source, ...change }, forge)
}
const converting = (world: World, { source, ...change }: Body = {}, forge?: Forge) => {
  const from = { registry: 'elsewhere', space: 'elsewhere:S', ranges: [['1', '10']], ...(source as object) }
  const request = { batch: world.id('converted'), authorisation: world.id('solar itmo'), vintage: '2020' }
  const more = { to: world.id('sun'), reason: 'registry-transition', source: from }
  return world.try(
    'UnitsConverted',
    { ...request, ...more, ...change },
    { ...byBoth(world), ...(forge ? { forge } : {}) },
  )
}

export const conversionCases: Case[] = [
  ...groundCases('UnitsConverted', convert, (world) => {
    authorise(world, 'few', { quantity: '9' })
    return convert(world, { authorisation: world.id('few') })
  }),
  refuses('UnitsConverted', 'account-unknown', 'an account that was never opened', (world) =>
    convert(world, { to: world.id('nobody') }),
  ),
  refuses('UnitsConverted', 'account-kind', 'an account that nothing leaves', (world) =>
    convert(world, { to: world.id('sun retirement') }),
  ),
  refuses('UnitsConverted', 'account-not-active', 'an account that is suspended', (world) => {
    suspend(world, 'sun')
    return convert(world)
  }),
  refuses('UnitsConverted', 'organisation-suspended', 'an account whose holder is suspended', (world) => {
    suspendCompany(world, 'sun ltd')
    return convert(world)
  }),
  refuses('UnitsConverted', 'registry-unknown', 'a registry of which nothing is on record', (world) =>
    convert(world, { source: { registry: 'nowhere' } }),
  ),
  refuses('UnitsConverted', 'ranges-disorder', 'the same units named twice', (world) =>
    convert(world, {
      source: {
        ranges: [
          ['1', '10'],
          ['10', '12'],
        ],
      },
    }),
  ),
  refuses('UnitsConverted', 'ranges-disorder', 'a range that ends before it begins', (world) =>
    convert(world, { source: { ranges: [['10', '1']] } }),
  ),
  refuses(
    'UnitsConverted',
    'ranges-disorder',
    'such a range, where the issuance would be a first transfer',
    (world) => {
      authorise(world, 'oimp', { purposes: ['OIMP_OP'], firstTransfer: 'issuance' })
      return convert(world, { authorisation: world.id('oimp'), source: { ranges: [['10', '1']] } })
    },
  ),
  refuses('UnitsConverted', 'too-fragmented', 'a range of which too many pieces are on record', (world) => {
    const units = { space: 'elsewhere:S', batch: '', class: 'mirror:elsewhere/P1/2020/VCU' }
    for (let serial = 1n; serial <= 1_001n; serial += 1n) {
      const run = { ...units, account: world.id('elsewhere cancelled'), first: serial, last: serial }
      world.state.loadRun({ ...run, attributes: serial % 2n === 0n ? '' : EVIDENCED })
    }
    return converting(world, { source: { ranges: [['1', '1001']] } })
  }),
  refuses('UnitsConverted', 'not-cancelled', 'one of the units is active there', (world) =>
    convert(world, { source: { ranges: [['91', '101']] } }),
  ),
  refuses('UnitsConverted', 'not-cancelled', 'units that nobody knows', (world) =>
    convert(world, { source: { space: 'elsewhere:T' } }),
  ),
  refuses('UnitsConverted', 'already-converted', 'one of the units was converted before', (world) => {
    convert(world)
    return converting(world, { batch: world.id('again'), source: { ranges: [['10', '11']] } })
  }),
  refuses('UnitsConverted', 'vintage-wrong', 'another vintage than theirs', (world) =>
    convert(world, { vintage: '2021' }),
  ),
  refuses('UnitsConverted', 'vintage-wrong', 'the last of them are of another vintage', (world) => {
    world.do('MirrorRecorded', foreignRecord(world, { range: ['201', '210'], vintage: '2021' }))
    const ranges = [
      ['1', '10'],
      ['201', '210'],
    ]
    return convert(world, { source: { ranges } })
  }),
  refuses('UnitsConverted', 'code-unknown', 'a reason that the preset does not have', (world) =>
    convert(world, { reason: 'spite' }),
  ),
  refuses('UnitsConverted', 'vintage-wrong', 'a year to come', (world) => {
    const to = { space: 'elsewhere:N', vintage: '2027', project: { id: world.id('new'), code: 'P2' } }
    world.do('MirrorRecorded', foreignRecord(world, to))
    return convert(world, { vintage: '2027', source: { space: 'elsewhere:N' } })
  }),
  refuses('UnitsConverted', 'authorisation-exceeded', 'more would be first transferred than is authorised', (world) => {
    authorise(world, 'oimp', { purposes: ['OIMP_OP'], firstTransfer: 'issuance', quantity: '9' })
    return convert(world, { authorisation: world.id('oimp') })
  }),
  refuses('UnitsConverted', 'approach-missing', 'first transferred by it, under no cooperative approach', (world) => {
    authorise(world, 'oimp', { purposes: ['OIMP_OP'], firstTransfer: 'issuance', cooperativeApproach: null })
    return convert(world, { authorisation: world.id('oimp') })
  }),
  refuses('UnitsConverted', 'allocation-wrong', 'an ITMO number that is not the next one', (world) => {
    authorise(world, 'oimp', { purposes: ['OIMP_OP'], firstTransfer: 'issuance' })
    const itmos = { prefix: 'CA0001-XTX01-XTX-#-2020', ranges: [['2', '11']] }
    return convert(world, { authorisation: world.id('oimp') }, allotted({ itmos }))
  }),
  writes(
    'UnitsConverted',
    'units for other purposes alone, with that definition, are first transferred by it, as by an issuance',
    (world) => {
      authorise(world, 'oimp', { purposes: ['OIMP_OP', 'OIMP_IMP'], firstTransfer: 'authorisation' })
      return convert(world, { authorisation: world.id('oimp') })
    },
    [
      'authorisation oimp: transferred 0 → 10',
      'new space itmo:CA0001-XTX01-XTX-2020: next 11',
      'new batch converted: space national:XT/ITMO, first 401, last 410, class solar/2020/ITMO, project solar, vintage 2020, unitType ITMO, authorisation oimp',
      'space national:XT/ITMO: next 401 → 411',
      'output solar/ITMO: issued 300 → 310',
      'authorisation oimp: issued 0 → 10, transferred 0 → 10',
      'outstanding solar: units 300 → 310',
      '10 solar/2020/ITMO: issuance → sun',
      'units converted 401-410: sun [first:26,itmo:CA0001:-400]',
      'units elsewhere:S 1-10: elsewhere cancelled [converted]',
    ],
  ),
  writes('UnitsConverted', 'one for one, and those abroad are marked', (world) => convert(world), [
    'new batch converted: space national:XT/ITMO, first 401, last 410, class solar/2020/ITMO, project solar, vintage 2020, unitType ITMO, authorisation solar itmo',
    'space national:XT/ITMO: next 401 → 411',
    'output solar/ITMO: issued 300 → 310',
    'authorisation solar itmo: issued 300 → 310',
    'outstanding solar: units 300 → 310',
    '10 solar/2020/ITMO: issuance → sun',
    'units converted 401-410: sun',
    'units elsewhere:S 1-10: elsewhere cancelled [converted]',
  ]),
]
