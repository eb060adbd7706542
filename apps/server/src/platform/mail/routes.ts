import { changeMailSettings, LANGUAGES, readMailReport, readMailSettings } from '@tallystick/contract'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { spokenTo } from '../language.ts'
import { layout } from '../layout.ts'
import { handle } from '../operations.ts'
import { html, sendHtml } from '../pages.ts'
import { problem } from '../problem.ts'
import type { Services } from '../services.ts'
import { mailReport } from './claims.ts'
import { switchOff } from './outbox.ts'
import { keepSettings, mailSettings } from './settings.ts'
import { speechIn } from './texts.ts'

const MAX_FORM_BYTES = 4096
const TOKEN = /^[A-Za-z0-9_-]{43}$/

const GIVEN_UP_SHOWN = 100
const ADMINISTRATORS: ReadonlySet<string> = new Set(['government/Root', 'government/Admin'])

export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, readMailReport, async ({ actor }) => {
    if (!ADMINISTRATORS.has(actor.role)) throw problem('forbidden')
    return mailReport(services.pool, GIVEN_UP_SHOWN)
  })
  handle(app, services, readMailSettings, ({ actor }) => mailSettings(services.pool, actor.user))
  handle(app, services, changeMailSettings, async ({ actor, body }) => {
    await keepSettings(services.pool, actor.user, body)
    return mailSettings(services.pool, actor.user)
  })
  registerUnsubscribe(app, services)
}

/**
 * The page of an unsubscribe link. Opening it changes nothing, so that a scanner that follows links switches nothing off;
 * its button does, and so does a mail program with one click (RFC 8058). The token is all that is asked for.
 */
function registerUnsubscribe(app: FastifyInstance, services: Services): void {
  app.get('/mail/unsubscribe', async ({ query }, reply) => {
    const language = await languageOf(services, query)
    if (language === undefined) return show(services, reply, null, 'failed')
    return show(services, reply.header('referrer-policy', 'same-origin'), language, 'lead')
  })

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // What a mail program sends along says nothing that the address does not.
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MAX_FORM_BYTES }, (_request, _body, done) => {
      done(null, {})
    })
    scope.post('/mail/unsubscribe', async ({ query }, reply) => {
      const language = await languageOf(services, query)
      const token = tokenOf(query)
      if (language === undefined || token === undefined || !(await switchOff(services.pool, token))) {
        return show(services, reply, null, 'failed')
      }
      return show(services, reply, language, 'done')
    })
  })
}

function show(services: Services, reply: FastifyReply, language: string | null, part: 'lead' | 'done' | 'failed') {
  // Whose token it is has chosen a language; of nobody we know what the browser asks for.
  const spoken = LANGUAGES.find((one) => one === language) ?? spokenTo(reply.request, reply)
  const say = speechIn(spoken, services.genesis)
  const title = say.say('page.title')
  // A form without an address goes where the page came from: the token stands there.
  const form = html`<form method="post"><button class="button">${say.say('page.button')}</button></form>`
  const body = html`<div lang="${say.lang}" dir="${say.dir}"><h1>${title}</h1>
<p class="lead">${say.say(`page.${part}`)}</p>${part === 'lead' && form}</div>`
  return sendHtml(reply, layout(services, { title, body, language: spoken }), part === 'failed' ? 404 : 200)
}

/** The language of the reader whose token it is; undefined where it is nobody's. */
async function languageOf({ pool }: Services, query: unknown): Promise<string | undefined> {
  const token = tokenOf(query)
  if (token === undefined) return undefined
  const { rows } = await pool.query<{ language: string | null }>(
    'SELECT language FROM content_user WHERE mail_token = $1',
    [token],
  )
  return rows[0] && (rows[0].language ?? 'en')
}

function tokenOf(query: unknown): string | undefined {
  if (typeof query !== 'object' || query === null || !('token' in query)) return undefined
  return typeof query.token === 'string' && TOKEN.test(query.token) ? query.token : undefined
}
