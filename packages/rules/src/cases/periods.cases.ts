import { isRefusal } from '../refusal.ts'
import { type Case, given, refuses, writes } from './case.fixture.ts'
import { assess, assign } from './certifier.fixture.ts'
import { issuedAs } from './country.fixture.ts'
import { byBoth, byPort, bySun, officersMay } from './people.fixture.ts'
import {
  approve,
  approved,
  byVerifier,
  certify,
  credit,
  issue,
  keepPeriods,
  open,
  opened,
  paper,
  step,
  underVerification,
  verified,
  verifying,
} from './periods.fixture.ts'
import type { World } from './world.fixture.ts'

const forging = (allotted: object) => ({ forge: (body: object) => ({ ...body, allotted }) })

/** Solar leaves its state by a move that needs this of its crediting. */
function suspendNeeds(world: World, needs: object, more: object = {}): void {
  world.adopt('preset', ({ project }) => {
    const { moves } = project as { moves: { name: string }[] }
    for (const one of moves) if (one.name === 'suspend') Object.assign(one, { needs, ...more })
  })
}

const move = (world: World, name: string) => world.try('ProjectMoved', { project: world.id('solar'), move: name })

/** It is suspended and back, and renewed by that. */
function renewed(world: World): void {
  suspendNeeds(world, {}, { renews: true })
  given(move(world, 'suspend'), move(world, 'resume'))
}

const further = { from: '2029-01-01', to: '2033-12-31' }

const creditingCases: Case[] = [
  refuses('CreditingPeriodSet', 'project-unknown', 'a project that nobody registered', (world) => {
    keepPeriods(world)
    return credit(world, { project: world.id('nothing') })
  }),
  refuses('CreditingPeriodSet', 'periods-not-kept', 'a country without crediting periods', (world) => credit(world)),
  refuses('CreditingPeriodSet', 'code-unknown', 'a kind that the preset does not have', (world) => {
    keepPeriods(world)
    return credit(world, { kind: 'eternal' })
  }),
  refuses('CreditingPeriodSet', 'code-unknown', 'a renewal of another kind', (world) => {
    keepPeriods(world)
    given(credit(world))
    renewed(world)
    return credit(world, { kind: 'removals', from: '2029-01-01', to: '2043-12-31' })
  }),
  refuses('CreditingPeriodSet', 'dates-differ', 'a day too long', (world) => {
    keepPeriods(world)
    return credit(world, { to: '2029-01-01' })
  }),
  refuses('CreditingPeriodSet', 'project-state', 'a project that is suspended', (world) => {
    keepPeriods(world)
    given(move(world, 'suspend'))
    return credit(world)
  }),
  refuses('CreditingPeriodSet', 'crediting-used-up', 'a further one that nobody has renewed', (world) => {
    keepPeriods(world)
    given(credit(world))
    return credit(world, further)
  }),
  refuses('CreditingPeriodSet', 'crediting-used-up', 'two for one renewal', (world) => {
    keepPeriods(world)
    given(credit(world))
    renewed(world)
    given(credit(world, further))
    return credit(world, { from: '2034-01-01', to: '2038-12-31' })
  }),
  refuses('CreditingPeriodSet', 'dates-overlap', 'on the last day of the one before', (world) => {
    keepPeriods(world)
    given(credit(world))
    renewed(world)
    return credit(world, { from: '2028-12-31', to: '2033-12-30' })
  }),
  refuses('CreditingPeriodSet', 'allocation-wrong', 'a number that is left out', (world) => {
    keepPeriods(world)
    return credit(world, {}, forging({ number: 2 }))
  }),
  refuses('CreditingPeriodSet', 'not-permitted', 'an owner for itself', (world) => {
    keepPeriods(world)
    return credit(world, {}, bySun(world))
  }),
  writes(
    'CreditingPeriodSet',
    'the first one, from a day that not every year has',
    (world) => {
      keepPeriods(world)
      return credit(world, { from: '2024-02-29', to: '2029-02-28' })
    },
    ['project solar: crediting {kind:renewable,renewals:2,renewed:0,periods:[{from:2024-02-29,to:2029-02-28}]}'],
  ),
  writes(
    'CreditingPeriodSet',
    'a further one, on the day after the first',
    (world) => {
      keepPeriods(world)
      given(credit(world))
      renewed(world)
      return credit(world, further)
    },
    [
      'project solar: crediting {kind:renewable,renewals:2,renewed:1,periods:[{from:2024-01-01,to:2028-12-31}]} → {kind:renewable,renewals:2,renewed:1,periods:[{from:2024-01-01,to:2028-12-31},{from:2029-01-01,to:2033-12-31}]}',
    ],
  ),
  refuses('ProjectMoved', 'crediting-missing', 'an end of crediting where nothing was credited', (world) => {
    keepPeriods(world)
    suspendNeeds(world, { creditingEnds: 0 })
    return move(world, 'suspend')
  }),
  refuses('ProjectMoved', 'crediting-missing', 'a renewal before the last one was used', (world) => {
    keepPeriods(world)
    given(credit(world))
    renewed(world)
    return move(world, 'suspend')
  }),
  refuses('ProjectMoved', 'crediting-used-up', 'a renewal of a kind that is not renewed', (world) => {
    keepPeriods(world)
    given(credit(world, { kind: 'fixed', to: '2033-12-31' }))
    suspendNeeds(world, { renewable: true })
    return move(world, 'suspend')
  }),
  refuses('ProjectMoved', 'too-early', 'a millisecond before the last day of crediting is over', (world) => {
    keepPeriods(world)
    given(credit(world))
    suspendNeeds(world, { creditingEnds: 0 })
    world.now = '2028-12-31T23:59:59.999Z'
    return move(world, 'suspend')
  }),
  refuses('ProjectMoved', 'too-early', 'more than 270 days before the end of crediting', (world) => {
    keepPeriods(world)
    given(credit(world))
    suspendNeeds(world, { creditingEnds: 270, renewable: true })
    world.now = '2028-04-05T23:59:59.999Z'
    return move(world, 'suspend')
  }),
  writes(
    'ProjectMoved',
    'renewed, 270 days before the end of crediting',
    (world) => {
      keepPeriods(world)
      given(credit(world))
      suspendNeeds(world, { creditingEnds: 270 }, { renews: true })
      world.now = '2028-04-06T00:00:00.000Z'
      return move(world, 'suspend')
    },
    [
      'project solar: state registered → suspended, entered {index:15,at:2026-01-01T00:00:00.000Z} → {index:26,at:2028-04-06T00:00:00.000Z}, crediting {kind:renewable,renewals:2,renewed:0,periods:[{from:2024-01-01,to:2028-12-31}]} → {kind:renewable,renewals:2,renewed:1,periods:[{from:2024-01-01,to:2028-12-31}]}',
      'ledger: states {registered:2} → {registered:1,suspended:1}',
    ],
  ),
]

