import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RuleName } from '../../packages/rules/src/declarations.ts'
import { affiliate, attempt, countries, happens, must, type PresetName, type Request } from './country.ts'
import { type Line, linesOf } from './sheet.ts'
import { beginning, CREDITED, stops } from './walk.ts'
import { go, type Journey, lastYear, periodOf, wayTo } from './ways.ts'

const RUNS = Number(process.env.STRANGER_RUNS ?? 40)

type Numbers = readonly number[]

/** Picks by given numbers, over and over. */
function picker(numbers: Numbers) {
  let at = 0
  return <T>(from: readonly T[]): T => {
    at += 1
    return from[(numbers[at % numbers.length] ?? 0) % from.length] as T
  }
}
type Pick = ReturnType<typeof picker>

const arbitraryNumbers = fc.array(fc.noBias(fc.nat(0xffff)), { minLength: 80, maxLength: 120 })

const sheets = new Map<PresetName, Line[]>()

/** What the sheet has of moves and of kinds of documents. */
function details(preset: PresetName, command: string): string[] {
  const lines = sheets.get(preset) ?? linesOf(preset)
  sheets.set(preset, lines)
  return [...new Set(lines.flatMap((line) => (line.command === command ? [line.detail] : [])))]
}

/** A command about projects: some about one, some about another, some about a bit of both. */
function someCommand(journey: Journey, pick: Pick, serial: number): [RuleName, Request] {
  const { world, country } = journey
  const { preset } = country
  const project = world.id(pick(['walked', 'theirs']))
  const period = periodOf(world, pick(['walked', 'theirs']))
  const finding = world.id(pick(['finding', 'their finding', `finding ${serial}`]))
  const about = { project, period: pick([null, null, period]) }
  const text = world.hash('text')
  const reason = pick([{}, { reason: 'other' }])
  const document = pick(details(preset, 'DocumentSubmitted'))
  const owners = [{ account: world.id(pick(['bystander', `${country.names.developer} own`])), share: '100' }]
  const outcomes = [{ vintage: '2025', certified: '5' }]
  const some: [RuleName, Request][] = [
    ['ProjectMoved', { project, move: pick(details(preset, 'ProjectMoved')), ...reason }],
    ['MonitoringPeriodMoved', { period, move: pick(details(preset, 'MonitoringPeriodMoved')), ...reason }],
    ['DocumentSubmitted', { ...about, document, sha256: world.hash(`${serial}`), name: null }],
    ['FindingRaised', { ...about, finding, kind: pick(['CL', 'CAR', 'FAR']), section: null, text }],
    ['FindingAnswered', { ...about, finding, text }],
    ['FindingAssessed', { ...about, finding, text, outcome: pick(['closed', 'open']) }],
    ['MonitoringPeriodOpened', { period: world.id(`period ${serial}`), project, from: '2026-01-01', to: '2026-12-31' }],
    ['OutcomeCertified', { period, outcomes }],
    ['OwnershipChanged', { project, owners }],
    ['ReversalReported', { reversal: world.id(`loss ${serial}`), project, occurredOn: '2026-01-01', cause: 'fire' }],
    ['IssuanceTermsSet', { project, buffer: '0', exempt: ['omge'], reason: 'legal' }],
    ['ProjectCertified', { project }],
    [
      'CertificationRevoked',
      { project, organisation: world.id(`${country.names.certifier} assigned`), reason: 'other' },
    ],
    ['CertifierReleased', { project, task: 'validation', reason: 'other' }],
    ['CertifierAssigned', { project, task: 'validation', organisation: world.id(`${country.names.certifier} other`) }],
    ['CreditingPeriodSet', { project, kind: 'fixed', from: '2024-01-01', to: '2033-12-31' }],
  ]
  return pick(some)
}

/** All that the ledger says of the walked project. */
function saidOf({ world }: Journey): string {
  const rows = [
    world.state.get('project', world.id('walked')),
    world.state.get('period', periodOf(world, 'walked')),
    world.state.get('finding', world.id('finding')),
  ]
  return JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
}

