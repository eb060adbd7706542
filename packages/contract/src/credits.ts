import { z } from 'zod'
import { Amount, ById, Certified, Code, choiceOf, Id, Quantity, TakenBack, Written } from './common.ts'
import { ByIndex } from './entries.ts'
import {
  About,
  agreementProblems,
  Beneficiary,
  ByAgreement,
  moved,
  movementProblems,
  NamedAgreement,
  ShownBeneficiary,
  unitsBody,
} from './moved.ts'
import { MovementProposed } from './movements.ts'
import { defineOperation } from './operation.ts'
import { pageOf } from './page.ts'
import { Block, MonitoringPeriod, Party, ProjectRef, Vintage } from './units.ts'

const ORWAIT =
  'Where others must approve or accept first, nothing is done; with `wait` the movement waits for them, and the answer ' +
  'is 202. Go on at `/national/movements/{id}`.'

const Wait = z
  .boolean()
  .default(false)
  .meta({ description: 'Let the movement wait, for 14 days, where others must approve or accept it.' })

export const Batch = z
  .object({
    id: Id,
    project: ProjectRef,
    authorisation: Id,
    unitType: z.string(),
    vintage: z.string(),
    block: Block,
    period: Id.nullable().meta({
      description: 'The monitoring period that it was issued for, where that is on record.',
    }),
    monitoringPeriod: MonitoringPeriod.nullable().meta({ description: 'From which day to which.' }),
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
  .object({
    held: Amount,
    onHold: Amount,
    retired: Amount,
    cancelled: Amount,
    used: Amount.meta({ description: 'Used towards an NDC.' }),
    abroad: Amount.meta({ description: 'In an account of another registry.' }),
    takenBack: Amount.meta({ description: 'Issued in error, and taken back.' }),
  })
  .meta({ id: 'Sums', description: 'They sum to the quantity of the batch.' })

export const BatchDetails = Batch.extend({
  runs: z.array(Run).meta({ description: 'Ascending, without gaps: they sum to the batch unless `truncated`.' }),
  sums: Sums,
  truncated: z.boolean().meta({ description: 'True where there are more than 1,000 runs; the sums are still whole.' }),
}).meta({ id: 'BatchDetails' })
export type BatchDetails = z.infer<typeof BatchDetails>

/** What units, or a fraction of one, are issued of. */
export const ofPeriod = {
  period: Id.nullable().default(null).meta({
    description:
      'The monitoring period whose certified outcome it is. Where the preset of the country has monitoring periods, nothing is issued without one, and never more than was certified.',
  }),
  monitoringPeriod: MonitoringPeriod.nullable()
    .default(null)
    .meta({ description: 'From which day to which; with `period` it is left out.' }),
}

/** A check, for `superRefine`, that the days are told once. */
export function daysOnce(
  { period, monitoringPeriod }: { period: string | null; monitoringPeriod: object | null },
  context: z.core.$RefinementCtx,
): void {
  if (period === null || monitoringPeriod === null) return
  const error = { message: 'is left out where period is given', input: monitoringPeriod }
  context.addIssue({ code: 'custom', path: ['monitoringPeriod'], ...error })
}

/** Why nothing is issued of a period. */
export const periodProblems = [
  'period-unknown',
  'period-state',
  'period-missing',
  'periods-not-kept',
  'dates-differ',
  'certified-exceeded',
  'conflict-of-interest',
  'crediting-missing',
] as const

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
      ...ofPeriod,
    })
    .superRefine(choiceOf(['quantity', 'certified'], 'give either quantity or certified'))
    .superRefine(daysOnce),
  status: 201,
  answer: Batch,
  problems: [
    'authorisation-unknown',
    'approach-missing',
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
    'result-negative',
    'reversal-open',
    'serials-exhausted',
    ...periodProblems,
  ],
})

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

export const Transfer = z
  .object({ id: z.number().int().meta({ description: 'Index of its entry.' }), ...moved, agreement: ByAgreement })
  .meta({ id: 'Transfer' })
export type Transfer = z.infer<typeof Transfer>

export const transferCredits = defineOperation({
  id: 'transferCredits',
  method: 'POST',
  path: '/national/transfers',
  summary: 'Transfer units to another holding account',
  description: ORWAIT,
  tag: 'Transfers',
  access: 'signed-in',
  command: true,
  body: unitsBody({ from: Id, to: Id, agreement: NamedAgreement, wait: Wait }),
  status: 201,
  answer: z.union([Transfer, MovementProposed]),
  answers: { 201: Transfer, 202: MovementProposed },
  problems: [
    ...movementProblems,
    ...agreementProblems,
    'same-account',
    'receiver-not-trusted',
    'acceptance-missing',
    'movement-waits',
  ],
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

const EndBody = unitsBody({
  from: Id,
  purpose: Code.meta({
    description:
      'A word of the preset, such as `voluntary`. Use for other international purposes (`OIMP…`) also needs the approval of an officer of the authority: ask for it with `wait`.',
  }),
  beneficiary: Beneficiary.nullable().default(null),
  wait: Wait,
})

const ending = {
  certificate: z.number().int().meta({ description: 'Number of the certificate: one sequence for both kinds of end.' }),
  ...moved,
  purpose: z.string(),
  beneficiary: ShownBeneficiary,
  itmos: z.array(Block).meta({
    description: 'The ITMO identifiers that these units had after it, first and last.',
  }),
  takenBack: TakenBack,
}

export const Retirement = z.object(ending).meta({ id: 'Retirement' })
export type Retirement = z.infer<typeof Retirement>
export const Cancellation = z.object(ending).meta({ id: 'Cancellation' })

const endProblems = [
  ...movementProblems,
  'account-missing',
  'account-foreign',
  'code-unknown',
  'purpose-not-authorised',
  'authorisation-revoked',
  'approach-missing',
  'authorisation-exceeded',
  'movement-waits',
] as const

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
  description: ORWAIT,
  tag: 'Retirements',
  access: 'signed-in',
  command: true,
  body: EndBody,
  status: 201,
  answer: z.union([Retirement, MovementProposed]),
  answers: { 201: Retirement, 202: MovementProposed },
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
  description: ORWAIT,
  tag: 'Cancellations',
  access: 'signed-in',
  command: true,
  body: EndBody,
  status: 201,
  answer: z.union([Cancellation, MovementProposed]),
  answers: { 201: Cancellation, 202: MovementProposed },
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
