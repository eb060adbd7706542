import { z } from 'zod'
import { Instant } from './common.ts'
import { defineOperation } from './operation.ts'
import { SignedIn, SignInAddress } from './sessions.ts'

const tag = 'Sessions'
const ONLY_WITH_PASSWORDS = 'Only where the registry was started with `ONBOARDING=password`.'

/** One that is there: it is compared, and not judged. */
const Password = z.string().min(1, 'must not be empty').max(1000, 'must have at most 1000 characters')

const NewPassword = z
  .string()
  .max(1000, 'must have at most 1000 characters')
  .meta({
    description:
      '12 to 200 characters of any kind. Refused where too little is left of it without the commonest passwords, the name ' +
      'and the address.',
  })

export const signInWithPassword = defineOperation({
  id: 'signInWithPassword',
  method: 'POST',
  path: '/national/sessions/password',
  summary: 'Sign in with e-mail address and password',
  description:
    `${ONLY_WITH_PASSWORDS} Answers with a bearer token, and sets the same as a cookie. With a temporary password the ` +
    'session does nothing but change it (`passwordChangeDue`). After wrong passwords the next try has to wait, a little ' +
    'longer each time; a link by mail lets in meanwhile.',
  tag,
  access: 'public',
  body: z.strictObject({ email: SignInAddress, password: Password }),
  status: 201,
  answer: SignedIn,
  problems: [
    'password-wrong',
    'password-expired',
    'passwords-off',
    'too-many-requests',
    'cross-site',
    'sign-in-failed',
  ],
})

export const requestPasswordLink = defineOperation({
  id: 'requestPasswordLink',
  method: 'POST',
  path: '/national/passwords/links',
  summary: 'Ask for a link with which to choose a password',
  description:
    `${ONLY_WITH_PASSWORDS} For whoever forgot the password, or never had one. The link goes to the address, works once, ` +
    'within an hour. The answer is the same whoever has the address.',
  tag,
  access: 'public',
  body: z.strictObject({ email: SignInAddress }),
  status: 201,
  answer: z
    .object({ email: z.string(), expiresAt: Instant.meta({ description: 'Until then a link would work.' }) })
    .meta({ id: 'PasswordLinkRequested' }),
  problems: ['passwords-off', 'too-many-requests'],
})

export const choosePassword = defineOperation({
  id: 'choosePassword',
  method: 'POST',
  path: '/national/passwords',
  summary: 'Choose a password with a link',
  description: `${ONLY_WITH_PASSWORDS} Signs in; every other session ends, and the person is told by mail.`,
  tag,
  access: 'public',
  body: z.strictObject({
    token: z.string().min(1).max(2000).meta({ description: 'The `token` of the link, or the whole link.' }),
    password: NewPassword,
  }),
  status: 201,
  answer: SignedIn,
  problems: ['link-unknown', 'passwords-off', 'too-many-requests', 'cross-site', 'sign-in-failed'],
})

export const changePassword = defineOperation({
  id: 'changePassword',
  method: 'PUT',
  path: '/national/passwords/current',
  summary: 'Change your password',
  description:
    `${ONLY_WITH_PASSWORDS} Every session ends, also the one that asks: the answer holds the token of a new one. The ` +
    'person is told by mail.',
  tag,
  access: 'signed-in',
  body: z.strictObject({ old: Password, password: NewPassword }),
  answer: SignedIn,
  problems: ['passwords-off', 'too-many-requests', 'changed-since', 'sign-in-failed'],
})
