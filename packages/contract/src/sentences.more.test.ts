import { entryTypes } from '@tallystick/rules'
import { describe, expect, it } from 'vitest'
import type { Names, Statement } from './phrases.ts'
import { entrySpeech, sentenceOf } from './sentences.ts'

const names: Names = {
  country: 'Exampleland',
  mandate: (id) => ({
    organisation: id === 'officer' ? 'authority' : 'sun',
    role: id === 'system' ? 'system/system' : 'x/Admin',
  }),
  account: (id) => ({ organisation: id === 'b' ? 'port' : 'sun', kind: 'holding' }),
  organisation: (id) => ({ name: { sun: 'Sunfield', port: 'Green Port' }[id] ?? null, authority: id === 'authority' }),
  project: () => ({ number: 42, title: 'Salt Lake' }),
  batch: (id) => {
    const range = { vintage: '2024', unitType: 'ITMO', first: 1n, last: 4800n }
    return id === 'abroad' ? { ...range, project: '', party: 'KEN' } : { ...range, project: 'p' }
  },
  authorisation: () => ({ project: 'p', unitType: 'ITMO' }),
  reversal: () => ({ project: 'p' }),
  period: () => ({ project: 'p', from: '2023-01-01', to: '2024-06-30' }),
  opened: () => undefined,
}
const speech = entrySpeech('en', 'UTC')

const by = 'officer'
const ranges: [string, string][] = [['1', '250']]
const moved = { batch: 'batch', from: 'a', to: 'b', ranges }
const streams = [['batch', 2, null] as const, ['p', 4, null] as const, ['a', 3, null] as const, ['b', 1, null] as const]
const terms = { quantity: '500', purposes: ['NDC'], firstTransfer: null, cooperativeApproach: null }
const version = { authorisation: 'x', version: 2, reason: 'risk-assessment', effectiveFrom: '2026-03-01', ...terms }
const transferred = { type: 'CreditsTransferred', at: '', by: 'm', key: '', body: { ...moved, pending: null } }

const days = { project: 'p', from: '2023-01-01', to: '2024-06-30' }
const MONITORED = 'the monitoring period from 1 January 2023 to 30 June 2024 of Salt Lake (project 42)'

