import { z } from 'zod'
import { Amount, ById, Certified, Code, choiceOf, Id, line, Quantity, Written } from './common.ts'
import { ByIndex } from './entries.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { Block, chosenUnits, MonitoringPeriod, oneChoice, Party, ProjectRef, Vintage } from './units.ts'

export const Batch = z
  .object({
    id: Id,
    project: ProjectRef,
    authorisation: Id,
    unitType: z.string(),
    vintage: z.string(),
    block: Block,
    monitoringPeriod: MonitoringPeriod.nullable(),
    entry: Written,
  })
  .meta({ id: 'Batch', description: 'Consecutive serial numbers of one project, vintage and type, issued together.' })
export type Batch = z.infer<typeof Batch>

export const UnitState = z
  .enum(['held', 'on-hold', 'retired', 'cancelled', 'used', 'abroad', 'active', 'not-issued', 'not-recorded'])
  .meta({
    id: 'UnitState',
    description:
      '`active`: of another registry and not at an end. `not-issued`: nobody has them. `not-recorded`: another ' +
      'registry may have issued them, nothing of that is on record here.',
  })
export type UnitState = z.infer<typeof UnitState>

/** Why units cannot move. */
export const StandingHold = z
  .object({ id: Id, reason: z.string(), on: z.enum(['range', 'batch', 'account']) })
  .meta({ id: 'StandingHold' })
export type StandingHold = z.infer<typeof StandingHold>

export const Run = Block.extend({
  state: UnitState,
  owner: Party,
  holds: z.array(StandingHold),
}).meta({ id: 'Run', description: 'Neighbouring units of a batch with one owner and one state.' })
export type Run = z.infer<typeof Run>

/** How many units are in which state; the parts sum to the whole. */
export const Sums = z
  .object({ held: Amount, onHold: Amount, retired: Amount, cancelled: Amount })
  .meta({ id: 'Sums', description: 'The four sum to the quantity of the batch.' })

export const BatchDetails = Batch.extend({
  runs: z.array(Run).meta({ description: 'Ascending, without gaps: they sum to the batch unless `truncated`.' }),
  sums: Sums,
  truncated: z.boolean().meta({ description: 'True where there are more than 1,000 runs; the sums are still whole.' }),
}).meta({ id: 'BatchDetails' })
export type BatchDetails = z.infer<typeof BatchDetails>

export const issueBatch = defineOperation({
  id: 'issueBatch',
  method: 'POST',
  path: '/national/batches',
  summary: 'Issue a batch',
  description:
    'Serial numbers are consecutive and split by percentage: buffer, share of proceeds, OMGE, host, then the owners by ' +
    'share. With `certified`, whole units are issued, and the fraction is carried to the next issuance.',
  tag: 'Batches',
  access: 'signed-in',
  command: true,
  proposable: true,
  body: z
    .strictObject({
      authorisation: Id,
      vintage: Vintage,
      quantity: Quantity.optional().meta({ description: 'Whole units, where nothing is carried.' }),
      certified: Certified.optional(),
      monitoringPeriod: MonitoringPeriod.nullable().default(null),
    })
    .superRefine(choiceOf(['quantity', 'certified'], 'give either quantity or certified')),
  status: 201,
  answer: Batch,
  problems: [
    'authorisation-unknown',
    'authorisation-exceeded',
    'authorisation-revoked',
    'vintage-wrong',
    'project-state',
    'account-not-active',
    'mandate-limit',
    'pool-missing',
    'split-wrong',
    'quantity-wrong',
    'nothing-to-issue',
    'reversal-open',
    'serials-exhausted',
  ],
})

export const About = PageQuery.extend({
  project: Id.optional().meta({ description: 'Only about this project.' }),
  batch: Id.optional().meta({ description: 'Only about this batch.' }),
  account: Id.optional().meta({ description: 'Only about this account.' }),
}).superRefine(
  choiceOf(['project', 'batch', 'account'], 'give one of project, batch and account, or none', { mayBeNone: true }),
)

export const listBatches = defineOperation({
  id: 'listBatches',
  method: 'GET',
  path: '/national/batches',
  summary: 'List batches, newest first',
  tag: 'Batches',
  access: 'public',
  query: About,
  answer: pageOf(Batch),
  problems: ['cursor-invalid'],
})

export const readBatch = defineOperation({
  id: 'readBatch',
  method: 'GET',
  path: '/national/batches/{id}',
  summary: 'Read a batch: who holds which part of it',
  tag: 'Batches',
  access: 'public',
  params: ById,
  answer: BatchDetails,
  problems: ['not-found'],
})

const movement = {
  batch: Id,
  project: ProjectRef,
  unitType: z.string(),
  vintage: z.string(),
  from: Party,
  to: Party,
  quantity: Amount,
  ranges: z.array(Block),
  entry: Written,
}

const MovementProblems = [
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
  'mandate-limit',
] as const