const next = (world: World, change: object = {}) => ({
  period: world.id('next'),
  from: '2026-01-01',
  to: '2026-06-30',
  ...change,
})

const openingCases: Case[] = [
  refuses('MonitoringPeriodOpened', 'project-unknown', 'a project that nobody registered', (world) => {
    keepPeriods(world)
    officersMay(world, 'periods.open')
    return open(world, { project: world.id('nothing') }, { by: world.id('officer') })
  }),
  refuses('MonitoringPeriodOpened', 'not-permitted', "another's project", (world) => {
    keepPeriods(world)
    given(credit(world))
    return open(world, {}, byPort(world))
  }),
  refuses('MonitoringPeriodOpened', 'malformed', 'a period that ends before it begins', (world) => {
    keepPeriods(world)
    given(credit(world))
    return open(world, { to: '2024-12-31' })
  }),
  refuses('MonitoringPeriodOpened', 'periods-not-kept', 'a country without monitoring periods', (world) => open(world)),
  refuses('MonitoringPeriodOpened', 'already-exists', 'an id that was used', (world) => {
    opened(world)
    return open(world, next(world, { period: world.id('period') }))
  }),
  refuses('MonitoringPeriodOpened', 'project-state', 'a project that is suspended', (world) => {
    keepPeriods(world)
    given(credit(world), move(world, 'suspend'))
    return open(world)
  }),
  refuses('MonitoringPeriodOpened', 'crediting-missing', 'a project that is not credited', (world) => {
    keepPeriods(world)
    return open(world)
  }),
  refuses('MonitoringPeriodOpened', 'crediting-missing', 'a day before it is credited', (world) => {
    keepPeriods(world)
    given(credit(world))
    return open(world, { from: '2023-12-31' })
  }),
  refuses(
    'MonitoringPeriodOpened',
    'crediting-missing',
    'partly in one crediting period, partly in the next',
    (world) => {
      keepPeriods(world)
      given(credit(world))
      renewed(world)
      given(credit(world, further))
      return open(world, { from: '2028-07-01', to: '2029-06-30' })
    },
  ),
  refuses('MonitoringPeriodOpened', 'dates-overlap', 'on the last day of the one before', (world) => {
    opened(world)
    return open(world, next(world, { from: '2025-12-31' }))
  }),
  refuses('MonitoringPeriodOpened', 'dates-overlap', 'before the one before', (world) => {
    opened(world)
    return open(world, next(world, { from: '2024-01-01', to: '2024-12-31' }))
  }),
  refuses('MonitoringPeriodOpened', 'allocation-wrong', 'a number that is left out', (world) => {
    keepPeriods(world)
    given(credit(world))
    return open(world, {}, { ...bySun(world), ...forging({ number: 2 }) })
  }),
  writes(
    'MonitoringPeriodOpened',
    'on the day after the last one, though it is not over',
    (world) => {
      opened(world)
      return open(world, next(world))
    },
    [
      'new period next: project solar, number 2, from 2026-01-01, to 2026-06-30, state opened, entered {index:26,at:2026-01-01T00:00:00.000Z}, documents {}, findings {open:0,forward:0}, outcomes {}, previous period',
      'period period: next next',
      'project solar: periods {opened:1,last:period} → {opened:2,last:next}',
      'ledger: periods {opened:{all:1,issued:0}} → {opened:{all:2,issued:0}}',
    ],
  ),
  writes(
    'MonitoringPeriodOpened',
    'the days of one that is void',
    (world) => {
      opened(world)
      given(open(world, next(world)), step(world, 'withdraw-report', bySun(world), { period: world.id('next') }))
      return open(world, next(world, { period: world.id('again') }))
    },
    [
      'new period again: project solar, number 3, from 2026-01-01, to 2026-06-30, state opened, entered {index:28,at:2026-01-01T00:00:00.000Z}, documents {}, findings {open:0,forward:0}, outcomes {}, previous period',
      'period period: next again',
      'project solar: periods {opened:2,last:period} → {opened:3,last:again}',
      'ledger: periods {opened:{all:1,issued:0},withdrawn:{all:1,issued:0}} → {withdrawn:{all:1,issued:0},opened:{all:2,issued:0}}',
    ],
  ),
]

