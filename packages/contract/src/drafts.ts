import { z } from 'zod'
import { Code, Id, Instant, line, prose } from './common.ts'
import { Json, Path, page, pdf, TemplateCode, tag } from './document-parts.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { Agreement, SubmittedDocument, submitDocument } from './project-life.ts'

/** Most values that are saved at once, and most comments on a draft. */
const MAX_CHANGES = 200
export const MOST_DRAFT_COMMENTS = 1_000
/** Most sections of a project's own. */
const MAX_SECTIONS = 20

export const DocumentProblem = z
  .object({
    path: z.string().meta({ description: 'Where it is; empty for the whole document.' }),
    code: z.string(),
    severity: z.enum(['error', 'warning']).meta({ description: 'A warning does not keep it from being submitted.' }),
    message: z.string(),
  })
  .meta({ id: 'DocumentProblem', description: 'What is missing or wrong in a document.' })
export type DocumentProblem = z.infer<typeof DocumentProblem>

const Colleague = z
  .object({ id: Id, name: z.string().nullable() })
  .meta({ id: 'Colleague', description: 'A user of the own organisation. Null: it was removed.' })

const DraftHead = z
  .object({
    id: Id,
    project: Id,
    period: Id.nullable(),
    agreement: Agreement.nullable(),
    kind: z.string(),
    template: TemplateCode,
    revision: z.number().int().meta({ description: 'Grows with each change.' }),
    changed: z.object({ at: Instant, by: Colleague }),
  })
  .meta({ id: 'DraftHead' })
export type DraftHead = z.infer<typeof DraftHead>

export const Draft = DraftHead.extend({
  document: Json.meta({ description: 'As it would be submitted now: `{template, version, own?, values}`.' }),
  problems: z.array(DocumentProblem).meta({ description: 'What keeps it from being submitted, and warnings.' }),
  byHand: z.array(z.string()).meta({
    description:
      'Fields that people fill in here, though the template has the registry do it: this country does not keep what they tell.',
  }),
}).meta({ id: 'Draft' })
export type Draft = z.infer<typeof Draft>

export const createDraft = defineOperation({
  id: 'createDraft',
  method: 'POST',
  path: '/national/drafts',
  summary: 'Begin a document of a project, of a monitoring period, or of an agreement on units',
  description:
    'It begins with the last version of this document, or else with what the registry and the other documents know. A draft ' +
    'is of your organisation alone, which has one of each document at most; whoever may submit that kind writes in it. An ' +
    'agreement is written by whoever sells: a new one between two accounts, or the next version of one.',
  tag,
  access: 'signed-in',
  body: z.strictObject({
    project: Id,
    period: Id.nullable().default(null).meta({ description: 'Null: of the project itself.' }),
    kind: Code.meta({ description: 'A kind of document of the preset that has a template.' }),
    agreement: z
      .strictObject({ id: Id.optional(), seller: Id.optional(), buyer: Id.optional() })
      .refine(
        ({ id, seller, buyer }) => (id === undefined ? seller && buyer : seller === undefined && buyer === undefined),
        'give either id, or seller and buyer',
      )
      .nullable()
      .default(null)
      .meta({
        description: 'Of an agreement: the one whose next version it is; of a new one, its two holding accounts.',
      }),
  }),
  status: 201,
  answer: Draft,
  problems: [
    'project-unknown',
    'too-many',
    'agreement-unknown',
    'period-unknown',
    'code-unknown',
    'already-exists',
    'not-permitted',
    'organisation-suspended',
  ],
})

export const listDrafts = defineOperation({
  id: 'listDrafts',
  method: 'GET',
  path: '/national/drafts',
  summary: 'List the drafts of your organisation, those changed last first',
  tag,
  access: 'signed-in',
  query: PageQuery.extend({ project: Id.optional() }),
  answer: pageOf(DraftHead),
  problems: ['cursor-invalid'],
})

const OneDraft = z.strictObject({ id: Id })

const Revision = z.number().int().min(1).max(1_000_000_000).meta({ description: 'The `revision` that was read.' })

export const readDraft = defineOperation({
  id: 'readDraft',
  method: 'GET',
  path: '/national/drafts/{id}',
  summary: 'Read a draft, with all that is still missing or wrong in it',
  tag,
  access: 'signed-in',
  params: OneDraft,
  answer: Draft,
  problems: ['not-found'],
})

export const saveDraft = defineOperation({
  id: 'saveDraft',
  method: 'PUT',
  path: '/national/drafts/{id}/values',
  summary: 'Save values of a draft by their places, all of them or none',
  description:
    'Null empties a field, and takes a row away. Others may have changed something else since `revision`; where they have ' +
    'changed the same, it is refused (`revision-stale`), and `errors` names the places and `facts.by` who it was. What is ' +
    'not of the form of its field is refused; what is only too short, too large or not among the choices is saved and told. ' +
    'Sent again it changes nothing.',
  tag,
  access: 'signed-in',
  params: OneDraft,
  body: z.strictObject({
    revision: Revision,
    changes: z
      .array(
        z
          .strictObject({ path: Path, value: z.unknown() })
          .refine(({ value }) => value !== undefined, { path: ['value'], message: 'is missing' }),
      )
      .min(1)
      .max(MAX_CHANGES),
  }),
  answer: z
    .object({
      id: Id,
      revision: z.number().int(),
      values: z
        .array(z.object({ path: z.string(), value: z.unknown() }))
        .meta({ description: 'All that stands otherwise now, also what was computed; null: nothing any more.' }),
      problems: z.array(DocumentProblem).meta({ description: 'Of the values that were sent, each by itself.' }),
    })
    .meta({ id: 'DraftSaved' }),
  problems: ['not-found', 'not-permitted', 'organisation-suspended', 'revision-stale', 'too-large'],
})

