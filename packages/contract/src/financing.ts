import { z } from 'zod'
import { ById, Certified, Id, Instant, line } from './common.ts'
import { Money } from './money.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { DecidedStatus, RecordDecision, RecordReason, RecordRevision, RecordSteps, recordFields } from './records.ts'
import { ProjectRef } from './units.ts'

const tag = 'Financing'

export const Instrument = z.enum([
  'loan',
  'concessional-loan',
  'non-concessional-loan',
  'result-based',
  'grant',
  'equity',
  'guarantee',
  'insurance',
  'in-kind',
  'other',
])
export type Instrument = z.infer<typeof Instrument>

const Amount = Money.shape.amount.refine((value) => /[1-9]/.test(value), 'must be more than zero')

const Day = z.iso.date('must be a date such as 2026-01-31')

/** What stays between owner, investor and government. */
const terms = {
  amount: Amount,
  currency: Money.shape.currency,
  interestRate: Certified.optional().meta({ description: 'Per cent a year; of loans and guarantees.' }),
  resultMetric: line(200).optional().meta({ description: 'What is paid for; of result-based financing.' }),
  paymentPerMetric: Amount.optional().meta({
    description: 'For one of it, in the same currency; of result-based financing.',
  }),
  paybackFrom: Day.optional().meta({ description: 'Of concessional and non-concessional loans.' }),
  paybackTo: Day.optional().meta({ description: 'Of concessional and non-concessional loans.' }),
  guaranteePayback: z.enum(['upfront', 'annual']).optional().meta({ description: 'Of guarantees.' }),
  insurancePayback: z.enum(['lump-sum', 'annual']).optional().meta({ description: 'Of insurance.' }),
  comment: RecordReason.optional().meta({ description: 'Needed with the instrument `other`.' }),
}
/** What is shown to the parties alone. */
export const FinancingTerms = z.strictObject(terms).meta({ id: 'FinancingTerms' })
type Terms = z.infer<typeof FinancingTerms>

/** What everybody may see once it is approved. */
const character = {
  instruments: z
    .array(Instrument)
    .min(1)
    .max(10)
    .refine((all) => new Set(all).size === all.length, 'each instrument stands once'),
  type: z.enum(['public', 'private']),
  level: z.enum(['national', 'international']),
  stream: z.enum(['climate-finance', 'carbon-market']),
  esgClassification: z
    .enum(['AAA', 'AA', 'A', 'A(R)', 'BBB', 'BB', 'B', 'B(R)', 'B13', 'B13(R)', 'CCC', 'C', 'C(R)', 'FI'])
    .optional(),
  from: Day.meta({ description: 'First day of the financing.' }),
  to: Day.meta({ description: 'Last day of the financing.' }),
}

/** The fields that belong to some instruments: needed with one of them, and not taken without. */
const belongs: Readonly<Record<Exclude<keyof Terms, 'amount' | 'currency' | 'comment'>, readonly Instrument[]>> = {
  interestRate: ['loan', 'concessional-loan', 'non-concessional-loan', 'guarantee'],
  resultMetric: ['result-based'],
  paymentPerMetric: ['result-based'],
  paybackFrom: ['concessional-loan', 'non-concessional-loan'],
  paybackTo: ['concessional-loan', 'non-concessional-loan'],
  guaranteePayback: ['guarantee'],
  insurancePayback: ['insurance'],
}

type Financed = z.infer<z.ZodObject<typeof character>> & Terms

function checkTerms(value: Financed, context: z.core.$RefinementCtx): void {
  const wrong = (field: string, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message, input: value })
  for (const [field, instruments] of Object.entries(belongs)) {
    const isGiven = Reflect.get(value, field) !== undefined
    const isAsked = instruments.some((one) => value.instruments.includes(one))
    if (isAsked && !isGiven) wrong(field, 'is needed for one of these instruments')
    if (isGiven && !isAsked) wrong(field, 'goes with none of these instruments')
  }
  if (value.instruments.includes('other') && value.comment === undefined) {
    wrong('comment', 'is needed for one of these instruments')
  }
  if (value.to < value.from) wrong('to', 'ends before it begins')
  const { paybackFrom, paybackTo } = value
  if (paybackFrom !== undefined && paybackTo !== undefined && paybackTo < paybackFrom) {
    wrong('paybackTo', 'ends before it begins')
  }
}

