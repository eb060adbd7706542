import { isRefusal } from '../refusal.ts'
import { type Case, given, refuses, writes } from './case.fixture.ts'
import { affiliate, assess, assign } from './certifier.fixture.ts'
import { issuedAs } from './country.fixture.ts'
import { byBoth, bySun, officersMay } from './people.fixture.ts'
import {
  answer,
  approve,
  approved,
  certify,
  credit,
  finding,
  inTurns,
  issue,
  keepPeriods,
  nextUnderVerification,
  ofNext,
  open,
  opened,
  paper,
  request,
  step,
  underVerification,
  verified,
  verifying,
} from './periods.fixture.ts'
import type { World } from './world.fixture.ts'

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
  refuses(
    'OutcomeCertified',
    'conflict-of-interest',
    'by a certifier that has become an affiliate of an owner',
    (world) => {
      underVerification(world)
      given(affiliate(world, 'sun ltd', 'assessor'))
      return certify(world)
    },
  ),
  refuses(
    'OutcomeCertified',
    'accreditation-missing',
    'by a certifier whose accreditation has ended since',
    (world) => {
      underVerification(world)
      world.now = '2026-02-01T00:00:00.000Z'
      return certify(world)
    },
  ),
  refuses(
    'MonitoringPeriodMoved',
    'conflict-of-interest',
    'approved by officers of an affiliate of the owner',
    (world) => {
      underVerification(world)
      verified(world)
      request(world)
      given(affiliate(world, 'sun ltd', 'authority'))
      return step(world, 'approve-issuance', byBoth(world))
    },
  ),
  refuses(
    'MonitoringPeriodMoved',
    'conflict-of-interest',
    'to a verifier that has become an affiliate of the owner',
    (world) => {
      opened(world)
      assess(world)
      const report = paper(world, 'monitoring-report', bySun(world))
      given(assign(world), report, step(world, 'submit-report', bySun(world)), step(world, 'publish-report'))
      given(affiliate(world, 'sun ltd', 'assessor'))
      return step(world, 'begin-verification')
    },
  ),
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
  refuses('OutcomeCertified', 'findings-open', 'a corrective action request about the project', (world) => {
    underVerification(world)
    given(finding(world, { kind: 'CAR', period: null }))
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
  refuses('OutcomeCertified', 'not-permitted', 'by officers, whatever the table says', (world) => {
    underVerification(world)
    officersMay(world, 'periods.certify')
    return certify(world, {}, { by: world.id('officer') })
  }),
  refuses('OutcomeCertified', 'not-permitted', 'by the owner, whatever the table says', (world) => {
    underVerification(world)
    world.adopt('permissions', ({ actions }) => {
      Object.assign(actions, { 'periods.certify': { 'developer/Admin': 'own', 'certifier/Admin': 'assigned' } })
    })
    return certify(world, {}, bySun(world))
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
      'period period: certified {index:35,by:assessor}, turn assessor, outcomes {} → {2025:{certified:25.51,issued:0}}',
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
      'period period: certified {index:41,by:assessor}, turn assessor, outcomes {} → {2025:{certified:25.51,issued:0}}',
      'project solar: verified {organisation:assessor,periods:1}',
    ],
  ),
]

/** Less than one unit of the monitoring period, which the next issuance adds to. */
const carry = (world: World, change: object = {}) => {
  const of = { authorisation: world.id('solar itmo'), period: world.id('period'), vintage: '2025' }
  const request = { ...of, certified: '0.51', monitoringPeriod: null, ...change }
  return world.try('OutcomeCarried', request, byBoth(world))
}

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
  refuses(
    'BatchIssued',
    'conflict-of-interest',
    'whoever certified it has become an affiliate of the owner',
    (world) => {
      approved(world)
      given(affiliate(world, 'sun ltd', 'assessor'))
      return issue(world)
    },
  ),
  refuses(
    'BatchIssued',
    'conflict-of-interest',
    'an affiliate of whoever certified it has become an owner',
    (world) => {
      approved(world)
      given(affiliate(world, 'port ltd', 'assessor'))
      const owners = [
        { account: world.id('sun'), share: '99' },
        { account: world.id('port'), share: '1' },
      ]
      given(world.try('OwnershipChanged', { project: world.id('solar'), owners }, byBoth(world)))
      return issue(world)
    },
  ),
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
      'new issued solar 2025: index 40, says hash',
      'new remainder solar/2025/ITMO: micro 510000',
      'remainder solar/ITMO: as before',
      'period period: outcomes {2025:{certified:25.51,issued:0}} → {2025:{certified:25.51,issued:25.51}}',
      'ledger: periods {issuance-approved:{all:1,issued:0}} → {issuance-approved:{all:1,issued:1}}',
      'outstanding solar: units 300 → 325',
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
      'new ended hash: index 41',
      'authorisation solar itmo: issued 325 → 300',
      'output solar/ITMO: issued 325 → 300',
      'remainder solar/2025/ITMO: micro 510000 → 0',
      'remainder solar/ITMO: as before',
      'period period: outcomes {2025:{certified:25.51,issued:25.51}} → {2025:{certified:25.51,issued:0}}',
      'ledger: periods {issuance-approved:{all:1,issued:1}} → {issuance-approved:{all:1,issued:0}}',
      'outstanding solar: units 325 → 300',
      '25 solar/2025/ITMO: sun → issuance',
      'units solar 2025 401-425: issuance',
    ],
  ),
]

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
  refuses(
    'OutcomeCarried',
    'conflict-of-interest',
    'whoever certified it has become an affiliate of the owner',
    (world) => {
      approved(world)
      given(affiliate(world, 'sun ltd', 'assessor'))
      return carry(world)
    },
  ),
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

/** What is certified, and what is issued and carried of it. */
export const outcomeCases: Case[] = [...certifyingCases, ...issuingCases, ...carryingCases]
