import type { RuleName } from '../declarations.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { authorisation, project_ } from './country.fixture.ts'
import { byBoth, bySun, suspend, suspendCompany } from './people.fixture.ts'
import type { Outcome, World } from './world.fixture.ts'

type Owners = { account: string; share: string }[]

/** What a list of owners must be, wherever it stands. */
function ownerCases(type: RuleName, act: (world: World, owners: Owners) => Outcome): Case[] {
  const owned =
    (...owners: [string, string][]) =>
    (world: World) =>
      act(
        world,
        owners.map(([name, share]) => ({ account: world.id(name), share })),
      )
  return [
    refuses(type, 'account-unknown', 'an owner whose account was never opened', owned(['nobody', '100'])),
    refuses(type, 'account-kind', 'an owner whose account nothing leaves', owned(['sun retirement', '100'])),
    refuses(type, 'account-not-active', 'an owner whose account is suspended', (world) => {
      suspend(world, 'port')
      return owned(['sun', '50'], ['port', '50'])(world)
    }),
    refuses(type, 'organisation-suspended', 'an owner who is suspended', (world) => {
      suspendCompany(world, 'port ltd')
      return owned(['sun', '50'], ['port', '50'])(world)
    }),
    refuses(type, 'already-exists', 'one owner twice', owned(['sun', '50'], ['sun', '50'])),
    refuses(type, 'shares-not-100', 'a little less than all', owned(['sun', '60'], ['port', '39.9999'])),
    refuses(type, 'shares-not-100', 'a little more than all', owned(['sun', '60.0001'], ['port', '40'])),
    refuses(type, 'shares-not-100', 'an owner of nothing', owned(['sun', '100'], ['port', '0'])),
  ]
}

const register = (
  world: World,
  change: object = {},
  forge?: (body: Record<string, unknown>) => Record<string, unknown>,
) => world.try('ProjectRegistered', { ...project_(world, 'wave', 'sun'), ...change }, forge ? { forge } : {})

const registrationCases: Case[] = [
  refuses('ProjectRegistered', 'already-exists', 'a project of this id', (world) =>
    register(world, { project: world.id('solar') }),
  ),
  refuses('ProjectRegistered', 'allocation-wrong', 'a number that is not the next one', (world) =>
    register(world, {}, (body) => ({ ...body, allotted: { number: 4 } })),
  ),
  refuses('ProjectRegistered', 'scope-unknown', 'a sectoral scope that there is not', (world) =>
    register(world, { scope: '16' }),
  ),
  ...ownerCases('ProjectRegistered', (world, owners) => register(world, { owners })),
  writes('ProjectRegistered', 'in the first state of the preset, with the next number', (world) => register(world), [
    'ledger: projects 2 → 3, states {registered:2} → {registered:2,submitted:1}',
    'new project wave: number 3, state submitted, entered {index:23,at:2026-01-01T00:00:00.000Z}, documents {}, findings {open:0,forward:0,raised:{}}, scope 1, methodology AMS-I.D, title hash, owners [{account:sun,share:100}], buffer 0, exempt [], debts {}, reversals 0, certifiers {}, certifiedBy [], periods {opened:0,last:null,states:{}}, forward {}',
  ]),
]

const own = (world: World, owners: Owners, project = 'solar') =>
  world.try('OwnershipChanged', { project: world.id(project), owners }, byBoth(world))

const ownershipCases: Case[] = [
  ...ownerCases('OwnershipChanged', own),
  refuses('OwnershipChanged', 'project-unknown', 'a project that nobody registered', (world) =>
    own(world, [{ account: world.id('sun'), share: '100' }], 'nothing'),
  ),
  refuses('OwnershipChanged', 'nothing-changes', 'the same owners', (world) =>
    own(world, [{ account: world.id('sun'), share: '100' }]),
  ),
  writes(
    'OwnershipChanged',
    'for what is issued from now on',
    (world) =>
      own(world, [
        { account: world.id('port'), share: '33.3333' },
        { account: world.id('sun'), share: '66.6667' },
      ]),
    ['project solar: owners [{account:sun,share:100}] → [{account:port,share:33.3333},{account:sun,share:66.6667}]'],
  ),
]

