import { z } from 'zod'
import { REGISTRATION_ALIASES } from './aliases.ts'
import { ById, choiceOf, Id, Instant, line, Written } from './common.ts'
import { Language } from './languages.ts'
import { defineOperation } from './operation.ts'
import { Contact, OrganisationKind, TaxId } from './organisations.ts'
import { PageQuery, pageOf } from './page.ts'
import { Email, Limit, PersonName, Phone, Role } from './users.ts'

const tag = 'Registrations'

const NewOrganisation = z.strictObject({
  kind: OrganisationKind,
  name: line(200).meta({ description: 'Public once it is registered.' }),
  taxId: TaxId.optional(),
  contact: Contact.optional(),
})

export const requestRegistration = defineOperation({
  id: 'requestRegistration',
  method: 'POST',
  path: '/national/registrations',
  summary: 'Ask for a new organisation, or to join one',
  description:
    'Anybody may. A link goes to the e-mail address; the request waits for a decision once the address is confirmed by ' +
    'it, and is forgotten after 24 hours otherwise. The answer is the same whoever has the address or the tax id. The ' +
    'government decides on new organisations, with the applicant as first Admin; an organisation on who joins it, and as what.',
  tag,
  access: 'public',
  body: z
    .strictObject({
      email: Email,
      name: PersonName,
      phone: Phone.optional(),
      language: Language.optional(),
      organisation: NewOrganisation.optional().meta({ description: 'The organisation to be registered.' }),
      join: Id.optional().meta({ description: 'Or the organisation to join.' }),
    })
    .superRefine(choiceOf(['organisation', 'join'], 'give exactly one of organisation and join')),
  aliases: REGISTRATION_ALIASES,
  status: 201,
  answer: z
    .object({
      email: z.string(),
      expiresAt: Instant.meta({ description: 'Until then the link in the mail works.' }),
    })
    .meta({ id: 'RegistrationRequested' }),
  problems: ['too-many-requests', 'organisation-unknown', 'organisation-suspended', 'code-unknown'],
})

const Status = z.enum(['open', 'approved', 'rejected']).meta({
  description: '`open` until all that an approval writes is written.',
})

/** Somebody who asks to be let in. */
export const Registration = z
  .object({
    id: Id,
    status: Status,
    person: z.object({
      email: z.string(),
      name: z.string(),
      phone: z.string().nullable(),
      language: Language.nullable(),
    }),
    organisation: Id.meta({ description: 'The one to join; of a new one the id that it has once it is approved.' }),
    wanted: z
      .object({
        kind: OrganisationKind,
        name: z.string(),
        taxId: z.string().nullable(),
        contact: Contact.nullable(),
      })
      .nullable()
      .meta({ description: 'The new organisation; null for who joins one.' }),
    createdAt: Instant,
    decision: z
      .object({
        by: Id.meta({ description: 'Mandate.' }),
        at: Instant,
        role: Role.nullable(),
        reason: z.string().nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'Registration' })
export type Registration = z.infer<typeof Registration>

export const confirmRegistration = defineOperation({
  id: 'confirmRegistration',
  method: 'POST',
  path: '/national/registrations/confirmations',
  summary: 'Confirm the e-mail address of a registration',
  description: 'With the token of the link. From then on the registration waits for a decision.',
  tag,
  access: 'public',
  body: z.strictObject({
    token: z.string().min(1).max(2000).meta({ description: 'The `token` of the link, or the whole link.' }),
  }),
  status: 201,
  answer: z.object({ id: Id, status: z.literal('open') }).meta({ id: 'RegistrationConfirmed' }),
  problems: ['link-unknown', 'email-taken', 'too-many-requests'],
})

export const listRegistrations = defineOperation({
  id: 'listRegistrations',
  method: 'GET',
  path: '/national/registrations',
  summary: 'List registrations that you may decide on',
  description: 'Oldest first.',
  tag,
  access: 'signed-in',
  query: PageQuery.extend({ status: Status.optional().meta({ description: 'Default: `open`.' }) }),
  answer: pageOf(Registration),
  problems: ['cursor-invalid', 'forbidden'],
})

export const readRegistration = defineOperation({
  id: 'readRegistration',
  method: 'GET',
  path: '/national/registrations/{id}',
  summary: 'Read a registration that you may decide on',
  tag,
  access: 'signed-in',
  params: ById,
  answer: Registration,
  problems: ['not-found'],
})

export const approveRegistration = defineOperation({
  id: 'approveRegistration',
  method: 'POST',
  path: '/national/registrations/{id}/approval',
  summary: 'Approve a registration',
  description:
    'Writes the organisation, where it is a new one, and the mandate of the person, under your mandate; then the person ' +
    'may sign in. If it is interrupted, approve again: nothing is written twice.',
  tag,
  access: 'signed-in',
  keys: 'never',
  command: true,
  params: ById,
  body: z.strictObject({
    role: Role.optional().meta({
      description: 'Of who joins an organisation; `ViewOnly` if not given. The first person of a new one is its Admin.',
    }),
    limit: Limit.optional(),
  }),
  status: 201,
  answer: z
    .object({ id: Id, organisation: Id, user: Id, mandate: Id, role: Role, entry: Written })
    .meta({ id: 'RegistrationApproved', description: '`entry` is the one that granted the mandate.' }),
  problems: [
    ...(['not-found', 'registration-decided', 'email-taken', 'tax-id-taken', 'role-unknown', 'code-unknown'] as const),
    ...(['organisation-suspended', 'organisation-unknown'] as const),
  ],
})

export const rejectRegistration = defineOperation({
  id: 'rejectRegistration',
  method: 'POST',
  path: '/national/registrations/{id}/rejection',
  summary: 'Reject a registration',
  description: 'The person is told the reason.',
  tag,
  access: 'signed-in',
  keys: 'never',
  command: true,
  params: ById,
  body: z.strictObject({ reason: line(500) }),
  status: 201,
  answer: Registration,
  problems: ['not-found', 'registration-decided'],
})
