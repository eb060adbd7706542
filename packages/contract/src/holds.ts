import { z } from 'zod'
import { ById, Code, choiceOf, Id, Instant, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { Block, Party, SerialRange } from './units.ts'

const tag = 'Holds'

export const Hold = z
  .object({
    id: Id,
    reason: z.string(),
    account: Party.nullable(),
    batch: Id.nullable(),
    range: Block.nullable().meta({ description: 'Null where the whole batch is on hold.' }),
    expiresAt: Instant.nullable().meta({
      description: 'When it ends by itself; null where it stands until it is lifted.',
    }),
    entry: Written,
  })
  .meta({ id: 'Hold', description: 'Units on hold do not move, nor does anything reach or leave an account on hold.' })
export type Hold = z.infer<typeof Hold>

export const placeHold = defineOperation({
  id: 'placeHold',
  method: 'POST',
  path: '/national/holds',
  summary: 'Place a hold on an account, a batch, or a range of a batch',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  body: z
    .strictObject({
      account: Id.optional(),
      batch: Id.optional(),
      range: SerialRange.optional(),
      reason: Code.meta({ description: 'A word of the preset, such as `investigation`.' }),
      expiresAt: Instant.nullable().default(null).meta({ description: 'When it ends by itself.' }),
    })
    .superRefine(choiceOf(['account', 'batch'], 'give either account or batch'))
    .refine((body) => body.range === undefined || body.batch !== undefined, {
      path: ['range'],
      message: 'needs its batch',
    }),
  status: 201,
  answer: Hold,
  problems: ['batch-unknown', 'account-unknown', 'account-kind', 'range-outside-batch', 'code-unknown', 'expiry-wrong'],
})

export const listHolds = defineOperation({
  id: 'listHolds',
  method: 'GET',
  path: '/national/holds',
  summary: 'List holds, newest first',
  tag,
  access: 'public',
  query: PageQuery,
  answer: pageOf(Hold.extend({ standing: z.boolean() }).meta({ id: 'HoldListed' })),
  problems: ['cursor-invalid'],
})

export const liftHold = defineOperation({
  id: 'liftHold',
  method: 'POST',
  path: '/national/holds/{id}/lift',
  summary: 'Lift a hold',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject({}).nullish().meta({ description: 'Empty.' }),
  status: 201,
  answer: z.object({ id: Id, entry: Written }).meta({ id: 'HoldLifted' }),
  problems: ['hold-unknown'],
})