/** What is said of a financing, what is private included. */
export const FinancingContent = z.strictObject({ ...character, ...terms, investorName: line(200).optional() })
export type FinancingContent = z.infer<typeof FinancingContent>

export const Financing = z
  .object({
    id: Id,
    project: ProjectRef.nullable().meta({ description: 'Null for national financing.' }),
    drawsOn: Id.nullable().meta({ description: 'National financing that it is a part of.' }),
    investor: z.object({ id: Id.nullable(), name: z.string().nullable() }).meta({
      id: 'Investor',
      description: 'An organisation of this registry, or a name alone.',
    }),
    status: DecidedStatus,
    createdAt: Instant,
    ...recordFields,
    ...character,
    terms: FinancingTerms.nullable().meta({ description: 'Null for everybody but owners, investor and government.' }),
  })
  .meta({
    id: 'FinancingRecord',
    description: 'What was said of money for a project or the country. It changes no ownership.',
  })
export type Financing = z.infer<typeof Financing>

const common = { tag, access: 'signed-in', command: true, status: 201, answer: Financing } as const

export const recordFinancing = defineOperation({
  ...common,
  id: 'recordFinancing',
  method: 'POST',
  path: '/national/financing',
  summary: 'Record the financing of a project, or of the country',
  description:
    'By an owner of the project or by the investor; it waits for the other side, or for the government. Who owns a project is the ledger’s: financing changes nothing there.',
  body: z
    .strictObject({
      project: Id.nullable(),
      drawsOn: Id.optional().meta({ description: 'Approved national financing, in the same currency.' }),
      investor: Id.optional().meta({ description: 'An organisation of this registry.' }),
      investorName: line(200).optional().meta({ description: 'An investor that is no organisation here.' }),
      ...character,
      ...terms,
    })
    .superRefine((value, context) => {
      checkTerms(value, context)
      if ((value.investor === undefined) !== (value.investorName === undefined)) return
      const message = 'give either investor or investorName'
      for (const field of ['investor', 'investorName']) {
        context.addIssue({ code: 'custom', path: [field], message, input: value })
      }
    }),
  problems: ['project-unknown', 'organisation-unknown', 'not-found', 'status-wrong', 'too-much'],
})

export const changeFinancing = defineOperation({
  ...common,
  id: 'changeFinancing',
  method: 'POST',
  path: '/national/financing/{id}/versions',
  summary: 'Record a new version of a financing',
  description: 'By the side that recorded it. It waits for a decision; until then what was approved last stands.',
  params: ById,
  body: z
    .strictObject({ revision: RecordRevision, reason: RecordReason.optional(), ...character, ...terms })
    .superRefine(checkTerms),
  problems: ['not-found', 'revision-stale', 'status-wrong', 'nothing-changes', 'too-much'],
})

export const decideFinancing = defineOperation({
  ...common,
  keys: 'never',
  id: 'decideFinancing',
  method: 'POST',
  path: '/national/financing/{id}/decisions',
  summary: 'Approve or reject the last version of a financing',
  description: 'By the side that did not record it, or by the government, and never by who made it.',
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

export const withdrawFinancing = defineOperation({
  ...common,
  id: 'withdrawFinancing',
  method: 'POST',
  path: '/national/financing/{id}/withdrawal',
  summary: 'Withdraw a financing for good',
  params: ById,
  body: z.strictObject({ revision: RecordRevision, reason: RecordReason }),
  problems: ['not-found', 'revision-stale', 'status-wrong'],
})

export const listFinancing = defineOperation({
  id: 'listFinancing',
  method: 'GET',
  path: '/national/financing',
  summary: 'List financing, newest first: all that was approved, and that of your own side',
  tag,
  access: 'public',
  query: PageQuery.extend({ project: Id.optional(), status: DecidedStatus.optional() }),
  answer: pageOf(Financing),
  problems: ['cursor-invalid'],
})

export const readFinancing = defineOperation({
  id: 'readFinancing',
  method: 'GET',
  path: '/national/financing/{id}',
  summary: 'Read a financing',
  tag,
  access: 'public',
  params: ById,
  answer: Financing,
  problems: ['not-found'],
})

export const listFinancingVersions = defineOperation({
  id: 'listFinancingVersions',
  method: 'GET',
  path: '/national/financing/{id}/versions',
  summary: 'List what was done to a financing, newest first',
  tag,
  access: 'signed-in',
  params: ById,
  answer: RecordSteps,
  problems: ['not-found'],
})