export const setDraftSections = defineOperation({
  id: 'setDraftSections',
  method: 'PUT',
  path: '/national/drafts/{id}/sections',
  summary: 'Set the sections that a project adds to a document of its own',
  description:
    'All of them each time, in the form of a template’s sections; their keys begin with `x-`. The values of one that is left ' +
    'out go with it. What the template has is never changed.',
  tag,
  access: 'signed-in',
  params: OneDraft,
  body: z.strictObject({ revision: Revision, sections: z.array(Json).max(MAX_SECTIONS) }),
  answer: Draft,
  problems: ['not-found', 'not-permitted', 'organisation-suspended', 'revision-stale', 'too-large'],
})

export const deleteDraft = defineOperation({
  id: 'deleteDraft',
  method: 'DELETE',
  path: '/national/drafts/{id}',
  summary: 'Delete a draft with its comments',
  tag,
  access: 'signed-in',
  params: OneDraft,
  status: 204,
  answer: z.undefined(),
  problems: ['not-found', 'not-permitted', 'organisation-suspended'],
})

export const submitDraft = defineOperation({
  id: 'submitDraft',
  method: 'POST',
  path: '/national/drafts/{id}/submission',
  summary: 'Submit a draft as the next version of its document',
  description:
    'It is refused while anything is missing or wrong (`document-unfinished`; `errors` names the places). It is written as ' +
    'canonical JSON (RFC 8785); the registry keeps those bytes, and the ledger their SHA-256. What is not asked for is left ' +
    'out, and the draft is gone then.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: OneDraft,
  body: z.strictObject({
    revision: Revision,
    name: line(200)
      .nullable()
      .default(null)
      .meta({ description: 'Title. Public. The ledger keeps only a commitment to it.' }),
  }),
  status: 201,
  answer: SubmittedDocument,
  problems: [
    ...submitDocument.problems,
    'agreement-unknown',
    'account-unknown',
    'account-kind',
    'account-not-active',
    'same-account',
    'period-unknown',
    'period-state',
    'already-issued',
    'already-certified',
    'not-found',
    'revision-stale',
    'document-unfinished',
  ],
})

const CommentText = prose(4_000)

const DraftAnswer = z.object({ id: Id, text: z.string(), by: Colleague, at: Instant }).meta({ id: 'DraftAnswer' })

export const DraftComment = z
  .object({
    id: Id,
    path: z.string(),
    text: z.string(),
    by: Colleague,
    at: Instant,
    answers: z.array(DraftAnswer).meta({ description: 'The oldest first.' }),
    resolved: z.object({ by: Colleague, at: Instant }).nullable(),
  })
  .meta({ id: 'DraftComment', description: 'What a colleague says of a field of a draft.' })
export type DraftComment = z.infer<typeof DraftComment>

export const listDraftComments = defineOperation({
  id: 'listDraftComments',
  method: 'GET',
  path: '/national/drafts/{id}/comments',
  summary: 'List the comments on the fields of a draft, the oldest first',
  tag,
  access: 'signed-in',
  params: OneDraft,
  answer: z.object({ items: z.array(DraftComment) }).meta({ id: 'DraftComments' }),
  problems: ['not-found'],
})

const commenting = {
  method: 'POST',
  tag,
  access: 'signed-in',
  command: true,
  status: 201,
  answer: DraftComment,
  problems: ['not-found', 'too-many'],
} as const

export const writeDraftComment = defineOperation({
  ...commenting,
  id: 'writeDraftComment',
  path: '/national/drafts/{id}/comments',
  summary: 'Comment on a field of a draft',
  description: 'Everybody of the organisation may.',
  params: OneDraft,
  body: z.strictObject({ path: Path, text: CommentText }),
})

const OneDraftComment = z.strictObject({ id: Id, comment: Id })

export const answerDraftComment = defineOperation({
  ...commenting,
  id: 'answerDraftComment',
  path: '/national/drafts/{id}/comments/{comment}/answers',
  summary: 'Answer a comment on a field of a draft',
  params: OneDraftComment,
  body: z.strictObject({ text: CommentText }),
})

export const resolveDraftComment = defineOperation({
  id: 'resolveDraftComment',
  method: 'PUT',
  path: '/national/drafts/{id}/comments/{comment}/resolved',
  summary: 'Say that a comment on a field of a draft is done with, or that it is not',
  tag,
  access: 'signed-in',
  params: OneDraftComment,
  body: z.strictObject({ resolved: z.boolean() }),
  answer: DraftComment,
  problems: ['not-found'],
})

export const readDraftPage = defineOperation({
  ...page,
  id: 'readDraftPage',
  method: 'GET',
  path: '/national/drafts/{id}/page',
  summary: 'Show a draft as a page',
  tag,
  access: 'signed-in',
  params: OneDraft,
  problems: ['not-found'],
})

export const printDraft = defineOperation({
  ...pdf,
  id: 'printDraft',
  method: 'GET',
  path: '/national/drafts/{id}/pdf',
  summary: 'Print a draft as PDF, which says on each page that it is one',
  tag,
  access: 'signed-in',
  params: OneDraft,
  problems: ['not-found', 'too-large', 'too-many-requests', 'papers-busy'],
})
