import { Readable } from 'node:stream'
import {
  listPapers,
  printCertificate,
  printPaper,
  readCertificate,
  readCertificateReceipt,
  readPaper,
  readPaperFile,
} from '@tallystick/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { entryOfCertificate } from '../platform/certificate-entry.ts'
import { spokenTo } from '../platform/language.ts'
import { handle } from '../platform/operations.ts'
import type { PaperLanguage } from '../platform/paper/words.ts'
import { problem } from '../platform/problem.ts'
import { receiptText } from '../platform/proof.ts'
import type { Services } from '../platform/services.ts'
import { networkOf, throttle } from '../platform/throttle.ts'
import { evidenceOf } from './evidence.ts'
import { type Known, paperAt, projectIn } from './issued.ts'
import { paperPage } from './list.ts'
import { printable } from './paper.ts'
import { isPrinted, printedOnce } from './printed.ts'

/** Papers that are printed anew for one network. */
const LIMIT = { most: 120, windowMs: 3_600_000 } as const

/** Letters and certificates: how they stand, what proves them, and as PDF. */
export function register(app: FastifyInstance, services: Services): void {
  certificates(app, services)
  handle(app, services, listPapers, async ({ params, query }) => {
    if (!(await services.ledger.row('project', params.id))) throw problem('not-found')
    return paperPage(services, params.id, query)
  })
  handle(app, services, readPaper, async ({ params }) => (await found(services, params.index)).shown)
  handle(app, services, readPaperFile, async ({ params, query, reply }) => {
    const { row, names, shown } = await found(services, params.index)
    reply.header('content-disposition', `inline; filename="${shown.reference}.json"`)
    return (await evidenceOf(services, row, projectIn(row, names))).file(query.wait === 'proof')
  })
  handle(app, services, printPaper, async ({ params, ...call }) => {
    const known = await found(services, params.index)
    return pdfOf(services, known, `${known.shown.reference}.pdf`, call)
  })
}

/** Retirements and cancellations have certificates with numbers of their own. */
function certificates(app: FastifyInstance, services: Services): void {
  handle(app, services, readCertificate, async ({ params, reply }) => {
    const { row } = await numbered(services, params.certificate)
    reply.header('content-disposition', `inline; filename="certificate-${params.certificate}.json"`)
    return (await evidenceOf(services, row, '')).file(false)
  })
  handle(app, services, readCertificateReceipt, async ({ params, query, reply }) => {
    const { row } = await numbered(services, params.certificate)
    reply.header('content-disposition', `attachment; filename="certificate-${params.certificate}.tlog-proof"`)
    return receiptText(services, row.index, query.wait === 'proof')
  })
  handle(app, services, printCertificate, async ({ params, ...call }) => {
    return pdfOf(services, await numbered(services, params.certificate), `certificate-${params.certificate}.pdf`, call)
  })
}

async function found(services: Services, index: number): Promise<Known> {
  const known = await paperAt(services, index)
  if (!known) throw problem('not-found')
  return known
}

async function numbered(services: Services, certificate: number): Promise<Known> {
  const row = await entryOfCertificate(services, certificate)
  if (!row) throw problem('not-found')
  return found(services, row.index)
}

interface PdfAsked {
  query: { language?: PaperLanguage | undefined; wait?: 'proof' | undefined }
  request: FastifyRequest
  reply: FastifyReply
}

/** Who has the paper already is told so; what it says decides that, as every receipt proves for ever. */
async function pdfOf(services: Services, known: Known, name: string, { query, request, reply }: PdfAsked) {
  const language = query.language ?? spokenTo(request, reply)
  const paper = await printable(services, known, language)
  const tag = `W/"${paper.sha256.slice(0, 32)}"`
  const keep = () => reply.header('etag', tag).header('cache-control', 'public, no-cache')
  reply.header('content-language', language)
  if (request.headers['if-none-match']?.includes(tag)) {
    keep().code(304)
    return ''
  }
  if (!isPrinted(services, paper)) {
    await throttle(services, `certificates printed from ${networkOf(request.ip)}`, LIMIT)
  }
  const wait = query.wait === 'proof'
  const pdf = await printedOnce(services, paper, () => receiptText(services, known.row.index, wait), wait)
  keep().header('content-length', pdf.length).header('content-disposition', `inline; filename="${name}"`)
  return Readable.from([Buffer.from(pdf)])
}