/** The move on the report asks for this, too. */
function reportNeeds(world: World, needs: object): void {
  keepPeriods(world, ({ period }) => {
    for (const one of period.moves) if (one.name === 'submit-report') Object.assign(one, { needs })
  })
  given(credit(world), open(world))
}

const submitReport = (world: World, change: Record<string, unknown> = {}) =>
  step(world, 'submit-report', bySun(world), change)

const finding = (world: World, change: object = {}) =>
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

const answer = (world: World, change: object = {}) =>
  world.try('FindingAnswered', { ...round(world), ...change }, bySun(world))

const assessIt = (world: World, change: object = {}) =>
  world.try('FindingAssessed', { ...round(world), outcome: 'closed', ...change }, byVerifier(world))

const movingCases: Case[] = [
  refuses('MonitoringPeriodMoved', 'period-unknown', 'a period that nobody opened', (world) => {
    keepPeriods(world)
    return step(world, 'publish-report')
  }),
  refuses(
    'MonitoringPeriodMoved',
    'move-unknown',
    'a move that the table allows and the preset does not have',
    (world) => {
      opened(world)
      officersMay(world, 'periods.move.bless')
      return step(world, 'bless')
    },
  ),
  refuses('MonitoringPeriodMoved', 'period-state', 'a move from another state', (world) => {
    opened(world)
    return step(world, 'publish-report')
  }),
  refuses('MonitoringPeriodMoved', 'not-permitted', 'an owner who publishes its own report', (world) => {
    opened(world)
    return step(world, 'publish-report', bySun(world))
  }),
  refuses('MonitoringPeriodMoved', 'not-permitted', "an owner of another's project", (world) => {
    opened(world)
    return step(world, 'withdraw-report', byPort(world))
  }),
  refuses('MonitoringPeriodMoved', 'approval-missing', 'an issuance that one officer approves', (world) => {
    underVerification(world)
    verified(world)
    given(step(world, 'request-issuance', bySun(world)))
    return step(world, 'approve-issuance')
  }),
  refuses('MonitoringPeriodMoved', 'reason-missing', 'a return without a reason', (world) => {
    opened(world)
    given(paper(world, 'monitoring-report', bySun(world)), submitReport(world))
    return step(world, 'return-report')
  }),
  refuses('MonitoringPeriodMoved', 'code-unknown', 'a reason that the preset does not have', (world) => {
    opened(world)
    given(paper(world, 'monitoring-report', bySun(world)))
    return submitReport(world, { reason: 'spite' })
  }),
  refuses('MonitoringPeriodMoved', 'malformed', 'a text without its reason', (world) => {
    opened(world)
    return submitReport(world, { text: world.hash('here it is') })
  }),
  refuses('MonitoringPeriodMoved', 'document-missing', 'a report that nobody submitted', (world) => {
    opened(world)
    return submitReport(world)
  }),
  refuses('MonitoringPeriodMoved', 'document-missing', 'the report that was returned', (world) => {
    opened(world)
    given(paper(world, 'monitoring-report', bySun(world)), submitReport(world))
    given(step(world, 'return-report', {}, { reason: 'incomplete' }))
    return submitReport(world)
  }),
  refuses('MonitoringPeriodMoved', 'document-missing', 'the report of another period', (world) => {
    opened(world)
    given(open(world, next(world)), paper(world, 'monitoring-report', bySun(world)))
    return submitReport(world, { period: world.id('next') })
  }),
  refuses('MonitoringPeriodMoved', 'certifier-missing', 'nobody is assigned to the verification', (world) => {
    opened(world)
    given(paper(world, 'monitoring-report', bySun(world)), submitReport(world), step(world, 'publish-report'))
    return step(world, 'begin-verification')
  }),
  refuses('MonitoringPeriodMoved', 'findings-open', 'a finding about the period that nobody answered', (world) => {
    underVerification(world)
    given(certify(world), paper(world, 'verification-report', byVerifier(world)), finding(world))
    return step(world, 'submit-verification', byVerifier(world))
  }),
  refuses('MonitoringPeriodMoved', 'outcomes-missing', 'an opinion without a figure', (world) => {
    underVerification(world)
    given(paper(world, 'verification-report', byVerifier(world)))
    return step(world, 'submit-verification', byVerifier(world))
  }),
  refuses('MonitoringPeriodMoved', 'outcomes-missing', 'the figure of the round before', (world) => {
    underVerification(world)
    verified(world)
    given(step(world, 'return-verification', {}, { reason: 'incomplete' }))
    given(paper(world, 'verification-report', byVerifier(world)))
    return step(world, 'submit-verification', byVerifier(world))
  }),
  refuses('MonitoringPeriodMoved', 'too-early', 'days that are not over', (world) => {
    reportNeeds(world, { days: 30 })
    return submitReport(world)
  }),
  refuses('MonitoringPeriodMoved', 'too-late', 'days that are over', (world) => {
    reportNeeds(world, { within: 30 })
    world.wait(30 * 24)
    return submitReport(world)
  }),
  refuses('MonitoringPeriodMoved', 'already-issued', 'a refusal after the first unit', (world) => {
    approved(world)
    given(issue(world, { certified: '1' }))
    return step(world, 'refuse-issuance', {}, { reason: 'integrity' })
  }),
  writes(
    'MonitoringPeriodMoved',
    'to the state of the move',
    (world) => {
      opened(world)
      given(paper(world, 'monitoring-report', bySun(world)))
      return submitReport(world)
    },
    [
      'period period: state opened → monitoring-submitted, entered {index:25,at:2026-01-01T00:00:00.000Z} → {index:27,at:2026-01-01T00:00:00.000Z}',
      'ledger: periods {opened:{all:1,issued:0}} → {monitoring-submitted:{all:1,issued:0}}',
    ],
  ),
  writes(
    'MonitoringPeriodMoved',
    'the last one is void: the one before it is the last',
    (world) => {
      opened(world)
      given(open(world, next(world)))
      return step(world, 'withdraw-report', bySun(world), { period: world.id('next') })
    },
    [
      'period next: state opened → withdrawn, entered {index:26,at:2026-01-01T00:00:00.000Z} → {index:27,at:2026-01-01T00:00:00.000Z}, previous period → null',
      'period period: next next → null',
      'project solar: periods {opened:2,last:next} → {opened:2,last:period}',
      'ledger: periods {opened:{all:2,issued:0}} → {opened:{all:1,issued:0},withdrawn:{all:1,issued:0}}',
    ],
  ),
  writes(
    'MonitoringPeriodMoved',
    'one between two others is void: those are neighbours',
    (world) => {
      opened(world)
      given(open(world, next(world)))
      given(open(world, { period: world.id('third'), from: '2026-07-01', to: '2026-12-31' }))
      return step(world, 'withdraw-report', bySun(world), { period: world.id('next') })
    },
    [
      'period next: state opened → withdrawn, entered {index:26,at:2026-01-01T00:00:00.000Z} → {index:28,at:2026-01-01T00:00:00.000Z}, previous period → null, next third → null',
      'period period: next next → third',
      'period third: previous next → period',
      'ledger: periods {opened:{all:3,issued:0}} → {opened:{all:2,issued:0},withdrawn:{all:1,issued:0}}',
    ],
  ),
  writes(
    'MonitoringPeriodMoved',
    'refused, once what was issued of it is taken back',
    (world) => {
      approved(world)
      const outcome = issue(world)
      if (isRefusal(outcome)) return outcome
      const original = issuedAs(outcome.entry, outcome.index)
      given(world.try('EntryCorrected', { original, reason: 'clerical-error' }, byBoth(world)))
      return step(world, 'refuse-issuance', {}, { reason: 'integrity' })
    },
    [
      'period period: state issuance-approved → refused, entered {index:38,at:2026-01-01T00:00:00.000Z} → {index:41,at:2026-01-01T00:00:00.000Z}',
      'project solar: periods {opened:1,last:period} → {opened:1,last:null}',
      'ledger: periods {issuance-approved:{all:1,issued:0}} → {refused:{all:1,issued:0}}',
    ],
  ),
]

