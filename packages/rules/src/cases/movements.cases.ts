import type { RuleName } from '../declarations.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { authorisation } from './country.fixture.ts'
import { type Moving, movingCases } from './moving.fixture.ts'
import { byHolder, bySun } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

const END = '2026-01-10T00:00:00.000Z'

export const transfer = (world: World) => ({
  batch: world.id('solar 2024'),
  from: world.id('sun'),
  to: world.id('port'),
  ranges: [['1', '10']] as [string, string][],
})
export const retirement = (world: World, purpose = 'voluntary') => ({
  ...transfer(world),
  to: world.id('sun retirement'),
  purpose,
  beneficiary: null as string | null,
})
const cancellation = (world: World) => ({ ...retirement(world), to: world.id('sun cancellation') })

const LOOSE = { secondAbove: null, acceptance: false, trustedOnly: false }

/** How movements of an account are decided. */
export function policy(world: World, account: string, change: object): void {
  const by = world.id(`${account} admin`)
  world.do('AccountPolicySet', { account: world.id(account), policy: { ...LOOSE, ...change } }, { by })
}

/** What a movement of these kinds is proposed as. */
const kinds = {
  CreditsTransferred: 'transfer',
  CreditsRetired: 'retirement',
  CreditsCancelled: 'cancellation',
} as const
type Ended = keyof typeof kinds

const requests: Record<Ended, (world: World) => Record<string, unknown>> = {
  CreditsTransferred: transfer,
  CreditsRetired: retirement,
  CreditsCancelled: cancellation,
}

/** Proposes what the request asks for, as a movement that waits. */
export function propose(world: World, type: Ended, change: object = {}): void {
  const ends = { purpose: null, beneficiary: null }
  const about = { movement: world.id('movement'), kind: kinds[type], acceptance: false, expiresAt: END }
  world.do('MovementProposed', { ...ends, ...requests[type](world), ...about, ...change }, bySun(world))
}

/** The last step of a movement that waited. */
function waitingCases(type: Ended): Case[] {
  const step = (world: World, change: object = {}, by = 'sun second') =>
    world.try(type, { ...requests[type](world), pending: world.id('movement'), ...change }, { by: world.id(by) })
  const proposed = (world: World, change: object = {}) => {
    policy(world, 'sun', { secondAbove: '0' })
    propose(world, type, change)
  }
  return [
    refuses(type, 'movement-unknown', 'a movement that nobody proposed', (world) => step(world, {}, 'officer')),
    refuses(type, 'movement-differs', 'fewer units than were proposed', (world) => {
      proposed(world)
      return step(world, { ranges: [['1', '9']] })
    }),
    refuses(type, 'movement-differs', 'another account than was proposed', (world) => {
      proposed(world)
      const [company] = type === 'CreditsTransferred' ? ['port reserve'] : ['sun other']
      const kind = type === 'CreditsRetired' ? 'retirement' : 'cancellation'
      const accounts = [{ account: world.id('sun other'), kind }]
      world.do('AccountsOpened', { organisation: world.id('sun ltd'), accounts })
      return step(world, { to: world.id(company ?? '') })
    }),
    refuses(type, 'expired', 'at the very instant of its end', (world) => {
      proposed(world)
      world.now = END
      return step(world)
    }),
    refuses(type, 'step-missing', 'another approval is missing besides this', (world) => {
      const action = { transfer: 'credits.transfer', retirement: 'credits.retire', cancellation: 'credits.cancel' }
      world.adopt('permissions', (table) =>
        Object.assign(table.approvals, { [action[kinds[type]]]: [{ count: 1, by: ['government/Admin'] }] }),
      )
      proposed(world)
      return step(world)
    }),
    refuses(type, 'approval-not-distinct', 'the proposer approves', (world) => {
      proposed(world)
      return step(world, {}, 'sun admin')
    }),
    refuses(type, 'not-permitted', 'an officer stands in for the holder', (world) => {
      proposed(world)
      return step(world, {}, 'officer')
    }),
  ]
}

