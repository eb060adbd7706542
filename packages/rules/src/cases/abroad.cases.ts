import { type Case, refuses, writes } from './case.fixture.ts'
import { authorisation, issuance } from './country.fixture.ts'
import { allotted, authorise } from './issuing.cases.ts'
import { firstTransferCases, policy, propose, transfer } from './movements.cases.ts'
import { movingCases } from './moving.fixture.ts'
import { byBoth, byHolder, bySun } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

type Body = Record<string, unknown>
type Forge = (body: Body) => Body

const series = { cooperativeApproach: 'CA0002', registry: 'KEN01', party: 'KEN', vintage: '2024' }

const abroad = (world: World) => ({ ...transfer(world), to: world.id('sun abroad') })
const send = (world: World, change: Body = {}, forge?: Forge) =>
  world.try(
    'CreditsTransferredAbroad',
    { ...abroad(world), ...change },
    { ...byHolder(world), ...(forge ? { forge } : {}) },
  )

/** The first ten ITMOs of the vintage. */
const ten = { prefix: 'CA0001-XTX01-XTX-#-2024', ranges: [['1', '10']] }

const leavingCases: Case[] = [
  ...movingCases({
    type: 'CreditsTransferredAbroad',
    request: abroad,
    approvers: ['officer'],
    otherKind: 'sun retirement',
    holding: 'from',
    company: ['to', 'port abroad'],
  }),
  ...firstTransferCases('CreditsTransferredAbroad', send, false),
  refuses('CreditsTransferredAbroad', 'receiver-not-trusted', 'an account abroad that nobody trusts', (world) => {
    policy(world, 'sun', { trustedOnly: true })
    return send(world)
  }),
  refuses('CreditsTransferredAbroad', 'approval-not-distinct', 'the officer who has admitted the proposer', (world) =>
    world.try('CreditsTransferredAbroad', abroad(world), { ...bySun(world), approvers: [world.id('second officer')] }),
  ),
  refuses('CreditsTransferredAbroad', 'approval-missing', 'one for the table and for the holder, by one', (world) => {
    const treasury = world.id('treasury')
    world.do('CreditsTransferred', { ...transfer(world), to: treasury }, bySun(world))
    const policy = { secondAbove: '0', acceptance: false, trustedOnly: false }
    world.do('AccountPolicySet', { account: treasury, policy })
    const request = { ...abroad(world), from: treasury, ranges: [['1', '2']] }
    return world.try('CreditsTransferredAbroad', request, byBoth(world))
  }),
  refuses('CreditsTransferredAbroad', 'unit-type-not-movable', 'a unit type that stays at home', (world) => {
    authorise(world, 'mcu', { unitType: 'MCU' })
    world.decree('BatchIssued', { ...issuance(world, 'solar', '2025', '10', 'mcu'), batch: world.id('mcu') })
    return send(world, { batch: world.id('mcu') })
  }),
  refuses('CreditsTransferredAbroad', 'allocation-wrong', 'an ITMO number that is not the next one', (world) =>
    send(world, {}, allotted({ itmos: { ...ten, ranges: [['2', '11']] } })),
  ),
  refuses('CreditsTransferredAbroad', 'allocation-wrong', 'ITMOs that it does not name', (world) =>
    send(world, {}, allotted({ itmos: null })),
  ),
  writes('CreditsTransferredAbroad', 'first transferred, with the next ITMO numbers', (world) => send(world), [
    'authorisation solar itmo: transferred 0 → 10',
    'new space itmo:CA0001-XTX01-XTX-2024: next 11',
    '10 solar/2024/ITMO: sun → sun abroad',
    'units solar 2024 1-10: sun abroad [first:23,itmo:CA0001:0]',
  ]),
  writes(
    'CreditsTransferredAbroad',
    'ITMOs of another Party go on, and are not first transferred by us',
    (world) => {
      acquire(world)
      return send(world, { batch: world.id('kenya'), ranges: [['3', '5']] })
    },
    ['3 itmo:CA0002-KEN01-KEN-2024: sun → sun abroad', 'units kenya 3-5: sun abroad'],
  ),
]

