import {
  decide,
  filled,
  fromBuffer,
  give,
  issueMcu,
  kenya,
  loss,
  lost,
  paying,
  ready,
  report,
  trustedOnly,
} from './buffer.fixture.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { issuance, issuedAs } from './country.fixture.ts'
import { buffered } from './issuing.fixture.ts'
import { movingCases } from './moving.fixture.ts'
import { byPort, bySun } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

type Body = Record<string, unknown>

const reversalCases: Case[] = [
  refuses('ReversalReported', 'already-exists', 'a reversal of this id', (world) => {
    report(world)
    return report(world)
  }),
  refuses('ReversalReported', 'project-unknown', 'a project that nobody registered', (world) => {
    const about = {
      reversal: world.id('reversal'),
      project: world.id('nothing'),
      occurredOn: '2026-01-01',
      cause: 'fire',
    }
    return world.try('ReversalReported', about)
  }),
  refuses('ReversalReported', 'code-unknown', 'a cause that the preset does not have', (world) =>
    report(world, { cause: 'spite' }),
  ),
  refuses('ReversalReported', 'date-wrong', 'a loss to come', (world) => report(world, { occurredOn: '2026-01-02' })),
  writes('ReversalReported', 'by the owner: the project has an open loss', (world) => report(world), [
    'new reversal reversal: project solar, state reported, quantity 0, compensated 0',
    'project solar: reversals 0 → 1',
  ]),
  refuses('ReversalDecided', 'reversal-unknown', 'a reversal that nobody reported', (world) =>
    decide(world, 'avoidable', '5'),
  ),
  refuses('ReversalDecided', 'reversal-state', 'a reversal that was decided on', (world) => {
    report(world)
    decide(world, 'dismissed', null)
    return decide(world, 'avoidable', '5')
  }),
  refuses('ReversalDecided', 'reversal-state', 'a reversal of which a unit was made good', (world) => {
    lost(world)
    compensate(world, { ranges: [['1', '1']] }, () => undefined)
    return decide(world, 'dismissed', null)
  }),
  refuses('ReversalDecided', 'loss-too-large', 'more than was issued of the project', (world) => {
    report(world)
    return decide(world, 'avoidable', '301')
  }),
  refuses('ReversalDecided', 'loss-too-large', 'units of a type that the project never had', (world) => {
    report(world)
    return decide(world, 'avoidable', '1', 'MCU')
  }),
  refuses('ReversalDecided', 'loss-too-large', 'units of an issuance that was taken back', (world) => {
    const { entry, index } = world.decree('BatchIssued', issuance(world, 'solar', '2025', '10'))
    world.decree('EntryCorrected', { original: issuedAs(entry, index), reason: 'clerical-error' })
    report(world)
    return decide(world, 'avoidable', '301')
  }),
  writes(
    'ReversalDecided',
    'all that was issued',
    (world) => {
      report(world)
      return decide(world, 'unavoidable', '300')
    },
    ['reversal reversal: state reported → unavoidable, unitType ITMO, quantity 0 → 300'],
  ),
  writes(
    'ReversalDecided',
    'anew, while nothing was cancelled for it',
    (world) => {
      report(world)
      decide(world, 'unavoidable', '300')
      return decide(world, 'avoidable', '30')
    },
    ['reversal reversal: state unavoidable → avoidable, quantity 300 → 30'],
  ),
  writes(
    'ReversalDecided',
    'anew, that there was no loss: nothing is open any more',
    (world) => {
      report(world)
      decide(world, 'unavoidable', '300')
      return decide(world, 'dismissed', null)
    },
    [
      'reversal reversal: state unavoidable → dismissed, unitType ITMO → null, quantity 300 → 0',
      'project solar: reversals 1 → 0',
    ],
  ),
  refuses('ReversalDecided', 'unit-type-unknown', 'units of a type that the preset does not have', (world) => {
    report(world)
    return decide(world, 'avoidable', '5', 'XYZ')
  }),
  writes(
    'ReversalDecided',
    'unavoidable, and so many units',
    (world) => {
      report(world)
      return decide(world, 'unavoidable', '5')
    },
    ['reversal reversal: state reported → unavoidable, unitType ITMO, quantity 0 → 5'],
  ),
  writes(
    'ReversalDecided',
    'no loss: nothing is open any more',
    (world) => {
      report(world)
      return decide(world, 'dismissed', null)
    },
    ['reversal reversal: state reported → dismissed', 'project solar: reversals 1 → 0'],
  ),
]
/**
 * The buffer has a hundred of Solar's units of 2024, twenty of 2025 and nine of Tide's, and a hold stands on those of 2024;
 * it pays with units of a batch.
 */
