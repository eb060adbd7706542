import * as contract from '@tallystick/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { cookieName, credentialOf, isSameOrigin, SESSION_MS } from '../platform/auth.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { linkTokenOf } from '../platform/sign-in-links.ts'
import { signInByLink } from './links.ts'
import { registerSignInPages } from './page.ts'
import {
  changePassword,
  choosePassword,
  requestPasswordLink,
  requestSignInLink,
  signInWithPassword,
} from './passwords.ts'
import { endSession, type Opened, readSessionOf } from './queries.ts'

export function register(app: FastifyInstance, services: Services): void {
  const entered = async (reply: FastifyReply, opened: Opened | undefined) => {
    const session = opened && (await readSessionOf(services, opened.token))
    if (!opened || !session) throw problem('sign-in-failed')
    setSessionCookie(services, reply, opened.token)
    return { token: opened.token, session }
  }

  handle(app, services, contract.signIn, async ({ body, request, reply }) => {
    refuseElsewhere(services, request)
    return entered(reply, await signInByLink(services, body.token, request))
  })

  handle(app, services, contract.requestSignInLink, ({ body, request }) =>
    requestSignInLink(services, body.email, request),
  )

  handle(app, services, contract.signInWithPassword, async ({ body, request, reply }) => {
    refuseElsewhere(services, request)
    return entered(reply, await signInWithPassword(services, body, request))
  })

  handle(app, services, contract.requestPasswordLink, ({ body, request }) =>
    requestPasswordLink(services, body.email, request),
  )

  handle(app, services, contract.choosePassword, async ({ body, request, reply }) => {
    refuseElsewhere(services, request)
    const { token, password } = body
    return entered(reply, await choosePassword(services, { token: linkTokenOf(token), password }, request))
  })

  handle(app, services, contract.changePassword, async ({ actor, body, reply }) =>
    entered(reply, await changePassword(services, actor, body)),
  )

  handle(app, services, contract.readSession, async ({ request }) => {
    const credential = credentialOf(services, request)
    const session = credential && (await readSessionOf(services, credential.token))
    if (!session) throw problem('not-signed-in')
    return session
  })

  handle(app, services, contract.signOut, async ({ request, reply }) => {
    const credential = credentialOf(services, request)
    if (credential) await endSession(services, credential.token)
    reply.clearCookie(cookieName(services.publicUrl), cookieOptions(services))
    return undefined
  })

  registerSignInPages(app, services, (reply, token) => setSessionCookie(services, reply, token))
}

/** Nobody is signed in under a name that another site chose. */
function refuseElsewhere(services: Services, request: FastifyRequest): void {
  if (request.headers.origin !== undefined && !isSameOrigin(services, request)) throw problem('cross-site')
}

function setSessionCookie(services: Services, reply: FastifyReply, token: string): void {
  reply.setCookie(cookieName(services.publicUrl), token, { ...cookieOptions(services), maxAge: SESSION_MS / 1000 })
}

function cookieOptions(services: Services) {
  return { path: '/', httpOnly: true, sameSite: 'lax' as const, secure: services.publicUrl.startsWith('https:') }
}
