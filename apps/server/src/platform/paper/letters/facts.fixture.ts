import type { Ended, Issuance, Registration } from './certificates.ts'
import type { Issued } from './issued.ts'
import type { Authorised, NoObjection, Objection } from './letters.ts'

const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

export const issued: Issued = {
  registry: 'Carbon registry of Exampleland',
  country: 'Exampleland',
  authority: 'Ministry of Environment, Designated National Authority',
  reference: 'MoE/CR/2026/0118',
  date: '2026-11-23',
  made: '2026-11-23T08:30:00Z',
  timeZone: 'Africa/Nairobi',
  foot: { id: 'C-000318', sha256: HASH, check: 'https://registry.example.org/check/C-000318' },
  entry: { index: 2950, at: '2026-11-23T08:12:31Z', ledger: 'example.org/xt/test' },
  signatures: [
    { id: 'one', role: 'Director of the authority', name: 'Amina Odhiambo', organisation: 'Ministry of Environment' },
    { id: 'two', role: 'Second officer', name: 'Luc Moreau', organisation: 'Ministry of Environment' },
  ],
}

const project = { title: 'Salt Lake solar plant', number: '42' }
const owners = ['Sunfield Power Ltd', 'Lake County Cooperative']
const grounds = [
  { name: 'Salt Lake concept note.pdf', version: '2', sha256: HASH },
  { name: 'Letter of the ministry.pdf', version: '1', sha256: HASH },
]
const authorisation = { reference: 'A-000118', version: 1 }

export const noObjection: NoObjection = {
  ...{ ...issued, project, owners, grounds },
  submitted: '2026-10-02',
  until: '2028-11-23',
}

export const objection: Objection = {
  ...{ ...issued, project, owners, grounds },
  submitted: '2026-10-02',
  reason: 'not-additional',
  reasons: [
    'The plant was ordered and paid for in 2023, before carbon finance was considered.',
    'The national tariff for solar power covers its cost with a return of 14 % a year.',
  ],
  appeal: '2026-12-23',
}

export const authorised: Authorised = {
  ...{ ...issued, project, owners, authorisation },
  cooperativeApproach: 'CA0031',
  quantity: 240_000n,
  unitType: 'ITMO',
  purposes: ['NDC', 'OIMP_IMP'],
  firstTransfer: 'issuance',
}

export const revoked = { ...authorised, change: { reason: 'risk-assessment', from: '2026-11-20' } }

export const registration: Registration = {
  ...{ ...issued, project, owners, grounds },
  registered: '2026-11-20',
  scope: '1 Energy industries (renewable and non-renewable sources)',
  methodology: 'AMS-I.D, version 18.0',
}

const units = { project, quantity: 4800n, unitType: 'ITMO', vintage: '2024', on: '2026-03-03', itmos: [] }

export const issuance: Issuance = {
  ...issued,
  ...units,
  period: { from: '2024-01-01', to: '2024-12-31' },
  authorisation,
  serials: ['XT-ITMO-1-042-2024-0-1-4800'],
  itmos: ['CA0031-XT01-XT-1-2024 - CA0031-XT01-XT-4800-2024'],
  parts: [
    { to: 'Exampleland', account: 'buffer', first: 1n, last: 480n },
    { to: 'Adaptation Fund', account: 'share-of-proceeds', first: 481n, last: 696n },
    { to: 'Exampleland', account: 'omge', first: 697n, last: 783n },
    { to: 'Sunfield Power Ltd', account: 'holding', first: 784n, last: 4800n },
  ],
}

export const retirement: Ended = {
  ...issued,
  ...units,
  quantity: 250n,
  certificate: '318',
  holder: 'Green Port Trading',
  beneficiary: 'Harbour Ferries Ltd',
  purpose: 'voluntary',
  serials: ['XT-ITMO-1-042-2024-0-1201-1350', 'XT-ITMO-1-042-2024-0-1401-1500'],
  attachments: [
    {
      name: 'certificate-318.json',
      media: 'application/json',
      description: 'The entry with its openings',
      bytes: Buffer.from('{"entry":"…"}'),
    },
    {
      name: 'certificate-318.tlog-proof',
      media: 'text/plain',
      description: 'The receipt of the entry',
      bytes: Buffer.from('c2sp.org/tlog-proof@v1\n'),
    },
  ],
}
