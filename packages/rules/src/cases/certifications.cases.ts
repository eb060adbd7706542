import { type Case, refuses, writes } from './case.fixture.ts'
import { accredit, affiliate, assess, assign, certificationNeeded, certifier } from './certifier.fixture.ts'
import { byBoth, bySun, suspendCompany } from './people.fixture.ts'
import { deregistered } from './settled.cases.ts'
import type { World } from './world.fixture.ts'

const byAssessor = (world: World) => ({ by: world.id('lead assessor') })

const certify = (world: World, project = 'solar', by = byAssessor(world)) =>
  world.try('ProjectCertified', { project: world.id(project) }, by)

const revoke = (world: World, change: object = {}, by = { by: world.id('officer') }) =>
  world.try(
    'CertificationRevoked',
    { project: world.id('solar'), organisation: world.id('assessor'), reason: 'misconduct', ...change },
    by,
  )

/** A certifier that is accredited, and assigned to the verification of Solar. */
function assigned(world: World): void {
  assess(world)
  assign(world)
}

function certified(world: World): void {
  assigned(world)
  world.do('ProjectCertified', { project: world.id('solar') }, byAssessor(world))
}

/** Certifiers of this country certify whatever they like. */
function anywhere(world: World): void {
  world.adopt('permissions', (table) =>
    Object.assign(table.actions, { 'projects.certify': { 'certifier/Admin': 'any', 'government/Admin': 'any' } }),
  )
}

/** So many others have certified Solar. */
function certifiedByMany(world: World, count: number): void {
  const [id, row] = [world.id('solar'), world.state.get('project', world.id('solar'))]
  if (!row) throw new Error('the project is there')
  const certifiedBy = Array.from({ length: count }, (_, index) => ({
    organisation: world.id(`certifier ${index}`),
    index,
  }))
  world.state.apply({ puts: [{ kind: 'project', id, row: { ...row, certifiedBy } }], postings: [], runs: [] })
}

const certifiedCases: Case[] = [
  refuses('ProjectCertified', 'project-unknown', 'a project that nobody registered', (world) => {
    assess(world)
    anywhere(world)
    return certify(world, 'nothing')
  }),
  refuses('ProjectCertified', 'not-permitted', 'by a certifier that is not assigned', (world) => {
    assess(world)
    return certify(world)
  }),
  refuses('ProjectCertified', 'not-permitted', 'by a certifier that is assigned to another project', (world) => {
    assigned(world)
    return certify(world, 'tide')
  }),
  refuses('ProjectCertified', 'not-permitted', 'by its owner', (world) => certify(world, 'solar', bySun(world))),
  refuses('ProjectCertified', 'organisation-suspended', 'by a certifier that is suspended', (world) => {
    assigned(world)
    suspendCompany(world, 'assessor')
    return certify(world)
  }),
  refuses('ProjectCertified', 'organisation-kind', 'by the government, whatever the table says', (world) => {
    anywhere(world)
    return certify(world, 'solar', { by: world.id('officer') })
  }),
  refuses('ProjectCertified', 'project-state', 'a project that is over', (world) => {
    assigned(world)
    deregistered(world)
    return certify(world)
  }),
  refuses('ProjectCertified', 'already-exists', 'a second time', (world) => {
    certified(world)
    return certify(world)
  }),
  refuses('ProjectCertified', 'too-many', 'one more than twenty', (world) => {
    assigned(world)
    certifiedByMany(world, 20)
    return certify(world)
  }),
  refuses('ProjectCertified', 'conflict-of-interest', 'by an affiliate of the owner that may certify any', (world) => {
    assess(world)
    anywhere(world)
    affiliate(world, 'sun ltd', 'assessor')
    return certify(world)
  }),
  refuses('ProjectCertified', 'accreditation-missing', 'without accreditation, where it may certify any', (world) => {
    world.do('OrganisationRegistered', certifier(world, 'assessor'))
    const mandate = { mandate: world.id('lead assessor'), organisation: world.id('assessor'), role: 'certifier/Admin' }
    world.do('MandateGranted', { ...mandate, limit: null })
    accredit(world, { scopes: ['3'] })
    anywhere(world)
    return certify(world)
  }),
  refuses('ProjectCertified', 'accreditation-missing', 'on the day after its accreditation ended', (world) => {
    assigned(world)
    world.now = '2026-02-01T00:00:00.000Z'
    return certify(world)
  }),
  writes(
    'ProjectCertified',
    'its name stands by the project',
    (world) => {
      assigned(world)
      return certify(world)
    },
    ['project solar: certifiedBy [] → [{organisation:assessor,index:27}]'],
  ),
  writes(
    'ProjectCertified',
    'beside that of another',
    (world) => {
      assigned(world)
      certifiedByMany(world, 1)
      return certify(world)
    },
    [
      'project solar: certifiedBy [{organisation:certifier 0,index:0}] → [{organisation:certifier 0,index:0},{organisation:assessor,index:27}]',
    ],
  ),
]

