import { z } from 'zod'
import { ById, Code, Hash, Id, Instant, line, prose, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { OrganisationRef } from './units.ts'

const tag = 'Projects'

/** Most characters of what people write about a decision or a finding. */
const MAX_TEXT = 4_000

export const OpenMove = z
  .object({
    move: z.string(),
    to: z.string().meta({ description: 'The state that it leads to.' }),
    reason: z.boolean().meta({ description: 'Is it taken for a reason only?' }),
    ready: z.boolean().meta({ description: 'Is all there that it needs?' }),
    missing: z
      .object({
        documents: z.array(z.string()).meta({ description: 'Kinds of documents that are to be submitted first.' }),
        findings: z.number().int().meta({ description: 'Findings that are to be closed first.' }),
        certifier: z.string().nullable().meta({ description: 'The task that a certifier is to be assigned to first.' }),
        from: Instant.nullable().meta({ description: 'When it may be taken at the earliest.' }),
      })
      .meta({ description: 'What it still needs.' }),
  })
  .meta({ id: 'OpenMove', description: 'A move that leaves the state of the project.' })

export const CurrentDocument = z
  .object({ kind: z.string(), version: z.number().int(), sha256: Hash, index: z.number().int() })
  .meta({ id: 'CurrentDocument', description: 'The last version of a kind of document, and the index of its entry.' })

/** What a project's page says of where it stands. */
export const projectLife = {
  since: z
    .object({ index: z.number().int(), at: Instant })
    .meta({ description: 'The entry by which it came into its state, and when.' }),
  moves: z.array(OpenMove),
  documents: z.array(CurrentDocument),
  findings: z
    .object({ open: z.number().int(), forward: z.number().int() })
    .meta({ description: 'Clarification and corrective action requests that are open; forward action requests.' }),
}

/** Why a decision is taken; the text is kept outside the ledger, which has a commitment to it. */
export const grounds = {
  reason: Code.optional().meta({ description: 'A word of `purposes.decision` of the preset.' }),
  text: prose(MAX_TEXT).optional().meta({ description: 'Public. The ledger keeps only a commitment to it.' }),
}

export const SubmittedDocument = z
  .object({
    kind: z.string(),
    version: z.number().int(),
    sha256: Hash,
    name: z.string().nullable().meta({ description: 'Null where it has none, or where it was erased.' }),
    by: OrganisationRef,
    entry: Written,
  })
  .meta({ id: 'SubmittedDocument', description: 'A version of a document of a project. It is never changed.' })
export type SubmittedDocument = z.infer<typeof SubmittedDocument>

export const submitDocument = defineOperation({
  id: 'submitDocument',
  method: 'POST',
  path: '/national/projects/{id}/documents',
  summary: 'Submit a document of a project, as the next version of its kind',
  description:
    'The ledger keeps the SHA-256 of the document, so that anybody who has it can show that it is the one. Its bytes are not stored here: keep them.',
  tag,
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
  problems: ['project-unknown', 'project-state', 'code-unknown', 'nothing-changes'],
})

export const listDocuments = defineOperation({
  id: 'listDocuments',
  method: 'GET',
  path: '/national/projects/{id}/documents',
  summary: 'List every version of every document of a project, newest first',
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

const FindingDetails = Finding.extend({
  rounds: z.array(FindingRound).meta({ description: 'Answers and assessments, the oldest first. At most 1,000.' }),
}).meta({ id: 'FindingDetails' })

const OneFinding = z.strictObject({ id: Id, finding: Id })

export const raiseFinding = defineOperation({
  id: 'raiseFinding',
  method: 'POST',
  path: '/national/projects/{id}/findings',
  summary: 'Raise a finding about a project',
  description: 'A CL or CAR that is open stops what the preset says it stops; a FAR waits for the next verification.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject({ kind: FindingKind, section: Section.nullable().default(null), text: FindingText }),
  status: 201,
  answer: Finding,
  problems: ['project-unknown', 'project-state'],
})

export const listFindings = defineOperation({
  id: 'listFindings',
  method: 'GET',
  path: '/national/projects/{id}/findings',
  summary: 'List the findings about a project, newest first',
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

const Step = z
  .object({ id: Id, project: Id, state: z.enum(['open', 'answered', 'closed']), entry: Written })
  .meta({ id: 'FindingStep' })

export const answerFinding = defineOperation({
  id: 'answerFinding',
  method: 'POST',
  path: '/national/projects/{id}/findings/{finding}/answers',
  summary: 'Answer a finding that is open',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: OneFinding,
  body: z.strictObject({ text: FindingText }),
  status: 201,
  answer: Step,
  problems: ['project-unknown', 'finding-unknown', 'finding-state'],
})

export const assessFinding = defineOperation({
  id: 'assessFinding',
  method: 'POST',
  path: '/national/projects/{id}/findings/{finding}/assessments',
  summary: 'Assess the answer to a finding: close it, or leave it open',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: OneFinding,
  body: z.strictObject({ outcome: z.enum(['closed', 'open']), text: FindingText }),
  status: 201,
  answer: Step,
  problems: ['project-unknown', 'finding-unknown', 'finding-state'],
})
