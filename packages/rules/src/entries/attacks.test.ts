import { describe, expect, it } from 'vitest'
import { authorisation, country, issuance } from '../cases/country.fixture.ts'
import { policy, retirement, transfer } from '../cases/movements.cases.ts'
import { byBoth, byPort, bySun } from '../cases/people.fixture.ts'
import type { World } from '../cases/world.fixture.ts'

/** What somebody tries who wants more than the rules give. After every entry the whole books are checked, too. */

const END = '2026-01-10T00:00:00.000Z'

function pledge(world: World, change: object = {}) {
  const request = { pledge: world.id('pledge'), batch: world.id('solar 2024'), account: world.id('sun') }
  const more = { to: world.id('port ltd'), reason: 'collateral', expiresAt: null, ranges: [['1', '10']] }
  return world.try('UnitsPledged', { ...request, ...more, ...change }, bySun(world))
}

function propose(world: World, change: object = {}) {
  const about = { movement: world.id('movement'), kind: 'transfer', purpose: null, beneficiary: null }
  const request = { ...transfer(world), ...about, acceptance: true, expiresAt: END, ...change }
  return world.try('MovementProposed', request, bySun(world))
}

describe('units that are kept for somebody', () => {
  it('are not freed by a movement under the id of their pledge', () => {
    const world = country()
    pledge(world)
    expect(propose(world, { movement: world.id('pledge'), ranges: [['11', '11']] })).toMatchObject({
      refused: 'already-exists',
    })
    expect(world.try('CreditsTransferred', transfer(world), bySun(world))).toMatchObject({ refused: 'on-hold' })
  })

  it('are not freed by a pledge under the id of their movement', () => {
    const world = country()
    propose(world)
    expect(pledge(world, { pledge: world.id('movement'), ranges: [['11', '11']] })).toMatchObject({
      refused: 'already-exists',
    })
  })

  it('are not pledged twice, not even together with free ones', () => {
    const world = country()
    pledge(world)
    const wider = { pledge: world.id('second'), ranges: [['10', '20']] }
    expect(pledge(world, wider)).toMatchObject({ refused: 'on-hold' })
    expect(pledge(world, { ...wider, ranges: [['1', '300']] })).toMatchObject({ refused: 'on-hold' })
  })

  it('do not move as if they were the movement itself', () => {
    const world = country()
    pledge(world)
    const pending = world.id('pledge')
    const request = { ...transfer(world), pending }
    // An officer may take the step of a movement that there is none of.
    expect(world.try('CreditsTransferred', request, { by: world.id('officer') })).toMatchObject({
      refused: 'movement-unknown',
    })
  })

  it('do not go back by a correction, not even together with free ones', () => {
    const world = country()
    const { entry } = world.do('CreditsTransferred', transfer(world), bySun(world))
    const pledged = { pledge: world.id('pledge'), batch: world.id('solar 2024'), account: world.id('port') }
    const more = { to: world.id('sun ltd'), reason: 'collateral', expiresAt: null, ranges: [['5', '10']] }
    world.do('UnitsPledged', { ...pledged, ...more }, byPort(world))
    const correction = { original: entry, reason: 'wrong-receiver' }
    expect(world.try('EntryCorrected', correction, byBoth(world))).toMatchObject({ refused: 'on-hold' })
  })

  it('are free once, when the movement is over, and its last step is not taken twice', () => {
    const world = country()
    propose(world)
    const request = { ...transfer(world), pending: world.id('movement') }
    world.do('CreditsTransferred', request, byPort(world))
    world.do('CreditsTransferred', { ...transfer(world), from: world.id('port'), to: world.id('sun') }, byPort(world))
    expect(world.try('CreditsTransferred', request, { by: world.id('officer') })).toMatchObject({
      refused: 'movement-unknown',
    })
    expect(propose(world)).toMatchObject({ refused: 'already-exists' })
  })
})

