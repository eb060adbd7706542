import { type Family, NewComment } from '@tallystick/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isSameOrigin } from '../platform/auth.ts'
import { registerFormPage, textsIn } from '../platform/form-page.ts'
import { languageOf, spokenTo } from '../platform/language.ts'
import { layout, speechOfPage } from '../platform/layout.ts'
import { html, sendHtml } from '../platform/pages.ts'
import { checked, ProblemError, problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import en from './page.en.json' with { type: 'json' }
import es from './page.es.json' with { type: 'json' }
import fr from './page.fr.json' with { type: 'json' }
import { confirm, sendIn } from './sending.ts'

const texts: Family<typeof en> = { en, fr, es }

const FORM = 'application/x-www-form-urlencoded'
/** 10,000 characters, each of at most four bytes that are written with three characters. */
const MAX_FORM_BYTES = 131_072

/** Pages for people without programs: where the form of a project's page leads, and where the link of a mail leads. */
export function registerPages(app: FastifyInstance, services: Services): void {
  sending(app, services)
  registerFormPage(app, services, {
    address: '/comments/confirm',
    texts,
    title: 'title',
    async open({ query }) {
      const { token = '' } = textsIn(query)
      if (token === '') return { status: 400, text: 'missing' }
      return { text: 'lead', form: { button: 'button', hidden: { token } } }
    },
    async submit({ token = '' }, request) {
      const { project } = await confirm(services, token, request)
      return { text: 'done', links: [{ text: 'project', to: `/projects/${project}` }] }
    },
    async again(_sent, { problem: { code, status } }) {
      return { status, text: code === 'comments-closed' || code === 'too-many-requests' ? code : 'failed' }
    },
  })
}

function sending(app: FastifyInstance, services: Services): void {
  const show = (
    reply: FastifyReply,
    project: string,
    { status, text, fault }: { status: number; text: keyof typeof en; fault?: string },
  ) => {
    const language = spokenTo(reply.request, reply)
    const say = speechOfPage(services, texts, language)
    const title = say.say('sent.title')
    const body = html`<h1>${title}</h1>
<p class="lead">${say.say(text)}</p>${fault !== undefined && html`<p class="fault" role="alert">${fault}</p>`}
<p><a href="/projects/${project}">${say.say('project')}</a></p>`
    return sendHtml(reply, layout(services, { title, body, language }), status)
  }

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: MAX_FORM_BYTES }, (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))))
    })
    scope.post<{ Params: { id: string } }>('/projects/:id/comments', async (request, reply) => {
      const { id } = request.params
      if (!/^[0-9a-f]{32}$/.test(id)) throw problem('not-found')
      if (comesFromElsewhere(services, request)) return show(reply, id, { status: 403, text: 'cross-site' })
      try {
        const wanted = sentComment(request)
        const { language = languageOf(request) } = wanted
        await sendIn(services, id, { ...wanted, language }, request)
      } catch (error) {
        if (!(error instanceof ProblemError) || error.problem.status >= 500) throw error
        const { status, errors, detail } = error.in(languageOf(request))
        return show(reply, id, { status, text: 'refused', fault: errors[0]?.message ?? detail })
      }
      return show(reply, id, { status: 201, text: 'sent' })
    })
  })
}

/** What was typed in. A browser ends lines with two characters, and sends a box only where it is ticked. */
function sentComment(request: FastifyRequest) {
  const { name = '', email = '', text = '', publicName } = textsIn(request.body)
  const lines = text.replace(/\r\n?/g, '\n').trim()
  const found = checked(NewComment, {
    name: name.trim(),
    email: email.trim(),
    text: lines,
    publicName: publicName === 'yes',
  })
  if ('error' in found) throw found.error
  return found.value
}

/** A program without a browser says nothing of where it comes from. */
function comesFromElsewhere(services: Services, request: FastifyRequest): boolean {
  const says = request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined
  return says && !isSameOrigin(services, request)
}
