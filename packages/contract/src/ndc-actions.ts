import { z } from 'zod'
import { ById, Certified, Code, Hash, Id, Instant, line, prose, Quantity } from './common.ts'
import { MITIGATION_TYPES } from './description-codes.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import {
  DecidedStatus,
  MAX_RECORD_TEXT,
  RecordDecision,
  RecordReason,
  RecordRevision,
  RecordSteps,
  recordFields,
} from './records.ts'
import { OrganisationRef, ProjectRef } from './units.ts'

const tag = 'NDC actions'

export const NdcActionKind = z
  .enum(['mitigation', 'adaptation', 'cross-cutting', 'enablement'])
  .meta({ description: 'Its letter stands in the number: M, A, C or E.' })
export type NdcActionKind = z.infer<typeof NdcActionKind>

const Text = prose(MAX_RECORD_TEXT)
const Measure = Certified.refine((value) => value !== '0', 'must be more than zero')

const Mitigation = z
  .strictObject({
    type: z.enum([...MITIGATION_TYPES.keys()]),
    subType: Code.optional().meta({ description: 'One of the sub-types of the type; types that have none take none.' }),
  })
  .superRefine(({ type, subType }, context) => {
    const known = MITIGATION_TYPES.get(type) ?? []
    if (subType === undefined ? known.length === 0 : known.includes(subType)) return
    const message = subType === undefined ? 'is needed for this type' : 'is no sub-type of this type'
    context.addIssue({ code: 'custom', path: ['subType'], message, input: subType })
  })
  .meta({ id: 'NdcMitigation', description: 'The lists are at `/national/mitigation-types`.' })

const GasTonnes = z
  .strictObject({
    co2: Certified.optional(),
    ch4: Certified.optional(),
    n2o: Certified.optional(),
    hfcs: Certified.optional(),
    pfcs: Certified.optional(),
    sf6: Certified.optional(),
  })
  .meta({ id: 'GasTonnes', description: 'Tonnes of each gas.' })

const Adaptation = z
  .strictObject({
    implementingAgency: line(200),
    nationalPlanObjectives: Text,
    nationalPlanCoverage: Text,
    ghgEmissionsAvoided: GasTonnes.optional(),
    ghgEmissionsReduced: GasTonnes.optional(),
    includedInNap: z.boolean().meta({ description: 'Is it part of the national adaptation plan?' }),
  })
  .meta({ id: 'Adaptation' })

const Enablement = z
  .strictObject({
    type: z.enum(['capacity-building', 'technology-transfer', 'financial', 'enhanced-transparency']),
    report: Hash.optional().meta({ description: 'SHA-256 of the report.' }),
  })
  .meta({ id: 'Enablement' })

const Agriculture = z
  .strictObject({ landArea: Measure, landAreaUnit: z.enum(['ha', 'acre', 'km2', 'm2']) })
  .meta({ id: 'AgricultureProperties' })

const Solar = z
  .strictObject({
    energyGeneration: Measure.meta({ description: 'In a year.' }),
    energyGenerationUnit: z.enum(['Wh', 'kWh', 'MWh', 'GWh']),
    consumerGroup: Code.optional().meta({ description: 'Who uses it, such as `Household` or `School`.' }),
  })
  .meta({ id: 'SolarProperties' })

const CoBenefits = z
  .strictObject({
    sdgs: z
      .array(z.number().int().min(1).max(17))
      .max(17)
      .refine((goals) => new Set(goals).size === goals.length, 'each goal stands once')
      .optional()
      .meta({ description: 'Sustainable development goals, 1 to 17.' }),
    gender: Text.optional(),
    safeguards: Text.optional(),
    environmental: Text.optional(),
    social: Text.optional(),
    economic: Text.optional(),
    assessment: Hash.optional().meta({ description: 'SHA-256 of the assessment.' }),
  })
  .meta({ id: 'CoBenefits' })

