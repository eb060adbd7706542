import type { RuleName } from '../declarations.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { firstTransferCases, policy, propose, retirable, transfer } from './movements.cases.ts'
import { movingCases } from './moving.fixture.ts'
import { bySun, colleague, officersMay, suspendCompany } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

const LATEST = '2026-01-31T00:00:00.000Z'

/** A transfer that the receiver is asked to accept. */
const proposal = (world: World, change: object = {}) => ({
  ...transfer(world),
  movement: world.id('movement'),
  kind: 'transfer',
  purpose: null as string | null,
  beneficiary: null,
  acceptance: true,
  expiresAt: LATEST,
  ...change,
})

const end = (world: World, change: object = {}) =>
  proposal(world, {
    kind: 'retirement',
    to: world.id('sun retirement'),
    purpose: 'voluntary',
    acceptance: false,
    ...change,
  })

const proposing = (change: (world: World) => object, before?: (world: World) => void) => (world: World) => {
  before?.(world)
  return world.try('MovementProposed', proposal(world, change(world)), bySun(world))
}

const proposedCases: Case[] = [
  ...movingCases({
    type: 'MovementProposed',
    request: proposal,
    otherKind: 'sun retirement',
    holding: 'to',
    company: ['to', 'port'],
  }),
  ...firstTransferCases(
    'MovementProposed',
    (world) => {
      policy(world, 'sun', { secondAbove: '0' })
      return world.try('MovementProposed', end(world, { purpose: 'OIMP_OP' }), bySun(world))
    },
    true,
  ),
  refuses('MovementProposed', 'already-exists', 'a movement of this id waits', (world) => {
    propose(world, 'CreditsTransferred', { acceptance: true })
    return world.try('MovementProposed', proposal(world, { ranges: [['11', '20']] }), bySun(world))
  }),
  refuses('MovementProposed', 'already-exists', 'a movement of this id has ended', (world) => {
    propose(world, 'CreditsTransferred', { acceptance: true })
    world.do('MovementWithdrawn', { movement: world.id('movement') }, bySun(world))
    return world.try('MovementProposed', proposal(world), bySun(world))
  }),
  refuses('MovementProposed', 'already-exists', 'a pledge has this id, whose holds would be written over', (world) => {
    const pledge = { pledge: world.id('movement'), batch: world.id('solar 2024'), account: world.id('sun') }
    const more = { to: world.id('port ltd'), reason: 'collateral', expiresAt: null, ranges: [['1', '10']] }
    world.do('UnitsPledged', { ...pledge, ...more }, bySun(world))
    return world.try('MovementProposed', proposal(world, { ranges: [['11', '20']] }), bySun(world))
  }),
  refuses('MovementProposed', 'on-hold', 'units of another movement that waits', (world) => {
    propose(world, 'CreditsTransferred', { acceptance: true })
    return world.try('MovementProposed', proposal(world, { movement: world.id('other') }), bySun(world))
  }),
  refuses(
    'MovementProposed',
    'receiver-not-trusted',
    'a receiver that nobody trusts',
    proposing(
      () => ({}),
      (world) => policy(world, 'sun', { trustedOnly: true }),
    ),
  ),
  refuses('MovementProposed', 'account-foreign', 'the retirement account of another organisation', (world) => {
    policy(world, 'sun', { secondAbove: '0' })
    return world.try('MovementProposed', end(world, { to: world.id('port retirement') }), bySun(world))
  }),
  refuses('MovementProposed', 'code-unknown', 'a purpose that the preset does not have', (world) => {
    policy(world, 'sun', { secondAbove: '0' })
    return world.try('MovementProposed', end(world, { purpose: 'spite' }), bySun(world))
  }),
  refuses(
    'MovementProposed',
    'expiry-wrong',
    'an end at this very instant',
    proposing((world) => ({ expiresAt: world.now })),
  ),
  refuses(
    'MovementProposed',
    'expiry-wrong',
    'a wait longer than the preset allows',
    proposing(() => ({ expiresAt: '2026-01-31T00:00:00.001Z' })),
  ),
  refuses(
    'MovementProposed',
    'nothing-awaited',
    'a transfer that nobody has to agree to',
    proposing(() => ({ acceptance: false })),
  ),
  writes(
    'MovementProposed',
    'the units are held, for as long as the preset allows',
    proposing(() => ({})),
    [
      'new pending movement: kind transfer, batch solar 2024, from sun, to port, expiresAt 2026-01-31T00:00:00.000Z, ranges [[1,10]], proposer sun admin, approvers [], given [], missing [], acceptance true',
      'new hold movement/0: batch solar 2024, first 1, last 10, reason pending, expiresAt 2026-01-31T00:00:00.000Z',
    ],
  ),
  writes(
    'MovementProposed',
    'a retirement above what one mandate may do waits for a second, ranges each under a hold of their own',
    (world) => {
      policy(world, 'sun', { secondAbove: '9' })
      const ranges = [
        ['1', '8'],
        ['10', '11'],
      ]
      return world.try('MovementProposed', end(world, { ranges }), bySun(world))
    },
    [
      'new pending movement: kind retirement, batch solar 2024, from sun, to sun retirement, purpose voluntary, expiresAt 2026-01-31T00:00:00.000Z, ranges [[1,8],[10,11]], proposer sun admin, approvers [], given [], missing [null], acceptance false',
      'new hold movement/0: batch solar 2024, first 1, last 8, reason pending, expiresAt 2026-01-31T00:00:00.000Z',
      'new hold movement/1: batch solar 2024, first 10, last 11, reason pending, expiresAt 2026-01-31T00:00:00.000Z',
    ],
  ),
  writes(
    'MovementProposed',
    'a retirement for another purpose than an NDC waits for an officer',
    (world) => {
      retirable(world)
      return world.try('MovementProposed', end(world, { purpose: 'OIMP_OP' }), bySun(world))
    },
    [
      'new pending movement: kind retirement, batch solar 2024, from sun, to sun retirement, purpose OIMP_OP, expiresAt 2026-01-31T00:00:00.000Z, ranges [[1,10]], proposer sun admin, approvers [], given [], missing [[government/Admin]], acceptance false',
      'new hold movement/0: batch solar 2024, first 1, last 10, reason pending, expiresAt 2026-01-31T00:00:00.000Z',
    ],
  ),
  writes(
    'MovementProposed',
    'a cancellation for another purpose than an NDC waits for an officer',
    (world) => {
      retirable(world)
      const change = { kind: 'cancellation', to: world.id('sun cancellation'), purpose: 'OIMP_OP' }
      return world.try('MovementProposed', end(world, change), bySun(world))
    },
    [
      'new pending movement: kind cancellation, batch solar 2024, from sun, to sun cancellation, purpose OIMP_OP, expiresAt 2026-01-31T00:00:00.000Z, ranges [[1,10]], proposer sun admin, approvers [], given [], missing [[government/Admin]], acceptance false',
      'new hold movement/0: batch solar 2024, first 1, last 10, reason pending, expiresAt 2026-01-31T00:00:00.000Z',
    ],
  ),
  writes(
    'MovementProposed',
    'a cancellation that an officer must approve, as the table of this country asks',
    (world) => {
      const policy = { 'credits.cancel': [{ count: 1, by: ['government/Admin'] }] }
      world.adopt('permissions', (table) => Object.assign(table.approvals, policy))
      const change = { kind: 'cancellation', to: world.id('sun cancellation') }
      return world.try('MovementProposed', end(world, change), bySun(world))
    },
    [
      'new pending movement: kind cancellation, batch solar 2024, from sun, to sun cancellation, purpose voluntary, expiresAt 2026-01-31T00:00:00.000Z, ranges [[1,10]], proposer sun admin, approvers [], given [], missing [[government/Admin]], acceptance false',
      'new hold movement/0: batch solar 2024, first 1, last 10, reason pending, expiresAt 2026-01-31T00:00:00.000Z',
    ],
  ),
]

