import type { Family, Language, Speech } from '@tallystick/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isSameOrigin } from './auth.ts'
import { spokenTo } from './language.ts'
import { layout, speechOfPage } from './layout.ts'
import { type Html, html, sendHtml } from './pages.ts'
import { ProblemError } from './problem.ts'
import type { Services } from './services.ts'

const FORM = 'application/x-www-form-urlencoded'
const MAX_FORM_BYTES = 4096

type Sent = Readonly<Record<string, string>>

/** Something that is typed in. */
interface Field<Key> {
  name: string
  label: Key
  type: 'email' | 'password'
  /** For the browser's own memory, such as `new-password`. */
  autocomplete: string
  value?: string | undefined
}

/** A form with one button. */
interface Form<Key> {
  button: Key
  /** Sent along unseen, such as the token of a link. */
  hidden?: Sent
  fields?: readonly Field<Key>[]
}

/** What stands on a page: a text, and a form where there is something to do. */
export interface Shown<Key> {
  status?: number
  text: Key
  /** What went wrong when the form was sent, above it. */
  fault?: ProblemError
  form?: Form<Key>
  /** Where else one may want to go. */
  links?: readonly { text: Key; to: string }[]
}

/** Or the page is somewhere else. */
export interface Elsewhere {
  to: string
}

/** Its texts have one for a form that another site sent. */
type PageTexts = Record<string, string> & { 'cross-site': string }

export interface FormPage<Texts extends PageTexts> {
  address: string
  texts: Family<Texts>
  title: keyof Texts & string
  /** What the page shows when it is opened. That changes nothing: scanners of mails open links, too. */
  open(request: FastifyRequest): Promise<Shown<keyof Texts & string> | Elsewhere>
  /** What its button does, and what is shown then. A problem that is thrown is told above the form of `again`. */
  submit(sent: Sent, request: FastifyRequest, reply: FastifyReply): Promise<Shown<keyof Texts & string> | Elsewhere>
  /** The form as it is shown once more. Without it a page is shown as it is opened. */
  again?(sent: Sent, error: ProblemError, request: FastifyRequest): Promise<Shown<keyof Texts & string>>
}

/** Serves a page with one form: for people, in their language, without a script. */
export function registerFormPage<Texts extends PageTexts>(
  app: FastifyInstance,
  services: Services,
  page: FormPage<Texts>,
): void {
  const send = (reply: FastifyReply, shown: Shown<keyof Texts & string> | Elsewhere) => {
    if ('to' in shown) return reply.redirect(shown.to, 303)
    const language = spokenTo(reply.request, reply)
    const say = speechOfPage(services, page.texts, language)
    const title = say.say(page.title)
    const body = html`<h1>${title}</h1>${inside(say, page.address, shown, language)}`
    return sendHtml(
      reply.header('referrer-policy', 'same-origin'),
      layout(services, { title, body, language }),
      shown.status,
    )
  }

  app.get(page.address, async (request, reply) => send(reply, await page.open(request)))

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: MAX_FORM_BYTES }, (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))))
    })
    scope.post(page.address, async (request, reply) => {
      if (comesFromElsewhere(services, request)) return send(reply, { status: 403, text: 'cross-site' })
      const sent = textsIn(request.body)
      try {
        return send(reply, await page.submit(sent, request, reply))
      } catch (error) {
        if (!(error instanceof ProblemError) || !page.again) throw error
        return send(reply, await page.again(sent, error, request))
      }
    })
  })
}

function inside<Key extends string>(
  say: Speech,
  address: string,
  { text, fault, form, links = [] }: Shown<Key>,
  language: Language,
): Html {
  const others = links.map((link) => html`<p><a href="${link.to}">${say.say(link.text)}</a></p>\n`)
  if (!form) return html`<p>${say.say(text)}</p>${others}`
  const hidden = Object.entries(form.hidden ?? {})
  return html`<p class="lead">${say.say(text)}</p>
${fault && html`<p class="fault" role="alert">${faultOf(say, fault, form, language)}</p>\n`}<form class="form" method="post" action="${address}">
${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`)}${(
  form.fields ?? []
).map(
  ({ name, label, type, autocomplete, value }) => html`<label>${say.say(label)}
<input type="${type}" name="${name}" autocomplete="${autocomplete}" value="${value}" required></label>\n`,
)}<button class="button">${say.say(form.button)}</button>
</form>
${others}`
}

/** What a problem says to a person; of a field, under its name on the page. */
function faultOf<Key extends string>(
  say: Speech,
  fault: ProblemError,
  { fields = [] }: Form<Key>,
  language: Language,
): string {
  const { errors, detail } = fault.in(language)
  const [first] = errors
  const field = fields.find(({ name }) => name === first?.field)
  return field && first ? `${say.say(field.label)}: ${first.message}` : detail
}

/** The texts of a form or of an address, each name once. */
export function textsIn(source: unknown): Sent {
  if (typeof source !== 'object' || source === null) return {}
  return Object.fromEntries(
    Object.entries(source).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
}

/** A program without a browser says nothing of where it comes from, and has no cookie that could be misused. */
function comesFromElsewhere(services: Services, request: FastifyRequest): boolean {
  const says = request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined
  return says && !isSameOrigin(services, request)
}
