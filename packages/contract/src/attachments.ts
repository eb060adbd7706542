import { z } from 'zod'
import { ById, Code, Hash, Id, Instant, line } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { OrganisationRef } from './units.ts'

const tag = 'Attachments'

/** Why somebody may not attach files there. */
const NOT_THERE = [
  'project-unknown',
  'not-permitted',
  'mandate-revoked',
  'organisation-suspended',
  'conflict-of-interest',
  'accreditation-missing',
] as const

/** Kinds of files that are taken. */
export const FILE_KINDS = ['pdf', 'docx', 'xlsx', 'csv', 'geojson', 'jpg', 'png'] as const

const Title = line(200).meta({ description: 'What it is called where it is shown.' })

const Note = z.enum(['formulas', 'links', 'opens', 'more']).meta({
  description:
    '`formulas`: cells that a spreadsheet would compute; `links`: it names things elsewhere that a reader may fetch; ' +
    '`opens`: it says what is shown first; `more`: something that is no picture stands behind it.',
})

export const Attachment = z
  .object({
    id: Id,
    project: Id,
    document: Code.nullable().meta({
      description: 'Kind of the document that it goes with; null for the project alone.',
    }),
    title: z.string(),
    name: z.string().meta({ description: 'Under which it is downloaded: cleaned, with the ending of its kind.' }),
    kind: z.enum(FILE_KINDS).meta({ description: 'By its content.' }),
    size: z.number().int().meta({ description: 'In bytes.' }),
    sha256: Hash,
    public: z.boolean().meta({
      description: 'Read by anybody; otherwise by its owners, its certifiers, the government and whoever attached it.',
    }),
    notes: z.array(Note).meta({ description: 'What whoever opens it should know.' }),
    by: OrganisationRef.meta({ description: 'Who attached it.' }),
    at: Instant,
  })
  .meta({ id: 'Attachment', description: 'A file that goes with a project. Its bytes are never changed.' })
export type Attachment = z.infer<typeof Attachment>

/** A text of a query that may be put as `true` or `false`. */
const Flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true')

export const attachFile = defineOperation({
  id: 'attachFile',
  method: 'POST',
  path: '/national/projects/{id}/attachments',
  summary: 'Attach a file to a project',
  description:
    'The body is the file itself, in any media type: `curl --data-binary @map.geojson`, `fetch(url, { method: "POST", body: file })`. ' +
    'PDF, DOCX, XLSX, CSV, GeoJSON, JPEG and PNG are taken; what it is, its content says. Refused is what can do harm to ' +
    'whoever opens it: `facts.fault` names why. Whoever may submit the document that it goes with attaches it; without one, ' +
    'whoever may describe the project. A file that the registry has already is kept once.',
  tag,
  access: 'signed-in',
  command: true,
  params: ById,
  query: z.strictObject({
    name: z
      .string()
      .min(1, 'must be the name of a file')
      .max(500, 'must be the name of a file')
      .meta({ description: 'Of the file, with its ending. A path before it, and what no system takes, is left out.' }),
    title: Title.optional().meta({ description: 'What it is called where it is shown; its name if not given.' }),
    document: Code.optional().meta({
      description: 'Kind of the document that it goes with, such as `project-design`.',
    }),
    public: Flag.meta({
      description:
        'May anybody read it? No if not given; and yes once a version that was submitted names it at a public place.',
    }),
  }),
  takesFile: true,
  status: 201,
  answer: Attachment,
  problems: [
    ...NOT_THERE,
    'file-refused',
    'files-unavailable',
    'already-exists',
    'too-many',
    'too-many-requests',
    'not-found',
  ],
})

export const listAttachments = defineOperation({
  id: 'listAttachments',
  method: 'GET',
  path: '/national/projects/{id}/attachments',
  summary: 'List the files of a project, newest first',
  description: 'Those that are public, and the others for whoever may read them.',
  tag,
  access: 'public',
  params: ById,
  query: PageQuery.extend({
    document: Code.optional().meta({ description: 'Only those that go with a document of this kind.' }),
  }),
  answer: pageOf(Attachment),
  problems: ['cursor-invalid', 'not-found'],
})

export const readAttachment = defineOperation({
  id: 'readAttachment',
  method: 'GET',
  path: '/national/attachments/{id}',
  summary: 'Read what is known of an attached file',
  tag,
  access: 'public',
  params: ById,
  answer: Attachment,
  problems: ['not-found'],
})

export const changeAttachment = defineOperation({
  id: 'changeAttachment',
  method: 'PUT',
  path: '/national/attachments/{id}',
  summary: 'Change how an attached file is called, and whether it is public',
  description:
    'By the organisation that attached it, as long as it may attach files there. Its bytes stay. What a version of a document shows to everybody stays public.',
  tag,
  access: 'signed-in',
  params: ById,
  body: z.strictObject({ title: Title, public: z.boolean() }),
  answer: Attachment,
  problems: ['not-found', 'file-in-use', ...NOT_THERE],
})

export const removeAttachment = defineOperation({
  id: 'removeAttachment',
  method: 'DELETE',
  path: '/national/attachments/{id}',
  summary: 'Take an attached file away',
  description:
    'By the organisation that attached it, as long as it may attach files there. One that a version of a document of the project names by its hash stays. Its bytes are forgotten a day later, where nothing else names them.',
  tag,
  access: 'signed-in',
  params: ById,
  status: 204,
  answer: z.undefined(),
  problems: ['not-found', 'file-in-use', ...NOT_THERE],
})

export const readFileOfProject = defineOperation({
  id: 'readFileOfProject',
  method: 'GET',
  path: '/national/projects/{id}/files/{sha256}',
  summary: 'The bytes of a file that is attached to a project, by their SHA-256',
  description:
    'Always as a download, in the media type of its kind. Whoever hashes them finds the hash of the address.',
  tag,
  access: 'public',
  params: z.strictObject({ id: Id, sha256: Hash }),
  media: 'application/octet-stream',
  answer: z.string(),
  problems: ['not-found', 'files-unavailable'],
})