/** Two approvals are missing: one of the holder's, one of an officer. */
function twoMissing(world: World): void {
  world.adopt('permissions', (table) =>
    Object.assign(table.approvals, { 'credits.transfer': [{ count: 1, by: ['government/Admin'] }] }),
  )
  policy(world, 'sun', { secondAbove: '0' })
  propose(world, 'CreditsTransferred')
}

/** A transfer needs two officers, and somebody who is an officer or a clerk. */
function twoAuthorities(world: World): void {
  for (const clerk of ['clerk', 'second clerk']) {
    const mandate = { mandate: world.id(clerk), organisation: world.id('authority'), role: 'government/ViewOnly' }
    world.do('MandateGranted', { ...mandate, limit: null }, { by: world.id('root') })
  }
  world.adopt('permissions', (table) => {
    const either = ['government/ViewOnly', 'government/Admin']
    const asked = [
      { count: 1, by: either },
      { count: 2, by: ['government/Admin'] },
    ]
    Object.assign(table.approvals, { 'credits.transfer': asked })
    Object.assign(table.actions, { 'movements.approve': { 'government/Admin': 'any', 'government/ViewOnly': 'any' } })
  })
  propose(world, 'CreditsTransferred')
}

const approve = (world: World, by: string) =>
  world.try('MovementApproved', { movement: world.id('movement') }, { by: world.id(by) })

