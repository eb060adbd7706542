import { describe, expect, it } from 'vitest'
import type { LoggedEntry } from './entry-bodies.ts'
import texts from './locales/sentences.en.json' with { type: 'json' }
import { isolating, type Names, type Statement } from './phrases.ts'
import { entrySpeech, sentenceOf } from './sentences.ts'
import { Speech } from './texts.ts'

const names: Names = {
  country: 'Exampleland',
  mandate: (id) => ({
    organisation: id === 'officer' ? 'authority' : 'sun',
    role: id === 'system' ? 'system/system' : 'x/Admin',
  }),
  account: (id) => (id === 'lost' ? undefined : { organisation: id === 'b' ? 'port' : 'sun', kind: 'holding' }),
  organisation: (id) => ({ name: { sun: 'Sunfield', port: 'Green Port' }[id] ?? null, authority: id === 'authority' }),
  project: () => ({ number: 42, title: 'Salt Lake' }),
  batch: (id) =>
    id === 'batch' ? { project: 'p', vintage: '2024', unitType: 'ITMO', first: 1n, last: 4800n } : undefined,
  authorisation: () => ({ project: 'p', unitType: 'ITMO' }),
  opened: (commitment) => ({ title: 'Salt Lake', ferries: 'Harbour Ferries' })[commitment],
}
const unknown: Names = {
  country: 'Exampleland',
  mandate: () => undefined,
  account: () => undefined,
  organisation: () => undefined,
  project: () => undefined,
  batch: () => undefined,
  authorisation: () => undefined,
  opened: () => undefined,
}

const speech = entrySpeech('en', 'UTC')
const movement = {
  batch: 'batch',
  from: 'a',
  to: 'b',
  ranges: [
    ['1', '250'],
    ['300', '300'],
  ] as [string, string][],
}
const end = { ...movement, purpose: 'voluntary', pending: null, allotted: { certificate: 1 } }
const authorised = {
  authorisation: 'x',
  project: 'p',
  unitType: 'ITMO',
  quantity: '5000',
  firstTransfer: null,
  cooperativeApproach: null,
}
const issued = {
  batch: 'batch',
  authorisation: 'x',
  vintage: '2024',
  quantity: '4800',
  certified: '4800',
  period: null,
  owners: [],
  levies: { buffer: '0', shareOfProceeds: '0', omge: '0', host: '0' },
}
const recorded = {
  registry: 'verra',
  space: 'verra:VCU',
  range: ['1', '1000'] as [string, string],
  project: { id: 'p', code: '1234' },
  vintage: '2019',
  unitType: 'VCU',
  issued: true,
  issuedOn: '2020-02-03',
  fateOn: null,
  facts: '',
}

const lot = { registry: 'climate-action-reserve', vintage: '2019', unitType: 'CRT' }

