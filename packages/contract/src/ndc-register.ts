import { z } from 'zod'
import { ById, Certified, Hash, Id, Instant, line } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { DecidedStatus, RecordDecision, RecordReason, RecordRevision, RecordSteps, recordFields } from './records.ts'
import { OrganisationRef } from './units.ts'

const tag = 'NDC register'

/** Most actions and sub-actions of a period. */
export const MOST_REGISTER_ACTIONS = 1_000

const Year = z.number().int().min(1990).max(2100)

const Sealed = Hash.nullable().meta({
  description: 'Once it is finalised, SHA-256 of what `/national/statements/{sha256}` answers; null before.',
})

const target = {
  objective: line(500).meta({ description: 'The objective of the national plan.' }),
  kpi: Certified.meta({ description: 'What is to be reached, as a decimal string.' }),
  unit: line(60).meta({ description: 'Of the KPI, such as `MW` or `ha`.' }),
}

/** What an action of the NDC register says. */
export const NdcTarget = z.strictObject(target)

export const NdcRegisterAction = z
  .object({
    id: Id,
    period: Id,
    parent: Id.nullable().meta({ description: 'Of a sub-action its main action.' }),
    status: DecidedStatus,
    ministry: OrganisationRef,
    createdAt: Instant,
    ...recordFields,
    ...target,
  })
  .meta({
    id: 'NdcRegisterAction',
    description:
      'Everybody sees what was approved last; the ministry that entered it and the government see the last version.',
  })
export type NdcRegisterAction = z.infer<typeof NdcRegisterAction>

export const NdcPeriodStatus = z.enum(['open', 'finalised', 'withdrawn'])

export const NdcPeriod = z
  .object({
    id: Id,
    startYear: z.number().int(),
    endYear: z.number().int(),
    finalised: z.boolean().meta({ description: 'Nothing of a finalised period is changed any more.' }),
    status: NdcPeriodStatus,
    sha256: Sealed,
    createdAt: Instant,
    ...recordFields,
  })
  .meta({ id: 'NdcPeriod', description: 'A period of the nationally determined contribution.' })
export type NdcPeriod = z.infer<typeof NdcPeriod>

const onPeriod = { tag, access: 'signed-in', command: true, status: 201, answer: NdcPeriod } as const
const onAction = { tag, access: 'signed-in', command: true, status: 201, answer: NdcRegisterAction } as const

export const createNdcPeriod = defineOperation({
  ...onPeriod,
  id: 'createNdcPeriod',
  method: 'POST',
  path: '/national/ndc-periods',
  summary: 'Open a period of the NDC register',
  body: z.strictObject({ startYear: Year, endYear: Year }).refine(({ startYear, endYear }) => startYear <= endYear, {
    path: ['endYear'],
    message: 'ends before it begins',
  }),
  problems: ['years-overlap'],
})

export const withdrawNdcPeriod = defineOperation({
  ...onPeriod,
  id: 'withdrawNdcPeriod',
  method: 'POST',
  path: '/national/ndc-periods/{id}/withdrawal',
  summary: 'Withdraw a period that has no actions',
  params: ById,
  body: z.strictObject({ revision: RecordRevision, reason: RecordReason }),
  problems: ['not-found', 'revision-stale', 'already-final', 'status-wrong'],
})

export const finaliseNdcPeriod = defineOperation({
  ...onPeriod,
  keys: 'never',
  id: 'finaliseNdcPeriod',
  method: 'POST',
  path: '/national/ndc-periods/{id}/finalisation',
  summary: 'Finalise a period of the NDC register, for good',
  description: 'It has an approved action, and none that waits.',
  params: ById,
  body: z.strictObject({ revision: RecordRevision }),
  problems: ['not-found', 'revision-stale', 'already-final', 'status-wrong', 'period-incomplete'],
})

export const listNdcPeriods = defineOperation({
  id: 'listNdcPeriods',
  method: 'GET',
  path: '/national/ndc-periods',
  summary: 'List the periods of the NDC register, newest first',
  tag,
  access: 'public',
  query: PageQuery,
  answer: pageOf(NdcPeriod),
  problems: ['cursor-invalid'],
})

export const readNdcPeriod = defineOperation({
  id: 'readNdcPeriod',
  method: 'GET',
  path: '/national/ndc-periods/{id}',
  summary: 'Read a period of the NDC register with its actions',
  tag,
  access: 'public',
  params: ById,
  answer: NdcPeriod.extend({
    actions: z
      .array(NdcRegisterAction)
      .max(MOST_REGISTER_ACTIONS)
      .meta({ description: 'In the order in which they were entered; a sub-action names its main action.' }),
  }).meta({ id: 'NdcPeriodDetails' }),
  problems: ['not-found'],
})

export const enterNdcRegisterAction = defineOperation({
  ...onAction,
  id: 'enterNdcRegisterAction',
  method: 'POST',
  path: '/national/ndc-periods/{id}/actions',
  summary: 'Enter an action or a sub-action of the NDC register',
  description: 'It waits for the government’s decision.',
  params: ById,
  body: z.strictObject({
    ...target,
    parent: Id.optional().meta({ description: 'The main action; a sub-action has none of its own.' }),
    ministry: Id.optional().meta({ description: 'Your own organisation unless you may enter for others.' }),
  }),
  problems: ['not-found', 'already-final', 'status-wrong', 'organisation-unknown', 'organisation-kind', 'too-many'],
})

export const changeNdcRegisterAction = defineOperation({
  ...onAction,
  id: 'changeNdcRegisterAction',
  method: 'POST',
  path: '/national/ndc-register-actions/{id}/versions',
  summary: 'Enter a new version of an action of the NDC register',
  params: ById,
  body: z.strictObject({ revision: RecordRevision, reason: RecordReason.optional(), ...target }),
  problems: ['not-found', 'revision-stale', 'already-final', 'status-wrong', 'nothing-changes'],
})

export const decideNdcRegisterAction = defineOperation({
  ...onAction,
  keys: 'never',
  id: 'decideNdcRegisterAction',
  method: 'POST',
  path: '/national/ndc-register-actions/{id}/decisions',
  summary: 'Approve or reject the last version of an action of the NDC register',
  description: 'By somebody else than who made it.',
  params: ById,
  body: RecordDecision,
  problems: ['not-found', 'revision-stale', 'already-final', 'status-wrong', 'approval-not-distinct'],
})

export const listNdcRegisterVersions = defineOperation({
  id: 'listNdcRegisterVersions',
  method: 'GET',
  path: '/national/ndc-register-actions/{id}/versions',
  summary: 'List what was done to an action of the NDC register, newest first',
  tag,
  access: 'signed-in',
  params: ById,
  answer: RecordSteps,
  problems: ['not-found'],
})

export const readStatement = defineOperation({
  id: 'readStatement',
  method: 'GET',
  path: '/national/statements/{sha256}',
  summary: 'Download what was finalised, byte for byte',
  description: 'Canonical JSON (RFC 8785). Its SHA-256 is what was asked for: whoever keeps that can show a change.',
  tag,
  access: 'public',
  media: 'application/json; charset=utf-8',
  params: z.strictObject({ sha256: Hash }),
  answer: z.string(),
  problems: ['not-found'],
})