const acquisition = (world: World) => ({
  batch: world.id('kenya'),
  from: world.id('sun abroad'),
  to: world.id('sun'),
  series: series as object | null,
  ranges: [['1', '10']],
})
const acquire = (world: World, change: Body = {}, forge?: Forge) =>
  world.try('CreditsAcquired', { ...acquisition(world), ...change }, { ...byBoth(world), ...(forge ? { forge } : {}) })
const home = (world: World) => ({ ...acquisition(world), batch: world.id('solar 2024'), series: null })

const acquisitionCases: Case[] = [
  ...movingCases({
    type: 'CreditsAcquired',
    request: home,
    before: (world) => send(world),
    by: 'officer',
    approvers: ['second officer'],
    otherKind: 'sun retirement',
    holding: 'to',
    company: ['to', 'port'],
    takes: false,
  }),
  refuses('CreditsAcquired', 'too-fragmented', 'a range of which too many pieces are known', (world) => {
    for (let from = 1; from < 240; from += 40) {
      const ranges = Array.from({ length: 20 }, (_, at) => [`${from + 2 * at}`, `${from + 2 * at}`])
      world.decree('CreditsAcquired', { ...acquisition(world), ranges })
    }
    return acquire(world, { ranges: [['1', '300']] })
  }),
  refuses('CreditsAcquired', 'account-kind', 'from an account that is not abroad', (world) =>
    acquire(world, { from: world.id('port') }),
  ),
  refuses('CreditsAcquired', 'already-exists', 'units that came before', (world) => {
    acquire(world)
    return acquire(world, { ranges: [['10', '12']] })
  }),
  refuses('CreditsAcquired', 'already-exists', 'units of which some left, and the last are still here', (world) => {
    acquire(world)
    send(world, { batch: world.id('kenya'), ranges: [['1', '4']] })
    return acquire(world)
  }),
  refuses('CreditsAcquired', 'already-exists', 'a batch of this id, of units issued here', (world) =>
    acquire(world, { batch: world.id('solar 2024') }),
  ),
  refuses('CreditsAcquired', 'registry-own', 'units that are ours', (world) =>
    acquire(world, { series: { ...series, party: 'XTX' } }),
  ),
  refuses('CreditsAcquired', 'vintage-wrong', 'a vintage to come', (world) =>
    acquire(world, { series: { ...series, vintage: '2027' } }),
  ),
  writes(
    'CreditsAcquired',
    'a vintage that has just begun',
    (world) => acquire(world, { series: { ...series, vintage: '2026' } }),
    [
      'new series itmo:CA0002-KEN01-KEN-2026: batch kenya',
      'new batch kenya: space itmo:CA0002-KEN01-KEN-2026, first 1, last 999999999999999, class itmo:CA0002-KEN01-KEN-2026, project , vintage 2026, unitType ITMO, authorisation ',
      '10 itmo:CA0002-KEN01-KEN-2026: issuance → sun',
      'units kenya 1-10: sun',
    ],
  ),
  refuses('CreditsAcquired', 'allocation-wrong', 'a second batch for the same series', (world) => {
    acquire(world)
    return acquire(world, { ranges: [['11', '12']] }, (body) => ({ ...body, batch: world.id('another') }))
  }),
  refuses('CreditsAcquired', 'ranges-disorder', 'the same number twice', (world) =>
    acquire(world, {
      ranges: [
        ['1', '5'],
        ['5', '6'],
      ],
    }),
  ),
  refuses('CreditsAcquired', 'ranges-disorder', 'the number zero', (world) => acquire(world, { ranges: [['0', '5']] })),
  writes('CreditsAcquired', 'ITMOs of another Party come into being here, once', (world) => acquire(world), [
    'new series itmo:CA0002-KEN01-KEN-2024: batch kenya',
    'new batch kenya: space itmo:CA0002-KEN01-KEN-2024, first 1, last 999999999999999, class itmo:CA0002-KEN01-KEN-2024, project , vintage 2024, unitType ITMO, authorisation ',
    '10 itmo:CA0002-KEN01-KEN-2024: issuance → sun',
    'units kenya 1-10: sun',
  ]),
  writes(
    'CreditsAcquired',
    'some that were here before and left, and some that are new, under the batch of their series',
    (world) => {
      acquire(world)
      send(world, { batch: world.id('kenya'), ranges: [['9', '10']] })
      return acquire(world, { batch: world.id('another'), ranges: [['9', '12']] })
    },
    [
      'series itmo:CA0002-KEN01-KEN-2024: as before',
      'batch kenya: as before',
      '2 itmo:CA0002-KEN01-KEN-2024: issuance → sun',
      '2 itmo:CA0002-KEN01-KEN-2024: sun abroad → sun',
      'units kenya 11-12: sun',
      'units kenya 9-10: sun',
    ],
  ),
  writes(
    'CreditsAcquired',
    'units issued here come back and stay first transferred',
    (world) => {
      send(world)
      return acquire(world, { ...home(world), ranges: [['1', '4']] })
    },
    ['4 solar/2024/ITMO: sun abroad → sun', 'units solar 2024 1-4: sun [first:23,itmo:CA0001:0]'],
  ),
]

