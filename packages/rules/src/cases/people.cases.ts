import type { RuleName } from '../declarations.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { assess, certifier } from './certifier.fixture.ts'
import { byBoth, bySun, colleague, officersMay, suspend, suspendCompany } from './people.fixture.ts'
import type { Outcome, World } from './world.fixture.ts'

const organisation = (world: World) => ({
  organisation: world.id('wind ltd'),
  kind: 'developer',
  name: world.hash('wind'),
})

const registrationCases: Case[] = [
  refuses('OrganisationRegistered', 'already-exists', 'an organisation of this id', (world) =>
    world.try('OrganisationRegistered', { ...organisation(world), organisation: world.id('sun ltd') }),
  ),
  refuses('OrganisationRegistered', 'code-unknown', 'a kind that the preset does not have', (world) =>
    world.try('OrganisationRegistered', { ...organisation(world), kind: 'pirate' }),
  ),
  writes(
    'OrganisationRegistered',
    'it is there, and active',
    (world) => world.try('OrganisationRegistered', organisation(world)),
    ['new organisation wind ltd: kind developer, name hash, active true, affiliates [], accreditations {}'],
  ),
]

function statusCases(type: 'OrganisationSuspended' | 'OrganisationReactivated'): Case[] {
  const isEnd = type === 'OrganisationReactivated'
  const act = (world: World, name = 'sun ltd', reason = 'investigation') =>
    world.try(type, { organisation: world.id(name), reason })
  return [
    refuses(type, 'organisation-unknown', 'an organisation that nobody registered', (world) => act(world, 'nobody')),
    refuses(type, 'organisation-authority', 'the authority itself', (world) => act(world, 'authority')),
    refuses(type, 'organisation-already-so', 'nothing would change', (world) => {
      if (!isEnd) suspendCompany(world, 'sun ltd')
      return act(world)
    }),
    refuses(type, 'code-unknown', 'a reason that the preset does not have', (world) => {
      if (isEnd) suspendCompany(world, 'sun ltd')
      return act(world, 'sun ltd', 'spite')
    }),
    writes(
      type,
      'it is so from now on',
      (world) => {
        if (isEnd) suspendCompany(world, 'sun ltd')
        return act(world)
      },
      [`organisation sun ltd: active ${!isEnd ? 'true → false' : 'false → true'}`],
    ),
  ]
}

const grant = (world: World, change: object = {}, by = 'officer') => {
  const asked = { mandate: world.id('trader'), organisation: world.id('sun ltd'), role: 'developer/Admin', limit: null }
  return world.try('MandateGranted', { ...asked, ...change }, { by: world.id(by) })
}

const confirm = (world: World, by: string, name = 'trader') =>
  world.try('MandateConfirmed', { mandate: world.id(name) }, { by: world.id(by) })

