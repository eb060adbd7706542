import { paying, ready } from './buffer.fixture.ts'
import { type Case, refuses, writes } from './case.fixture.ts'
import { accredit, affiliate, assess, assign, certifier } from './certifier.fixture.ts'
import { transfer } from './movements.cases.ts'
import { byBoth, byPort, bySun, suspendCompany } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

const pair = (world: World, a: string, b: string) => [world.id(a), world.id(b)].sort()

const endAffiliation = (world: World, a = 'sun ltd', b = 'port ltd', reason = 'ended') =>
  world.try('AffiliationEnded', { organisations: pair(world, a, b), reason })

const affiliationCases: Case[] = [
  refuses('AffiliationRecorded', 'malformed', 'an organisation with itself', (world) =>
    affiliate(world, 'sun ltd', 'sun ltd'),
  ),
  refuses('AffiliationRecorded', 'malformed', 'a pair the wrong way round', (world) => {
    const organisations = pair(world, 'sun ltd', 'port ltd').reverse()
    return world.try('AffiliationRecorded', { organisations, kind: 'ownership' })
  }),
  refuses('AffiliationRecorded', 'organisation-unknown', 'an organisation that nobody registered', (world) =>
    affiliate(world, 'sun ltd', 'nobody'),
  ),
  refuses('AffiliationRecorded', 'organisation-authority', 'a company says so of the authority', (world) =>
    affiliate(world, 'sun ltd', 'authority', bySun(world)),
  ),
  refuses('AffiliationRecorded', 'not-permitted', 'a company says so of two others', (world) =>
    affiliate(world, 'authority', 'port ltd', bySun(world)),
  ),
  refuses('AffiliationRecorded', 'code-unknown', 'a kind that the preset does not have', (world) =>
    world.try('AffiliationRecorded', { organisations: pair(world, 'sun ltd', 'port ltd'), kind: 'friendship' }),
  ),
  refuses('AffiliationRecorded', 'already-exists', 'the same two again', (world) => {
    affiliate(world, 'sun ltd', 'port ltd')
    return affiliate(world, 'port ltd', 'sun ltd', byPort(world))
  }),
  refuses('AffiliationRecorded', 'too-many', 'one more than a hundred', (world) => {
    for (let at = 0; at <= 100; at += 1) {
      world.do('OrganisationRegistered', { ...certifier(world, `affiliate ${at}`), kind: 'holder' })
      if (at < 100) affiliate(world, 'sun ltd', `affiliate ${at}`)
    }
    return affiliate(world, 'sun ltd', 'affiliate 100')
  }),
  writes('AffiliationRecorded', 'each says so of the other', (world) => affiliate(world, 'sun ltd', 'port ltd'), [
    'organisation sun ltd: affiliates [] → [port ltd]',
    'organisation port ltd: affiliates [] → [sun ltd]',
  ]),
  refuses('AffiliationEnded', 'organisation-unknown', 'an organisation that nobody registered', (world) =>
    endAffiliation(world, 'sun ltd', 'nobody'),
  ),
  refuses('AffiliationEnded', 'nothing-changes', 'two that are not affiliated', (world) => endAffiliation(world)),
  refuses('AffiliationEnded', 'code-unknown', 'a reason that the preset does not have', (world) => {
    affiliate(world, 'sun ltd', 'port ltd')
    return endAffiliation(world, 'sun ltd', 'port ltd', 'quarrel')
  }),
  refuses('AffiliationEnded', 'not-permitted', 'a company ends its own', (world) => {
    affiliate(world, 'sun ltd', 'port ltd', bySun(world))
    const request = { organisations: pair(world, 'sun ltd', 'port ltd'), reason: 'ended' }
    return world.try('AffiliationEnded', request, bySun(world))
  }),
  writes(
    'AffiliationEnded',
    'neither says so any more',
    (world) => {
      affiliate(world, 'sun ltd', 'port ltd', bySun(world))
      return endAffiliation(world)
    },
    ['organisation sun ltd: affiliates [port ltd] → []', 'organisation port ltd: affiliates [sun ltd] → []'],
  ),
]

