import { z } from 'zod'
import { ById, Id, Instant, prose } from './common.ts'
import { Money } from './money.ts'
import { defineOperation } from './operation.ts'

const tag = 'Movements'

const PaymentState = z.enum(['open', 'paid', 'disputed'])

const Statement = z
  .object({
    price: Money.nullable(),
    paymentState: PaymentState,
    note: z.string().nullable(),
    at: Instant.meta({ description: 'When it was said last.' }),
  })
  .meta({ id: 'PriceStatement', description: 'What one of both holders says.' })
export type PriceStatement = z.infer<typeof Statement>

export const MovementPrice = z
  .object({
    id: Id,
    mine: Statement.nullable().meta({ description: 'Of the own organisation.' }),
    theirs: Statement.nullable().meta({ description: 'Of the other one.' }),
    agreed: z.boolean().meta({ description: 'Do both say the same price and the same state?' }),
  })
  .meta({
    id: 'MovementPrice',
    description:
      'Private to both holders: nobody else is shown it, not even the government. The registry neither checks it nor acts on it.',
  })
export type MovementPrice = z.infer<typeof MovementPrice>

const aboutPrice = {
  path: '/national/movements/{id}/price',
  tag,
  access: 'signed-in',
  params: ById,
  answer: MovementPrice,
  problems: ['not-found'],
} as const

export const readPrice = defineOperation({
  ...aboutPrice,
  id: 'readPrice',
  method: 'GET',
  summary: 'Read the price of a transfer that waits or waited, and whether it is paid: for its two holders only',
  description: 'For anybody else there is nothing here.',
})

export const setPrice = defineOperation({
  ...aboutPrice,
  id: 'setPrice',
  method: 'PUT',
  summary: 'Say for the own organisation at what price a transfer is, and whether it is paid',
  description:
    'A note between the two holders. It is not part of the transfer: it neither holds units back nor moves them. For those who may transfer units of the organisation.',
  body: z.strictObject({
    price: Money.nullable(),
    paymentState: PaymentState.default('open'),
    note: prose(2_000).nullable().default(null),
  }),
  problems: ['not-found', 'not-permitted', 'organisation-suspended'],
})