const mandateCases: Case[] = [
  refuses('MandateGranted', 'mandate-limit', 'a wider limit than the granter has', (world) => {
    grant(world, { limit: '100' })
    return grant(world, { mandate: world.id('another'), limit: '101' }, 'trader')
  }),
  refuses('MandateGranted', 'mandate-limit', 'no limit, by somebody who has one', (world) => {
    grant(world, { limit: '100' })
    return grant(world, { mandate: world.id('another') }, 'trader')
  }),
  refuses('MandateGranted', 'mandate-exists', 'a mandate of this id', (world) =>
    grant(world, { mandate: world.id('root') }),
  ),
  refuses('MandateGranted', 'organisation-unknown', 'an organisation that nobody registered', (world) =>
    grant(world, { organisation: world.id('nobody') }),
  ),
  refuses('MandateGranted', 'role-unknown', 'a role of another kind of organisation', (world) =>
    grant(world, { organisation: world.id('authority') }),
  ),
  writes('MandateGranted', 'with its limit', (world) => grant(world, { limit: '100' }), [
    'new mandate trader: organisation sun ltd, role developer/Admin, limit 100, active true, hand officer',
  ]),
  writes(
    'MandateGranted',
    'by somebody whom another has brought in: on the word of that other',
    (world) => grant(world, {}, 'sun admin'),
    [
      'new mandate trader: organisation sun ltd, role developer/Admin, active true, hand second officer, word sun admin',
      'mandate sun admin: brought 1',
    ],
  ),
  writes(
    'MandateGranted',
    'by whoever appoints people: it stands on its own',
    (world) => grant(world, { organisation: world.id('authority'), role: 'government/Admin' }, 'root'),
    ['new mandate trader: organisation authority, role government/Admin, active true, hand trader'],
  ),
  writes(
    'MandateGranted',
    'where the table of this country asks for two: it stands on its own',
    (world) => {
      const policy = { 'mandates.developer/Admin': [{ count: 1, by: ['government/Admin'] }] }
      world.adopt('permissions', (table) => Object.assign(table.approvals, policy))
      const asked = { mandate: world.id('trader'), organisation: world.id('sun ltd'), role: 'developer/Admin' }
      return world.try('MandateGranted', { ...asked, limit: null }, byBoth(world))
    },
    ['new mandate trader: organisation sun ltd, role developer/Admin, active true, hand trader'],
  ),
  refuses('MandateConfirmed', 'approval-not-distinct', 'whoever granted it', (world) => {
    grant(world)
    return confirm(world, 'officer')
  }),
  refuses('MandateConfirmed', 'approval-not-distinct', 'somebody whom the same person has brought in', (world) => {
    colleague(world)
    return confirm(world, 'sun admin', 'sun colleague')
  }),
  refuses('MandateConfirmed', 'approval-not-distinct', 'its own holder', (world) => {
    grant(world)
    return confirm(world, 'trader')
  }),
  refuses(
    'MandateConfirmed',
    'approval-not-distinct',
    'somebody who has brought in another, for whom nobody has vouched',
    (world) => {
      colleague(world)
      return confirm(world, 'officer', 'sun admin')
    },
  ),
  refuses(
    'MandateConfirmed',
    'approval-not-distinct',
    'somebody who has brought in another, who has brought in a third and was revoked',
    (world) => {
      colleague(world)
      grant(world, { mandate: world.id('third') }, 'sun colleague')
      world.do('MandateRevoked', { mandate: world.id('sun colleague') })
      return confirm(world, 'officer', 'sun admin')
    },
  ),
  writes(
    'MandateConfirmed',
    'once somebody has vouched for all whom it has brought in',
    (world) => {
      colleague(world)
      grant(world, { mandate: world.id('third') }, 'sun admin')
      world.do('MandateRevoked', { mandate: world.id('third') })
      world.do('MandateConfirmed', { mandate: world.id('sun colleague') })
      return confirm(world, 'officer', 'sun admin')
    },
    ['mandate sun admin: hand second officer → sun admin'],
  ),
  refuses('MandateConfirmed', 'nothing-changes', 'a mandate that two have vouched for', (world) => {
    grant(world)
    confirm(world, 'second officer')
    return confirm(world, 'officer')
  }),
  refuses('MandateConfirmed', 'nothing-changes', 'a mandate that whoever appoints people has granted', (world) => {
    officersMay(world, 'mandates.government/Admin')
    return confirm(world, 'second officer', 'officer')
  }),
  refuses('MandateConfirmed', 'mandate-revoked', 'a mandate that was revoked', (world) => {
    grant(world)
    world.do('MandateRevoked', { mandate: world.id('trader') })
    return confirm(world, 'second officer')
  }),
  refuses('MandateConfirmed', 'mandate-limit', 'a wider limit than whoever vouches has', (world) => {
    grant(world, { limit: '100' }, 'second officer')
    grant(world, { mandate: world.id('wide') })
    return confirm(world, 'trader', 'wide')
  }),
  writes(
    'MandateConfirmed',
    'it counts as a person of its own',
    (world) => {
      grant(world)
      return confirm(world, 'sun admin')
    },
    ['mandate trader: hand officer → trader'],
  ),
  refuses('MandateRevoked', 'mandate-revoked', 'a mandate that was revoked before', (world) => {
    world.do('MandateRevoked', { mandate: world.id('sun admin') })
    return world.try('MandateRevoked', { mandate: world.id('sun admin') })
  }),
  writes(
    'MandateRevoked',
    'nothing is done under it any more',
    (world) => world.try('MandateRevoked', { mandate: world.id('sun admin') }),
    ['mandate sun admin: active true → false'],
  ),
]

const opening = (world: World, accounts: object[], name = 'sun ltd') =>
  world.try('AccountsOpened', { organisation: world.id(name), accounts })

