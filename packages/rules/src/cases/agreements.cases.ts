import type { RuleName } from '../declarations.ts'
import { type Case, given, refuses, writes } from './case.fixture.ts'
import { transfer } from './movements.cases.ts'
import { byPort, bySun } from './people.fixture.ts'
import type { Options, Outcome, World } from './world.fixture.ts'

type Change = Record<string, unknown>

const sides = (world: World) => ({ id: world.id('deal'), seller: world.id('sun'), buyer: world.id('port') })

/** Sun writes an agreement on units of Solar, which it sells to Port. */
const submit = (world: World, change: Change = {}, by: Options = bySun(world), text = 'a deal'): Outcome =>
  world.try(
    'DocumentSubmitted',
    {
      ...{ project: world.id('solar'), document: 'transfer-agreement', sha256: world.hash(text), name: null },
      ...{ agreement: sides(world), ...change },
    },
    by,
  )

const between = (world: World, change: Change): Change => ({ agreement: { ...sides(world), ...change } })

const sign = (world: World, slot: 'seller' | 'buyer', change: Change = {}, by?: Options): Outcome =>
  world.try(
    'DocumentSigned',
    {
      ...{ project: world.id('solar'), document: 'transfer-agreement', version: 1, sha256: world.hash('a deal') },
      ...{ agreement: world.id('deal'), slot, level: 'SES', evidence: world.hash(`how the ${slot} signed`), ...change },
    },
    by ?? (slot === 'seller' ? bySun(world) : byPort(world)),
  )

/** Both sides have signed it. */
function agreed(world: World): void {
  given(submit(world), sign(world, 'seller'), sign(world, 'buyer'))
}

const by = (world: World, change: Change = {}) => ({ agreement: { id: world.id('deal'), ...change } })

const documents: Case[] = [
  refuses('DocumentSubmitted', 'malformed', 'an agreement of a monitoring period', (world) =>
    submit(world, { period: world.id('period') }),
  ),
  refuses('DocumentSubmitted', 'code-unknown', 'an agreement without its sides', (world) =>
    world.try(
      'DocumentSubmitted',
      { project: world.id('solar'), document: 'transfer-agreement', sha256: world.hash('a deal'), name: null },
      bySun(world),
    ),
  ),
  refuses('DocumentSubmitted', 'not-permitted', 'an agreement that the buyer writes', (world) =>
    submit(world, {}, byPort(world)),
  ),
  refuses('DocumentSubmitted', 'agreement-unknown', 'an agreement of other sides', (world) => {
    given(submit(world))
    return submit(world, between(world, { buyer: world.id('treasury') }), bySun(world), 'another deal')
  }),
  refuses('DocumentSubmitted', 'agreement-unknown', 'an agreement on another project', (world) => {
    given(submit(world))
    return submit(world, { project: world.id('tide') }, bySun(world), 'another deal')
  }),
  refuses('DocumentSubmitted', 'account-unknown', 'a buyer whose account nobody opened', (world) =>
    submit(world, between(world, { buyer: world.id('nobody') })),
  ),
  refuses('DocumentSubmitted', 'account-kind', 'a buyer’s account of another kind', (world) =>
    submit(world, between(world, { buyer: world.id('port retirement') })),
  ),
  refuses('DocumentSubmitted', 'account-not-active', 'a seller’s account that is suspended', (world) => {
    world.do('AccountSuspended', { account: world.id('sun'), reason: 'investigation' })
    return submit(world)
  }),
  refuses('DocumentSubmitted', 'organisation-suspended', 'a buyer that is suspended', (world) => {
    world.do('OrganisationSuspended', { organisation: world.id('port ltd'), reason: 'investigation' })
    return submit(world)
  }),
  refuses('DocumentSubmitted', 'same-account', 'a buyer that is the seller', (world) =>
    submit(world, between(world, { buyer: world.id('sun reserve') })),
  ),
  refuses('DocumentSubmitted', 'nothing-changes', 'the same agreement again', (world) => {
    given(submit(world))
    return submit(world)
  }),
  refuses('DocumentSigned', 'agreement-unknown', 'an agreement that nobody wrote', (world) => sign(world, 'seller')),
  refuses('DocumentSigned', 'signer-wrong', 'the place of the buyer, by the seller', (world) => {
    given(submit(world))
    return sign(world, 'buyer', {}, bySun(world))
  }),
  refuses('DocumentSigned', 'terms-changed', 'a version that the seller has replaced', (world) => {
    given(submit(world), submit(world, {}, bySun(world), 'a dearer deal'))
    return sign(world, 'buyer')
  }),
  writes('DocumentSubmitted', 'an agreement on units, between its two sides', (world) => submit(world), [
    'new agreement deal: project solar, seller sun, buyer port, documents {transfer-agreement:{version:1,index:23,sha256:hash}}',
  ]),
  writes(
    'DocumentSigned',
    'the buyer signs it',
    (world) => {
      given(submit(world), sign(world, 'seller'))
      return sign(world, 'buyer')
    },
    [
      'agreement deal: documents {transfer-agreement:{version:1,index:23,sha256:hash,signatures:{seller:{organisation:sun ltd,capacity:seller,by:sun admin,level:SES,index:24}}}} → {transfer-agreement:{version:1,index:23,sha256:hash,signatures:{seller:{organisation:sun ltd,capacity:seller,by:sun admin,level:SES,index:24},buyer:{organisation:port ltd,capacity:buyer,by:port admin,level:SES,index:25}}}}',
    ],
  ),
]

