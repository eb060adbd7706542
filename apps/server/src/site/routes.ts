import type { Language } from '@tallystick/contract'
import { print, recognise } from '@tallystick/serials'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { serveAssets } from '../platform/assets.ts'
import type { Capability } from '../platform/http.ts'
import { answerError } from '../platform/http-errors.ts'
import { spokenTo } from '../platform/language.ts'
import { html, sendHtml } from '../platform/pages.ts'
import { PAPER_LANGUAGES } from '../platform/paper/words.ts'
import { ProblemError, problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { homePage } from './home-page.ts'
import { nothingPage } from './nothing-page.ts'
import { entryPage, missingPage, projectPage, verifyPage } from './other-pages.ts'
import { checkPage, PAPERS_FIRST, papersSection } from './paper-page.ts'
import type { PublicReads, TimelineAsked } from './reads.ts'
import { commentsSection, descriptionSection } from './said.ts'
import { serialPage } from './serial-page.ts'
import { newestEvents, TIMELINE_FIRST, TIMELINE_PAGE, timelinePageOf } from './timeline.ts'

/** The pages for everybody; what they show comes from `reads`. */
export function publicPages(readsOf: (services: Services) => PublicReads): Capability {
  return (app, services) => {
    const reads = readsOf(services)
    serveAssets(app, new URL('./assets/', import.meta.url))
    app.setErrorHandler((error, request, reply) => {
      if (!(error instanceof ProblemError) || error.problem.status >= 500) return answerError(error, request, reply)
      const { status } = error.problem
      const language = spokenTo(request, reply)
      return sendHtml(reply, missingPage(services, language, status === 404, error.in(language).title), status)
    })

    app.get('/', async (request, reply) => sendHtml(reply, await homePage(services, spokenTo(request, reply), reads)))
    app.get('/verify', async (request, reply) => sendHtml(reply, verifyPage(services, spokenTo(request, reply))))
    serials(app, services, reads)

    app.get<{ Params: { index: string } }>('/entries/:index', async (request, reply) => {
      const { index } = request.params
      const language = spokenTo(request, reply)
      const entry = INDEX.test(index) ? await reads.entry(Number(index), language) : undefined
      if (!entry) throw problem('not-found')
      return sendHtml(reply, await entryPage(services, language, entry))
    })

    projects(app, services, reads)
    papers(app, services, reads)
  }
}

/** Where the code on a paper leads. */
function papers(app: FastifyInstance, services: Services, reads: PublicReads): void {
  app.get<{ Params: { index: string }; Querystring: { language?: unknown } }>(
    '/papers/:index',
    async (request, reply) => {
      const { params, query } = request
      const language = spokenTo(request, reply)
      const asked = PAPER_LANGUAGES.find((one) => one === query.language) ?? language
      const shown = INDEX.test(params.index) ? await reads.paper(Number(params.index), asked) : undefined
      if (!shown) throw problem('not-found')
      return sendHtml(reply, await checkPage(services, language, shown, asked))
    },
  )
}

const INDEX = /^(0|[1-9]\d{0,14})$/

function projects(app: FastifyInstance, services: Services, reads: PublicReads): void {
  const known = async (id: string) => {
    const project = /^[0-9a-f]{32}$/.test(id) ? await reads.project(id) : undefined
    if (!project) throw problem('not-found')
    return project
  }
  const eventsOf = async (id: string, language: Language, asked: TimelineAsked) =>
    (await reads.timeline(id, language, asked)) ?? { items: [], next: null }

  app.get<{ Params: { id: string } }>('/projects/:id', async (request, reply) => {
    const { id } = request.params
    const language = spokenTo(request, reply)
    const project = await known(id)
    const events = await eventsOf(id, language, { order: 'newest', limit: TIMELINE_FIRST })
    const [description, comments, papers] = await Promise.all([
      reads.description(id),
      reads.comments(id),
      reads.papers(id, PAPERS_FIRST),
    ])
    const more = html`${papersSection(services, language, id, papers)}${descriptionSection(services, language, description)}${commentsSection(services, language, id, comments)}${newestEvents(services, language, id, events)}`
    return sendHtml(reply, projectPage(services, language, project, more))
  })

  app.get<{ Params: { id: string }; Querystring: { order?: unknown; cursor?: unknown } }>(
    '/projects/:id/timeline',
    async (request, reply) => {
      const { params, query } = request
      const language = spokenTo(request, reply)
      const project = await known(params.id)
      const order = query.order === 'oldest' ? 'oldest' : 'newest'
      const cursor = typeof query.cursor === 'string' ? query.cursor : undefined
      const page = await eventsOf(params.id, language, { order, limit: TIMELINE_PAGE, cursor })
      const shown = { order, isFirst: cursor === undefined, page } as const
      return sendHtml(reply, timelinePageOf(services, language, project, shown))
    },
  )
}

function serials(app: FastifyInstance, services: Services, reads: PublicReads): void {
  /** Where a search box leads: to the page of the one serial that was typed. */
  app.get<{ Querystring: { q?: unknown } }>('/serials', async (request, reply) => {
    const { q } = request.query
    const text = typeof q === 'string' ? q.trim() : ''
    const found = recognise(text)
    const [serial] = found
    if (serial && found.length === 1) return reply.redirect(`/serials/${encodeURIComponent(print(serial))}`, 303)
    return sendHtml(reply, nothingPage(services, spokenTo(request, reply), text), 404)
  })

  app.get<{ Params: { '*': string } }>('/serials/*', async (request, reply) => {
    const text = request.params['*']
    const found = recognise(text)
    const [serial] = found
    if (!serial || found.length > 1) return sendHtml(reply, nothingPage(services, spokenTo(request, reply), text), 404)
    const canonical = print(serial)
    if (text !== canonical) return reply.redirect(`/serials/${encodeURIComponent(canonical)}`, 303)
    return showSerial(services, reads, canonical, reply)
  })
}

async function showSerial(services: Services, reads: PublicReads, text: string, reply: FastifyReply) {
  const language = spokenTo(reply.request, reply)
  try {
    return sendHtml(reply, await serialPage(services, language, reads, await reads.serial(text)))
  } catch (error) {
    if (!(error instanceof ProblemError && error.problem.code === 'serial-unknown')) throw error
    return sendHtml(reply, nothingPage(services, language, text, error.problem.facts?.closest), 404)
  }
}