const approvedCases: Case[] = [
  refuses('MovementApproved', 'movement-unknown', 'a movement that nobody proposed', (world) =>
    approve(world, 'officer'),
  ),
  refuses('MovementApproved', 'expired', 'at the very instant of its end', (world) => {
    twoMissing(world)
    world.now = '2026-01-10T00:00:00.000Z'
    return approve(world, 'officer')
  }),
  refuses('MovementApproved', 'last-step', 'the last step is the movement itself', (world) => {
    policy(world, 'sun', { secondAbove: '0' })
    propose(world, 'CreditsTransferred')
    return approve(world, 'sun second')
  }),
  refuses('MovementApproved', 'approval-not-distinct', 'the proposer approves', (world) => {
    twoMissing(world)
    return approve(world, 'sun admin')
  }),
  refuses('MovementApproved', 'not-permitted', 'somebody whose approval is not missing', (world) => {
    world.adopt('permissions', (table) => {
      const approve = { ...world.law().permissions.actions['movements.approve'], 'government/ViewOnly': 'any' }
      Object.assign(table.actions, { 'movements.approve': approve })
      Object.assign(table.approvals, { 'credits.transfer': [{ count: 1, by: ['government/ViewOnly'] }] })
    })
    policy(world, 'sun', { secondAbove: '0' })
    propose(world, 'CreditsTransferred')
    return approve(world, 'officer')
  }),
  writes(
    'MovementApproved',
    'the approval that was given is missing no more, the others are',
    (world) => {
      twoMissing(world)
      return approve(world, 'officer')
    },
    [
      'pending movement: approvers [] → [officer], given [] → [[government/Admin]], missing [null,[government/Admin]] → [null]',
    ],
  ),
  writes(
    'MovementApproved',
    'whoever approved before counts for what he alone can give, so that both fit',
    (world) => {
      twoAuthorities(world)
      approve(world, 'officer')
      return approve(world, 'clerk')
    },
    [
      'pending movement: approvers [officer] → [officer,clerk], given [[government/ViewOnly,government/Admin]] → [[government/Admin],[government/ViewOnly,government/Admin]], missing [[government/Admin],[government/Admin]] → [[government/Admin]]',
    ],
  ),
  refuses(
    'MovementApproved',
    'not-permitted',
    'another of the same authority, where that of the other is missing',
    (world) => {
      twoAuthorities(world)
      approve(world, 'clerk')
      return approve(world, 'second clerk')
    },
  ),
  refuses('MovementApproved', 'approval-not-distinct', 'a mandate that the proposer has brought in', (world) => {
    twoMissing(world)
    colleague(world)
    return approve(world, 'sun colleague')
  }),
  refuses('MovementApproved', 'mandate-revoked', 'whoever proposed it may not act any more', (world) => {
    twoMissing(world)
    world.do('MandateRevoked', { mandate: world.id('sun admin') })
    return approve(world, 'officer')
  }),
  writes(
    'MovementApproved',
    'an approval is missing again once the mandate that gave it is revoked',
    (world) => {
      twoMissing(world)
      approve(world, 'sun second')
      world.do('MandateRevoked', { mandate: world.id('sun second') })
      return approve(world, 'officer')
    },
    [
      'pending movement: approvers [sun second] → [officer], given [null] → [[government/Admin]], missing [[government/Admin]] → [null]',
    ],
  ),
]

/** Ends of a movement that waits, by whoever may. */
function endCases(type: RuleName, by: string, action: string): Case[] {
  const close = (world: World, who = by) => world.try(type, { movement: world.id('movement') }, { by: world.id(who) })
  return [
    refuses(type, 'movement-unknown', 'a movement that nobody proposed', (world) => {
      officersMay(world, action)
      return close(world, 'officer')
    }),
    refuses(type, 'movement-unknown', 'a movement that has ended', (world) => {
      propose(world, 'CreditsTransferred', { acceptance: true })
      world.do('MovementWithdrawn', { movement: world.id('movement') }, bySun(world))
      officersMay(world, action)
      return close(world, 'officer')
    }),
    writes(
      type,
      'the units are free again, and the id is not used again',
      (world) => {
        propose(world, 'CreditsTransferred', { acceptance: true })
        if (type === 'MovementExpired') world.now = '2026-01-10T00:00:00.000Z'
        return close(world)
      },
      ['hold movement/0: gone', 'pending movement: gone', 'new ended movement: index 24'],
    ),
  ]
}