const accountCases: Case[] = [
  refuses('AccountsOpened', 'organisation-unknown', 'an organisation that nobody registered', (world) =>
    opening(world, [{ account: world.id('new'), kind: 'holding' }], 'nobody'),
  ),
  refuses('AccountsOpened', 'organisation-kind', 'a certifier, which holds no units', (world) => {
    assess(world)
    return opening(world, [{ account: world.id('new'), kind: 'retirement' }], 'assessor')
  }),
  refuses('AccountsOpened', 'already-exists', 'an account of this id', (world) =>
    opening(world, [{ account: world.id('port'), kind: 'holding' }]),
  ),
  refuses('AccountsOpened', 'already-exists', 'a project has its stream under this id', (world) =>
    opening(world, [{ account: world.id('solar'), kind: 'holding' }]),
  ),
  refuses('AccountsOpened', 'already-exists', 'one id twice', (world) =>
    opening(world, [
      { account: world.id('new'), kind: 'holding' },
      { account: world.id('new'), kind: 'retirement' },
    ]),
  ),
  refuses('AccountsOpened', 'registry-own', 'an account abroad in our own registry', (world) =>
    opening(world, [{ account: world.id('new'), kind: 'foreign', registry: 'XTX01' }]),
  ),
  writes(
    'AccountsOpened',
    'one at home and one abroad',
    (world) =>
      opening(world, [
        { account: world.id('new'), kind: 'holding' },
        { account: world.id('far'), kind: 'foreign', registry: 'CHE01' },
      ]),
    [
      'new account new: organisation sun ltd, kind holding, active true',
      'new account far: organisation sun ltd, kind foreign, active true, registry CHE01',
    ],
  ),
  writes(
    'AccountsOpened',
    'the first of an organisation of this kind',
    (world) => {
      world.do('OrganisationRegistered', { ...certifier(world, 'bank'), kind: 'holder' })
      return opening(world, [{ account: world.id('new'), kind: 'holding' }], 'bank')
    },
    [
      'new account new: organisation bank, kind holding, active true',
      'ledger: holders [developer,government] → [developer,government,holder]',
    ],
  ),
]

function accountStatusCases(type: 'AccountSuspended' | 'AccountReactivated'): Case[] {
  const isEnd = type === 'AccountReactivated'
  const act = (world: World, name = 'sun', reason = 'investigation') =>
    world.try(type, { account: world.id(name), reason })
  return [
    refuses(type, 'account-unknown', 'an account that was never opened', (world) => act(world, 'nobody')),
    refuses(type, 'account-kind', 'an account that nothing leaves', (world) => act(world, 'sun retirement')),
    refuses(type, 'account-already-so', 'nothing would change', (world) => {
      if (!isEnd) suspend(world, 'sun')
      return act(world)
    }),
    refuses(type, 'code-unknown', 'a reason that the preset does not have', (world) => {
      if (isEnd) suspend(world, 'sun')
      return act(world, 'sun', 'spite')
    }),
    writes(
      type,
      'it is so from now on',
      (world) => {
        if (isEnd) suspend(world, 'sun')
        return act(world)
      },
      [`account sun: active ${!isEnd ? 'true → false' : 'false → true'}`],
    ),
  ]
}

/** What every rule about one's own account asks of the account; officers act, so that the rule itself is asked. */
function usableCases(
  type: RuleName,
  action: string,
  act: (world: World, account: string, by: string) => Outcome,
): Case[] {
  const officer = (account: string, before?: (world: World) => void) => (world: World) => {
    officersMay(world, action)
    before?.(world)
    return act(world, account, 'officer')
  }
  return [
    refuses(type, 'account-unknown', 'an account that was never opened', officer('nobody')),
    refuses(type, 'account-kind', 'an account that nothing leaves', officer('sun retirement')),
    refuses(
      type,
      'account-not-active',
      'an account that is suspended',
      officer('sun', (world) => suspend(world, 'sun')),
    ),
    refuses(
      type,
      'organisation-suspended',
      'an account whose holder is suspended',
      officer('sun', (world) => suspendCompany(world, 'sun ltd')),
    ),
  ]
}

const setPolicy = (world: World, account: string, by: string, secondAbove: string | null = null) => {
  const policy = { secondAbove, acceptance: true, trustedOnly: true }
  return world.try('AccountPolicySet', { account: world.id(account), policy }, { by: world.id(by) })
}
const trust =
  (type: RuleName) =>
  (world: World, account: string, by: string, receiver = 'port') =>
    world.try(type, { account: world.id(account), receiver: world.id(receiver) }, { by: world.id(by) })
const trusts = trust('ReceiverTrusted')
const removes = trust('ReceiverRemoved')

