import {
  contribution,
  decide,
  filled,
  give,
  issueMcu,
  kenya,
  paying,
  report,
  trust,
  trustedOnly,
} from './buffer.fixture.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { owing, reportReversal } from './issuing.fixture.ts'
import { transfer } from './movements.cases.ts'
import { movingCases } from './moving.fixture.ts'
import { byBoth, byPort } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

type Body = Record<string, unknown>

/** A third organisation, and its account. */
function anotherHolder(world: World): void {
  const organisation = world.id('another')
  world.do('OrganisationRegistered', { organisation, kind: 'developer', name: world.hash('another') })
  world.do('AccountsOpened', { organisation, accounts: [{ account: world.id('other'), kind: 'holding' }] })
}
/** Sun pays what Port's project owes: for what it lost, the buffer lent fourteen of Solar's units. */
const payingFor = (world: World, before: () => void) => {
  give(world, { ranges: [['1', '14']] })
  const reversal = world.id('tide reversal')
  world.do('ReversalReported', { reversal, project: world.id('tide'), occurredOn: '2026-01-01', cause: 'fire' })
  world.decree('ReversalDecided', { reversal, decision: 'avoidable', quantity: '14', unitType: 'ITMO' })
  const paid = { reversal, batch: world.id('solar 2024'), from: world.id('buffer'), to: world.id('made good') }
  world.decree('BufferCancelled', { ...paid, quantity: '14' })
  trustedOnly(world)
  before()
  return give(world, { ranges: [['15', '19']], repays: world.id('tide') })
}
const contributionCases: Case[] = [
  ...movingCases({
    type: 'BufferContributed',
    request: contribution,
    otherKind: 'sun retirement',
    holding: 'from',
    company: ['from', 'port'],
  }),
  refuses('BufferContributed', 'pool-missing', 'a buffer account that nobody named', (world) =>
    give(world, { to: world.id('other buffer') }),
  ),
  refuses('BufferContributed', 'unit-type-not-movable', 'units of no project of ours', (world) => {
    kenya(world)
    return give(world, { batch: world.id('kenya') })
  }),
  refuses('BufferContributed', 'project-unknown', 'for a debt of nobody', (world) =>
    give(world, { repays: world.id('nothing') }),
  ),
  refuses('BufferContributed', 'unit-type-differs', 'units of another type than is owed', (world) => {
    owing(world, '9')
    issueMcu(world)
    return give(world, { batch: world.id('solar 2025'), ranges: [['1', '5']], repays: world.id('solar') })
  }),
  refuses(
    'BufferContributed',
    'receiver-not-trusted',
    'the debt of somebody whom the account does not trust',
    (world) => payingFor(world, () => undefined),
  ),
  refuses('BufferContributed', 'receiver-not-trusted', 'the debt of somebody whose delay is not over', (world) =>
    payingFor(world, () => trust(world, 'port')),
  ),
  refuses('BufferContributed', 'receiver-not-trusted', 'the debt of two, of whom one is trusted', (world) =>
    payingFor(world, () => {
      const owners = [
        { account: world.id('port'), share: '50' },
        { account: world.id('other'), share: '50' },
      ]
      anotherHolder(world)
      world.decree('OwnershipChanged', { project: world.id('tide'), owners })
      trust(world, 'port')
      world.now = '2026-01-02T00:00:00.000Z'
    }),
  ),
  writes(
    'BufferContributed',
    'the debt of somebody whom the account trusts',
    (world) =>
      payingFor(world, () => {
        trust(world, 'port')
        world.now = '2026-01-02T00:00:00.000Z'
      }),
    [
      'outstanding solar: units 286 → 281',
      'pool all/ITMO: in 14 → 19, since 2026-01-01T00:00:00.000Z → 2026-01-02T00:00:00.000Z, vintages {} → {2024:5}',
      'stock all/ITMO/2024: parts {} → {solar:5}',
      'pool solar/ITMO: in 14 → 19, since 2026-01-01T00:00:00.000Z → 2026-01-02T00:00:00.000Z, vintages {} → {2024:5}',
      'stock solar/ITMO/2024: parts {} → {solar 2024:5}',
      'project tide: debts {ITMO:14} → {ITMO:9}',
      '5 solar/2024/ITMO: sun → buffer',
      'units solar 2024 15-19: buffer',
    ],
  ),
  writes(
    'BufferContributed',
    'its own debt, by an account that trusts nobody',
    (world) => {
      owing(world, '9')
      trustedOnly(world)
      return give(world, { ranges: [['1', '5']], repays: world.id('solar') })
    },
    [
      'outstanding solar: units 300 → 295',
      'pool all/ITMO: in 9 → 14, vintages {} → {2024:5}',
      'stock all/ITMO/2024: parts {} → {solar:5}',
      'new pool solar/ITMO: in 5, cancelled 0, released 0, since 2026-01-01T00:00:00.000Z, vintages {2024:5}',
      'new stock solar/ITMO/2024: parts {solar 2024:5}',
      'project solar: debts {ITMO:9} → {ITMO:4}',
      '5 solar/2024/ITMO: sun → buffer',
      'units solar 2024 1-5: buffer',
    ],
  ),
  refuses('BufferContributed', 'too-much', 'of a project that owes nothing', (world) =>
    give(world, { repays: world.id('tide') }),
  ),
  refuses('BufferContributed', 'too-much', 'more than is owed', (world) => {
    owing(world, '9')
    return give(world, { repays: world.id('solar') })
  }),
  writes('BufferContributed', 'of the own will: in the book of its project and of all', (world) => give(world), [
    'outstanding solar: units 300 → 290',
    'new pool all/ITMO: in 10, cancelled 0, released 0, since 2026-01-01T00:00:00.000Z, vintages {2024:10}',
    'new stock all/ITMO/2024: parts {solar:10}',
    'new pool solar/ITMO: in 10, cancelled 0, released 0, since 2026-01-01T00:00:00.000Z, vintages {2024:10}',
    'new stock solar/ITMO/2024: parts {solar 2024:10}',
    '10 solar/2024/ITMO: sun → buffer',
    'units solar 2024 1-10: buffer',
  ]),
  writes(
    'BufferContributed',
    'a debt is repaid, with units of another project, which the book knows as theirs',
    (world) => {
      owing(world, '9')
      const request = { batch: world.id('tide 2024'), from: world.id('port'), to: world.id('buffer'), quantity: '9' }
      return world.try('BufferContributed', { ...request, repays: world.id('solar') }, byPort(world))
    },
    [
      'outstanding tide: units 91 → 82',
      'pool all/ITMO: in 9 → 18, vintages {} → {2024:9}',
      'stock all/ITMO/2024: parts {} → {tide:9}',
      'pool tide/ITMO: in 9 → 18, vintages {} → {2024:9}',
      'stock tide/ITMO/2024: parts {} → {tide 2024:9}',
      'project solar: debts {ITMO:9} → {}',
      '9 tide/2024/ITMO: port → buffer',
      'units tide 2024 310-318: buffer',
    ],
  ),
]
/** Five years later, the risk assessed anew. */
function due(world: World): void {
  world.now = '2031-01-01T00:00:00.000Z'
  assessed(world)
}
function assessed(world: World, buffer = '0', reason = 'risk-assessment'): void {
  world.decree('IssuanceTermsSet', { project: world.id('solar'), buffer, exempt: [], reason })
}
const release = (world: World) => ({ ...transfer(world), from: world.id('buffer'), to: world.id('sun') })
const releasing = (world: World, change: Body = {}, before: (world: World) => void = filled, then = due) => {
  before(world)
  then(world)
  return world.try('BufferReleased', { ...release(world), ...change }, byBoth(world))
}
const releaseCases: Case[] = [
  ...movingCases({
    type: 'BufferReleased',
    request: release,
    before: (world) => {
      give(world)
      due(world)
    },
    by: 'officer',
    approvers: ['second officer'],
    otherKind: 'sun',
    holding: 'to',
    company: ['to', 'port'],
    scatter: ['BufferContributed', 'buffer'],
  }),
  refuses('BufferReleased', 'batch-unknown', 'units of no project of ours', (world) => {
    kenya(world)
    return releasing(world, { batch: world.id('kenya') })
  }),
  refuses('BufferReleased', 'pool-missing', 'from a buffer account that nobody named', (world) =>
    releasing(world, { from: world.id('other buffer') }),
  ),
  refuses('BufferReleased', 'account-foreign', 'to somebody who does not own the project', (world) =>
    releasing(world, { to: world.id('port') }),
  ),
  refuses('BufferReleased', 'reversal-open', 'while a loss is not made good', (world) =>
    releasing(world, {}, (before) => {
      filled(before)
      reportReversal(before)
    }),
  ),
  refuses('BufferReleased', 'debt-open', 'while the project owes', (world) =>
    releasing(world, {}, (before) => {
      owing(before, '9')
      filled(before)
    }),
  ),
  refuses('BufferReleased', 'too-much', '16 of 100 where 15 % may go', (world) =>
    releasing(world, { ranges: [['1', '16']] }),
  ),
  refuses('BufferReleased', 'too-early', 'a moment before five years are over since the first units came', (world) =>
    releasing(world, {}, filled, () => {
      world.now = '2030-12-31T23:59:59.999Z'
      assessed(world)
    }),
  ),
  refuses('BufferReleased', 'too-early', 'a moment before five years are over since the last release', (world) => {
    releasing(world)
    world.now = '2035-12-31T23:59:59.999Z'
    assessed(world)
    return releasing(
      world,
      { ranges: [['11', '11']] },
      () => undefined,
      () => undefined,
    )
  }),
  refuses('BufferReleased', 'too-early', 'the percentage was raised since, and so the risk has grown', (world) =>
    releasing(world, {}, filled, () => {
      world.now = '2026-01-02T00:00:00.000Z'
      assessed(world, '0.0001', 'legal')
      due(world)
    }),
  ),
  refuses('BufferReleased', 'too-early', 'the buffer was emptied meanwhile, and what is there came later', (world) =>
    releasing(world, { ranges: [['101', '110']] }, filled, () => {
      world.now = '2028-01-01T00:00:00.000Z'
      report(world)
      decide(world, 'unavoidable', '100')
      paying(world, { ranges: [['1', '100']] }, () => undefined)
      give(world, { ranges: [['101', '200']] })
      due(world)
    }),
  ),
  refuses('BufferReleased', 'assessment-missing', 'the risk was assessed a moment too early', (world) =>
    releasing(world, {}, filled, () => {
      world.now = '2030-12-31T23:59:59.999Z'
      assessed(world)
      world.now = '2031-01-01T00:00:00.000Z'
    }),
  ),
  refuses('BufferReleased', 'assessment-missing', 'terms were set, but for another reason', (world) =>
    releasing(world, {}, filled, () => {
      world.now = '2031-01-01T00:00:00.000Z'
      assessed(world, '0', 'legal')
    }),
  ),
  writes(
    'BufferReleased',
    '15 of 100, as 15 % may go',
    (world) => releasing(world, { ranges: undefined, quantity: '15' }),
    [
      'outstanding solar: units 200 → 215',
      'pool all/ITMO: released 0 → 15, since 2026-01-01T00:00:00.000Z → 2031-01-01T00:00:00.000Z, vintages {2024:100} → {2024:85}',
      'stock all/ITMO/2024: parts {solar:100} → {solar:85}',
      'pool solar/ITMO: released 0 → 15, since 2026-01-01T00:00:00.000Z → 2031-01-01T00:00:00.000Z, vintages {2024:100} → {2024:85}',
      'stock solar/ITMO/2024: parts {solar 2024:100} → {solar 2024:85}',
      '15 solar/2024/ITMO: buffer → sun',
      'units solar 2024 1-15: sun',
    ],
  ),
  writes(
    'BufferReleased',
    'when five years are over, once more',
    (world) => {
      releasing(world)
      world.now = '2036-01-01T00:00:00.000Z'
      assessed(world)
      return releasing(
        world,
        { ranges: [['11', '23']] },
        () => undefined,
        () => undefined,
      )
    },
    [
      'outstanding solar: units 210 → 223',
      'pool all/ITMO: released 10 → 23, since 2031-01-01T00:00:00.000Z → 2036-01-01T00:00:00.000Z, vintages {2024:90} → {2024:77}',
      'stock all/ITMO/2024: parts {solar:90} → {solar:77}',
      'pool solar/ITMO: released 10 → 23, since 2031-01-01T00:00:00.000Z → 2036-01-01T00:00:00.000Z, vintages {2024:90} → {2024:77}',
      'stock solar/ITMO/2024: parts {solar 2024:90} → {solar 2024:77}',
      '13 solar/2024/ITMO: buffer → sun',
      'units solar 2024 11-23: sun',
    ],
  ),
]

export const bufferCases: Case[] = [...contributionCases, ...releaseCases]
