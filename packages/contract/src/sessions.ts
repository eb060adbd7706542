import { z } from 'zod'
import { Id, Instant } from './common.ts'
import { defineOperation } from './operation.ts'
import { Organisation } from './organisations.ts'
import { Role } from './users.ts'

const tag = 'Sessions'

/** Of whoever comes in: also that of a machine of one's own, such as `root@localhost`. */
export const SignInAddress = z
  .string()
  .max(254, 'must have at most 254 characters')
  .regex(/^[\x21-\x7e]+@[\x21-\x7e]+$/, 'must be an e-mail address')

/** Who is signed in, and as what. */
export const Session = z
  .object({
    user: z.object({ id: Id, email: z.string(), name: z.string() }),
    organisation: Organisation,
    role: Role,
    mandate: Id,
    limit: z.string().nullable(),
    expiresAt: Instant,
    passwordChangeDue: z.boolean().meta({
      description: 'Opened with a temporary password: until that is changed the session does nothing else.',
    }),
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

export const SignedIn = z
  .object({
    token: z.string().meta({ description: 'Send it as `Authorization: Bearer <token>`.' }),
    session: Session,
  })
  .meta({ id: 'SignedIn' })

export const signIn = defineOperation({
  id: 'signIn',
  method: 'POST',
  path: '/national/sessions',
  summary: 'Sign in with a one-time link',
  description: 'Answers with a bearer token, and sets the same as a cookie. The link works once, within 24 hours.',
  tag,
  access: 'public',
  body: z.strictObject({
    token: z
      .string()
      .min(1)
      .max(2000)
      .meta({ description: 'The `token` of the link, or the whole link as it was sent.' }),
  }),
  status: 201,
  answer: SignedIn,
  problems: ['sign-in-failed', 'links-off', 'cross-site'],
})

export const requestSignInLink = defineOperation({
  id: 'requestSignInLink',
  method: 'POST',
  path: '/national/sessions/links',
  summary: 'Ask for a link with which to sign in',
  description:
    'Where people sign in by link: for whoever was signed out. The link goes to the address, works once, within an hour. ' +
    'The answer is the same whoever has the address.',
  tag,
  access: 'public',
  body: z.strictObject({ email: SignInAddress }),
  status: 201,
  answer: z
    .object({ email: z.string(), expiresAt: Instant.meta({ description: 'Until then a link would work.' }) })
    .meta({ id: 'SignInLinkRequested' }),
  problems: ['links-off', 'too-many-requests'],
})

export const readSession = defineOperation({
  id: 'readSession',
  method: 'GET',
  path: '/national/sessions/current',
  summary: 'Who am I?',
  tag,
  access: 'signed-in',
  answer: Session,
})

export const signOut = defineOperation({
  id: 'signOut',
  method: 'DELETE',
  path: '/national/sessions/current',
  summary: 'Sign out',
  tag,
  access: 'signed-in',
  status: 204,
  answer: z.undefined(),
})