const policyCases: Case[] = [
  ...usableCases('AccountPolicySet', 'accounts.policy', setPolicy),
  refuses('AccountPolicySet', 'approval-missing', 'what asks for two mandates is not loosened by one', (world) => {
    setPolicy(world, 'sun', 'sun admin', '100')
    return setPolicy(world, 'sun', 'sun admin')
  }),
  writes('AccountPolicySet', 'all three at once', (world) => setPolicy(world, 'sun', 'sun admin', '100'), [
    'account sun: policy {secondAbove:100,acceptance:true,trustedOnly:true,loosened:null}',
  ]),
  refuses(
    'AccountPolicySet',
    'approval-not-distinct',
    'what asks for two mandates is not loosened by two of one person',
    (world) => {
      setPolicy(world, 'sun', 'sun admin', '100')
      colleague(world)
      const policy = { secondAbove: null, acceptance: false, trustedOnly: false }
      const options = { ...bySun(world), approvers: [world.id('sun colleague')] }
      return world.try('AccountPolicySet', { account: world.id('sun'), policy }, options)
    },
  ),
  writes(
    'AccountPolicySet',
    'what asks for less holds after the delay, what asks for more at once',
    (world) => {
      setPolicy(world, 'sun', 'sun admin', '100')
      const policy = { secondAbove: '50', acceptance: true, trustedOnly: false }
      const options = { ...bySun(world), approvers: [world.id('sun second')] }
      return world.try('AccountPolicySet', { account: world.id('sun'), policy }, options)
    },
    [
      'account sun: policy {secondAbove:100,acceptance:true,trustedOnly:true,loosened:null} → {secondAbove:50,acceptance:true,trustedOnly:true,loosened:{secondAbove:50,acceptance:true,trustedOnly:false,from:2026-01-02T00:00:00.000Z}}',
    ],
  ),
  writes(
    'AccountPolicySet',
    'a change of mind within the delay: the locks stay',
    (world) => {
      const policy = { secondAbove: null, acceptance: true, trustedOnly: true }
      world.do('AccountPolicySet', { account: world.id('sun'), policy }, bySun(world))
      const loose = { ...policy, trustedOnly: false }
      world.do('AccountPolicySet', { account: world.id('sun'), policy: loose }, bySun(world))
      world.wait(23)
      return world.try('AccountPolicySet', { account: world.id('sun'), policy }, bySun(world))
    },
    [
      'account sun: policy {secondAbove:null,acceptance:true,trustedOnly:true,loosened:{secondAbove:null,acceptance:true,trustedOnly:false,from:2026-01-02T00:00:00.000Z}} → {secondAbove:null,acceptance:true,trustedOnly:true,loosened:null}',
    ],
  ),
  ...usableCases('ReceiverTrusted', 'accounts.trust', trusts),
  refuses('ReceiverTrusted', 'account-unknown', 'a receiver that was never opened', (world) =>
    trusts(world, 'sun', 'sun admin', 'nobody'),
  ),
  refuses('ReceiverTrusted', 'account-kind', 'a receiver that holds nothing', (world) =>
    trusts(world, 'sun', 'sun admin', 'sun retirement'),
  ),
  refuses('ReceiverTrusted', 'same-account', 'the account itself', (world) => trusts(world, 'sun', 'sun admin', 'sun')),
  refuses('ReceiverTrusted', 'account-already-so', 'a receiver that is trusted', (world) => {
    trusts(world, 'sun', 'sun admin')
    return trusts(world, 'sun', 'sun admin')
  }),
  writes('ReceiverTrusted', 'from the end of the delay on', (world) => trusts(world, 'sun', 'sun admin'), [
    'new trusted sun/port: from 2026-01-02T00:00:00.000Z',
  ]),
  writes('ReceiverTrusted', 'an account abroad', (world) => trusts(world, 'sun', 'sun admin', 'sun abroad'), [
    'new trusted sun/sun abroad: from 2026-01-02T00:00:00.000Z',
  ]),
  ...usableCases('ReceiverRemoved', 'accounts.trust', removes),
  refuses('ReceiverRemoved', 'same-account', 'the account itself', (world) =>
    removes(world, 'sun', 'sun admin', 'sun'),
  ),
  refuses('ReceiverRemoved', 'account-already-so', 'a receiver that nobody trusts', (world) =>
    removes(world, 'sun', 'sun admin'),
  ),
  writes(
    'ReceiverRemoved',
    'at once, even where the receiver is suspended',
    (world) => {
      trusts(world, 'sun', 'sun admin')
      suspend(world, 'port')
      return world.try('ReceiverRemoved', { account: world.id('sun'), receiver: world.id('port') }, bySun(world))
    },
    ['trusted sun/port: gone'],
  ),
]

export const peopleCases: Case[] = [
  ...registrationCases,
  ...statusCases('OrganisationSuspended'),
  ...statusCases('OrganisationReactivated'),
  ...mandateCases,
  ...accountCases,
  ...accountStatusCases('AccountSuspended'),
  ...accountStatusCases('AccountReactivated'),
  ...policyCases,
]