/** Solar units from 401 on that may be set apart for other purposes. */
function settable(world: World, change: object = {}): void {
  const terms = { purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'authorisation', quantity: '1000' }
  world.do('QuantityAuthorised', { ...authorisation(world, 'solar', 'wave'), ...terms, ...change })
  world.decree('BatchIssued', { ...issuance(world, 'solar', '2024', '1000', 'wave'), batch: world.id('wave') })
}
const set = (world: World, change: Body = {}, forge?: Forge) => {
  const request = {
    batch: world.id('wave'),
    account: world.id('sun'),
    ranges: [['401', '410']],
    event: 'authorisation',
  }
  return world.try(
    'FirstTransferRecorded',
    { ...request, ...change },
    { ...byBoth(world), ...(forge ? { forge } : {}) },
  )
}
const setting = (change: (world: World) => Body, forge?: Forge) => (world: World) => {
  settable(world)
  return set(world, change(world), forge)
}
const amendWave = (world: World, change: object) => {
  const { project: _, unitType: __, ...terms } = authorisation(world, 'solar', 'wave')
  const fixed = { purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'authorisation', quantity: '1000' }
  const about = { version: 2, change: 'amend', reason: 'request', effectiveFrom: '2026-01-01' }
  world.decree('AuthorisationChanged', { ...terms, ...fixed, ...about, ...change })
}

