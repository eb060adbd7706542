import { readCertificate, readCertificateReceipt } from '@tallystick/contract'
import { certificateFacts } from '@tallystick/ledger'
import { encodeEntry } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import { receiptText } from '../platform/proof.ts'
import type { Services } from '../platform/services.ts'
import { takenBack } from '../platform/taken-back.ts'
import { entryOfCertificate } from './queries.ts'

/** Certificates of retirements and cancellations, and their receipts. */
export function registerCertificates(app: FastifyInstance, services: Services): void {
  handle(app, services, readCertificate, async ({ params, reply }) => {
    const row = await found(services, params.certificate)
    const { entry } = row
    const { beneficiary } = entry.body
    const opened = beneficiary === null ? undefined : (await services.openings.open([beneficiary])).get(beneficiary)
    const openings = opened ? [{ field: 'body.beneficiary', ...opened }] : []
    reply.header('content-disposition', `inline; filename="certificate-${params.certificate}.json"`)
    const plain = { ...entry, body: { ...entry.body } }
    return {
      entry: Buffer.from(encodeEntry(plain)).toString('base64'),
      openings,
      facts: certificateFacts(plain, openings),
      takenBack: (await takenBack(services, [row])).get(row.index) ?? null,
    }
  })

  handle(app, services, readCertificateReceipt, async ({ params, query, reply }) => {
    const { index } = await found(services, params.certificate)
    reply.header('content-disposition', `attachment; filename="certificate-${params.certificate}.tlog-proof"`)
    return receiptText(services, index, query.wait === 'proof')
  })
}

async function found(services: Services, certificate: number) {
  const row = await entryOfCertificate(services, certificate)
  if (!row) throw problem('not-found')
  return row
}