/** Refusals of a transfer that names an agreement. */
function namedCases(type: RuleName, request: (world: World) => Change): Case[] {
  const move = (world: World, change: Change): Outcome =>
    world.try(type, { ...request(world), ...by(world), ...change }, bySun(world))
  return [
    refuses(type, 'agreement-unknown', 'by an agreement that nobody wrote', (world) => move(world, {})),
    refuses(type, 'agreement-unknown', 'by an agreement with somebody else', (world) => {
      agreed(world)
      return move(world, { to: world.id('treasury') })
    }),
    refuses(type, 'agreement-unknown', 'of units of another project than the agreement’s', (world) => {
      agreed(world)
      world.do(
        'CreditsTransferred',
        {
          ...transfer(world),
          batch: world.id('tide 2024'),
          from: world.id('port'),
          to: world.id('sun'),
          ranges: [['301', '310']],
        },
        byPort(world),
      )
      return move(world, { batch: world.id('tide 2024'), ranges: [['301', '310']] })
    }),
    refuses(type, 'terms-changed', 'by a version that was replaced', (world) => {
      agreed(world)
      given(submit(world, {}, bySun(world), 'a dearer deal'))
      return move(world, by(world, { sha256: world.hash('a deal') }))
    }),
    refuses(type, 'signatures-missing', 'by an agreement that the buyer has not signed', (world) => {
      given(submit(world), sign(world, 'seller'))
      return move(world, {})
    }),
  ]
}

const proposal = (world: World): Change => ({
  ...transfer(world),
  ...{ movement: world.id('movement'), kind: 'transfer', purpose: null, beneficiary: null, acceptance: true },
  expiresAt: '2026-01-10T00:00:00.000Z',
})

const movements: Case[] = [
  ...namedCases('CreditsTransferred', transfer),
  ...namedCases('MovementProposed', proposal),
  refuses('MovementProposed', 'malformed', 'a retirement by an agreement', (world) => {
    agreed(world)
    const end = { kind: 'retirement', to: world.id('sun retirement'), purpose: 'voluntary', acceptance: false }
    return world.try('MovementProposed', { ...proposal(world), ...end, ...by(world) }, bySun(world))
  }),
  refuses('CreditsTransferred', 'movement-differs', 'by another agreement than was proposed', (world) => {
    agreed(world)
    world.do('MovementProposed', proposal(world), bySun(world))
    const last = { ...transfer(world), pending: world.id('movement'), ...by(world) }
    return world.try('CreditsTransferred', last, byPort(world))
  }),
  refuses('CreditsTransferred', 'terms-changed', 'what was proposed by an agreement that is another now', (world) => {
    agreed(world)
    world.do('MovementProposed', { ...proposal(world), ...by(world) }, bySun(world))
    given(submit(world, {}, bySun(world), 'a dearer deal'))
    return world.try('CreditsTransferred', { ...transfer(world), pending: world.id('movement') }, byPort(world))
  }),
  writes(
    'CreditsTransferred',
    'by an agreement that both sides have signed',
    (world) => {
      agreed(world)
      return world.try('CreditsTransferred', { ...transfer(world), ...by(world) }, bySun(world))
    },
    ['10 solar/2024/ITMO: sun → port', 'units solar 2024 1-10: port'],
  ),
  writes(
    'CreditsTransferred',
    'accepted as it was proposed, by its agreement',
    (world) => {
      agreed(world)
      world.do('MovementProposed', { ...proposal(world), ...by(world) }, bySun(world))
      return world.try('CreditsTransferred', { ...transfer(world), pending: world.id('movement') }, byPort(world))
    },
    [
      'hold movement/0: gone',
      'pending movement: gone',
      'new ended movement: index 27',
      '10 solar/2024/ITMO: sun → port',
      'units solar 2024 1-10: port',
    ],
  ),
]

/** Agreements on units, and the transfers that name them. */
export const agreementCases: readonly Case[] = [...documents, ...movements]
