import { z } from 'zod'
import { ById, Code, Id, prose, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { OrganisationRef } from './units.ts'

const tag = 'Projects'

/** Most characters of what is written about a revocation. */
const MAX_TEXT = 4_000

export const Certification = z
  .object({
    certifier: OrganisationRef,
    entry: Written,
    active: z.boolean().meta({ description: 'False while the certifier is suspended. Its certification stays.' }),
    accredited: z.boolean().meta({
      description:
        'Is the certifier accredited for the scope of the project today? It was when it certified; its certification stays.',
    }),
  })
  .meta({ id: 'Certification', description: 'A certification of a project that stands, and how its certifier does.' })
export type Certification = z.infer<typeof Certification>

const common = { tag, access: 'signed-in', command: true, proposable: true, params: ById, status: 201 } as const

export const certifyProject = defineOperation({
  ...common,
  id: 'certifyProject',
  method: 'POST',
  path: '/national/projects/{id}/certifications',
  summary: 'Certify a project, as a certifier that is accredited and independent',
  description: 'The preset says in which states, and whether anything is issued before; the permission table, who may.',
  answer: z.object({ id: Id, certifier: OrganisationRef, entry: Written }).meta({ id: 'ProjectCertified' }),
  problems: [
    'project-unknown',
    'project-state',
    'organisation-kind',
    'already-exists',
    'too-many',
    'conflict-of-interest',
    'accreditation-missing',
  ],
})

export const listCertifications = defineOperation({
  id: 'listCertifications',
  method: 'GET',
  path: '/national/projects/{id}/certifications',
  summary: 'List the certifications of a project that stand',
  tag,
  access: 'public',
  params: ById,
  answer: z
    .object({ items: z.array(Certification).meta({ description: 'The first one first. At most 20.' }) })
    .meta({ id: 'Certifications' }),
  problems: ['not-found'],
})

export const revokeCertification = defineOperation({
  ...common,
  id: 'revokeCertification',
  method: 'POST',
  path: '/national/projects/{id}/certifications/revoke',
  summary: "Revoke a certifier's certification of a project",
  description: 'What was issued meanwhile stays. A certifier may revoke its own.',
  body: z.strictObject({
    organisation: Id.meta({ description: 'The certifier whose certification is revoked.' }),
    reason: Code.meta({ description: 'A word of `purposes.release` of the preset, such as `misconduct`.' }),
    text: prose(MAX_TEXT).optional().meta({ description: 'Public. The ledger keeps only a commitment to it.' }),
  }),
  answer: z
    .object({ id: Id, certifier: OrganisationRef, reason: z.string(), text: z.string().nullable(), entry: Written })
    .meta({ id: 'CertificationRevoked' }),
  problems: ['project-unknown', 'nothing-changes', 'code-unknown'],
})
