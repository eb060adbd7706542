import { expect, it } from 'vitest'
import { affiliate } from './cases/certifier.fixture.ts'
import { country } from './cases/country.fixture.ts'
import { suspendCompany } from './cases/people.fixture.ts'
import type { World } from './cases/world.fixture.ts'
import { admitOutside, type OutsideAct, outsideReads } from './outside.ts'
import type { Put } from './rows.ts'
import { State } from './state.ts'

const at = '2026-02-01T00:00:00.000Z'
const refused = (world: World, by: string, act: OutsideAct) =>
  admitOutside(world.state, world.law().permissions, { by: world.id(by), at }, act)?.refused

it('an owner may for the own project, the government for any, and nobody else', () => {
  const world = country()
  const act = { action: 'ndc.actions.submit', project: world.id('solar') }
  expect(refused(world, 'sun admin', act)).toBeUndefined()
  expect(refused(world, 'officer', act)).toBeUndefined()
  expect(refused(world, 'port admin', act)).toBe('not-permitted')
  expect(refused(world, 'root', act)).toBe('not-permitted')
  expect(refused(world, 'nobody', act)).toBe('mandate-unknown')
})

it('what an act concerns is what it names, and without that the owners', () => {
  const world = country()
  const record = (organisations: string[]) => ({ action: 'financing.record', organisations })
  expect(refused(world, 'port admin', record([world.id('port ltd')]))).toBeUndefined()
  expect(refused(world, 'port admin', record([world.id('sun ltd')]))).toBe('not-permitted')
  expect(refused(world, 'port admin', record([]))).toBe('not-permitted')
  expect(refused(world, 'port admin', { action: 'financing.record' })).toBe('not-permitted')
})

it('a mandate that was revoked and an organisation that is suspended do nothing', () => {
  const world = country()
  const act = { action: 'ndc.actions.submit', project: world.id('solar') }
  const revoked = world.copy()
  revoked.do('MandateRevoked', { mandate: revoked.id('sun admin') })
  expect(refused(revoked, 'sun admin', act)).toBe('mandate-revoked')
  suspendCompany(world, 'sun ltd')
  expect(refused(world, 'sun admin', act)).toBe('organisation-suspended')
})

it('nobody decides for an owner or for its affiliate, and a project must be there', () => {
  const world = country()
  const decide = (project: string) => ({ action: 'ndc.actions.decide', project: world.id(project) })
  expect(refused(world, 'officer', decide('solar'))).toBeUndefined()
  affiliate(world, 'sun ltd', 'authority')
  expect(refused(world, 'officer', decide('solar'))).toBe('conflict-of-interest')
  expect(refused(world, 'officer', decide('tide'))).toBeUndefined()
  expect(refused(world, 'officer', decide('nothing'))).toBe('project-unknown')
  expect(refused(world, 'officer', { ...decide('solar'), interests: [] })).toBeUndefined()
})

it('an action that the table does not know, or of which it asks for approvals, is open to nobody', () => {
  const world = country()
  const act = { action: 'inventory.finalise', organisations: [] }
  expect(refused(world, 'officer', { ...act, action: 'inventory.forget' })).toBe('not-permitted')
  expect(refused(world, 'officer', act)).toBeUndefined()
  world.adopt('permissions', (table) => {
    Object.assign(table.approvals, { 'inventory.finalise': [{ count: 1, by: ['government/Admin'] }] })
  })
  expect(refused(world, 'officer', act)).toBe('approval-missing')
})

it('names every row that it looks at', () => {
  const world = country()
  const act = { action: 'ndc.actions.decide', project: world.id('solar') }
  const state = new State('partial')
  const by = world.id('officer')
  for (;;) {
    const missing = outsideReads(state, by, act).filter(({ kind, id }) => !state.isLoaded(kind, id))
    if (missing.length === 0) break
    for (const { kind, id } of missing) {
      const row = world.state.get(kind, id)
      if (row) state.load({ kind, id, row } as Put)
      state.markLoaded(kind, id)
    }
  }
  expect(admitOutside(state, world.law().permissions, { by, at }, act)).toBeUndefined()
})
