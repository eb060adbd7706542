import { z } from 'zod'
import { USER_ALIASES } from './aliases.ts'
import { ById, Id, Instant, line, Quantity, Written } from './common.ts'
import { Language } from './languages.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'

const tag = 'Users'

export const Email = z
  .email('must be an e-mail address')
  .max(254, 'must have at most 254 characters')
  .meta({ description: 'One user per address; upper and lower case are the same.' })

export const Role = z
  .string()
  .regex(/^[A-Za-z]{1,30}$/, 'must be a role such as Admin or ViewOnly')
  .meta({ description: 'A role that the permission table gives to this kind of organisation, such as `Admin`.' })

/** What a person is called. */
export const PersonName = line(100)

export const Phone = z
  .string()
  .regex(/^\+?[0-9][0-9 ()./-]{1,38}$/, 'must be a phone number such as +264 61 123 456')
  .meta({ description: 'Digits, spaces and ( ) . / -, at most 40 characters.' })

export const Limit = Quantity.nullable().meta({
  description: 'Most units that one entry of this user may move or issue; null for no limit.',
})

/** A person who acts for an organisation. The ledger knows the mandate only. */
export const User = z
  .object({
    id: Id,
    email: z.string(),
    name: z.string(),
    phone: z.string().nullable(),
    language: Language.nullable().meta({ description: 'Of messages to this person; null for the registry’s own.' }),
    organisation: Id,
    role: Role,
    limit: Limit,
    mandate: Id,
    vouched: z.boolean().meta({
      description: 'Have two vouched for this user? If not, approvals count as those of whoever has added the user.',
    }),
    createdAt: Instant,
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof User>

export const addUser = defineOperation({
  id: 'addUser',
  method: 'POST',
  path: '/national/users',
  summary: 'Add a user to an organisation',
  description: 'Grants a mandate in the ledger and sends the user a sign-in link.',
  tag,
  access: 'signed-in',
  command: true,
  body: z.strictObject({
    email: Email,
    name: line(100),
    organisation: Id,
    role: Role,
    limit: Limit.optional(),
  }),
  aliases: USER_ALIASES,
  status: 201,
  answer: User.extend({ entry: Written }).meta({ id: 'UserAdded' }),
  problems: ['organisation-unknown', 'role-unknown', 'email-taken'],
})

export const listUsers = defineOperation({
  id: 'listUsers',
  method: 'GET',
  path: '/national/users',
  summary: 'List the users of an organisation',
  description: 'Your own organisation; the government sees every one.',
  tag,
  access: 'signed-in',
  query: PageQuery.extend({ organisation: Id.optional() }),
  answer: pageOf(User),
  problems: ['cursor-invalid', 'forbidden'],
})

export const readUser = defineOperation({
  id: 'readUser',
  method: 'GET',
  path: '/national/users/{id}',
  summary: 'Read a user',
  tag,
  access: 'signed-in',
  params: ById,
  answer: User,
  problems: ['not-found'],
})

export const updateProfile = defineOperation({
  id: 'updateProfile',
  method: 'PUT',
  path: '/national/users/current',
  summary: 'Change what the registry knows of you',
  description:
    'What is not given stays. Role, e-mail address and name are not yours to change: ask an administrator. A name that is given must ' +
    'be the one that is kept, as people sign under it; Root alone gives itself another.',
  tag,
  access: 'signed-in',
  keys: 'never',
  body: z.strictObject({
    name: PersonName.optional(),
    phone: Phone.nullable().optional(),
    language: Language.nullable().optional(),
  }),
  answer: User,
})

export const renameUser = defineOperation({
  id: 'renameUser',
  method: 'PUT',
  path: '/national/users/{id}/name',
  summary: 'Change the name of a user',
  description:
    'For whoever may give the role that the user has, who vouches for the name by it; nobody changes his own. People sign under ' +
    'their names: another name revokes the key that the user signs with.',
  tag,
  access: 'signed-in',
  keys: 'never',
  params: ById,
  body: z.strictObject({ name: PersonName }),
  answer: User,
  problems: ['not-found', 'forbidden'],
})

export const changeRole = defineOperation({
  id: 'changeRole',
  method: 'POST',
  path: '/national/users/{id}/role',
  summary: 'Give a user another role, or another limit',
  description:
    'Grants a mandate with the role, moves the person to it, and revokes the old one. The person acts under one mandate at ' +
    'every moment. For whoever may grant both roles; nobody changes his own, and an organisation keeps an Admin.',
  tag,
  access: 'signed-in',
  command: true,
  params: ById,
  body: z.strictObject({ role: Role, limit: Limit.optional().meta({ description: 'If not given it stays.' }) }),
  status: 201,
  answer: User.extend({ entry: Written, revoked: Written }).meta({
    id: 'RoleChanged',
    description: '`entry` granted the new mandate, `revoked` took the old one away.',
  }),
  problems: [
    'not-found',
    'own-role',
    'last-admin',
    'role-unknown',
    'nothing-changes',
    'role-changing',
    'mandate-revoked',
  ],
})

export const confirmUser = defineOperation({
  id: 'confirmUser',
  method: 'POST',
  path: '/national/users/{id}/confirmation',
  summary: 'Vouch for a user whom somebody else has added',
  description:
    'Who adds a user might have added himself. So approvals by that user count as those of whoever added the user, ' +
    'until somebody who might have added the user, too, vouches that it is another person.',
  tag,
  access: 'signed-in',
  keys: 'never',
  command: true,
  params: ById,
  body: z.strictObject({}).nullish().meta({ description: 'Empty.' }),
  status: 201,
  answer: z.object({ id: Id, mandate: Id, entry: Written }).meta({ id: 'UserConfirmed' }),
  problems: ['not-found', 'approval-not-distinct', 'nothing-changes'],
})

export const removeUser = defineOperation({
  id: 'removeUser',
  method: 'DELETE',
  path: '/national/users/{id}',
  summary: 'Remove a user',
  description: 'Revokes the mandate in the ledger and ends every session. Nobody removes himself or the last Admin.',
  tag,
  access: 'signed-in',
  command: true,
  params: ById,
  answer: z.object({ id: Id, mandate: Id, entry: Written }).meta({ id: 'UserRemoved' }),
  problems: ['not-found', 'own-account', 'last-admin', 'role-changing'],
})

export const sendSignInLink = defineOperation({
  id: 'sendSignInLink',
  method: 'POST',
  path: '/national/users/{id}/sign-in-links',
  summary: 'Send a user a new sign-in link',
  description: 'For whoever may add users with this role.',
  tag,
  access: 'signed-in',
  command: true,
  params: ById,
  status: 201,
  answer: z.object({ user: Id, expiresAt: Instant }).meta({ id: 'SignInLinkSent' }),
  problems: ['not-found'],
})
