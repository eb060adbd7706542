import type { Options, Outcome, World } from './world.fixture.ts'

/** Registers a certifier of this name. */
export const certifier = (world: World, name: string) => ({
  organisation: world.id(name),
  kind: 'certifier',
  name: world.hash(name),
})

export function affiliate(world: World, a: string, b: string, options: Options = {}): Outcome {
  const organisations = [world.id(a), world.id(b)].sort()
  return world.try('AffiliationRecorded', { organisations, kind: 'ownership' }, options)
}

export function accredit(world: World, change: object = {}): Outcome {
  return world.try('CertifierAccredited', {
    organisation: world.id('assessor'),
    accreditation: world.id('accreditation'),
    body: world.hash('accreditors'),
    scopes: ['1', '3'],
    from: '2025-01-01',
    to: '2026-01-31',
    ...change,
  })
}

export function assign(world: World, change: object = {}): Outcome {
  const asked = { project: world.id('solar'), task: 'verification', organisation: world.id('assessor') }
  return world.try('CertifierAssigned', { ...asked, ...change })
}

/** Nothing is issued in this country before a certifier has certified the project. */
export function certificationNeeded(world: World): void {
  world.adopt('preset', (preset) =>
    Object.assign(preset, { certification: { states: ['registered'], neededToIssue: true } }),
  )
}

/** A certifier with one person, accredited for the scope of the projects. */
export function assess(world: World): void {
  world.do('OrganisationRegistered', certifier(world, 'assessor'))
  const mandate = { mandate: world.id('lead assessor'), organisation: world.id('assessor'), role: 'certifier/Admin' }
  world.do('MandateGranted', { ...mandate, limit: null })
  accredit(world)
}
