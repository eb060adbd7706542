import { z } from 'zod'
import { Hash, Id, Instant, TakenBack } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'

const tag = 'Entries'

const Index = z.string().regex(/^(0|[1-9]\d{0,14})$/, 'must be the index of an entry, such as 0 or 2950')

export const ByIndex = z.strictObject({ index: Index.transform(Number) })

export const EntryListed = z
  .object({
    index: z.number().int(),
    leaf: Hash.meta({ description: 'RFC 6962 leaf hash.' }),
    at: Instant,
    type: z.string(),
    by: Id.meta({ description: 'The mandate that did it.' }),
    sentence: z.string(),
  })
  .meta({ id: 'EntryListed' })
export type EntryListed = z.infer<typeof EntryListed>

export const EntryDetails = z
  .object({
    index: z.number().int(),
    leaf: Hash.meta({ description: 'RFC 6962 leaf hash.' }),
    sentence: z.string(),
    takenBack: TakenBack,
    provable: z.boolean().meta({ description: 'True once a signed checkpoint covers it.' }),
    bytes: z.string().meta({ description: 'The exact bytes of the entry, base64.' }),
    entry: z
      .object({
        v: z.number().int(),
        type: z.string(),
        at: Instant,
        by: Id,
        approvals: z.array(z.object({ by: Id, proposal: Hash, signature: z.string().optional() })),
        key: Hash.nullable(),
        streams: z.array(z.tuple([Id, z.number().int(), Hash.nullable()])),
        body: z.record(z.string(), z.unknown()),
      })
      .meta({ description: 'What the bytes say.' }),
  })
  .meta({ id: 'EntryDetails' })
export type EntryDetails = z.infer<typeof EntryDetails>

export const listEntries = defineOperation({
  id: 'listEntries',
  method: 'GET',
  path: '/national/entries',
  summary: 'List the entries of the log, in order',
  tag,
  access: 'public',
  query: PageQuery.extend({
    from: Index.transform(Number).optional().meta({ description: 'Index of the first entry wanted; 0 if not given.' }),
  }),
  answer: pageOf(EntryListed),
  problems: ['cursor-invalid'],
})

export const readEntryAt = defineOperation({
  id: 'readEntry',
  method: 'GET',
  path: '/national/entries/{index}',
  summary: 'Read an entry: its exact bytes, and what they say',
  tag,
  access: 'public',
  params: ByIndex,
  answer: EntryDetails,
  problems: ['not-found'],
})

/** `wait=proof`: up to 10 s for the checkpoint that covers the entry. */
export const ProofQuery = z.strictObject({
  wait: z
    .literal('proof')
    .optional()
    .meta({ description: 'Wait up to 10 seconds for the checkpoint that covers the entry.' }),
})

export const readReceipt = defineOperation({
  id: 'readReceipt',
  method: 'GET',
  path: '/national/entries/{index}/receipt',
  summary: 'The receipt of an entry: an offline proof that it is in the log',
  description:
    'A `.tlog-proof` file (C2SP tlog-proof): inclusion proof and signed checkpoint. Anybody checks it against the ' +
    'bytes of the entry with the key of the log.',
  tag,
  access: 'public',
  params: ByIndex,
  query: ProofQuery,
  answer: z.string(),
  media: 'text/plain; charset=utf-8',
  problems: ['not-found', 'not-yet-provable'],
})