const move = (world: World, name: string, project = 'solar') =>
  world.try('ProjectMoved', { project: world.id(project), move: name })

const termsOf = (world: World, change: object = {}) =>
  world.try(
    'IssuanceTermsSet',
    { project: world.id('solar'), buffer: '20', exempt: ['omge'], reason: 'risk-assessment', ...change },
    byBoth(world),
  )

const termsCases: Case[] = [
  refuses('IssuanceTermsSet', 'project-unknown', 'a project that nobody registered', (world) =>
    termsOf(world, { project: world.id('nothing') }),
  ),
  refuses('IssuanceTermsSet', 'code-unknown', 'a reason that the preset does not have', (world) =>
    termsOf(world, { reason: 'spite' }),
  ),
  writes('IssuanceTermsSet', 'buffer and exemptions', (world) => termsOf(world), [
    'project solar: buffer 0 → 20, exempt [] → [omge], assessed 2026-01-01T00:00:00.000Z, raised 2026-01-01T00:00:00.000Z',
  ]),
]

const pools = (world: World, change: Record<string, string | null> = {}) => {
  const named = { buffer: 'buffer', shareOfProceeds: 'proceeds', omge: 'omge', host: 'treasury', ...change }
  const ids = Object.entries(named).map(([pool, name]) => [pool, name === null ? null : world.id(name)])
  return world.try('PoolsNamed', Object.fromEntries(ids), byBoth(world))
}

const poolCases: Case[] = [
  refuses('PoolsNamed', 'account-unknown', 'an account that was never opened', (world) =>
    pools(world, { omge: 'nobody' }),
  ),
  refuses('PoolsNamed', 'account-kind', 'an account of another kind', (world) => pools(world, { omge: 'proceeds' })),
  refuses('PoolsNamed', 'account-not-active', 'an account that is suspended', (world) => {
    suspend(world, 'sun')
    return pools(world, { host: 'sun' })
  }),
  refuses('PoolsNamed', 'organisation-suspended', 'an account whose holder is suspended', (world) => {
    suspendCompany(world, 'sun ltd')
    return pools(world, { host: 'sun' })
  }),
  refuses('PoolsNamed', 'pool-in-use', 'another buffer', (world) => pools(world, { buffer: 'other buffer' })),
  refuses('PoolsNamed', 'pool-in-use', 'no buffer any more', (world) => pools(world, { buffer: null })),
  refuses('PoolsNamed', 'nothing-changes', 'the same pools', (world) => pools(world)),
  writes('PoolsNamed', 'others, but for the buffer', (world) => pools(world, { omge: null, host: 'sun' }), [
    'ledger: pools {buffer:buffer,shareOfProceeds:proceeds,omge:omge,host:treasury} → {buffer:buffer,shareOfProceeds:proceeds,omge:null,host:sun}',
  ]),
]

const authorise = (world: World, change: object = {}) =>
  world.try('QuantityAuthorised', { ...authorisation(world, 'solar', 'wave'), ...change })

const authorisationCases: Case[] = [
  refuses('QuantityAuthorised', 'already-exists', 'an authorisation of this id', (world) =>
    authorise(world, { authorisation: world.id('solar itmo') }),
  ),
  refuses('QuantityAuthorised', 'project-unknown', 'a project that nobody registered', (world) =>
    authorise(world, { project: world.id('nothing') }),
  ),
  refuses('QuantityAuthorised', 'project-state', 'a project that is suspended', (world) => {
    move(world, 'suspend')
    return authorise(world)
  }),
  refuses('QuantityAuthorised', 'unit-type-unknown', 'a type that the preset does not have', (world) =>
    authorise(world, { unitType: 'GOLD' }),
  ),
  refuses('QuantityAuthorised', 'code-unknown', 'a purpose that the preset does not have', (world) =>
    authorise(world, { purposes: ['NDC', 'PROFIT'] }),
  ),
  refuses(
    'QuantityAuthorised',
    'malformed',
    'other purposes than an NDC without a definition of first transfer',
    (world) => authorise(world, { purposes: ['OIMP_OP'] }),
  ),
  writes('QuantityAuthorised', 'nothing of it is issued yet', (world) => authorise(world), [
    'new authorisation wave: project solar, unitType ITMO, purposes [NDC], cooperativeApproach CA0001, quantity 100000, issued 0, transferred 0, version 1, active true, granted [{from:23,purposes:[NDC]}]',
  ]),
]

