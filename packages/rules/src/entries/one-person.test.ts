import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { country } from '../cases/country.fixture.ts'
import { policy, retirement, transfer } from '../cases/movements.cases.ts'
import type { World } from '../cases/world.fixture.ts'
import type { RuleName } from '../declarations.ts'
import { sumOf } from '../ids.ts'
import { isRefusal } from '../refusal.ts'

/**
 * One dishonest person who holds a mandate or two, and whatever mandates these can bring in, against an account that
 * its holder has guarded. Everybody else sleeps. Nothing may leave.
 */

type Request = Record<string, unknown>
type Step = [kind: number, who: number, other: number, detail: number]

const LOOSE = { secondAbove: null, acceptance: false, trustedOnly: false }

/** What a thief might send, of the mandates that are his. */
class Thief {
  readonly world: World
  readonly mandates: string[]
  #count = 0

  constructor(world: World, ...names: string[]) {
    this.world = world
    this.mandates = names.map((name) => world.id(name))
  }

  /** Units of the guarded account. */
  get left(): bigint {
    return sumOf([...this.world.state.runs(this.world.id('solar 2024')).ownedBy(this.world.id('sun'))])
  }

  step([kind, who, other, detail]: Step): void {
    const attempts = [
      () => this.#grant(who, detail),
      () => this.#send('MandateConfirmed', { mandate: this.#own(other) }, who),
      () => this.#loosen(who, other, detail),
      () => this.#trust(who, other, detail),
      () => this.#propose(who, detail),
      () => this.#finish(who),
      () => this.#move(who, other, detail),
      () => this.world.wait(detail % 9),
    ]
    attempts[kind % attempts.length]?.()
  }

  #own(at: number): string {
    return this.mandates[at % this.mandates.length] ?? ''
  }

  /** Some of his mandates approve what one of them sends. */
  #send(type: RuleName, request: Request, who: number, approvers: string[] = []): boolean {
    return !isRefusal(this.world.try(type, request, { by: this.#own(who), approvers }))
  }

  #grant(who: number, detail: number): void {
    this.#count += 1
    const mandate = this.world.id(`of the thief ${this.#count}`)
    const role = detail % 5 === 0 ? 'government/Admin' : 'developer/Admin'
    const organisation = this.world.id(role === 'developer/Admin' ? 'sun ltd' : 'authority')
    if (this.#send('MandateGranted', { mandate, organisation, role, limit: null }, who)) this.mandates.push(mandate)
  }

  #loosen(who: number, other: number, detail: number): void {
    const account = this.world.id(detail % 2 === 0 ? 'sun' : 'sun reserve')
    const approvers = detail % 3 === 0 ? [] : [this.#own(other)]
    this.#send('AccountPolicySet', { account, policy: LOOSE }, who, approvers)
  }

  #trust(who: number, other: number, detail: number): void {
    const receiver = this.world.id(['port', 'sun abroad', 'sun reserve'][detail % 3] ?? '')
    const approvers = detail % 2 === 0 ? [] : [this.#own(other)]
    this.#send('ReceiverTrusted', { account: this.world.id('sun'), receiver }, who, approvers)
  }

  #propose(who: number, detail: number): void {
    const { world } = this
    this.#count += 1
    const expiresAt = new Date(Date.parse(world.now) + 48 * 3_600_000).toISOString()
    const about = { movement: world.id(`movement ${this.#count}`), acceptance: false, expiresAt }
    const end = { ...retirement(world), kind: 'retirement' }
    const move = { ...transfer(world), kind: 'transfer', purpose: null, beneficiary: null }
    this.#send('MovementProposed', { ...(detail % 2 === 0 ? move : end), ...about, ranges: ranges(detail) }, who)
  }

  #finish(who: number): void {
    for (const put of [...this.world.state.rows()]) {
      if (put.kind !== 'pending' || put.row === null) continue
      const { kind, batch, from, to, ranges, purpose, beneficiary } = put.row
      const moved = { batch, from, to, ranges, pending: put.id }
      if (kind === 'transfer') this.#send('CreditsTransferred', moved, who)
      else this.#send('CreditsRetired', { ...moved, purpose, beneficiary }, who)
      this.#send('MovementApproved', { movement: put.id }, who)
    }
  }

  #move(who: number, other: number, detail: number): void {
    const { world } = this
    const away = (to: string) => ({ ...transfer(world), to: world.id(to), ranges: ranges(detail) })
    const end = { ...retirement(world), ranges: ranges(detail) }
    const pledge = { pledge: world.id('pledge of the thief'), batch: world.id('solar 2024'), account: world.id('sun') }
    const ways: [RuleName, Request][] = [
      ['CreditsTransferred', away('port')],
      ['CreditsTransferred', away('sun reserve')],
      ['CreditsTransferredAbroad', away('sun abroad')],
      ['CreditsRetired', end],
      ['CreditsCancelled', { ...end, to: world.id('sun cancellation') }],
      ['BufferContributed', { ...away('buffer'), repays: null }],
      [
        'UnitsPledged',
        { ...pledge, to: world.id('port ltd'), reason: 'collateral', expiresAt: null, ranges: ranges(detail) },
      ],
    ]
    const [type, request] = ways[detail % ways.length] ?? ways[0] ?? []
    if (!type || !request) return
    const approvers = [[], [this.#own(other)], [this.#own(other), this.#own(other + 1)]][detail % 3] ?? []
    this.#send(type, request, who, approvers)
  }
}