const told: readonly [Statement, string][] = [
  [
    {
      type: 'Genesis',
      by: 'system',
      body: { ledger: '', origin: '', country: { code: 'XT', name: 'Exampleland' }, timeZone: 'UTC', test: false },
    },
    'The ledger of Exampleland begins.',
  ],
  [
    {
      type: 'KeyRotated',
      by: 'officer',
      body: { previous: '', next: '', signatures: { previous: '', next: '' } },
    },
    'Government of Exampleland hands signing over to a new key.',
  ],
  [
    { type: 'DocumentAdopted', by: 'officer', body: { document: 'permissions', version: 2, sha256: '' } },
    'Government of Exampleland adopts version 2 of the permission table.',
  ],
  [
    { type: 'ParametersAdopted', by: 'officer', body: { number: 1, name: 'xt', version: '2026-1', sha256: '' } },
    'Government of Exampleland adopts version 2026-1 of the constants “xt” for calculations.',
  ],
  [
    { type: 'OrganisationRegistered', by: 'officer', body: { organisation: 'sun', kind: 'developer', name: '' } },
    'Government of Exampleland registers Sunfield as project developer.',
  ],
  [
    {
      type: 'MandateGranted',
      by: 'officer',
      body: { mandate: 'm', organisation: 'sun', role: 'x/Admin', limit: '1000' },
    },
    'Government of Exampleland grants a mandate for Sunfield (role: administrator), limited to 1,000 units an entry.',
  ],
  [
    { type: 'MandateConfirmed', by: 'officer', body: { mandate: 'm' } },
    'Government of Exampleland vouches for a mandate for Sunfield (role: administrator).',
  ],
  [
    { type: 'MandateRevoked', by: 'officer', body: { mandate: 'm' } },
    'Government of Exampleland revokes a mandate for Sunfield (role: administrator).',
  ],
  [
    {
      type: 'AccountsOpened',
      by: 'officer',
      body: { organisation: 'sun', accounts: [{ account: 'a', kind: 'holding', registry: null }] },
    },
    'Government of Exampleland opens an account for Sunfield: holding.',
  ],
  [
    { type: 'AccountSuspended', by: 'officer', body: { account: 'a', reason: 'due-diligence' } },
    'Government of Exampleland suspends an account of Sunfield: due diligence.',
  ],
  [
    { type: 'AccountReactivated', by: 'officer', body: { account: 'a', reason: 'other' } },
    'Government of Exampleland reactivates an account of Sunfield: other.',
  ],
  [
    {
      type: 'ProjectRegistered',
      by: 'm',
      body: {
        project: 'p',
        title: 'title',
        scope: '1',
        methodology: 'AMS-I.D',
        owners: [
          { account: 'a', share: '60' },
          { account: 'b', share: '40' },
        ],
      },
    },
    'Sunfield enters the project Salt Lake: sectoral scope 1, method AMS-I.D, owned by Sunfield (60 %) and Green Port (40 %).',
  ],
  [
    { type: 'AffiliationRecorded', by: 'm', body: { organisations: ['port', 'sun'], kind: 'ownership' } },
    'Sunfield records that Green Port and Sunfield are affiliated: ownership.',
  ],
  [
    { type: 'AffiliationEnded', by: 'officer', body: { organisations: ['port', 'sun'], reason: 'ended' } },
    'Government of Exampleland records that Green Port and Sunfield are not affiliated any more: ended.',
  ],
  [
    {
      type: 'CertifierAccredited',
      by: 'officer',
      body: {
        ...{ organisation: 'port', accreditation: 'x', body: 'unknown', scopes: ['1', '3'] },
        ...{ from: '2026-01-01', to: '2028-12-31' },
      },
    },
    'Government of Exampleland records that a body whose name is not kept has accredited Green Port for sectoral scopes 1 and 3, from 1 January 2026 to 31 December 2028.',
  ],
  [
    {
      type: 'AccreditationWithdrawn',
      by: 'officer',
      body: { organisation: 'port', accreditation: 'x', reason: 'other' },
    },
    'Government of Exampleland withdraws an accreditation of Green Port: other.',
  ],
  [
    { type: 'CertifierAssigned', by: 'officer', body: { project: 'p', task: 'validation', organisation: 'port' } },
    'Government of Exampleland assigns Green Port to the validation of Salt Lake (project 42).',
  ],
  [
    {
      type: 'CertifierReleased',
      by: 'officer',
      body: { project: 'p', task: 'validation', reason: 'conflict-of-interest' },
    },
    'Government of Exampleland releases the certifier from the validation of Salt Lake (project 42): conflict of interest.',
  ],
  [
    { type: 'ProjectCertified', by: 'officer', body: { project: 'p' } },
    'Government of Exampleland certifies Salt Lake (project 42).',
  ],
  [
    {
      type: 'CertificationRevoked',
      by: 'officer',
      body: { project: 'p', organisation: 'port', reason: 'conflict-of-interest' },
    },
    'Government of Exampleland revokes the certification of Salt Lake (project 42) by Green Port: conflict of interest.',
  ],
  [
    { type: 'ProjectMoved', by: 'officer', body: { project: 'p', move: 'register' } },
    'Government of Exampleland takes the step “register” for Salt Lake (project 42).',
  ],
  [
    { type: 'ProjectMoved', by: 'officer', body: { project: 'p', move: 'reject', reason: 'not-eligible', text: 'c' } },
    'Government of Exampleland takes the step “reject” for Salt Lake (project 42), because: not eligible.',
  ],
  [
    {
      type: 'DocumentSubmitted',
      by: 'officer',
      body: { project: 'p', period: null, document: 'letter', sha256: 'c', name: null },
    },
    'Government of Exampleland submits a version of the document “letter” of Salt Lake (project 42).',
  ],
  [
    {
      type: 'FindingRaised',
      by: 'officer',
      body: { finding: 'f', project: 'p', period: null, kind: 'CAR', section: 'B.4', text: 'c' },
    },
    'Government of Exampleland raises a corrective action request about Salt Lake (project 42), section B.4.',
  ],
  [
    {
      type: 'FindingRaised',
      by: 'officer',
      body: { finding: 'f', project: 'p', period: null, kind: 'FAR', section: null, text: 'c' },
    },
    'Government of Exampleland raises a forward action request about Salt Lake (project 42).',
  ],
  [
    { type: 'FindingAnswered', by: 'officer', body: { finding: 'f', project: 'p', period: null, text: 'c' } },
    'Government of Exampleland answers a finding about Salt Lake (project 42).',
  ],
  [
    {
      type: 'FindingAssessed',
      by: 'officer',
      body: { finding: 'f', project: 'p', period: null, text: 'c', outcome: 'closed' },
    },
    'Government of Exampleland closes a finding about Salt Lake (project 42): its answer is enough.',
  ],
  [
    {
      type: 'FindingAssessed',
      by: 'officer',
      body: { finding: 'f', project: 'p', period: null, text: 'c', outcome: 'open' },
    },
    'Government of Exampleland leaves a finding about Salt Lake (project 42) open: its answer is not enough.',
  ],
  [
    { type: 'QuantityAuthorised', by: 'officer', body: { ...authorised, purposes: [] } },
    'Government of Exampleland authorises up to 5,000 ITMO of Salt Lake (project 42).',
  ],
  [
    { type: 'QuantityAuthorised', by: 'officer', body: { ...authorised, purposes: ['NDC', 'OIMP_IMP'] } },
    'Government of Exampleland authorises up to 5,000 ITMO of Salt Lake (project 42) for NDC and OIMP, international mitigation.',
  ],
  [
    { type: 'BatchIssued', by: 'officer', body: { ...issued, monitoringPeriod: null } },
    'Government of Exampleland issues 4,800 ITMO of vintage 2024 for Salt Lake (project 42).',
  ],
  [
    {
      type: 'BatchIssued',
      by: 'officer',
      body: { ...issued, monitoringPeriod: { from: '2024-01-01', to: '2024-12-31' } },
    },
    'Government of Exampleland issues 4,800 ITMO of vintage 2024 for Salt Lake (project 42), monitored from 1 January 2024 to 31 December 2024.',
  ],
  [
    { type: 'CreditsTransferred', by: 'm', body: { ...movement, pending: null } },
    'Sunfield transfers 251 ITMO of vintage 2024 from Salt Lake (project 42) to Green Port: numbers 1 to 250 and 300.',
  ],
  [
    { type: 'CreditsRetired', by: 'm', body: { ...end, beneficiary: 'ferries' } },
    'Sunfield retires 251 ITMO of vintage 2024 from Salt Lake (project 42) for Harbour Ferries: numbers 1 to 250 and 300; purpose: voluntary.',
  ],
  [
    { type: 'CreditsCancelled', by: 'm', body: { ...end, beneficiary: null } },
    'Sunfield cancels 251 ITMO of vintage 2024 from Salt Lake (project 42): numbers 1 to 250 and 300; purpose: voluntary.',
  ],
  [
    {
      type: 'HoldPlaced',
      by: 'officer',
      body: { hold: 'h', reason: 'court-order', account: null, batch: 'batch', range: ['1', '10'], expiresAt: null },
    },
    'Government of Exampleland places a hold on numbers 1 to 10 of the ITMO of vintage 2024 from Salt Lake (project 42): court order.',
  ],
  [
    { type: 'HoldLifted', by: 'officer', body: { hold: 'h' }, streams: [['a', 1, null]] },
    'Government of Exampleland lifts a hold on an account of Sunfield.',
  ],
  [
    { type: 'MirrorOpened', by: 'system', body: { registry: 'verra', active: '', retired: '', cancelled: '' } },
    'The registry opens the records of Verra.',
  ],
  [
    { type: 'MirrorRecorded', by: 'system', body: { ...recorded, fate: 'active' } },
    'The registry records from Verra: 1,000 VCU of vintage 2019, project 1234, issued 3 February 2020.',
  ],
  [
    { type: 'MirrorRecorded', by: 'system', body: { ...recorded, fate: 'retired' } },
    'The registry records from Verra: 1,000 VCU of vintage 2019, project 1234, retired on a day that the registry does not tell.',
  ],
  [
    {
      type: 'MirrorLotRecorded',
      by: 'system',
      body: { ...lot, project: { id: '', code: 'CAR1' }, quantity: '5000', issuedOn: '2020-02-03', facts: '' },
    },
    'The registry records from Climate Action Reserve: 5,000 CRT of vintage 2019, project CAR1, issued 3 February 2020; their serial numbers are not told.',
  ],
  [
    {
      type: 'MirrorProjectRecorded',
      by: 'system',
      body: { registry: 'art-trees', project: { id: '', code: 'ART102' }, facts: '' },
    },
    'The registry records from ART: project ART102.',
  ],
  [
    {
      type: 'MirrorCorrected',
      by: 'officer',
      body: {
        ...lot,
        project: { id: '', code: 'CAR1' },
        record: { index: 1234, leaf: '' },
        taken: {
          kind: 'units',
          space: '',
          issued: true,
          fate: 'active',
          parts: [{ range: ['1', '10'], before: 'unknown' }],
        },
        reason: '',
      },
    },
    'Government of Exampleland takes back what entry 1,234 recorded from Climate Action Reserve: 10 CRT of vintage 2019, project CAR1.',
  ],
]