const Methodology = z
  .string()
  .regex(/^[A-Z][A-Za-z0-9./-]{1,39}( v\d{1,3}(\.\d{1,3}){0,2})?$/, 'must be the code of a methodology such as AMS-I.D')

const content = {
  title: line(200),
  methodology: Methodology.optional().meta({ description: 'Of mitigation, where it is needed, and cross-cutting.' }),
  mitigation: Mitigation.optional().meta({ description: 'Of mitigation and cross-cutting.' }),
  adaptation: Adaptation.optional().meta({ description: 'Of adaptation and cross-cutting.' }),
  enablement: Enablement.optional(),
  agriculture: Agriculture.optional().meta({ description: 'Of mitigation of the type `agriculture`.' }),
  solar: Solar.optional().meta({ description: 'Of mitigation of the type `solar`.' }),
  coBenefits: CoBenefits.optional(),
  ministry: line(200).optional().meta({ description: 'The ministry that it falls under.' }),
  estimatedCredits: Quantity.optional().meta({
    description: 'Tonnes that its owner expects. Of all actions of a project no more than the project expects.',
  }),
}
/** What an action says, beside its kind; its own check is `wrongParts`. */
export const NdcActionContent = z.strictObject(content)
export type NdcActionContent = z.infer<typeof NdcActionContent>

/** The same with its kind. */
export const NdcActivity = NdcActionContent.extend({ kind: NdcActionKind })
export type NdcActivity = z.infer<typeof NdcActivity>

type Part = Exclude<keyof NdcActionContent, 'title' | 'coBenefits' | 'ministry'>

/** What an action of each kind must say, and may say besides. */
const partsOf: Readonly<Record<NdcActionKind, { needs: readonly Part[]; takes: readonly Part[] }>> = {
  mitigation: { needs: ['methodology', 'mitigation'], takes: ['agriculture', 'solar', 'estimatedCredits'] },
  adaptation: { needs: ['adaptation'], takes: [] },
  'cross-cutting': {
    needs: ['mitigation', 'adaptation'],
    takes: ['methodology', 'agriculture', 'solar', 'estimatedCredits'],
  },
  enablement: { needs: ['enablement'], takes: [] },
}

const parts: readonly Part[] = [
  ...(['methodology', 'mitigation', 'adaptation', 'enablement', 'agriculture', 'solar', 'estimatedCredits'] as const),
]

/** What of an action does not go with its kind: the field, and why. Empty where all of it does. */
export function wrongParts(kind: NdcActionKind, action: NdcActionContent): { field: string; message: string }[] {
  const { needs, takes } = partsOf[kind]
  const wrong = parts.flatMap((field) => {
    const isGiven = action[field] !== undefined
    if (needs.includes(field) && !isGiven) return [{ field, message: 'is needed for this kind of action' }]
    if (isGiven && !needs.includes(field) && !takes.includes(field))
      return [{ field, message: 'does not go with this kind of action' }]
    return []
  })
  const { agriculture, solar, mitigation } = action
  const ofType = (field: 'agriculture' | 'solar', type: string, isGiven: boolean) =>
    isGiven && mitigation && mitigation.type !== type ? [{ field, message: 'does not go with this type' }] : []
  return [
    ...wrong,
    ...ofType('agriculture', 'agriculture', agriculture !== undefined),
    ...ofType('solar', 'solar', solar !== undefined),
  ]
}

export const NdcAction = z
  .object({
    id: Id,
    number: z.string().meta({ description: 'Such as `015-M-010`: project, kind, number within the country.' }),
    project: ProjectRef,
    kind: NdcActionKind,
    status: DecidedStatus,
    sectoralScope: z.string(),
    owners: z.array(OrganisationRef),
    createdAt: Instant,
    ...recordFields,
    ...content,
  })
  .meta({
    id: 'NdcAction',
    description:
      'What a project does for the NDC. Everybody sees what was approved last; its owners and the government see the last version.',
  })
export type NdcAction = z.infer<typeof NdcAction>