const change = (world: World, changes: object = {}) => {
  const { project: _, unitType: __, ...terms } = authorisation(world, 'solar')
  const about = { version: 2, change: 'amend', reason: 'request', effectiveFrom: '2026-01-01', quantity: '50000' }
  return world.try('AuthorisationChanged', { ...terms, ...about, ...changes }, byBoth(world))
}
const sendAbroad = (world: World) => {
  const request = { batch: world.id('solar 2024'), from: world.id('sun'), to: world.id('sun abroad'), quantity: '10' }
  world.do('CreditsTransferredAbroad', request, { ...bySun(world), approvers: [world.id('officer')] })
}

const changeCases: Case[] = [
  refuses('AuthorisationChanged', 'authorisation-unknown', 'an authorisation that there is not', (world) =>
    change(world, { authorisation: world.id('nothing') }),
  ),
  refuses('AuthorisationChanged', 'authorisation-revoked', 'one that was revoked', (world) => {
    change(world, { change: 'revoke', quantity: '100000' })
    return change(world, { version: 3 })
  }),
  refuses('AuthorisationChanged', 'version-not-next', 'a version is left out', (world) =>
    change(world, { version: 3 }),
  ),
  refuses('AuthorisationChanged', 'date-wrong', 'from tomorrow on', (world) =>
    change(world, { effectiveFrom: '2026-01-02' }),
  ),
  refuses('AuthorisationChanged', 'code-unknown', 'a reason that the preset does not have', (world) =>
    change(world, { reason: 'spite' }),
  ),
  refuses('AuthorisationChanged', 'code-unknown', 'a purpose that the preset does not have', (world) =>
    change(world, { purposes: ['PROFIT'] }),
  ),
  refuses('AuthorisationChanged', 'nothing-changes', 'the same terms', (world) =>
    change(world, { quantity: '100000' }),
  ),
  refuses('AuthorisationChanged', 'malformed', 'a revocation that changes terms', (world) =>
    change(world, { change: 'revoke' }),
  ),
  refuses('AuthorisationChanged', 'authorisation-too-small', 'less than was first transferred', (world) => {
    sendAbroad(world)
    return change(world, { quantity: '9' })
  }),
  refuses(
    'AuthorisationChanged',
    'approach-in-use',
    'another approach, after ITMO numbers of the first were given',
    (world) => {
      sendAbroad(world)
      return change(world, { cooperativeApproach: 'CA0002' })
    },
  ),
  writes(
    'AuthorisationChanged',
    'just as much as was first transferred',
    (world) => {
      sendAbroad(world)
      return change(world, { quantity: '10' })
    },
    ['authorisation solar itmo: quantity 100000 → 10, version 1 → 2'],
  ),
  writes(
    'AuthorisationChanged',
    'other purposes, for units that are first transferred from now on',
    (world) =>
      change(world, { purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'use-or-cancellation', quantity: '100000' }),
    [
      'authorisation solar itmo: purposes [NDC] → [NDC,OIMP_OP], firstTransfer use-or-cancellation, version 1 → 2, granted [{from:16,purposes:[NDC]}] → [{from:16,purposes:[NDC]},{from:23,purposes:[NDC,OIMP_OP]}]',
    ],
  ),
  writes(
    'AuthorisationChanged',
    'a revocation leaves what was issued',
    (world) => change(world, { change: 'revoke', quantity: '100000' }),
    ['authorisation solar itmo: version 1 → 2, active true → false'],
  ),
]

export const projectCases: Case[] = [
  ...registrationCases,
  ...ownershipCases,
  ...termsCases,
  ...poolCases,
  ...authorisationCases,
  ...changeCases,
]
