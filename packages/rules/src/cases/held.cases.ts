import type { RuleName } from '../declarations.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { policy, transfer } from './movements.cases.ts'
import { movingCases } from './moving.fixture.ts'
import { byPort, bySun, officersMay } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

type Body = Record<string, unknown>

const pledged = (world: World) => ({
  pledge: world.id('pledge'),
  batch: world.id('solar 2024'),
  account: world.id('sun'),
  to: world.id('port ltd'),
  reason: 'collateral',
  expiresAt: '2026-06-01T00:00:00.000Z' as string | null,
  ranges: [['1', '10']],
})
const pledge = (world: World, change: Body = {}) =>
  world.try('UnitsPledged', { ...pledged(world), ...change }, bySun(world))

const pledgeCases: Case[] = [
  ...movingCases({
    type: 'UnitsPledged',
    request: pledged,
    from: 'account',
    otherKind: 'sun retirement',
    holding: 'account',
    company: ['account', 'port'],
    same: (world) => ({ to: world.id('sun ltd') }),
  }),
  refuses('UnitsPledged', 'already-exists', 'a pledge of this id', (world) => {
    pledge(world)
    return pledge(world, { ranges: [['11', '20']] })
  }),
  refuses('UnitsPledged', 'already-exists', 'a pledge of this id has ended', (world) => {
    pledge(world)
    world.do('PledgeReleased', { pledge: world.id('pledge') }, byPort(world))
    return pledge(world)
  }),
  refuses('UnitsPledged', 'already-exists', 'a movement has this id, whose holds would be written over', (world) => {
    const about = { movement: world.id('pledge'), kind: 'transfer', purpose: null, beneficiary: null, acceptance: true }
    world.do('MovementProposed', { ...transfer(world), ...about, expiresAt: '2026-01-10T00:00:00.000Z' }, bySun(world))
    return pledge(world, { ranges: [['11', '20']] })
  }),
  refuses('UnitsPledged', 'organisation-unknown', 'in favour of nobody', (world) =>
    pledge(world, { to: world.id('nobody') }),
  ),
  refuses('UnitsPledged', 'on-hold', 'one of the units is pledged already', (world) => {
    pledge(world)
    return pledge(world, { pledge: world.id('second'), ranges: [['10', '11']] })
  }),
  refuses('UnitsPledged', 'on-hold', 'the account is on hold', (world) => {
    const account = { account: world.id('sun'), batch: null, range: null }
    world.do('HoldPlaced', { hold: world.id('hold'), ...account, reason: 'court-order', expiresAt: null })
    return pledge(world)
  }),
  refuses('UnitsPledged', 'code-unknown', 'a reason that the preset does not have', (world) =>
    pledge(world, { reason: 'spite' }),
  ),
  refuses('UnitsPledged', 'expiry-wrong', 'an end at this very instant', (world) =>
    pledge(world, { expiresAt: world.now }),
  ),
  writes(
    'UnitsPledged',
    'the units stay, under one hold a range',
    (world) => {
      return pledge(world, {
        ranges: [
          ['1', '10'],
          ['20', '20'],
        ],
      })
    },
    [
      'new pledge pledge: account sun, batch solar 2024, ranges [[1,10],[20,20]], to port ltd, expiresAt 2026-06-01T00:00:00.000Z',
      'new hold pledge/0: batch solar 2024, first 1, last 10, reason pledge, expiresAt 2026-06-01T00:00:00.000Z',
      'new hold pledge/1: batch solar 2024, first 20, last 20, reason pledge, expiresAt 2026-06-01T00:00:00.000Z',
    ],
  ),
  writes(
    'UnitsPledged',
    'with the second mandate that the account asks for',
    (world) => {
      policy(world, 'sun', { secondAbove: '0' })
      const by = { by: world.id('sun admin'), approvers: [world.id('sun second')] }
      return world.try('UnitsPledged', { ...pledged(world), expiresAt: null }, by)
    },
    [
      'new pledge pledge: account sun, batch solar 2024, ranges [[1,10]], to port ltd',
      'new hold pledge/0: batch solar 2024, first 1, last 10, reason pledge',
    ],
  ),
  refuses('PledgeReleased', 'pledge-unknown', 'a pledge that there is not', (world) => {
    officersMay(world, 'pledges.release')
    return world.try('PledgeReleased', { pledge: world.id('pledge') })
  }),
  refuses('PledgeReleased', 'not-permitted', 'by whoever pledged', (world) => {
    pledge(world)
    return world.try('PledgeReleased', { pledge: world.id('pledge') }, bySun(world))
  }),
  writes(
    'PledgeReleased',
    'the units are free again',
    (world) => {
      pledge(world)
      return world.try('PledgeReleased', { pledge: world.id('pledge') }, byPort(world))
    },
    ['hold pledge/0: gone', 'pledge pledge: gone', 'new ended pledge: index 24'],
  ),
  ...expiryCases('PledgeExpired', 'pledge-unknown', { pledge: 'pledge' }, pledge, [
    'hold pledge/0: gone',
    'pledge pledge: gone',
    'new ended pledge: index 24',
  ]),
]

