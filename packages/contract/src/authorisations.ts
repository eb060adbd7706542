import { z } from 'zod'
import { Amount, ById, Code, Id, Quantity, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { LegalDate, ProjectRef, UnitType } from './units.ts'

const tag = 'Authorisations'

/** What is authorised; a new version says all of it again. */
const terms = {
  quantity: Quantity.meta({ description: 'Never more than this is issued under the authorisation.' }),
  purposes: z
    .array(Code)
    .max(3)
    .refine((purposes) => new Set(purposes).size === purposes.length, 'each purpose stands once')
    .default([])
    .meta({ description: 'Words of the preset, such as `NDC`.' }),
  firstTransfer: z
    .enum(['authorisation', 'issuance', 'use-or-cancellation'])
    .nullable()
    .default(null)
    .meta({ description: 'When a unit counts as first transferred. Needed for every OIMP purpose.' }),
  cooperativeApproach: z
    .string()
    .regex(/^CA\d{4}$/, 'must be the id of a cooperative approach such as CA0001')
    .nullable()
    .default(null),
}

const definesFirstTransfer = (body: { firstTransfer: string | null; purposes: string[] }) =>
  body.firstTransfer !== null || !body.purposes.some((purpose) => purpose.startsWith('OIMP'))
const NEEDED = { path: ['firstTransfer'], message: 'is needed for OIMP purposes' }

const shownTerms = {
  quantity: Amount,
  purposes: z.array(z.string()),
  firstTransfer: z.string().nullable(),
  cooperativeApproach: z.string().nullable(),
}

export const Authorisation = z
  .object({
    id: Id,
    project: ProjectRef,
    unitType: z.string(),
    ...shownTerms,
    version: z.number().int().meta({ description: 'From 1; each change is one more.' }),
    active: z.boolean().meta({ description: 'False once it was revoked.' }),
    issued: Amount,
    transferred: Amount.meta({ description: 'Units of it that were first transferred.' }),
    left: Amount.meta({ description: 'What may still be issued.' }),
  })
  .meta({ id: 'Authorisation' })
export type Authorisation = z.infer<typeof Authorisation>

export const authoriseQuantity = defineOperation({
  id: 'authoriseQuantity',
  method: 'POST',
  path: '/national/projects/{id}/authorisations',
  summary: 'Authorise a quantity of mitigation outcomes',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject({ unitType: UnitType, ...terms }).refine(definesFirstTransfer, NEEDED),
  status: 201,
  answer: z
    .object({ id: Id, project: ProjectRef, unitType: z.string(), ...shownTerms, entry: Written })
    .meta({ id: 'QuantityAuthorised' }),
  problems: ['project-unknown', 'project-state', 'unit-type-unknown', 'code-unknown'],
})

export const listAuthorisations = defineOperation({
  id: 'listAuthorisations',
  method: 'GET',
  path: '/national/projects/{id}/authorisations',
  summary: 'List the authorisations of a project, as they are now',
  tag,
  access: 'public',
  params: ById,
  query: PageQuery,
  answer: pageOf(Authorisation),
  problems: ['cursor-invalid', 'not-found'],
})

const Version = z
  .object({
    version: z.number().int(),
    change: z.enum(['authorise', 'amend', 'revoke']),
    ...shownTerms,
    reason: z.string().nullable(),
    effectiveFrom: z.string().nullable().meta({ description: 'Null for the first version: from its entry on.' }),
    entry: Written,
  })
  .meta({ id: 'AuthorisationVersion' })
export type AuthorisationVersion = z.infer<typeof Version>

export const readAuthorisation = defineOperation({
  id: 'readAuthorisation',
  method: 'GET',
  path: '/national/authorisations/{id}',
  summary: 'Read an authorisation with all its versions',
  tag,
  access: 'public',
  params: ById,
  answer: Authorisation.extend({
    versions: z.array(Version).meta({ description: 'Oldest first; at most the newest 1,000.' }),
  }).meta({ id: 'AuthorisationDetails' }),
  problems: ['not-found'],
})

const versionProblems = [
  'authorisation-unknown',
  'authorisation-revoked',
  'version-not-next',
  'code-unknown',
  'date-wrong',
] as const

const ground = {
  reason: Code.meta({ description: 'A word of the preset, such as `risk-assessment`.' }),
  effectiveFrom: LegalDate.meta({ description: 'Not later than today.' }),
  version: z
    .number()
    .int()
    .min(2)
    .max(1_000_000)
    .optional()
    .meta({ description: 'The number of the new version, to change only what was read. The next if not given.' }),
}

const VersionMade = z.object({ id: Id, ...Version.shape }).meta({ id: 'VersionMade' })

export const changeAuthorisation = defineOperation({
  id: 'changeAuthorisation',
  method: 'POST',
  path: '/national/authorisations/{id}/versions',
  summary: 'Change an authorisation: a new version',
  description: 'Units that were first transferred stay so; all others follow the version in force.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject({ ...terms, ...ground }).refine(definesFirstTransfer, NEEDED),
  status: 201,
  answer: VersionMade,
  problems: [...versionProblems, 'nothing-changes', 'authorisation-too-small', 'approach-in-use'],
})

export const revokeAuthorisation = defineOperation({
  id: 'revokeAuthorisation',
  method: 'POST',
  path: '/national/authorisations/{id}/revocation',
  summary: 'Revoke an authorisation',
  description: 'Units that were first transferred stay so; all others are good for use at home only.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject(ground),
  status: 201,
  answer: VersionMade,
  problems: versionProblems,
})
