import { Readable } from 'node:stream'
import { printDocument, printDraft, readDocumentPage, readDraftPage } from '@tallystick/contract'
import { compute } from '@tallystick/templates'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { spokenTo } from '../platform/language.ts'
import { layout } from '../platform/layout.ts'
import { namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { PAPER_STYLE, renderHtml } from '../platform/paper/html.ts'
import type { Paper } from '../platform/paper/paper.ts'
import type { PaperRenderer } from '../platform/paper/renderer.ts'
import type { PaperLanguage } from '../platform/paper/words.ts'
import { pdfOf } from '../platform/printing.ts'
import type { Services } from '../platform/services.ts'
import { networkOf, throttle } from '../platform/throttle.ts'
import { ownDraft } from './access.ts'
import { type DraftRow, templateOfDraft } from './drafts.ts'
import { referenceOf, sourcesFor } from './facts.ts'
import { paperOf } from './paper.ts'
import { type Version, versionOf, versionShown } from './versions.ts'

const HOUR_MS = 3_600_000
/** Documents that are printed for one user, and for a network of which nobody is known. */
export const LIMITS = { user: { most: 300, windowMs: HOUR_MS }, network: { most: 60, windowMs: HOUR_MS } } as const

/** Drafts and versions as pages and as PDF. */
export function registerPapers(app: FastifyInstance, services: Services, renderer: PaperRenderer): void {
  handle(app, services, readDraftPage, async ({ params, query, actor, request, reply }) => {
    const draft = await ownDraft(services, actor, params.id)
    return pageOf(services, await draftPaper(services, draft, languageFor(query, request, reply)), request, reply)
  })

  handle(app, services, printDraft, async ({ params, query, actor, request, reply }) => {
    const draft = await ownDraft(services, actor, params.id)
    const paper = await draftPaper(services, draft, languageFor(query, request, reply))
    return printed(services, renderer, paper, request, reply)
  })

  handle(app, services, readDocumentPage, async ({ params, query, actor, request, reply }) => {
    const version = await versionOf(services, actor, params.sha256)
    return pageOf(services, await versionPaper(services, version, languageFor(query, request, reply)), request, reply)
  })

  handle(app, services, printDocument, async ({ params, query, actor, request, reply }) => {
    const version = await versionOf(services, actor, params.sha256)
    const paper = await versionPaper(services, version, languageFor(query, request, reply))
    return printed(services, renderer, paper, request, reply)
  })
}

function languageFor(
  { language }: { language?: PaperLanguage | undefined },
  request: FastifyRequest,
  reply: FastifyReply,
): PaperLanguage {
  return language ?? spokenTo(request, reply)
}

async function projectNamed(services: Services, id: string): Promise<{ title: string; reference: string }> {
  const names = await namesIn(services, id)
  const project = names.project(id)
  const reference = project ? referenceOf(services, project) : id
  return { title: project?.title ?? reference, reference }
}

async function draftPaper(services: Services, row: DraftRow, language: PaperLanguage): Promise<Paper> {
  const template = templateOfDraft(row)
  const [project, sources] = await Promise.all([
    projectNamed(services, row.project),
    sourcesFor(services, row, row.kind, template),
  ])
  const { country, timeZone, test } = services.genesis
  return paperOf({
    ...{ template, document: compute(template, row.document, sources), language, project },
    ...{ country: country.name, timeZone, test },
    ...{ at: row.changed_at.toISOString(), version: null, withheld: [], whole: true },
  })
}

/** A version as a paper, in a language. */
export async function versionPaper(services: Services, version: Version, language: PaperLanguage): Promise<Paper> {
  const { row, template, document, withheld, whole } = version
  const { project: id, sha256, allotted } = row.entry.body
  const [project, { by, inForce }] = await Promise.all([projectNamed(services, id), versionShown(services, version)])
  const { country, timeZone, test } = services.genesis
  return paperOf({
    ...{ template, document, language, project, withheld, whole, country: country.name, timeZone, test },
    at: row.entry.at,
    version: {
      ...{ number: allotted.version, sha256, index: row.index, by: by.name ?? '—', inForce },
      check: `${services.publicUrl}/national/documents/${sha256}/page`,
    },
  })
}

function pageOf(services: Services, paper: Paper, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const language = spokenTo(request, reply)
  const { text } = layout(services, { title: paper.title, body: renderHtml(paper), styles: [PAPER_STYLE], language })
  return Promise.resolve(text)
}

/** The paper as PDF. It is made beside the server, which is busy with so many and no more. */
async function printed(
  services: Services,
  renderer: PaperRenderer,
  paper: Paper,
  { actor, ip }: FastifyRequest,
  reply: FastifyReply,
): Promise<Readable> {
  if (actor) await throttle(services, `documents printed for ${actor.user}`, LIMITS.user)
  else await throttle(services, `documents printed from ${networkOf(ip)}`, LIMITS.network)
  const pdf = await pdfOf(renderer, paper)
  const { id, version } = paper.foot
  const name = `${id}${version === undefined ? '-draft' : `-v${version}`}.pdf`.replace(/[^A-Za-z0-9.-]/g, '')
  reply.header('content-length', pdf.length).header('content-disposition', `inline; filename="${name}"`)
  return Readable.from([Buffer.from(pdf)])
}
