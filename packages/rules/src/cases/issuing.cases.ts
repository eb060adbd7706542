import { type Case, refuses, writes } from './case.fixture.ts'
import { issuance } from './country.fixture.ts'
import {
  allotted,
  authorise,
  type Body,
  buffered,
  creditWithoutPeriods,
  type Forge,
  groundCases,
  owing,
} from './issuing.fixture.ts'
import { byBoth, suspend, suspendCompany } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

const issue = (world: World, change: Body = {}, forge?: Forge) =>
  world.try(
    'BatchIssued',
    { ...issuance(world, 'solar', '2025', '10'), ...change },
    { ...byBoth(world), ...(forge ? { forge } : {}) },
  )

const issuanceCases: Case[] = [
  ...groundCases('BatchIssued', issue, (world) => issue(world, { quantity: '99701' })),
  refuses('BatchIssued', 'vintage-wrong', 'a year to come', (world) => issue(world, { vintage: '2027' })),
  refuses('BatchIssued', 'vintage-wrong', 'a year without a day of the monitoring period', (world) =>
    issue(world, { monitoringPeriod: { from: '2024-01-01', to: '2024-12-31' } }),
  ),
  refuses('BatchIssued', 'crediting-missing', 'days before the crediting of the project', (world) => {
    creditWithoutPeriods(world)
    return issue(world, { monitoringPeriod: { from: '2025-01-01', to: '2025-12-31' } })
  }),
  refuses('BatchIssued', 'crediting-missing', 'no days, where projects are credited for a time', (world) => {
    creditWithoutPeriods(world)
    return issue(world, { monitoringPeriod: null })
  }),
  refuses('BatchIssued', 'account-not-active', 'an owner whose account is suspended', (world) => {
    suspend(world, 'sun')
    return issue(world)
  }),
  refuses('BatchIssued', 'organisation-suspended', 'an owner who is suspended', (world) => {
    suspendCompany(world, 'sun ltd')
    return issue(world)
  }),
  refuses('BatchIssued', 'terms-changed', 'owners that are not those of the project', (world) =>
    issue(world, { owners: [{ account: world.id('port'), share: '100' }] }),
  ),
  refuses('BatchIssued', 'terms-changed', 'levies that are not those in force', (world) =>
    issue(world, { levies: { buffer: '0', shareOfProceeds: '5', omge: '2', host: '0' } }),
  ),
  refuses('BatchIssued', 'quantity-wrong', 'more units than tonnes', (world) =>
    issue(world, { quantity: '26', certified: '25.51' }),
  ),
  refuses('BatchIssued', 'quantity-wrong', 'fewer units than tonnes', (world) =>
    issue(world, { quantity: '24', certified: '25.51' }),
  ),
  refuses('BatchIssued', 'nothing-to-issue', 'less than a tonne', (world) =>
    issue(world, { quantity: undefined, certified: '0.999999' }),
  ),
  refuses('BatchIssued', 'split-wrong', 'units that a forger gives to another', (world) =>
    issue(world, {}, allotted({ parts: [[world.id('port'), '401', '410']] })),
  ),
  refuses('BatchIssued', 'split-wrong', 'parts that a forger makes of the whole', (world) =>
    issue(
      world,
      {},
      allotted({
        parts: [
          [world.id('sun'), '401', '405'],
          [world.id('sun'), '406', '410'],
        ],
      }),
    ),
  ),
  refuses('BatchIssued', 'split-wrong', 'levies that take more than there is', (world) => {
    world.adopt('preset', ({ levies }) => Object.assign(levies, { base: 'gross' }))
    buffered(world, '100')
    authorise(world, 'a6', { unitType: 'A6ER' })
    return issue(world, { authorisation: world.id('a6') })
  }),
  refuses('BatchIssued', 'pool-missing', 'nobody said where the levy goes', (world) => {
    const [buffer, omge, host] = ['buffer', 'omge', 'treasury'].map((name) => world.id(name))
    world.decree('PoolsNamed', { buffer, shareOfProceeds: null, omge, host })
    authorise(world, 'a6', { unitType: 'A6ER' })
    return issue(world, { authorisation: world.id('a6') })
  }),
  refuses('BatchIssued', 'allocation-wrong', 'an ITMO number for units that get none', (world) =>
    issue(world, {}, allotted({ itmos: { prefix: 'CA0001-XTX01-XTX-#-2025', ranges: [['1', '10']] } })),
  ),
  refuses('BatchIssued', 'allocation-wrong', 'ITMO numbers of another vintage', (world) => {
    authorise(world, 'oimp', { purposes: ['OIMP_OP'], firstTransfer: 'issuance' })
    const itmos = { prefix: 'CA0001-XTX01-XTX-#-2024', ranges: [['1', '10']] }
    return issue(world, { authorisation: world.id('oimp') }, allotted({ itmos }))
  }),
  refuses('BatchIssued', 'approach-missing', 'first transferred by it, under no cooperative approach', (world) => {
    authorise(world, 'oimp', { purposes: ['OIMP_OP'], firstTransfer: 'issuance', cooperativeApproach: null })
    return issue(world, { authorisation: world.id('oimp') })
  }),
  refuses('BatchIssued', 'approach-missing', 'a share of proceeds, under no cooperative approach', (world) => {
    authorise(world, 'a6', { unitType: 'A6ER', cooperativeApproach: null })
    return issue(world, { authorisation: world.id('a6') })
  }),
  writes('BatchIssued', 'numbers go on, and the owner gets all', (world) => issue(world), [
    'new batch solar 2025: space national:XT/ITMO, first 401, last 410, class solar/2025/ITMO, project solar, vintage 2025, unitType ITMO, authorisation solar itmo',
    'space national:XT/ITMO: next 401 → 411',
    'output solar/ITMO: issued 300 → 310',
    'authorisation solar itmo: issued 300 → 310',
    'new issued solar 2025: index 23, says hash',
    'new remainder solar/2025/ITMO: micro 0',
    'remainder solar/ITMO: as before',
    'outstanding solar: units 300 → 310',
    '10 solar/2025/ITMO: issuance → sun',
    'units solar 2025 401-410: sun',
  ]),
  writes(
    'BatchIssued',
    'a gross of 12,345: 618 for the share of proceeds, 247 for the climate, 11,480 for the owner',
    (world) => {
      authorise(world, 'a6', { unitType: 'A6ER' })
      return issue(world, { authorisation: world.id('a6'), quantity: '12345' })
    },
    [
      'authorisation a6: transferred 0 → 865',
      'new space itmo:CA0001-XTX01-XTX-2025: next 866',
      'new batch solar 2025: space national:XT/A6ER, first 1, last 12345, class solar/2025/A6ER, project solar, vintage 2025, unitType A6ER, authorisation a6',
      'new space national:XT/A6ER: next 12346',
      'new output solar/A6ER: issued 12345',
      'authorisation a6: issued 0 → 12345, transferred 0 → 865',
      'new issued solar 2025: index 24, says hash',
      'new remainder solar/2025/A6ER: micro 0',
      'new remainder solar/A6ER: micro 0',
      'outstanding solar: units 300 → 11780',
      '618 solar/2025/A6ER: issuance → proceeds',
      '247 solar/2025/A6ER: issuance → omge',
      '11480 solar/2025/A6ER: issuance → sun',
      'units solar 2025 1-618: proceeds [first:24,itmo:CA0001:0]',
      'units solar 2025 619-865: omge [first:24,itmo:CA0001:0]',
      'units solar 2025 866-12345: sun',
    ],
  ),
  writes(
    'BatchIssued',
    'the buffer gets its part of 100 and 9 that the project owes; the fraction of 25.51 certified before is used',
    (world) => {
      issue(world, { batch: world.id('first'), quantity: undefined, certified: '25.51' })
      owing(world, '9')
      buffered(world)
      return issue(world, { quantity: undefined, certified: '99.5' })
    },
    [
      'new batch solar 2025: space national:XT/ITMO, first 426, last 525, class solar/2025/ITMO, project solar, vintage 2025, unitType ITMO, authorisation solar itmo',
      'space national:XT/ITMO: next 426 → 526',
      'output solar/ITMO: issued 325 → 425',
      'authorisation solar itmo: issued 325 → 425',
      'new issued solar 2025: index 29, says hash',
      'remainder solar/2025/ITMO: micro 510000 → 10000',
      'remainder solar/ITMO: as before',
      'pool all/ITMO: in 9 → 38, vintages {} → {2025:29}',
      'new stock all/ITMO/2025: parts {solar:29}',
      'new pool solar/ITMO: in 29, cancelled 0, released 0, since 2026-01-01T00:00:00.000Z, vintages {2025:29}',
      'new stock solar/ITMO/2025: parts {solar 2025:29}',
      'project solar: debts {ITMO:9} → {}',
      'outstanding solar: units 325 → 396',
      '29 solar/2025/ITMO: issuance → buffer',
      '71 solar/2025/ITMO: issuance → sun',
      'units solar 2025 426-454: buffer',
      'units solar 2025 455-525: sun',
    ],
  ),
  writes(
    'BatchIssued',
    'units for other purposes alone, with that definition, are first transferred by being issued',
    (world) => {
      authorise(world, 'oimp', { purposes: ['OIMP_OP'], firstTransfer: 'issuance' })
      return issue(world, { authorisation: world.id('oimp') })
    },
    [
      'authorisation oimp: transferred 0 → 10',
      'new space itmo:CA0001-XTX01-XTX-2025: next 11',
      'new batch solar 2025: space national:XT/ITMO, first 401, last 410, class solar/2025/ITMO, project solar, vintage 2025, unitType ITMO, authorisation oimp',
      'space national:XT/ITMO: next 401 → 411',
      'output solar/ITMO: issued 300 → 310',
      'authorisation oimp: issued 0 → 10, transferred 0 → 10',
      'new issued solar 2025: index 24, says hash',
      'new remainder solar/2025/ITMO: micro 0',
      'remainder solar/ITMO: as before',
      'outstanding solar: units 300 → 310',
      '10 solar/2025/ITMO: issuance → sun',
      'units solar 2025 401-410: sun [first:24,itmo:CA0001:-400]',
    ],
  ),
]