/** Registers a project of the stranger's own, and brings it where it may have a period. */
function theirs(journey: Journey): void {
  const { world } = journey
  const about = { title: world.hash('theirs'), scope: '1', methodology: 'AMS-I.D' }
  const owners = [{ account: world.id('bystander'), share: '100' }]
  must(world, 'ProjectRegistered', { project: world.id('theirs'), ...about, owners })
}

describe.each(['simple', 'article6', 'two-ministries'] as const)('under %s', (preset) => {
  it('a developer changes nothing of the project of another, in any state', { timeout: 200_000 }, () => {
    const begins = beginning(preset)
    const { developer } = countries[preset]
    theirs(begins)
    const at = stops(begins)
    const { ways } = begins
    let [done, tries] = [0, 0]
    const state = fc.constantFrom(...ways.filter(({ of }) => of === 'project' || preset !== 'simple'))
    fc.assert(
      fc.property(state, arbitraryNumbers, (way, numbers) => {
        const journey = at(way.of, way.state, [], true)
        const pick = picker(numbers)
        const people = ['bystander clerk', `${developer} other Admin`, `${developer} affiliate Manager`]
        const before = saidOf(journey)
        for (let serial = 0; serial < 60; serial += 1) {
          const [type, request] = someCommand(journey, pick, serial)
          const by = pick(people)
          tries += 1
          if (!attempt(journey.world, type, request, by)) {
            happens(journey.world, type, request, by)
            done += 1
          }
          expect(saidOf(journey), `${type} by ${by} in ${way.state}`).toBe(before)
        }
      }),
      { numRuns: RUNS * 3 },
    )
    console.log(`${preset}: ${tries} tries of strangers, ${done} of them about what was their own`)
    expect(done).toBeGreaterThan(5)
  })

  it('a certifier acts where it is assigned, accredited and independent, and nowhere else', {
    timeout: 200_000,
  }, () => {
    const begins = beginning(preset)
    const at = stops(begins)
    const states =
      preset === 'simple'
        ? ['submitted', CREDITED]
        : preset === 'article6'
          ? ['under-validation', CREDITED]
          : ['in-validation', CREDITED]
    let [done, tries] = [0, 0]
    fc.assert(
      fc.property(fc.constantFrom(...states), arbitraryNumbers, (state, numbers) => {
        const journey = at('project', state, [], true)
        if (state === CREDITED && preset !== 'simple') monitored(journey)
        const certifier = new Certifier(journey, picker(numbers))
        for (let serial = 0; serial < 50; serial += 1) {
          certifier.change(serial)
          const { isDone, may, what } = certifier.act(serial)
          tries += 1
          if (isDone) done += 1
          expect(isDone && !may, what).toBe(false)
        }
      }),
      { numRuns: RUNS * 2 },
    )
    console.log(`${preset}: ${tries} tries of certifiers, ${done} of them done`)
    expect(done).toBeGreaterThan(5)
  })
})

/** The project is under verification. */
function monitored(journey: Journey): void {
  const state = journey.country.preset === 'article6' ? 'under-verification' : 'reported'
  go(journey, 'period', wayTo(journey.ways, 'period', state))
  expect(journey.world.state.get('period', periodOf(journey.world, 'walked'))?.from).toBe(lastYear.from)
}

/** A certifier to whom everything happens that may: what it may do by now is kept here in plain words. */
class Certifier {
  readonly journey: Journey
  readonly #pick: Pick
  readonly #name: string
  readonly #tasks = new Set(['validation', 'verification'])
  #isAccredited = true
  #isAffiliate = false
  #isOwner = false

