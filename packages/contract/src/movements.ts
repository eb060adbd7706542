import { z } from 'zod'
import { ById, Code, Id, Instant, Written } from './common.ts'
import {
  agreementProblems,
  Beneficiary,
  ByAgreement,
  moved,
  movementProblems,
  NamedAgreement,
  ShownBeneficiary,
  unitsBody,
} from './moved.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { Agent } from './proposals.ts'

const tag = 'Movements'

const MovementKind = z.enum(['transfer', 'retirement', 'cancellation'])
const { entry: _, ...units } = moved

const proposed = {
  id: Id,
  kind: MovementKind,
  ...units,
  purpose: z.string().nullable(),
  beneficiary: ShownBeneficiary,
  agreement: ByAgreement,
  expiresAt: Instant,
}

/** A movement as its proposal tells it. */
export const MovementProposed = z
  .object({ ...proposed, entry: Written })
  .meta({ id: 'MovementProposed', description: 'The movement waits for others; its units are held meanwhile.' })
export type MovementProposed = z.infer<typeof MovementProposed>

export const WaitingMovement = z
  .object({
    ...proposed,
    state: z.literal('waiting'),
    next: z.enum(['approve', 'accept']).meta({ description: 'Which step comes next.' }),
    missing: z
      .array(z.object({ roles: z.array(z.string()).nullable() }))
      .meta({ description: 'Approvals to come: the roles that may; null for further mandates of the holder.' }),
    acceptance: z.boolean().meta({ description: 'Whether the receiver must accept it in the end.' }),
    by: Agent,
    approvals: z.array(Agent),
    mine: z.boolean().meta({ description: 'Whether the next step is yours to take.' }),
  })
  .meta({ id: 'WaitingMovement' })
export type WaitingMovement = z.infer<typeof WaitingMovement>

export const EndedMovement = z
  .object({
    ...proposed,
    state: z.enum(['done', 'declined', 'withdrawn', 'expired', 'halted']).meta({
      description: '`done`: the units have moved; `halted`: ended as one of its organisations is suspended.',
    }),
    by: Agent,
    entry: Written.meta({ description: 'The proposal.' }),
    ended: Written.meta({ description: 'The entry by which it ended; of one that is done, the movement itself.' }),
  })
  .meta({ id: 'EndedMovement', description: 'A movement that waited, and is over.' })
export type EndedMovement = z.infer<typeof EndedMovement>

export const proposeMovement = defineOperation({
  id: 'proposeMovement',
  method: 'POST',
  path: '/national/movements',
  summary: 'Propose a transfer, a retirement or a cancellation that others approve or accept',
  description:
    'The units are held until the movement takes place, is declined or withdrawn, or its time is over. The last step ' +
    'that is missing is the movement itself.',
  tag,
  access: 'signed-in',
  command: true,
  body: unitsBody({
    kind: MovementKind,
    from: Id,
    to: Id.optional().meta({ description: 'Of a transfer; an end reaches the account of the organisation itself.' }),
    purpose: Code.nullable().default(null).meta({ description: 'Of a retirement or a cancellation.' }),
    beneficiary: Beneficiary.nullable().default(null),
    acceptance: z
      .boolean()
      .default(false)
      .meta({ description: 'Ask the receiver of a transfer to accept, even where the account does not.' }),
    agreement: NamedAgreement,
    expiresAt: Instant.optional().meta({ description: 'In 14 days if not given.' }),
  })
    .refine(({ kind, to }) => (kind === 'transfer') === (to !== undefined), {
      path: ['to'],
      message: 'a transfer, and nothing else, has a receiver',
    })
    .refine(({ kind, purpose }) => (kind === 'transfer') === (purpose === null), {
      path: ['purpose'],
      message: 'a retirement or a cancellation, and nothing else, has a purpose',
    })
    .refine(({ kind, beneficiary }) => kind !== 'transfer' || beneficiary === null, {
      path: ['beneficiary'],
      message: 'a transfer has none',
    })
    .refine(({ kind, acceptance }) => kind === 'transfer' || !acceptance, {
      path: ['acceptance'],
      message: 'only a transfer is accepted',
    })
    .refine(({ kind, agreement }) => kind === 'transfer' || agreement === null, {
      path: ['agreement'],
      message: 'only a transfer is by an agreement',
    }),
  status: 201,
  answer: MovementProposed,
  problems: [
    ...movementProblems,
    ...agreementProblems,
    'same-account',
    'account-missing',
    'account-foreign',
    'receiver-not-trusted',
    'code-unknown',
    'purpose-not-authorised',
    'authorisation-revoked',
    'approach-missing',
    'authorisation-exceeded',
    'expiry-wrong',
    'nothing-awaited',
  ],
})

export const listMovements = defineOperation({
  id: 'listMovements',
  method: 'GET',
  path: '/national/movements',
  summary: 'List the movements that wait: of your organisation, or for you',
  tag,
  access: 'signed-in',
  query: PageQuery.extend({
    which: z.enum(['mine', 'for-me']).default('mine').meta({
      description: '`mine`: from or to accounts of your organisation. `for-me`: whose next step you may take.',
    }),
  }),
  answer: pageOf(WaitingMovement),
  problems: ['cursor-invalid'],
})

export const readMovement = defineOperation({
  id: 'readMovement',
  method: 'GET',
  path: '/national/movements/{id}',
  summary: 'Read a movement that waits, or that waited and is over',
  tag,
  access: 'public',
  params: ById,
  answer: z.discriminatedUnion('state', [WaitingMovement, EndedMovement]),
  problems: ['not-found'],
})

export const MovementStep = z
  .object({
    id: Id,
    step: z
      .enum(['approved', 'done', 'declined', 'withdrawn'])
      .meta({ description: '`done`: it was the last step, and the units have moved.' }),
    entry: Written,
  })
  .meta({ id: 'MovementStep' })
export type MovementStep = z.infer<typeof MovementStep>

const nothing = z.strictObject({}).nullish().meta({ description: 'Empty.' })
const stepProblems = ['movement-unknown', 'expired', 'account-not-active', 'mandate-limit'] as const

export const approveMovement = defineOperation({
  id: 'approveMovement',
  method: 'POST',
  path: '/national/movements/{id}/approvals',
  summary: 'Approve or accept a movement: take its next step',
  description:
    'Further mandates of the holder, or those that the permission table names, approve; then the receiver accepts where ' +
    'that is asked for. The last step moves the units.',
  tag,
  access: 'signed-in',
  keys: 'never',
  command: true,
  params: ById,
  body: nothing,
  status: 201,
  answer: MovementStep,
  problems: [
    ...stepProblems,
    ...movementProblems,
    ...agreementProblems,
    'approval-not-distinct',
    'role-changing',
    'receiver-not-trusted',
    'account-foreign',
  ],
})

export const declineMovement = defineOperation({
  id: 'declineMovement',
  method: 'POST',
  path: '/national/movements/{id}/decline',
  summary: 'Decline a movement that waits for your acceptance',
  tag,
  access: 'signed-in',
  command: true,
  params: ById,
  body: nothing,
  status: 201,
  answer: MovementStep,
  problems: ['movement-unknown'],
})

export const withdrawMovement = defineOperation({
  id: 'withdrawMovement',
  method: 'POST',
  path: '/national/movements/{id}/withdrawal',
  summary: 'Withdraw a movement of your organisation that waits',
  tag,
  access: 'signed-in',
  command: true,
  params: ById,
  body: nothing,
  status: 201,
  answer: MovementStep,
  problems: ['movement-unknown'],
})