describe('two mandates', () => {
  it('are asked for above what the account allows to one, whatever the permission table says', () => {
    const world = country()
    policy(world, 'sun', { secondAbove: '9' })
    const asked = { needed: '1', given: '0' }
    for (const [type, request] of [
      ['CreditsTransferred', transfer(world)],
      ['CreditsRetired', retirement(world)],
      ['CreditsCancelled', { ...retirement(world), to: world.id('sun cancellation') }],
      ['BufferContributed', { ...transfer(world), to: world.id('buffer'), repays: null }],
      ['ReceiverTrusted', { account: world.id('sun'), receiver: world.id('port') }],
    ] as const) {
      expect(world.try(type, request, bySun(world)), type).toMatchObject({ refused: 'approval-missing', detail: asked })
    }
    expect(pledge(world)).toMatchObject({ refused: 'approval-missing' })
    const loose = { secondAbove: null, acceptance: false, trustedOnly: false }
    expect(world.try('AccountPolicySet', { account: world.id('sun'), policy: loose }, bySun(world))).toMatchObject({
      refused: 'approval-missing',
    })
    world.do('CreditsTransferred', { ...transfer(world), ranges: [['1', '9']] }, bySun(world))
  })

  it('are named where the last step of a movement comes too early, and nothing is proposed', () => {
    const world = country()
    policy(world, 'sun', { secondAbove: '0' })
    world.adopt('permissions', ({ approvals }) =>
      Object.assign(approvals, { 'credits.transfer': [{ count: 1, by: ['government/Admin'] }] }),
    )
    const movement = { movement: world.id('movement'), kind: 'transfer', purpose: null, beneficiary: null }
    const waiting = { ...transfer(world), ...movement, acceptance: true, expiresAt: '2026-01-20T00:00:00.000Z' }
    world.do('MovementProposed', waiting, bySun(world))
    const last = { ...transfer(world), pending: world.id('movement') }
    const holders = world.id('sun ltd')
    const tooEarly = world.try('CreditsTransferred', last, { by: world.id('sun second') })
    expect(tooEarly).toEqual({
      refused: 'step-missing',
      detail: { field: 'pending', step: 'movements.approve', roles: 'government/Admin', holders, left: '3' },
    })
    world.do('MovementApproved', { movement: world.id('movement') })
    expect(world.try('CreditsTransferred', last, { by: world.id('sun second') })).toEqual({
      refused: 'step-missing',
      detail: { field: 'pending', step: 'movements.approve', holders, left: '2' },
    })
  })

  it('are two of the holder: an officer and a mandate of the receiver are none', () => {
    const world = country()
    policy(world, 'sun', { secondAbove: '0' })
    const by = world.id('sun admin')
    for (const other of ['officer', 'port second']) {
      expect(world.try('CreditsTransferred', transfer(world), { by, approvers: [world.id(other)] })).toMatchObject({
        refused: 'not-permitted',
      })
    }
    expect(world.try('CreditsTransferred', transfer(world), { by, approvers: [by] })).toMatchObject({
      refused: 'approval-not-distinct',
    })
    world.do('CreditsTransferred', transfer(world), { by, approvers: [world.id('sun second')] })
  })

  it('have each their own limit', () => {
    const world = country()
    policy(world, 'sun', { secondAbove: '0' })
    const small = { mandate: world.id('small'), organisation: world.id('sun ltd'), role: 'developer/Admin', limit: '9' }
    world.do('MandateGranted', small)
    const [by, approver] = [world.id('sun admin'), world.id('small')]
    expect(world.try('CreditsTransferred', transfer(world), { by, approvers: [approver] })).toMatchObject({
      refused: 'mandate-limit',
    })
    expect(world.try('CreditsTransferred', transfer(world), { by: approver, approvers: [by] })).toMatchObject({
      refused: 'mandate-limit',
    })
    propose(world, { acceptance: false })
    const step = { ...transfer(world), pending: world.id('movement') }
    expect(world.try('CreditsTransferred', step, { by: approver })).toMatchObject({ refused: 'mandate-limit' })
    expect(propose(world, { movement: world.id('other'), ranges: [['11', '300']] })).not.toHaveProperty('refused')
  })
})

