import type { Family, Speech } from '@tallystick/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isSameOrigin } from '../platform/auth.ts'
import { spokenTo } from '../platform/language.ts'
import { layout, speechOfPage } from '../platform/layout.ts'
import { type Html, html, sendHtml } from '../platform/pages.ts'
import { ProblemError } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import en from './page.en.json' with { type: 'json' }
import es from './page.es.json' with { type: 'json' }
import fr from './page.fr.json' with { type: 'json' }

const texts: Family<typeof en> = { en, fr, es }

const FORM = 'application/x-www-form-urlencoded'
const MAX_FORM_BYTES = 4096
const ADDRESS = '/registrations/confirm'

type Confirm = (token: string, from: Pick<FastifyRequest, 'ip'>) => Promise<unknown>

/** The page that the link of a registration opens. Opening it changes nothing; its one button confirms the address. */
export function registerConfirmPage(app: FastifyInstance, services: Services, confirm: Confirm): void {
  const page = (reply: FastifyReply, inside: (say: Speech) => Html) => {
    const language = spokenTo(reply.request, reply)
    const say = speechOfPage(services, texts, language)
    const title = say.say('title')
    return layout(services, { title, body: html`<h1>${title}</h1>${inside(say)}`, language })
  }
  const answer = (reply: FastifyReply, status: number, text: keyof typeof en) =>
    sendHtml(
      reply,
      page(reply, (say) => html`<p>${say.say(text)}</p>`),
      status,
    )

  app.get(ADDRESS, async (request, reply) => {
    const token = tokenOf(request.query)
    if (token === undefined) return answer(reply, 400, 'missing')
    const form = (say: Speech) => html`<p class="lead">${say.say('lead')}</p><form method="post" action="${ADDRESS}">
<input type="hidden" name="token" value="${token}">
<button class="button">${say.say('button')}</button>
</form>`
    return sendHtml(reply.header('referrer-policy', 'same-origin'), page(reply, form))
  })

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: MAX_FORM_BYTES }, (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))))
    })
    scope.post(ADDRESS, async (request, reply) => {
      const says = request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined
      if (says && !isSameOrigin(services, request)) return answer(reply, 403, 'cross-site')
      try {
        await confirm(tokenOf(request.body) ?? '', request)
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        const { code, status } = error.problem
        return answer(reply, status, code === 'email-taken' || code === 'too-many-requests' ? code : 'failed')
      }
      return answer(reply, 200, 'done')
    })
  })
}

function tokenOf(source: unknown): string | undefined {
  if (typeof source !== 'object' || source === null || !('token' in source)) return undefined
  const { token } = source
  return typeof token === 'string' && token !== '' ? token : undefined
}
