import { describe, expect, it } from 'vitest'
import { FIRST_TRANSFER, ITMO, wordOf } from '../attributes.ts'
import { authorisation, country, issuance } from '../cases/country.fixture.ts'
import { byBoth, byPort, bySun } from '../cases/people.fixture.ts'
import type { World } from '../cases/world.fixture.ts'
import { countOf, sumOf } from '../ids.ts'

/** Calculations that a person has done by hand, done by the rules. */

const account = (world: World, name: string, batch: string) =>
  sumOf(
    world.state
      .runs(world.id(batch))
      .all()
      .filter((run) => run.account === world.id(name)),
  )

const abroad = (world: World, batch: string, ranges: [string, string][]) =>
  world.do(
    'CreditsTransferredAbroad',
    { batch: world.id(batch), from: world.id('sun'), to: world.id('sun abroad'), ranges },
    { by: world.id('sun admin'), approvers: [world.id('officer')] },
  )

describe('an authorisation of 1000 ITMOs, of which 400 are for other purposes', () => {
  function world(): World {
    const made = country()
    const terms = { purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'authorisation', quantity: '1000' }
    made.do('QuantityAuthorised', { ...authorisation(made, 'solar', 'A1'), ...terms })
    made.decree('BatchIssued', { ...issuance(made, 'solar', '2024', '1000', 'A1'), batch: made.id('A1') })
    const apart = { batch: made.id('A1'), account: made.id('sun'), ranges: [['1001', '1400']], event: 'authorisation' }
    made.decree('FirstTransferRecorded', apart)
    abroad(made, 'A1', [['401', '800']])
    return made
  }
  const transferred = (made: World) => made.state.get('authorisation', made.id('A1'))?.transferred
  const untransferred = (made: World) => {
    const runs = made.state.runs(made.id('A1')).all()
    return sumOf(runs.filter(({ attributes }) => wordOf(attributes, FIRST_TRANSFER) === undefined))
  }

  it('1000 = 400 set apart + 400 transferred + 200 that are held', () => {
    const made = world()
    expect(transferred(made)).toBe(800n)
    expect(untransferred(made)).toBe(200n)
    expect(account(made, 'sun', 'A1')).toBe(600n)
    expect(account(made, 'sun abroad', 'A1')).toBe(400n)
  })

  it('a later transfer of 50 of the 200 is a first transfer and adds 50; of those set apart it adds none', () => {
    const made = world()
    abroad(made, 'A1', [['801', '850']])
    expect(transferred(made)).toBe(850n)
    abroad(made, 'A1', [['1001', '1100']])
    expect(transferred(made)).toBe(850n)
  })

  it('gives each unit one ITMO number, in the order of their first transfers', () => {
    const made = world()
    abroad(made, 'A1', [['801', '850']])
    const runs = made.state.runs(made.id('A1')).all()
    const numbers = runs.flatMap((run) => {
      const offset = wordOf(run.attributes, ITMO)?.split(':')[1]
      return offset === undefined ? [] : [[run.first, run.first + BigInt(offset), countOf(run)]]
    })
    expect(numbers).toEqual([
      [401n, 401n, 400n],
      [801n, 801n, 50n],
      [1001n, 1n, 400n],
    ])
  })
})

describe('tonnes that are no whole units', () => {
  const issue = (world: World, certified: string, vintage = '2025', batch = `batch ${certified}`) => {
    const request = {
      ...issuance(world, 'solar', vintage, '1'),
      batch: world.id(batch),
      quantity: undefined,
      certified,
    }
    return world.try('BatchIssued', request, byBoth(world))
  }
  const carried = (world: World, id: string) => world.state.get('remainder', `${world.id('solar')}/${id}`)?.micro
  const issued = (world: World) => world.state.get('authorisation', world.id('solar itmo'))?.issued

  it('25.51 are 25 units, not 26; 0.1285 are none; the rest is carried until it is a unit', () => {
    const world = country()
    issue(world, '25.51')
    expect(issued(world)).toBe(325n)
    expect(carried(world, '2025/ITMO')).toBe(510_000n)
    expect(issue(world, '0.1285')).toMatchObject({ refused: 'nothing-to-issue' })
    const about = { authorisation: world.id('solar itmo'), vintage: '2025', monitoringPeriod: null }
    world.decree('OutcomeCarried', { ...about, certified: '0.1285' })
    issue(world, '0.3615')
    expect(issued(world)).toBe(326n)
    expect(carried(world, '2025/ITMO')).toBe(0n)
  })

  it('a deficit is made good before anything is issued, in whatever vintage', () => {
    const world = country()
    const about = { authorisation: world.id('solar itmo'), vintage: '2024', monitoringPeriod: null }
    world.decree('OutcomeCarried', { ...about, certified: '-30.5' })
    expect(issue(world, '30')).toMatchObject({ refused: 'nothing-to-issue' })
    issue(world, '40.75')
    expect(issued(world)).toBe(310n)
    expect(carried(world, 'ITMO')).toBe(0n)
    expect(carried(world, '2025/ITMO')).toBe(250_000n)
  })
})

