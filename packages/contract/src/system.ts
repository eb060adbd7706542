import { z } from 'zod'
import { Hash, Id, Instant } from './common.ts'
import { defineOperation } from './operation.ts'

export const Health = z
  .object({
    version: z.string(),
    ledgerId: Id,
    origin: z.string().meta({ description: 'Name of the log in checkpoints and keys.' }),
    country: z.object({ code: z.string(), name: z.string() }),
    test: z.boolean().meta({ description: 'True for a ledger that stands for nothing real.' }),
    size: z.number().int().meta({ description: 'Entries in the log.' }),
    checkpoint: z
      .object({
        size: z.number().int(),
        root: Hash,
        at: Instant,
        cosignatures: z
          .array(z.object({ witness: z.string(), at: Instant }))
          .meta({ description: 'Witnesses that have cosigned it, by the names of their keys, and when.' }),
      })
      .nullable()
      .meta({ description: 'The latest signed checkpoint.' }),
    witnesses: z
      .array(
        z.object({ name: z.string(), size: z.number().int().nullable(), at: Instant.nullable(), well: z.boolean() }),
      )
      .nullable()
      .meta({
        description:
          'Witnesses that the answering process asks to cosign: how many entries each has cosigned last, and whether it did so when it was asked last. Null where the process asks none.',
      }),
    modules: z.array(z.string()).meta({ description: 'What the answering process runs.' }),
    source: z.string().meta({ description: 'Where the source of the running version is.' }),
  })
  .meta({ id: 'Health' })
export type Health = z.infer<typeof Health>

export const readHealth = defineOperation({
  id: 'readHealth',
  method: 'GET',
  path: '/national/health',
  summary: 'Is it running, and how far is the ledger?',
  tag: 'System',
  access: 'public',
  answer: Health,
})
