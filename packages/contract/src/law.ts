import { z } from 'zod'
import { Hash, Written } from './common.ts'
import { defineOperation } from './operation.ts'

const tag = 'System'

const Document = z
  .enum(['permissions', 'preset'])
  .meta({ description: 'The permission table, or the preset: states, moves, codes and terms of the country.' })

const InForce = z
  .object({
    document: Document,
    name: z.string(),
    version: z.number().int(),
    sha256: Hash.meta({ description: 'Of its canonical JSON (RFC 8785), which stands at `/log/content/{sha256}`.' }),
    adopted: Written,
  })
  .meta({ id: 'DocumentInForce' })

export const readLaw = defineOperation({
  id: 'readLaw',
  method: 'GET',
  path: '/national/law',
  summary: 'Read which preset and which permission table are in force, and since when',
  tag,
  access: 'public',
  answer: z.object({ documents: z.array(InForce) }).meta({ id: 'LawInForce' }),
})

export const readLawDocument = defineOperation({
  id: 'readLawDocument',
  method: 'GET',
  path: '/national/law/{sha256}',
  summary: 'Read a preset or a permission table, also one that is only proposed',
  tag,
  access: 'signed-in',
  params: z.strictObject({ sha256: Hash }),
  answer: z.object({ sha256: Hash, content: z.record(z.string(), z.unknown()) }).meta({ id: 'LawDocument' }),
  problems: ['not-found'],
})

export const adoptDocument = defineOperation({
  id: 'adoptDocument',
  method: 'POST',
  path: '/national/law',
  summary: 'Adopt the next version of the preset or of the permission table',
  description:
    'It governs every entry that follows. Both documents are judged together, as `tallystick preset check` does: one under ' +
    'which a project could not go on, or that leaves to one person what two are to decide, is refused, and `errors` names ' +
    'every fault. To change both, adopt the table with the new actions beside the old first, then the preset, then the ' +
    'table without the old.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  keys: 'never',
  body: z.strictObject({
    document: Document,
    content: z.record(z.string(), z.unknown()).meta({ description: 'The whole document, with its next version.' }),
  }),
  status: 201,
  answer: z
    .object({ document: Document, version: z.number().int(), sha256: Hash, entry: Written })
    .meta({ id: 'DocumentAdopted' }),
  problems: [
    'document-unknown',
    'version-not-next',
    'preset-strands',
    'one-person-decides',
    'law-closed',
    'certifiers-hold',
    'nobody-may',
    'law-unsound',
  ],
})