describe('the sentence of an entry', () => {
  it.each(told)('%j', (statement, sentence) => {
    expect(sentenceOf(statement, names, speech)).toBe(sentence)
  })

  it('holds where nothing that is named is known any more', () => {
    for (const [statement] of told) {
      const sentence = sentenceOf(statement, unknown, speech)
      expect(sentence).toMatch(/^\S.*\S\.$/)
      expect(sentence).not.toMatch(/undefined|null|\{|\}/)
    }
  })

  it('is the same for a proposal and for the entry that it becomes', () => {
    const proposal: Statement = { type: 'BatchIssued', by: 'officer', body: { ...issued, monitoringPeriod: null } }
    const entry = { ...proposal, v: 1, at: '', approvals: [], key: null, streams: [] } as unknown as LoggedEntry
    expect(sentenceOf(entry, names, speech)).toBe(sentenceOf(proposal, names, speech))
  })

  it('names at most five ranges', () => {
    const ranges = Array.from({ length: 9 }, (_, at): [string, string] => [`${at * 10}`, `${at * 10 + 1}`])
    const sentence = sentenceOf(
      { type: 'CreditsTransferred', by: 'm', body: { ...movement, ranges, pending: null } },
      names,
      speech,
    )
    expect(sentence).toContain('40 to 41 and 4 more ranges.')
  })
})

