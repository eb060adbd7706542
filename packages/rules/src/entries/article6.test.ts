import { beforeEach, describe, expect, test } from 'vitest'
import { project_ } from '../cases/country.fixture.ts'
import { World } from '../cases/world.fixture.ts'
import type { RuleName } from '../declarations.ts'
import { isRefusal } from '../refusal.ts'
import { shippedDocuments, shippedPresets } from '../simple.ts'
import { movesOfClock } from './clock.ts'
import { admitLaw } from './soundness.ts'

const HOURS_IN_DAY = 24
let world: World

/** Who does what, as a script of the project's life says it. */
const roles: Record<string, string> = { owner: 'sun admin', officer: 'officer', certifier: 'check admin' }

beforeEach(() => {
  world = new World()
  const { permissions, preset } = shippedDocuments.article6
  const documents = { permissions: world.lend(permissions), preset: world.lend(preset) }
  world.judge(world.genesis({ ...world.founding(), ...documents }))
  const grant = (name: string, organisation: string, role: string, by: string) =>
    world.do(
      'MandateGranted',
      { mandate: world.id(name), organisation: world.id(organisation), role, limit: null },
      { by: world.id(by) },
    )
  grant('root', 'authority', 'government/Root', 'system')
  grant('officer', 'authority', 'government/Admin', 'root')
  grant('second officer', 'authority', 'government/Admin', 'root')
  for (const [name, kind] of [
    ['sun', 'developer'],
    ['check', 'certifier'],
    ['other', 'certifier'],
  ] as const) {
    const organisation = world.id(`${name} ltd`)
    world.do('OrganisationRegistered', { organisation, kind, name: world.hash(name) })
    grant(`${name} admin`, `${name} ltd`, `${kind}/Admin`, 'officer')
  }
  const accounts = [{ account: world.id('sun'), kind: 'holding', registry: null }]
  world.do('AccountsOpened', { organisation: world.id('sun ltd'), accounts })
  world.do('ProjectRegistered', project_(world, 'solar', 'sun'))
})

const by = (who: string) => ({ by: world.id(roles[who] ?? who) })

function submit(who: string, document: string) {
  const sha256 = world.hash(`${document} ${world.state.size}`)
  return world.try('DocumentSubmitted', { project: world.id('solar'), document, sha256, name: null }, by(who))
}

function move(who: string, name: string, approvers: string[] = []) {
  const request = { project: world.id('solar'), move: name, reason: 'other' }
  return world.try('ProjectMoved', request, { ...by(who), approvers: approvers.map((one) => world.id(one)) })
}

function about(who: string, type: RuleName, more: object) {
  const request = { project: world.id('solar'), finding: world.id('finding'), text: world.hash('text'), ...more }
  return world.try(type, request, by(who))
}

function credit(from: string, to: string) {
  return world.try('CreditingPeriodSet', { project: world.id('solar'), kind: 'renewable', from, to }, by('officer'))
}

const stateOf = () => world.state.get('project', world.id('solar'))?.state

/** Every step goes well. */
function walk(...steps: (() => ReturnType<typeof move>)[]): void {
  for (const step of steps) {
    const outcome = step()
    if (isRefusal(outcome)) throw new Error(`in ${stateOf()}: ${JSON.stringify(outcome)}`)
  }
}

/** The certifier is accredited for the scope of the project, and assigned to its validation. */
function assign(): void {
  const organisation = world.id('check ltd')
  const accreditation = { accreditation: world.id('accreditation'), body: world.hash('accreditors'), scopes: ['1'] }
  world.do('CertifierAccredited', { organisation, ...accreditation, from: '2025-01-01', to: '2035-12-31' })
  world.do('CertifierAssigned', { project: world.id('solar'), task: 'validation', organisation })
}

const concept = [() => submit('owner', 'concept-note'), () => move('owner', 'submit-concept')]
const design = [() => submit('owner', 'project-design'), () => move('owner', 'submit-design')]
const toDesign = [...concept, () => submit('officer', 'no-objection-letter'), () => move('officer', 'approve-concept')]
const toComment = [
  ...toDesign,
  () => submit('owner', 'consultation-report'),
  ...design,
  () => move('officer', 'publish-design'),
]

