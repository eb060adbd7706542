import { issuance } from './country.fixture.ts'
import { authorise } from './issuing.fixture.ts'
import { transfer } from './movements.cases.ts'
import { byBoth, bySun } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

type Body = Record<string, unknown>

/** ITMOs of Kenya, held by Sun: units of no project of ours. */
export function kenya(world: World): void {
  const series = { cooperativeApproach: 'CA0002', registry: 'KEN01', party: 'KEN', vintage: '2024' }
  const parties = { batch: world.id('kenya'), from: world.id('sun abroad'), to: world.id('sun') }
  world.decree('CreditsAcquired', { ...parties, ranges: [['1', '10']], series })
}

export const contribution = (world: World) => ({
  ...transfer(world),
  to: world.id('buffer'),
  repays: null as string | null,
})

export const give = (world: World, change: Body = {}) =>
  world.try('BufferContributed', { ...contribution(world), ...change }, bySun(world))

/** Units of Sun go to trusted receivers only. */
export function trustedOnly(world: World): void {
  const policy = { secondAbove: null, acceptance: false, trustedOnly: true }
  world.do('AccountPolicySet', { account: world.id('sun'), policy }, bySun(world))
}

export function trust(world: World, receiver: string): void {
  world.do('ReceiverTrusted', { account: world.id('sun'), receiver: world.id(receiver) }, bySun(world))
}

/** A hundred of Solar's units of 2024 in the buffer. */
export function filled(world: World): void {
  give(world, { ranges: [['1', '100']] })
}

export const report = (world: World, change: Body = {}) => {
  const about = { reversal: world.id('reversal'), project: world.id('solar'), occurredOn: '2026-01-01', cause: 'fire' }
  return world.try('ReversalReported', { ...about, ...change }, bySun(world))
}

export const decide = (world: World, decision: string, quantity: string | null, unitType = quantity && 'ITMO') =>
  world.try('ReversalDecided', { reversal: world.id('reversal'), decision, quantity, unitType }, byBoth(world))

/** A verified loss of ten of Solar's units. */
export function lost(world: World, decision = 'unavoidable'): void {
  report(world)
  decide(world, decision, '10')
}

export const loss = (world: World) => ({
  ...transfer(world),
  reversal: world.id('reversal'),
  to: world.id('sun cancellation'),
})

export const fromBuffer = (world: World) => ({ ...loss(world), from: world.id('buffer'), to: world.id('made good') })

export const paying = (world: World, change: Body = {}, before: (world: World) => void = ready) => {
  before(world)
  return world.try('BufferCancelled', { ...fromBuffer(world), ...change }, byBoth(world))
}

export function ready(world: World): void {
  filled(world)
  lost(world)
}

/** Ten units of another type, of Solar and Sun's. */
export function issueMcu(world: World): void {
  authorise(world, 'mcu', { unitType: 'MCU', purposes: [] })
  world.decree('BatchIssued', issuance(world, 'solar', '2025', '10', 'mcu'))
}