const halt = (world: World, organisation: string, by = 'system') =>
  world.try(
    'MovementHalted',
    { movement: world.id('movement'), organisation: world.id(organisation) },
    { by: world.id(by) },
  )

const haltedCases: Case[] = [
  refuses('MovementHalted', 'movement-unknown', 'a movement that nobody proposed', (world) => {
    suspendCompany(world, 'sun ltd')
    return halt(world, 'sun ltd')
  }),
  refuses('MovementHalted', 'movement-unknown', 'a movement that was halted', (world) => {
    propose(world, 'CreditsTransferred', { acceptance: true })
    suspendCompany(world, 'port ltd')
    halt(world, 'port ltd')
    return halt(world, 'port ltd')
  }),
  refuses('MovementHalted', 'not-permitted', 'by the government', (world) => {
    propose(world, 'CreditsTransferred', { acceptance: true })
    suspendCompany(world, 'port ltd')
    return halt(world, 'port ltd', 'officer')
  }),
  refuses('MovementHalted', 'not-suspended', 'nobody is suspended', (world) => {
    propose(world, 'CreditsTransferred', { acceptance: true })
    return halt(world, 'sun ltd')
  }),
  refuses('MovementHalted', 'not-suspended', 'the organisation was reactivated', (world) => {
    propose(world, 'CreditsTransferred', { acceptance: true })
    suspendCompany(world, 'port ltd')
    world.do('OrganisationReactivated', { organisation: world.id('port ltd'), reason: 'other' })
    return halt(world, 'port ltd')
  }),
  refuses('MovementHalted', 'not-suspended', 'an organisation that has no part in it is suspended', (world) => {
    propose(world, 'CreditsTransferred', { acceptance: true })
    suspendCompany(world, 'port ltd')
    return halt(world, 'authority')
  }),
  refuses('MovementHalted', 'not-suspended', 'an organisation that nobody registered', (world) => {
    propose(world, 'CreditsTransferred', { acceptance: true })
    return halt(world, 'nobody')
  }),
  writes(
    'MovementHalted',
    'the receiver is suspended: the units are free again, and the id is not used again',
    (world) => {
      propose(world, 'CreditsTransferred', { acceptance: true })
      suspendCompany(world, 'port ltd')
      return halt(world, 'port ltd')
    },
    ['hold movement/0: gone', 'pending movement: gone', 'new ended movement: index 25'],
  ),
  writes(
    'MovementHalted',
    'the holder is suspended, who proposed it and of whose own a second was asked',
    (world) => {
      policy(world, 'sun', { secondAbove: '9' })
      world.do('MovementProposed', end(world), bySun(world))
      suspendCompany(world, 'sun ltd')
      return halt(world, 'sun ltd')
    },
    ['hold movement/0: gone', 'pending movement: gone', 'new ended movement: index 26'],
  ),
  writes(
    'MovementHalted',
    'whoever proposed it for another is suspended',
    (world) => {
      world.adopt('permissions', (table) =>
        Object.assign(table.actions, { 'credits.transfer': { 'developer/Admin': 'any' } }),
      )
      world.do('MovementProposed', proposal(world, { to: world.id('treasury') }), { by: world.id('port admin') })
      suspendCompany(world, 'port ltd')
      return halt(world, 'port ltd')
    },
    ['hold movement/0: gone', 'pending movement: gone', 'new ended movement: index 26'],
  ),
]

export const pendingCases: Case[] = [
  ...proposedCases,
  ...approvedCases,
  ...endCases('MovementDeclined', 'port admin', 'movements.decline'),
  ...endCases('MovementWithdrawn', 'sun admin', 'movements.withdraw'),
  ...endCases('MovementExpired', 'system', 'movements.expire'),
  refuses('MovementExpired', 'not-expired', 'a moment before its end', (world) => {
    retirable(world)
    propose(world, 'CreditsTransferred', { acceptance: true })
    world.now = '2026-01-09T23:59:59.999Z'
    return world.try('MovementExpired', { movement: world.id('movement') }, { by: world.id('system') })
  }),
  ...haltedCases,
]