export const Transfer = z
  .object({ id: z.number().int().meta({ description: 'Index of its entry.' }), ...movement })
  .meta({ id: 'Transfer' })
export type Transfer = z.infer<typeof Transfer>

const BatchOfUnits = Id.optional().meta({ description: 'May be left out where `serial` says it.' })
const BATCH_NEEDED = 'is needed unless serial is given'

export const transferCredits = defineOperation({
  id: 'transferCredits',
  method: 'POST',
  path: '/national/transfers',
  summary: 'Transfer units to another holding account',
  tag: 'Transfers',
  access: 'signed-in',
  command: true,
  body: z
    .strictObject({ batch: BatchOfUnits, from: Id, to: Id, ...chosenUnits })
    .superRefine(oneChoice)
    .refine((body) => body.batch !== undefined || body.serial !== undefined, {
      path: ['batch'],
      message: BATCH_NEEDED,
    }),
  status: 201,
  answer: Transfer,
  problems: [...MovementProblems, 'same-account'],
})

export const listTransfers = defineOperation({
  id: 'listTransfers',
  method: 'GET',
  path: '/national/transfers',
  summary: 'List transfers, newest first',
  tag: 'Transfers',
  access: 'public',
  query: About,
  answer: pageOf(Transfer),
  problems: ['cursor-invalid'],
})

export const readTransfer = defineOperation({
  id: 'readTransfer',
  method: 'GET',
  path: '/national/transfers/{index}',
  summary: 'Read a transfer',
  tag: 'Transfers',
  access: 'public',
  params: ByIndex,
  answer: Transfer,
  problems: ['not-found'],
})

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

const EndBody = z
  .strictObject({
    batch: BatchOfUnits,
    from: Id,
    ...chosenUnits,
    purpose: Code.meta({ description: 'A word of the preset, such as `voluntary`.' }),
    beneficiary: Beneficiary.nullable().default(null),
  })
  .superRefine(oneChoice)
  .refine((body) => body.batch !== undefined || body.serial !== undefined, { path: ['batch'], message: BATCH_NEEDED })

const ending = {
  certificate: z.number().int().meta({ description: 'Number of the certificate: one sequence for both kinds of end.' }),
  ...movement,
  purpose: z.string(),
  beneficiary: z
    .object({ name: z.string().nullable(), country: z.string().nullable() })
    .nullable()
    .meta({ description: 'Null where there is none; its name is null where it was erased.' }),
}

export const Retirement = z.object(ending).meta({ id: 'Retirement' })
export type Retirement = z.infer<typeof Retirement>
export const Cancellation = z.object(ending).meta({ id: 'Cancellation' })

const endProblems = [...MovementProblems, 'account-missing', 'account-foreign', 'code-unknown'] as const

export const ByCertificate = z.strictObject({
  certificate: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'must be the number of a certificate')
    .transform(Number),
})

export const retireCredits = defineOperation({
  id: 'retireCredits',
  method: 'POST',
  path: '/national/retirements',
  summary: 'Retire units: they reach the retirement account of the organisation, for ever',
  tag: 'Retirements',
  access: 'signed-in',
  command: true,
  body: EndBody,
  status: 201,
  answer: Retirement,
  problems: endProblems,
})

export const listRetirements = defineOperation({
  id: 'listRetirements',
  method: 'GET',
  path: '/national/retirements',
  summary: 'List retirements, newest first',
  tag: 'Retirements',
  access: 'public',
  query: About,
  answer: pageOf(Retirement),
  problems: ['cursor-invalid'],
})

export const readRetirement = defineOperation({
  id: 'readRetirement',
  method: 'GET',
  path: '/national/retirements/{certificate}',
  summary: 'Read a retirement by the number of its certificate',
  tag: 'Retirements',
  access: 'public',
  params: ByCertificate,
  answer: Retirement,
  problems: ['not-found'],
})

export const cancelCredits = defineOperation({
  id: 'cancelCredits',
  method: 'POST',
  path: '/national/cancellations',
  summary: 'Cancel units: they reach the cancellation account of the organisation, for ever',
  tag: 'Cancellations',
  access: 'signed-in',
  command: true,
  body: EndBody,
  status: 201,
  answer: Cancellation,
  problems: endProblems,
})

export const listCancellations = defineOperation({
  id: 'listCancellations',
  method: 'GET',
  path: '/national/cancellations',
  summary: 'List cancellations, newest first',
  tag: 'Cancellations',
  access: 'public',
  query: About,
  answer: pageOf(Cancellation),
  problems: ['cursor-invalid'],
})

export const readCancellation = defineOperation({
  id: 'readCancellation',
  method: 'GET',
  path: '/national/cancellations/{certificate}',
  summary: 'Read a cancellation by the number of its certificate',
  tag: 'Cancellations',
  access: 'public',
  params: ByCertificate,
  answer: Cancellation,
  problems: ['not-found'],
})
