import { type Case, refuses, writes } from './case.fixture.ts'
import { issuance, issuedAs } from './country.fixture.ts'
import { authorise, buffered } from './issuing.fixture.ts'
import { retirable, retirement, transfer } from './movements.cases.ts'
import { byBoth, byHolder, byPort, bySun, suspend, suspendCompany } from './people.fixture.ts'
import type { World } from './world.fixture.ts'

const sent = (world: World) => world.do('CreditsTransferred', transfer(world), bySun(world)).entry
const correct = (world: World, original: unknown, reason = 'clerical-error') =>
  world.try('EntryCorrected', { original, reason }, byBoth(world))
/** Two officers, one of whom may move or issue so many units. */
const limited = (world: World, limit: string, isApprover: boolean) => {
  const clerk = { mandate: world.id('clerk'), organisation: world.id('authority'), role: 'government/Admin', limit }
  world.do('MandateGranted', clerk, { by: world.id('root') })
  const [by, approver] = isApprover ? ['officer', 'clerk'] : ['clerk', 'officer']
  return { by: world.id(by ?? ''), approvers: [world.id(approver ?? '')] }
}
/** A batch of Solar's, issued under an authorisation of its own. */
const issued = (world: World, change: object = {}) => {
  authorise(world, 'wave', change)
  const request = { ...issuance(world, 'solar', '2025', '10', 'wave'), quantity: undefined, certified: '10.25' }
  const { entry, index } = world.decree('BatchIssued', request)
  return issuedAs(entry, index)
}