  constructor(journey: Journey, pick: Pick) {
    this.journey = journey
    this.#pick = pick
    this.#name = `${journey.country.names.certifier} assigned`
    const { world, country } = journey
    // It has no account itself; a company of its own has one.
    const organisation = world.id(this.#company())
    must(world, 'OrganisationRegistered', { organisation, kind: country.names.developer, name: world.hash('company') })
    const account = { account: organisation, kind: 'holding', registry: null }
    must(world, 'AccountsOpened', { organisation, accounts: [account] })
    affiliate(world, this.#name, this.#company())
  }

  /** Something changes between the certifier and the project, or nothing does. */
  change(serial: number): void {
    const { journey } = this
    const { world, project } = journey
    const organisation = world.id(this.#name)
    const task = this.#pick(['validation', 'verification'])
    const about = { project: world.id(project), task }
    const changes = [
      () => {
        if (this.#tasks.delete(task)) must(world, 'CertifierReleased', { ...about, reason: 'other' })
      },
      () => {
        if (this.#tasks.has(task) || !this.#isFit()) return
        must(world, 'CertifierAssigned', { ...about, organisation })
        this.#tasks.add(task)
      },
      () => this.#affiliate(),
      () => this.#own(),
      () => this.#accredit(serial),
    ]
    if (serial % 4 === 3) this.#pick(changes)()
  }

  #isFit(): boolean {
    return this.#isAccredited && !this.#isAffiliate && !this.#isOwner
  }

  #affiliate(): void {
    const { world, country } = this.journey
    const owner = `${country.names.developer} own`
    const organisations = [world.id(this.#name), world.id(owner)].sort()
    if (this.#isAffiliate) must(world, 'AffiliationEnded', { organisations, reason: 'ended' })
    else affiliate(world, this.#name, owner)
    this.#isAffiliate = !this.#isAffiliate
  }

  #company(): string {
    return `${this.#name} company`
  }

  /** Its company gets a share of the project, or gives it back. */
  #own(): void {
    const { world, project, country } = this.journey
    const developer = { account: world.id(`${country.names.developer} own`), share: this.#isOwner ? '100' : '99' }
    const owners = [developer, ...(this.#isOwner ? [] : [{ account: world.id(this.#company()), share: '1' }])]
    must(world, 'OwnershipChanged', { project: world.id(project), owners })
    this.#isOwner = !this.#isOwner
  }

  #accredit(serial: number): void {
    const { world } = this.journey
    const organisation = world.id(this.#name)
    const known = Object.keys(world.state.get('organisation', organisation)?.accreditations ?? {})
    for (const accreditation of known)
      must(world, 'AccreditationWithdrawn', { organisation, accreditation, reason: 'other' })
    this.#isAccredited = known.length === 0
    if (!this.#isAccredited) return
    const about = { organisation, accreditation: world.id(`accreditation ${serial}`), body: world.hash('body') }
    must(world, 'CertifierAccredited', { ...about, scopes: ['1'], from: '2020-01-01', to: '2090-12-31' })
  }

  /** Somebody of the certifier tries something that certifiers do. */
  act(serial: number): { isDone: boolean; may: boolean; what: string } {
    const { world, project, country } = this.journey
    const period = world.state.get('period', periodOf(world, project)) ? periodOf(world, project) : null
    const about = { project: world.id(project), period: this.#pick([null, period]) }
    const text = world.hash('text')
    const document = this.#pick([
      'validation-report',
      'verification-report',
      'engagement-agreement',
      'monitoring-report',
    ])
    const acts: [RuleName, Request, boolean][] = [
      ['DocumentSubmitted', { ...about, document, sha256: world.hash(`${serial}`), name: null }, about.period !== null],
      [
        'FindingRaised',
        { ...about, finding: world.id(`finding ${serial}`), kind: 'CL', section: null, text },
        about.period !== null,
      ],
      ['ProjectCertified', { project: world.id(project) }, false],
      [
        'ProjectMoved',
        { project: world.id(project), move: this.#pick(['submit-validation', 'report-validation']) },
        false,
      ],
    ]
    if (period) {
      acts.push(['OutcomeCertified', { period, outcomes: [{ vintage: '2025', certified: '5' }] }, true])
      acts.push(['MonitoringPeriodMoved', { period, move: this.#pick(['submit-verification', 'verify']) }, true])
    }
    const [type, request, isOfPeriod] = this.#pick(acts)
    const by = `${this.#name} ${this.#pick(Object.values(country.names.kinds[country.names.certifier] ?? []))}`
    const isAssigned = isOfPeriod ? this.#tasks.has('verification') : this.#tasks.size > 0
    const refusal = attempt(world, type, request, by)
    // Moves would end the round: that they are allowed is enough.
    if (!refusal && !type.endsWith('Moved')) happens(world, type, request, by)
    const why = JSON.stringify([...this.#tasks, this.#isAccredited, this.#isAffiliate, this.#isOwner])
    return { isDone: !refusal, may: isAssigned && this.#isFit(), what: `${type} by ${by}: ${why}` }
  }
}