/** Uses of units that make them first transferred, and so stand on their authorisation. */
export function firstTransferCases(
  type: RuleName,
  act: (world: World) => ReturnType<World['try']>,
  isPurposeAsked: boolean,
): Case[] {
  const amend = (world: World, change: object) => {
    const { project: _, unitType: __, ...terms } = authorisation(world, 'solar')
    const about = { version: 2, change: 'amend', reason: 'request', effectiveFrom: '2025-12-31' }
    world.decree('AuthorisationChanged', { ...terms, ...about, ...change })
  }
  const oimp = { purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'use-or-cancellation' }
  return [
    refuses(type, 'purpose-not-authorised', 'units that were authorised for nothing of the kind', (world) => {
      amend(world, { purposes: [] })
      return act(world)
    }),
    refuses(type, 'authorisation-revoked', 'an authorisation that was revoked', (world) => {
      amend(world, oimp)
      amend(world, { ...oimp, version: 3, change: 'revoke' })
      return act(world)
    }),
    refuses(type, 'authorisation-exceeded', 'more than is authorised now', (world) => {
      amend(world, { ...oimp, quantity: '9' })
      return act(world)
    }),
    refuses(type, 'approach-missing', 'an authorisation that names no cooperative approach', (world) => {
      amend(world, { ...oimp, cooperativeApproach: null })
      return act(world)
    }),
    ...(isPurposeAsked
      ? [refuses(type, 'purpose-not-authorised', 'units that were authorised for another purpose', act)]
      : []),
  ]
}

/** What retirement and cancellation have in common. */
function endCases(type: 'CreditsRetired' | 'CreditsCancelled'): Case[] {
  const request = requests[type]
  const oimp = (world: World, ...approvers: string[]) =>
    world.try(
      type,
      { ...request(world), purpose: 'OIMP_OP' },
      { ...bySun(world), approvers: approvers.map((name) => world.id(name)) },
    )
  const forOthers = (world: World) => {
    const { project: _, unitType: __, ...terms } = authorisation(world, 'solar')
    const about = { version: 2, change: 'amend', reason: 'request', effectiveFrom: '2025-12-31' }
    const oimp = { purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'use-or-cancellation' }
    world.decree('AuthorisationChanged', { ...terms, ...about, ...oimp })
  }
  const other = type === 'CreditsRetired' ? 'port retirement' : 'port cancellation'
  return [
    ...movingCases({ type, request, otherKind: 'sun abroad', holding: 'from', company: ['from', 'port'] }),
    ...waitingCases(type),
    ...firstTransferCases(type, (world) => oimp(world, 'officer'), true),
    refuses(type, 'approval-missing', 'for another purpose than an NDC, without an officer', (world) => {
      forOthers(world)
      return oimp(world)
    }),
    refuses(type, 'not-permitted', 'for another purpose than an NDC, approved by a colleague alone', (world) => {
      forOthers(world)
      return oimp(world, 'sun second')
    }),
    refuses(
      type,
      'approval-missing',
      'for another purpose than an NDC, of an account that asks for a second',
      (world) => {
        forOthers(world)
        policy(world, 'sun', { secondAbove: '0' })
        return oimp(world, 'officer')
      },
    ),
    refuses(type, 'step-missing', 'for another purpose than an NDC, before an officer approved it', (world) => {
      forOthers(world)
      policy(world, 'sun', { secondAbove: '0' })
      propose(world, type, { purpose: 'OIMP_OP' })
      const last = { ...request(world), purpose: 'OIMP_OP', pending: world.id('movement') }
      return world.try(type, last, { by: world.id('sun second') })
    }),
    refuses(type, 'account-foreign', 'the account of another organisation', (world) =>
      world.try(type, { ...request(world), to: world.id(other) }, bySun(world)),
    ),
    refuses(type, 'code-unknown', 'a purpose that the preset does not have', (world) =>
      world.try(type, { ...request(world), purpose: 'spite' }, bySun(world)),
    ),
    refuses(type, 'allocation-wrong', 'a certificate that is not the next one', (world) => {
      const forge = (body: Record<string, unknown>) => {
        return { ...body, allotted: { ...(body.allotted as object), certificate: 7 } }
      }
      return world.try(type, request(world), { ...bySun(world), forge })
    }),
    refuses(type, 'allocation-wrong', 'serials printed as those of another project', (world) => {
      const forge = (body: Record<string, unknown>) => {
        return { ...body, allotted: { ...(body.allotted as object), prefix: 'XT-ITMO-1-002-2024-0' } }
      }
      return world.try(type, request(world), { ...bySun(world), forge })
    }),
  ]
}

const transferring: Moving = {
  type: 'CreditsTransferred',
  request: transfer,
  otherKind: 'sun retirement',
  holding: 'to',
  company: ['to', 'port'],
}

