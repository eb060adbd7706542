import { z } from 'zod'
import { Hash, Id } from './common.ts'
import { Json, page, pdf, TemplateCode, tag } from './document-parts.ts'
import { defineOperation } from './operation.ts'
import { SubmittedDocument } from './project-life.ts'

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
    'Owners of the project, its certifiers, the government and whoever submitted it read the whole, of an agreement its two ' +
    'sides and the government; everybody else what is public, and `withheld` says what is not.',
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
  problems: ['not-found', 'too-large', 'too-many-requests', 'papers-busy'],
})