const subjectCases: Case[] = [
  refuses('DocumentSubmitted', 'period-unknown', 'a period that nobody opened', (world) => {
    keepPeriods(world)
    return paper(world, 'monitoring-report', bySun(world))
  }),
  refuses('DocumentSubmitted', 'period-unknown', 'a period of another project', (world) => {
    opened(world)
    return paper(world, 'monitoring-report', byPort(world), { project: world.id('tide') })
  }),
  refuses('DocumentSubmitted', 'not-permitted', 'a certifier that is assigned to the validation only', (world) => {
    opened(world)
    assess(world)
    given(assign(world, { task: 'validation' }))
    return paper(world, 'verification-report', byVerifier(world))
  }),
  refuses('DocumentSubmitted', 'period-state', 'a report that was published', (world) => {
    opened(world)
    given(paper(world, 'monitoring-report', bySun(world)), submitReport(world))
    return paper(world, 'monitoring-report', bySun(world))
  }),
  refuses('DocumentSubmitted', 'code-unknown', "a document of the project as the period's", (world) => {
    opened(world)
    return paper(world, 'project-design', bySun(world))
  }),
  refuses('DocumentSubmitted', 'code-unknown', "a document of the period as the project's", (world) => {
    opened(world)
    return paper(world, 'monitoring-report', bySun(world), { period: null })
  }),
  writes(
    'DocumentSubmitted',
    'a report on a monitoring period',
    (world) => {
      opened(world)
      return paper(world, 'monitoring-report', bySun(world))
    },
    ['period period: documents {} → {monitoring-report:{version:1,index:26,sha256:hash}}'],
  ),
  refuses('FindingRaised', 'period-unknown', 'a period that nobody opened', (world) => finding(world)),
  refuses('FindingRaised', 'period-state', 'a period of which nothing is reported yet', (world) => {
    opened(world)
    return finding(world)
  }),
  refuses('FindingAnswered', 'finding-unknown', 'a finding about a period, as one about the project', (world) => {
    underVerification(world)
    given(finding(world))
    return answer(world, { period: null })
  }),
  writes(
    'FindingRaised',
    'about a monitoring period, for the one that follows',
    (world) => {
      underVerification(world)
      given(finding(world))
      return finding(world, { finding: world.id('later'), kind: 'FAR' })
    },
    [
      'new finding later: project solar, period period, kind FAR, number 1, state open',
      'period period: findings {open:1,forward:0} → {open:1,forward:1}',
      'project solar: findings {open:0,forward:0,raised:{CAR:1}} → {open:0,forward:0,raised:{CAR:1,FAR:1}}, forward {} → {1:1}',
    ],
  ),
  writes(
    'FindingAssessed',
    'closed by whoever verifies the period',
    (world) => {
      underVerification(world)
      given(finding(world, { kind: 'FAR' }), answer(world))
      return assessIt(world)
    },
    [
      'finding finding: state answered → closed',
      'period period: findings {open:0,forward:1} → {open:0,forward:0}',
      'project solar: forward {1:1} → {}',
    ],
  ),
]

