import type { RuleName } from '../declarations.ts'
import { type Case, refuses } from './case.fixture.ts'
import { affiliate, assess, assign, certificationNeeded } from './certifier.fixture.ts'
import { authorisation, issuance } from './country.fixture.ts'
import type { Outcome, World } from './world.fixture.ts'

export type Body = Record<string, unknown>
export type Forge = (body: Body) => Body

export const allotted =
  (change: object): Forge =>
  (body) => ({ ...body, allotted: { ...(body.allotted as object), ...change } })

/** An authorisation of Solar of another unit type, or with other terms. */
export function authorise(world: World, name: string, change: object = {}): void {
  world.do('QuantityAuthorised', { ...authorisation(world, 'solar', name), ...change })
}

export function reportReversal(world: World, project = 'solar'): void {
  const about = { reversal: world.id('reversal'), occurredOn: '2025-12-31', cause: 'fire' }
  world.do('ReversalReported', { ...about, project: world.id(project) })
}

export const MOST = '999999999999999'

/** Projects are credited for a time, and the country keeps no monitoring periods. Solar is from 2026 on. */
export function creditWithoutPeriods(world: World): void {
  world.adopt('preset', (text) =>
    Object.assign(text, { crediting: { states: ['registered'], kinds: [{ kind: 'fixed', years: 10, renewals: 0 }] } }),
  )
  world.do('CreditingPeriodSet', { project: world.id('solar'), kind: 'fixed', from: '2026-01-01', to: '2035-12-31' })
}

/** What both ways of issuing stand on: the authorisation, its project and its numbers. */
export function groundCases(
  type: RuleName,
  act: (world: World, change?: Body, forge?: Forge) => Outcome,
  tooMuch: (world: World) => Outcome,
): Case[] {
  return [
    refuses(type, 'authorisation-unknown', 'an authorisation that there is not', (world) =>
      act(world, { authorisation: world.id('nothing') }),
    ),
    refuses(type, 'already-exists', 'a batch of this id', (world) => act(world, { batch: world.id('solar 2024') })),
    refuses(type, 'already-exists', 'an account has its stream under this id', (world) =>
      act(world, { batch: world.id('port') }),
    ),
    refuses(type, 'project-state', 'a project that is suspended', (world) => {
      world.do('ProjectMoved', { project: world.id('solar'), move: 'suspend' })
      return act(world)
    }),
    refuses(type, 'certification-missing', 'a project that nobody certified, where that is needed', (world) => {
      certificationNeeded(world)
      return act(world)
    }),
    refuses(
      type,
      'conflict-of-interest',
      'whoever certified the project has become an affiliate of its owner',
      (world) => {
        assess(world)
        assign(world)
        certificationNeeded(world)
        world.do('ProjectCertified', { project: world.id('solar') }, { by: world.id('lead assessor') })
        affiliate(world, 'sun ltd', 'assessor')
        return act(world)
      },
    ),
    refuses(type, 'reversal-open', 'a loss of the project is not made good', (world) => {
      reportReversal(world)
      return act(world)
    }),
    refuses(type, 'authorisation-revoked', 'an authorisation that was revoked', (world) => {
      const { project: _, unitType: __, ...terms } = authorisation(world, 'solar')
      const about = { version: 2, change: 'revoke', reason: 'legal', effectiveFrom: '2026-01-01' }
      world.decree('AuthorisationChanged', { ...terms, ...about })
      return act(world)
    }),
    refuses(type, 'authorisation-exceeded', 'one unit more than is authorised', tooMuch),
    refuses(type, 'serials-overlap', 'a number that was given', (world) => act(world, {}, allotted({ first: '400' }))),
    refuses(type, 'serials-gap', 'a number is left out', (world) => act(world, {}, allotted({ first: '402' }))),
    refuses(type, 'serials-exhausted', 'all numbers of the space are given', (world) => {
      for (const name of ['all', 'more']) authorise(world, name, { unitType: 'MCU', quantity: MOST })
      world.decree('BatchIssued', { ...issuance(world, 'solar', '2025', MOST, 'all'), batch: world.id('all') })
      return act(world, { authorisation: world.id('more') })
    }),
  ]
}

/** Solar gives a fifth to the buffer. */
export function buffered(world: World, buffer = '20'): void {
  world.decree('IssuanceTermsSet', { project: world.id('solar'), buffer, exempt: [], reason: 'risk-assessment' })
}

/** Solar owes units to the buffer, which lent them for a loss that could have been avoided. */
export function owing(world: World, quantity: string): void {
  const give = { batch: world.id('tide 2024'), from: world.id('port'), to: world.id('buffer'), quantity, repays: null }
  world.do('BufferContributed', give, { by: world.id('port admin') })
  reportReversal(world)
  const loss = { decision: 'avoidable', quantity, unitType: 'ITMO' }
  world.decree('ReversalDecided', { reversal: world.id('reversal'), ...loss })
  const pay = { reversal: world.id('reversal'), batch: world.id('tide 2024'), from: world.id('buffer') }
  world.decree('BufferCancelled', { ...pay, to: world.id('made good'), quantity })
}

export const foreignRecord = (world: World, change: object = {}) => ({
  registry: 'elsewhere',
  space: 'elsewhere:S',
  range: ['1', '100'],
  project: { id: world.id('forest'), code: 'P1' },
  vintage: '2020',
  unitType: 'VCU',
  issued: true,
  issuedOn: null,
  fate: 'cancelled',
  fateOn: null,
  facts: world.hash('facts'),
  ...change,
})
