import { z } from 'zod'
import { Amount, ById, Code, Id, Quantity, Written } from './common.ts'
import { About, Moved, movementProblems, unitsBody } from './moved.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { LegalDate, ProjectRef, UnitType } from './units.ts'

const tag = 'Buffer'

export const BufferStatus = z
  .object({
    account: Id.nullable().meta({ description: 'The buffer account; null where none is named.' }),
    in: Amount.meta({ description: 'Units that ever came into the buffer.' }),
    cancelled: Amount,
    released: Amount,
    balance: Amount.meta({ description: 'In less cancelled and released: the sum of the vintages.' }),
    vintages: z.array(z.object({ unitType: z.string(), vintage: z.string(), quantity: Amount })),
    atRisk: Amount.meta({ description: 'Units of reversals that were verified and are not made good yet.' }),
    openReversals: z.number().int().meta({ description: 'Reversals that are reported or not made good.' }),
    owed: Amount.meta({ description: 'Units that are owed to the buffer.' }),
    cover: z
      .array(
        z.object({
          unitType: z.string(),
          balance: Amount,
          relying: Amount.meta({
            description:
              'Units at risk: issued of projects with a buffer percentage, retired ones too, but not those in the buffer or cancelled from it.',
          }),
          percentage: z.string().nullable().meta({ description: 'Balance to relying, rounded down; null of nothing.' }),
          belowFloor: z.boolean().meta({ description: 'Is the balance less than the floor of what relies on it?' }),
        }),
      )
      .meta({ description: 'How far the buffer covers what relies on it, by unit type.' }),
    coverFloor: z.string().nullable().meta({
      description:
        "Least percentage that the country's preset asks for; null where it asks for none, and of one project.",
    }),
  })
  .meta({ id: 'BufferStatus' })
export type BufferStatus = z.infer<typeof BufferStatus>

export const readBuffer = defineOperation({
  id: 'readBuffer',
  method: 'GET',
  path: '/national/buffer',
  summary: 'Read the state of the buffer',
  tag,
  access: 'public',
  answer: BufferStatus,
})

export const readProjectBuffer = defineOperation({
  id: 'readProjectBuffer',
  method: 'GET',
  path: '/national/projects/{id}/buffer',
  summary: 'Read what the buffer holds of one project',
  tag,
  access: 'public',
  params: ById,
  answer: BufferStatus,
  problems: ['not-found'],
})

const poolProblems = [...movementProblems, 'pool-missing', 'unit-type-not-movable'] as const

export const contributeToBuffer = defineOperation({
  id: 'contributeToBuffer',
  method: 'POST',
  path: '/national/buffer/contributions',
  summary: 'Give units to the buffer, or repay what a project owes to it',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  body: unitsBody({
    from: Id,
    repays: Id.nullable().default(null).meta({ description: 'The project whose debt is repaid.' }),
  }),
  status: 201,
  answer: Moved,
  problems: [...poolProblems, 'project-unknown', 'unit-type-differs', 'too-much', 'receiver-not-trusted'],
})

export const releaseFromBuffer = defineOperation({
  id: 'releaseFromBuffer',
  method: 'POST',
  path: '/national/buffer/releases',
  summary: "Release units of a project from the buffer to an owner's account",
  description:
    'After years in which its buffer percentage was not raised, once its reversal risk was assessed anew: a part as the preset says.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  body: unitsBody({ to: Id.meta({ description: 'Account of an owner of the project.' }) }),
  status: 201,
  answer: Moved,
  problems: [
    ...poolProblems,
    'account-foreign',
    'reversal-open',
    'debt-open',
    'too-early',
    'assessment-missing',
    'too-much',
  ],
})

const Compensation = Moved.extend({ reversal: Id }).meta({ id: 'Compensation' })
const compensationProblems = [
  ...poolProblems,
  'account-missing',
  'account-foreign',
  'reversal-unknown',
  'reversal-state',
  'unit-type-differs',
  'too-much',
] as const

export const cancelFromBuffer = defineOperation({
  id: 'cancelFromBuffer',
  method: 'POST',
  path: '/national/buffer/cancellations',
  summary: 'Cancel units from the buffer for a reversal',
  description:
    "Units of the type that was lost: the project's own first, the oldest vintage first; those on hold are passed over. For an avoidable loss the buffer lends: it is a debt.",
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  body: unitsBody({ reversal: Id }),
  status: 201,
  answer: Compensation,
  problems: [...compensationProblems, 'buffer-order'],
})

