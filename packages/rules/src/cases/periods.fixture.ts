import article6 from '../data/preset.article6.json' with { type: 'json' }
import { given } from './case.fixture.ts'
import { assess, assign } from './certifier.fixture.ts'
import { byBoth, bySun } from './people.fixture.ts'
import type { Options, Outcome, World } from './world.fixture.ts'

type Change = Record<string, unknown>

/** The country adopts a preset that has monitoring periods, as *article6* does, and crediting periods for registered projects. */
export function keepPeriods(world: World, change: (text: Kept) => unknown = () => undefined): void {
  world.adopt('preset', (text) => {
    const { documents } = text as unknown as { documents: { kind: string }[] }
    const ofPeriods = article6.documents.filter((one) => one.of === 'period')
    const others = documents.filter(({ kind }) => !ofPeriods.some((one) => one.kind === kind))
    const { period, crediting } = structuredClone(article6)
    const kept: Kept = {
      ...{ period, crediting: { ...crediting, states: ['registered'] } },
      documents: structuredClone(ofPeriods),
    }
    change(kept)
    Object.assign(text, kept, { documents: [...others, ...kept.documents] })
  })
}

/** What the preset says of periods, to be changed. */
export interface Kept {
  period: typeof article6.period
  crediting?: typeof article6.crediting
  /** Of monitoring periods. */
  documents: { kind: string; states: string[] }[]
}

export const byVerifier = (world: World): Options => ({ by: world.id('lead assessor') })

export const credit = (world: World, change: Change = {}, options: Options = {}): Outcome =>
  world.try(
    'CreditingPeriodSet',
    { project: world.id('solar'), kind: 'renewable', from: '2024-01-01', to: '2028-12-31', ...change },
    options,
  )

export const open = (world: World, change: Change = {}, options: Options = bySun(world)): Outcome =>
  world.try(
    'MonitoringPeriodOpened',
    { period: world.id('period'), project: world.id('solar'), from: '2025-01-01', to: '2025-12-31', ...change },
    options,
  )

export const step = (world: World, move: string, options: Options = {}, change: Change = {}): Outcome =>
  world.try('MonitoringPeriodMoved', { period: world.id('period'), move, ...change }, options)

export const paper = (world: World, document: string, options: Options, change: Change = {}): Outcome =>
  world.try(
    'DocumentSubmitted',
    {
      project: world.id('solar'),
      period: world.id('period'),
      document,
      sha256: world.hash(`${document} ${world.state.size}`),
      name: null,
      ...change,
    },
    options,
  )

export const certify = (world: World, change: Change = {}, options = byVerifier(world)): Outcome =>
  world.try(
    'OutcomeCertified',
    { period: world.id('period'), outcomes: [{ vintage: '2025', certified: '25.51' }], ...change },
    options,
  )

/** Solar is credited, and last year is its first monitoring period. */
export function opened(world: World): void {
  keepPeriods(world)
  given(credit(world), open(world))
}

/** Its report is published, and the assessor verifies it. */
export function verifying(world: World, period = 'period'): void {
  const of = { period: world.id(period) }
  given(
    paper(world, 'monitoring-report', bySun(world), of),
    step(world, 'submit-report', bySun(world), of),
    step(world, 'publish-report', {}, of),
    step(world, 'begin-verification', {}, of),
  )
}

export function underVerification(world: World): void {
  opened(world)
  assess(world)
  given(assign(world))
  verifying(world)
}

/** It is certified, and whoever verified it has said so. */
export function verified(world: World, period = 'period', outcomes?: object[]): void {
  const of = { period: world.id(period) }
  given(
    certify(world, { ...of, ...(outcomes ? { outcomes } : {}) }),
    paper(world, 'verification-report', byVerifier(world), of),
    step(world, 'submit-verification', byVerifier(world), of),
  )
}

/** The owner asks for an issuance, with its form. */
export function request(world: World, period = 'period'): void {
  const of = { period: world.id(period) }
  given(paper(world, 'issuance-form', bySun(world), of), step(world, 'request-issuance', bySun(world), of))
}

/** Two officers have approved what is asked for. */
export function approve(world: World, period = 'period'): void {
  request(world, period)
  given(step(world, 'approve-issuance', byBoth(world), { period: world.id(period) }))
}

export function approved(world: World): void {
  underVerification(world)
  verified(world)
  approve(world)
}

/** Of the monitoring period, as it was certified. */
export const issue = (world: World, change: Change = {}): Outcome =>
  world.try(
    'BatchIssued',
    {
      batch: world.id('solar 2025'),
      authorisation: world.id('solar itmo'),
      period: world.id('period'),
      vintage: '2025',
      certified: '25.51',
      monitoringPeriod: null,
      ...change,
    },
    byBoth(world),
  )

export const forging = (allotted: object) => ({ forge: (body: object) => ({ ...body, allotted }) })

/** Solar leaves its state by a move that needs this of its crediting. */
export function suspendNeeds(world: World, needs: object, more: object = {}): void {
  world.adopt('preset', ({ project }) => {
    const { moves } = project as { moves: { name: string }[] }
    for (const one of moves) if (one.name === 'suspend') Object.assign(one, { needs, ...more })
  })
}

export const move = (world: World, name: string) =>
  world.try('ProjectMoved', { project: world.id('solar'), move: name })

/** It is suspended and back, and renewed by that. */
export function renewed(world: World): void {
  suspendNeeds(world, {}, { renews: true })
  given(move(world, 'suspend'), move(world, 'resume'))
}

export const further = { from: '2029-01-01', to: '2033-12-31' }

export const next = (world: World, change: object = {}) => ({
  period: world.id('next'),
  from: '2026-01-01',
  to: '2026-06-30',
  ...change,
})

export const submitReport = (world: World, change: Record<string, unknown> = {}) =>
  step(world, 'submit-report', bySun(world), change)

export const finding = (world: World, change: object = {}) =>
  world.try('FindingRaised', {
    finding: world.id('finding'),
    project: world.id('solar'),
    period: world.id('period'),
    kind: 'CAR',
    section: null,
    text: world.hash('no calibration'),
    ...change,
  })

const round = (world: World) => ({
  project: world.id('solar'),
  period: world.id('period') as string | null,
  finding: world.id('finding'),
  text: world.hash('a word on it'),
})

export const answer = (world: World, change: object = {}) =>
  world.try('FindingAnswered', { ...round(world), ...change }, bySun(world))

export const assessIt = (world: World, change: object = {}) =>
  world.try('FindingAssessed', { ...round(world), outcome: 'closed', ...change }, byVerifier(world))

/** Another period, half a year later, is under verification. */
export function nextUnderVerification(world: World): void {
  underVerification(world)
  given(open(world, next(world)))
  verifying(world, 'next')
  world.do('CertifierAccredited', {
    organisation: world.id('assessor'),
    accreditation: world.id('another'),
    body: world.hash('accreditors'),
    scopes: ['1'],
    from: '2026-02-01',
    to: '2030-12-31',
  })
  world.now = '2026-07-01T00:00:00.000Z'
}

export const ofNext = (world: World) => ({
  period: world.id('next'),
  outcomes: [{ vintage: '2026', certified: '10' }],
})

/** The assessor has verified so many monitoring periods in a row. */
export function inTurns(world: World, periods: number): void {
  const [id, row] = [world.id('solar'), world.state.get('project', world.id('solar'))]
  if (!row) throw new Error('the project is there')
  const put = {
    kind: 'project' as const,
    id,
    row: { ...row, verified: { organisation: world.id('assessor'), periods } },
  }
  world.state.apply({ puts: [put], postings: [], runs: [] })
}
