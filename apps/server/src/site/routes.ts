import { print, recognise } from '@tallystick/serials'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { serveAssets } from '../platform/assets.ts'
import type { Capability } from '../platform/http.ts'
import { answerError } from '../platform/http-errors.ts'
import { sendHtml } from '../platform/pages.ts'
import { ProblemError, problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { homePage } from './home-page.ts'
import { nothingPage } from './nothing-page.ts'
import { entryPage, missingPage, projectPage, verifyPage } from './other-pages.ts'
import type { PublicReads } from './reads.ts'
import { serialPage } from './serial-page.ts'

/** The pages for everybody; what they show comes from `reads`. */
export function publicPages(readsOf: (services: Services) => PublicReads): Capability {
  return (app, services) => {
    const reads = readsOf(services)
    serveAssets(app, new URL('./assets/', import.meta.url))
    app.setErrorHandler((error, request, reply) => {
      const known = error instanceof ProblemError ? error.problem : undefined
      if (!known || known.status >= 500) return answerError(error, request, reply)
      return sendHtml(reply, missingPage(services, known.status === 404, known.title), known.status)
    })

    app.get('/', async (_request, reply) => sendHtml(reply, await homePage(services, reads)))
    app.get('/verify', async (_request, reply) => sendHtml(reply, verifyPage(services)))
    serials(app, services, reads)

    app.get<{ Params: { index: string } }>('/entries/:index', async ({ params }, reply) => {
      const entry = /^(0|[1-9]\d{0,14})$/.test(params.index) ? await reads.entry(Number(params.index)) : undefined
      if (!entry) throw problem('not-found')
      return sendHtml(reply, await entryPage(services, entry))
    })

    app.get<{ Params: { id: string } }>('/projects/:id', async ({ params }, reply) => {
      const project = /^[0-9a-f]{32}$/.test(params.id) ? await reads.project(params.id) : undefined
      if (!project) throw problem('not-found')
      return sendHtml(reply, projectPage(services, project))
    })
  }
}

function serials(app: FastifyInstance, services: Services, reads: PublicReads): void {
  /** Where a search box leads: to the page of the one serial that was typed. */
  app.get<{ Querystring: { q?: unknown } }>('/serials', async ({ query }, reply) => {
    const text = typeof query.q === 'string' ? query.q.trim() : ''
    const found = recognise(text)
    const [serial] = found
    if (serial && found.length === 1) return reply.redirect(`/serials/${encodeURIComponent(print(serial))}`, 303)
    return sendHtml(reply, nothingPage(services, text), 404)
  })

  app.get<{ Params: { '*': string } }>('/serials/*', async ({ params }, reply) => {
    const text = params['*']
    const found = recognise(text)
    const [serial] = found
    if (!serial || found.length > 1) return sendHtml(reply, nothingPage(services, text), 404)
    const canonical = print(serial)
    if (text !== canonical) return reply.redirect(`/serials/${encodeURIComponent(canonical)}`, 303)
    return showSerial(services, reads, canonical, reply)
  })
}

async function showSerial(services: Services, reads: PublicReads, text: string, reply: FastifyReply) {
  try {
    return sendHtml(reply, await serialPage(services, reads, await reads.serial(text)))
  } catch (error) {
    if (!(error instanceof ProblemError && error.problem.code === 'serial-unknown')) throw error
    return sendHtml(reply, nothingPage(services, text, error.problem.facts?.closest), 404)
  }
}