export const Reversal = z
  .object({
    id: Id,
    project: ProjectRef,
    occurredOn: z.string(),
    cause: z.string(),
    state: z.enum(['reported', 'avoidable', 'unavoidable', 'dismissed', 'compensated']),
    quantity: Amount.meta({ description: 'Units lost, as verified; 0 until then.' }),
    unitType: z.string().nullable().meta({ description: 'Their type; null until then.' }),
    compensated: Amount.meta({ description: 'Units cancelled for it.' }),
    entry: Written.meta({ description: 'The report.' }),
  })
  .meta({ id: 'Reversal', description: 'Carbon that was credited and lost. Until it is made good, nothing is issued.' })
export type Reversal = z.infer<typeof Reversal>

const reversals = 'Reversals'

export const reportReversal = defineOperation({
  id: 'reportReversal',
  method: 'POST',
  path: '/national/reversals',
  summary: 'Report that carbon may have been lost',
  tag: reversals,
  access: 'signed-in',
  command: true,
  proposable: true,
  body: z.strictObject({
    project: Id,
    occurredOn: LegalDate.meta({ description: 'Not later than today.' }),
    cause: Code.meta({ description: 'A word of the preset, such as `fire`.' }),
  }),
  status: 201,
  answer: Reversal,
  problems: ['project-unknown', 'code-unknown', 'date-wrong'],
})

export const listReversals = defineOperation({
  id: 'listReversals',
  method: 'GET',
  path: '/national/reversals',
  summary: 'List reversals, newest first',
  tag: reversals,
  access: 'public',
  query: PageQuery.extend({ project: Id.optional().meta({ description: 'Only of this project.' }) }),
  answer: pageOf(Reversal),
  problems: ['cursor-invalid'],
})

export const readReversal = defineOperation({
  id: 'readReversal',
  method: 'GET',
  path: '/national/reversals/{id}',
  summary: 'Read a reversal',
  tag: reversals,
  access: 'public',
  params: ById,
  answer: Reversal,
  problems: ['not-found'],
})

export const decideReversal = defineOperation({
  id: 'decideReversal',
  method: 'POST',
  path: '/national/reversals/{id}/decision',
  summary: 'Decide on a reversal: avoidable, unavoidable, or none',
  description: 'While nothing was cancelled for it, it may be decided anew.',
  tag: reversals,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z
    .strictObject({
      decision: z.enum(['avoidable', 'unavoidable', 'dismissed']),
      quantity: Quantity.nullable()
        .default(null)
        .meta({ description: 'Units lost, as verified: at most what was issued.' }),
      unitType: UnitType.nullable()
        .default(null)
        .meta({ description: 'Their type. Of two types, report two reversals.' }),
    })
    .refine(({ decision, quantity }) => (decision === 'dismissed') === (quantity === null), {
      path: ['quantity'],
      message: 'a loss has a quantity, and a report that is dismissed has none',
    })
    .refine(({ quantity, unitType }) => (quantity === null) === (unitType === null), {
      path: ['unitType'],
      message: 'a loss has a unit type, and a report that is dismissed has none',
    }),
  status: 201,
  answer: z
    .object({
      id: Id,
      decision: z.string(),
      quantity: Amount.nullable(),
      unitType: z.string().nullable(),
      entry: Written,
    })
    .meta({ id: 'ReversalDecided' }),
  problems: ['reversal-unknown', 'reversal-state', 'unit-type-unknown', 'loss-too-large'],
})

export const compensateReversal = defineOperation({
  id: 'compensateReversal',
  method: 'POST',
  path: '/national/reversals/{id}/compensations',
  summary: 'Cancel units of your own to make a reversal good',
  tag: reversals,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: unitsBody({ from: Id }),
  status: 201,
  answer: Compensation,
  problems: [...compensationProblems, 'receiver-not-trusted'],
})

const movementsOf = (id: string, path: string, summary: string) =>
  defineOperation({
    id,
    method: 'GET',
    path,
    summary,
    tag,
    access: 'public',
    query: About,
    answer: pageOf(Moved),
    problems: ['cursor-invalid'],
  })

export const listContributions = movementsOf(
  'listContributions',
  '/national/buffer/contributions',
  'List contributions to the buffer beside issuances, newest first',
)
export const listReleases = movementsOf(
  'listReleases',
  '/national/buffer/releases',
  'List releases from the buffer, newest first',
)
export const listBufferCancellations = movementsOf(
  'listBufferCancellations',
  '/national/buffer/cancellations',
  'List cancellations from the buffer, newest first',
)
export const listCompensations = movementsOf(
  'listCompensations',
  '/national/compensations',
  'List cancellations that made reversals good, newest first',
)
