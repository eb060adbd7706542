import type { Family } from '@tallystick/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { actorOf, credentialOf } from '../platform/auth.ts'
import { registerFormPage, type Shown, textsIn } from '../platform/form-page.ts'
import { type ProblemError, problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { signInByLink } from './links.ts'
import en from './page.en.json' with { type: 'json' }
import es from './page.es.json' with { type: 'json' }
import fr from './page.fr.json' with { type: 'json' }
import {
  changePassword,
  choosePassword,
  requestPasswordLink,
  requestSignInLink,
  signInWithPassword,
} from './passwords.ts'
import type { Opened } from './queries.ts'

const texts: Family<typeof en> = { en, fr, es }
type Key = keyof typeof en

const CHANGE = '/password'
const CHOOSE = '/password/choose'
const FORGOTTEN = '/password/forgotten'
const SIGN_IN = '/sign-in'
const ASK = '/sign-in/link'
const SIGNED_IN = '/national'

type SetCookie = (reply: FastifyReply, token: string) => void

/** The pages by which people come in: with a link or, where they have passwords, with those. */
export function registerSignInPages(app: FastifyInstance, services: Services, setCookie: SetCookie): void {
  const entered = (reply: FastifyReply, { token, restricted }: Opened) => {
    setCookie(reply, token)
    return { to: restricted ? CHANGE : SIGNED_IN }
  }
  if (services.onboarding === 'password') {
    registerPasswordPages(app, services, entered)
    return
  }
  registerLinkPage(app, services, entered)
  registerAskingPage(app, services, { address: ASK, title: 'ask.title', lead: 'ask.lead', ask: requestSignInLink })
}

type Entered = (reply: FastifyReply, opened: Opened) => { to: string }

function registerLinkPage(app: FastifyInstance, services: Services, entered: Entered): void {
  const another = { links: [{ text: 'ask.title', to: ASK }] } as const
  registerFormPage(app, services, {
    address: SIGN_IN,
    texts,
    title: 'title',
    async open({ query }) {
      const { token = '' } = textsIn(query)
      if (token === '') return { status: 400, text: 'missing', ...another }
      return { text: 'lead', form: { button: 'button', hidden: { token } } }
    },
    async submit({ token = '' }, request, reply) {
      const opened = await signInByLink(services, token, request)
      return opened ? entered(reply, opened) : { status: 401, text: 'failed', ...another }
    },
  })
}

function registerPasswordPages(app: FastifyInstance, services: Services, entered: Entered): void {
  registerPasswordPage(app, services, entered)
  registerAskingPage(app, services, {
    ...{ address: FORGOTTEN, title: 'forgotten.title', lead: 'forgotten.lead' },
    ask: requestPasswordLink,
  })
  registerChoosePage(app, services, entered)
  registerChangePage(app, services, entered)
}

function registerPasswordPage(app: FastifyInstance, services: Services, entered: Entered): void {
  const form = (email?: string): Shown<Key> => ({
    text: 'password.lead',
    form: {
      button: 'button',
      fields: [
        { name: 'email', label: 'email', type: 'email', autocomplete: 'username', value: email },
        { name: 'password', label: 'password', type: 'password', autocomplete: 'current-password' },
      ],
    },
    links: [{ text: 'forgotten', to: FORGOTTEN }],
  })
  registerFormPage(app, services, {
    address: SIGN_IN,
    texts,
    title: 'title',
    open: async () => form(),
    submit: async ({ email = '', password = '' }, request, reply) =>
      entered(reply, await signInWithPassword(services, { email, password }, request)),
    again: async ({ email = '' }, error) => ({ ...form(email), ...told(error) }),
  })
}

interface Asking {
  address: string
  title: Key
  lead: Key
  ask(services: Services, email: string, from: FastifyRequest): Promise<unknown>
}

/** Whoever gives an address is sent a link, if it is a user's. */
function registerAskingPage(app: FastifyInstance, services: Services, { address, title, lead, ask }: Asking): void {
  const form: Shown<Key> = {
    text: lead,
    form: {
      button: 'forgotten.button',
      fields: [{ name: 'email', label: 'email', type: 'email', autocomplete: 'username' }],
    },
  }
  registerFormPage(app, services, {
    address,
    texts,
    title,
    open: async () => form,
    async submit({ email = '' }, request) {
      await ask(services, email, request)
      return { text: 'forgotten.done' }
    },
    again: async (_sent, error) => ({ ...form, ...told(error) }),
  })
}

/** Twice, as nobody sees what is typed. */
const NEW_PASSWORD = [
  { name: 'password', label: 'password.new', type: 'password', autocomplete: 'new-password' },
  { name: 'again', label: 'password.again', type: 'password', autocomplete: 'new-password' },
] as const

function registerChoosePage(app: FastifyInstance, services: Services, entered: Entered): void {
  const form = (token: string): Shown<Key> => ({
    text: 'choose.lead',
    form: { button: 'choose.button', hidden: { token }, fields: NEW_PASSWORD },
  })
  const failed: Shown<Key> = { text: 'choose.failed', links: [{ text: 'forgotten', to: FORGOTTEN }] }
  registerFormPage(app, services, {
    address: CHOOSE,
    texts,
    title: 'choose.title',
    async open({ query }) {
      const { token = '' } = textsIn(query)
      return token === '' ? { ...failed, status: 400, text: 'choose.missing' } : form(token)
    },
    async submit({ token = '', ...sent }, request, reply) {
      return entered(reply, await choosePassword(services, { token, password: typedTwice(sent) }, request))
    },
    async again({ token = '' }, error) {
      const { code, status } = error.problem
      return code === 'link-unknown' ? { ...failed, status } : { ...form(token), ...told(error) }
    },
  })
}

function registerChangePage(app: FastifyInstance, services: Services, entered: Entered): void {
  const form = (actor: Actor): Shown<Key> => ({
    text: actor.restricted ? 'change.due' : 'change.lead',
    form: {
      button: 'choose.button',
      fields: [
        { name: 'old', label: 'password.old', type: 'password', autocomplete: 'current-password' },
        ...NEW_PASSWORD,
      ],
    },
  })
  const signedOut: Shown<Key> = { status: 401, text: 'change.signed-out', links: [{ text: 'title', to: SIGN_IN }] }
  registerFormPage(app, services, {
    address: CHANGE,
    texts,
    title: 'change.title',
    async open(request) {
      const actor = await cookieActor(services, request)
      return actor ? form(actor) : { to: SIGN_IN }
    },
    async submit({ old = '', ...sent }, request, reply) {
      const actor = await cookieActor(services, request)
      if (!actor) return signedOut
      return entered(reply, await changePassword(services, actor, { old, password: typedTwice(sent) }))
    },
    async again(_sent, error, request) {
      const actor = await cookieActor(services, request)
      return actor ? { ...form(actor), ...told(error) } : signedOut
    },
  })
}

function typedTwice({ password = '', again = '' }: Readonly<Record<string, string>>): string {
  const message = 'must be typed twice alike'
  if (password !== again) throw problem('invalid-request', {}, [{ field: 'again', message }])
  return password
}

/** A page is for whoever is signed in with the browser. */
async function cookieActor(services: Services, request: FastifyRequest): Promise<Actor | undefined> {
  return credentialOf(services, request)?.kind === 'cookie' ? actorOf(services, request) : undefined
}

function told(fault: ProblemError): { status: number; fault: ProblemError } {
  return { status: fault.problem.status, fault }
}