const withdraw = (world: World, change: object = {}) =>
  world.try('AccreditationWithdrawn', {
    organisation: world.id('assessor'),
    accreditation: world.id('accreditation'),
    reason: 'misconduct',
    ...change,
  })

const registered = (world: World) => world.do('OrganisationRegistered', certifier(world, 'assessor'))

const accreditationCases: Case[] = [
  refuses('CertifierAccredited', 'malformed', 'an accreditation that ends before it begins', (world) => {
    registered(world)
    return accredit(world, { from: '2026-02-01', to: '2026-01-31' })
  }),
  refuses('CertifierAccredited', 'organisation-unknown', 'an organisation that nobody registered', (world) =>
    accredit(world),
  ),
  refuses('CertifierAccredited', 'organisation-kind', 'a developer', (world) =>
    accredit(world, { organisation: world.id('sun ltd') }),
  ),
  refuses('CertifierAccredited', 'already-exists', 'an id that was used', (world) => {
    registered(world)
    accredit(world)
    return accredit(world)
  }),
  refuses('CertifierAccredited', 'already-exists', 'an id that was withdrawn', (world) => {
    registered(world)
    accredit(world)
    withdraw(world)
    return accredit(world)
  }),
  refuses('CertifierAccredited', 'scope-unknown', 'a scope that the preset does not have', (world) => {
    registered(world)
    return accredit(world, { scopes: ['1', '16'] })
  }),
  refuses('CertifierAccredited', 'too-many', 'one more than twenty', (world) => {
    registered(world)
    for (let at = 0; at < 20; at += 1) accredit(world, { accreditation: world.id(`accreditation ${at}`) })
    return accredit(world)
  }),
  writes(
    'CertifierAccredited',
    'for its scopes, from day to day',
    (world) => {
      registered(world)
      return accredit(world)
    },
    ['organisation assessor: accreditations {} → {accreditation:{scopes:[1,3],from:2025-01-01,to:2026-01-31}}'],
  ),
  refuses('AccreditationWithdrawn', 'organisation-unknown', 'an organisation that nobody registered', (world) =>
    withdraw(world),
  ),
  refuses('AccreditationWithdrawn', 'accreditation-unknown', 'one that is not there', (world) => {
    registered(world)
    return withdraw(world)
  }),
  refuses('AccreditationWithdrawn', 'code-unknown', 'a reason that the preset does not have', (world) => {
    registered(world)
    accredit(world)
    return withdraw(world, { reason: 'mood' })
  }),
  writes(
    'AccreditationWithdrawn',
    'it counts for nothing',
    (world) => {
      registered(world)
      accredit(world)
      return withdraw(world)
    },
    [
      'organisation assessor: accreditations {accreditation:{scopes:[1,3],from:2025-01-01,to:2026-01-31}} → {}',
      'new ended accreditation: index 25',
    ],
  ),
]

const release = (world: World, change: object = {}) =>
  world.try('CertifierReleased', { project: world.id('solar'), task: 'verification', reason: 'request', ...change })

/** The project's certifier has verified so many of its monitoring periods in a row. */
function verified(world: World, periods: number): void {
  const [id, row] = [world.id('solar'), world.state.get('project', world.id('solar'))]
  if (!row) throw new Error('the project is there')
  const put = {
    kind: 'project' as const,
    id,
    row: { ...row, verified: { organisation: world.id('assessor'), periods } },
  }
  world.state.apply({ puts: [put], postings: [], runs: [] })
}

