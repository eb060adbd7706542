import { Readable } from 'node:stream'
import { printCertificate, readCertificate, readCertificateReceipt } from '@tallystick/contract'
import type { FastifyInstance } from 'fastify'
import { spokenTo } from '../platform/language.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import { receiptText } from '../platform/proof.ts'
import type { Services } from '../platform/services.ts'
import { networkOf, throttle } from '../platform/throttle.ts'
import { certificateFile, certificatePaper } from './certificate-paper.ts'
import { isPrinted, printedOnce } from './printed.ts'
import { entryOfCertificate } from './queries.ts'

/** Certificates that are printed anew for one network. */
const LIMIT = { most: 120, windowMs: 3_600_000 } as const

/** Certificates of retirements and cancellations, and their receipts. */
export function registerCertificates(app: FastifyInstance, services: Services): void {
  handle(app, services, readCertificate, async ({ params, reply }) => {
    const row = await found(services, params.certificate)
    reply.header('content-disposition', `inline; filename="certificate-${params.certificate}.json"`)
    return certificateFile(services, row)
  })

  handle(app, services, readCertificateReceipt, async ({ params, query, reply }) => {
    const { index } = await found(services, params.certificate)
    reply.header('content-disposition', `attachment; filename="certificate-${params.certificate}.tlog-proof"`)
    return receiptText(services, index, query.wait === 'proof')
  })

  handle(app, services, printCertificate, async ({ params, query, request, reply }) => {
    const row = await found(services, params.certificate)
    const language = query.language ?? spokenTo(request, reply)
    const paper = await certificatePaper(services, row, language)
    if (!isPrinted(services, paper)) {
      await throttle(services, `certificates printed from ${networkOf(request.ip)}`, LIMIT)
    }
    const pdf = await printedOnce(services, paper, () => receiptText(services, row.index, true))
    const name = `certificate-${params.certificate}.pdf`
    reply.header('content-language', language).header('content-length', pdf.length)
    reply.header('content-disposition', `inline; filename="${name}"`)
    return Readable.from([Buffer.from(pdf)])
  })
}

async function found(services: Services, certificate: number) {
  const row = await entryOfCertificate(services, certificate)
  if (!row) throw problem('not-found')
  return row
}
