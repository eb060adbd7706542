import { z } from 'zod'
import { ById, Certified, Code, Hash, Id, Instant, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import {
  answering,
  assessing,
  CurrentDocument,
  Finding,
  FindingDetails,
  moveBody,
  OpenFindings,
  OpenMove,
  raising,
  SubmittedDocument,
  submitting,
} from './project-life.ts'
import { LegalDate, OrganisationRef, ProjectRef, Vintage } from './units.ts'

const tag = 'Monitoring periods'

const days = { from: LegalDate, to: LegalDate.meta({ description: 'The last day.' }) }

const BACKWARDS = { path: ['to'], message: 'ends before it begins' }
const isForwards = ({ from, to }: { from: string; to: string }) => from <= to

/** A version of a document on which something was certified. */
const CertifiedOn = z.strictObject({
  kind: Code.meta({ description: 'A kind of document of `period.reports` of the preset.' }),
  sha256: Hash,
})

/** Most outcomes of one period: one for each year. */
const MAX_OUTCOMES = 50

export const CreditingPeriod = z
  .object({
    project: Id,
    number: z.number().int().meta({ description: 'Number within the project, from 1.' }),
    kind: z.string(),
    ...days,
  })
  .meta({
    id: 'CreditingPeriod',
    description: 'The days within which the outcomes of a project are credited. Those of one project do not overlap.',
  })
export type CreditingPeriod = z.infer<typeof CreditingPeriod>

export const setCreditingPeriod = defineOperation({
  id: 'setCreditingPeriod',
  method: 'POST',
  path: '/national/projects/{id}/crediting-periods',
  summary: 'Set the next crediting period of a project',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z
    .strictObject({
      kind: Code.meta({ description: 'A kind of crediting period of the preset, such as `renewable`.' }),
      ...days,
    })
    .refine(isForwards, BACKWARDS),
  status: 201,
  answer: CreditingPeriod.extend({ entry: Written }).meta({ id: 'CreditingPeriodSet' }),
  problems: [
    'project-unknown',
    'project-state',
    'periods-not-kept',
    'code-unknown',
    'dates-differ',
    'dates-overlap',
    'crediting-used-up',
  ],
})

export const listCreditingPeriods = defineOperation({
  id: 'listCreditingPeriods',
  method: 'GET',
  path: '/national/projects/{id}/crediting-periods',
  summary: 'List the crediting periods of a project, newest first',
  tag,
  access: 'public',
  params: ById,
  query: PageQuery,
  answer: pageOf(CreditingPeriod),
  problems: ['cursor-invalid', 'not-found'],
})

export const Outcome = z
  .object({
    vintage: z.string(),
    certified: Certified,
    issued: Certified.meta({ description: 'Of those, how many were issued, or are carried by an issuance.' }),
    left: Certified.meta({ description: 'What may still be issued.' }),
  })
  .meta({ id: 'Outcome', description: 'Tonnes of one year: certified, issued, and left to issue.' })
export type Outcome = z.infer<typeof Outcome>

export const Period = z
  .object({
    id: Id,
    project: ProjectRef,
    number: z.number().int().meta({ description: 'Number within the project, from 1.' }),
    ...days,
    state: Code.meta({ description: 'A state of periods of the preset, such as `under-verification`.' }),
    outcomes: z.array(Outcome).meta({ description: 'Ascending by year. Empty until a certifier has certified them.' }),
  })
  .meta({ id: 'Period', description: 'A monitoring period of a project, and what came of it.' })
export type Period = z.infer<typeof Period>

export const openPeriod = defineOperation({
  id: 'openPeriod',
  method: 'POST',
  path: '/national/projects/{id}/periods',
  summary: 'Open the next monitoring period of a project',
  description:
    'It lies within a crediting period, and overlaps no other but such as are void. It may lie before others, where their days, or those before them, are free.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject(days).refine(isForwards, BACKWARDS),
  status: 201,
  answer: Period.extend({ entry: Written }).meta({ id: 'PeriodOpened' }),
  problems: [
    'project-unknown',
    'project-state',
    'periods-not-kept',
    'crediting-missing',
    'dates-overlap',
    'period-unknown',
  ],
})

export const listPeriods = defineOperation({
  id: 'listPeriods',
  method: 'GET',
  path: '/national/projects/{id}/periods',
  summary: 'List the monitoring periods of a project, newest first',
  tag,
  access: 'public',
  params: ById,
  query: PageQuery,
  answer: pageOf(Period),
  problems: ['cursor-invalid', 'not-found'],
})

export const PeriodDetails = Period.extend({
  since: z
    .object({ index: z.number().int(), at: Instant })
    .meta({ description: 'The entry by which it came into its state, and when.' }),
  moves: z.array(OpenMove),
  documents: z.array(CurrentDocument),
  findings: OpenFindings.extend({
    earlier: z.number().int().meta({
      description:
        'Forward action requests that earlier rounds have left, and what is open about the project: all is closed before its outcome is certified.',
    }),
  }).meta({ description: 'What is open about it.' }),
  certified: z
    .object({ by: OrganisationRef, documents: z.array(CertifiedOn), entry: Written })
    .nullable()
    .meta({
      description:
        'Who has certified its outcome last, and on which reports; null until then, and where a report was replaced since.',
    }),
}).meta({ id: 'PeriodDetails' })
export type PeriodDetails = z.infer<typeof PeriodDetails>

export const readPeriod = defineOperation({
  id: 'readPeriod',
  method: 'GET',
  path: '/national/periods/{id}',
  summary: 'Read a monitoring period: where it stands and what may follow, what is certified, issued and left',
  tag,
  access: 'public',
  params: ById,
  answer: PeriodDetails,
  problems: ['not-found'],
})

export const movePeriod = defineOperation({
  id: 'movePeriod',
  method: 'POST',
  path: '/national/periods/{id}/moves',
  summary: 'Move a monitoring period to another state',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: moveBody('submit-report'),
  status: 201,
  answer: z.object({ id: Id, move: z.string(), state: z.string(), entry: Written }).meta({ id: 'PeriodMoved' }),
  problems: [
    'period-unknown',
    'period-state',
    'periods-not-kept',
    'move-unknown',
    'reason-missing',
    'code-unknown',
    'document-missing',
    'terms-changed',
    'findings-open',
    'certifier-missing',
    'outcomes-missing',
    'already-issued',
    'too-early',
    'too-late',
    'too-late',
  ],
})

export const submitPeriodDocument = defineOperation({
  ...submitting,
  id: 'submitPeriodDocument',
  path: '/national/periods/{id}/documents',
  summary: 'Submit a document of a monitoring period, as the next version of its kind',
  tag,
  problems: ['period-unknown', 'period-state', 'code-unknown', 'nothing-changes'],
})

export const listPeriodDocuments = defineOperation({
  id: 'listPeriodDocuments',
  method: 'GET',
  path: '/national/periods/{id}/documents',
  summary: 'List every version of every document of a monitoring period, newest first',
  tag,
  access: 'public',
  params: ById,
  query: PageQuery,
  answer: pageOf(SubmittedDocument),
  problems: ['cursor-invalid', 'not-found'],
})

const OneFinding = z.strictObject({ id: Id, finding: Id })

export const raisePeriodFinding = defineOperation({
  ...raising,
  id: 'raisePeriodFinding',
  path: '/national/periods/{id}/findings',
  summary: 'Raise a finding about a monitoring period',
  tag,
  problems: ['period-unknown', 'period-state'],
})

export const listPeriodFindings = defineOperation({
  id: 'listPeriodFindings',
  method: 'GET',
  path: '/national/periods/{id}/findings',
  summary: 'List the findings about a monitoring period, newest first',
  tag,
  access: 'signed-in',
  params: ById,
  query: PageQuery,
  answer: pageOf(Finding),
  problems: ['cursor-invalid', 'not-found'],
})

export const readPeriodFinding = defineOperation({
  id: 'readPeriodFinding',
  method: 'GET',
  path: '/national/periods/{id}/findings/{finding}',
  summary: 'Read a finding about a monitoring period, with its answers and assessments',
  tag,
  access: 'signed-in',
  params: OneFinding,
  answer: FindingDetails,
  problems: ['not-found'],
})

const roundProblems = ['period-unknown', 'finding-unknown', 'finding-state'] as const

export const answerPeriodFinding = defineOperation({
  ...answering,
  id: 'answerPeriodFinding',
  path: '/national/periods/{id}/findings/{finding}/answers',
  summary: 'Answer a finding about a monitoring period that is open',
  tag,
  problems: roundProblems,
})

export const assessPeriodFinding = defineOperation({
  ...assessing,
  id: 'assessPeriodFinding',
  path: '/national/periods/{id}/findings/{finding}/assessments',
  summary: 'Assess the answer to a finding about a monitoring period: close it, or leave it open',
  tag,
  problems: roundProblems,
})

export const certifyOutcome = defineOperation({
  id: 'certifyOutcome',
  method: 'POST',
  path: '/national/periods/{id}/outcomes',
  summary: 'Certify the outcome of a monitoring period, in tonnes of each year',
  description:
    'By the certifier that is assigned to verification, on the reports in force. No more than this is ever issued for the period. It may be certified anew, while nothing was issued; a new version of a report ends it.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject({
    outcomes: z
      .array(z.strictObject({ vintage: Vintage, certified: Certified }))
      .min(1)
      .max(MAX_OUTCOMES)
      .refine((all) => new Set(all.map(({ vintage }) => vintage)).size === all.length, 'each year stands once'),
    documents: z.array(CertifiedOn).min(1).max(20).optional().meta({
      description:
        'The reports that were verified, each by its SHA-256: where another version has come into force since, it is refused. Left out: those in force.',
    }),
  }),
  status: 201,
  answer: z
    .object({
      id: Id,
      outcomes: z.array(z.object({ vintage: z.string(), certified: Certified })),
      documents: z.array(CertifiedOn).meta({ description: 'The reports on which it was certified.' }),
      entry: Written,
    })
    .meta({ id: 'OutcomeCertified' }),
  problems: [
    'period-unknown',
    'period-state',
    'periods-not-kept',
    'vintage-wrong',
    'too-early',
    'already-issued',
    'findings-open',
    'certifier-missing',
    'rotation-due',
    'document-missing',
    'result-negative',
    'terms-changed',
    'conflict-of-interest',
    'accreditation-missing',
  ],
})