const assignmentCases: Case[] = [
  refuses('CertifierAssigned', 'project-unknown', 'a project that nobody registered', (world) => {
    assess(world)
    return assign(world, { project: world.id('nothing') })
  }),
  refuses('CertifierAssigned', 'code-unknown', 'a task that the preset does not have', (world) => {
    assess(world)
    return assign(world, { task: 'blessing' })
  }),
  refuses('CertifierAssigned', 'organisation-unknown', 'an organisation that nobody registered', (world) =>
    assign(world),
  ),
  refuses('CertifierAssigned', 'organisation-kind', 'a developer', (world) =>
    assign(world, { organisation: world.id('port ltd') }),
  ),
  refuses('CertifierAssigned', 'organisation-suspended', 'a certifier that is suspended', (world) => {
    assess(world)
    suspendCompany(world, 'assessor')
    return assign(world)
  }),
  refuses('CertifierAssigned', 'already-exists', 'a task that somebody has', (world) => {
    assess(world)
    assign(world)
    return assign(world)
  }),
  refuses('CertifierAssigned', 'conflict-of-interest', 'an affiliate of an owner', (world) => {
    assess(world)
    affiliate(world, 'sun ltd', 'assessor', bySun(world))
    return assign(world)
  }),
  refuses('CertifierAssigned', 'accreditation-missing', 'a certifier of another scope', (world) => {
    world.do('OrganisationRegistered', certifier(world, 'assessor'))
    accredit(world, { scopes: ['3'] })
    return assign(world)
  }),
  refuses('CertifierAssigned', 'accreditation-missing', 'on the day after the last', (world) => {
    assess(world)
    world.now = '2026-02-01T00:00:00.000Z'
    return assign(world)
  }),
  refuses('CertifierAssigned', 'accreditation-missing', 'before the first day', (world) => {
    world.do('OrganisationRegistered', certifier(world, 'assessor'))
    accredit(world, { from: '2026-01-02' })
    return assign(world)
  }),
  refuses('CertifierAssigned', 'rotation-due', 'after five monitoring periods in a row', (world) => {
    assess(world)
    verified(world, 5)
    return assign(world)
  }),
  writes(
    'CertifierAssigned',
    'on the last day of its accreditation, after four monitoring periods in a row',
    (world) => {
      assess(world)
      verified(world, 4)
      world.now = '2026-01-31T23:59:59.999Z'
      return assign(world)
    },
    ['project solar: certifiers {} → {verification:assessor}'],
  ),
  writes(
    'CertifierAssigned',
    'to another task, where another verifies in its turn',
    (world) => {
      assess(world)
      verified(world, 5)
      return assign(world, { task: 'validation' })
    },
    ['project solar: certifiers {} → {validation:assessor}'],
  ),
  refuses('CertifierReleased', 'project-unknown', 'a project that nobody registered', (world) =>
    release(world, { project: world.id('nothing') }),
  ),
  refuses('CertifierReleased', 'nothing-changes', 'a task that nobody has', (world) => release(world)),
  refuses('CertifierReleased', 'code-unknown', 'a reason that the preset does not have', (world) => {
    assess(world)
    assign(world)
    return release(world, { reason: 'mood' })
  }),
  writes(
    'CertifierReleased',
    'the task is free',
    (world) => {
      assess(world)
      assign(world)
      return release(world)
    },
    ['project solar: certifiers {verification:assessor} → {}'],
  ),
]

/** An affiliate of the certifier gets a share of the project. */
function own(world: World): void {
  affiliate(world, 'port ltd', 'assessor')
  const owners = [
    { account: world.id('sun'), share: '99' },
    { account: world.id('port'), share: '1' },
  ]
  world.do('OwnershipChanged', { project: world.id('solar'), owners }, byBoth(world))
}

/** The certifiers of this country may suspend what they are assigned to. */
function certifiersSuspend(world: World): void {
  world.adopt('permissions', (table) =>
    Object.assign(table.actions, { 'projects.move.suspend': { 'certifier/Admin': 'assigned' } }),
  )
}

const suspendProject = (world: World, project = 'solar') =>
  world.try('ProjectMoved', { project: world.id(project), move: 'suspend' }, { by: world.id('lead assessor') })

