import { z } from 'zod'
import { TakenBack } from './common.ts'
import { ByCertificate } from './credits.ts'
import { ProofQuery } from './entries.ts'
import { defineOperation } from './operation.ts'

export const CertificateFile = z
  .object({
    entry: z.string().meta({ description: 'The exact bytes of the entry, base64.' }),
    openings: z
      .array(z.object({ field: z.string(), key: z.string(), value: z.unknown() }))
      .meta({ description: 'What each commitment hides: dotted path in the entry, key, value.' }),
    facts: z
      .record(z.string(), z.string())
      .meta({ description: 'Everything that follows from the entry and its openings, and nothing else.' }),
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

export const printCertificate = defineOperation({
  id: 'printCertificate',
  method: 'GET',
  path: '/national/certificates/{certificate}/certificate.pdf',
  summary: 'The certificate as a PDF that carries its proof inside',
  description:
    'Attached to it are the bytes of the certificate and of a receipt: `verify --certificate … --vkey …` checks them offline. Waits until ' +
    'a checkpoint covers the entry. The languages are those of papers; left out, it is that of the request.',
  tag: 'Certificates',
  access: 'public',
  params: ByCertificate,
  query: z.strictObject({ language: z.enum(['en', 'fr', 'es', 'ar']).optional() }),
  answer: z.string(),
  media: 'application/pdf',
  problems: ['not-found', 'not-yet-provable', 'too-many-requests', 'papers-busy'],
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
