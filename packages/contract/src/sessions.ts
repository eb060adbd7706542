import { z } from 'zod'
import { Id, Instant } from './common.ts'
import { defineOperation } from './operation.ts'
import { Organisation } from './organisations.ts'
import { Role } from './users.ts'

const tag = 'Sessions'

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
