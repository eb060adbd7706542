import { z } from 'zod'
import { ById, Code, Id, line, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { OrganisationRef } from './units.ts'

const Day = z.iso.date('must be a date such as 2026-01-31')
const Reason = Code.meta({ description: 'A word of the preset, such as `ended`.' })
const Task = Code.meta({ description: 'A task of the preset, such as `verification`.' })

const Accreditation = z
  .object({ id: Id, scopes: z.array(z.string()), from: Day, to: Day.meta({ description: 'The last day.' }) })
  .meta({ id: 'Accreditation' })

const common = { access: 'signed-in', command: true, proposable: true, params: ById } as const
const ofOrganisation = { tag: 'Organisations', ...common } as const
const ofProject = { tag: 'Projects', ...common } as const

export const readIndependence = defineOperation({
  id: 'readIndependence',
  method: 'GET',
  path: '/national/organisations/{id}/independence',
  summary: 'Read whom an organisation is affiliated to, and for what it is accredited',
  tag: 'Organisations',
  access: 'public',
  params: ById,
  answer: z
    .object({ id: Id, affiliates: z.array(OrganisationRef), accreditations: z.array(Accreditation) })
    .meta({ id: 'Independence' }),
  problems: ['not-found'],
})

export const recordAffiliation = defineOperation({
  ...ofOrganisation,
  id: 'recordAffiliation',
  method: 'POST',
  path: '/national/organisations/{id}/affiliations',
  summary: 'Record that an organisation is affiliated to another',
  description: 'Neither decides on what the other owns, nor certifies it. An organisation may record its own.',
  body: z.strictObject({
    organisation: Id,
    kind: Code.meta({ description: 'A word of the preset, such as `ownership`.' }),
  }),
  status: 201,
  answer: z.object({ id: Id, organisation: Id, kind: z.string(), entry: Written }).meta({ id: 'AffiliationRecorded' }),
  problems: ['organisation-unknown', 'organisation-authority', 'code-unknown', 'already-exists', 'too-many'],
})

export const endAffiliation = defineOperation({
  ...ofOrganisation,
  id: 'endAffiliation',
  method: 'POST',
  path: '/national/organisations/{id}/affiliations/end',
  summary: 'Record that an organisation is not affiliated to another any more',
  body: z.strictObject({ organisation: Id, reason: Reason }),
  status: 201,
  answer: z.object({ id: Id, organisation: Id, reason: z.string(), entry: Written }).meta({ id: 'AffiliationEnded' }),
  problems: ['organisation-unknown', 'nothing-changes', 'code-unknown'],
})

export const accreditCertifier = defineOperation({
  ...ofOrganisation,
  id: 'accreditCertifier',
  method: 'POST',
  path: '/national/organisations/{id}/accreditations',
  summary: 'Record for which sectoral scopes a certifier is accredited, and from when to when',
  body: z.strictObject({
    accreditedBy: line(200).meta({ description: 'Public. The ledger keeps only a commitment to it.' }),
    scopes: z
      .array(z.string().regex(/^([1-9]|1[0-5])$/, 'must be a sectoral scope from 1 to 15'))
      .min(1)
      .max(15),
    from: Day,
    to: Day.meta({ description: 'The last day.' }),
  }),
  status: 201,
  answer: Accreditation.extend({ organisation: Id, accreditedBy: z.string(), entry: Written }).meta({
    id: 'CertifierAccredited',
  }),
  problems: ['organisation-unknown', 'organisation-kind', 'scope-unknown', 'too-many'],
})

export const withdrawAccreditation = defineOperation({
  ...ofOrganisation,
  id: 'withdrawAccreditation',
  method: 'POST',
  path: '/national/organisations/{id}/accreditations/withdraw',
  summary: 'Withdraw an accreditation of a certifier, for good',
  body: z.strictObject({ accreditation: Id, reason: Reason }),
  status: 201,
  answer: z
    .object({ id: Id, accreditation: Id, reason: z.string(), entry: Written })
    .meta({ id: 'AccreditationWithdrawn' }),
  problems: ['organisation-unknown', 'accreditation-unknown', 'code-unknown'],
})

export const assignCertifier = defineOperation({
  ...ofProject,
  id: 'assignCertifier',
  method: 'POST',
  path: '/national/projects/{id}/certifiers',
  summary: 'Assign a certifier to a task of a project',
  body: z.strictObject({ task: Task, organisation: Id }),
  status: 201,
  answer: z.object({ id: Id, task: z.string(), organisation: Id, entry: Written }).meta({ id: 'CertifierAssigned' }),
  problems: [
    'project-unknown',
    'code-unknown',
    'organisation-unknown',
    'organisation-kind',
    'organisation-suspended',
    'already-exists',
    'conflict-of-interest',
    'accreditation-missing',
    'rotation-due',
  ],
})

export const releaseCertifier = defineOperation({
  ...ofProject,
  id: 'releaseCertifier',
  method: 'POST',
  path: '/national/projects/{id}/certifiers/release',
  summary: 'Release the certifier from a task of a project',
  body: z.strictObject({ task: Task, reason: Reason }),
  status: 201,
  answer: z.object({ id: Id, task: z.string(), reason: z.string(), entry: Written }).meta({ id: 'CertifierReleased' }),
  problems: ['project-unknown', 'nothing-changes', 'code-unknown', 'conflict-of-interest'],
})
