import type { Family, Speech } from '@tallystick/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isSameOrigin } from '../platform/auth.ts'
import { spokenTo } from '../platform/language.ts'
import { layout, speechOfPage } from '../platform/layout.ts'
import { type Html, html, sendHtml } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import en from './page.en.json' with { type: 'json' }
import es from './page.es.json' with { type: 'json' }
import fr from './page.fr.json' with { type: 'json' }

const texts: Family<typeof en> = { en, fr, es }

const FORM = 'application/x-www-form-urlencoded'
const MAX_FORM_BYTES = 4096

interface SignIn {
  openSession(token: string): Promise<string | undefined>
  setCookie(reply: FastifyReply, token: string): void
}

/**
 * The page that a sign-in link opens. Opening it changes nothing, so that a mail scanner that follows the link does not
 * use it up; its one button does.
 */
export function registerSignInPage(app: FastifyInstance, services: Services, { openSession, setCookie }: SignIn): void {
  const page = (reply: FastifyReply, inside: (say: Speech) => Html) => {
    const language = spokenTo(reply.request, reply)
    const say = speechOfPage(services, texts, language)
    const title = say.say('title')
    return layout(services, { title, body: html`<h1>${title}</h1>${inside(say)}`, language })
  }

  const refuse = (reply: FastifyReply, status: number, reason: keyof typeof en) =>
    sendHtml(
      reply,
      page(reply, (say) => html`<p>${say.say(reason)}</p>`),
      status,
    )

  app.get('/sign-in', async (request, reply) => {
    const token = tokenOf(request.query)
    if (token === undefined) return refuse(reply, 400, 'missing')
    const form = (say: Speech) => html`<p class="lead">${say.say('lead')}</p><form method="post" action="/sign-in">
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
    scope.post('/sign-in', async (request, reply) => {
      if (comesFromElsewhere(services, request)) return refuse(reply, 403, 'cross-site')
      const token = await openSession(tokenOf(request.body) ?? '')
      if (token === undefined) return refuse(reply, 401, 'failed')
      setCookie(reply, token)
      return reply.redirect('/national', 303)
    })
  })
}

function tokenOf(source: unknown): string | undefined {
  if (typeof source !== 'object' || source === null || !('token' in source)) return undefined
  const { token } = source
  return typeof token === 'string' && token !== '' ? token : undefined
}

/** A program without a browser says nothing of where it comes from, and has no cookie that could be misused. */
function comesFromElsewhere(services: Services, request: FastifyRequest): boolean {
  const says = request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined
  return says && !isSameOrigin(services, request)
}