function toValidation(): void {
  walk(...toComment, () => submit('owner', 'engagement-agreement'))
  world.wait(30 * HOURS_IN_DAY)
  assign()
  walk(
    () => submit('officer', 'public-comments'),
    () => move('officer', 'begin-validation'),
  )
}

const toValidated = [
  () => submit('certifier', 'validation-report'),
  () => move('certifier', 'submit-validation'),
  () => move('officer', 'accept-validation'),
]

test.each(shippedPresets)('the preset %s is one that a ledger can be founded with', (name) => {
  const { permissions, preset } = shippedDocuments[name]
  const law = world.shelf.inForce({ permissions: world.lend(permissions), preset: world.lend(preset) })
  expect(law?.preset.name).toBe(name)
  expect(law && admitLaw(law)).toBeUndefined()
})

describe('under article6', () => {
  test('a project goes from its concept to its registration, and after renewal to its end', () => {
    toValidation()
    walk(
      ...toValidated,
      () => submit('owner', 'authorisation-request'),
      () => move('owner', 'ask-authorisation'),
      () => submit('officer', 'authorisation-letter'),
      () => move('officer', 'authorise', ['second officer']),
      () => submit('officer', 'registration-certificate'),
      () => move('officer', 'register', ['second officer']),
    )
    expect(stateOf()).toBe('registered')
    expect(move('officer', 'end-crediting')).toMatchObject({ refused: 'crediting-missing' })
    walk(() => credit('2026-01-01', '2030-12-31'))
    expect(credit('2031-01-01', '2035-12-31')).toMatchObject({ refused: 'crediting-used-up' })
    world.now = '2030-04-05T23:59:59.999Z'
    walk(() => submit('owner', 'project-design'))
    expect(move('owner', 'ask-renewal')).toMatchObject({ refused: 'too-early' })
    world.now = '2030-04-06T00:00:00.000Z'
    walk(
      () => move('owner', 'ask-renewal'),
      () => submit('certifier', 'validation-report'),
      () => move('officer', 'renew', ['second officer']),
      () => credit('2031-01-01', '2035-12-31'),
    )
    world.now = '2031-01-01T00:00:00.000Z'
    expect(move('officer', 'end-crediting')).toMatchObject({ refused: 'too-early' })
    world.now = '2036-01-01T00:00:00.000Z'
    walk(
      () => move('officer', 'end-crediting'),
      () => move('owner', 'close'),
    )
    expect(stateOf()).toBe('closed')
    expect(world.state.ledger().states).toEqual({ closed: 1 })
  })

  test('what is returned comes back in a new version, twice, and what is rejected does not come back', () => {
    walk(...concept, () => move('officer', 'return-concept'))
    expect(move('owner', 'submit-concept')).toMatchObject({ refused: 'document-missing' })
    walk(...concept, () => move('officer', 'return-concept'), ...concept)
    expect(world.state.get('project', world.id('solar'))?.documents['concept-note']?.version).toBe(3)
    expect(move('officer', 'reject-concept')).toMatchObject({ refused: 'document-missing' })
    walk(
      () => submit('officer', 'objection-letter'),
      () => move('officer', 'reject-concept'),
    )
    expect(move('owner', 'submit-concept')).toMatchObject({ refused: 'project-state' })
    expect(submit('owner', 'concept-note')).toMatchObject({ refused: 'project-state' })
  })

  test('whoever is rejected appeals within 30 days, with what there is to say, and is heard in the state before', () => {
    walk(
      ...concept,
      () => submit('officer', 'objection-letter'),
      () => move('officer', 'reject-concept'),
    )
    expect(move('owner', 'appeal-concept')).toMatchObject({ refused: 'document-missing' })
    expect(move('officer', 'appeal-concept')).toMatchObject({ refused: 'not-permitted' })
    walk(() => submit('owner', 'appeal'))
    world.wait(30 * HOURS_IN_DAY - 1)
    walk(() => move('owner', 'appeal-concept'))
    expect(stateOf()).toBe('inf-submitted')
    expect(move('officer', 'reject-concept')).toMatchObject({ refused: 'document-missing' })
    walk(
      () => submit('officer', 'objection-letter'),
      () => move('officer', 'reject-concept'),
      () => submit('owner', 'appeal'),
    )
    world.wait(30 * HOURS_IN_DAY)
    expect(move('owner', 'appeal-concept')).toMatchObject({ refused: 'too-late' })
    expect(stateOf()).toBe('inf-rejected')
  })

  test('the registry itself lets a concept lapse after two years, and takes nothing that somebody decides on', () => {
    const ofClock = movesOfClock(world.law()).map(({ name }) => name)
    expect(ofClock).toEqual(['lapse', 'end-crediting'])
    walk(...toDesign.slice(0, 4))
    roles.clock = 'system'
    world.wait(729 * HOURS_IN_DAY)
    expect(move('clock', 'lapse')).toMatchObject({ refused: 'too-early' })
    world.wait(HOURS_IN_DAY)
    expect(move('clock', 'submit-design')).toMatchObject({ refused: 'not-permitted' })
    walk(() => move('clock', 'lapse'))
    expect(stateOf()).toBe('lapsed')
  })

  test('public comment lasts its 30 days, and validation waits for what was said in them and for a certifier', () => {
    walk(...toComment, () => submit('owner', 'engagement-agreement'))
    expect(submit('owner', 'public-comments')).toMatchObject({ refused: 'not-permitted' })
    expect(move('officer', 'begin-validation')).toMatchObject({ refused: 'document-missing' })
    walk(() => submit('officer', 'public-comments'))
    expect(move('officer', 'begin-validation')).toMatchObject({ refused: 'certifier-missing' })
    assign()
    world.wait(30 * HOURS_IN_DAY - 1)
    expect(move('officer', 'begin-validation')).toMatchObject({ refused: 'too-early' })
    world.wait(1)
    walk(() => move('officer', 'begin-validation'))
  })

  test('a certifier who is not assigned does nothing, and findings are closed before the opinion', () => {
    toValidation()
    roles.stranger = 'other admin'
    expect(submit('stranger', 'validation-report')).toMatchObject({ refused: 'not-permitted' })
    expect(move('stranger', 'submit-validation')).toMatchObject({ refused: 'not-permitted' })
    expect(about('stranger', 'FindingRaised', { kind: 'CL', section: null })).toMatchObject({
      refused: 'not-permitted',
    })
    walk(
      () => about('certifier', 'FindingRaised', { kind: 'CAR', section: 'B.4' }),
      () => submit('certifier', 'validation-report'),
    )
    expect(move('certifier', 'submit-validation')).toMatchObject({ refused: 'findings-open' })
    expect(about('certifier', 'FindingAnswered', {})).toMatchObject({ refused: 'not-permitted' })
    walk(() => about('owner', 'FindingAnswered', {}))
    expect(about('owner', 'FindingAssessed', { outcome: 'closed' })).toMatchObject({ refused: 'not-permitted' })
    walk(
      () => about('certifier', 'FindingAssessed', { outcome: 'closed' }),
      () => move('certifier', 'submit-validation'),
    )
    expect(stateOf()).toBe('validation-submitted')
  })

  test('an opinion that is returned needs a new report', () => {
    toValidation()
    walk(
      () => submit('certifier', 'validation-report'),
      () => move('certifier', 'submit-validation'),
      () => move('officer', 'return-validation'),
    )
    expect(move('certifier', 'submit-validation')).toMatchObject({ refused: 'document-missing' })
    walk(...toValidated)
  })

  test('nobody authorises or registers alone, and a refusal still leaves the way of use at home', () => {
    toValidation()
    walk(
      ...toValidated,
      () => submit('owner', 'authorisation-request'),
      () => move('owner', 'ask-authorisation'),
    )
    walk(() => submit('officer', 'authorisation-letter'))
    expect(move('officer', 'authorise')).toMatchObject({ refused: 'approval-missing' })
    expect(move('officer', 'authorise', ['officer'])).toMatchObject({ refused: 'approval-not-distinct' })
    walk(
      () => move('officer', 'refuse-authorisation', ['second officer']),
      () => move('owner', 'keep-at-home'),
      () => submit('officer', 'registration-certificate'),
    )
    expect(move('officer', 'register')).toMatchObject({ refused: 'approval-missing' })
    walk(() => move('officer', 'register', ['second officer']))
  })

  test('a project is withdrawn from every state before its registration', () => {
    const { project } = world.law().preset
    const [before] = project.moves.filter(({ name }) => name === 'withdraw')
    expect(before?.from).toHaveLength(13)
    walk(...toComment, () => move('owner', 'withdraw'))
    expect(stateOf()).toBe('withdrawn')
  })
})