const kindsOf = (value: { kind: NdcActionKind } & NdcActionContent, context: z.core.$RefinementCtx): void => {
  const { kind, ...action } = value
  for (const { field, message } of wrongParts(kind, action)) {
    context.addIssue({ code: 'custom', path: [field], message, input: value })
  }
}

const common = { tag, access: 'signed-in', command: true, status: 201, answer: NdcAction } as const

export const submitNdcAction = defineOperation({
  ...common,
  id: 'submitNdcAction',
  method: 'POST',
  path: '/national/projects/{id}/ndc-actions',
  summary: 'Enter what a project does for the NDC',
  description: 'It waits for the government’s decision.',
  params: ById,
  body: z.strictObject({ kind: NdcActionKind, ...content }).superRefine(kindsOf),
  problems: ['project-unknown', 'code-unknown', 'too-much', 'too-many'],
})

export const changeNdcAction = defineOperation({
  ...common,
  id: 'changeNdcAction',
  method: 'POST',
  path: '/national/ndc-actions/{id}/versions',
  summary: 'Enter a new version of an NDC action',
  description: 'It waits for the government’s decision; until then the version that was approved last stands.',
  params: ById,
  body: z.strictObject({ revision: RecordRevision, reason: RecordReason.optional(), ...content }),
  problems: ['not-found', 'revision-stale', 'status-wrong', 'nothing-changes', 'code-unknown', 'too-much'],
})

export const decideNdcAction = defineOperation({
  ...common,
  keys: 'never',
  id: 'decideNdcAction',
  method: 'POST',
  path: '/national/ndc-actions/{id}/decisions',
  summary: 'Approve or reject the last version of an NDC action',
  description: 'By somebody else than who made it.',
  params: ById,
  body: RecordDecision,
  problems: [
    'not-found',
    'revision-stale',
    'status-wrong',
    'too-much',
    'conflict-of-interest',
    'approval-not-distinct',
  ],
})

export const withdrawNdcAction = defineOperation({
  ...common,
  id: 'withdrawNdcAction',
  method: 'POST',
  path: '/national/ndc-actions/{id}/withdrawal',
  summary: 'Withdraw an NDC action for good',
  params: ById,
  body: z.strictObject({ revision: RecordRevision, reason: RecordReason }),
  problems: ['not-found', 'revision-stale', 'status-wrong'],
})

export const listNdcActions = defineOperation({
  id: 'listNdcActions',
  method: 'GET',
  path: '/national/ndc-actions',
  summary: 'List NDC actions, newest first: all that were approved, and your own',
  tag,
  access: 'public',
  query: PageQuery.extend({
    project: Id.optional(),
    status: DecidedStatus.optional(),
    number: line(40).optional().meta({ description: 'Such as `015-M-010`.' }),
  }),
  answer: pageOf(NdcAction),
  problems: ['cursor-invalid'],
})

export const readNdcAction = defineOperation({
  id: 'readNdcAction',
  method: 'GET',
  path: '/national/ndc-actions/{id}',
  summary: 'Read an NDC action',
  tag,
  access: 'public',
  params: ById,
  answer: NdcAction,
  problems: ['not-found'],
})

export const listNdcActionVersions = defineOperation({
  id: 'listNdcActionVersions',
  method: 'GET',
  path: '/national/ndc-actions/{id}/versions',
  summary: 'List what was done to an NDC action, newest first',
  tag,
  access: 'signed-in',
  params: ById,
  answer: RecordSteps,
  problems: ['not-found'],
})

export const listMitigationTypes = defineOperation({
  id: 'listMitigationTypes',
  method: 'GET',
  path: '/national/mitigation-types',
  summary: 'List types and sub-types of mitigation, and the sectors that they belong to',
  tag,
  access: 'public',
  answer: z.object({
    items: z.array(
      z
        .object({ type: z.string(), subTypes: z.array(z.string()), sectors: z.array(z.string()) })
        .meta({ id: 'MitigationType' }),
    ),
  }),
})