const carry = (world: World, change: Body = {}) => {
  const request = { authorisation: world.id('solar itmo'), vintage: '2025', certified: '0.51', monitoringPeriod: null }
  return world.try('OutcomeCarried', { ...request, ...change }, byBoth(world))
}

const carriedCases: Case[] = [
  refuses('OutcomeCarried', 'authorisation-unknown', 'an authorisation that there is not', (world) =>
    carry(world, { authorisation: world.id('nothing') }),
  ),
  refuses('OutcomeCarried', 'project-state', 'a project that is suspended', (world) => {
    world.do('ProjectMoved', { project: world.id('solar'), move: 'suspend' })
    return carry(world)
  }),
  refuses('OutcomeCarried', 'crediting-missing', 'days before the crediting of the project', (world) => {
    creditWithoutPeriods(world)
    return carry(world, { certified: '0.5', monitoringPeriod: { from: '2025-01-01', to: '2025-12-31' } })
  }),
  refuses('OutcomeCarried', 'vintage-wrong', 'a year to come', (world) => carry(world, { vintage: '2027' })),
  refuses('OutcomeCarried', 'issue-instead', 'with what was carried before there is a whole unit', (world) => {
    carry(world)
    return carry(world, { certified: '0.49' })
  }),
  writes('OutcomeCarried', 'a fraction, of its vintage', (world) => carry(world), [
    'new remainder solar/2025/ITMO: micro 510000',
    'remainder solar/ITMO: as before',
  ]),
  writes(
    'OutcomeCarried',
    'a deficit, whatever the vintage, less the fraction that was carried',
    (world) => {
      carry(world)
      return carry(world, { certified: '-3.2' })
    },
    ['remainder solar/2025/ITMO: micro 510000 → 0', 'remainder solar/ITMO: micro 0 → -2690000'],
  ),
]

export const issuingCases: Case[] = [...issuanceCases, ...carriedCases]
