import { type Case, given, refuses, writes } from './case.fixture.ts'
import { assess, assign } from './certifier.fixture.ts'
import { bySun } from './people.fixture.ts'
import {
  answer,
  approve,
  assessIt,
  byVerifier,
  certify,
  credit,
  finding,
  inTurns,
  issue,
  keepPeriods,
  open,
  paper,
  step,
  underVerification,
  verified,
  verifying,
} from './periods.fixture.ts'
import type { World } from './world.fixture.ts'

/** Reports on which outcomes were certified, and what takes their place. */
export const reportCases: Case[] = [
  refuses('OutcomeCertified', 'document-missing', 'no report is there', (world) => {
    keepPeriods(world, ({ period }) => period.certifies.push('opened'))
    given(credit(world), open(world))
    assess(world)
    given(assign(world))
    return certify(world)
  }),
  refuses('OutcomeCertified', 'terms-changed', 'another report than the one in force', (world) => {
    underVerification(world)
    return certify(world, { documents: [{ document: 'monitoring-report', sha256: world.hash('another report') }] })
  }),
  refuses('OutcomeCertified', 'terms-changed', 'a report that was replaced since it was read', (world) => {
    underVerification(world)
    const { sha256 = '' } = reportOf(world) ?? {}
    given(paper(world, 'monitoring-report', bySun(world)))
    return certify(world, { documents: [{ document: 'monitoring-report', sha256 }] })
  }),
  writes(
    'OutcomeCertified',
    'anew, once a finding has asked for another report: the turn counts once',
    (world) => {
      underVerification(world)
      inTurns(world, 4)
      given(certify(world), finding(world), paper(world, 'monitoring-report', bySun(world)))
      given(answer(world), assessIt(world))
      return certify(world, { outcomes: [{ vintage: '2025', certified: '20' }] })
    },
    ['period period: certified {index:39,by:assessor}, outcomes {} → {2025:{certified:20,issued:0}}'],
  ),
  refuses('DocumentSubmitted', 'already-certified', 'another report than that on which was certified', (world) => {
    underVerification(world)
    given(certify(world))
    return paper(world, 'monitoring-report', bySun(world))
  }),
  refuses(
    'DocumentSubmitted',
    'already-certified',
    'while a request for the next period is all that is open',
    (world) => {
      underVerification(world)
      given(certify(world), finding(world, { kind: 'FAR' }))
      return paper(world, 'monitoring-report', bySun(world))
    },
  ),
  refuses('DocumentSubmitted', 'already-certified', 'a fresh one is asked for, and it is', (world) => {
    freshlyCertified(world)
    given(paper(world, 'monitoring-report', bySun(world)), certify(world))
    return paper(world, 'monitoring-report', bySun(world))
  }),
  refuses('DocumentSubmitted', 'already-issued', 'another report than that of which units were issued', (world) => {
    keepPeriods(world, (kept) => {
      for (const one of kept.documents) if (one.kind === 'monitoring-report') one.states.push('issuance-approved')
    })
    given(credit(world), open(world))
    assess(world)
    given(assign(world))
    verifying(world)
    verified(world)
    approve(world)
    given(issue(world, { certified: '1' }))
    return paper(world, 'monitoring-report', bySun(world))
  }),
  refuses('BatchIssued', 'certified-exceeded', 'what was certified on a report that was replaced', (world) => {
    keepPeriods(world, (kept) => {
      for (const one of kept.documents) if (one.kind === 'monitoring-report') one.states.push('issuance-approved')
    })
    given(credit(world), open(world))
    assess(world)
    given(assign(world))
    verifying(world)
    verified(world)
    approve(world)
    given(paper(world, 'monitoring-report', bySun(world)))
    return issue(world, { certified: '1' })
  }),
  writes(
    'DocumentSubmitted',
    'what was certified before a finding has asked for another report does not stand',
    (world) => {
      underVerification(world)
      given(certify(world), finding(world))
      return paper(world, 'monitoring-report', bySun(world))
    },
    [
      'period period: documents {monitoring-report:{version:1,index:30,sha256:hash}} → {monitoring-report:{version:2,index:36,sha256:hash}}, certified {index:34,by:assessor} → null, outcomes {2025:{certified:25.51,issued:0}} → {}',
    ],
  ),
  writes(
    'DocumentSubmitted',
    'what was certified in the round before does not stand',
    (world) => {
      underVerification(world)
      verified(world)
      given(step(world, 'return-verification', {}, { reason: 'incomplete' }))
      return paper(world, 'monitoring-report', bySun(world))
    },
    [
      'period period: documents {monitoring-report:{version:1,index:30,sha256:hash},verification-report:{version:1,index:35,sha256:hash}} → {monitoring-report:{version:2,index:38,sha256:hash},verification-report:{version:1,index:35,sha256:hash}}, certified {index:34,by:assessor} → null, outcomes {2025:{certified:25.51,issued:0}} → {}',
    ],
  ),
  writes(
    'DocumentSubmitted',
    'a fresh one that a move asks for, after the old one was certified',
    (world) => {
      freshlyCertified(world)
      return paper(world, 'monitoring-report', bySun(world))
    },
    [
      'period period: documents {monitoring-report:{version:1,index:30,sha256:hash}} → {monitoring-report:{version:2,index:35,sha256:hash}}, certified {index:34,by:assessor} → null, outcomes {2025:{certified:25.51,issued:0}} → {}',
    ],
  ),
  writes(
    'DocumentSubmitted',
    'the report on the verification, which is none on the outcomes',
    (world) => {
      underVerification(world)
      given(certify(world))
      return paper(world, 'verification-report', byVerifier(world))
    },
    [
      'period period: documents {monitoring-report:{version:1,index:30,sha256:hash}} → {monitoring-report:{version:1,index:30,sha256:hash},verification-report:{version:1,index:35,sha256:hash}}',
    ],
  ),
]

/** Certified on the report that there was, where the verification is handed in with another. */
function freshlyCertified(world: World): void {
  keepPeriods(world, ({ period }) => {
    for (const { name, needs } of period.moves) {
      if (name === 'submit-verification') needs?.documents?.push('monitoring-report')
    }
  })
  given(credit(world), open(world))
  assess(world)
  given(assign(world))
  verifying(world)
  given(certify(world))
}

/** The version in force of the report of the period. */
function reportOf(world: World) {
  return world.state.get('period', world.id('period'))?.documents['monitoring-report']
}