export const movementCases: Case[] = [
  ...movingCases(transferring),
  ...waitingCases('CreditsTransferred'),
  refuses('CreditsTransferred', 'on-hold', 'an account is on hold', (world) => {
    const account = { account: world.id('port'), batch: null, range: null }
    world.do('HoldPlaced', { hold: world.id('hold'), ...account, reason: 'court-order', expiresAt: null })
    return world.try('CreditsTransferred', transfer(world), bySun(world))
  }),
  refuses('CreditsTransferred', 'receiver-not-trusted', 'a receiver whose delay is not over', (world) => {
    policy(world, 'sun', { trustedOnly: true })
    world.do('ReceiverTrusted', { account: world.id('sun'), receiver: world.id('port') }, bySun(world))
    world.wait(23.99)
    return world.try('CreditsTransferred', transfer(world), bySun(world))
  }),
  refuses('CreditsTransferred', 'receiver-not-trusted', 'an account of the same holder that asks for less', (world) => {
    policy(world, 'sun', { trustedOnly: true })
    return world.try('CreditsTransferred', { ...transfer(world), to: world.id('sun reserve') }, bySun(world))
  }),
  refuses(
    'CreditsTransferred',
    'receiver-not-trusted',
    'the policy was loosened, and the delay is not over',
    (world) => {
      policy(world, 'sun', { trustedOnly: true })
      policy(world, 'sun', {})
      world.wait(23.99)
      return world.try('CreditsTransferred', transfer(world), bySun(world))
    },
  ),
  writes(
    'CreditsTransferred',
    'from a careful account to another of the same holder that is as careful',
    (world) => {
      policy(world, 'sun', { trustedOnly: true })
      const reserve = { account: world.id('sun reserve'), policy: { ...LOOSE, trustedOnly: true } }
      world.do('AccountPolicySet', reserve, bySun(world))
      return world.try('CreditsTransferred', { ...transfer(world), to: world.id('sun reserve') }, bySun(world))
    },
    ['10 solar/2024/ITMO: sun → sun reserve', 'units solar 2024 1-10: sun reserve'],
  ),
  writes(
    'CreditsTransferred',
    'to anybody, once the delay of a looser policy is over',
    (world) => {
      policy(world, 'sun', { trustedOnly: true })
      policy(world, 'sun', {})
      world.wait(24)
      return world.try('CreditsTransferred', transfer(world), bySun(world))
    },
    ['10 solar/2024/ITMO: sun → port', 'units solar 2024 1-10: port'],
  ),
  refuses('CreditsTransferred', 'acceptance-missing', 'a receiver that wants to accept', (world) => {
    policy(world, 'port', { acceptance: true })
    return world.try('CreditsTransferred', transfer(world), bySun(world))
  }),
  writes(
    'CreditsTransferred',
    'the lowest free serials move, around what is on hold',
    (world) => {
      const held = { account: null, batch: world.id('solar 2024'), range: ['3', '4'] }
      world.do('HoldPlaced', { hold: world.id('hold'), ...held, reason: 'court-order', expiresAt: null })
      return world.try('CreditsTransferred', { ...transfer(world), ranges: undefined, quantity: '5' }, bySun(world))
    },
    ['5 solar/2024/ITMO: sun → port', 'units solar 2024 1-2: port', 'units solar 2024 5-7: port'],
  ),
  writes(
    'CreditsTransferred',
    'a movement that waited takes place when the receiver accepts, and its hold is gone',
    (world) => {
      policy(world, 'port', { acceptance: true })
      propose(world, 'CreditsTransferred')
      const request = { ...transfer(world), pending: world.id('movement') }
      return world.try('CreditsTransferred', request, { by: world.id('port admin') })
    },
    [
      'hold movement/0: gone',
      'pending movement: gone',
      'new ended movement: index 25',
      '10 solar/2024/ITMO: sun → port',
      'units solar 2024 1-10: port',
    ],
  ),
  writes(
    'CreditsTransferred',
    'a movement that waited takes place with the second approval',
    (world) => {
      policy(world, 'sun', { secondAbove: '9' })
      propose(world, 'CreditsTransferred')
      const request = { ...transfer(world), pending: world.id('movement') }
      return world.try('CreditsTransferred', request, { by: world.id('sun second') })
    },
    [
      'hold movement/0: gone',
      'pending movement: gone',
      'new ended movement: index 25',
      '10 solar/2024/ITMO: sun → port',
      'units solar 2024 1-10: port',
    ],
  ),
  ...endCases('CreditsRetired'),
  ...endCases('CreditsCancelled'),
  writes(
    'CreditsRetired',
    'units authorised for other purposes are first transferred by being used, and get ITMO numbers',
    (world) => {
      retirable(world)
      return world.try('CreditsRetired', retirement(world, 'OIMP_IMP'), byHolder(world))
    },
    [
      'outstanding solar: units 300 → 290',
      'ledger: certificates 0 → 1',
      'authorisation solar itmo: transferred 0 → 10',
      'new space itmo:CA0001-XTX01-XTX-2024: next 11',
      '10 solar/2024/ITMO: sun → sun retirement',
      'units solar 2024 1-10: sun retirement [first:24,itmo:CA0001:0]',
    ],
  ),
  writes(
    'CreditsRetired',
    'a retirement that waited takes place with the second approval',
    (world) => {
      policy(world, 'sun', { secondAbove: '9' })
      propose(world, 'CreditsRetired')
      const request = { ...retirement(world), pending: world.id('movement') }
      return world.try('CreditsRetired', request, { by: world.id('sun second') })
    },
    [
      'outstanding solar: units 300 → 290',
      'ledger: certificates 0 → 1',
      'hold movement/0: gone',
      'pending movement: gone',
      'new ended movement: index 25',
      '10 solar/2024/ITMO: sun → sun retirement',
      'units solar 2024 1-10: sun retirement',
    ],
  ),
  writes(
    'CreditsCancelled',
    'for good, and nothing is first transferred by it',
    (world) => world.try('CreditsCancelled', cancellation(world), bySun(world)),
    [
      'outstanding solar: units 300 → 290',
      'ledger: certificates 0 → 1',
      '10 solar/2024/ITMO: sun → sun cancellation',
      'units solar 2024 1-10: sun cancellation',
    ],
  ),
  writes(
    'CreditsCancelled',
    'units authorised for other purposes, for one of them, with the approval of an officer',
    (world) => {
      retirable(world)
      return world.try('CreditsCancelled', { ...cancellation(world), purpose: 'OIMP_OP' }, byHolder(world))
    },
    [
      'outstanding solar: units 300 → 290',
      'ledger: certificates 0 → 1',
      'authorisation solar itmo: transferred 0 → 10',
      'new space itmo:CA0001-XTX01-XTX-2024: next 11',
      '10 solar/2024/ITMO: sun → sun cancellation',
      'units solar 2024 1-10: sun cancellation [first:24,itmo:CA0001:0]',
    ],
  ),
  writes(
    'CreditsCancelled',
    'units authorised for other purposes are first transferred by being cancelled for one, here after a second and an officer',
    (world) => {
      retirable(world)
      // Each of the two other officers has admitted one of Sun's people.
      const third = { mandate: world.id('third officer'), organisation: world.id('authority') }
      world.do('MandateGranted', { ...third, role: 'government/Admin', limit: null }, { by: world.id('root') })
      policy(world, 'sun', { secondAbove: '9' })
      propose(world, 'CreditsCancelled', { purpose: 'OIMP_OP' })
      const request = { ...cancellation(world), purpose: 'OIMP_OP', pending: world.id('movement') }
      world.do('MovementApproved', { movement: world.id('movement') }, { by: world.id('sun second') })
      return world.try('CreditsCancelled', request, { by: world.id('third officer') })
    },
    [
      'outstanding solar: units 300 → 290',
      'ledger: certificates 0 → 1',
      'authorisation solar itmo: transferred 0 → 10',
      'new space itmo:CA0001-XTX01-XTX-2024: next 11',
      'hold movement/0: gone',
      'pending movement: gone',
      'new ended movement: index 28',
      '10 solar/2024/ITMO: sun → sun cancellation',
      'units solar 2024 1-10: sun cancellation [first:28,itmo:CA0001:0]',
    ],
  ),
]

/** The units of Solar may be used for any purpose; that use is their first transfer. */
export function retirable(world: World): void {
  const { project: _, unitType: __, ...terms } = authorisation(world, 'solar')
  const about = { version: 2, change: 'amend', reason: 'request', effectiveFrom: '2025-12-31' }
  const purposes = ['NDC', 'OIMP_IMP', 'OIMP_OP']
  world.decree('AuthorisationChanged', { ...terms, ...about, purposes, firstTransfer: 'use-or-cancellation' })
}
