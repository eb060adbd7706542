import { verifyLog } from '@tallystick/ledger'
import { type RefusalCode, sha256Bytes } from '@tallystick/rules'
import { parseVkey } from '@tallystick/tlog'
import { expect, test } from 'vitest'
import { monitoredCountry, WHOLE_LIFE } from '../support/ledger-life.ts'
import { filesOf, MemorySource } from '../support/log-files.ts'
import { by, withBody } from './acts.ts'
import { CarelessStore, type Forgery } from './careless-store.ts'
import { idOf } from './country.ts'

const country = await monitoredCountry('periods', WHOLE_LIFE)
const { fixture } = country
const { admin, approver, alpha, beta } = fixture.mandates
const vkey = parseVkey(sha256Bytes, fixture.vkey)
const [period, verifier] = [idOf('monitored year'), idOf('verifier')]
const { project, authorisation } = fixture
const certifier = (await fixture.ledger.row('mandate', verifier))?.organisation ?? ''

const issuance = await country.lawful(
  'BatchIssued',
  admin,
  { batch: idOf('the rest'), authorisation, period, vintage: '2026', certified: '1000.75', monitoringPeriod: null },
  [approver],
)
const carried = await country.lawful(
  'OutcomeCarried',
  admin,
  { authorisation, period, vintage: '2026', certified: '0.75', monitoringPeriod: null },
  [approver],
)
const next = { period: idOf('next year'), project, from: '2027-01-01', to: '2027-12-31' }
const opening = await country.lawful('MonitoringPeriodOpened', alpha, next)
const completion = await country.lawful('MonitoringPeriodMoved', admin, { period, move: 'complete-issuance' })
const certification: Forgery = {
  type: 'OutcomeCertified',
  by: verifier,
  body: { period, outcomes: [{ vintage: '2026', certified: '9000' }] },
}
const crediting: Forgery = {
  type: 'CreditingPeriodSet',
  by: admin,
  body: { project, kind: 'renewable', from: '2031-01-01', to: '2035-12-31', allotted: { number: 2 } },
}

const cases: [what: string, rule: RefusalCode, forgery: Forgery][] = [
  [
    'a millionth of a tonne more than was certified',
    'certified-exceeded',
    withBody(issuance, { certified: '1000.750001' }),
  ],
  ['units of no period', 'period-missing', withBody(issuance, { period: null })],
  ['units of a period that there is not', 'period-unknown', withBody(issuance, { period: idOf('no period') })],
  [
    'units of other days',
    'dates-differ',
    withBody(issuance, { monitoringPeriod: { from: '2026-01-01', to: '2026-06-30' } }),
  ],
  ['a fraction more than was certified', 'certified-exceeded', withBody(carried, { certified: '1000.750001' })],
  ['a period within another', 'dates-overlap', withBody(opening, { from: '2026-07-01' })],
  ['a period before one that it comes after', 'dates-overlap', withBody(opening, { before: period })],
  ['a period before one that there is not', 'period-unknown', withBody(opening, { before: idOf('no period') })],
  ['a period outside the crediting', 'crediting-missing', withBody(opening, { from: '2031-01-01', to: '2031-06-30' })],
  ["a period of another's project", 'not-permitted', by(opening, idOf('gamma by one'))],
  ['a number of a period that is not the next', 'allocation-wrong', withBody(opening, { allotted: { number: 3 } })],
  ['an outcome that is raised after units were issued', 'period-state', certification],
  ['an outcome that the owner certifies', 'not-permitted', by(certification, beta)],
  [
    'a refusal of what was issued',
    'already-issued',
    withBody(completion, { move: 'refuse-issuance', reason: 'legal' }),
  ],
  ['a step that comes before another', 'period-state', withBody(completion, { move: 'publish-report' })],
  ['a crediting period that nobody has earned', 'crediting-used-up', crediting],
  [
    'a deregistration while holders have units',
    'not-settled',
    { type: 'ProjectMoved', by: admin, body: { project, move: 'deregister' } },
  ],
  [
    'an account of a certifier',
    'organisation-kind',
    {
      type: 'AccountsOpened',
      by: admin,
      body: { organisation: certifier, accounts: [{ account: idOf('kept'), kind: 'holding', registry: null }] },
    },
  ],
]

async function logWith(forgery: Forgery, ...before: Forgery[]) {
  const store = await CarelessStore.copyOf(fixture)
  for (const one of before) store.append(one)
  const index = store.append(forgery)
  await store.sign()
  return { index, report: await verifyLog(new MemorySource(await filesOf(store)), { vkey }) }
}

test.each([issuance, carried, opening, completion])(
  'verify finds nothing wrong with a lawful $type',
  async (lawful) => {
    expect((await logWith(lawful)).report).toMatchObject({ outcome: 'whole' })
  },
)

test.each(cases)('verify names the index and the rule of %s', async (_, rule, forgery) => {
  const { report, index } = await logWith(forgery)
  expect(report).toMatchObject({ outcome: 'wrong', firstUnlawful: { entry: index, rule } })
})

test.each([issuance, carried])(
  'verify names the index and the rule of a $type of what an affiliate of the owner has certified',
  async (forgery) => {
    const organisations = [certifier, fixture.organisations.alpha].sort()
    const affiliation = { type: 'AffiliationRecorded', by: admin, body: { organisations, kind: 'people' } }
    const { report, index } = await logWith(forgery, affiliation)
    expect(report).toMatchObject({ outcome: 'wrong', firstUnlawful: { entry: index, rule: 'conflict-of-interest' } })
  },
)