const passing = (world: World, range: string[] | null, batch = 'solar 2025', before: () => void = () => undefined) => {
  const request = { batch: world.id('tide 2024'), from: world.id('port'), to: world.id('buffer'), quantity: '9' }
  buffered(world)
  world.decree('BatchIssued', issuance(world, 'solar', '2025', '100'))
  world.do('BufferContributed', { ...request, repays: null }, byPort(world))
  ready(world)
  const hold = { hold: world.id('hold'), account: null, batch: world.id('solar 2024'), range }
  world.do('HoldPlaced', { ...hold, reason: 'court-order' })
  before()
  const quantity = batch === 'tide 2024' ? '9' : '10'
  return paying(world, { batch: world.id(batch), ranges: undefined, quantity }, () => undefined)
}
const paymentCases: Case[] = [
  ...movingCases({
    type: 'BufferCancelled',
    request: fromBuffer,
    before: (world) => {
      give(world)
      lost(world)
    },
    by: 'officer',
    approvers: ['second officer'],
    otherKind: 'sun',
    company: ['to', 'port cancellation'],
    scatter: ['BufferContributed', 'buffer'],
  }),
  refuses('BufferCancelled', 'pool-missing', 'from a buffer account that nobody named', (world) =>
    paying(world, { from: world.id('other buffer') }),
  ),
  refuses('BufferCancelled', 'reversal-unknown', 'for a reversal that nobody reported', (world) =>
    paying(world, {}, filled),
  ),
  refuses('BufferCancelled', 'reversal-state', 'for a reversal that is not decided on', (world) =>
    paying(world, {}, (before) => {
      filled(before)
      report(before)
    }),
  ),
  refuses('BufferCancelled', 'too-much', 'more than was lost', (world) => paying(world, { ranges: [['1', '11']] })),
  refuses(
    'BufferCancelled',
    'account-foreign',
    "a cancellation account of somebody else than the buffer's holder",
    (world) => paying(world, { to: world.id('sun cancellation') }),
  ),
  refuses('BufferCancelled', 'unit-type-differs', 'units of another type than was lost', (world) =>
    paying(world, { batch: world.id('solar 2025'), ranges: [['1', '5']] }, (before) => {
      issueMcu(before)
      give(before, { batch: before.id('solar 2025'), ranges: [['1', '10']] })
      ready(before)
    }),
  ),
  refuses('BufferCancelled', 'buffer-order', 'units of others while the project has its own there', (world) =>
    paying(world, { batch: world.id('tide 2024'), ranges: [['301', '305']] }, (before) => {
      const request = { batch: before.id('tide 2024'), from: before.id('port'), to: before.id('buffer'), quantity: '9' }
      before.do('BufferContributed', { ...request, repays: null }, byPort(before))
      ready(before)
    }),
  ),
  refuses('BufferCancelled', 'buffer-order', 'a younger vintage than there is', (world) =>
    paying(world, { batch: world.id('solar 2025'), ranges: [['401', '405']] }, (before) => {
      buffered(before)
      before.decree('BatchIssued', issuance(before, 'solar', '2025', '100'))
      ready(before)
    }),
  ),
  refuses('BufferCancelled', 'buffer-order', 'a younger vintage while one unit of the oldest is free', (world) =>
    passing(world, ['2', '100']),
  ),
  refuses('BufferCancelled', 'buffer-order', 'units of others while one of its own is free', (world) =>
    passing(world, ['1', '99'], 'tide 2024'),
  ),
  refuses('BufferCancelled', 'buffer-order', 'units of others while its younger vintage is free', (world) =>
    passing(world, null, 'tide 2024'),
  ),
  ...[null, ['1', '100'], ['1', '300']].map((range) =>
    writes(
      'BufferCancelled',
      `a younger vintage: of the oldest all is on hold (${range?.join(' to ') ?? 'the batch'})`,
      (world) => passing(world, range),
      [
        'pool all/ITMO: cancelled 0 → 10, vintages {2024:109,2025:20} → {2024:109,2025:10}',
        'stock all/ITMO/2025: parts {solar:20} → {solar:10}',
        'pool solar/ITMO: cancelled 0 → 10, vintages {2024:100,2025:20} → {2024:100,2025:10}',
        'stock solar/ITMO/2025: parts {solar 2025:20} → {solar 2025:10}',
        'reversal reversal: state unavoidable → compensated, compensated 0 → 10',
        'project solar: reversals 1 → 0',
        '10 solar/2025/ITMO: buffer → made good',
        'units solar 2025 401-410: made good',
      ],
    ),
  ),
  writes(
    'BufferCancelled',
    'units of others: all of its own are on hold',
    (world) =>
      passing(world, null, 'tide 2024', () => {
        const hold = { hold: world.id('hold on 2025'), account: null, batch: world.id('solar 2025'), range: null }
        world.do('HoldPlaced', { ...hold, reason: 'court-order' })
      }),
    [
      'pool all/ITMO: cancelled 0 → 9, vintages {2024:109,2025:20} → {2024:100,2025:20}',
      'stock all/ITMO/2024: parts {tide:9,solar:100} → {solar:100}',
      'pool tide/ITMO: cancelled 0 → 9, vintages {2024:9} → {}',
      'stock tide/ITMO/2024: parts {tide 2024:9} → {}',
      'reversal reversal: compensated 0 → 9',
      'project solar: as before',
      '9 tide/2024/ITMO: buffer → made good',
      'units tide 2024 301-309: made good',
    ],
  ),
  writes('BufferCancelled', 'an unavoidable loss is made good, and closed', (world) => paying(world), [
    'pool all/ITMO: cancelled 0 → 10, vintages {2024:100} → {2024:90}',
    'stock all/ITMO/2024: parts {solar:100} → {solar:90}',
    'pool solar/ITMO: cancelled 0 → 10, vintages {2024:100} → {2024:90}',
    'stock solar/ITMO/2024: parts {solar 2024:100} → {solar 2024:90}',
    'reversal reversal: state unavoidable → compensated, compensated 0 → 10',
    'project solar: reversals 1 → 0',
    '10 solar/2024/ITMO: buffer → made good',
    'units solar 2024 1-10: made good',
  ]),
  writes(
    'BufferCancelled',
    'an avoidable loss: the buffer lends units of others, and the project owes them',
    (world) =>
      paying(world, { batch: world.id('tide 2024'), ranges: [['301', '304']] }, (before) => {
        const request = {
          batch: before.id('tide 2024'),
          from: before.id('port'),
          to: before.id('buffer'),
          quantity: '9',
        }
        before.do('BufferContributed', { ...request, repays: null }, byPort(before))
        lost(before, 'avoidable')
      }),
    [
      'pool all/ITMO: cancelled 0 → 4, vintages {2024:9} → {2024:5}',
      'stock all/ITMO/2024: parts {tide:9} → {tide:5}',
      'pool tide/ITMO: cancelled 0 → 4, vintages {2024:9} → {2024:5}',
      'stock tide/ITMO/2024: parts {tide 2024:9} → {tide 2024:5}',
      'reversal reversal: compensated 0 → 4',
      'project solar: debts {} → {ITMO:4}',
      '4 tide/2024/ITMO: buffer → made good',
      'units tide 2024 301-304: made good',
    ],
  ),
]
const compensate = (world: World, change: Body = {}, before: (world: World) => void = lost) => {
  before(world)
  return world.try('ReversalCompensated', { ...loss(world), ...change }, bySun(world))
}
const compensationCases: Case[] = [
  ...movingCases({
    type: 'ReversalCompensated',
    request: loss,
    before: lost,
    otherKind: 'sun retirement',
    holding: 'from',
    company: ['from', 'port'],
  }),
  refuses('ReversalCompensated', 'unit-type-not-movable', 'units of no project of ours', (world) => {
    kenya(world)
    return compensate(world, { batch: world.id('kenya') })
  }),
  refuses('ReversalCompensated', 'reversal-unknown', 'a reversal that nobody reported', (world) =>
    compensate(world, {}, () => undefined),
  ),
  refuses('ReversalCompensated', 'reversal-state', 'a reversal that was made good', (world) => {
    compensate(world)
    return compensate(world, { ranges: [['11', '11']] }, () => undefined)
  }),
  refuses('ReversalCompensated', 'too-much', 'more than is left', (world) => {
    compensate(world, { ranges: [['1', '4']] })
    return compensate(world, { ranges: [['5', '11']] }, () => undefined)
  }),
  refuses('ReversalCompensated', 'unit-type-differs', 'units of another type than was lost', (world) => {
    issueMcu(world)
    return compensate(world, { batch: world.id('solar 2025'), ranges: [['1', '10']] })
  }),
  refuses('ReversalCompensated', 'account-foreign', 'the cancellation account of another organisation', (world) =>
    compensate(world, { to: world.id('port cancellation') }),
  ),
  refuses(
    'ReversalCompensated',
    'receiver-not-trusted',
    'the loss of somebody whom the account does not trust',
    (world) => {
      const reversal = world.id('tide reversal')
      world.do('ReversalReported', { reversal, project: world.id('tide'), occurredOn: '2026-01-01', cause: 'fire' })
      world.decree('ReversalDecided', { reversal, decision: 'avoidable', quantity: '14', unitType: 'ITMO' })
      trustedOnly(world)
      return compensate(world, { reversal }, () => undefined)
    },
  ),
  writes(
    'ReversalCompensated',
    'some of it: the loss stays open',
    (world) => compensate(world, { ranges: [['1', '4']] }),
    [
      'outstanding solar: units 300 → 296',
      'reversal reversal: compensated 0 → 4',
      'project solar: as before',
      '4 solar/2024/ITMO: sun → sun cancellation',
      'units solar 2024 1-4: sun cancellation',
    ],
  ),
  writes(
    'ReversalCompensated',
    'all of it, by anybody',
    (world) => {
      lost(world)
      const request = { reversal: world.id('reversal'), batch: world.id('tide 2024'), from: world.id('port') }
      return world.try(
        'ReversalCompensated',
        { ...request, to: world.id('port cancellation'), quantity: '10' },
        byPort(world),
      )
    },
    [
      'outstanding tide: units 100 → 90',
      'reversal reversal: state unavoidable → compensated, compensated 0 → 10',
      'project solar: reversals 1 → 0',
      '10 tide/2024/ITMO: port → port cancellation',
      'units tide 2024 301-310: port cancellation',
    ],
  ),
]

export const reversalsCases: Case[] = [...reversalCases, ...paymentCases, ...compensationCases]
