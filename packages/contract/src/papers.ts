import { z } from 'zod'
import { CertificateFile, PAPER_PDF, printingPaper } from './certificates.ts'
import { ById, Id, Written } from './common.ts'
import { ByIndex, ProofQuery } from './entries.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { ProjectRef } from './units.ts'

const tag = 'Certificates'

export const PAPER_KINDS = [
  'no-objection',
  'objection',
  'registration',
  'authorisation',
  'revocation',
  'issuance',
  'retirement',
  'cancellation',
] as const
export type PaperKind = (typeof PAPER_KINDS)[number]

export const PaperStanding = z
  .object({
    state: z.enum(['stands', 'paused', 'superseded', 'revoked', 'over', 'void']).meta({
      description:
        '`void`: its entry was taken back. `superseded`, `revoked`: a later version of the authorisation, or its end. `over`, `paused`: the ' +
        'project has since come to an end, or to a state in which nothing is issued.',
    }),
    by: Written.nullable().meta({ description: 'The entry that made it so; null while it stands.' }),
  })
  .meta({ id: 'PaperStanding', description: 'How a paper stands now.' })
export type PaperStanding = z.infer<typeof PaperStanding>

export const IssuedPaper = z
  .object({
    kind: z.enum(PAPER_KINDS),
    reference: z.string().meta({ description: 'As it is printed on the paper.' }),
    project: ProjectRef.nullable().meta({ description: 'Null for units of another Party.' }),
    batch: Id.nullable().meta({ description: 'The batch whose issuance, or parts of which, it is about.' }),
    entry: Written.meta({ description: 'The entry that decides what it says.' }),
    standing: PaperStanding,
    page: z.string().meta({ description: 'Where anybody sees what it should say, and how it stands.' }),
    pdf: z.string().meta({ description: 'The paper itself.' }),
  })
  .meta({ id: 'IssuedPaper', description: 'A letter or certificate of the registry.' })
export type IssuedPaper = z.infer<typeof IssuedPaper>

export const listPapers = defineOperation({
  id: 'listPapers',
  method: 'GET',
  path: '/national/projects/{id}/papers',
  summary: 'List the letters and certificates about a project, newest first',
  description:
    'A move of a project makes a letter or a certificate where the preset that was in force says so (`paper`); authorisations, issuances, ' +
    'retirements and cancellations always do. A page may have fewer than `limit` and yet a next one.',
  tag,
  access: 'public',
  params: ById,
  query: PageQuery,
  answer: pageOf(IssuedPaper),
  problems: ['cursor-invalid', 'not-found'],
})

export const readPaper = defineOperation({
  id: 'readPaper',
  method: 'GET',
  path: '/national/papers/{index}',
  summary: 'How a letter or certificate stands now',
  description:
    'By the index of the entry that it is of: `entry.index` of a batch, a retirement, a move, an authorisation.',
  tag,
  access: 'public',
  params: ByIndex,
  answer: IssuedPaper,
  problems: ['not-found'],
})

export const readPaperFile = defineOperation({
  id: 'readPaperFile',
  method: 'GET',
  path: '/national/papers/{index}/certificate',
  summary: 'What proves a letter or certificate, to be checked offline',
  description:
    'With the receipt of the entry (`/national/entries/{index}/receipt`), `verify --proof … --certificate … --vkey …` proves each of its ' +
    'facts. Waits for a checkpoint as that does.',
  tag,
  access: 'public',
  params: ByIndex,
  query: ProofQuery,
  answer: CertificateFile,
  problems: ['not-found', 'not-yet-provable'],
})

export const printPaper = defineOperation({
  ...printingPaper,
  id: 'printPaper',
  path: '/national/papers/{index}/paper.pdf',
  summary: 'A letter or certificate as a PDF that carries its proof inside',
  description: PAPER_PDF,
  tag,
  params: ByIndex,
})