export const correctionCases: Case[] = [
  refuses('EntryCorrected', 'malformed', 'what is no entry at all', (world) =>
    correct(world, { type: 'CreditsTransferred' }),
  ),
  refuses('EntryCorrected', 'not-correctable', 'an entry of a type that is not taken back', (world) => {
    const { entry } = world.do('HoldPlaced', {
      hold: world.id('hold'),
      account: world.id('sun'),
      batch: null,
      range: null,
      reason: 'court-order',
    })
    return correct(world, entry)
  }),
  refuses('EntryCorrected', 'not-correctable', 'a correction', (world) => {
    const first = world.do('EntryCorrected', { original: sent(world), reason: 'clerical-error' }, byBoth(world))
    return correct(world, first.entry)
  }),
  refuses('EntryCorrected', 'entry-unknown', 'an entry that is not in the log', (world) => {
    return correct(world, { ...sent(world), at: '2025-12-31T00:00:00.000Z' })
  }),
  refuses('EntryCorrected', 'entry-unknown', 'an entry with another key', (world) => {
    return correct(world, { ...sent(world), key: world.hash('another key') })
  }),
  refuses('EntryCorrected', 'malformed', 'an issuance with its links and approvals', (world) => {
    authorise(world, 'wave')
    return correct(world, world.decree('BatchIssued', issuance(world, 'solar', '2025', '10', 'wave')).entry)
  }),
  refuses('EntryCorrected', 'malformed', 'an issuance with half a letter', (world) => {
    const original = issued(world)
    return correct(world, { ...original, body: { ...original.body, vintage: '\ud800' } })
  }),
  refuses('EntryCorrected', 'entry-unknown', 'an issuance to other owners', (world) => {
    const original = issued(world)
    const allotted = { ...(original.body.allotted as object), parts: [[world.id('port'), '401', '410']] }
    return correct(world, { ...original, body: { ...original.body, allotted } })
  }),
  refuses('EntryCorrected', 'entry-unknown', 'an issuance at another place of the log', (world) => {
    const original = issued(world)
    return correct(world, { ...original, index: original.index + 1 })
  }),
  refuses('EntryCorrected', 'entry-unknown', 'an issuance of a batch that is none', (world) => {
    const original = issued(world)
    return correct(world, { ...original, body: { ...original.body, batch: world.id('no batch') } })
  }),
  refuses('EntryCorrected', 'already-corrected', 'an issuance that was taken back', (world) => {
    const original = issued(world)
    correct(world, original)
    return correct(world, original)
  }),
  refuses('EntryCorrected', 'already-corrected', 'an entry that was taken back', (world) => {
    const entry = sent(world)
    correct(world, entry)
    sent(world)
    return correct(world, entry)
  }),
  refuses('EntryCorrected', 'code-unknown', 'a reason that the preset does not have', (world) =>
    correct(world, sent(world), 'spite'),
  ),
  refuses('EntryCorrected', 'units-moved', 'one unit went on', (world) => {
    const entry = sent(world)
    const on = { ...transfer(world), from: world.id('port'), to: world.id('port reserve'), ranges: [['10', '10']] }
    world.do('CreditsTransferred', on, byPort(world))
    return correct(world, entry)
  }),
  refuses('EntryCorrected', 'units-moved', 'a part of the issuance is in the buffer', (world) => {
    buffered(world)
    return correct(world, issued(world))
  }),
  refuses('EntryCorrected', 'already-transferred', 'units of the issuance were set apart since', (world) => {
    const entry = issued(world, { purposes: ['NDC', 'OIMP_OP'], firstTransfer: 'issuance' })
    const marked = { batch: world.id('solar 2025'), account: world.id('sun'), ranges: [['401', '401']] }
    world.decree('FirstTransferRecorded', { ...marked, event: 'issuance' })
    return correct(world, entry)
  }),
  refuses('EntryCorrected', 'on-hold', 'one unit is on hold', (world) => {
    const entry = sent(world)
    const hold = { hold: world.id('hold'), account: null, batch: world.id('solar 2024'), range: ['10', '11'] }
    world.do('HoldPlaced', { ...hold, reason: 'court-order' })
    return correct(world, entry)
  }),
  refuses('EntryCorrected', 'on-hold', 'the account that they would come back to is on hold', (world) => {
    const entry = sent(world)
    const hold = { hold: world.id('hold'), account: world.id('sun'), batch: null, range: null }
    world.do('HoldPlaced', { ...hold, reason: 'court-order' })
    return correct(world, entry)
  }),
  refuses('EntryCorrected', 'mandate-limit', 'more units than the officer may move', (world) => {
    const original = sent(world)
    return world.try('EntryCorrected', { original, reason: 'clerical-error' }, limited(world, '9', false))
  }),
  refuses('EntryCorrected', 'mandate-limit', 'an issuance of more units than whoever approves may issue', (world) => {
    const original = issued(world)
    return world.try('EntryCorrected', { original, reason: 'clerical-error' }, limited(world, '9', true))
  }),
  refuses('EntryCorrected', 'account-not-active', 'the account that they would come back to is suspended', (world) => {
    const entry = sent(world)
    suspend(world, 'sun')
    return correct(world, entry)
  }),
  refuses('EntryCorrected', 'organisation-suspended', 'the company that has the units is suspended', (world) => {
    const entry = sent(world)
    suspendCompany(world, 'port ltd')
    return correct(world, entry)
  }),
  refuses('EntryCorrected', 'account-not-active', 'an owner of what was issued is suspended', (world) => {
    const entry = issued(world)
    suspend(world, 'sun')
    return correct(world, entry)
  }),
  writes(
    'EntryCorrected',
    'a transfer of just as many units as the officer may move',
    (world) => {
      const original = sent(world)
      return world.try('EntryCorrected', { original, reason: 'clerical-error' }, limited(world, '10', false))
    },
    ['new ended hash: index 25', '10 solar/2024/ITMO: port → sun', 'units solar 2024 1-10: sun'],
  ),
  writes('EntryCorrected', 'a transfer: the units are where they were', (world) => correct(world, sent(world)), [
    'new ended hash: index 24',
    '10 solar/2024/ITMO: port → sun',
    'units solar 2024 1-10: sun',
  ]),
  writes(
    'EntryCorrected',
    'a retirement that was a first transfer is none any more',
    (world) => {
      retirable(world)
      const { entry } = world.do('CreditsRetired', retirement(world, 'OIMP_OP'), byHolder(world))
      return correct(world, entry)
    },
    [
      'new ended hash: index 25',
      'authorisation solar itmo: transferred 10 → 0',
      'outstanding solar: units 290 → 300',
      '10 solar/2024/ITMO: sun retirement → sun',
      'units solar 2024 1-10: sun',
    ],
  ),
  writes(
    'EntryCorrected',
    "an issuance: its units are nobody's, its fraction is as before, its authorisation has them again",
    (world) => {
      world.decree('OutcomeCarried', {
        authorisation: world.id('solar itmo'),
        vintage: '2025',
        certified: '0.5',
        monitoringPeriod: null,
      })
      return correct(world, issued(world, { purposes: ['OIMP_OP'], firstTransfer: 'issuance' }))
    },
    [
      'new ended hash: index 26',
      'authorisation wave: issued 10 → 0, transferred 10 → 0',
      'output solar/ITMO: issued 310 → 300',
      'remainder solar/2025/ITMO: micro 750000 → 500000',
      'remainder solar/ITMO: as before',
      'outstanding solar: units 310 → 300',
      '10 solar/2025/ITMO: sun → issuance',
      'units solar 2025 401-410: issuance',
    ],
  ),
]
