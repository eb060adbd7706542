import { z } from 'zod'
import { Code, Hash, Id, Instant, line, prose } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { SubmittedDocument, submitDocument } from './project-life.ts'

const tag = 'Documents'

/** Most values that are saved at once, and most comments on a draft. */
const MAX_CHANGES = 200
export const MOST_DRAFT_COMMENTS = 1_000
/** Most sections of a project's own. */
const MAX_SECTIONS = 20

const Json = z.record(z.string(), z.unknown())

const TemplateCode = z.string().meta({ description: 'A template and its version, such as `PDD@1`.' })

const Path = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9-]{0,39}(\.[A-Za-z0-9][A-Za-z0-9-]{0,39}){1,3}$/,
    'must be a place such as A2.locations.0.name',
  )
  .meta({ description: 'A field `A2.locations`, a row of a table `A2.locations.0`, or a cell `A2.locations.0.name`.' })

/** Languages in which documents are shown. */
const PaperQuery = z.strictObject({
  language: z
    .enum(['en', 'fr', 'es', 'ar'])
    .optional()
    .meta({ description: 'Of labels, numbers and dates; that of the request where it is left out.' }),
})

const TemplateHead = z
  .object({
    id: z.string(),
    version: z.number().int(),
    of: z.enum(['project', 'period', 'issuance', 'transfer', 'agreement']),
    title: Json.meta({ description: 'By language.' }),
    purpose: Json,
  })
  .meta({ id: 'TemplateHead' })

export const listTemplates = defineOperation({
  id: 'listTemplates',
  method: 'GET',
  path: '/national/templates',
  summary: 'List the templates of documents, every version of each',
  tag,
  access: 'public',
  answer: z.object({ items: z.array(TemplateHead) }).meta({ id: 'TemplateList' }),
})

export const readTemplateOf = defineOperation({
  id: 'readTemplate',
  method: 'GET',
  path: '/national/templates/{id}/{version}',
  summary: 'Read a template: its sections and fields, with their texts in four languages',
  tag,
  access: 'public',
  params: z.strictObject({
    id: z.string().regex(/^[A-Z][A-Z0-9-]{1,29}$/, 'must be the name of a template such as PDD'),
    version: z.string().regex(/^[1-9]\d{0,3}$/, 'must be the number of a version such as 2'),
  }),
  answer: TemplateHead.extend({ sections: z.array(Json), checks: z.array(Json), signatures: z.array(Json) }).meta({
    id: 'Template',
  }),
  problems: ['not-found'],
})

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
}).meta({ id: 'Draft' })
export type Draft = z.infer<typeof Draft>

export const createDraft = defineOperation({
  id: 'createDraft',
  method: 'POST',
  path: '/national/drafts',
  summary: 'Begin a document of a project or of a monitoring period',
  description:
    'It begins with the last version of this document, or else with what the registry and the other documents know. A draft ' +
    'is of your organisation alone, which has one of each document at most; whoever may submit that kind writes in it.',
  tag,
  access: 'signed-in',
  body: z.strictObject({
    project: Id,
    period: Id.nullable().default(null).meta({ description: 'Null: of the project itself.' }),
    kind: Code.meta({ description: 'A kind of document of the preset that has a template.' }),
  }),
  status: 201,
  answer: Draft,
  problems: [
    'project-unknown',
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

const page = { media: 'text/html; charset=utf-8', query: PaperQuery, answer: z.string() } as const
const pdf = { media: 'application/pdf', query: PaperQuery, answer: z.string() } as const

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
  problems: ['not-found', 'too-large', 'too-many-requests'],
})

const DocumentVersion = SubmittedDocument.extend({
  project: Id,
  template: TemplateCode,
  inForce: z.boolean().meta({ description: 'Is it the last version of its kind?' }),
}).meta({ id: 'DocumentVersion' })

export const DocumentData = DocumentVersion.extend({
  document: Json,
  withheld: z.array(z.string()).meta({
    description: 'Fields, columns and files that stand in it, are not public, and are left out for you.',
  }),
}).meta({ id: 'DocumentData', description: 'A version of a document, as data.' })
export type DocumentData = z.infer<typeof DocumentData>

const ByHash = z.strictObject({ sha256: Hash })

export const readDocument = defineOperation({
  id: 'readDocument',
  method: 'GET',
  path: '/national/documents/{sha256}',
  summary: 'Read a version of a document as data, by its SHA-256',
  description:
    'Owners of the project, its certifiers, the government and whoever submitted it read the whole; everybody else what is ' +
    'public, and `withheld` says what is not.',
  tag,
  access: 'public',
  params: ByHash,
  answer: DocumentData,
  problems: ['not-found'],
})

export const readDocumentBytes = defineOperation({
  id: 'readDocumentBytes',
  method: 'GET',
  path: '/national/documents/{sha256}/bytes',
  summary: 'The exact bytes of a version of a document, by their SHA-256',
  description: 'Whoever hashes them finds the hash that stands in the ledger. For those who may read the whole.',
  tag,
  access: 'public',
  params: ByHash,
  answer: z.string(),
  media: 'application/json',
  problems: ['not-found', 'forbidden'],
})

const Change = z
  .object({
    path: z.string().meta({ description: 'In the later version; in the earlier one where it was removed.' }),
    kind: z.enum(['added', 'removed', 'changed', 'moved']),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    from: z.string().optional().meta({ description: 'Where a row stood in the earlier version.' }),
    cells: z.array(Json).optional().meta({ description: 'Of a row: the cells that changed.' }),
  })
  .meta({ id: 'DocumentChange' })

export const compareDocuments = defineOperation({
  id: 'compareDocuments',
  method: 'GET',
  path: '/national/documents/{sha256}/comparison',
  summary: 'Compare two versions of a document, field by field and row by row',
  description: 'What is withheld of one of them is compared by nobody who may not read it.',
  tag,
  access: 'public',
  params: ByHash,
  query: z.strictObject({ from: Hash.meta({ description: 'The other version, taken as the earlier one.' }) }),
  answer: z
    .object({ from: DocumentVersion, to: DocumentVersion, changes: z.array(Change), withheld: z.array(z.string()) })
    .meta({ id: 'DocumentComparison' }),
  problems: ['not-found'],
})

export const readDocumentPage = defineOperation({
  ...page,
  id: 'readDocumentPage',
  method: 'GET',
  path: '/national/documents/{sha256}/page',
  summary: 'Show a version of a document as a page',
  tag,
  access: 'public',
  params: ByHash,
  problems: ['not-found'],
})

export const printDocument = defineOperation({
  ...pdf,
  id: 'printDocument',
  method: 'GET',
  path: '/national/documents/{sha256}/pdf',
  summary: 'Print a version of a document as PDF/A',
  tag,
  access: 'public',
  params: ByHash,
  problems: ['not-found', 'too-large', 'too-many-requests'],
})
