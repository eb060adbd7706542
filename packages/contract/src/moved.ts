import { z } from 'zod'
import { Amount, choiceOf, Hash, Id, line, Written } from './common.ts'
import { PageQuery } from './page.ts'
import { Block, chosenUnits, oneChoice, Party, ProjectRef } from './units.ts'

/** What an entry that moves units tells. */
export const moved = {
  batch: Id,
  project: ProjectRef.nullable().meta({ description: 'Null for ITMOs of another Party.' }),
  unitType: z.string(),
  vintage: z.string(),
  from: Party,
  to: Party,
  quantity: Amount,
  ranges: z.array(Block),
  entry: Written,
}

export const Moved = z
  .object({ id: z.number().int().meta({ description: 'Index of its entry.' }), ...moved })
  .meta({ id: 'Moved', description: 'Units that moved from one account to another.' })
export type Moved = z.infer<typeof Moved>

/** The agreement by which units are transferred, in an answer. */
export const ByAgreement = z.object({ id: Id, sha256: Hash }).nullable().meta({
  description: 'The agreement by which it is, in the version that both sides have signed; null: none is named.',
})

/** The same in a request. */
export const NamedAgreement = z
  .strictObject({
    id: Id,
    sha256: Hash.optional().meta({ description: 'The version in force, where it is left out.' }),
  })
  .nullable()
  .default(null)
  .meta({ description: 'An agreement between these two accounts that both sides have signed.' })

/** What a transfer by an agreement may be refused for. */
export const agreementProblems = ['agreement-unknown', 'terms-changed', 'signatures-missing'] as const

/** What every movement may be refused for. */
export const movementProblems = [
  'batch-unknown',
  'account-unknown',
  'account-kind',
  'account-not-active',
  'range-outside-batch',
  'ranges-disorder',
  'not-owned',
  'on-hold',
  'not-enough-credits',
  'too-fragmented',
  'serial-unknown',
  'mandate-limit',
] as const

/** The body of a request about units of one batch, with these fields besides. */
export function unitsBody<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .strictObject({
      ...shape,
      batch: Id.optional().meta({ description: 'May be left out where `serial` says it.' }),
      ...chosenUnits,
    })
    .superRefine((body, context) => oneChoice(body, context))
    .superRefine((body: { batch?: unknown; serial?: unknown }, context) => {
      if (body.batch !== undefined || body.serial !== undefined) return
      context.addIssue({ code: 'custom', path: ['batch'], message: 'is needed unless serial is given', input: body })
    })
}

/** A page of what is about one thing, or about all. */
export const About = PageQuery.extend({
  project: Id.optional().meta({ description: 'Only about this project.' }),
  batch: Id.optional().meta({ description: 'Only about this batch.' }),
  account: Id.optional().meta({ description: 'Only about this account.' }),
}).superRefine(
  choiceOf(['project', 'batch', 'account'], 'give one of project, batch and account, or none', { mayBeNone: true }),
)

/** On whose behalf units are retired or cancelled. */
export const Beneficiary = z
  .strictObject({
    name: line(200),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be a country code of two capital letters such as KE')
      .optional(),
  })
  .meta({ id: 'Beneficiary', description: 'Public. The ledger keeps only a commitment to it.' })
export type Beneficiary = z.infer<typeof Beneficiary>

/** The beneficiary in an answer. */
export const ShownBeneficiary = z
  .object({ name: z.string().nullable(), country: z.string().nullable() })
  .nullable()
  .meta({ description: 'Null where there is none; its name is null where it was erased.' })