/** Another period, half a year later, is under verification. */
function nextUnderVerification(world: World): void {
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

const ofNext = (world: World) => ({
  period: world.id('next'),
  outcomes: [{ vintage: '2026', certified: '10' }],
})

/** The assessor has verified so many monitoring periods in a row. */
function inTurns(world: World, periods: number): void {
  const [id, row] = [world.id('solar'), world.state.get('project', world.id('solar'))]
  if (!row) throw new Error('the project is there')
  const put = {
    kind: 'project' as const,
    id,
    row: { ...row, verified: { organisation: world.id('assessor'), periods } },
  }
  world.state.apply({ puts: [put], postings: [], runs: [] })
}

const certifyingCases: Case[] = [
  refuses('OutcomeCertified', 'period-unknown', 'a period that nobody opened', (world) => {
    keepPeriods(world)
    officersMay(world, 'periods.certify')
    return certify(world, {}, { by: world.id('officer') })
  }),
  refuses('OutcomeCertified', 'malformed', 'years in disorder', (world) => {
    underVerification(world)
    const outcomes = ['2025', '2024'].map((vintage) => ({ vintage, certified: '1' }))
    return certify(world, { outcomes })
  }),
  refuses('OutcomeCertified', 'malformed', 'a year twice', (world) => {
    underVerification(world)
    const outcomes = ['2025', '2025'].map((vintage) => ({ vintage, certified: '1' }))
    return certify(world, { outcomes })
  }),
  refuses('OutcomeCertified', 'not-permitted', 'by a certifier that is assigned to the validation only', (world) => {
    opened(world)
    assess(world)
    given(assign(world, { task: 'validation' }))
    return certify(world)
  }),
  refuses('OutcomeCertified', 'period-state', 'before the verification', (world) => {
    opened(world)
    assess(world)
    given(assign(world))
    return certify(world)
  }),
  refuses('OutcomeCertified', 'vintage-wrong', 'a year without a day of the period', (world) => {
    underVerification(world)
    return certify(world, { outcomes: [{ vintage: '2024', certified: '1' }] })
  }),
  refuses('OutcomeCertified', 'too-early', 'a millisecond before its last day is over', (world) => {
    nextUnderVerification(world)
    world.now = '2026-06-30T23:59:59.999Z'
    return certify(world, ofNext(world))
  }),
  refuses('OutcomeCertified', 'findings-open', 'a finding about it that was answered and not assessed', (world) => {
    underVerification(world)
    given(finding(world), answer(world))
    return certify(world)
  }),
  refuses('OutcomeCertified', 'findings-open', 'a forward action request of the period before', (world) => {
    nextUnderVerification(world)
    given(finding(world, { kind: 'FAR' }))
    return certify(world, ofNext(world))
  }),
  refuses('OutcomeCertified', 'findings-open', 'a forward action request of the validation', (world) => {
    underVerification(world)
    given(finding(world, { kind: 'FAR', period: null }))
    return certify(world)
  }),
  refuses('OutcomeCertified', 'certifier-missing', 'by officers, where nobody is assigned', (world) => {
    underVerification(world)
    world.do('CertifierReleased', { project: world.id('solar'), task: 'verification', reason: 'request' })
    officersMay(world, 'periods.certify')
    return certify(world, {}, { by: world.id('officer') })
  }),
  refuses('OutcomeCertified', 'rotation-due', 'a sixth period in a row', (world) => {
    underVerification(world)
    inTurns(world, 5)
    return certify(world)
  }),
  refuses('OutcomeCertified', 'already-issued', 'anew, after the first unit', (world) => {
    // A period comes back for verification after units were issued, and goes on as it is.
    keepPeriods(world, ({ period }) => {
      for (const one of period.moves) {
        if (one.name === 'return-verification') one.from.push('issued')
        if (one.name === 'complete-issuance') one.from.push('under-verification')
      }
    })
    given(credit(world), open(world))
    assess(world)
    given(assign(world))
    verifying(world)
    verified(world)
    approve(world)
    given(issue(world, { certified: '1' }), step(world, 'complete-issuance'))
    given(step(world, 'return-verification', {}, { reason: 'integrity' }))
    return certify(world)
  }),
  writes(
    'OutcomeCertified',
    'for the first time, after four periods in a row, with requests for the future',
    (world) => {
      underVerification(world)
      inTurns(world, 4)
      given(finding(world, { kind: 'FAR' }))
      return certify(world)
    },
    [
      'period period: certified {index:35,by:assessor}, outcomes {} → {2025:{certified:25.51,issued:0}}',
      'project solar: verified {organisation:assessor,periods:4} → {organisation:assessor,periods:5}',
    ],
  ),
  writes(
    'OutcomeCertified',
    'anew in a later round: the turn counts once',
    (world) => {
      underVerification(world)
      inTurns(world, 4)
      verified(world)
      given(step(world, 'return-verification', {}, { reason: 'incomplete' }))
      return certify(world, { outcomes: [{ vintage: '2025', certified: '20' }] })
    },
    [
      'period period: certified {index:34,by:assessor} → {index:38,by:assessor}, outcomes {2025:{certified:25.51,issued:0}} → {2025:{certified:20,issued:0}}',
    ],
  ),
  writes(
    'OutcomeCertified',
    'though a later period has left a request',
    (world) => {
      nextUnderVerification(world)
      given(finding(world, { finding: world.id('later'), kind: 'FAR', period: world.id('next') }))
      return certify(world)
    },
    [
      'period period: certified {index:41,by:assessor}, outcomes {} → {2025:{certified:25.51,issued:0}}',
      'project solar: verified {organisation:assessor,periods:1}',
    ],
  ),
]

const issuingCases: Case[] = [
  refuses('BatchIssued', 'periods-not-kept', 'a period, in a country that keeps none', (world) => issue(world)),
  refuses('BatchIssued', 'period-missing', 'no period, in a country that keeps them', (world) => {
    approved(world)
    return issue(world, { period: null })
  }),
  refuses('BatchIssued', 'period-unknown', 'a period that nobody opened', (world) => {
    keepPeriods(world)
    return issue(world)
  }),
  refuses('BatchIssued', 'period-unknown', 'a period of another project', (world) => {
    approved(world)
    return issue(world, { batch: world.id('tide 2025'), authorisation: world.id('tide itmo') })
  }),
  refuses('BatchIssued', 'period-state', 'a period that nobody has approved', (world) => {
    underVerification(world)
    verified(world)
    return issue(world)
  }),
  refuses('BatchIssued', 'dates-differ', 'other days than those of the period', (world) => {
    approved(world)
    return issue(world, { monitoringPeriod: { from: '2025-01-01', to: '2025-12-30' } })
  }),
  refuses('BatchIssued', 'certified-exceeded', 'a millionth of a tonne too much', (world) => {
    approved(world)
    return issue(world, { certified: '25.510001' })
  }),
  refuses('BatchIssued', 'certified-exceeded', 'two batches that are too much together', (world) => {
    approved(world)
    given(issue(world, { batch: world.id('first'), certified: '25' }))
    return issue(world, { certified: '1' })
  }),
  refuses('BatchIssued', 'certified-exceeded', 'a year of which nothing was certified', (world) => {
    keepPeriods(world)
    given(credit(world), open(world, { from: '2024-07-01' }))
    assess(world)
    given(assign(world))
    verifying(world)
    verified(world)
    approve(world)
    return issue(world, { batch: world.id('solar 2024 b'), vintage: '2024', certified: '1' })
  }),
  writes(
    'BatchIssued',
    'all that was certified of a monitoring period',
    (world) => {
      approved(world)
      return issue(world)
    },
    [
      'new batch solar 2025: space national:XT/ITMO, first 401, last 425, class solar/2025/ITMO, project solar, vintage 2025, unitType ITMO, authorisation solar itmo',
      'space national:XT/ITMO: next 401 → 426',
      'output solar/ITMO: issued 300 → 325',
      'authorisation solar itmo: issued 300 → 325',
      'new issued solar 2025: index 39, says hash',
      'new remainder solar/2025/ITMO: micro 510000',
      'remainder solar/ITMO: as before',
      'period period: outcomes {2025:{certified:25.51,issued:0}} → {2025:{certified:25.51,issued:25.51}}',
      'ledger: periods {issuance-approved:{all:1,issued:0}} → {issuance-approved:{all:1,issued:1}}',
      '25 solar/2025/ITMO: issuance → sun',
      'units solar 2025 401-425: sun',
    ],
  ),
  writes(
    'EntryCorrected',
    'an issuance of a monitoring period: it may be issued anew',
    (world) => {
      approved(world)
      const outcome = issue(world)
      if (isRefusal(outcome)) return outcome
      const original = issuedAs(outcome.entry, outcome.index)
      return world.try('EntryCorrected', { original, reason: 'clerical-error' }, byBoth(world))
    },
    [
      'new ended hash: index 40',
      'authorisation solar itmo: issued 325 → 300',
      'output solar/ITMO: issued 325 → 300',
      'remainder solar/2025/ITMO: micro 510000 → 0',
      'remainder solar/ITMO: as before',
      'period period: outcomes {2025:{certified:25.51,issued:25.51}} → {2025:{certified:25.51,issued:0}}',
      'ledger: periods {issuance-approved:{all:1,issued:1}} → {issuance-approved:{all:1,issued:0}}',
      '25 solar/2025/ITMO: sun → issuance',
      'units solar 2025 401-425: issuance',
    ],
  ),
]

/** Less than one unit of the monitoring period, which the next issuance adds to. */
const carry = (world: World, change: object = {}) => {
  const of = { authorisation: world.id('solar itmo'), period: world.id('period'), vintage: '2025' }
  const request = { ...of, certified: '0.51', monitoringPeriod: null, ...change }
  return world.try('OutcomeCarried', request, byBoth(world))
}

const carryingCases: Case[] = [
  refuses('OutcomeCarried', 'periods-not-kept', 'a period, in a country that keeps none', (world) => carry(world)),
  refuses('OutcomeCarried', 'periods-not-kept', 'a deficit of a period, there', (world) =>
    carry(world, { certified: '-1' }),
  ),
  refuses('OutcomeCarried', 'period-missing', 'no period, in a country that keeps them', (world) => {
    approved(world)
    return carry(world, { period: null })
  }),
  refuses('OutcomeCarried', 'period-unknown', 'a deficit of a period of another project', (world) => {
    approved(world)
    return carry(world, { authorisation: world.id('tide itmo'), certified: '-1' })
  }),
  refuses('OutcomeCarried', 'period-state', 'a period that nobody has approved', (world) => {
    underVerification(world)
    verified(world)
    return carry(world)
  }),
  refuses('OutcomeCarried', 'dates-differ', 'other days than those of the period', (world) => {
    approved(world)
    return carry(world, { monitoringPeriod: { from: '2025-01-01', to: '2025-12-30' } })
  }),
  refuses('OutcomeCarried', 'certified-exceeded', 'a fraction over and above what was issued', (world) => {
    approved(world)
    given(issue(world))
    return carry(world, { certified: '0.000001' })
  }),
  refuses('BatchIssued', 'certified-exceeded', 'what was carried of it counts', (world) => {
    approved(world)
    given(carry(world))
    return issue(world, { certified: '25.01' })
  }),
  writes(
    'OutcomeCarried',
    'a fraction of a monitoring period',
    (world) => {
      approved(world)
      return carry(world)
    },
    [
      'new remainder solar/2025/ITMO: micro 510000',
      'remainder solar/ITMO: as before',
      'period period: outcomes {2025:{certified:25.51,issued:0}} → {2025:{certified:25.51,issued:0.51}}',
      'ledger: periods {issuance-approved:{all:1,issued:0}} → {issuance-approved:{all:1,issued:1}}',
    ],
  ),
  writes(
    'OutcomeCarried',
    'a deficit takes nothing of what was certified, and needs no period',
    (world) => {
      approved(world)
      return carry(world, { certified: '-3.2', period: null })
    },
    ['new remainder solar/2025/ITMO: micro 0', 'remainder solar/ITMO: micro 0 → -3200000'],
  ),
]

export const periodCases: Case[] = [
  ...creditingCases,
  ...openingCases,
  ...movingCases,
  ...subjectCases,
  ...certifyingCases,
  ...issuingCases,
  ...carryingCases,
]
