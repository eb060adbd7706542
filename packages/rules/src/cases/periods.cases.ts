import { isRefusal } from '../refusal.ts'
import { type Case, given, refuses, writes } from './case.fixture.ts'
import { assess, assign } from './certifier.fixture.ts'
import { issuedAs } from './country.fixture.ts'
import { byBoth, byPort, bySun, officersMay } from './people.fixture.ts'
import {
  answer,
  approved,
  assessIt,
  byVerifier,
  certify,
  credit,
  finding,
  issue,
  keepPeriods,
  next,
  open,
  opened,
  paper,
  request,
  step,
  submitReport,
  underVerification,
  verified,
} from './periods.fixture.ts'
import type { World } from './world.fixture.ts'

/** The move on the report asks for this, too. */
function reportNeeds(world: World, needs: object): void {
  keepPeriods(world, ({ period }) => {
    for (const one of period.moves) if (one.name === 'submit-report') Object.assign(one, { needs })
  })
  given(credit(world), open(world))
}

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
  refuses('MonitoringPeriodMoved', 'document-missing', 'an issuance that is asked for without its form', (world) => {
    underVerification(world)
    verified(world)
    return step(world, 'request-issuance', bySun(world))
  }),
  refuses('MonitoringPeriodMoved', 'document-missing', 'on the form of an earlier verification', (world) => {
    underVerification(world)
    verified(world)
    given(paper(world, 'issuance-form', bySun(world)), step(world, 'return-verification', {}, { reason: 'other' }))
    verified(world, 'period', [{ vintage: '2025', certified: '24' }])
    return step(world, 'request-issuance', bySun(world))
  }),
  refuses('MonitoringPeriodMoved', 'approval-missing', 'an issuance that one officer approves', (world) => {
    underVerification(world)
    verified(world)
    request(world)
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
  refuses('MonitoringPeriodMoved', 'terms-changed', 'another report than the one in force', (world) => {
    opened(world)
    given(paper(world, 'monitoring-report', bySun(world)))
    return submitReport(world, { documents: [{ document: 'monitoring-report', sha256: world.hash('another report') }] })
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
      'project solar: periods {opened:1,last:period,states:{opened:1}} → {opened:1,last:period,states:{monitoring-submitted:1}}',
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
      'project solar: periods {opened:2,last:next,states:{opened:2}} → {opened:2,last:period,states:{opened:1,withdrawn:1}}',
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
      'project solar: periods {opened:3,last:third,states:{opened:3}} → {opened:3,last:third,states:{opened:2,withdrawn:1}}',
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
      'period period: state issuance-approved → refused, entered {index:39,at:2026-01-01T00:00:00.000Z} → {index:42,at:2026-01-01T00:00:00.000Z}',
      'project solar: periods {opened:1,last:period,states:{issuance-approved:1}} → {opened:1,last:null,states:{refused:1}}',
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

/** The life of a monitoring period, with its documents and findings. */
export const periodCases: Case[] = [...movingCases, ...subjectCases]
