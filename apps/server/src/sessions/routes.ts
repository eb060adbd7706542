import { readSession, signIn, signOut } from '@tallystick/contract'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { cookieName, credentialOf, isSameOrigin, SESSION_MS } from '../platform/auth.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { registerSignInPage } from './page.ts'
import { endSession, openSession, readSessionOf } from './queries.ts'

export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, signIn, async ({ body, request, reply }) => {
    if (request.headers.origin !== undefined && !isSameOrigin(services, request)) throw problem('cross-site')
    const token = await openSession(services, linkTokenOf(body.token))
    const session = token === undefined ? undefined : await readSessionOf(services, token)
    if (token === undefined || !session) throw problem('sign-in-failed')
    setSessionCookie(services, reply, token)
    return { token, session }
  })

  handle(app, services, readSession, async ({ request }) => {
    const credential = credentialOf(services, request)
    const session = credential && (await readSessionOf(services, credential.token))
    if (!session) throw problem('not-signed-in')
    return session
  })

  handle(app, services, signOut, async ({ request, reply }) => {
    const credential = credentialOf(services, request)
    if (credential) await endSession(services, credential.token)
    reply.clearCookie(cookieName(services.publicUrl), cookieOptions(services))
    return undefined
  })

  registerSignInPage(app, services, {
    openSession: (token) => openSession(services, token),
    setCookie: (reply, token) => setSessionCookie(services, reply, token),
  })
}

/** The token of a link, given as such or within the link. */
function linkTokenOf(text: string): string {
  return (URL.canParse(text) ? new URL(text).searchParams.get('token') : null) ?? text
}

function setSessionCookie(services: Services, reply: FastifyReply, token: string): void {
  reply.setCookie(cookieName(services.publicUrl), token, { ...cookieOptions(services), maxAge: SESSION_MS / 1000 })
}

function cookieOptions(services: Services) {
  return { path: '/', httpOnly: true, sameSite: 'lax' as const, secure: services.publicUrl.startsWith('https:') }
}