const revokedCases: Case[] = [
  refuses('CertificationRevoked', 'project-unknown', 'a project that nobody registered', (world) =>
    revoke(world, { project: world.id('nothing') }),
  ),
  refuses('CertificationRevoked', 'nothing-changes', 'one that was never given', (world) => {
    assigned(world)
    return revoke(world)
  }),
  refuses('CertificationRevoked', 'code-unknown', 'a reason that the preset does not have', (world) => {
    certified(world)
    return revoke(world, { reason: 'mood' })
  }),
  refuses('CertificationRevoked', 'not-permitted', 'by its owner', (world) => {
    certified(world)
    return revoke(world, {}, bySun(world))
  }),
  refuses('CertificationRevoked', 'not-permitted', 'by another certifier', (world) => {
    certified(world)
    world.do('OrganisationRegistered', certifier(world, 'rival'))
    const mandate = { mandate: world.id('lead rival'), organisation: world.id('rival'), role: 'certifier/Admin' }
    world.do('MandateGranted', { ...mandate, limit: null })
    return revoke(world, {}, { by: world.id('lead rival') })
  }),
  writes(
    'CertificationRevoked',
    'by the government, with what it has to say about it',
    (world) => {
      certified(world)
      return revoke(world, { text: world.hash('the plant was never built') })
    },
    ['project solar: certifiedBy [{organisation:assessor,index:27}] → []'],
  ),
  writes(
    'CertificationRevoked',
    'by the certifier itself, though it was released and is not accredited any more',
    (world) => {
      certified(world)
      world.do('CertifierReleased', { project: world.id('solar'), task: 'verification', reason: 'ended' })
      world.now = '2027-01-01T00:00:00.000Z'
      return revoke(world, { reason: 'clerical-error' }, byAssessor(world))
    },
    ['project solar: certifiedBy [{organisation:assessor,index:27}] → []'],
  ),
  writes(
    'CertificationRevoked',
    'that of a certifier which is suspended; those of others stay',
    (world) => {
      certified(world)
      suspendCompany(world, 'assessor')
      return revoke(world)
    },
    ['project solar: certifiedBy [{organisation:assessor,index:27}] → []'],
  ),
  writes(
    'ProjectCertified',
    'anew, after it was revoked',
    (world) => {
      certified(world)
      revoke(world)
      return certify(world)
    },
    ['project solar: certifiedBy [] → [{organisation:assessor,index:29}]'],
  ),
]

const issue = (world: World) =>
  world.try(
    'BatchIssued',
    {
      batch: world.id('new'),
      authorisation: world.id('solar itmo'),
      vintage: '2025',
      quantity: '10',
      monitoringPeriod: null,
    },
    byBoth(world),
  )

const neededCases: Case[] = [
  refuses('BatchIssued', 'certification-missing', 'after the certification was revoked', (world) => {
    certified(world)
    certificationNeeded(world)
    revoke(world)
    return issue(world)
  }),
  writes(
    'BatchIssued',
    'certified by two, of whom one is an affiliate of the owner by now',
    (world) => {
      certified(world)
      certificationNeeded(world)
      world.do('OrganisationRegistered', certifier(world, 'second assessor'))
      world.do('MandateGranted', {
        ...{ mandate: world.id('another assessor'), organisation: world.id('second assessor') },
        ...{ role: 'certifier/Admin', limit: null },
      })
      const accreditation = { organisation: world.id('second assessor'), accreditation: world.id('another') }
      accredit(world, accreditation)
      assign(world, { task: 'validation', organisation: world.id('second assessor') })
      world.do('ProjectCertified', { project: world.id('solar') }, { by: world.id('another assessor') })
      affiliate(world, 'sun ltd', 'assessor')
      return issue(world)
    },
    [
      'new batch new: space national:XT/ITMO, first 401, last 410, class solar/2025/ITMO, project solar, vintage 2025, unitType ITMO, authorisation solar itmo',
      'space national:XT/ITMO: next 401 → 411',
      'output solar/ITMO: issued 300 → 310',
      'authorisation solar itmo: issued 300 → 310',
      'new issued new: index 35, says hash',
      'new remainder solar/2025/ITMO: micro 0',
      'remainder solar/ITMO: as before',
      'outstanding solar: units 300 → 310',
      '10 solar/2025/ITMO: issuance → sun',
      'units new 401-410: sun',
    ],
  ),
]

export const certificationCases: Case[] = [...certifiedCases, ...revokedCases, ...neededCases]
