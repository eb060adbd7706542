import { type Case, refuses, writes } from './case.fixture.ts'
import { issuance } from './country.fixture.ts'
import { allotted, authorise } from './issuing.fixture.ts'
import { firstTransferCases, policy, transfer } from './movements.cases.ts'
import { movingCases } from './moving.fixture.ts'
import { byBoth, byHolder, bySun } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

type Body = Record<string, unknown>
type Forge = (body: Body) => Body

export const series = { cooperativeApproach: 'CA0002', registry: 'KEN01', party: 'KEN', vintage: '2024' }

export const abroad = (world: World) => ({ ...transfer(world), to: world.id('sun abroad') })
export const send = (world: World, change: Body = {}, forge?: Forge) =>
  world.try(
    'CreditsTransferredAbroad',
    { ...abroad(world), ...change },
    { ...byHolder(world), ...(forge ? { forge } : {}) },
  )

/** The first ten ITMOs of the vintage. */
export const ten = { prefix: 'CA0001-XTX01-XTX-#-2024', ranges: [['1', '10']] }

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
    'outstanding solar: units 300 → 290',
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
export const acquire = (world: World, change: Body = {}, forge?: Forge) =>
  world.try('CreditsAcquired', { ...acquisition(world), ...change }, { ...byBoth(world), ...(forge ? { forge } : {}) })
export const home = (world: World) => ({ ...acquisition(world), batch: world.id('solar 2024'), series: null })

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
    [
      'outstanding solar: units 290 → 294',
      '4 solar/2024/ITMO: sun abroad → sun',
      'units solar 2024 1-4: sun [first:23,itmo:CA0001:0]',
    ],
  ),
]

export const abroadCases: Case[] = [...leavingCases, ...acquisitionCases]