describe('first transfers', () => {
  const set = (world: World, ranges: [string, string][]) => {
    const request = { batch: world.id('wave'), account: world.id('sun'), ranges, event: 'authorisation' }
    return world.try('FirstTransferRecorded', request, byBoth(world))
  }
  function forOthers(): World {
    const world = country()
    const terms = { purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'authorisation', quantity: '300' }
    world.do('QuantityAuthorised', { ...authorisation(world, 'solar', 'wave'), ...terms })
    world.decree('BatchIssued', { ...issuance(world, 'solar', '2025', '300', 'wave'), batch: world.id('wave') })
    return world
  }

  it('count a unit once that is named twice', () => {
    const world = forOthers()
    expect(
      set(world, [
        ['401', '405'],
        ['401', '405'],
      ]),
    ).toMatchObject({ refused: 'ranges-disorder' })
    expect(
      set(world, [
        ['401', '405'],
        ['403', '410'],
      ]),
    ).toMatchObject({ refused: 'ranges-disorder' })
  })

  it('do not divide what moves by quantity: units side by side are one range', () => {
    const world = forOthers()
    set(world, [['411', '420']])
    const asked = { batch: world.id('wave'), from: world.id('sun'), to: world.id('port'), quantity: '40' }
    expect(world.do('CreditsTransferred', asked, bySun(world)).entry.body).toMatchObject({ ranges: [['401', '440']] })
  })

  it('happen once in the life of a unit', () => {
    const world = forOthers()
    set(world, [['401', '600']])
    expect(set(world, [['600', '601']])).toMatchObject({ refused: 'already-transferred' })
    const abroad = {
      batch: world.id('wave'),
      from: world.id('sun'),
      to: world.id('sun abroad'),
      ranges: [['591', '700']],
    }
    world.do('CreditsTransferredAbroad', abroad, { by: world.id('sun admin'), approvers: [world.id('officer')] })
    expect(world.state.get('authorisation', world.id('wave'))?.transferred).toBe(300n)
  })
})

describe('units from abroad', () => {
  const series = { cooperativeApproach: 'CA0002', registry: 'KEN01', party: 'KEN', vintage: '2024' }
  const acquire = (world: World, change: object = {}) => {
    const request = { batch: world.id('kenya'), from: world.id('sun abroad'), to: world.id('sun'), series }
    return world.try('CreditsAcquired', { ...request, ranges: [['1', '10']], ...change }, byBoth(world))
  }

  it('are not ours under another name: neither the Party nor the registry is', () => {
    const world = country()
    for (const own of [{ party: 'XTX' }, { registry: 'XTX01' }, { registry: 'XTX02' }]) {
      expect(acquire(world, { series: { ...series, ...own } })).toMatchObject({ refused: 'registry-own' })
    }
  })

  it('enter once', () => {
    const world = country()
    acquire(world)
    expect(acquire(world)).toMatchObject({ refused: 'already-exists' })
    expect(acquire(world, { from: world.id('port abroad') })).toMatchObject({ refused: 'already-exists' })
    expect(acquire(world, { ranges: [['10', '11']] })).toMatchObject({ refused: 'already-exists' })
  })

  it('do not reach an account on hold', () => {
    const world = country()
    const hold = { hold: world.id('hold'), account: world.id('sun'), batch: null, range: null }
    world.do('HoldPlaced', { ...hold, reason: 'court-order', expiresAt: null })
    expect(acquire(world)).toMatchObject({ refused: 'on-hold' })
  })

  it('come back only from the account that they left for', () => {
    const world = country()
    const away = { ...transfer(world), to: world.id('sun abroad') }
    world.do('CreditsTransferredAbroad', away, { by: world.id('sun admin'), approvers: [world.id('officer')] })
    const home = { batch: world.id('solar 2024'), series: null, ranges: [['1', '10']] }
    expect(acquire(world, { ...home, from: world.id('port abroad') })).toMatchObject({ refused: 'not-owned' })
    expect(acquire(world, { ...home, ranges: [['1', '11']] })).toMatchObject({ refused: 'not-owned' })
    acquire(world, home)
    expect(acquire(world, home)).toMatchObject({ refused: 'not-owned' })
  })
})