/** Statements by what they must say. */
const told: readonly [string, Statement][] = [
  [
    'Government of Exampleland suspends Sunfield: due diligence.',
    { type: 'OrganisationSuspended', by, body: { organisation: 'sun', reason: 'due-diligence' } },
  ],
  [
    'Government of Exampleland reactivates Sunfield: other.',
    { type: 'OrganisationReactivated', by, body: { organisation: 'sun', reason: 'other' } },
  ],
  [
    'Sunfield sets how movements of an account of Sunfield are decided: outgoing movements above 1,000 units need a second mandate, incoming transfers wait until they are accepted and transfers go to trusted receivers only.',
    {
      type: 'AccountPolicySet',
      by: 'm',
      body: { account: 'a', policy: { secondAbove: '1000', acceptance: true, trustedOnly: true } },
    },
  ],
  [
    'Sunfield sets no conditions on movements of an account of Sunfield.',
    {
      type: 'AccountPolicySet',
      by: 'm',
      body: { account: 'a', policy: { secondAbove: null, acceptance: false, trustedOnly: false } },
    },
  ],
  [
    'Sunfield trusts an account of Green Port to receive from an account of Sunfield.',
    { type: 'ReceiverTrusted', by: 'm', body: { account: 'a', receiver: 'b' } },
  ],
  [
    'Sunfield no longer trusts an account of Green Port to receive from an account of Sunfield.',
    { type: 'ReceiverRemoved', by: 'm', body: { account: 'a', receiver: 'b' } },
  ],
  [
    'Government of Exampleland records who owns Salt Lake (project 42) from now on: Green Port (100 %).',
    { type: 'OwnershipChanged', by, body: { project: 'p', owners: [{ account: 'b', share: '100' }] } },
  ],
  [
    'Government of Exampleland sets the buffer contribution of Salt Lake (project 42) to 12.5 % of each issuance, and exempts it from share of proceeds and OMGE: risk assessment.',
    {
      type: 'IssuanceTermsSet',
      by,
      body: { project: 'p', buffer: '12.5', exempt: ['shareOfProceeds', 'omge'], reason: 'risk-assessment' },
    },
  ],
  [
    'Government of Exampleland names the accounts that parts of issuances go to: buffer: Sunfield and OMGE: Green Port.',
    { type: 'PoolsNamed', by, body: { buffer: 'a', shareOfProceeds: null, omge: 'b', host: null } },
  ],
  [
    'Government of Exampleland changes an authorisation of Salt Lake (project 42) from 1 March 2026, version 2: up to 500 ITMO for NDC; reason: risk assessment.',
    { type: 'AuthorisationChanged', by, body: { ...version, change: 'amend' } },
  ],
  [
    'Government of Exampleland revokes an authorisation of up to 500 ITMO of Salt Lake (project 42) from 1 March 2026; reason: risk assessment.',
    { type: 'AuthorisationChanged', by, body: { ...version, change: 'revoke' } },
  ],
  [
    'Government of Exampleland carries a certified outcome of -3.2 ITMO of vintage 2024 forward for Salt Lake (project 42).',
    {
      type: 'OutcomeCarried',
      by,
      body: { authorisation: 'x', vintage: '2024', certified: '-3.2', monitoringPeriod: null, period: null },
    },
  ],
  [
    'Government of Exampleland issues 250 ITMO of vintage 2024 to Green Port in the place of units of Verra that were cancelled there: numbers 1 to 250.',
    {
      type: 'UnitsConverted',
      by,
      body: {
        batch: 'batch',
        authorisation: 'x',
        vintage: '2024',
        to: 'b',
        reason: 'other',
        source: { registry: 'verra', space: 'verra:VCU', ranges },
      },
    },
  ],
  [
    'Sunfield proposes to retire 250 ITMO of vintage 2024 from Salt Lake (project 42): numbers 1 to 250; purpose: voluntary.',
    {
      type: 'MovementProposed',
      by: 'm',
      body: {
        ...moved,
        movement: 'w',
        kind: 'retirement',
        purpose: 'voluntary',
        beneficiary: null,
        acceptance: false,
        expiresAt: '',
      },
    },
  ],
  [
    'Sunfield approves a movement of ITMO of vintage 2024 from Salt Lake (project 42) from Sunfield to Green Port that waits.',
    { type: 'MovementApproved', by: 'm', body: { movement: 'w' }, streams },
  ],
  [
    'Sunfield declines a movement of ITMO of vintage 2024 from Salt Lake (project 42) from Sunfield to Green Port.',
    { type: 'MovementDeclined', by: 'm', body: { movement: 'w' }, streams },
  ],
  [
    'Sunfield withdraws a movement of ITMO of vintage 2024 from Salt Lake (project 42) from Sunfield to Green Port.',
    { type: 'MovementWithdrawn', by: 'm', body: { movement: 'w' }, streams },
  ],
  [
    'A movement of ITMO of vintage 2024 from Salt Lake (project 42) from Sunfield to Green Port has expired.',
    { type: 'MovementExpired', by: 'system', body: { movement: 'w' }, streams },
  ],
  [
    'A movement of ITMO of vintage 2024 from Salt Lake (project 42) from Sunfield to Green Port has ended, as Green Port is suspended.',
    { type: 'MovementHalted', by: 'system', body: { movement: 'w', organisation: 'port' }, streams },
  ],
  [
    'Sunfield transfers 250 ITMO of vintage 2024 from Salt Lake (project 42) abroad to Green Port: numbers 1 to 250.',
    { type: 'CreditsTransferredAbroad', by: 'm', body: moved },
  ],
  [
    'Green Port acquires 250 ITMO of vintage 2024 from KEN from abroad, from Sunfield: numbers 1 to 250.',
    { type: 'CreditsAcquired', by, body: { ...moved, batch: 'abroad', series: null } },
  ],
  [
    'Government of Exampleland records the first transfer of 250 ITMO of vintage 2024 from Salt Lake (project 42) held by Sunfield: numbers 1 to 250.',
    { type: 'FirstTransferRecorded', by, body: { batch: 'batch', account: 'a', ranges, event: 'issuance' } },
  ],
  [
    'Sunfield uses 250 ITMO of vintage 2024 from KEN towards the NDC in 2030: numbers 1 to 250.',
    { type: 'CreditsUsed', by, body: { ...moved, batch: 'abroad', year: '2030' } },
  ],
  [
    'Sunfield pledges 250 ITMO of vintage 2024 from Salt Lake (project 42) to Green Port: numbers 1 to 250; reason: collateral.',
    {
      type: 'UnitsPledged',
      by: 'm',
      body: { pledge: 'q', batch: 'batch', account: 'a', to: 'port', reason: 'collateral', expiresAt: null, ranges },
    },
  ],
  [
    'Sunfield releases a pledge of Sunfield on ITMO of vintage 2024 from Salt Lake (project 42).',
    { type: 'PledgeReleased', by: 'm', body: { pledge: 'q' }, streams: streams.slice(0, 3) },
  ],
  [
    'A pledge of Sunfield on ITMO of vintage 2024 from Salt Lake (project 42) has expired.',
    { type: 'PledgeExpired', by: 'system', body: { pledge: 'q' }, streams: streams.slice(0, 3) },
  ],
  [
    'Sunfield contributes 250 ITMO of vintage 2024 from Salt Lake (project 42) to the buffer to repay what Salt Lake (project 42) owes: numbers 1 to 250.',
    { type: 'BufferContributed', by: 'm', body: { ...moved, repays: 'p' } },
  ],
  [
    'Government of Exampleland releases 250 ITMO of vintage 2024 from Salt Lake (project 42) from the buffer to Green Port: numbers 1 to 250.',
    { type: 'BufferReleased', by, body: moved },
  ],
  [
    'Government of Exampleland cancels 250 ITMO of vintage 2024 from Salt Lake (project 42) from the buffer for a reversal of Salt Lake (project 42): numbers 1 to 250.',
    { type: 'BufferCancelled', by, body: { ...moved, reversal: 'r' } },
  ],
  [
    'Government of Exampleland reports a reversal of Salt Lake (project 42) on 1 March 2026: fire.',
    { type: 'ReversalReported', by, body: { reversal: 'r', project: 'p', occurredOn: '2026-03-01', cause: 'fire' } },
  ],
  [
    'Government of Exampleland finds a reversal of Salt Lake (project 42) avoidable: 1,250 ITMO are to be made good.',
    { type: 'ReversalDecided', by, body: { reversal: 'r', decision: 'avoidable', quantity: '1250', unitType: 'ITMO' } },
  ],
  [
    'Sunfield cancels 250 ITMO of vintage 2024 from Salt Lake (project 42) to make a reversal of Salt Lake (project 42) good: numbers 1 to 250.',
    { type: 'ReversalCompensated', by: 'm', body: { ...moved, reversal: 'r' } },
  ],
  [
    'Government of Exampleland takes back, for clerical error, that “Sunfield transfers 250 ITMO of vintage 2024 from Salt Lake (project 42) to Green Port: numbers 1 to 250”.',
    { type: 'EntryCorrected', by, body: { original: transferred, reason: 'clerical-error' } },
  ],
  [
    'Government of Exampleland sets a crediting period of Salt Lake (project 42) from 1 January 2023 to 30 June 2024: renewable.',
    { type: 'CreditingPeriodSet', by, body: { ...days, kind: 'renewable' } },
  ],
  [
    `Sunfield opens ${MONITORED}.`,
    { type: 'MonitoringPeriodOpened', by: 'm', body: { ...days, period: 'k', before: null } },
  ],
  [
    `Sunfield takes the step “submit the report” for ${MONITORED}.`,
    { type: 'MonitoringPeriodMoved', by: 'm', body: { period: 'k', move: 'submit-report' } },
  ],
  [
    `Government of Exampleland takes the step “return the report” for ${MONITORED}, because: not eligible.`,
    { type: 'MonitoringPeriodMoved', by, body: { period: 'k', move: 'return-report', reason: 'not-eligible' } },
  ],
  [
    `Sunfield certifies the outcome of ${MONITORED}: 1,000.25 tonnes of vintage 2023 and 40 tonnes of vintage 2024.`,
    {
      type: 'OutcomeCertified',
      by: 'm',
      body: {
        period: 'k',
        outcomes: [
          { vintage: '2023', certified: '1000.25' },
          { vintage: '2024', certified: '40' },
        ],
      },
    },
  ],
  [
    `Sunfield submits a version of the document “letter” of ${MONITORED}.`,
    {
      type: 'DocumentSubmitted',
      by: 'm',
      body: { project: 'p', period: 'k', document: 'letter', sha256: 'c', name: null },
    },
  ],
  [
    `Sunfield answers a finding about ${MONITORED}.`,
    { type: 'FindingAnswered', by: 'm', body: { finding: 'f', project: 'p', period: 'k', text: 'c' } },
  ],
  [
    'A hold on an account of Sunfield has expired.',
    { type: 'HoldExpired', by: 'system', body: { hold: 'h' }, streams: [['a', 1, null]] },
  ],
]

describe('the sentence of an entry', () => {
  const toldBatch = names.batch
  const withAccounts: Names = { ...names, batch: (id) => (id === 'a' ? undefined : toldBatch(id)) }

  it.each(told)('%s', (sentence, statement) => {
    expect(sentenceOf(statement, withAccounts, speech)).toBe(sentence)
  })

  it('holds where nothing that is named is known any more', () => {
    const nothing = () => undefined
    const known = { mandate: nothing, account: nothing, organisation: nothing, project: nothing, batch: nothing }
    const unknown: Names = { country: 'Exampleland', ...known, authorisation: nothing, opened: nothing }
    for (const [, statement] of told) {
      const sentence = sentenceOf(statement, unknown, speech)
      expect(sentence).toMatch(/^\S.*\S\.$/)
      expect(sentence).not.toMatch(/undefined|null|\{|\}/)
    }
  })

  it('has words for every type of the rules', () => {
    const others = ['Genesis', 'DocumentAdopted', 'KeyRotated', 'MovementProposed', 'ReversalDecided', 'MirrorRecorded']
    for (const { type } of entryTypes.filter(({ type }) => !others.includes(type))) expect(speech.has(type)).toBe(true)
  })
})
