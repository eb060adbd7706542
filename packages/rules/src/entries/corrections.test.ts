import { describe, expect, it } from 'vitest'
import { authorisation, country, issuance, issuedAs, project_ } from '../cases/country.fixture.ts'
import { bySun } from '../cases/people.fixture.ts'
import type { World } from '../cases/world.fixture.ts'
import { encodeEntry, MAX_APPROVALS, MAX_ENTRY_BYTES, type StreamLink } from '../envelope.ts'
import { isRefusal } from '../refusal.ts'

const OWNERS = 50
const FIRST_SERIAL = 100_000_000_000_001n

/** So many officers that an entry bears all approvals that it may. */
function officers(world: World): string[] {
  return Array.from({ length: MAX_APPROVALS }, (_, at) => {
    const mandate = world.id(`officer ${at}`)
    const request = { mandate, organisation: world.id('authority'), role: 'government/Admin', limit: null }
    world.do('MandateGranted', request, { by: world.id('root') })
    return mandate
  })
}

/** As many owners as there may be, with shares that are written as long as they may be. */
function wave(world: World): void {
  const accounts = Array.from({ length: OWNERS }, (_, at) => world.id(`owner ${at}`))
  for (let from = 0; from < OWNERS; from += 20) {
    const opened = accounts.slice(from, from + 20).map((account) => ({ account, kind: 'holding' }))
    world.do('AccountsOpened', { organisation: world.id('sun ltd'), accounts: opened })
  }
  const owners = accounts.map((account, at) => ({ account, share: at % 2 === 0 ? '1.9999' : '2.0001' }))
  world.do('ProjectRegistered', { ...project_(world, 'wave', 'sun'), owners })
  world.do('ProjectMoved', { project: world.id('wave'), move: 'register' })
  for (const name of ['gap', 'wave a6er']) {
    const terms = { unitType: 'A6ER', quantity: '899999999999999' }
    world.do('QuantityAuthorised', { ...authorisation(world, 'wave', name), ...terms })
  }
}

/** Takes an entry back; the bytes of that, were every revision as long as one may be. */
function corrected(world: World, original: object, approvers: string[]): number {
  const outcome = world.try('EntryCorrected', { original, reason: 'clerical-error' }, { approvers })
  if (isRefusal(outcome)) throw new Error(JSON.stringify(outcome))
  const { entry } = outcome
  const streams = entry.streams.map(([id, , leaf]): StreamLink => [id, Number.MAX_SAFE_INTEGER, leaf])
  return encodeEntry({ ...entry, streams }).length
}

describe('the largest entry of its type can be taken back', () => {
  it('an issuance to as many owners as a project may have, with every levy and as many approvals as there may be', () => {
    const world = country()
    wave(world)
    world.adopt('preset', ({ levies }) => {
      Object.assign(levies, { unitTypes: { A6ER: { shareOfProceeds: '5.0001', omge: '2.0001', host: '10.0001' } } })
    })
    const approvers = officers(world)
    // The numbers before these are another batch's, so that all have as many digits as there are.
    const gap = { ...issuance(world, 'wave', '2024', `${FIRST_SERIAL - 1n}`, 'gap'), batch: world.id('gap') }
    world.decree('BatchIssued', gap)
    const period = { from: '2025-01-01', to: '2025-12-31' }
    const whole = { quantity: undefined, certified: '500000000000000.000001', monitoringPeriod: period }
    const request = { ...issuance(world, 'wave', '2025', '', 'wave a6er'), ...whole }
    const { entry, index } = world.do('BatchIssued', request, { approvers })
    expect(entry.approvals).toHaveLength(MAX_APPROVALS)
    expect((entry.body.allotted as { parts: unknown[] }).parts).toHaveLength(OWNERS + 3)
    // Carried whole it would not fit.
    expect(encodeEntry(entry).length).toBeGreaterThan(14_000)
    const longest = corrected(world, issuedAs(entry, index), approvers)
    expect(longest).toBeLessThanOrEqual(MAX_ENTRY_BYTES)
  })

  it('a retirement of as many ranges as there may be', () => {
    const world = country()
    const approvers = officers(world)
    const most = { unitType: 'MCU', quantity: '900000000000000', purposes: [] }
    world.do('QuantityAuthorised', { ...authorisation(world, 'solar', 'most'), ...most, cooperativeApproach: null })
    const request = { ...issuance(world, 'solar', '2025', '900000000000000', 'most'), batch: world.id('most') }
    world.decree('BatchIssued', request)
    const ranges = Array.from({ length: 100 }, (_, at) => [
      `${FIRST_SERIAL + 4n * BigInt(at)}`,
      `${FIRST_SERIAL + 4n * BigInt(at) + 1n}`,
    ])
    const policy = { secondAbove: '0', acceptance: false, trustedOnly: false }
    world.do('AccountPolicySet', { account: world.id('sun'), policy }, bySun(world))
    world.adopt('permissions', ({ approvals }) =>
      Object.assign(approvals, { 'credits.retire': [{ count: 7, by: ['government/Admin'] }] }),
    )
    const ending = { from: world.id('sun'), to: world.id('sun retirement'), purpose: 'voluntary', ranges }
    const { entry } = world.do(
      'CreditsRetired',
      { batch: world.id('most'), ...ending, beneficiary: world.hash('somebody') },
      { by: world.id('sun admin'), approvers: [world.id('sun second'), ...approvers.slice(1)] },
    )
    expect(entry.approvals).toHaveLength(MAX_APPROVALS)
    const longest = corrected(world, entry, approvers)
    expect(longest).toBeLessThanOrEqual(MAX_ENTRY_BYTES)
  })
})
