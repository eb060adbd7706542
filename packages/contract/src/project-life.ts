import { z } from 'zod'
import { Amount, ById, Code, Hash, Id, Instant, line, prose, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { OrganisationRef } from './units.ts'

const tag = 'Projects'

/** Most characters of what people write about a decision or a finding. */
const MAX_TEXT = 4_000

const Unsettled = z.object({
  units: Amount.meta({ description: 'Units of the project that its holders have.' }),
  periods: z.number().int().meta({ description: 'Monitoring periods that have not come to an end.' }),
  reversals: z.number().int().meta({ description: 'Reversals that are not made good.' }),
  debts: z
    .array(z.object({ unitType: z.string(), quantity: Amount }))
    .meta({ description: 'Units that the project owes to the buffer.' }),
})

export const OpenMove = z
  .object({
    move: z.string(),
    to: z.string().meta({ description: 'The state that it leads to.' }),
    reason: z.boolean().meta({ description: 'Is it taken for a reason only?' }),
    ready: z.boolean().meta({ description: 'Is all there that it needs?' }),
    until: Instant.nullable().meta({
      description: 'When it is too late for it, such as for an appeal; null where there is always time.',
    }),
    missing: z
      .object({
        documents: z.array(z.string()).meta({ description: 'Kinds of documents that are to be submitted first.' }),
        signatures: z
          .array(z.object({ document: z.string(), slots: z.array(z.string()) }))
          .meta({ description: 'Documents that are to be signed first, each with the places that nobody has signed.' }),
        findings: z.number().int().meta({ description: 'Findings that are to be closed first.' }),
        certifier: z.string().nullable().meta({ description: 'The task that a certifier is to be assigned to first.' }),
        from: Instant.nullable().meta({ description: 'When it may be taken at the earliest.' }),
        until: Instant.nullable().meta({ description: 'Where it is too late: from when on it is.' }),
        outcomes: z.boolean().meta({ description: 'Outcomes are to be certified first.' }),
        crediting: z.enum(['none', 'used-up']).nullable().meta({
          description: 'No crediting period is set for it, or the kind of the project is not renewed any more.',
        }),
        unsettled: Unsettled.nullable().meta({ description: 'What is to be settled first; null where nothing is.' }),
      })
      .meta({ description: 'What it still needs.' }),
  })
  .meta({ id: 'OpenMove', description: 'A move that leaves the state of a project or of a monitoring period.' })
export type OpenMove = z.infer<typeof OpenMove>

export const CurrentDocument = z
  .object({
    kind: z.string(),
    version: z.number().int(),
    sha256: Hash,
    index: z.number().int(),
    onPaper: z.boolean().meta({
      description:
        'The kind is data in this country, and of this version there is a hash alone: what an earlier version says as data still counts.',
    }),
  })
  .meta({ id: 'CurrentDocument', description: 'The last version of a kind of document, and the index of its entry.' })

export const OpenFindings = z
  .object({ open: z.number().int(), forward: z.number().int() })
  .meta({ description: 'Clarification and corrective action requests that are open; forward action requests.' })

/** What a project's page says of where it stands. */
export const projectLife = {
  since: z
    .object({ index: z.number().int(), at: Instant })
    .meta({ description: 'The entry by which it came into its state, and when.' }),
  moves: z.array(OpenMove),
  documents: z.array(CurrentDocument),
  findings: OpenFindings,
}

/** A move, and why it is taken; the text is kept outside the ledger, which has a commitment to it. */
export function moveBody(such: string) {
  return z
    .strictObject({
      move: Code.meta({ description: `A move of the preset, such as \`${such}\`.` }),
      reason: Code.optional().meta({ description: 'A word of `purposes.decision` of the preset.' }),
      text: prose(MAX_TEXT).optional().meta({
        description:
          'Public. The ledger keeps only a commitment to it. At least 20 characters where the move needs a reason and leads to an end, such as a rejection.',
      }),
    })
    .refine(({ reason, text }) => text === undefined || reason !== undefined, {
      path: ['reason'],
      message: 'a text goes with a reason',
    })
}

export const Agreement = z
  .object({
    id: Id,
    seller: Id.meta({ description: 'The account from which units are sold; its holder writes the agreement.' }),
    buyer: Id.meta({ description: 'The account that gets them.' }),
  })
  .meta({ id: 'Agreement', description: 'Between whom an agreement on units of a project is.' })
export type Agreement = z.infer<typeof Agreement>

export const SubmittedDocument = z
  .object({
    kind: z.string(),
    version: z.number().int(),
    sha256: Hash,
    template: z.string().nullable().meta({
      description:
        'Such as `PDD@1`: it is data in that form, at `/national/documents/{sha256}`. Null: it is not, such as a file that its people keep.',
    }),
    name: z.string().nullable().meta({ description: 'Null where it has none, or where it was erased.' }),
    period: Id.nullable().meta({ description: 'The monitoring period that it is of; null: of the project itself.' }),
    agreement: Agreement.nullable().meta({ description: 'The agreement on units of the project that it is.' }),
    by: OrganisationRef,
    entry: Written,
  })
  .meta({ id: 'SubmittedDocument', description: 'A version of a document of a project. It is never changed.' })
export type SubmittedDocument = z.infer<typeof SubmittedDocument>

/** Submitting a document, of whatever has documents. */
export const submitting = {
  method: 'POST',
  description:
    'The ledger keeps the SHA-256 of the document, so that anybody who has it can show that it is the one. Its bytes are not ' +
    'stored here: keep them. A kind that has a template is better written as a draft (`/national/drafts`) and submitted from ' +
    'there: then it is data, which is checked, printed and compared; `template` of the answer tells.',
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject({
    kind: Code.meta({ description: 'A kind of document of the preset, such as `project-design`.' }),
    sha256: Hash.meta({ description: 'SHA-256 of the bytes of the document, in hex.' }),
    name: line(200)
      .nullable()
      .default(null)
      .meta({ description: 'Title or file name. Public. The ledger keeps only a commitment to it.' }),
  }),
  status: 201,
  answer: SubmittedDocument,
} as const

export const submitDocument = defineOperation({
  ...submitting,
  id: 'submitDocument',
  path: '/national/projects/{id}/documents',
  summary: 'Submit a document of a project, as the next version of its kind',
  tag,
  problems: ['project-unknown', 'project-state', 'code-unknown', 'nothing-changes'],
})

export const listDocuments = defineOperation({
  id: 'listDocuments',
  method: 'GET',
  path: '/national/projects/{id}/documents',
  summary: 'List every version of every document of a project and of its monitoring periods, newest first',
  tag,
  access: 'public',
  params: ById,
  query: PageQuery,
  answer: pageOf(SubmittedDocument),
  problems: ['cursor-invalid', 'not-found'],
})

export const FindingKind = z
  .enum(['CL', 'CAR', 'FAR'])
  .meta({ description: 'Clarification request, corrective action request, or forward action request.' })

const Section = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$/, 'must be the number of a section such as B.4.2')
  .meta({ description: 'The section of the document that it is about, such as `B.4.2`.' })