describe('a language', () => {
  it('falls back to English for what it does not say', () => {
    const french = { lang: 'fr', dir: 'ltr', texts: { Genesis: 'Le registre de {country} commence.' } } as const
    const spoken = new Speech(french, { lang: 'en-GB', dir: 'ltr', texts }, 'UTC')
    expect(spoken.say('Genesis', { country: 'X' })).toBe('Le registre de X commence.')
    expect(spoken.say('system')).toBe('The registry')
    expect(spoken.say('no such key')).toBe('no such key')
  })
})

describe('a text that turns direction', () => {
  const turning: Names = {
    ...names,
    organisation: () => ({ name: 'Sun\u202efield\u2069', authority: false }),
    project: () => ({ number: 42, title: '\u2067Salt Lake' }),
    opened: () => '\u200fFerries',
  }

  it('is isolated, and turns nothing in its sentence', () => {
    const entry = { type: 'CreditsRetired', by: 'x', body: { ...end, beneficiary: 'ferries' } } as unknown as Statement
    const sentence = sentenceOf(entry, isolating(turning), speech)
    for (const text of ['Sunfield', 'Salt Lake', 'Ferries']) expect(sentence).toContain(`\u2068${text}\u2069`)
    expect(sentence.replaceAll(/\u2068[^\u2066-\u2069]*\u2069/g, '')).not.toMatch(
      /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/,
    )
  })
})
