import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isSameOrigin } from '../platform/auth.ts'
import { layout, speechOfPage } from '../platform/layout.ts'
import { html, sendHtml } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import texts from './page.en.json' with { type: 'json' }

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
  const say = speechOfPage(services, texts)

  const refuse = (reply: FastifyReply, status: number, reason: keyof typeof texts) =>
    sendHtml(
      reply,
      layout(services, { title: say.say('title'), body: html`<h1>${say.say('title')}</h1><p>${say.say(reason)}</p>` }),
      status,
    )

  app.get('/sign-in', async (request, reply) => {
    const token = tokenOf(request.query)
    if (token === undefined) return refuse(reply, 400, 'missing')
    const form = html`<form method="post" action="/sign-in">
<input type="hidden" name="token" value="${token}">
<button class="button">${say.say('button')}</button>
</form>`
    const body = html`<h1>${say.say('title')}</h1><p class="lead">${say.say('lead')}</p>${form}`
    return sendHtml(reply.header('referrer-policy', 'same-origin'), layout(services, { title: say.say('title'), body }))
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