const markingCases: Case[] = [
  refuses(
    'FirstTransferRecorded',
    'batch-unknown',
    'a batch that was never issued',
    setting((world) => ({ batch: world.id('no batch') })),
  ),
  refuses('FirstTransferRecorded', 'unit-type-not-movable', 'ITMOs of another Party', (world) => {
    acquire(world)
    return set(world, { batch: world.id('kenya'), ranges: [['1', '10']] })
  }),
  refuses(
    'FirstTransferRecorded',
    'account-unknown',
    'an account that was never opened',
    setting((world) => ({ account: world.id('nobody') })),
  ),
  refuses(
    'FirstTransferRecorded',
    'account-kind',
    'an account that nothing leaves',
    setting((world) => ({ account: world.id('sun retirement') })),
  ),
  refuses(
    'FirstTransferRecorded',
    'account-not-active',
    'an account that is suspended',
    setting((world) => {
      world.do('AccountSuspended', { account: world.id('sun'), reason: 'investigation' })
      return {}
    }),
  ),
  refuses(
    'FirstTransferRecorded',
    'organisation-suspended',
    'an account whose holder is suspended',
    setting((world) => {
      world.do('OrganisationSuspended', { organisation: world.id('sun ltd'), reason: 'investigation' })
      return {}
    }),
  ),
  refuses(
    'FirstTransferRecorded',
    'ranges-disorder',
    'the same units twice',
    setting(() => ({
      ranges: [
        ['401', '405'],
        ['401', '405'],
      ],
    })),
  ),
  refuses(
    'FirstTransferRecorded',
    'range-outside-batch',
    'a serial after the last of the batch',
    setting(() => ({ ranges: [['1400', '1401']] })),
  ),
  refuses(
    'FirstTransferRecorded',
    'not-owned',
    'units of somebody else',
    setting((world) => ({ account: world.id('port') })),
  ),
  refuses(
    'FirstTransferRecorded',
    'definition-differs',
    'an event that the authorisation does not define',
    setting(() => ({ event: 'issuance' })),
  ),
  refuses('FirstTransferRecorded', 'too-fragmented', 'a range in too many pieces, some set apart before', (world) => {
    settable(world)
    for (let from = 401; from < 601; from += 100) {
      const ranges = Array.from({ length: 50 }, (_, at) => [`${from + 2 * at}`, `${from + 2 * at}`])
      set(world, { ranges })
    }
    return set(world, { ranges: [['401', '601']] })
  }),
  refuses('FirstTransferRecorded', 'already-transferred', 'one of the units was first transferred', (world) => {
    settable(world)
    send(world, { batch: world.id('wave'), ranges: [['401', '401']] })
    acquire(world, { ...home(world), batch: world.id('wave'), ranges: [['401', '401']] })
    return set(world)
  }),
  refuses(
    'FirstTransferRecorded',
    'on-hold',
    'one of the units is frozen',
    setting((world) => {
      const held = { account: null, batch: world.id('wave'), range: ['410', '410'] }
      world.do('HoldPlaced', { hold: world.id('hold'), ...held, reason: 'court-order', expiresAt: null })
      return {}
    }),
  ),
  refuses(
    'FirstTransferRecorded',
    'on-hold',
    'the account is frozen',
    setting((world) => {
      const held = { account: world.id('sun'), batch: null, range: null }
      world.do('HoldPlaced', { hold: world.id('hold'), ...held, reason: 'court-order', expiresAt: null })
      return {}
    }),
  ),
  refuses('FirstTransferRecorded', 'on-hold', 'a movement of the units waits', (world) => {
    settable(world)
    policy(world, 'sun', { secondAbove: '0' })
    propose(world, 'CreditsTransferred', { batch: world.id('wave'), ranges: [['401', '401']] })
    return set(world)
  }),
  refuses(
    'FirstTransferRecorded',
    'purpose-not-authorised',
    'units for use towards an NDC only: leaving for abroad is their first transfer',
    (world) => {
      settable(world, { purposes: ['NDC'] })
      return set(world)
    },
  ),
  refuses('FirstTransferRecorded', 'authorisation-revoked', 'an authorisation that was revoked', (world) => {
    settable(world)
    amendWave(world, { change: 'revoke' })
    return set(world)
  }),
  refuses(
    'FirstTransferRecorded',
    'approach-missing',
    'an authorisation that names no cooperative approach',
    (world) => {
      settable(world, { cooperativeApproach: null })
      return set(world)
    },
  ),
  writes(
    'FirstTransferRecorded',
    'once the authorisation names its cooperative approach',
    (world) => {
      settable(world, { cooperativeApproach: null })
      amendWave(world, { cooperativeApproach: 'CA0003' })
      return set(world)
    },
    [
      'authorisation wave: transferred 0 → 10',
      'new space itmo:CA0003-XTX01-XTX-2024: next 11',
      'units wave 401-410: sun [first:26,itmo:CA0003:-400]',
    ],
  ),
  refuses('FirstTransferRecorded', 'authorisation-exceeded', 'more than is authorised now', (world) => {
    settable(world)
    amendWave(world, { quantity: '9' })
    return set(world)
  }),
  refuses(
    'FirstTransferRecorded',
    'purpose-not-authorised',
    'units that are authorised for nothing any more',
    (world) => {
      settable(world)
      amendWave(world, { purposes: [] })
      return set(world)
    },
  ),
  refuses(
    'FirstTransferRecorded',
    'allocation-wrong',
    'an ITMO number that is not the next one',
    setting(() => ({}), allotted({ itmos: { ...ten, ranges: [['2', '11']] } })),
  ),
  writes(
    'FirstTransferRecorded',
    'they stay where they are, with the next ITMO numbers',
    setting(() => ({})),
    [
      'authorisation wave: transferred 0 → 10',
      'new space itmo:CA0001-XTX01-XTX-2024: next 11',
      'units wave 401-410: sun [first:25,itmo:CA0001:-400]',
    ],
  ),
]

/** Units in the treasury that another Party first transferred, and units of ours that nobody did. */
function treasury(world: World): void {
  acquire(world)
  const give = { from: world.id('sun'), to: world.id('treasury') }
  world.do('CreditsTransferred', { ...give, batch: world.id('kenya'), ranges: [['1', '10']] }, bySun(world))
}
const used = (world: World) => {
  return {
    batch: world.id('kenya'),
    from: world.id('treasury'),
    to: world.id('ndc use'),
    ranges: [['1', '10']],
    year: '2030',
  }
}
const use = (world: World, change: Body = {}) => {
  treasury(world)
  return world.try('CreditsUsed', { ...used(world), ...change }, byBoth(world))
}
const ours = (world: World) => ({ ...used(world), batch: world.id('solar 2024') })