const FindingText = prose(MAX_TEXT).meta({ description: 'The ledger keeps only a commitment to it.' })

export const Finding = z
  .object({
    id: Id,
    project: Id,
    period: Id.nullable().meta({ description: 'The monitoring period that it is about; null: the project itself.' }),
    kind: FindingKind,
    number: z.number().int().meta({ description: 'Number within the project and the kind.' }),
    section: z.string().nullable(),
    state: z.enum(['open', 'answered', 'closed']),
    text: z.string().nullable().meta({ description: 'Null where it was erased.' }),
    by: OrganisationRef,
    entry: Written,
  })
  .meta({ id: 'Finding', description: 'What a certifier or the government found about a project.' })
export type Finding = z.infer<typeof Finding>

const FindingRound = z
  .object({
    step: z.enum(['answer', 'assessment']),
    outcome: z.enum(['open', 'closed']).nullable().meta({ description: 'Of an assessment.' }),
    text: z.string().nullable(),
    by: OrganisationRef,
    entry: Written,
  })
  .meta({ id: 'FindingRound' })
export type FindingRound = z.infer<typeof FindingRound>

export const FindingDetails = Finding.extend({
  rounds: z.array(FindingRound).meta({ description: 'Answers and assessments, the oldest first. At most 1,000.' }),
}).meta({ id: 'FindingDetails' })

const OneFinding = z.strictObject({ id: Id, finding: Id })

/** Raising a finding, about whatever has findings. */
export const raising = {
  method: 'POST',
  description: 'A CL or CAR that is open stops what the preset says it stops; a FAR waits for the next verification.',
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject({ kind: FindingKind, section: Section.nullable().default(null), text: FindingText }),
  status: 201,
  answer: Finding,
} as const

export const raiseFinding = defineOperation({
  ...raising,
  id: 'raiseFinding',
  path: '/national/projects/{id}/findings',
  summary: 'Raise a finding about a project',
  tag,
  problems: ['project-unknown', 'project-state'],
})

export const listFindings = defineOperation({
  id: 'listFindings',
  method: 'GET',
  path: '/national/projects/{id}/findings',
  summary: 'List the findings about a project and its monitoring periods, newest first',
  tag,
  access: 'signed-in',
  params: ById,
  query: PageQuery,
  answer: pageOf(Finding),
  problems: ['cursor-invalid', 'not-found'],
})

export const readFinding = defineOperation({
  id: 'readFinding',
  method: 'GET',
  path: '/national/projects/{id}/findings/{finding}',
  summary: 'Read a finding with its answers and assessments',
  tag,
  access: 'signed-in',
  params: OneFinding,
  answer: FindingDetails,
  problems: ['not-found'],
})

export const FindingStep = z
  .object({ id: Id, project: Id, state: z.enum(['open', 'answered', 'closed']), entry: Written })
  .meta({ id: 'FindingStep' })

const step = {
  method: 'POST',
  access: 'signed-in',
  command: true,
  proposable: true,
  params: OneFinding,
  status: 201,
  answer: FindingStep,
} as const

/** Answering a finding, and assessing the answer. */
export const answering = { ...step, body: z.strictObject({ text: FindingText }) } as const
export const assessing = {
  ...step,
  body: z.strictObject({ outcome: z.enum(['closed', 'open']), text: FindingText }),
} as const

export const answerFinding = defineOperation({
  ...answering,
  id: 'answerFinding',
  path: '/national/projects/{id}/findings/{finding}/answers',
  summary: 'Answer a finding that is open',
  tag,
  problems: ['project-unknown', 'finding-unknown', 'finding-state'],
})

export const assessFinding = defineOperation({
  ...assessing,
  id: 'assessFinding',
  path: '/national/projects/{id}/findings/{finding}/assessments',
  summary: 'Assess the answer to a finding: close it, or leave it open',
  tag,
  problems: ['project-unknown', 'finding-unknown', 'finding-state'],
})
