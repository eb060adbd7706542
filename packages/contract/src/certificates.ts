import { z } from 'zod'
import { TakenBack } from './common.ts'
import { ByCertificate } from './credits.ts'
import { ProofQuery } from './entries.ts'
import { defineOperation } from './operation.ts'

const shownEntry = {
  entry: z.string().meta({ description: 'The exact bytes of the entry, base64.' }),
  openings: z
    .array(z.object({ field: z.string(), key: z.string(), value: z.unknown() }))
    .meta({ description: 'What each commitment hides: dotted path in the entry, key, value.' }),
}

export const CertificateFile = z
  .object({
    ...shownEntry,
    facts: z.record(z.string(), z.string()).meta({
      description: 'Everything that follows from the entry, its openings and what it rests on, and nothing else.',
    }),
    restsOn: z
      .array(z.object({ ...shownEntry, proof: z.string().meta({ description: 'Its own `.tlog-proof`.' }) }))
      .optional()
      .meta({ description: 'Further entries that facts follow from, such as the one that began the project.' }),
    takenBack: TakenBack.meta({
      description:
        'The entry that took this one back, so that the certificate is void; `verify` refuses it. Null only says that it ' +
        'was not so when this file was made: the log tells.',
    }),
  })
  .meta({ id: 'CertificateFile', description: 'A certificate that is checked offline, with its receipt.' })

export const readCertificate = defineOperation({
  id: 'readCertificate',
  method: 'GET',
  path: '/national/certificates/{certificate}',
  summary: 'The certificate of a retirement or a cancellation, to be checked offline',
  description:
    'With the receipt, `verify --proof … --certificate … --vkey …` proves each of its facts. Names of project and ' +
    'holder stand in other entries, so they are not among them.',
  tag: 'Certificates',
  access: 'public',
  params: ByCertificate,
  answer: CertificateFile,
  problems: ['not-found'],
})

/** In which language a paper is printed, and whether to wait for its proof. */
export const PrintQuery = ProofQuery.extend({
  language: z.enum(['en', 'fr', 'es', 'ar']).optional().meta({
    description: 'One of the languages of papers; left out, it is that of the request.',
  }),
})

/** What every paper as PDF has in common. */
export const printingPaper = {
  method: 'GET',
  access: 'public',
  query: PrintQuery,
  answer: z.string(),
  media: 'application/pdf',
  problems: ['not-found', 'not-yet-provable', 'too-many-requests', 'papers-busy'],
} as const

export const PAPER_PDF =
  'PDF/A-3 to which the bytes of its certificate and of a receipt are attached: `verify --certificate … --vkey …` checks them offline. ' +
  'Until a signed checkpoint covers the entry, the answer is `not-yet-provable` with Retry-After. Has an ETag: it stays the same as long as ' +
  'what the paper says does, and `If-None-Match` is answered with 304.'

export const printCertificate = defineOperation({
  ...printingPaper,
  id: 'printCertificate',
  path: '/national/certificates/{certificate}/certificate.pdf',
  summary: 'The certificate as a PDF that carries its proof inside',
  description: PAPER_PDF,
  tag: 'Certificates',
  params: ByCertificate,
})

export const readCertificateReceipt = defineOperation({
  id: 'readCertificateReceipt',
  method: 'GET',
  path: '/national/certificates/{certificate}/receipt',
  summary: 'The receipt of the entry that a certificate is of',
  description: 'A `.tlog-proof` file, as for any entry.',
  tag: 'Certificates',
  access: 'public',
  params: ByCertificate,
  query: ProofQuery,
  answer: z.string(),
  media: 'text/plain; charset=utf-8',
  problems: ['not-found', 'not-yet-provable'],
})