/** The end of what has a last instant. */
function expiryCases(
  type: RuleName,
  unknown: 'pledge-unknown' | 'hold-unknown',
  names: Record<string, string>,
  begin: (world: World, change?: Body) => unknown,
  written: readonly string[],
): Case[] {
  const expire = (world: World) => {
    const request = Object.fromEntries(Object.entries(names).map(([field, name]) => [field, world.id(name)]))
    return world.try(type, request, { by: world.id('system') })
  }
  return [
    refuses(type, unknown, 'one that there is not', expire),
    refuses(type, 'not-expired', 'a moment before its end', (world) => {
      begin(world)
      world.now = '2026-05-31T23:59:59.999Z'
      return expire(world)
    }),
    refuses(type, 'not-expired', 'one without an end', (world) => {
      begin(world, { expiresAt: null })
      world.wait(1_000_000)
      return expire(world)
    }),
    writes(
      type,
      'at the very instant of its end',
      (world) => {
        begin(world)
        world.now = '2026-06-01T00:00:00.000Z'
        return expire(world)
      },
      written,
    ),
  ]
}

const hold = (world: World, change: Body = {}) => {
  const request = { hold: world.id('hold'), account: null, batch: world.id('solar 2024'), range: ['1', '10'] }
  return world.try('HoldPlaced', {
    ...request,
    reason: 'court-order',
    expiresAt: '2026-06-01T00:00:00.000Z',
    ...change,
  })
}

const holdCases: Case[] = [
  refuses('HoldPlaced', 'already-exists', 'a hold of this id', (world) => {
    hold(world)
    return hold(world)
  }),
  refuses('HoldPlaced', 'already-exists', 'a hold of this id was lifted', (world) => {
    hold(world)
    world.do('HoldLifted', { hold: world.id('hold') })
    return hold(world)
  }),
  refuses('HoldPlaced', 'batch-unknown', 'a batch that was never issued', (world) =>
    hold(world, { batch: world.id('no batch') }),
  ),
  refuses('HoldPlaced', 'account-unknown', 'an account that was never opened', (world) =>
    hold(world, { account: world.id('nobody'), batch: null, range: null }),
  ),
  refuses('HoldPlaced', 'account-kind', 'an account that nothing leaves', (world) =>
    hold(world, { account: world.id('sun retirement'), batch: null, range: null }),
  ),
  refuses('HoldPlaced', 'ranges-disorder', 'a range that ends before it begins', (world) =>
    hold(world, { range: ['10', '1'] }),
  ),
  refuses('HoldPlaced', 'range-outside-batch', 'a serial after the last of the batch', (world) =>
    hold(world, { range: ['1', '301'] }),
  ),
  refuses('HoldPlaced', 'code-unknown', 'a reason that the preset does not have', (world) =>
    hold(world, { reason: 'spite' }),
  ),
  refuses('HoldPlaced', 'expiry-wrong', 'an end at this very instant', (world) =>
    hold(world, { expiresAt: world.now }),
  ),
  writes('HoldPlaced', 'on a range', (world) => hold(world), [
    'new hold hold: batch solar 2024, first 1, last 10, reason court-order, expiresAt 2026-06-01T00:00:00.000Z',
  ]),
  writes(
    'HoldPlaced',
    'on an account, until it is lifted',
    (world) => {
      return hold(world, { account: world.id('sun'), batch: null, range: null, expiresAt: null })
    },
    ['new hold hold: account sun, reason court-order'],
  ),
  refuses('HoldLifted', 'hold-unknown', 'a hold that there is not', (world) =>
    world.try('HoldLifted', { hold: world.id('hold') }),
  ),
  writes(
    'HoldLifted',
    'and its id is not used again',
    (world) => {
      hold(world)
      return world.try('HoldLifted', { hold: world.id('hold') })
    },
    ['hold hold: gone', 'new ended hold: index 24'],
  ),
  ...expiryCases('HoldExpired', 'hold-unknown', { hold: 'hold' }, hold, [
    'hold hold: gone',
    'new ended hold: index 24',
  ]),
]

export const heldCases: Case[] = [...pledgeCases, ...holdCases]