function assigned(world: World): void {
  assess(world)
  assign(world)
  certifiersSuspend(world)
}

const batch = (world: World) => ({
  batch: world.id('new'),
  authorisation: world.id('solar itmo'),
  vintage: '2025',
  quantity: '10',
  monitoringPeriod: null,
})

const actingCases: Case[] = [
  writes(
    'ProjectMoved',
    'by the certifier that is assigned',
    (world) => {
      assigned(world)
      return suspendProject(world)
    },
    [
      'project solar: state registered → suspended, entered {index:15,at:2026-01-01T00:00:00.000Z} → {index:28,at:2026-01-01T00:00:00.000Z}',
      'ledger: states {registered:2} → {registered:1,suspended:1}',
    ],
  ),
  refuses('ProjectMoved', 'not-permitted', 'by a certifier that is assigned to another project', (world) => {
    assigned(world)
    return suspendProject(world, 'tide')
  }),
  refuses('ProjectMoved', 'not-permitted', 'by a certifier that was released', (world) => {
    assigned(world)
    release(world)
    return suspendProject(world)
  }),
  refuses('ProjectMoved', 'accreditation-missing', 'by a certifier whose accreditation has ended since', (world) => {
    assigned(world)
    world.now = '2026-02-01T00:00:00.000Z'
    return suspendProject(world)
  }),
  refuses('ProjectMoved', 'accreditation-missing', 'by a certifier whose accreditation was withdrawn', (world) => {
    assigned(world)
    withdraw(world)
    return suspendProject(world)
  }),
  refuses('ProjectMoved', 'conflict-of-interest', 'by a certifier whose affiliate has become an owner', (world) => {
    assigned(world)
    own(world)
    return suspendProject(world)
  }),
  refuses(
    'ProjectMoved',
    'conflict-of-interest',
    'by a certifier that has become an affiliate of an owner',
    (world) => {
      assigned(world)
      affiliate(world, 'sun ltd', 'assessor')
      return suspendProject(world)
    },
  ),
  refuses('BatchIssued', 'conflict-of-interest', 'by officers of an affiliate of the owner', (world) => {
    affiliate(world, 'sun ltd', 'authority')
    return world.try('BatchIssued', batch(world), byBoth(world))
  }),
  refuses('BatchIssued', 'conflict-of-interest', 'approved by an affiliate of the owner', (world) => {
    const policy = { 'credits.issue': [{ count: 1, by: ['developer/Admin'] }] }
    world.adopt('permissions', (table) => Object.assign(table.approvals, policy))
    affiliate(world, 'sun ltd', 'port ltd', byPort(world))
    return world.try('BatchIssued', batch(world), { approvers: [world.id('port admin')] })
  }),
  refuses('QuantityAuthorised', 'conflict-of-interest', 'by an affiliate of the owner', (world) => {
    affiliate(world, 'sun ltd', 'authority')
    const about = { authorisation: world.id('more'), project: world.id('solar'), unitType: 'ITMO', quantity: '10' }
    const terms = { purposes: [], firstTransfer: null, cooperativeApproach: null }
    return world.try('QuantityAuthorised', { ...about, ...terms })
  }),
  refuses('BufferCancelled', 'conflict-of-interest', 'by an affiliate of the owner of what was lost', (world) =>
    paying(world, {}, () => {
      ready(world)
      affiliate(world, 'sun ltd', 'authority')
    }),
  ),
  refuses('EntryCorrected', 'conflict-of-interest', 'by an affiliate of the owner of the project', (world) => {
    const original = world.do('CreditsTransferred', transfer(world), bySun(world)).entry
    affiliate(world, 'sun ltd', 'authority')
    return world.try('EntryCorrected', { original, reason: 'clerical-error' }, byBoth(world))
  }),
]

export const independenceCases: Case[] = [
  ...affiliationCases,
  ...accreditationCases,
  ...assignmentCases,
  ...actingCases,
]