describe('the buffer', () => {
  const terms = (world: World, project: string, buffer: string) =>
    world.decree('IssuanceTermsSet', { project: world.id(project), buffer, exempt: [], reason: 'risk-assessment' })
  const issue = (world: World, project: string, vintage: string, quantity: string) =>
    world.decree('BatchIssued', {
      ...issuance(world, project, vintage, quantity),
      batch: world.id(`${project} ${vintage} b`),
    })
  const cancel = (world: World, batch: string, quantity: string) =>
    world.try(
      'BufferCancelled',
      {
        reversal: world.id('fire'),
        batch: world.id(batch),
        from: world.id('buffer'),
        to: world.id('made good'),
        quantity,
      },
      byBoth(world),
    )

  it('pays a loss with the own units first and the oldest vintage first, then with those of others', () => {
    const world = country()
    for (const project of ['solar', 'tide']) terms(world, project, '10')
    issue(world, 'solar', '2025', '101') // 11 to the buffer: a part of a unit is rounded up
    issue(world, 'solar', '2024', '50') // 5
    issue(world, 'tide', '2023', '100') // 10
    const loss = { reversal: world.id('fire'), project: world.id('solar'), occurredOn: '2025-07-01', cause: 'fire' }
    world.do('ReversalReported', loss, bySun(world))
    const twenty = { decision: 'unavoidable', quantity: '20', unitType: 'ITMO' }
    world.decree('ReversalDecided', { reversal: world.id('fire'), ...twenty })
    const wrong = { refused: 'buffer-order' }
    expect(cancel(world, 'tide 2023 b', '4')).toMatchObject(wrong)
    expect(cancel(world, 'solar 2025 b', '11')).toMatchObject(wrong)
    expect(cancel(world, 'solar 2024 b', '5')).not.toHaveProperty('refused')
    expect(cancel(world, 'tide 2023 b', '4')).toMatchObject(wrong)
    expect(cancel(world, 'solar 2025 b', '11')).not.toHaveProperty('refused')
    expect(cancel(world, 'tide 2023 b', '5')).toMatchObject({ refused: 'too-much' })
    expect(cancel(world, 'tide 2023 b', '4')).not.toHaveProperty('refused')
    expect(world.state.get('reversal', world.id('fire'))).toMatchObject({ state: 'compensated', compensated: 20n })
    expect(world.state.get('project', world.id('solar'))).toMatchObject({ reversals: 0, debts: {} })
    expect(world.state.get('pool', 'all/ITMO')).toMatchObject({ in: 26n, cancelled: 20n, vintages: { 2023: '6' } })
  })

  it('lends for a loss that could have been avoided, and takes it back from the next issuances', () => {
    const world = country()
    terms(world, 'tide', '50')
    issue(world, 'tide', '2023', '100')
    const loss = { reversal: world.id('fire'), project: world.id('solar'), occurredOn: '2025-07-01', cause: 'fire' }
    world.do('ReversalReported', loss, bySun(world))
    const forty = { decision: 'avoidable', quantity: '40', unitType: 'ITMO' }
    world.decree('ReversalDecided', { reversal: world.id('fire'), ...forty })
    cancel(world, 'tide 2023 b', '30')
    const own = { reversal: world.id('fire'), batch: world.id('solar 2024'), from: world.id('sun') }
    world.do('ReversalCompensated', { ...own, to: world.id('sun cancellation'), quantity: '10' }, bySun(world))
    expect(world.state.get('project', world.id('solar'))).toMatchObject({ reversals: 0, debts: { ITMO: '30' } })
    issue(world, 'solar', '2025', '20')
    expect(account(world, 'buffer', 'solar 2025 b')).toBe(20n)
    const gift = { batch: world.id('tide 2024'), from: world.id('port'), to: world.id('buffer'), quantity: '4' }
    world.do('BufferContributed', { ...gift, repays: world.id('solar') }, byPort(world))
    issue(world, 'solar', '2024', '20')
    expect(account(world, 'buffer', 'solar 2024 b')).toBe(6n)
    expect(account(world, 'sun', 'solar 2024 b')).toBe(14n)
    expect(world.state.get('project', world.id('solar'))?.debts).toEqual({})
  })
})

describe('a revoked authorisation', () => {
  it('leaves what was first transferred; all else is good for use at home alone', () => {
    const world = country()
    abroad(world, 'solar 2024', [['1', '100']])
    const { project: _, unitType: __, ...terms } = authorisation(world, 'solar')
    const revocation = { version: 2, change: 'revoke', reason: 'integrity', effectiveFrom: '2026-01-01' }
    world.decree('AuthorisationChanged', { ...terms, ...revocation })
    expect(() => abroad(world, 'solar 2024', [['101', '110']])).toThrow('authorisation-revoked')
    const retired = { batch: world.id('solar 2024'), from: world.id('sun'), to: world.id('sun retirement') }
    world.do(
      'CreditsRetired',
      { ...retired, ranges: [['101', '110']], purpose: 'voluntary', beneficiary: null },
      bySun(world),
    )
    const back = { batch: world.id('solar 2024'), from: world.id('sun abroad'), to: world.id('treasury'), series: null }
    world.decree('CreditsAcquired', { ...back, ranges: [['1', '100']] })
    const used = { batch: world.id('solar 2024'), from: world.id('treasury'), to: world.id('ndc use'), year: '2024' }
    world.decree('CreditsUsed', { ...used, ranges: [['1', '100']] })
    expect(world.state.get('authorisation', world.id('solar itmo'))?.transferred).toBe(100n)
  })
})