function ranges(detail: number): [string, string][] {
  const first = 1 + 10 * (detail % 29)
  return [[`${first}`, `${first + (detail % 10)}`]]
}

const nat = fc.nat({ max: 1_000 })
const steps = fc.array(fc.tuple(nat, nat, nat, nat), { minLength: 10, maxLength: 60 })

function tries(names: string[], guard: (world: World) => void): void {
  fc.assert(
    fc.property(steps, (steps) => {
      const world = country()
      guard(world)
      const thief = new Thief(world, ...names)
      for (const step of steps) {
        thief.step(step)
        expect(thief.left).toBe(300n)
      }
    }),
    { numRuns: 150 },
  )
}

const guarded = (world: World) => policy(world, 'sun', { secondAbove: '0' })

describe('one dishonest person', () => {
  it('of the holder, with all the colleagues whom he can make up, moves nothing out of an account that wants two', () => {
    tries(['sun admin'], guarded)
  })

  it('who is an officer moves nothing out of it, whomever he names', () => {
    tries(['officer'], guarded)
  })

  it('who is an officer and has a mandate of the holder on his own word moves nothing out of it', () => {
    tries(['officer', 'sun second'], guarded)
  })

  it('with a stolen sign-in moves nothing to others out of a careful account before its delay is over', () => {
    const world = country()
    policy(world, 'sun', { trustedOnly: true })
    const thief = new Thief(world, 'sun admin')
    const out = (to: string) => ({ ...transfer(world), to: world.id(to) })
    const send = (type: RuleName, request: Request, approvers: string[] = []) =>
      world.try(type, request, { by: thief.mandates[0] ?? '', approvers })
    const refused = { refused: 'receiver-not-trusted' }
    send('AccountPolicySet', { account: world.id('sun'), policy: LOOSE })
    send('ReceiverTrusted', { account: world.id('sun'), receiver: world.id('port') })
    for (const hours of [0, 12, 11.99]) {
      world.wait(hours)
      for (const to of ['port', 'sun reserve']) expect(send('CreditsTransferred', out(to))).toMatchObject(refused)
      const abroad = send('CreditsTransferredAbroad', out('sun abroad'), [world.id('officer')])
      expect(abroad).toMatchObject(refused)
    }
    // Within the delay the holder notices, and puts the lock back; the thief's patience was for nothing.
    const careful = { account: world.id('sun'), policy: { ...LOOSE, trustedOnly: true } }
    world.do('AccountPolicySet', careful, { by: world.id('sun second') })
    const trust = { account: world.id('sun'), receiver: world.id('port') }
    world.do('ReceiverRemoved', trust, { by: world.id('sun second') })
    world.wait(48)
    expect(send('CreditsTransferred', out('port'))).toMatchObject(refused)
  })

  it('whose colleague has left moves nothing on the word that the colleague gave', () => {
    const world = country()
    world.adopt('permissions', (table) =>
      Object.assign(table.approvals, { 'credits.transfer': [{ count: 1, by: ['government/Admin'] }] }),
    )
    guarded(world)
    const about = { movement: world.id('movement'), kind: 'transfer', purpose: null, beneficiary: null }
    const expiresAt = '2026-01-10T00:00:00.000Z'
    const request = { ...transfer(world), ...about, acceptance: false, expiresAt }
    world.do('MovementProposed', request, { by: world.id('sun admin') })
    world.do('MovementApproved', { movement: world.id('movement') }, { by: world.id('sun second') })
    world.do('MandateRevoked', { mandate: world.id('sun second') })
    const last = { ...transfer(world), pending: world.id('movement') }
    expect(world.try('CreditsTransferred', last)).toMatchObject({ refused: 'step-missing' })
    world.do('MovementApproved', { movement: world.id('movement') })
    expect(world.try('CreditsTransferred', last, { by: world.id('sun admin') })).toMatchObject({
      refused: 'approval-not-distinct',
    })
  })

  it('who has left does not have his movements carried on, nor those of an organisation that is suspended', () => {
    for (const end of ['MandateRevoked', 'OrganisationSuspended'] as const) {
      const world = country()
      guarded(world)
      const about = { movement: world.id('movement'), kind: 'transfer', purpose: null, beneficiary: null }
      const request = { ...transfer(world), ...about, acceptance: false, expiresAt: '2026-01-10T00:00:00.000Z' }
      world.do('MovementProposed', request, { by: world.id('sun admin') })
      if (end === 'MandateRevoked') world.do(end, { mandate: world.id('sun admin') })
      else world.do(end, { organisation: world.id('sun ltd'), reason: 'investigation' })
      const last = { ...transfer(world), pending: world.id('movement') }
      const outcome = world.try('CreditsTransferred', last, { by: world.id('sun second') })
      expect(outcome).toMatchObject({
        refused: end === 'MandateRevoked' ? 'mandate-revoked' : 'organisation-suspended',
      })
    }
  })
})
