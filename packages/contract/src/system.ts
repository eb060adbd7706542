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
    signing: z
      .object({
        waiting: z.number().int().meta({ description: 'Entries of the log that no checkpoint covers yet.' }),
        since: Instant.nullable().meta({ description: 'Instant of the oldest of them.' }),
        well: z.boolean().meta({ description: 'False where the oldest waits for longer than a minute.' }),
      })
      .meta({
        description:
          'Whether integrator and signer, whichever processes they are, keep up with the log. Where they do not, commands are taken all the same, and proved later.',
      }),
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
  summary: 'Is it running with its database, how far is the ledger, and is it signed?',
  tag: 'System',
  access: 'public',
  answer: Health,
})
