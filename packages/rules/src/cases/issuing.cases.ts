import type { RuleName } from '../declarations.ts'
import { EVIDENCED } from '../entries/mirrors.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { affiliate, assess, assign, certificationNeeded } from './certifier.fixture.ts'
import { authorisation, issuance } from './country.fixture.ts'
import { byBoth, suspend, suspendCompany } from './people.fixture.ts'
import type { Outcome, World } from './world.fixture.ts'

type Body = Record<string, unknown>
type Forge = (body: Body) => Body

export const allotted =
  (change: object): Forge =>
  (body) => ({ ...body, allotted: { ...(body.allotted as object), ...change } })

/** An authorisation of Solar of another unit type, or with other terms. */
export function authorise(world: World, name: string, change: object = {}): void {
  world.do('QuantityAuthorised', { ...authorisation(world, 'solar', name), ...change })
}

export function reportReversal(world: World, project = 'solar'): void {
  const about = { reversal: world.id('reversal'), occurredOn: '2025-12-31', cause: 'fire' }
  world.do('ReversalReported', { ...about, project: world.id(project) })
}

const MOST = '999999999999999'

/** Projects are credited for a time, and the country keeps no monitoring periods. Solar is from 2026 on. */
function creditWithoutPeriods(world: World): void {
  world.adopt('preset', (text) =>
    Object.assign(text, { crediting: { states: ['registered'], kinds: [{ kind: 'fixed', years: 10, renewals: 0 }] } }),
  )
  world.do('CreditingPeriodSet', { project: world.id('solar'), kind: 'fixed', from: '2026-01-01', to: '2035-12-31' })
}

/** What both ways of issuing stand on: the authorisation, its project and its numbers. */
function groundCases(
  type: RuleName,
  act: (world: World, change?: Body, forge?: Forge) => Outcome,
  tooMuch: (world: World) => Outcome,
): Case[] {
  return [
    refuses(type, 'authorisation-unknown', 'an authorisation that there is not', (world) =>
      act(world, { authorisation: world.id('nothing') }),
    ),
    refuses(type, 'already-exists', 'a batch of this id', (world) => act(world, { batch: world.id('solar 2024') })),
    refuses(type, 'already-exists', 'an account has its stream under this id', (world) =>
      act(world, { batch: world.id('port') }),
    ),
    refuses(type, 'project-state', 'a project that is suspended', (world) => {
      world.do('ProjectMoved', { project: world.id('solar'), move: 'suspend' })
      return act(world)
    }),
    refuses(type, 'certification-missing', 'a project that nobody certified, where that is needed', (world) => {
      certificationNeeded(world)
      return act(world)
    }),
    refuses(
      type,
      'conflict-of-interest',
      'whoever certified the project has become an affiliate of its owner',
      (world) => {
        assess(world)
        assign(world)
        certificationNeeded(world)
        world.do('ProjectCertified', { project: world.id('solar') }, { by: world.id('lead assessor') })
        affiliate(world, 'sun ltd', 'assessor')
        return act(world)
      },
    ),
    refuses(type, 'reversal-open', 'a loss of the project is not made good', (world) => {
      reportReversal(world)
      return act(world)
    }),
    refuses(type, 'authorisation-revoked', 'an authorisation that was revoked', (world) => {
      const { project: _, unitType: __, ...terms } = authorisation(world, 'solar')
      const about = { version: 2, change: 'revoke', reason: 'legal', effectiveFrom: '2026-01-01' }
      world.decree('AuthorisationChanged', { ...terms, ...about })
      return act(world)
    }),
    refuses(type, 'authorisation-exceeded', 'one unit more than is authorised', tooMuch),
    refuses(type, 'serials-overlap', 'a number that was given', (world) => act(world, {}, allotted({ first: '400' }))),
    refuses(type, 'serials-gap', 'a number is left out', (world) => act(world, {}, allotted({ first: '402' }))),
    refuses(type, 'serials-exhausted', 'all numbers of the space are given', (world) => {
      for (const name of ['all', 'more']) authorise(world, name, { unitType: 'MCU', quantity: MOST })
      world.decree('BatchIssued', { ...issuance(world, 'solar', '2025', MOST, 'all'), batch: world.id('all') })
      return act(world, { authorisation: world.id('more') })
    }),
  ]
}

const issue = (world: World, change: Body = {}, forge?: Forge) =>
  world.try(
    'BatchIssued',
    { ...issuance(world, 'solar', '2025', '10'), ...change },
    { ...byBoth(world), ...(forge ? { forge } : {}) },
  )

/** Solar gives a fifth to the buffer. */
export function buffered(world: World, buffer = '20'): void {
  world.decree('IssuanceTermsSet', { project: world.id('solar'), buffer, exempt: [], reason: 'risk-assessment' })
}

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

/** Solar owes units to the buffer, which lent them for a loss that could have been avoided. */
export function owing(world: World, quantity: string): void {
  const give = { batch: world.id('tide 2024'), from: world.id('port'), to: world.id('buffer'), quantity, repays: null }
  world.do('BufferContributed', give, { by: world.id('port admin') })
  reportReversal(world)
  const loss = { decision: 'avoidable', quantity, unitType: 'ITMO' }
  world.decree('ReversalDecided', { reversal: world.id('reversal'), ...loss })
  const pay = { reversal: world.id('reversal'), batch: world.id('tide 2024'), from: world.id('buffer') }
  world.decree('BufferCancelled', { ...pay, to: world.id('made good'), quantity })
}

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

export const foreignRecord = (world: World, change: object = {}) => ({
  registry: 'elsewhere',
  space: 'elsewhere:S',
  range: ['1', '100'],
  project: { id: world.id('forest'), code: 'P1' },
  vintage: '2020',
  unitType: 'VCU',
  issued: true,
  issuedOn: null,
  fate: 'cancelled',
  fateOn: null,
  facts: world.hash('facts'),
  ...change,
})

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

const conversionCases: Case[] = [
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

export const issuingCases: Case[] = [...issuanceCases, ...carriedCases, ...conversionCases]
