import { z } from 'zod'
import { DESCRIPTION_ALIASES } from './aliases.ts'
import { ById, Hash, Id, Written } from './common.ts'
import { ProjectDescription, ShownDescription } from './description-form.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { OrganisationRef } from './units.ts'

const tag = 'Descriptions'

export const DescriptionVersion = z
  .object({
    project: Id,
    version: z.number().int(),
    sha256: Hash.meta({ description: 'SHA-256 of the exact bytes, which are at `/national/descriptions/{sha256}`.' }),
    by: OrganisationRef.meta({ description: 'Who submitted it.' }),
    entry: Written,
  })
  .meta({ id: 'DescriptionVersion', description: 'A version of the description of a project. It is never changed.' })
export type DescriptionVersion = z.infer<typeof DescriptionVersion>

export const Description = DescriptionVersion.extend({
  description: ShownDescription.nullable().meta({ description: 'Null where its bytes are not kept here.' }),
}).meta({ id: 'Description' })
export type Description = z.infer<typeof Description>

export const submitDescription = defineOperation({
  id: 'submitDescription',
  method: 'PUT',
  path: '/national/projects/{id}/description',
  summary: 'Describe a project, in the next version of its description',
  description:
    'The whole description each time: versions are kept, and none is changed. It is written as canonical JSON (RFC 8785); ' +
    'the ledger keeps the SHA-256 of those bytes as a document of the kind `description`, and so attests who submitted ' +
    'which bytes and when, not that what they say is true. Public: no private matters belong in it.',
  tag,
  access: 'signed-in',
  command: true,
  params: ById,
  body: ProjectDescription,
  aliases: DESCRIPTION_ALIASES,
  status: 200,
  answer: Description,
  problems: [
    'project-unknown',
    'project-state',
    'code-unknown',
    'nothing-changes',
    'approval-missing',
    'external-id-taken',
  ],
})

export const readDescription = defineOperation({
  id: 'readDescription',
  method: 'GET',
  path: '/national/projects/{id}/description',
  summary: 'Read the description of a project, in the version in force',
  tag,
  access: 'public',
  params: ById,
  answer: Description,
  problems: ['not-found'],
})

export const listDescriptions = defineOperation({
  id: 'listDescriptions',
  method: 'GET',
  path: '/national/projects/{id}/description/versions',
  summary: 'List the versions of the description of a project, newest first',
  tag,
  access: 'public',
  params: ById,
  query: PageQuery,
  answer: pageOf(DescriptionVersion),
  problems: ['cursor-invalid', 'not-found'],
})

const Version = z.string().regex(/^[1-9]\d{0,8}$/, 'must be the number of a version such as 2')

export const readDescriptionVersion = defineOperation({
  id: 'readDescriptionVersion',
  method: 'GET',
  path: '/national/projects/{id}/description/versions/{version}',
  summary: 'Read one version of the description of a project',
  tag,
  access: 'public',
  params: z.strictObject({ id: Id, version: Version }),
  answer: Description,
  problems: ['not-found'],
})

const Difference = z
  .object({
    field: z.string().meta({ description: 'Name of the field, with dots into objects.' }),
    from: z.unknown().meta({ description: 'What stood there; null for nothing.' }),
    to: z.unknown().meta({ description: 'What stands there; null for nothing.' }),
  })
  .meta({ id: 'DescriptionDifference' })
export type Difference = z.infer<typeof Difference>

export const compareDescriptions = defineOperation({
  id: 'compareDescriptions',
  method: 'GET',
  path: '/national/projects/{id}/description/comparison',
  summary: 'Compare two versions of the description of a project, field by field',
  tag,
  access: 'public',
  params: ById,
  query: z.strictObject({ from: Version, to: Version }),
  answer: z
    .object({ from: DescriptionVersion, to: DescriptionVersion, differences: z.array(Difference) })
    .meta({ id: 'DescriptionComparison' }),
  problems: ['not-found'],
})

const NamedCode = z.object({ code: z.string(), name: z.string() }).meta({ id: 'NamedCode' })

export const readDescriptionCodes = defineOperation({
  id: 'readDescriptionCodes',
  method: 'GET',
  path: '/national/description-codes',
  summary: 'The codes that a description may hold, with their names in the language of the request',
  tag,
  access: 'public',
  answer: z
    .object({
      sectors: z.array(
        NamedCode.extend({
          scopes: z.array(z.string()).nullable().meta({ description: 'Sectoral scopes that belong to it; null: any.' }),
          types: z.array(z.string()).nullable().meta({ description: 'Types of mitigation that do; null: any.' }),
        }).meta({ id: 'SectorCode' }),
      ),
      typesOfMitigation: z.array(NamedCode.extend({ subTypes: z.array(NamedCode) }).meta({ id: 'MitigationCode' })),
      gases: z.array(NamedCode),
      financing: z.array(NamedCode),
      goals: z.array(NamedCode).meta({ description: 'Sustainable Development Goals.' }),
    })
    .meta({ id: 'DescriptionCodes' }),
})

export const readDescriptionBytes = defineOperation({
  id: 'readDescriptionBytes',
  method: 'GET',
  path: '/national/descriptions/{sha256}',
  summary: 'The exact bytes of a version of a description, by their SHA-256',
  description: 'Whoever hashes them finds the hash that stands in the ledger.',
  tag,
  access: 'public',
  params: z.strictObject({ sha256: Hash }),
  answer: z.string(),
  media: 'application/json',
  problems: ['not-found'],
})
