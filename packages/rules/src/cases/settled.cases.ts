import { decide, filled, fromBuffer, report } from './buffer.fixture.ts'
import { type Case, given, refuses, writes } from './case.fixture.ts'
import { byBoth, bySun } from './people.fixture.ts'
import { credit, keepPeriods, open, step } from './periods.fixture.ts'
import type { World } from './world.fixture.ts'

const deregister = (world: World) =>
  world.try('ProjectMoved', { project: world.id('solar'), move: 'deregister' }, { by: world.id('officer') })

/** Sun retires what it has of these serials. */
const retire = (world: World, ...ranges: [string, string][]) => {
  const parties = { batch: world.id('solar 2024'), from: world.id('sun'), to: world.id('sun retirement') }
  return world.try('CreditsRetired', { ...parties, ranges, purpose: 'voluntary', beneficiary: null }, bySun(world))
}

/** Nobody has a unit of Solar any more. */
export function retired(world: World): void {
  given(retire(world, ['1', '300']))
}

/** Nothing of Solar is open, and it is over. */
export function deregistered(world: World): void {
  retired(world)
  given(deregister(world))
}

/** So many were lost, and the buffer has lent them: the project owes them. */
function owing(world: World): void {
  filled(world)
  given(report(world), decide(world, 'avoidable', '10'))
  given(world.try('BufferCancelled', fromBuffer(world), byBoth(world)))
  given(retire(world, ['101', '300']))
}

export const settledCases: Case[] = [
  refuses('ProjectMoved', 'not-settled', 'units that the owner has', (world) => deregister(world)),
  refuses('ProjectMoved', 'not-settled', 'the last unit, which another holder has', (world) => {
    const parties = { batch: world.id('solar 2024'), from: world.id('sun'), to: world.id('port') }
    given(world.try('CreditsTransferred', { ...parties, ranges: [['300', '300']] }, bySun(world)))
    given(retire(world, ['1', '299']))
    return deregister(world)
  }),
  refuses('ProjectMoved', 'not-settled', 'units that came back from abroad', (world) => {
    const there = { batch: world.id('solar 2024'), from: world.id('sun'), to: world.id('sun abroad') }
    const ranges = [['1', '300']]
    given(
      world.try(
        'CreditsTransferredAbroad',
        { ...there, ranges },
        { ...bySun(world), approvers: [world.id('officer')] },
      ),
    )
    const back = { ...there, from: there.to, to: there.from, ranges: [['7', '7']], series: null }
    given(world.try('CreditsAcquired', back, byBoth(world)))
    return deregister(world)
  }),
  refuses('ProjectMoved', 'not-settled', 'a monitoring period that is open', (world) => {
    keepPeriods(world)
    given(credit(world), open(world))
    retired(world)
    return deregister(world)
  }),
  refuses('ProjectMoved', 'not-settled', 'a loss that nobody has decided on', (world) => {
    retired(world)
    given(report(world))
    return deregister(world)
  }),
  refuses('ProjectMoved', 'not-settled', 'what it owes to the buffer', (world) => {
    owing(world)
    return deregister(world)
  }),
  writes(
    'ProjectMoved',
    'nothing is open, and the buffer keeps its part',
    (world) => {
      keepPeriods(world)
      given(credit(world), open(world), step(world, 'withdraw-report', bySun(world)))
      filled(world)
      given(retire(world, ['101', '300']))
      return deregister(world)
    },
    [
      'project solar: state registered → deregistered, entered {index:15,at:2026-01-01T00:00:00.000Z} → {index:29,at:2026-01-01T00:00:00.000Z}',
      'ledger: states {registered:2} → {registered:1,deregistered:1}',
    ],
  ),
]
