import type { World } from './world.fixture.ts'

export const bySun = (world: World) => ({ by: world.id('sun admin') })
/** By Sun, approved by an officer who has not admitted it. */
export const byHolder = (world: World) => ({ ...bySun(world), approvers: [world.id('officer')] })
export const byPort = (world: World) => ({ by: world.id('port admin') })
export const bySystem = (world: World) => ({ by: world.id('system') })
/** One officer proposes, the other approves. */
export const byBoth = (world: World) => ({ by: world.id('officer'), approvers: [world.id('second officer')] })

/** A mandate that Sun's admin grants alone. */
export function colleague(world: World): void {
  const mandate = world.id('sun colleague')
  const request = { mandate, organisation: world.id('sun ltd'), role: 'developer/Admin', limit: null }
  world.do('MandateGranted', request, bySun(world))
}

/** Officers of the government may do this for anybody. */
export function officersMay(world: World, ...actions: string[]): void {
  world.adopt('permissions', (table) => {
    const known = table.actions as Record<string, object>
    for (const action of actions) Object.assign(known, { [action]: { ...known[action], 'government/Admin': 'any' } })
  })
}

export function suspend(world: World, account: string): void {
  world.do('AccountSuspended', { account: world.id(account), reason: 'investigation' })
}

export function suspendCompany(world: World, organisation: string): void {
  world.do('OrganisationSuspended', { organisation: world.id(organisation), reason: 'investigation' })
}