const useCases: Case[] = [
  ...movingCases({
    type: 'CreditsUsed',
    request: ours,
    before: (world) => {
      send(world)
      acquire(world, { ...home(world), to: world.id('treasury') })
    },
    by: 'officer',
    approvers: ['second officer'],
    otherKind: 'sun retirement',
    company: ['from', 'port'],
    holding: 'from',
    scatter: ['CreditsTransferred', 'treasury'],
  }),
  refuses('CreditsUsed', 'not-first-transferred', 'units that were not first transferred', (world) => {
    const give = { ...transfer(world), to: world.id('treasury') }
    world.do('CreditsTransferred', give, bySun(world))
    return world.try('CreditsUsed', ours(world), byBoth(world))
  }),
  refuses('CreditsUsed', 'account-foreign', 'the account of another organisation', (world) => {
    const accounts = [{ account: world.id('sun use'), kind: 'ndc-use' }]
    world.do('AccountsOpened', { organisation: world.id('sun ltd'), accounts })
    return use(world, { to: world.id('sun use') })
  }),
  refuses('CreditsUsed', 'purpose-not-authorised', 'units for other purposes only, first transferred', (world) => {
    settable(world, { purposes: ['OIMP_OP'], firstTransfer: 'issuance' })
    return useWave(world)
  }),
  refuses(
    'CreditsUsed',
    'purpose-not-authorised',
    'units that were first transferred before their authorisation was also for use towards an NDC',
    (world) => {
      settable(world, { purposes: ['OIMP_OP'], firstTransfer: 'issuance' })
      amendWave(world, {})
      return useWave(world)
    },
  ),
  refuses('CreditsUsed', 'allocation-wrong', 'other ITMOs than those that are used', (world) => {
    treasury(world)
    const itmos = { prefix: 'CA0002-KEN01-KEN-#-2024', ranges: [['1', '9']] }
    return world.try('CreditsUsed', used(world), { ...byBoth(world), forge: allotted({ itmos }) })
  }),
  refuses('CreditsUsed', 'period-wrong', 'a year of the next NDC period', (world) => use(world, { year: '2031' })),
  refuses('CreditsUsed', 'period-wrong', 'a year of the NDC period before the vintage', (world) =>
    use(world, { year: '2023' }),
  ),
  writes('CreditsUsed', 'in the very year of their vintage', (world) => use(world, { year: '2024' }), [
    '10 itmo:CA0002-KEN01-KEN-2024: treasury → ndc use',
    'units kenya 1-10: ndc use',
  ]),
  refuses('CreditsUsed', 'period-wrong', 'a vintage of no NDC period', (world) => {
    const old = { batch: world.id('old'), series: { ...series, vintage: '2020' }, to: world.id('treasury') }
    acquire(world, old)
    return world.try('CreditsUsed', { ...used(world), batch: world.id('old'), year: '2020' }, byBoth(world))
  }),
  writes(
    'CreditsUsed',
    'ITMOs of another Party, in the last year of the period of their vintage',
    (world) => use(world),
    ['10 itmo:CA0002-KEN01-KEN-2024: treasury → ndc use', 'units kenya 1-10: ndc use'],
  ),
]

/** Units of the wave in the treasury. */
const useWave = (world: World) => {
  const give = { batch: world.id('wave'), from: world.id('sun'), to: world.id('treasury'), ranges: [['401', '410']] }
  world.do('CreditsTransferred', give, bySun(world))
  return world.try('CreditsUsed', { ...used(world), batch: world.id('wave'), ranges: [['401', '410']] }, byBoth(world))
}

const laterCases: Case[] = [
  writes(
    'CreditsUsed',
    'units set apart when their authorisation was for both, which is for other purposes only now',
    (world) => {
      settable(world)
      set(world)
      amendWave(world, { purposes: ['OIMP_OP'] })
      return useWave(world)
    },
    ['10 solar/2024/ITMO: treasury → ndc use', 'units wave 401-410: ndc use [first:25,itmo:CA0001:-400]'],
  ),
]

export const abroadCases: Case[] = [...leavingCases, ...acquisitionCases, ...markingCases, ...useCases, ...laterCases]
