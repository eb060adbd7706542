import { z } from 'zod'
import { ORGANISATION_ALIASES } from './aliases.ts'
import { ById, Code, Id, line, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'

const tag = 'Organisations'

export const OrganisationKind = z
  .string()
  .regex(/^[a-z]{1,20}$/, 'must be a kind of organisation such as developer')
  .meta({ description: 'A kind that the preset of the country names, such as `developer`.' })

export const TaxId = line(60)
  .regex(/[\p{L}\p{N}]/u, 'must have a letter or a digit')
  .meta({ description: 'Not public. One organisation has it; how it is spaced and dotted makes no difference.' })

/** How an organisation is reached. Not public. */
export const Contact = z
  .strictObject({
    email: z.email('must be an e-mail address').max(254).optional(),
    phone: line(40).optional(),
    website: z
      .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
      .max(500)
      .optional(),
    address: line(500).optional(),
  })
  .meta({ id: 'Contact' })

/** What an organisation is, besides its name. Not public. */
export const OrganisationProfile = z
  .strictObject({
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be two capital letters as in ISO 3166-1, such as NA')
      .optional(),
    regions: z.array(line(100)).min(1).max(30).optional(),
    sectoralScopes: z
      .array(z.number().int().min(1).max(15))
      .min(1)
      .max(15)
      .refine((scopes) => new Set(scopes).size === scopes.length, 'must name each scope once')
      .optional()
      .meta({ description: 'Sectoral scopes of the CDM, 1 to 15.' }),
    ministry: line(200).optional(),
    department: line(200).optional(),
    minister: line(100).optional(),
  })
  .meta({ id: 'OrganisationProfile' })

export const Organisation = z
  .object({
    id: Id,
    kind: OrganisationKind,
    name: z.string().nullable().meta({ description: 'Null where the name was erased.' }),
    active: z
      .boolean()
      .meta({ description: 'False while it is suspended: it can do nothing, and its accounts take no part.' }),
  })
  .meta({ id: 'Organisation' })
export type Organisation = z.infer<typeof Organisation>

const OrganisationDetails = Organisation.extend({
  details: z
    .object({
      taxId: z.string().nullable(),
      contact: Contact.nullable(),
      profile: OrganisationProfile.nullable(),
    })
    .nullable()
    .meta({ description: 'Only for the organisation itself and the government; null for everybody else.' }),
}).meta({ id: 'OrganisationDetails' })

export const registerOrganisation = defineOperation({
  id: 'registerOrganisation',
  method: 'POST',
  path: '/national/organisations',
  summary: 'Register an organisation',
  tag,
  access: 'signed-in',
  command: true,
  body: z.strictObject({
    kind: OrganisationKind,
    name: line(200).meta({ description: 'Public. The ledger keeps only a commitment to it.' }),
    taxId: TaxId.optional(),
    contact: Contact.optional().meta({ description: 'Not public.' }),
    profile: OrganisationProfile.optional().meta({ description: 'Not public.' }),
  }),
  aliases: ORGANISATION_ALIASES,
  status: 201,
  answer: Organisation.extend({ entry: Written }).meta({ id: 'OrganisationRegistered' }),
  problems: ['code-unknown', 'tax-id-taken'],
})

export const listOrganisations = defineOperation({
  id: 'listOrganisations',
  method: 'GET',
  path: '/national/organisations',
  summary: 'List organisations',
  tag,
  access: 'public',
  query: PageQuery.extend({ kind: OrganisationKind.optional() }),
  answer: pageOf(Organisation),
  problems: ['cursor-invalid'],
})

export const readOrganisation = defineOperation({
  id: 'readOrganisation',
  method: 'GET',
  path: '/national/organisations/{id}',
  summary: 'Read an organisation',
  tag,
  access: 'public',
  params: ById,
  answer: OrganisationDetails,
  problems: ['not-found'],
})

export const updateOrganisation = defineOperation({
  id: 'updateOrganisation',
  method: 'PUT',
  path: '/national/organisations/{id}/details',
  summary: 'Change what the registry knows of your organisation',
  description: 'By its Admin. Both parts are replaced as a whole. Name, kind and tax id stay as they were registered.',
  tag,
  access: 'signed-in',
  params: ById,
  body: z.strictObject({ contact: Contact.nullable(), profile: OrganisationProfile.nullable() }),
  answer: OrganisationDetails,
  problems: ['not-found', 'forbidden', 'organisation-suspended'],
})

export const MOST_LOGO_BYTES = 200_000

export const setLogo = defineOperation({
  id: 'setLogo',
  method: 'PUT',
  path: '/national/organisations/{id}/logo',
  summary: 'Give your organisation a logo',
  description:
    'By its Admin. A PNG or JPEG by its content, of at most 200 kB and 2000 by 2000 pixels; whatever it holds besides the ' +
    'picture is taken out. Null takes it away.',
  tag,
  access: 'signed-in',
  params: ById,
  body: z.strictObject({
    content: z
      .base64('must be base64')
      .max(Math.ceil(MOST_LOGO_BYTES / 3) * 4, `must be at most ${MOST_LOGO_BYTES} bytes`)
      .nullable(),
  }),
  status: 204,
  answer: z.undefined(),
  problems: ['not-found', 'forbidden', 'organisation-suspended'],
})

export const readLogo = defineOperation({
  id: 'readLogo',
  method: 'GET',
  path: '/national/organisations/{id}/logo',
  summary: 'Read the logo of an organisation',
  tag,
  access: 'public',
  params: ById,
  media: 'image/png',
  answer: z.string().meta({ description: 'A PNG or JPEG, as its media type says.' }),
  problems: ['not-found'],
})

const statusOf = (id: string, verb: 'suspend' | 'reactivate', summary: string) =>
  defineOperation({
    id,
    method: 'POST',
    path: `/national/organisations/{id}/${verb}`,
    summary,
    tag,
    access: 'signed-in',
    command: true,
    proposable: true,
    params: ById,
    body: z.strictObject({ reason: Code.meta({ description: 'A word of the preset, such as `investigation`.' }) }),
    answer: z
      .object({ id: Id, active: z.boolean(), reason: z.string(), entry: Written })
      .meta({ id: 'OrganisationStatus' }),
    problems: ['organisation-unknown', 'organisation-authority', 'organisation-already-so', 'code-unknown'],
  })

export const suspendOrganisation = statusOf(
  'suspendOrganisation',
  'suspend',
  'Suspend an organisation: it can do nothing, and its accounts take no part in movements',
)
export const reactivateOrganisation = statusOf(
  'reactivateOrganisation',
  'reactivate',
  'Reactivate an organisation that is suspended',
)
